//! Amazon EC2 Auto Scaling: a group of instances for each client and Region, and the launches that are under way.
//!
//! Whether a launch finds capacity, and how long it takes, comes from outside with its timer.

pub mod api;
pub mod rules;

use super::{Caller, ErrorCode, Note, Outbox, Params, Refusal, Remedy};
use crate::rulebook::RuleRef;
use crate::sim::{Span, Time};
use crate::world::RegionId;
use serde_json::{Value, json};

/// The timers of a Region's groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupEvent {
    /// An instance is to be launched for a client's group (index); `order` tells an order from those given up.
    Launch {
        /// The client.
        group: u16,
        /// The order.
        order: u16,
    },
    /// It is ready.
    Ready {
        /// The client.
        group: u16,
        /// The order.
        order: u16,
    },
}

/// One group in one Region.
#[derive(Clone, Copy, Debug)]
struct Group {
    ready: u32,
    desired: u32,
    order: u16,
}

/// The groups of every client and Region.
#[derive(Clone, Debug)]
pub struct AutoScaling {
    names: Vec<String>,
    most: Vec<u32>,
    /// By `client * regions + Region`.
    groups: Vec<Group>,
    regions: usize,
    pause: Span,
}

impl AutoScaling {
    /// Groups with these names, maximum sizes and ready instances by Region. A launch that failed is tried again after
    /// `pause`.
    pub fn new(clients: impl Iterator<Item = (String, u32, Vec<u32>)>, pause: Span) -> AutoScaling {
        let mut all =
            AutoScaling { names: Vec::new(), most: Vec::new(), groups: Vec::new(), regions: 0, pause };
        for (name, most, ready) in clients {
            all.names.push(name);
            all.most.push(most);
            let group = |ready: u32| Group { ready, desired: ready, order: 0 };
            all.regions = ready.len();
            all.groups.extend(ready.into_iter().map(group));
        }
        all
    }

    /// Instances of a group that are ready.
    #[inline]
    pub fn ready(&self, group: usize, region: RegionId) -> u32 {
        self.groups[self.place(group, region)].ready
    }

    #[inline]
    fn place(&self, group: usize, region: RegionId) -> usize {
        group * self.regions + region.index()
    }

    /// SetDesiredCapacity, the one operation.
    ///
    /// # Errors
    /// If there is no such group, or the capacity is more than its maximum.
    pub fn set_desired_capacity(
        &mut self,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<GroupEvent>,
    ) -> Result<Value, Refusal> {
        let name = params.get("AutoScalingGroupName").unwrap_or_default();
        let at = self.names.iter().position(|known| known == name);
        let at = at.ok_or_else(|| {
            refuse(rules::THE_GROUP_EXISTS, format!("AutoScalingGroup name not found - {name}"))
        })?;
        let most = self.most[at];
        let desired = params.get("DesiredCapacity").and_then(|text| text.parse().ok());
        let desired = desired.filter(|desired| *desired <= most).ok_or_else(|| {
            refuse(rules::DESIRED_CAPACITY_IS_BOUNDED, format!("the group has at most {most} instances"))
        })?;
        let place = self.place(at, caller.region);
        let group = &mut self.groups[place];
        group.desired = desired;
        group.ready = group.ready.min(desired);
        group.order = group.order.wrapping_add(1);
        let Group { ready, order, .. } = *group;
        for _ in ready..desired {
            out.timer(caller.now, caller.region, GroupEvent::Launch { group: at as u16, order });
        }
        let outcome = format!("{ready} of {desired} ready");
        out.note(self.note(at, caller.region, "SetDesiredCapacity", outcome, rules::CAPACITY_IS_LAUNCHED));
        Ok(json!({}))
    }

    /// A timer fires. `found`: there is capacity for a launch. `takes`: how long one takes.
    pub fn handle(
        &mut self,
        at: RegionId,
        event: GroupEvent,
        now: Time,
        (found, takes): (bool, Span),
        out: &mut Outbox<GroupEvent>,
    ) {
        let (GroupEvent::Launch { group, order } | GroupEvent::Ready { group, order }) = event;
        let (name, place) = (usize::from(group), self.place(usize::from(group), at));
        if self.groups[place].order != order {
            return;
        }
        match event {
            GroupEvent::Launch { .. } if found => {
                out.timer(now + takes, at, GroupEvent::Ready { group, order });
            }
            GroupEvent::Launch { .. } => {
                let error = ErrorCode::InsufficientInstanceCapacity.name().to_owned();
                out.note(self.note(name, at, "LaunchInstance", error, rules::LAUNCHES_NEED_CAPACITY));
                out.timer(now + self.pause, at, event);
            }
            GroupEvent::Ready { .. } => {
                let group = &mut self.groups[place];
                group.ready += 1;
                let outcome = format!("{} of {} ready", group.ready, group.desired);
                out.note(self.note(name, at, "LaunchInstance", outcome, rules::CAPACITY_IS_LAUNCHED));
            }
        }
    }

    fn note(
        &self,
        group: usize,
        region: RegionId,
        operation: &'static str,
        outcome: String,
        rule: RuleRef,
    ) -> Note {
        Note { region, operation, target: self.names[group].clone(), outcome, rule, detail: String::new() }
    }
}

fn refuse(rule: RuleRef, message: String) -> Refusal {
    Refusal { error: ErrorCode::ValidationError, message, rule, remedy: Remedy::None }
}
