//! AWS services as pure state machines: state + request + time in, outcome and timers out.
//!
//! A service knows no network, queue, randomness or file, and no other service but IAM, which each of them asks. Which
//! Regions the caller can reach is told with each request, as the time is. Work for another Region is an
//! [`Outbox::tell`]; when it gets there is the simulation's business.

pub mod api;
pub mod aurora;
pub mod autoscaling;
pub mod calendar;
pub mod dates;
pub mod dynamodb;
pub mod error;
pub mod iam;
pub mod kms;
pub mod reference;
pub mod replication;
pub mod route53;
pub mod s3;
pub mod secrets;
pub mod shorthand;
pub mod snapshot;
pub mod store;

pub use api::{Argument, Command, Operation, Params, Plane, Service};
pub use error::ErrorCode;

use crate::rulebook::RuleRef;
use crate::sim::Time;
use crate::world::{RegionId, RegionSet};

/// A rule said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The AWS exception that the caller sees.
    pub error: ErrorCode,
    /// The message as AWS words it.
    pub message: String,
    /// The rule that decided.
    pub rule: RuleRef,
    /// Whether a key operation could mend it (what it wraps is recoverable), or the asker is wrong (denied).
    pub remedy: Remedy,
}

/// Could an operation on the key make the refused request succeed?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    /// No: permission, keyring, identifier or context is wrong, or nothing is left to mend.
    None,
    /// Yes; until the given instant (a deletion date), or without a deadline.
    KeyOperation {
        /// The last instant at which the operation still works.
        deadline: Option<Time>,
    },
}

/// Who carries out what a fault does to a key: nobody whom a policy could refuse, so authorization is skipped. No
/// principal of a scenario has this name.
pub const NOBODY: &str = "";

/// Who asks, when, from where.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// The instant of the call.
    pub now: Time,
    /// The Region whose endpoint was called.
    pub region: RegionId,
    /// Who calls: a name of the [`iam::Directory`].
    pub principal: &'a str,
    /// The Regions whose control plane of this service answers from `region` now (it contains `region`).
    pub reach: RegionSet,
    /// 128 random bits of this call's own, for key ids and ciphertexts.
    pub fresh: u128,
}

/// What a service wants done besides its answer. Reused from call to call.
#[derive(Clone, Debug)]
pub struct Outbox<E> {
    /// (when, Region whose timer it is, event). Due while that Region's control plane is down, it fires at the lift.
    pub timers: Vec<(Time, RegionId, E)>,
    /// (from, to, event): work in another Region, delivered at once or when the two can reach each other again.
    pub tells: Vec<(RegionId, RegionId, E)>,
    /// What changed, for the run log.
    pub notes: Vec<Note>,
}

impl<E> Default for Outbox<E> {
    fn default() -> Self {
        Outbox { timers: Vec::new(), tells: Vec::new(), notes: Vec::new() }
    }
}

impl<E> Outbox<E> {
    /// Asks for `event` back at `at`.
    pub fn timer(&mut self, at: Time, region: RegionId, event: E) {
        self.timers.push((at, region, event));
    }

    /// Sends `event` to the service's part in another Region.
    pub fn tell(&mut self, from: RegionId, to: RegionId, event: E) {
        self.tells.push((from, to, event));
    }

    /// The same with events of another kind.
    pub fn map<F>(self, event: impl Fn(E) -> F) -> Outbox<F> {
        let timers = self.timers.into_iter().map(|(at, region, e)| (at, region, event(e)));
        let tells = self.tells.into_iter().map(|(from, to, e)| (from, to, event(e)));
        Outbox { timers: timers.collect(), tells: tells.collect(), notes: self.notes }
    }

    /// Reports a change.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }
}

/// One change of a service's state, as a row of `events.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where it changed.
    pub region: RegionId,
    /// The operation or service event: `ScheduleKeyDeletion`, `DeleteKey`, `SynchronizeMultiRegionKey`.
    pub operation: &'static str,
    /// What it changed: a key ARN, a cluster.
    pub target: String,
    /// What it became: `PendingReplicaDeletion`.
    pub outcome: String,
    /// The rule behind it.
    pub rule: RuleRef,
    /// More, for people.
    pub detail: String,
}
