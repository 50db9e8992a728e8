//! Faults of accounts.

use super::super::setup::Action;
use super::super::{Event, Simulation};
use crate::client::rules;
use crate::faults::{Account, Fault};
use crate::runlog::EventRow;
use crate::services::iam::Document;
use crate::services::{Command, Outbox};
use crate::sim::Span;
use crate::world::RegionId;
use serde_json::json;
use std::sync::Arc;

/// How long a Region may be disabled before global tables give their replicas there up (DynamoDB Developer Guide, Global
/// tables: disabled Regions).
const REPLICAS_WAIT: Span = Span::secs(20 * 3_600);

impl Simulation {
    /// A fault of an account (timeline entry `id`) starts or lifts.
    pub(super) fn break_account(&mut self, fault: &Account, id: u32, lift: bool, name: &str) {
        let now = self.kernel.now();
        match fault {
            Account::Compromise { principal, calls, .. } => {
                calls.iter().for_each(|call| self.attack(call, principal, name));
            }
            Account::Closed { window, .. } if !lift => {
                self.timers.pending.insert(id);
                self.plan(now + *window, Event::AccountGone(id));
            }
            Account::Closed { .. } => drop(self.timers.pending.remove(&id)),
            Account::RegionOptOut { account, region } => {
                self.kms.opt(*account, *region, lift);
                self.take_kms(name, Outbox::default());
                if *account == 0 {
                    self.block_region(*region, None, !lift);
                    match lift {
                        false => {
                            self.timers.pending.insert(id);
                            self.plan(now + REPLICAS_WAIT, Event::RegionLeft(id));
                        }
                        true => drop(self.timers.pending.remove(&id)),
                    }
                }
            }
            Account::GuardrailDeny { account, region, actions } => {
                let place = &self.setup.world.regions[region.index()].name;
                let Some(policy) = guardrail(place, actions) else { return };
                match lift {
                    false => self.kms.attach(*account, policy),
                    true => self.kms.detach(*account, &policy),
                }
                self.take_kms(name, Outbox::default());
            }
        }
    }

    /// One call of somebody who has an account's rights; what is refused is written down as well.
    fn attack(&mut self, call: &Command, principal: &str, name: &str) {
        let answer = self.run_command(call, principal, None);
        let (outcome, error, rule) = match answer {
            Ok(_) => ("ok", String::new(), None),
            Err(refused) => ("refused", refused.error, refused.rule),
        };
        self.recorder.event(EventRow {
            time: self.kernel.now(),
            region: self.region_named(&call.region).map(RegionId::index),
            principal: name.to_owned(),
            source: "fault",
            operation: call.operation.name.to_owned(),
            target: call.subject().to_owned(),
            outcome: outcome.to_owned(),
            error,
            rule,
            detail: format!("{} as {principal}", call.text),
        });
    }

    /// Nobody opened a closed account again in time. The first account owns the stores.
    pub(in crate::model) fn account_gone(&mut self, entry: u32) {
        self.timers.pass(self.kernel.now());
        let Some(Account::Closed { account, .. }) = self.overdue(entry) else { return };
        let mut out = Outbox::default();
        self.kms.close_account(account, &mut out);
        self.take_kms("account", out);
        let stores = if account == 0 { self.stores.len() } else { 0 };
        for index in 0..stores {
            for replica in 0..self.stores[index].replicas().regions.len() as u8 {
                self.lose_replica(index as u16, replica, rules::STORAGE_GOES_WITH_ITS_ACCOUNT);
            }
        }
        self.weather_changed();
    }

    /// Nobody enabled a disabled Region again in time: stores settle for being without it.
    pub(in crate::model) fn region_left(&mut self, entry: u32) {
        let Some(Account::RegionOptOut { region, .. }) = self.overdue(entry) else { return };
        let now = self.kernel.now();
        for index in 0..self.stores.len() {
            let store = &mut self.stores[index];
            let Some(replica) = store.replicas().replica_in(region) else { continue };
            let (effects, out) = store.opted_out(replica, now);
            self.take_effects(index as u16, effects);
            self.take_out(index as u16, out);
        }
    }

    /// The fault of an account whose time is over, unless it was lifted meanwhile.
    fn overdue(&mut self, entry: u32) -> Option<Account> {
        let setup = Arc::clone(&self.setup);
        match &setup.timeline[entry as usize].action {
            Action::Fault { fault: Fault::Account(fault), .. } if self.timers.pending.remove(&entry) => {
                Some(fault.clone())
            }
            _ => None,
        }
    }
}

/// A service control policy that denies actions in one Region and leaves everything else as it is.
fn guardrail(region: &str, actions: &[String]) -> Option<Document> {
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "*", "Resource": "*" },
            {
                "Sid": "guardrail-deny",
                "Effect": "Deny",
                "Action": actions,
                "Resource": "*",
                "Condition": { "StringEquals": { "aws:RequestedRegion": region } },
            },
        ],
    });
    Document::parse(&policy.to_string()).ok()
}
