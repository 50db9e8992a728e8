//! What becomes of the items of an envelope class for one reader at one replica: whether the data key can be unwrapped
//! there now, and if not, what stands in the way.

use super::Simulation;
use super::calls::down;
use super::plans::attempts;
use crate::client::classes::{CORRUPT, Context, FOREIGN_KEY, PLAINTEXT};
use crate::client::envelope::Path;
use crate::client::{Failure, rules};
use crate::rulebook::RuleRef;
use crate::runlog::Class;
use crate::services::kms::Wrap;
use crate::services::replication::ClassId;
use crate::services::s3::rules as s3;
use crate::services::store::{Barrier, Fate};
use crate::services::{ErrorCode, Remedy, Service};
use crate::sim::Time;
use crate::world::RegionId;
use crate::world::endpoint::{Mode, Work};
use std::collections::BTreeMap;

/// What becomes of items; in the order in which verdicts are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verdict {
    /// The class of decryptability.
    pub class: Class,
    /// The rule of the best path.
    pub rule: RuleRef,
    /// Until when a key operation can mend it.
    pub deadline: Option<Time>,
}

impl Verdict {
    fn new(class: Class, rule: RuleRef) -> Verdict {
        Verdict { class, rule, deadline: None }
    }

    /// Of items in a replica that cannot be read.
    fn behind(barrier: Barrier) -> Verdict {
        let (class, deadline) = match barrier.fate {
            Fate::Passes => (Class::Unreachable, None),
            Fate::Mendable { deadline } => (Class::Recoverable, deadline),
            Fate::Refused => (Class::Denied, None),
            Fate::Gone => (Class::Lost, None),
        };
        Verdict { class, rule: barrier.rule, deadline }
    }
}

/// A verdict by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerdictId(u32);

/// Every verdict that has been given, each once: a ledger compares them for every write.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    all: Vec<Verdict>,
    numbers: BTreeMap<Verdict, VerdictId>,
}

impl Verdicts {
    /// The number of a verdict.
    pub fn number(&mut self, verdict: Verdict) -> VerdictId {
        let next = VerdictId(self.all.len() as u32);
        let number = *self.numbers.entry(verdict).or_insert(next);
        if number == next {
            self.all.push(verdict);
        }
        number
    }

    /// The verdict of a number.
    #[inline]
    pub fn get(&self, number: VerdictId) -> &Verdict {
        &self.all[number.0 as usize]
    }
}

/// Who reads.
#[derive(Clone, Debug)]
pub enum Reader {
    /// A client (index), with its keyring.
    Client(usize),
    /// A principal, who calls Decrypt without KeyId.
    Principal(String),
}

/// One reader at one replica, with an instance in the replica's Region.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Index of the store.
    pub store: usize,
    /// Index among its replicas.
    pub replica: u8,
    /// Where that replica is.
    pub region: RegionId,
    /// Who reads.
    pub reader: Reader,
}

impl Simulation {
    /// The verdict about the items of an envelope class: that of the best path.
    pub(super) fn judge(&self, seat: &Seat, class: ClassId) -> Verdict {
        let wraps = self.classes.wraps(class);
        let lost: Vec<Option<RuleRef>> = wraps.iter().map(|wrap| self.kms.lost(*wrap)).collect();
        if let Some(Some(rule)) = lost.first()
            && lost.iter().all(Option::is_some)
        {
            return Verdict::new(Class::Lost, *rule);
        }
        if let Err(barrier) = self.readable(seat.store, seat.replica) {
            return Verdict::behind(barrier);
        }
        if let CORRUPT | FOREIGN_KEY = class {
            return self.judge_attacked(seat.store, class);
        }
        if class == PLAINTEXT {
            return Verdict::new(Class::Decryptable, rules::PLAINTEXT_NEEDS_NO_KEY);
        }
        let attempts: Vec<Vec<Path<RuleRef>>> = match &seat.reader {
            Reader::Client(client) => {
                let setup = &*self.setup;
                let client = &setup.clients[*client];
                match attempts(client, seat.region, class, &self.kms, (setup, &self.classes)) {
                    Ok(attempts) => attempts,
                    Err(failure) => return Verdict::new(Class::Denied, failure.rule),
                }
            }
            Reader::Principal(name) => {
                let stated = Context::new();
                let context = self.classes.context(class).unwrap_or(&stated);
                let call = |wrap: &Wrap| self.kms.may_unwrap(seat.region, None, *wrap, name, context);
                wraps.iter().map(|wrap| vec![Path::of("", seat.region, call(wrap))]).collect()
            }
        };
        let verdicts = attempts.iter().filter_map(|paths| self.judge_attempt(seat.region, paths));
        let best = verdicts.min_by_key(|verdict| preference(verdict.class));
        best.unwrap_or(Verdict::new(Class::Denied, rules::MRK_AWARE_MATCH))
    }

    /// Items that were overwritten: only an earlier version brings them back.
    fn judge_attacked(&self, store: usize, class: ClassId) -> Verdict {
        let rule =
            if class == FOREIGN_KEY { s3::OVERWRITES_REPLICATE } else { rules::REPLICATION_IS_NO_BACKUP };
        let versions = self.stores[store].keeps_versions();
        Verdict::new(if versions { Class::Recoverable } else { Class::Lost }, rule)
    }

    /// One data key: the first endpoint that answers decides, as in a request; its refusal is no reason to fail over.
    /// If none answers, the best of them does.
    fn judge_attempt(&self, from: RegionId, paths: &[Path<RuleRef>]) -> Option<Verdict> {
        let answers = |path: &&Path<RuleRef>| self.answers(Service::Kms, from, path.endpoint).is_ok();
        match paths.iter().find(answers) {
            Some(decisive) => Some(self.judge_path(from, decisive)),
            None => {
                let verdicts = paths.iter().map(|path| self.judge_path(from, path));
                verdicts.min_by_key(|verdict| preference(verdict.class))
            }
        }
    }

    fn judge_path(&self, from: RegionId, path: &Path<RuleRef>) -> Verdict {
        match (&path.verdict, self.answers(Service::Kms, from, path.endpoint)) {
            (Ok(rule), Ok(())) => Verdict::new(Class::Decryptable, *rule),
            (Ok(_), Err(failure)) => Verdict::new(Class::Unreachable, failure.rule),
            (Err((failure, Remedy::KeyOperation { deadline })), _) => {
                Verdict { class: Class::Recoverable, rule: failure.rule, deadline: *deadline }
            }
            (Err((failure, Remedy::None)), _) => Verdict::new(Class::Denied, failure.rule),
        }
    }

    /// Whether an instance in the replica's Region can read the replica now.
    fn readable(&self, store: usize, replica: u8) -> Result<(), Barrier> {
        let store = &self.stores[store];
        let region = store.replicas().regions[usize::from(replica)];
        let answers = self.answers(store.service, region, region);
        let answers = match store.asks_kms(replica) {
            true => answers.and_then(|()| self.answers(Service::Kms, region, region)),
            false => answers,
        };
        let answers = match store.hangs(replica) {
            true => Err(Failure::new(ErrorCode::ReadTimeoutError, rules::A_LOST_ANSWER)),
            false => answers,
        };
        let reads = store.may(replica, Work::Read);
        match (answers, reads) {
            // What nothing brings back is gone whether its Region answers or not.
            (_, Err(barrier)) if barrier.fate == Fate::Gone => Err(barrier),
            (Err(down), _) => Err(Barrier::passes(down.error, down.rule)),
            (Ok(()), reads) => reads,
        }
    }

    /// Whether a service's data plane answers an instance in `from` now.
    fn answers(&self, service: Service, from: RegionId, at: RegionId) -> Result<(), Failure> {
        match self.world.endpoint(service, at).stopped(reading(service)) {
            Some(mode) => Err(down(service, mode)),
            None if self.world.endpoint(service, at).names.fresh().is_some() => {
                Err(Failure::new(ErrorCode::EndpointConnectionError, rules::NAMES_MUST_RESOLVE))
            }
            None if from == at && self.world.endpoint(service, at).private.is_down() => {
                Err(down(service, Mode::Timeout))
            }
            None if from != at && !self.world.connected(from, at) => Err(down(service, Mode::Timeout)),
            None => Ok(()),
        }
    }
}

/// The call by which an application reads.
fn reading(service: Service) -> &'static str {
    match service {
        Service::Kms => "Decrypt",
        Service::DynamoDb => "GetItem",
        Service::S3 => "GetObject",
        Service::SecretsManager => "GetSecretValue",
        _ => "SELECT",
    }
}

/// The order in which paths are preferred (lost is decided before).
fn preference(class: Class) -> u8 {
    match class {
        Class::Decryptable => 0,
        Class::Unreachable => 1,
        Class::Recoverable => 2,
        Class::Denied => 3,
        Class::Lost => 4,
    }
}
