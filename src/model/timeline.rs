//! The timeline: faults start and lift, steps are taken, timers wait for their Region.

use super::setup::{Action, Setup};
use super::{Event, Simulation};
use crate::faults::{Account, Fault, Names};
use crate::runlog::cost::Traffic;
use crate::runlog::{EventRow, FaultSpan};
use crate::services::kms::{KmsEvent, SetId};
use crate::services::{Outbox, Service};
use crate::sim::Time;
use crate::world::RegionId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An entry of the timeline (index) is due: it happens, or the fault lifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    entry: u32,
    lift: bool,
}

/// What waits for its time, or for its Region.
#[derive(Clone, Debug)]
pub struct Timers {
    /// When faults start and lift, or a closed account is gone, in order.
    changes: Vec<Time>,
    passed: usize,
    weather: u64,
    epoch: u64,
    /// Timers that came due while their Region's control plane was down.
    held: Vec<(Service, RegionId, Event)>,
    /// Messages between Regions of a service that cannot reach each other.
    tells: Vec<(Service, RegionId, RegionId, Event)>,
    /// Faults that hold keys disabled.
    pub(super) key_faults: BTreeMap<(SetId, RegionId, &'static str), u32>,
    /// Faults of accounts (timeline entries) of which something comes unless they are lifted in time.
    pub(super) pending: BTreeSet<u32>,
    /// The states of the declared keys as last written down.
    key_states: BTreeMap<(SetId, RegionId), &'static str>,
}

impl Timers {
    /// Nothing waits yet.
    pub fn new(setup: &Setup) -> Timers {
        let mut changes = Vec::new();
        for entry in &setup.timeline {
            if let Action::Fault { fault, lasts } = &entry.action {
                changes.push(entry.at);
                changes.extend(lasts.map(|lasts| entry.at + lasts));
                if let Fault::Account(Account::Closed { window, .. }) = fault {
                    changes.push(entry.at + *window);
                }
            }
        }
        changes.sort_unstable();
        Timers {
            changes,
            passed: 0,
            weather: 0,
            epoch: 0,
            held: Vec::new(),
            tells: Vec::new(),
            key_faults: BTreeMap::new(),
            pending: BTreeSet::new(),
            key_states: BTreeMap::new(),
        }
    }

    /// The next instant at which a fault starts or lifts.
    #[inline]
    pub fn next_change(&self) -> Time {
        self.changes.get(self.passed).copied().unwrap_or(Time::MAX)
    }

    /// What changes now has changed.
    pub fn pass(&mut self, now: Time) {
        while self.next_change() <= now {
            self.passed += 1;
        }
    }

    /// A number for the state of the world: it grows with every fault and lift.
    pub fn weather(&self) -> u64 {
        self.weather
    }

    /// Keeps a timer until its Region's control plane is back.
    pub fn hold(&mut self, service: Service, region: RegionId, event: Event) {
        self.held.push((service, region, event));
    }
}

impl Simulation {
    /// Schedules everything the file says, in file order.
    pub(super) fn schedule_timeline(&mut self) {
        let setup = Arc::clone(&self.setup);
        for (i, entry) in setup.timeline.iter().enumerate() {
            let due = |lift| Event::Timeline(Due { entry: i as u32, lift });
            self.plan(entry.at, due(false));
            if let Action::Fault { lasts: Some(lasts), .. } = &entry.action {
                self.plan(entry.at + *lasts, due(true));
            }
        }
    }

    /// An entry of the timeline is due.
    pub(super) fn handle_timeline(&mut self, due: Due) {
        let setup = Arc::clone(&self.setup);
        let entry = &setup.timeline[due.entry as usize];
        match &entry.action {
            Action::Step(step) => self.take_step(step, entry.name.as_deref(), &entry.location),
            Action::Message(step) => self.take_message(step, entry.name.as_deref(), &entry.location),
            Action::Fault { fault, lasts } => {
                let now = self.kernel.now();
                self.timers.pass(now);
                let name = entry.name.clone().unwrap_or_else(|| fault_name(&setup, due.entry as usize));
                if !due.lift {
                    self.end_ordinary_days(now);
                    self.recorder.fault(FaultSpan {
                        name: name.clone(),
                        kind: fault.kind(),
                        scope: fault.scope(&names(&setup)),
                        region: fault.region().map(RegionId::index),
                        start: now,
                        end: lasts.map(|lasts| now + lasts),
                    });
                    self.start_losses(&name, fault, lasts.map(|lasts| now + lasts));
                }
                self.recorder.event(EventRow {
                    time: now,
                    region: fault.region().map(RegionId::index),
                    principal: name.clone(),
                    source: "fault",
                    operation: fault.kind().to_owned(),
                    target: fault.scope(&names(&setup)),
                    outcome: if due.lift { "lifted" } else { "started" }.to_owned(),
                    error: String::new(),
                    rule: None,
                    detail: lasts.map_or("for good".to_owned(), |lasts| format!("for {lasts}")),
                });
                self.apply(fault, due.entry, due.lift, &name);
                self.weather_changed();
                self.sign_in_again();
            }
        }
    }

    /// With the first fault the ordinary days end, by which the bill goes. A run that begins with a fault has none.
    fn end_ordinary_days(&mut self, now: Time) {
        if self.recorder.ordinary.is_none() && now > Time::ZERO {
            self.recorder.ordinary = Some(self.traffic(now));
        }
    }

    /// What requests have called up to an instant, in the time in which they were simulated.
    pub(super) fn traffic(&self, now: Time) -> Traffic {
        let over = self.horizon.as_ref().map_or(now - Time::ZERO, |horizon| horizon.awake(now));
        self.recorder.counter.traffic(&self.stores, over)
    }

    /// Keys' surroundings changed: verdicts are looked at again, and what waited may go on.
    pub(super) fn weather_changed(&mut self) {
        self.timers.weather += 1;
        self.ledger.changed_everywhere(self.kernel.now());
        self.look_at_quorums();
        let (slow, narrow) = self.world.slow_links();
        self.slow = slow;
        self.elide = self.usually_elides && !narrow;
        self.look_at_records();
        self.deliver();
    }

    /// Delivers what waited for a Region that answers again.
    fn deliver(&mut self) {
        let now = self.kernel.now();
        let down = |service, region| self.world.endpoint(service, region).control.is_down();
        let (held, due) =
            self.timers.held.drain(..).partition::<Vec<_>, _>(|(service, region, _)| down(*service, *region));
        self.timers.held = held;
        for (.., event) in due {
            self.kernel.schedule(now, event);
        }
        for (service, from, to, event) in std::mem::take(&mut self.timers.tells) {
            self.tell(service, from, to, event);
        }
    }

    /// A message between the parts of a service in two Regions: at once, or when they reach each other again.
    pub(super) fn tell(&mut self, service: Service, from: RegionId, to: RegionId, event: Event) {
        let up = |region| !self.world.endpoint(service, region).control.is_down();
        match up(from) && up(to) && self.world.connected(from, to) {
            true => self.kernel.schedule(self.kernel.now(), event),
            false => self.timers.tells.push((service, from, to, event)),
        }
    }

    /// A timer of KMS fires, or a message arrives.
    pub(super) fn handle_kms(&mut self, region: RegionId, event: KmsEvent) {
        if self.world.endpoint(Service::Kms, region).control.is_down() {
            return self.timers.hold(Service::Kms, region, Event::Kms(region, event));
        }
        let reach = self.world.reach(Service::Kms, region);
        let mut out = Outbox::default();
        self.kms.handle(region, event, self.kernel.now(), reach, &mut out);
        self.take_kms("kms.amazonaws.com", out);
    }

    /// Schedules what KMS wants done and records what it reports.
    pub(super) fn take_kms(&mut self, principal: &str, out: Outbox<KmsEvent>) {
        let now = self.kernel.now();
        for (at, region, event) in out.timers {
            self.plan(at, Event::Kms(region, event));
        }
        for (from, to, event) in out.tells {
            self.tell(Service::Kms, from, to, Event::Kms(to, event));
        }
        for note in out.notes {
            self.recorder.note(now, principal, note);
        }
        if self.kms.epoch() != self.timers.epoch {
            self.timers.epoch = self.kms.epoch();
            self.ledger.changed_everywhere(now);
            self.note_key_states();
            self.look_at_keys();
            self.look_at_records();
        }
    }

    /// Writes down which declared keys have come into another state.
    pub(super) fn note_key_states(&mut self) {
        let now = self.kernel.now();
        for set in (0..self.setup.keys.len() as u32).map(SetId) {
            if let Some(primary) = self.kms.primary(set) {
                self.recorder.primary(set, primary, now);
            }
            for region in self.world.regions() {
                let state = self.kms.state(set, region).map(|state| state.name());
                let known = self.timers.key_states.get(&(set, region)).copied();
                let Some(state) = state.or(known.map(|_| "deleted")) else { continue };
                if known != Some(state) {
                    self.timers.key_states.insert((set, region), state);
                    self.recorder.key_state(set, region, state, now);
                }
            }
        }
    }
}

/// A fault without a name gets its kind and, if there are several, a number.
fn fault_name(setup: &Setup, entry: usize) -> String {
    let kind = |i: usize| match &setup.timeline[i].action {
        Action::Fault { fault, .. } => Some(fault.kind()),
        Action::Step(_) | Action::Message(_) => None,
    };
    let same = |i: &usize| setup.timeline[*i].name.is_none() && kind(*i) == kind(entry);
    let name = kind(entry).unwrap_or_default();
    match (0..entry).filter(same).count() {
        0 => name.to_owned(),
        n => format!("{name}-{}", n + 1),
    }
}

/// The names of the scenario, for a fault's scope in words.
fn names(setup: &Setup) -> Names<'_> {
    Names {
        regions: setup.world.regions.iter().map(|region| region.name.as_str()).collect(),
        stores: setup.stores.iter().map(|store| store.name.as_str()).collect(),
        keys: setup.keys.iter().map(|key| key.name.as_str()).collect(),
        accounts: (0..setup.directory.accounts()).map(|i| setup.directory.account_name(i)).collect(),
    }
}
