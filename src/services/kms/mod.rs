//! AWS KMS: keys of one Region and sets of related multi-Region keys, as a pure state machine.

pub mod setup;

pub use setup::{KeySetup, PendingDeletionError, Settings, Switches, Timing};

/// A set of related multi-Region keys, or a single-Region key alone: an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetId(pub u32);

use crate::rulebook::RuleRef;
use crate::services::{Caller, Operation, Outbox, Params, Refusal};
use crate::sim::Time;
use crate::world::{RegionId, RegionSet};

/// A Region as KMS sees it.
#[derive(Clone, Debug)]
pub struct Place {
    /// `us-east-1`.
    pub name: String,
    /// `aws`, `aws-cn`, …
    pub partition: String,
}

/// What one KMS plays by.
#[derive(Clone, Debug)]
pub struct Config {
    /// The Regions; `RegionId(i)` is the i-th.
    pub regions: Vec<Place>,
    /// The account that owns every key.
    pub account: String,
    /// Times of its own processes.
    pub timing: Timing,
    /// Open points.
    pub settings: Settings,
    /// Departures from documented behaviour.
    pub switches: Switches,
}

/// One wrap of a data key: what the message names (KMS-CT-1, KMS-ESDK-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wrap {
    /// The related keys that can unwrap it.
    pub set: SetId,
    /// The Region of the key that wrapped it: its ARN stands in the message.
    pub region: RegionId,
    /// The key material version.
    pub material: u16,
}

/// Which call makes a wrapped data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// The generator's.
    GenerateDataKey,
    /// A child's of a multi-keyring.
    Encrypt,
}

/// KMS's own timers and messages between Regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KmsEvent {}

/// A key state, by AWS's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Usable.
    Enabled,
}

impl KeyState {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        todo!()
    }
}

/// KMS in every Region of one account.
#[derive(Clone, Debug)]
pub struct Kms {
    config: Config,
}

#[expect(unused_variables, reason = "the contract, not yet the service")]
impl Kms {
    /// No keys yet.
    pub fn new(config: Config) -> Kms {
        Kms { config }
    }
    /// A key that exists at time 0. `fresh`: the random bits of its key ID.
    pub fn declare(&mut self, key: &KeySetup, fresh: u128) -> SetId {
        todo!()
    }
    /// Carries an operation out: the AWS-shaped response, or the refusal.
    pub fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<KmsEvent>,
    ) -> Result<serde_json::Value, Refusal> {
        todo!()
    }
    /// A timer fires, or a message from another Region arrives, in `at`. `reach` as in [`Caller`].
    pub fn handle(
        &mut self,
        at: RegionId,
        event: KmsEvent,
        now: Time,
        reach: RegionSet,
        out: &mut Outbox<KmsEvent>,
    ) {
        todo!()
    }
    /// The control epoch: it grows with every change of anything that a verdict depends on.
    pub fn epoch(&self) -> u64 {
        todo!()
    }
    /// What wrapping a data key with the identifier (key ID, ARN, alias) at a Region's endpoint answers.
    pub fn may_wrap(&self, by: Wrapping, at: RegionId, key: &str, principal: &str) -> Result<Wrap, Refusal> {
        todo!()
    }
    /// What Decrypt of a wrapped data key answers there, with or without KeyId.
    pub fn may_unwrap(
        &self,
        at: RegionId,
        key: Option<&str>,
        wrap: Wrap,
        principal: &str,
    ) -> Result<RuleRef, Refusal> {
        todo!()
    }
    /// The rule by which no key anywhere can ever unwrap it again, if so.
    pub fn lost(&self, wrap: Wrap) -> Option<RuleRef> {
        todo!()
    }
    /// The ARN of the set's key in a Region, whether it exists or not.
    pub fn arn(&self, set: SetId, region: RegionId) -> String {
        todo!()
    }
    /// The key ID, shared by related keys.
    pub fn key_id(&self, set: SetId) -> &str {
        todo!()
    }
    /// How many sets there are, declared ones first.
    pub fn sets(&self) -> u32 {
        todo!()
    }
    /// The state of the set's key in a Region, if there is one.
    pub fn state(&self, set: SetId, region: RegionId) -> Option<KeyState> {
        todo!()
    }
    /// The Region of the primary key (or of the single-Region key), while it exists.
    pub fn primary(&self, set: SetId) -> Option<RegionId> {
        todo!()
    }
    /// The Regions that have a key of the set now.
    pub fn regions(&self, set: SetId) -> RegionSet {
        todo!()
    }
    /// Whether the Region has or had a key of the set.
    pub fn ever_had(&self, set: SetId, at: RegionId) -> bool {
        todo!()
    }
    /// The Region of the primary key, or of the last one there was.
    pub fn home(&self, set: SetId) -> RegionId {
        todo!()
    }
}
