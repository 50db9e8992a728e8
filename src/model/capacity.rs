//! Instances that applications have in each Region: what is ready, and what is being launched.

use super::setup::Setup;
use super::{Event, Simulation};
use crate::client::ClientId;
use crate::services::autoscaling::{AutoScaling, GroupEvent};
use crate::services::{Outbox, Service};
use crate::sim::rng::unit;
use crate::sim::{Sampler, Stream};
use crate::world::RegionId;

/// Who launches the instances.
const AUTO_SCALING: &str = "autoscaling.amazonaws.com";

/// The instances of a run.
#[derive(Clone, Debug)]
pub struct Capacity {
    pub(super) groups: AutoScaling,
    launch: Sampler,
    /// By client.
    streams: Vec<Stream>,
}

impl Capacity {
    /// As it is at time 0.
    pub fn new(setup: &Setup, trial: u64) -> Capacity {
        let regions = (0..setup.world.regions.len() as u8).map(RegionId);
        let groups = setup.clients.iter().map(|client| {
            let ready = |region| client.standby.get(&region).copied().unwrap_or(client.instances);
            (client.name.clone(), client.instances, regions.clone().map(ready).collect())
        });
        let stream = |name: &str| Stream::new(setup.seed, trial, &format!("{name}/launches"));
        Capacity {
            groups: AutoScaling::new(groups, setup.launch_retry),
            launch: Sampler::new(&setup.launch),
            streams: setup.clients.iter().map(|client| stream(&client.name)).collect(),
        }
    }

    /// Whether no instance of a client is ready in a Region.
    #[inline]
    pub fn is_gone(&self, client: ClientId, region: RegionId) -> bool {
        self.groups.ready(client.index(), region) == 0
    }
}

impl Simulation {
    /// A timer of a group of instances fires.
    pub(super) fn handle_group(&mut self, region: RegionId, event: GroupEvent) {
        let service = Service::AutoScaling;
        if self.world.endpoint(service, region).control.is_down() {
            return self.timers.hold(service, region, Event::Group(region, event));
        }
        let (GroupEvent::Launch { group, .. } | GroupEvent::Ready { group, .. }) = event;
        let stream = &mut self.capacity.streams[usize::from(group)];
        let (chance, takes) = (unit(stream.next_u64()), self.capacity.launch.sample(stream.next_u64()));
        let found = self.world.region(region).has_capacity(chance);
        let mut out = Outbox::default();
        self.capacity.groups.handle(region, event, self.kernel.now(), (found, takes), &mut out);
        self.take_groups(out);
    }

    /// Schedules the launches of instances and records what became of them.
    pub(super) fn take_groups(&mut self, out: Outbox<GroupEvent>) {
        for (at, region, event) in out.timers {
            self.plan(at, Event::Group(region, event));
        }
        for note in out.notes {
            self.recorder.note(self.kernel.now(), AUTO_SCALING, note);
        }
    }
}
