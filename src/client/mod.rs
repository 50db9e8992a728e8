//! Clients: populations of application instances, their workload, keyring, retries and failover.

pub mod cache;
pub mod classes;
pub mod envelope;
pub mod keyring;
pub mod message;
pub mod pace;
pub mod retry;
pub mod rules;

pub use cache::CacheSetup;
pub use envelope::Failure;
pub use keyring::{Filter, KeyName, Keyring};
pub use retry::RetryMode;

use crate::sim::Span;
use crate::world::RegionId;
use std::collections::BTreeMap;

/// A client of this run: its index in the setup's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u16);

impl ClientId {
    /// As an index.
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// What a client is, before the run.
#[derive(Clone, Debug)]
pub struct ClientSetup {
    /// Its name in the scenario.
    pub name: String,
    /// The IAM principal as which its instances call.
    pub principal: String,
    /// Where its instances run and call from.
    pub region: RegionId,
    /// Index of its store in the setup's list.
    pub store: usize,
    /// Mean arrivals; `None`: no traffic, only a reader of the ledger.
    pub rate: Option<Rate>,
    /// Ends the arrivals after this many requests.
    pub requests: Option<u64>,
    /// What the requests are.
    pub mix: Mix,
    /// Reads are strongly consistent (`ConsistentRead`), where the store knows a difference.
    pub consistent_reads: bool,
    /// Client-side envelope encryption; `None`: the application stores plaintext.
    pub keyring: Option<Keyring>,
    /// Data-key caching of its instances; `None`: every message asks KMS.
    pub cache: Option<CacheSetup>,
    /// The encryption context of everything it encrypts and decrypts.
    pub context: BTreeMap<String, String>,
    /// Regions whose endpoints its calls try next.
    pub failover: Vec<RegionId>,
    /// The SDK's retry mode.
    pub retry: RetryMode,
    /// Application instances; requests are dealt round robin, retry tokens and cached data keys are per instance.
    pub instances: u32,
    /// Instances ready at time 0, where they are not as many as `instances`.
    pub standby: BTreeMap<RegionId, u32>,
    /// US dollars an hour for an instance, if stated.
    pub instance_price: Option<f64>,
    /// How long the credentials of an instance are good.
    pub session: Span,
    /// Time to connect to an endpoint in the same Region.
    pub connect_timeout_local: Span,
    /// Time to connect to an endpoint in another Region.
    pub connect_timeout_across: Span,
    /// Time for one attempt's answer.
    pub attempt_timeout: Span,
    /// What recovery time is measured against.
    pub objective: Objective,
}

/// An arrival rate: a Poisson process with this mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Mean time between arrivals.
    pub gap: Span,
}

/// Shares of the kinds of request; they add up to one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mix {
    /// Reads of an item.
    pub read: f64,
    /// Writes of an item.
    pub write: f64,
    /// Writes of a new item.
    pub insert: f64,
}

/// `99% over 60s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// The share of requests that must succeed, 0..=1.
    pub share: f64,
    /// Over every window of this length.
    pub window: Span,
}
