//! The decryptability ledger: for each replica of each store and each reader, how many items are in which class.
//!
//! Items of an envelope class share their fate, so the ledger counts classes. It is settled when the clock moves on
//! after a change of what a verdict depends on (keys, reachability) or of the items of a class.

use super::Simulation;
use super::calls::down;
use super::plans::attempts;
use super::setup::Setup;
use crate::client::classes::{CORRUPT, Context, FOREIGN_KEY, PLAINTEXT};
use crate::client::envelope::Path;
use crate::client::{Failure, rules};
use crate::rulebook::RuleRef;
use crate::runlog::{Class, LedgerExtremes, LedgerRow};
use crate::services::kms::Wrap;
use crate::services::replication::{ABSENT, Change, ClassId};
use crate::services::s3::rules as s3;
use crate::services::store::{Barrier, Fate};
use crate::services::{ErrorCode, Remedy, Service};
use crate::sim::Time;
use crate::world::RegionId;
use crate::world::endpoint::{Mode, Work};
use std::num::NonZeroU16;
use std::ops::Range;

/// What becomes of the items of an envelope class for one reader at one replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Verdict {
    class: Class,
    rule: RuleRef,
    deadline: Option<Time>,
}

impl Verdict {
    fn new(class: Class, rule: RuleRef) -> Verdict {
        Verdict { class, rule, deadline: None }
    }

    /// In which order verdicts are written down.
    fn order(&self) -> (Class, RuleRef, Option<Time>) {
        (self.class, self.rule, self.deadline)
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

/// Who asks.
#[derive(Clone, Debug)]
enum Reader {
    /// A client (index), with its keyring.
    Client(usize),
    /// A principal, who calls Decrypt without KeyId.
    Principal(String),
}

/// One replica as one reader sees it.
#[derive(Clone, Debug)]
struct View {
    store: usize,
    replica: u8,
    region: RegionId,
    reader: usize,
    who: Reader,
    /// Verdicts of the envelope classes that have been there since the last change of keys or reachability, rising: few,
    /// however many there are in the run.
    verdicts: Vec<(ClassId, Verdict)>,
    /// What was last written, and when.
    shown: Vec<(Verdict, u64)>,
    shown_at: Option<Time>,
    now: Vec<(Verdict, u64)>,
    extreme: Option<[f64; 5]>,
}

/// What every reader of a replica makes of the items of an envelope class. Classes of the same outlook can take each
/// other's items without any share changing.
type Outlook = Vec<Class>;

/// One replica of a store.
#[derive(Clone, Debug, Default)]
struct Place {
    /// Its views: they stand beside each other.
    views: Range<usize>,
    /// The outlooks of its classes since the last settling, each once.
    known: Vec<Outlook>,
    /// By envelope class: which of these, counted from one; `None`: not known yet.
    outlooks: Vec<Option<NonZeroU16>>,
    /// The outlook of all items, if it is the same.
    uniform: Option<NonZeroU16>,
    /// Whether a share may have changed since the last settling.
    touched: bool,
    /// What has changed since its views were last counted.
    changes: Vec<Change>,
    /// Whether its views are to be counted anew: more changed than is worth following, or verdicts did.
    stale: bool,
}

/// So many changes are followed one by one.
const FOLLOWED: usize = 16;

impl Place {
    fn outlook(&self, class: ClassId) -> Option<NonZeroU16> {
        self.outlooks.get(usize::from(class)).copied().flatten()
    }

    fn note(&mut self, class: ClassId, outlook: Option<Outlook>) {
        let Some(outlook) = outlook else { return };
        let index = self.known.iter().position(|known| *known == outlook).unwrap_or_else(|| {
            self.known.push(outlook);
            self.known.len() - 1
        });
        let class = usize::from(class);
        if self.outlooks.len() <= class {
            self.outlooks.resize(class + 1, None);
        }
        self.outlooks[class] = NonZeroU16::new(index as u16 + 1);
    }

    /// Whether no share changes when an item goes from one envelope class to another.
    #[inline]
    fn is_indifferent(&self, change: Change) -> bool {
        let to = self.outlook(change.to);
        let from = if change.from == ABSENT { self.uniform } else { self.outlook(change.from) };
        to.is_some() && from == to
    }
}

/// The ledger of a run.
#[derive(Clone, Debug)]
pub struct Ledger {
    views: Vec<View>,
    /// By store and replica.
    places: Vec<Vec<Place>>,
    /// Which of them are touched.
    touched: Vec<(usize, u8)>,
    /// Since when something is unsettled.
    since: Option<Time>,
    /// Whether keys or reachability changed too.
    everywhere: bool,
    closed: bool,
    /// Reused for the classes that a replica has.
    classes: Vec<(ClassId, u64)>,
    rows: Vec<LedgerRow>,
}

impl Ledger {
    /// One view for each replica and reader.
    pub fn new(setup: &Setup) -> Ledger {
        let mut views = Vec::new();
        let mut places = Vec::new();
        let mut readers = readers(setup);
        for (index, store) in setup.stores.iter().enumerate() {
            let readers = std::mem::take(&mut readers[index]);
            let mut replicas = Vec::new();
            for (replica, region) in store.regions.iter().enumerate() {
                let first = views.len();
                views.extend(readers.iter().enumerate().map(|(reader, who)| View {
                    store: index,
                    replica: replica as u8,
                    region: *region,
                    reader,
                    who: who.clone(),
                    verdicts: Vec::new(),
                    shown: Vec::new(),
                    shown_at: None,
                    now: Vec::new(),
                    extreme: None,
                }));
                replicas.push(Place { views: first..views.len(), ..Place::default() });
            }
            places.push(replicas);
        }
        Ledger {
            views,
            places,
            touched: Vec::new(),
            since: None,
            everywhere: false,
            closed: false,
            classes: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// An item of a replica went from one envelope class to another.
    #[inline]
    pub fn changed(&mut self, store: usize, replica: u8, change: Change, now: Time) {
        let place = &mut self.places[store][usize::from(replica)];
        match place.changes.len() < FOLLOWED {
            true => place.changes.push(change),
            false => place.stale = true,
        }
        if !place.is_indifferent(change) {
            if !std::mem::replace(&mut place.touched, true) {
                self.touched.push((store, replica));
            }
            self.since = self.since.or(Some(now));
        }
    }

    /// Keys, reachability or whole volumes changed.
    pub fn changed_everywhere(&mut self, now: Time) {
        self.everywhere = true;
        self.since = self.since.or(Some(now));
    }

    /// Every verdict is to be given anew.
    fn forget(&mut self) {
        self.views.iter_mut().for_each(|view| view.verdicts.clear());
        self.touched.clear();
        for (store, replicas) in self.places.iter_mut().enumerate() {
            for (replica, place) in replicas.iter_mut().enumerate() {
                place.known.clear();
                place.outlooks.clear();
                (place.touched, place.stale) = (true, true);
                self.touched.push((store, replica as u8));
            }
        }
    }

    /// Every store and replica.
    fn all_places(&self) -> Vec<(usize, usize)> {
        let all = self.places.iter().enumerate();
        all.flat_map(|(store, replicas)| (0..replicas.len()).map(move |replica| (store, replica))).collect()
    }

    /// Whether something changed before `now`.
    #[inline]
    pub fn is_due(&self, now: Time) -> bool {
        self.since.is_some_and(|since| since < now) && !self.closed
    }

    /// Nothing that happens from now on counts.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// The share of a replica's items that is in a class now, for the named reader or the worst one.
    pub fn share(
        &self,
        store: usize,
        region: RegionId,
        reader: Option<&str>,
        class: Class,
        setup: &Setup,
    ) -> Option<f64> {
        let named = |view: &&View| match (&view.who, reader) {
            (_, None) => true,
            (Reader::Client(client), Some(name)) => setup.clients[*client].name == name,
            (Reader::Principal(principal), Some(name)) => principal == name,
        };
        let places = self.places[store].iter().flat_map(|place| &self.views[place.views.clone()]);
        let views = places.filter(|view| view.region == region);
        let found = views.filter(named).filter_map(|view| shares(&view.now)).map(|all| all[class as usize]);
        match class {
            Class::Decryptable => found.reduce(f64::min),
            _ => found.reduce(f64::max),
        }
    }

    /// Every row, and the extremes.
    pub fn finish(self) -> (Vec<LedgerRow>, Vec<LedgerExtremes>) {
        let shares = self.views.iter().map(|view| LedgerExtremes {
            store: view.store,
            region: view.region.index(),
            reader: view.reader,
            extreme: view.extreme,
            end: shares(&view.now),
        });
        let shares = shares.collect();
        (self.rows, shares)
    }
}

/// The readers of each store: its clients, then the principals that it lists.
fn readers(setup: &Setup) -> Vec<Vec<Reader>> {
    let mut readers = vec![Vec::new(); setup.stores.len()];
    for (index, client) in setup.clients.iter().enumerate() {
        readers[client.store].push(Reader::Client(index));
    }
    for (readers, store) in readers.iter_mut().zip(&setup.stores) {
        readers.extend(store.readers.iter().map(|name| Reader::Principal(name.clone())));
    }
    readers
}

/// The share of each class, if there is an item at all.
fn shares(items: &[(Verdict, u64)]) -> Option<[f64; 5]> {
    let total: u64 = items.iter().map(|(_, n)| n).sum();
    let of = |class| items.iter().filter(|(v, _)| v.class == class).map(|(_, n)| n).sum::<u64>();
    (total > 0).then(|| Class::ALL.map(|class| of(class) as f64 / total as f64))
}

impl View {
    fn verdict(&self, class: ClassId) -> Option<Verdict> {
        let place = self.verdicts.binary_search_by_key(&class, |(known, _)| *known).ok()?;
        Some(self.verdicts[place].1)
    }

    fn settle(&mut self) {
        let Some(now) = shares(&self.now) else { return };
        let extreme = self.extreme.get_or_insert(now);
        for ((extreme, class), share) in extreme.iter_mut().zip(Class::ALL).zip(now) {
            *extreme = if class == Class::Decryptable { extreme.min(share) } else { extreme.max(share) };
        }
    }

    /// Whether other verdicts have items than those last written.
    fn looks_different(&self) -> bool {
        self.now.len() != self.shown.len() || self.now.iter().zip(&self.shown).any(|(a, b)| a.0 != b.0)
    }

    /// Writes the counts down; they take the place of what was written for the same instant.
    fn show(&mut self, time: Time, rows: &mut Vec<LedgerRow>) {
        if self.shown_at.replace(time) == Some(time) {
            let first = rows.partition_point(|row| row.time < time);
            let place = (self.store, self.region.index(), self.reader);
            let of_others = |row: &LedgerRow| (row.store, row.region, row.reader) != place;
            let same_instant = rows.split_off(first);
            rows.extend(same_instant.into_iter().filter(of_others));
        }
        rows.extend(self.now.iter().map(|(verdict, items)| LedgerRow {
            time,
            store: self.store,
            region: self.region.index(),
            reader: self.reader,
            class: verdict.class,
            items: *items,
            rule: verdict.rule,
            deadline: verdict.deadline,
        }));
        self.shown.clone_from(&self.now);
    }
}

impl Simulation {
    /// Settles what has changed since the last settling, as of the instant of that change.
    pub(super) fn settle_ledger(&mut self) {
        let Some(since) = self.ledger.since.take() else { return };
        let everywhere = std::mem::take(&mut self.ledger.everywhere);
        if self.ledger.closed {
            return;
        }
        if everywhere {
            self.ledger.forget();
        }
        let mut touched = std::mem::take(&mut self.ledger.touched);
        // Rows of one instant are in the order of stores and replicas.
        touched.sort_unstable();
        for (store, replica) in &touched {
            for index in self.count_place(*store, usize::from(*replica)) {
                let view = &mut self.ledger.views[index];
                view.settle();
                if view.looks_different() {
                    view.show(since, &mut self.ledger.rows);
                }
            }
            self.look_out(*store, usize::from(*replica));
        }
        touched.clear();
        self.ledger.touched = touched;
    }

    /// Works out the outlooks of the classes that have items, from the verdicts just given.
    fn look_out(&mut self, store: usize, replica: usize) {
        let Ledger { views, places, .. } = &mut self.ledger;
        let place = &mut places[store][replica];
        let views = &views[place.views.clone()];
        place.touched = false;
        place.uniform = None;
        let mut uniform = true;
        for (class, _) in self.stores[store].replicas().tables[replica].classes() {
            if place.outlook(class).is_none() {
                let verdict = |view: &View| Some(view.verdict(class)?.class);
                let outlook = views.iter().map(verdict).collect::<Option<Outlook>>();
                place.note(class, outlook);
            }
            let known = place.outlook(class);
            uniform &= known.is_some() && place.uniform.is_none_or(|all| Some(all) == known);
            place.uniform = known;
        }
        place.uniform = place.uniform.filter(|_| uniform);
    }

    /// Writes the counts that moved without a change of verdict.
    pub(super) fn sample_ledger(&mut self, now: Time) {
        if self.ledger.closed {
            return;
        }
        for (store, replica) in self.ledger.all_places() {
            for index in self.count_place(store, replica) {
                let view = &mut self.ledger.views[index];
                if view.now != view.shown {
                    view.show(now, &mut self.ledger.rows);
                }
            }
        }
    }

    /// Brings the counts of a replica's views up to date; answers which views these are.
    fn count_place(&mut self, store: usize, replica: usize) -> Range<usize> {
        let place = &mut self.ledger.places[store][replica];
        let views = place.views.clone();
        let mut changes = std::mem::take(&mut place.changes);
        match std::mem::take(&mut place.stale) {
            true => views.clone().for_each(|index| self.count_items(index)),
            false => views.clone().for_each(|index| self.follow(index, &changes)),
        }
        changes.clear();
        self.ledger.places[store][replica].changes = changes;
        views
    }

    /// Carries changes of single items over into a view's counts.
    fn follow(&mut self, index: usize, changes: &[Change]) {
        for change in changes {
            if change.to != ABSENT {
                let verdict = self.verdict(index, change.to);
                let now = &mut self.ledger.views[index].now;
                match now.iter_mut().find(|(known, _)| *known == verdict) {
                    Some((_, items)) => *items += 1,
                    None => {
                        let place = now.partition_point(|(known, _)| known.order() < verdict.order());
                        now.insert(place, (verdict, 1));
                    }
                }
            }
            if change.from != ABSENT {
                let verdict = self.verdict(index, change.from);
                let now = &mut self.ledger.views[index].now;
                if let Some(place) = now.iter().position(|(known, _)| *known == verdict) {
                    now[place].1 -= 1;
                    if now[place].1 == 0 {
                        now.remove(place);
                    }
                }
            }
        }
    }

    /// Counts a view's items by verdict.
    fn count_items(&mut self, index: usize) {
        let view = &mut self.ledger.views[index];
        let (store, replica) = (view.store, usize::from(view.replica));
        let mut now = std::mem::take(&mut view.now);
        now.clear();
        let mut classes = std::mem::take(&mut self.ledger.classes);
        classes.clear();
        classes.extend(self.stores[store].replicas().tables[replica].classes());
        for (class, items) in &classes {
            let (class, items) = (*class, *items);
            let verdict = self.verdict(index, class);
            match now.iter_mut().find(|(v, _)| *v == verdict) {
                Some((_, n)) => *n += items,
                None => now.push((verdict, items)),
            }
        }
        now.sort_by_key(|(verdict, _)| verdict.order());
        self.ledger.views[index].now = now;
        self.ledger.classes = classes;
    }

    fn verdict(&mut self, index: usize, class: ClassId) -> Verdict {
        let view = &self.ledger.views[index];
        if let Some(verdict) = view.verdict(class) {
            return verdict;
        }
        let verdict = self.judge(view, class);
        self.recorder.count_rule(verdict.rule);
        let verdicts = &mut self.ledger.views[index].verdicts;
        let place = verdicts.partition_point(|(known, _)| *known < class);
        verdicts.insert(place, (class, verdict));
        verdict
    }

    /// The class of items for a reader whose instance is in the replica's Region: that of the best path.
    fn judge(&self, view: &View, class: ClassId) -> Verdict {
        let wraps = self.classes.wraps(class);
        let lost: Vec<Option<RuleRef>> = wraps.iter().map(|wrap| self.kms.lost(*wrap)).collect();
        if let Some(Some(rule)) = lost.first()
            && lost.iter().all(Option::is_some)
        {
            return Verdict::new(Class::Lost, *rule);
        }
        if let Err(barrier) = self.readable(view.store, view.replica) {
            return Verdict::behind(barrier);
        }
        if let CORRUPT | FOREIGN_KEY = class {
            return self.judge_attacked(view.store, class);
        }
        if class == PLAINTEXT {
            return Verdict::new(Class::Decryptable, rules::PLAINTEXT_NEEDS_NO_KEY);
        }
        let attempts: Vec<Vec<Path<RuleRef>>> = match &view.who {
            Reader::Client(client) => {
                let setup = &*self.setup;
                let client = &setup.clients[*client];
                match attempts(client, view.region, class, &self.kms, (setup, &self.classes)) {
                    Ok(attempts) => attempts,
                    Err(failure) => return Verdict::new(Class::Denied, failure.rule),
                }
            }
            Reader::Principal(name) => {
                let stated = Context::new();
                let context = self.classes.context(class).unwrap_or(&stated);
                let call = |wrap: &Wrap| self.kms.may_unwrap(view.region, None, *wrap, name, context);
                wraps.iter().map(|wrap| vec![Path::of("", view.region, call(wrap))]).collect()
            }
        };
        let verdicts = attempts.iter().filter_map(|paths| self.judge_attempt(view.region, paths));
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
    pub(super) fn readable(&self, store: usize, replica: u8) -> Result<(), Barrier> {
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
