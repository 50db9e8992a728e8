//! Everything a run needs, checked and without names: what the scenario floor hands to the model.

use crate::client::{ClientSetup, Keyring};
use crate::faults::Fault;
use crate::runlog::Assumption;
use crate::runlog::expression::Expression;
use crate::services::aurora::ClusterSetup;
use crate::services::dynamodb::TableSetup;
use crate::services::iam::Directory;
use crate::services::kms;
use crate::services::route53::RecordSetup;
use crate::services::s3::BucketSetup;
use crate::services::secrets::SecretSetup;
use crate::services::snapshot::{CopyOf, CopySetup};
use crate::services::{Command, Service};
use crate::sim::{Law, Sampler, Span, Stream, Time};
use crate::world::{self, RegionId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A scenario, ready to run. Indices: keys are `SetId(i)`, stores and clients by position.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The scenario file's stem, which names the results.
    pub name: String,
    /// The scenario's title.
    pub title: String,
    /// The variant played, if not the base.
    pub variant: Option<String>,
    /// The hash of every file read and every overlay, in hexadecimal.
    pub hash: String,
    /// The seed of every random stream.
    pub seed: u64,
    /// When arrivals stop and the ledger closes.
    pub duration: Span,
    /// Width of a row of the time series that are written.
    pub bin: Span,
    /// `aws` or `notes`.
    pub rule_set: RuleSet,
    /// Regions, links and endpoints.
    pub world: world::Setup,
    /// Accounts and principals. The first account owns the stores.
    pub directory: Directory,
    /// KMS keys that exist at time 0.
    pub keys: Vec<kms::KeySetup>,
    /// Times of KMS's own processes.
    pub timing: kms::Timing,
    /// Open points of the KMS rulebook.
    pub settings: kms::Settings,
    /// Departures from AWS's documented behaviour; clients read the one on keyrings.
    pub switches: kms::Switches,
    /// How long a store goes on with a key that has changed before it tries it again (DDB-KEY-7).
    pub table_key_recheck: Law,
    /// How long an instance takes from its launch until it serves.
    pub launch: Law,
    /// The pause before a launch that found no capacity is tried again.
    pub launch_retry: Span,
    /// Replicated data.
    pub stores: Vec<StoreSetup>,
    /// Applications.
    pub clients: Vec<ClientSetup>,
    /// DNS records, each with the client (index) whose requests go where it says.
    pub records: Vec<(usize, RecordSetup)>,
    /// Triggers and what is then done.
    pub runbooks: Vec<RunbookSetup>,
    /// Faults and steps, in file order; of a trial, then the faults that were drawn for it.
    pub timeline: Vec<TimelineEntry>,
    /// Faults that come by chance.
    pub chances: Vec<Chance>,
    /// How a long time is played; `None`: requests are simulated all the time.
    pub horizon: Option<HorizonSetup>,
    /// What must hold at the end.
    pub expect: Vec<Expectation>,
    /// The exam question that the scenario answers, if it is one.
    pub question: Option<Question>,
    /// Which single requests are kept.
    pub record: Record,
    /// How the cost is reckoned; `None`: nobody asks for it.
    pub cost: Option<CostSetup>,
    /// Numbers about the outside world that the file did not state itself.
    pub assumptions: Vec<Assumption>,
}

/// What AWS's documents leave open about the bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostSetup {
    /// Transfer between the Regions of a global table is charged (PRC-2).
    pub table_transfer: bool,
    /// Each replica key bears the surcharge of a rotation (KMS-UNV-11).
    pub surcharge_of_replicas: bool,
}

/// How a long time is played: requests are simulated around what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HorizonSetup {
    /// Requests begin so long before.
    pub lead: Span,
    /// They end when every client has held its objective for so long.
    pub settle: Span,
}

/// Whose rules are played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleSet {
    /// AWS's documented behaviour.
    Aws,
    /// What popular study notes claim.
    Notes,
}

impl RuleSet {
    /// `aws` or `notes`.
    pub fn name(self) -> &'static str {
        match self {
            RuleSet::Aws => "aws",
            RuleSet::Notes => "notes",
        }
    }
}

/// A replicated data set.
#[derive(Clone, Debug)]
pub struct StoreSetup {
    /// Its name in the scenario.
    pub name: String,
    /// What it is.
    pub kind: StoreKind,
    /// Regions that hold a replica, in file order.
    pub regions: Vec<RegionId>,
    /// Item keys that requests choose from.
    pub items: u64,
    /// Bytes of an item, for its cost.
    pub item_size: u64,
    /// Client (index) that wrote all items before time 0.
    pub preload: Option<usize>,
    /// Replication delay, `lag[i][j]` from the i-th to the j-th of `regions`.
    pub lag: Vec<Vec<Law>>,
    /// Time between two held writes that are let through after a lift; `None`: all at once.
    pub catch_up: Option<Span>,
    /// Principals, besides its clients, who ask for plaintext.
    pub readers: Vec<String>,
    /// Encryption at rest, replica by replica.
    pub encryption: Vec<AtRest>,
}

impl StoreSetup {
    /// The Region of its witness, if it has one.
    pub fn witness(&self) -> Option<RegionId> {
        match &self.kind {
            StoreKind::DynamoDb(table) => table.witness,
            _ => None,
        }
    }
}

/// The kinds of store that are modelled.
#[derive(Clone, Debug)]
pub enum StoreKind {
    /// A DynamoDB table or global table.
    DynamoDb(TableSetup),
    /// An Aurora cluster or global database.
    Aurora(ClusterSetup),
    /// S3 buckets.
    S3(BucketSetup),
    /// Snapshots and backups that are copied.
    Snapshot(CopySetup),
    /// A secret with its replicas.
    Secret(SecretSetup),
}

impl StoreKind {
    /// The scenario language's name, where a store has more than one Region.
    pub fn name(&self) -> &'static str {
        match self {
            StoreKind::DynamoDb(_) => "dynamodb-global-table",
            StoreKind::Aurora(_) => "aurora-global-database",
            StoreKind::S3(_) => "s3-replication",
            StoreKind::Snapshot(_) => "snapshot-copy",
            StoreKind::Secret(_) => "secret",
        }
    }

    /// The service whose endpoints its calls go to.
    pub fn service(&self) -> Service {
        match self {
            StoreKind::DynamoDb(_) => Service::DynamoDb,
            StoreKind::Aurora(_) => Service::Rds,
            StoreKind::S3(_) => Service::S3,
            StoreKind::Snapshot(copy) => match copy.of {
                CopyOf::EbsVolume => Service::Ec2,
                CopyOf::RdsSnapshot | CopyOf::RdsAutomatedBackup => Service::Rds,
                CopyOf::BackupVault => Service::Rds,
            },
            StoreKind::Secret(_) => Service::SecretsManager,
        }
    }
}

/// With what a replica is encrypted at rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AtRest {
    /// A key that AWS owns: always there, never refused.
    #[default]
    AwsOwned,
    /// The key that AWS manages for the service in this account and Region (`aws/…`).
    AwsManaged,
    /// A customer managed key.
    Customer(kms::SetId),
}

/// One entry of the timeline.
#[derive(Clone, Debug)]
pub struct TimelineEntry {
    /// Its name, if it has one (faults without one get their kind and a number).
    pub name: Option<String>,
    /// When.
    pub at: Time,
    /// What.
    pub action: Action,
    /// `region-outage.toml:31`, for messages.
    pub location: String,
}

/// An exam question: right are the choices that hold when the scenario has been played.
#[derive(Clone, Debug)]
pub struct Question {
    /// The question.
    pub text: String,
    /// What it is about.
    pub topic: String,
    /// The entries of the rulebook that it is about.
    pub facts: Vec<String>,
    /// How many choices hold.
    pub correct: usize,
    /// What may be answered.
    pub choices: Vec<Choice>,
}

/// What may be answered.
#[derive(Clone, Debug)]
pub struct Choice {
    /// In words.
    pub text: String,
    /// The same as expressions, all of which must hold.
    pub holds: Vec<Expectation>,
}

/// Which single requests a run keeps, at most [`Record::MOST`] of them: those first attempted in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Record {
    /// None.
    #[default]
    Nothing,
    /// Half a minute before and after each start and end of a fault.
    AroundFaults,
    /// From the one instant up to the other.
    Between(Time, Time),
}

impl Record {
    /// The most requests of a run.
    pub const MOST: usize = 10_000;

    /// The stretches of a run with these faults, in order.
    pub fn stretches(self, timeline: &[TimelineEntry]) -> Vec<(Time, Time)> {
        const AROUND: Span = Span::secs(30);
        match self {
            Record::Nothing => Vec::new(),
            Record::Between(from, to) => vec![(from, to)],
            Record::AroundFaults => {
                let ends = timeline.iter().flat_map(|entry| match entry.action {
                    Action::Fault { lasts, .. } => [Some(entry.at), lasts.map(|lasts| entry.at + lasts)],
                    Action::Step(_) | Action::Message(_) => [None, None],
                });
                let around = |at: Time| (Time(at.0.saturating_sub(AROUND.0)), at + AROUND);
                let mut found: Vec<(Time, Time)> = ends.flatten().map(around).collect();
                found.sort_unstable();
                found
            }
        }
    }
}

/// A fault that comes again and again, by chance.
#[derive(Clone, Debug)]
pub struct Chance {
    /// Its name, the same each time.
    pub name: String,
    /// What breaks.
    pub fault: Fault,
    /// From the end of one, or from the start of the run, to the start of the next.
    pub every: Law,
    /// How long it lasts; `None`: for good, so that it comes once.
    pub lasts: Option<Law>,
    /// `ten-years.toml:31`, for messages.
    pub location: String,
}

impl Setup {
    /// The setup of one trial: what comes by chance has its times. Each fault draws from streams of its own name, so a
    /// trial has the same faults in every variant.
    pub fn of_trial(self: &Arc<Setup>, trial: u64) -> Arc<Setup> {
        match self.chances.is_empty() {
            true => Arc::clone(self),
            false => {
                let mut drawn = Setup::clone(self);
                let entries = self.chances.iter().flat_map(|chance| chance.draw(self, trial));
                drawn.timeline.extend(entries);
                Arc::new(drawn)
            }
        }
    }
}

impl Chance {
    /// Its occurrences in a trial, in order.
    fn draw(&self, setup: &Setup, trial: u64) -> Vec<TimelineEntry> {
        let stream = |purpose| Stream::new(setup.seed, trial, &format!("{}/{purpose}", self.name));
        let (mut gaps, mut lengths) = (stream("every"), stream("for"));
        let every = Sampler::new(&self.every);
        let lasts = self.lasts.as_ref().map(Sampler::new);
        let mut entries: Vec<TimelineEntry> = Vec::new();
        let mut free = Time::ZERO;
        loop {
            let at = free + every.sample(gaps.next_u64()).max(Span::MILLISECOND);
            if at.0 >= setup.duration.0 {
                return entries;
            }
            let lasts = lasts.as_ref().map(|law| law.sample(lengths.next_u64()).max(Span::MILLISECOND));
            entries.push(TimelineEntry {
                name: Some(self.name.clone()),
                at,
                action: Action::Fault { fault: self.fault.clone(), lasts },
                location: self.location.clone(),
            });
            match lasts {
                Some(lasts) => free = at + lasts,
                None => return entries,
            }
        }
    }
}

/// What a timeline entry does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Something breaks, until it is lifted or for good.
    Fault {
        /// What.
        fault: Fault,
        /// How long; `None`: for good.
        lasts: Option<Span>,
    },
    /// Somebody types a command.
    Step(Step),
    /// Somebody calls the AWS Encryption SDK.
    Message(MessageStep),
}

/// A command with what is expected of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// The command.
    pub command: Command,
    /// The Region it is typed in, which makes it subject to that Region's partitions.
    pub from: Option<RegionId>,
    /// Who types it (`as`); default `administrator`.
    pub principal: String,
    /// Name under which the answer is kept.
    pub save: Option<String>,
    /// What the answer must be.
    pub expect: Option<StepExpectation>,
}

/// A call of the AWS Encryption SDK with what is expected of it.
#[derive(Clone, Debug)]
pub struct MessageStep {
    /// What is done with a message.
    pub job: MessageJob,
    /// In words, for the answers: `encrypt with mrk(orders) in us-east-1`.
    pub text: String,
    /// The keyring. Its literal key names may hold `$` references.
    pub keyring: Keyring,
    /// The Region whose instance calls: declared keys are bound to it.
    pub region: RegionId,
    /// The encryption context, stated.
    pub context: BTreeMap<String, String>,
    /// The Region in which the caller is, which makes it subject to that Region's partitions.
    pub from: Option<RegionId>,
    /// Who calls (`as`); default `administrator`.
    pub principal: String,
    /// Name under which the answer is kept.
    pub save: Option<String>,
    /// What the answer must be.
    pub expect: Option<StepExpectation>,
}

/// What is done with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageJob {
    /// Makes one of these bytes, in base64.
    Encrypt(String),
    /// Opens one: a text that may hold `$` references.
    Decrypt(String),
}

impl MessageJob {
    /// The scenario language's name.
    pub fn name(&self) -> &'static str {
        match self {
            MessageJob::Encrypt(_) => "encrypt",
            MessageJob::Decrypt(_) => "decrypt",
        }
    }
}

/// What a step's answer must be.
#[derive(Clone, Debug)]
pub enum StepExpectation {
    /// Success.
    Ok,
    /// This error.
    Error(String),
    /// Response fields, by path (`KeyMetadata.KeyState`), as text that may hold `$` references.
    Fields(Vec<(String, String)>),
}

/// A trigger and the steps that follow it.
#[derive(Clone, Debug)]
pub struct RunbookSetup {
    /// Its name.
    pub name: String,
    /// The condition that starts it.
    pub when: Expression,
    /// How long the condition must have held, second by second.
    pub held_for: Span,
    /// Whether it may start again.
    pub again: bool,
    /// People take its steps, who must be able to sign in.
    pub manual: bool,
    /// What is done, one after the other.
    pub steps: Vec<RunbookStep>,
}

/// One step of a runbook.
#[derive(Clone, Debug)]
pub enum RunbookStep {
    /// People and machines take this long.
    Wait(Law),
    /// Wait until a condition holds (checked each second).
    WaitUntil(Expression),
    /// New requests of the client (index) go to instances in the Region.
    Route {
        /// Index of the client.
        client: usize,
        /// Where its instances now are.
        region: RegionId,
    },
    /// A command; with `retry`, again after this time until it is accepted.
    Run {
        /// The command.
        command: Command,
        /// The pause between tries.
        retry: Option<Span>,
    },
}

/// One line of `[expect]`.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// As written: `decryptable(orders, eu-west-1) >= 100%`.
    pub text: String,
    /// What it says.
    pub expression: Expression,
    /// `region-outage.toml:70`, for messages.
    pub location: String,
}
