//! The finished run: typed records, and nothing of the world. Every report is a function of a [`RunLog`].

pub mod cost;
pub mod expression;
pub mod logged;
pub mod metrics;
pub mod parse;
pub mod recovery;
pub mod rows;

use crate::rulebook::RuleRef;
use crate::services::{ErrorCode, Operation, Params, Service};
use crate::sim::{Histogram, Span, Time};
use expression::{Expression, Value};
use std::collections::BTreeMap;
use std::ops::Range;

/// Everything a run left behind. Names are indices into `regions`, `clients`, `stores`.
#[derive(Clone, Debug)]
pub struct RunLog {
    /// The scenario file's stem, which names the results.
    pub name: String,
    /// The scenario's title.
    pub title: String,
    /// The variant played, if not the base.
    pub variant: Option<String>,
    /// The hash of every file read and every overlay, in hexadecimal.
    pub scenario_hash: String,
    /// Seed and trial.
    pub seed: u64,
    /// The trial.
    pub trial: u64,
    /// `aws` or `notes`.
    pub rule_set: &'static str,
    /// When arrivals stopped.
    pub duration: Span,
    /// When the last event happened (requests and replication are followed to their end).
    pub ended: Time,
    /// Width of a row of the time series.
    pub bin: Span,
    /// Region names.
    pub regions: Vec<String>,
    /// The clients.
    pub clients: Vec<ClientInfo>,
    /// The stores.
    pub stores: Vec<StoreInfo>,
    /// The declared keys.
    pub keys: Vec<KeyInfo>,
    /// Mean one-way latency of each directed link between two Regions: (from, to, mean).
    pub links: Vec<(usize, usize, Span)>,
    /// Control plane, faults, key-state changes, failovers; in time order.
    pub events: Vec<EventRow>,
    /// One a step, in time order.
    pub answers: Vec<Answer>,
    /// The calls that services received, of steps, runbooks and faults; in time order.
    pub calls: Vec<Call>,
    /// The faults.
    pub faults: Vec<FaultSpan>,
    /// Latency of requests that succeeded.
    pub latency: Vec<LatencySeries>,
    /// Latency of requests that succeeded, by the bin in which they finished.
    pub latency_over_time: Vec<LatencyBin>,
    /// Requests by the bin of their first attempt.
    pub availability: Vec<AvailabilityRow>,
    /// Requests by the second of their first attempt: per client, rising seconds, seconds without requests left out.
    pub seconds: Vec<Vec<SecondRow>>,
    /// Requests of times in which none were simulated, as they would have been.
    pub skipped: Vec<SkippedRow>,
    /// Single requests, if some were to be kept, in the order in which they ended.
    pub requests: Vec<RequestRow>,
    /// The calls of these requests that services have answered, in no particular order.
    pub request_calls: Vec<RequestCall>,
    /// The stretches of time whose requests were kept.
    pub recorded: Vec<(Time, Time)>,
    /// Calls that were refused or not answered, whether a retry mended it or not.
    pub refusals: Vec<RefusalRow>,
    /// The ledger, whenever a verdict changed and at most once a bin otherwise.
    pub ledger: Vec<LedgerRow>,
    /// Extremes of the ledger over the run.
    pub shares: Vec<LedgerExtremes>,
    /// Staleness of each replica, sampled each bin (the largest within the bin).
    pub staleness: Vec<StalenessPoint>,
    /// Items of each replica, sampled each bin and where an expectation asks; rows only where the number changed.
    pub items: Vec<ItemsPoint>,
    /// How replicated writes ended.
    pub replication: Vec<ReplicationRow>,
    /// Data loss by store and fault.
    pub losses: Vec<LossRow>,
    /// What the price list needs to know; `None`: nobody asks what the design costs.
    pub design: Option<cost::Design>,
    /// Values of the expectations, in file order.
    pub expectations: Vec<Checked>,
    /// Every rule that decided something, with how often (requests count once each).
    pub rules: BTreeMap<RuleRef, u64>,
    /// Assumed or reported numbers the run leaned on besides rules: (what, value, source).
    pub assumptions: Vec<Assumption>,
    /// Counts for the foot of the report.
    pub totals: Totals,
    /// The digest of all logical records.
    pub digest: u128,
}

/// A single request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// Index of the client.
    pub client: usize,
    /// Index of the Region in which its instance ran.
    pub region: usize,
    /// `read`, `write`, `insert`.
    pub operation: &'static str,
    /// First attempt.
    pub start: Time,
    /// Final answer.
    pub end: Time,
    /// On the network.
    pub network: Span,
    /// Waiting for a KMS server.
    pub kms_queue: Span,
    /// Served by KMS.
    pub kms_service: Span,
    /// Waiting for the store and served by it.
    pub store: Span,
    /// How it failed; `None`: it did not.
    pub error: Option<ErrorCode>,
}

/// A call of a client's single request that a service has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestCall {
    /// When the answer left.
    pub time: Time,
    /// Index of the client.
    pub client: usize,
    /// Who was called.
    pub service: Service,
    /// AWS's name of the call.
    pub operation: &'static str,
    /// Index of the Region called.
    pub region: usize,
    /// What the call names: a key ARN, key ID or alias; a secret.
    pub target: String,
    /// The ARN of the key that was used.
    pub key: Option<String>,
    /// The encryption context.
    pub context: BTreeMap<String, String>,
    /// The error, if it was refused.
    pub error: Option<ErrorCode>,
}

/// Requests of a client between two stretches of simulated time: their expected number, with the outcomes of the end of
/// the stretch before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkippedRow {
    /// Index of the client.
    pub client: usize,
    /// From here on none was simulated.
    pub from: Time,
    /// Until here.
    pub to: Time,
    /// How many there would have been.
    pub requests: u64,
    /// How many of these would have succeeded.
    pub good: u64,
}

/// A client, for reports.
#[derive(Clone, Debug)]
pub struct ClientInfo {
    /// Name.
    pub name: String,
    /// As whom it calls.
    pub principal: String,
    /// The twelve digits of the principal's account.
    pub account: String,
    /// Index of the Region its instances first ran in.
    pub region: usize,
    /// Index of its store.
    pub store: usize,
    /// Share of the objective, 0..=1.
    pub objective_share: f64,
    /// Window of the objective.
    pub objective_window: Span,
    /// Whether it sends requests at all.
    pub traffic: bool,
    /// Its keyring in words: `mrk(orders)`, `none`.
    pub keyring: String,
    /// (Region index, since): where new requests went after the start, in time order.
    pub moves: Vec<(usize, Time)>,
}

/// A store, for reports.
#[derive(Clone, Debug)]
pub struct StoreInfo {
    /// Name.
    pub name: String,
    /// `dynamodb-global-table`, `aurora-global-database`.
    pub kind: &'static str,
    /// Indices of the Regions that held a replica at the start.
    pub regions: Vec<usize>,
    /// Who asks: clients of the store, then listed principals.
    pub readers: Vec<String>,
    /// (Region index, since): where the one writer was, in time order, the first at time 0. Empty if every
    /// replica takes writes.
    pub writers: Vec<(usize, Time)>,
    /// (Region index, status, since): what the service showed of each replica over the run, in time order.
    pub states: Vec<(usize, String, Time)>,
}

/// A declared key, for reports and diagrams.
#[derive(Clone, Debug)]
pub struct KeyInfo {
    /// Name.
    pub name: String,
    /// Its key ID, which related keys share.
    pub key_id: String,
    /// `multi-region` or `single-region`.
    pub kind: &'static str,
    /// Index of the primary's Region at the start.
    pub primary: usize,
    /// Indices of the replicas' Regions at the start.
    pub replicas: Vec<usize>,
    /// (Region index, since): where the primary key went after the start, in time order.
    pub moves: Vec<(usize, Time)>,
    /// (Region index, state, since): every state of every related key over the run, in time order.
    /// A key that is gone has the state `deleted`.
    pub states: Vec<(usize, String, Time)>,
}

/// A row of `events.csv`.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// When.
    pub time: Time,
    /// Index of the Region, if it has one.
    pub region: Option<usize>,
    /// Who caused it: a principal, `kms.amazonaws.com`, a fault's or runbook's name.
    pub principal: String,
    /// `fault`, `step`, `runbook`, `service`, `client`.
    pub source: &'static str,
    /// `ScheduleKeyDeletion`, `region-outage`, `route`.
    pub operation: String,
    /// What it was done to.
    pub target: String,
    /// `started`, `lifted`, `ok`, `refused`, or the state that it became.
    pub outcome: String,
    /// The error name, if it failed.
    pub error: String,
    /// The rule that decided.
    pub rule: Option<RuleRef>,
    /// More, for people.
    pub detail: String,
}

/// A line of `answers.jsonl`.
#[derive(Clone, Debug)]
pub struct Answer {
    /// When.
    pub time: Time,
    /// The command as typed.
    pub command: String,
    /// The step's name, if it has one.
    pub name: Option<String>,
    /// The name under which the answer was kept, if it was.
    pub saved: Option<String>,
    /// The Region called.
    pub region: String,
    /// Who called.
    pub principal: String,
    /// The error, if it failed.
    pub error: Option<String>,
    /// The error's message.
    pub message: String,
    /// The rule that decided, on refusal.
    pub rule: Option<RuleRef>,
    /// The AWS-shaped response.
    pub response: serde_json::Value,
    /// What was expected of it and whether it came so.
    pub expected: Option<(String, bool)>,
    /// `file:line`.
    pub location: String,
}

/// A call that a service received from a step, a runbook or a fault.
#[derive(Clone, Debug)]
pub struct Call {
    /// When.
    pub time: Time,
    /// What was called.
    pub operation: &'static Operation,
    /// Index of the Region called.
    pub region: usize,
    /// Who called.
    pub principal: String,
    /// The twelve digits of the caller's account.
    pub account: String,
    /// The parameters, with every reference filled in.
    pub parameters: Params,
    /// The error, if it failed.
    pub error: Option<String>,
    /// The error's message.
    pub message: String,
    /// The AWS-shaped response.
    pub response: serde_json::Value,
    /// The rows of `events` that tell what it changed.
    pub changes: Range<usize>,
}

/// A fault's time on the axis.
#[derive(Clone, Debug)]
pub struct FaultSpan {
    /// Its name.
    pub name: String,
    /// Its kind: `region-outage`.
    pub kind: &'static str,
    /// In words: `us-east-1`, `us-east-1 -> eu-west-1`.
    pub scope: String,
    /// The Region it hits, if one.
    pub region: Option<usize>,
    /// From.
    pub start: Time,
    /// To; `None`: for good.
    pub end: Option<Time>,
}

/// Latency of one (client, Region of its instances, operation, phase).
#[derive(Clone, Debug)]
pub struct LatencySeries {
    /// Index of the client.
    pub client: usize,
    /// Index of the Region in which the instances ran.
    pub region: usize,
    /// `read`, `write`, `insert`.
    pub operation: &'static str,
    /// `total`, `network`, `kms-queue`, `kms-service`, `store`.
    pub phase: &'static str,
    /// The times.
    pub times: Histogram,
}

/// Latency of the requests of one bin that succeeded, retries included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatencyBin {
    /// Start of the bin.
    pub time: Time,
    /// Index of the client.
    pub client: usize,
    /// Index of the Region in which the instances ran.
    pub region: usize,
    /// How many.
    pub count: u64,
    /// The median.
    pub p50: Span,
    /// The 99th percentile.
    pub p99: Span,
}

/// Requests of one bin with one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AvailabilityRow {
    /// Start of the bin.
    pub time: Time,
    /// Index of the client.
    pub client: usize,
    /// Index of the Region in which the instances ran.
    pub region: usize,
    /// The error, or none for success.
    pub error: Option<ErrorCode>,
    /// How many.
    pub count: u64,
}

/// Requests first attempted in one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondRow {
    /// The second.
    pub second: u64,
    /// How many requests.
    pub total: u64,
    /// How many of them succeeded.
    pub good: u64,
}

/// Calls that were refused or not answered, by what refused them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalRow {
    /// Index of the client.
    pub client: usize,
    /// Index of the Region in which the instances ran.
    pub region: usize,
    /// The call: `GenerateDataKey`, `Decrypt`, `PutItem`, …; `application`: it did not get as far.
    pub operation: &'static str,
    /// What the application saw.
    pub error: ErrorCode,
    /// The rule that decided.
    pub rule: RuleRef,
    /// How many.
    pub count: u64,
    /// When the first one failed.
    pub first: Time,
    /// When the last one failed.
    pub last: Time,
}

/// The five classes of decryptability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Plaintext can be had now.
    Decryptable,
    /// The rules allow it; something on the way is down.
    Unreachable,
    /// A key's state or absence refuses; a key operation could mend it.
    Recoverable,
    /// The asker is wrong: permission, keyring, identifier, context.
    Denied,
    /// No key anywhere can ever decrypt it.
    Lost,
}

impl Class {
    /// All five, in the order of the reports.
    pub const ALL: [Class; 5] =
        [Class::Decryptable, Class::Unreachable, Class::Recoverable, Class::Denied, Class::Lost];

    /// `decryptable`, …
    pub fn name(self) -> &'static str {
        match self {
            Class::Decryptable => "decryptable",
            Class::Unreachable => "unreachable",
            Class::Recoverable => "recoverable",
            Class::Denied => "denied",
            Class::Lost => "lost",
        }
    }
}

/// Items of one replica in one class for one reader, from `time` on. Rows of one instant, store, Region and
/// reader belong together: every item of the replica is in exactly one of them. Rising in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// From when.
    pub time: Time,
    /// Index of the store.
    pub store: usize,
    /// Index of the Region.
    pub region: usize,
    /// Index into the store's readers.
    pub reader: usize,
    /// The class.
    pub class: Class,
    /// How many items.
    pub items: u64,
    /// The rule of the best path.
    pub rule: RuleRef,
    /// The last instant at which a key operation still helps.
    pub deadline: Option<Time>,
}

/// Over the run: lowest share decryptable, highest of each other class; and at the end.
#[derive(Clone, Debug)]
pub struct LedgerExtremes {
    /// Index of the store.
    pub store: usize,
    /// Index of the Region.
    pub region: usize,
    /// Index into the store's readers.
    pub reader: usize,
    /// Per class of [`Class::ALL`]; `None` if the replica never held an item.
    pub extreme: Option<[f64; 5]>,
    /// Per class, at the end.
    pub end: Option<[f64; 5]>,
}

/// How many items a replica held from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemsPoint {
    /// From when, at the latest.
    pub time: Time,
    /// Index of the store.
    pub store: usize,
    /// Index of the Region.
    pub region: usize,
    /// How many.
    pub items: u64,
}

/// The largest staleness of a replica within a bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StalenessPoint {
    /// Start of the bin.
    pub time: Time,
    /// Index of the store.
    pub store: usize,
    /// Index of the Region.
    pub region: usize,
    /// Time since the oldest write that it lacked was acknowledged.
    pub staleness: Span,
}

/// How the replicated writes of one pair of replicas ended.
#[derive(Clone, Debug)]
pub struct ReplicationRow {
    /// Index of the store.
    pub store: usize,
    /// Index of the Region written in.
    pub from: usize,
    /// Index of the Region replicated to.
    pub to: usize,
    /// Stored there.
    pub applied: u64,
    /// A newer write to the item was there, or merged with it while both waited.
    pub superseded: u64,
    /// Still on the way at the end.
    pub pending: u64,
    /// Gone.
    pub lost: u64,
    /// Delay from acknowledgement to the end of those applied or superseded.
    pub delay: Histogram,
}

/// [`LossRow::how`] of a loss without a takeover.
pub const NOBODY_TOOK_OVER: &str = "nobody took over: as of the fault's start";

/// Data loss of a store for one fault.
#[derive(Clone, Debug)]
pub struct LossRow {
    /// Index of the store.
    pub store: usize,
    /// Name of the fault.
    pub fault: String,
    /// Index of the Region that failed.
    pub from: usize,
    /// Index of the Region that took over.
    pub to: usize,
    /// When it took over.
    pub takeover: Time,
    /// In words: `promotion`, `first write elsewhere`, `nobody took over: as of the fault's start`.
    pub how: &'static str,
    /// Age at the fault's start of the oldest write that was missing.
    pub age: Span,
    /// Writes acknowledged but missing at takeover.
    pub writes: u64,
    /// Of these: applied after all.
    pub delayed: u64,
    /// Of these: superseded by a newer write.
    pub suppressed: u64,
    /// Of these: lost.
    pub lost: u64,
    /// Of these: still on the way at the end.
    pub pending: u64,
}

/// An expectation and what it came to.
#[derive(Clone, Debug)]
pub struct Checked {
    /// As written.
    pub text: String,
    /// What was asked.
    pub expression: Expression,
    /// What it came to.
    pub value: Value,
    /// Whether it holds.
    pub met: bool,
    /// `file:line`.
    pub location: String,
}

/// A number about the outside world that the run leaned on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assumption {
    /// What it is: `KMS service time`.
    pub what: String,
    /// Its value: `lognormal(8ms, 0.6)`.
    pub value: String,
    /// `assumed`, `measured`, `documented`, `reported`.
    pub basis: &'static str,
    /// Source and date, or why.
    pub source: String,
}

/// Counts of the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Requests that arrived.
    pub requests: u64,
    /// Requests that succeeded.
    pub succeeded: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Events the kernel handled.
    pub events: u64,
    /// Acknowledged writes.
    pub writes: u64,
}
