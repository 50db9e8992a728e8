//! KMS with a clock and nothing else: timers, messages, and Regions that go down and come back.

use mrksim::services::iam::Directory;
use mrksim::services::kms::{Config, KeySetup, Kms, KmsEvent, Place, SetId, Settings, Switches, Timing, api};
use mrksim::services::{Caller, Note, Operation, Outbox, Params, Refusal};
use mrksim::sim::{Span, Time};
use mrksim::world::{RegionId, RegionSet};
use serde_json::Value;
use std::collections::BTreeMap;

pub const REGIONS: [(&str, &str); 4] =
    [("us-east-1", "aws"), ("eu-west-1", "aws"), ("ap-southeast-2", "aws"), ("cn-north-1", "aws-cn")];

#[derive(Clone)]
pub struct World {
    pub kms: Kms,
    pub now: Time,
    pub down: RegionSet,
    /// Everything reported since the last command or wait began.
    pub notes: Vec<Note>,
    /// (when, in which order, whose, event)
    timers: Vec<(Time, u64, RegionId, KmsEvent)>,
    held: Vec<(RegionId, RegionId, KmsEvent)>,
    out: Outbox<KmsEvent>,
    scheduled: u64,
    calls: u128,
    settings: Settings,
}

impl World {
    pub fn new(timing: Timing, settings: Settings, switches: Switches) -> World {
        World::of(Directory::of_one_account("111122223333"), timing, settings, switches)
    }

    /// A world of certain accounts and principals.
    pub fn of(directory: Directory, timing: Timing, settings: Settings, switches: Switches) -> World {
        let place = |(name, partition): &(&str, &str)| Place {
            name: name.to_string(),
            partition: partition.to_string(),
        };
        let regions = REGIONS.iter().map(place).collect();
        World {
            kms: Kms::new(Config { regions, directory, timing, settings, switches }),
            now: Time::ZERO,
            down: RegionSet::default(),
            notes: Vec::new(),
            timers: Vec::new(),
            held: Vec::new(),
            out: Outbox::default(),
            scheduled: 0,
            calls: 0,
            settings,
        }
    }

    pub fn declare(
        &mut self,
        name: &str,
        multi_region: bool,
        regions: &[RegionId],
        aliases: Option<Vec<RegionId>>,
    ) -> SetId {
        let (primary, replicas) = regions.split_first().expect("a key has a Region");
        let replicas = replicas.to_vec();
        let key = KeySetup { multi_region, replicas, aliases, ..KeySetup::single_region(name, *primary) };
        self.declare_key(&key)
    }

    pub fn declare_key(&mut self, key: &KeySetup) -> SetId {
        self.calls += 1;
        let fresh = self.calls.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c834);
        let set = self.kms.declare(key, fresh, &mut self.out);
        self.deliver();
        set
    }

    pub fn reach(&self) -> RegionSet {
        RegionSet(!self.down.0)
    }

    /// Calls an operation at a Region that is up, as an administrator.
    pub fn call(
        &mut self,
        operation: &'static Operation,
        params: &Params,
        region: RegionId,
    ) -> Result<Value, Refusal> {
        self.call_as("administrator", operation, params, region)
    }

    /// Calls an operation at a Region that is up.
    pub fn call_as(
        &mut self,
        principal: &str,
        operation: &'static Operation,
        params: &Params,
        region: RegionId,
    ) -> Result<Value, Refusal> {
        assert!(!self.down.has(region), "{} is down", REGIONS[region.index()].0);
        self.notes.clear();
        self.calls += 1;
        let fresh = self.calls.wrapping_mul(0xd134_2543_de82_ef95_9e37_79b9_7f4a_7c15);
        let caller = Caller { now: self.now, region, principal, reach: self.reach(), fresh };
        let answer = self.kms.call(operation, params, &caller, &mut self.out);
        self.deliver();
        if let Err(refusal) = &answer {
            // A rule states its default.
            let stated = refusal.rule.error.filter(|_| self.settings == Settings::default());
            assert!(
                stated.is_none_or(|error| error == refusal.error.name()),
                "{refusal:?} is not what its rule states"
            );
        }
        answer
    }

    /// Calls an operation by name with parameters as pairs.
    pub fn ask(
        &mut self,
        name: &str,
        pairs: &[(&'static str, &str)],
        region: RegionId,
    ) -> Result<Value, Refusal> {
        let params = Params(pairs.iter().map(|(name, value)| (*name, value.to_string())).collect());
        self.call(operation(name), &params, region)
    }

    /// Lets time pass.
    pub fn wait(&mut self, span: Span) {
        self.notes.clear();
        let end = self.now + span;
        while let Some(i) = self.next_timer(end) {
            let (at, _, region, event) = self.timers.remove(i);
            self.now = self.now.max(at);
            self.kms.handle(region, event, self.now, self.reach(), &mut self.out);
            self.deliver();
        }
        self.now = end;
    }

    pub fn fail(&mut self, region: RegionId) {
        self.down = self.down.with(region);
    }

    /// The Region comes back: what waited for it happens now.
    pub fn lift(&mut self, region: RegionId) {
        self.notes.clear();
        self.down = self.down.without(region);
        for (from, to, event) in std::mem::take(&mut self.held) {
            self.out.tell(from, to, event);
        }
        self.deliver();
        let end = self.now;
        let notes = std::mem::take(&mut self.notes);
        self.wait(Span::ZERO);
        self.notes.splice(0..0, notes);
        self.now = end;
    }

    /// The earliest timer that may fire up to then, in a Region that is up.
    fn next_timer(&self, end: Time) -> Option<usize> {
        let due = self
            .timers
            .iter()
            .enumerate()
            .filter(|(_, (at, _, region, _))| *at <= end && !self.down.has(*region));
        due.min_by_key(|(_, (at, sequence, ..))| (*at, *sequence)).map(|(i, _)| i)
    }

    fn deliver(&mut self) {
        loop {
            self.notes.append(&mut self.out.notes);
            for (at, region, event) in self.out.timers.drain(..) {
                self.scheduled += 1;
                self.timers.push((at, self.scheduled, region, event));
            }
            let tells = std::mem::take(&mut self.out.tells);
            if tells.is_empty() {
                return;
            }
            for (from, to, event) in tells {
                match self.down.has(from) || self.down.has(to) {
                    true => self.held.push((from, to, event)),
                    false => self.kms.handle(to, event, self.now, self.reach(), &mut self.out),
                }
            }
        }
    }
}

pub fn operation(name: &str) -> &'static Operation {
    api::OPERATIONS
        .iter()
        .find(|operation| operation.name == name)
        .unwrap_or_else(|| panic!("no operation {name}"))
}

pub fn region(name: &str) -> RegionId {
    let found = REGIONS.iter().position(|(region, _)| *region == name);
    RegionId(found.unwrap_or_else(|| panic!("no Region {name}")) as u8)
}

/// `30d`, `1h 30m`, `5s`.
pub fn span(text: &str) -> Span {
    let units: BTreeMap<char, Span> =
        [('s', Span::SECOND), ('m', Span::MINUTE), ('h', Span::HOUR), ('d', Span::DAY)].into();
    let mut total = Span::ZERO;
    for part in text.split_whitespace() {
        let unit = part
            .chars()
            .last()
            .and_then(|unit| units.get(&unit))
            .unwrap_or_else(|| panic!("no time: {text}"));
        let number: u64 = part[..part.len() - 1].parse().unwrap_or_else(|_| panic!("no time: {text}"));
        total += Span(number * unit.0);
    }
    total
}
