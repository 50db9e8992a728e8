//! What the simulation asks of a replicated data set, whichever service it belongs to: DynamoDB, Aurora, S3, EBS, RDS,
//! AWS Backup, Secrets Manager.
//!
//! A store keeps its copies as [`Replicas`]; it knows no network, no endpoint and no KMS. Whether a Region answers and
//! what a key is good for comes to it from outside, like the time.

use super::replication::{Bits, ClassId, Ended, Replicas};
use super::{Caller, ErrorCode, Operation, Outbox, Params, Refusal};
use crate::rulebook::RuleRef;
use crate::sim::{Span, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;
use serde_json::Value;
use std::collections::BTreeMap;

/// Why a copy cannot be read or written now, and what that means for the items in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Barrier {
    /// What the application sees.
    pub error: ErrorCode,
    /// The rule that decided.
    pub rule: RuleRef,
    /// What becomes of the items behind it.
    pub fate: Fate,
}

/// What becomes of items that a [`Barrier`] hides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It passes by itself, or when something answers again: unreachable.
    Passes,
    /// An operation on the key, a restore or a start brings them back, until the deadline: recoverable.
    Mendable {
        /// The last instant at which it still works.
        deadline: Option<Time>,
    },
    /// Who asks is wrong: denied.
    Refused,
    /// Nothing brings this copy back: lost.
    Gone,
}

impl Barrier {
    /// Something on the way is down, or in the making.
    pub fn passes(error: ErrorCode, rule: RuleRef) -> Barrier {
        Barrier { error, rule, fate: Fate::Passes }
    }
}

/// What a service finds when it tries the key with which a copy is encrypted at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHealth {
    /// It works.
    Usable,
    /// It is disabled, pending deletion, or refuses the service: a key operation mends it.
    Unusable {
        /// The KMS rule that refuses.
        rule: RuleRef,
        /// The last instant at which a key operation still helps (a deletion date).
        deadline: Option<Time>,
    },
    /// It is deleted, and no related key is left that could replace it.
    Gone {
        /// The KMS rule behind it.
        rule: RuleRef,
    },
}

/// What an operation or a timer did to the data.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// (From, to): the copy that was in charge, and the one that is now.
    pub takeover: Option<(u8, u8)>,
    /// Pairs of write and replica that ended.
    pub ended: Vec<Ended>,
    /// Whether a whole copy was replaced, came or went, so that its items must be counted anew.
    pub replaced: bool,
    /// Writes that the operation itself made, which now replicate as any other.
    pub writes: Vec<Put>,
    /// Rules that decided, besides those of notes.
    pub decided: Vec<RuleRef>,
    /// A backup that was made (its ARN) of this copy: it needs the key that the copy has now.
    pub backup: Option<(u8, String)>,
    /// A copy is to be encrypted with another key: as the caller names it, or one of AWS's.
    pub rekey: Option<(u8, Option<String>)>,
}

/// A write by a command or a fault.
#[derive(Clone, Debug)]
pub struct Put {
    /// The copy that takes it.
    pub source: u8,
    /// The item.
    pub item: u32,
    /// How it is encrypted by the application; [`ABSENT`](super::replication::ABSENT): a deletion.
    pub class: ClassId,
    /// What is written, if somebody may ask for it: see [`Replicas::note_value`].
    pub value: Option<Value>,
}

/// Which writes a read waits for until the copy that it asks has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// Those that the session itself sent to this copy.
    Own(u8),
    /// All that this copy had committed when the read came.
    All(u8),
}

/// Which item a name means: a number below the store's `items` is that item key, any other name an item of its own.
#[derive(Clone, Debug)]
pub struct Keys {
    items: u32,
    names: BTreeMap<String, u32>,
}

impl Keys {
    /// No names yet.
    pub fn new(items: u32) -> Keys {
        Keys { items, names: BTreeMap::new() }
    }

    /// The names that another store knows are known here, too.
    pub fn know(&mut self, other: &Keys) {
        self.names.extend(other.names.iter().map(|(name, item)| (name.clone(), *item)));
    }

    /// The item key of a name.
    pub fn key_of(&mut self, name: &str, replicas: &mut Replicas) -> u32 {
        if let Some(number) = name.parse::<u32>().ok().filter(|number| *number < self.items) {
            return number;
        }
        *self.names.entry(name.to_owned()).or_insert_with(|| replicas.new_key())
    }
}

/// A replicated data set of one service.
pub trait Stored {
    /// Its timers.
    type Event;

    /// Its copies and the writes between them.
    fn replicas(&self) -> &Replicas;

    /// The same, to change them.
    fn replicas_mut(&mut self) -> &mut Replicas;

    /// The copy that a call of an application in `home` goes to, where the service's own endpoints decide that; `None`:
    /// the application's list of Regions does.
    fn routed(&self, _home: RegionId, _read: bool) -> Option<u8> {
        None
    }

    /// Whether the service's own endpoints decide where calls go ([`routed`](Stored::routed)).
    fn routes(&self) -> bool {
        false
    }

    /// The one copy that takes writes, if there is only one.
    fn writer(&self) -> Option<u8> {
        None
    }

    /// Whether the rules let a copy do this now.
    fn may(&self, replica: u8, work: Work) -> Result<(), Barrier>;

    /// Whether the rules let a copy answer a strongly consistent read now.
    fn may_read_strongly(&self, replica: u8) -> Result<(), Barrier> {
        self.may(replica, Work::Read)
    }

    /// Whether writes and strong reads need another participant's consent.
    fn is_strong(&self) -> bool {
        false
    }

    /// The run begins: processes of its own get their first timers.
    fn begin(&mut self, _out: &mut Outbox<Self::Event>) {}

    /// Every item has been put in place before the run.
    fn preloaded(&mut self) {}

    /// Whether each request of an item there asks KMS, so that it needs the endpoint of KMS as well.
    fn asks_kms(&self, _replica: u8) -> bool {
        false
    }

    /// Whether earlier versions of items survive what overwrites them.
    fn keeps_versions(&self) -> bool {
        false
    }

    /// The longest replication takes while nothing holds it up, if there is a promise.
    fn longest_lag(&self) -> Option<Span> {
        None
    }

    /// The rule by which a write that reaches another copy now is never stored there: replication of it has failed.
    fn strands(&self, _from: u8, _to: u8) -> Option<RuleRef> {
        None
    }

    /// The rules that decided about a write which another copy has stored, after this delay.
    fn replicated(&self, _from: u8, _to: u8, _delay: Span) -> Vec<RuleRef> {
        Vec::new()
    }

    /// Takes one unit of a copy's capacity for an application's or a replicated request.
    ///
    /// # Errors
    /// There is none left now.
    fn take_capacity(&mut self, _replica: u8, _work: Work, _now: Time) -> Result<(), Barrier> {
        Ok(())
    }

    /// How long a replicated write waits for the next unit of a copy's capacity; `None`: capacity has no bound.
    fn capacity_pause(&self, _replica: u8) -> Option<Span> {
        None
    }

    /// A copy takes a write of an item in hand.
    ///
    /// # Errors
    /// It conflicts with one that another copy has in hand.
    fn begin_write(&mut self, _replica: u8, _item: u32) -> Result<(), Barrier> {
        Ok(())
    }

    /// A copy is through with a write, or has dropped it.
    fn end_write(&mut self, _replica: u8, _item: u32) {}

    /// Whether a copy reaches another participant now ([`is_strong`](Stored::is_strong)).
    fn quorum_found(&mut self, _replica: u8, _has: bool, _now: Time, _out: &mut Outbox<Self::Event>) {}

    /// Whether a write that a copy accepted can still be carried out.
    fn may_commit(&self, replica: u8) -> Result<(), Barrier> {
        self.may(replica, Work::Write)
    }

    /// The rule that makes a write wait which a copy would commit now.
    fn holds_commits(&self, _source: u8, _now: Time) -> Option<RuleRef> {
        None
    }

    /// The copy to which a copy passes on the writes that it is sent.
    fn forwards(&self, _replica: u8) -> Option<u8> {
        None
    }

    /// What a read of a copy waits for.
    fn awaited(&self, _replica: u8) -> Option<Awaited> {
        None
    }

    /// The copies (bits) that a write taken by `source` is sent to; `deletes`: the write deletes its item.
    fn targets(&self, source: u8, deletes: bool) -> Bits;

    /// Whether the rules let replication from one copy to another through now. (Faults are looked after elsewhere.)
    fn flows(&self, _from: u8, _to: u8) -> bool {
        true
    }

    /// Whether it wants to hear of the end of every pair ([`pair_ended`](Stored::pair_ended)).
    fn hears_ends(&self) -> bool {
        false
    }

    /// Whether it wants to hear what a copy has stored ([`stored`](Stored::stored)).
    fn keeps_changes(&self, _replica: u8) -> bool {
        false
    }

    /// A copy has stored a write of an item.
    fn stored(&mut self, _replica: u8, _item: u32, _now: Time, _out: &mut Outbox<Self::Event>) {}

    /// A pair of write and copy has ended: something that waited for it may go on.
    fn pair_ended(&mut self, _now: Time, _out: &mut Outbox<Self::Event>) {}

    /// Whether a copy is there at all.
    fn is_there(&self, _replica: u8) -> bool {
        true
    }

    /// What the service shows of a copy: `ACTIVE`, `available`, `InSync`, …
    fn status(&self, replica: u8) -> String;

    /// Whether a command is about this store: it names its table, cluster, bucket, snapshot, …
    fn is_meant(&self, operation: &Operation, params: &Params) -> bool;

    /// Carries an operation out.
    ///
    /// # Errors
    /// The service's refusal.
    fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<Self::Event>,
    ) -> Result<(Value, Effects), Refusal>;

    /// A timer fires.
    fn handle(&mut self, event: Self::Event, now: Time, out: &mut Outbox<Self::Event>) -> Effects;

    /// The service has tried the key of a copy and found it changed since the last time.
    fn key_found(
        &mut self,
        _replica: u8,
        _health: KeyHealth,
        _now: Time,
        _out: &mut Outbox<Self::Event>,
    ) -> Effects {
        Effects::default()
    }

    /// The role that replicates may use a copy, or may not any more.
    fn replication_authorized(
        &mut self,
        _replica: u8,
        _authorized: bool,
        _now: Time,
        _out: &mut Outbox<Self::Event>,
    ) -> Effects {
        Effects::default()
    }

    /// The account has had the Region of a copy disabled for so long that the service may give it up (DDB-GT-6).
    fn opted_out(&mut self, _replica: u8, _now: Time, _out: &mut Outbox<Self::Event>) -> Effects {
        Effects::default()
    }
}
