//! Clients: populations of application instances, their workload, keyring, retries and failover.

pub mod classes;
pub mod envelope;
pub mod retry;
pub mod rules;

pub use envelope::Failure;

use crate::services::kms::SetId;
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
    /// Client-side envelope encryption; `None`: the application stores plaintext.
    pub keyring: Option<Keyring>,
    /// The encryption context of everything it encrypts and decrypts.
    pub context: BTreeMap<String, String>,
    /// Regions whose endpoints its calls try next.
    pub failover: Vec<RegionId>,
    /// The SDK's retry mode.
    pub retry: RetryMode,
    /// Application instances; requests are dealt round robin, retry tokens are per instance.
    pub instances: u32,
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

/// A keyring of the AWS Encryption SDK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyring {
    /// Not MRK-aware: decrypts only what names exactly its own key ARN (KMS-ESDK-8).
    Plain(KeyName),
    /// MRK-aware: decrypts what any related key wrapped, with the configured one (KMS-ESDK-3).
    MrkAware(KeyName),
    /// A generator and children, each MRK-aware: every one wraps, any one decrypts (KMS-ESDK-7).
    Multi(Vec<KeyName>),
}

impl Keyring {
    /// For people: `mrk(orders)`.
    pub fn in_words<'a>(&'a self, name: impl Fn(SetId) -> &'a str) -> String {
        let word = |key: &'a KeyName| match key {
            KeyName::Declared(set) => name(*set),
            KeyName::Literal(text) => text,
        };
        match self {
            Keyring::Plain(key) => format!("plain({})", word(key)),
            Keyring::MrkAware(key) => format!("mrk({})", word(key)),
            Keyring::Multi(keys) => {
                format!("multi({})", keys.iter().map(word).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// How a keyring names a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyName {
    /// A key of the file: configured with its ARN in the instance's own Region, or the primary's where there is none.
    Declared(SetId),
    /// A literal key ID, ARN or alias, taken as written.
    Literal(String),
}

/// The SDK's retry mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryMode {
    /// Standard mode of 2026 (KMS-RET-1).
    Standard,
    /// One attempt.
    None,
}

/// `99% over 60s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// The share of requests that must succeed, 0..=1.
    pub share: f64,
    /// Over every window of this length.
    pub window: Span,
}
