//! The decryptability ledger: for each replica of each store and each reader, how many items are in which class.
//!
//! Items of an envelope class share their fate, so the ledger counts classes. It is settled when the clock moves on
//! after a change of what a verdict depends on (keys, reachability) or of the items of a class.

use super::Simulation;
use super::setup::Setup;
use super::verdicts::{Reader, Seat, VerdictId, Verdicts};
use crate::runlog::{Class, LedgerExtremes, LedgerRow};
use crate::services::replication::{ABSENT, Change, ClassId};
use crate::sim::Time;
use crate::world::RegionId;
use std::num::NonZeroU16;
use std::ops::Range;

/// How many items have which verdict, in the order of verdicts.
type Counts = Vec<(VerdictId, u64)>;

/// One replica as one reader sees it.
#[derive(Clone, Debug)]
struct View {
    now: Counts,
    /// What was last written, and when.
    shown: Counts,
    shown_at: Option<Time>,
    extreme: Option<[f64; 5]>,
    seat: Seat,
    /// Index among the store's readers.
    reader: usize,
}

/// Who can read the items of an envelope class: the number, from one, of the first class known of which every view makes
/// the same. Classes of one outlook can take each other's items without any share changing.
type Outlook = NonZeroU16;

/// One replica of a store.
#[derive(Clone, Debug, Default)]
struct Place {
    /// Its views: they stand beside each other.
    views: Range<usize>,
    /// The classes on which verdicts have been given since the last change of keys or reachability, each with its row of
    /// verdicts, rising: few, however many there are in the run.
    known: Vec<(ClassId, u16)>,
    /// By row: the verdict of each view.
    verdicts: Vec<VerdictId>,
    /// By class, for every write asks; `None`: not known.
    outlooks: Vec<Option<Outlook>>,
    /// The outlook of all items, if it is the same.
    uniform: Option<Outlook>,
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
    #[inline]
    fn outlook(&self, class: ClassId) -> Option<Outlook> {
        self.outlooks.get(usize::from(class)).copied().flatten()
    }

    fn row(&self, row: u16) -> &[VerdictId] {
        let (row, views) = (usize::from(row), self.views.len());
        &self.verdicts[row * views..(row + 1) * views]
    }

    /// The verdicts of all views about a class; `None`: it is no class of items, or nobody knows them.
    fn row_of(&self, class: ClassId) -> Option<&[VerdictId]> {
        let place = self.known.binary_search_by_key(&class, |(known, _)| *known).ok()?;
        Some(self.row(self.known[place].1))
    }

    /// What every view makes of the items of a class from now on.
    fn learn(&mut self, class: ClassId, row: &[VerdictId], verdicts: &Verdicts) {
        let agree = |(a, b): (&VerdictId, &VerdictId)| verdicts.get(*a).class == verdicts.get(*b).class;
        let same = self.known.iter().find(|(_, known)| self.row(*known).iter().zip(row).all(agree));
        let number = self.known.len() as u16;
        let outlook = match same {
            Some((known, _)) => self.outlook(*known),
            None => Outlook::new(number + 1),
        };
        let index = usize::from(class);
        if self.outlooks.len() <= index {
            self.outlooks.resize(index + 1, None);
        }
        self.outlooks[index] = outlook;
        self.verdicts.extend_from_slice(row);
        let place = self.known.partition_point(|(known, _)| *known < class);
        self.known.insert(place, (class, number));
    }

    /// Every verdict is to be given anew.
    fn forget(&mut self) {
        self.known.clear();
        self.verdicts.clear();
        self.outlooks.clear();
        (self.touched, self.stale) = (true, true);
    }

    /// Whether no share changes when an item goes from one envelope class to another.
    #[inline]
    fn is_indifferent(&self, change: Change) -> bool {
        let to = self.outlook(change.to);
        let from = if change.from == ABSENT { self.uniform } else { self.outlook(change.from) };
        to.is_some() && from == to
    }

    /// The shares are settled for the classes that have items now.
    fn settled(&mut self, classes: impl Iterator<Item = (ClassId, u64)>) {
        self.touched = false;
        let mut outlooks = classes.map(|(class, _)| self.outlook(class));
        let first = outlooks.next().flatten();
        self.uniform = first.filter(|_| outlooks.all(|outlook| outlook == first));
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
    verdicts: Verdicts,
    /// Reused for the classes that are to be judged, and for their verdicts.
    unknown: Vec<ClassId>,
    row: Vec<VerdictId>,
    /// Reused for the views of a replica whose counts have changed.
    moved: Vec<usize>,
    rows: Vec<LedgerRow>,
}

impl Ledger {
    /// One view for each replica and reader.
    pub fn new(setup: &Setup) -> Ledger {
        let mut views = Vec::new();
        let mut places = Vec::new();
        let mut readers = readers(setup);
        for (store, of) in setup.stores.iter().enumerate() {
            let readers = std::mem::take(&mut readers[store]);
            let mut replicas = Vec::new();
            for (replica, region) in of.regions.iter().enumerate() {
                let first = views.len();
                views.extend(readers.iter().enumerate().map(|(index, reader)| View {
                    now: Counts::new(),
                    shown: Counts::new(),
                    shown_at: None,
                    extreme: None,
                    seat: Seat { store, replica: replica as u8, region: *region, reader: reader.clone() },
                    reader: index,
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
            verdicts: Verdicts::default(),
            unknown: Vec::new(),
            row: Vec::new(),
            moved: Vec::new(),
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
        self.touched.clear();
        for (store, replicas) in self.places.iter_mut().enumerate() {
            for (replica, place) in replicas.iter_mut().enumerate() {
                place.forget();
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

    /// Brings the counts of a replica's views up to date, whose classes have so many items; what has moved is in `moved`.
    fn count(&mut self, store: usize, replica: usize, classes: impl Iterator<Item = (ClassId, u64)> + Clone) {
        let place = &mut self.places[store][replica];
        let views = &mut self.views[place.views.clone()];
        self.moved.clear();
        if std::mem::take(&mut place.stale) {
            for (index, view) in views.iter_mut().enumerate() {
                view.now.clear();
                for (class, items) in classes.clone() {
                    if let Some(row) = place.row_of(class) {
                        view.gain(row[index], items, &self.verdicts);
                    }
                }
            }
            self.moved.extend(place.views.clone());
        } else {
            for change in &place.changes {
                let (from, to) = (place.row_of(change.from), place.row_of(change.to));
                for (index, view) in views.iter_mut().enumerate() {
                    let (from, to) = (from.map(|row| row[index]), to.map(|row| row[index]));
                    if from != to {
                        to.into_iter().for_each(|verdict| view.gain(verdict, 1, &self.verdicts));
                        from.into_iter().for_each(|verdict| view.lose(verdict));
                        self.moved.push(place.views.start + index);
                    }
                }
            }
            self.moved.sort_unstable();
            self.moved.dedup();
        }
        place.changes.clear();
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
        let named = |view: &&View| match (&view.seat.reader, reader) {
            (_, None) => true,
            (Reader::Client(client), Some(name)) => setup.clients[*client].name == name,
            (Reader::Principal(principal), Some(name)) => principal == name,
        };
        let places = self.places[store].iter().flat_map(|place| &self.views[place.views.clone()]);
        let views = places.filter(|view| view.seat.region == region).filter(named);
        let found = views.filter_map(|view| view.shares(&self.verdicts)).map(|all| all[class as usize]);
        match class {
            Class::Decryptable => found.reduce(f64::min),
            _ => found.reduce(f64::max),
        }
    }

    /// Every row, and the extremes.
    pub fn finish(self) -> (Vec<LedgerRow>, Vec<LedgerExtremes>) {
        let shares = self.views.iter().map(|view| LedgerExtremes {
            store: view.seat.store,
            region: view.seat.region.index(),
            reader: view.reader,
            extreme: view.extreme,
            end: view.shares(&self.verdicts),
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

impl View {
    fn gain(&mut self, verdict: VerdictId, items: u64, verdicts: &Verdicts) {
        match self.now.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, count)) => *count += items,
            None => {
                let order = verdicts.get(verdict);
                let place = self.now.partition_point(|(known, _)| verdicts.get(*known) < order);
                self.now.insert(place, (verdict, items));
            }
        }
    }

    /// Loses one item.
    fn lose(&mut self, verdict: VerdictId) {
        if let Some(place) = self.now.iter().position(|(known, _)| *known == verdict) {
            self.now[place].1 -= 1;
            if self.now[place].1 == 0 {
                self.now.remove(place);
            }
        }
    }

    /// The share of each class, if there is an item at all.
    fn shares(&self, verdicts: &Verdicts) -> Option<[f64; 5]> {
        let mut items = [0; Class::ALL.len()];
        self.now.iter().for_each(|(verdict, n)| items[verdicts.get(*verdict).class as usize] += n);
        let total: u64 = items.iter().sum();
        (total > 0).then(|| items.map(|n| n as f64 / total as f64))
    }

    fn settle(&mut self, verdicts: &Verdicts) {
        let Some(now) = self.shares(verdicts) else { return };
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
    fn show(&mut self, time: Time, verdicts: &Verdicts, rows: &mut Vec<LedgerRow>) {
        let (store, region, reader) = (self.seat.store, self.seat.region.index(), self.reader);
        if self.shown_at.replace(time) == Some(time) {
            let first = rows.partition_point(|row| row.time < time);
            let of_others = |row: &LedgerRow| (row.store, row.region, row.reader) != (store, region, reader);
            let same_instant = rows.split_off(first);
            rows.extend(same_instant.into_iter().filter(of_others));
        }
        rows.extend(self.now.iter().map(|(verdict, items)| {
            let verdict = verdicts.get(*verdict);
            LedgerRow {
                time,
                store,
                region,
                reader,
                class: verdict.class,
                items: *items,
                rule: verdict.rule,
                deadline: verdict.deadline,
            }
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
        for (store, replica) in touched.drain(..) {
            let replica = usize::from(replica);
            self.count_place(store, replica);
            let Ledger { views, places, verdicts, moved, rows, .. } = &mut self.ledger;
            for index in &*moved {
                let view = &mut views[*index];
                view.settle(verdicts);
                if view.looks_different() {
                    view.show(since, verdicts, rows);
                }
            }
            places[store][replica].settled(self.stores[store].replicas().tables[replica].classes());
        }
        self.ledger.touched = touched;
    }

    /// Writes the counts that moved without a change of verdict.
    pub(super) fn sample_ledger(&mut self, now: Time) {
        if self.ledger.closed {
            return;
        }
        for (store, replica) in self.ledger.all_places() {
            self.count_place(store, replica);
            let Ledger { views, places, verdicts, rows, .. } = &mut self.ledger;
            for view in &mut views[places[store][replica].views.clone()] {
                if view.now != view.shown {
                    view.show(now, verdicts, rows);
                }
            }
        }
    }

    /// Brings the counts of a replica's views up to date, with verdicts about classes that are new there.
    fn count_place(&mut self, store: usize, replica: usize) {
        let place = &self.ledger.places[store][replica];
        let mut unknown = std::mem::take(&mut self.ledger.unknown);
        let is_unknown = |class: &ClassId| *class != ABSENT && place.outlook(*class).is_none();
        match place.stale {
            true => {
                let classes = self.stores[store].replicas().tables[replica].classes().map(|(class, _)| class);
                unknown.extend(classes.filter(is_unknown));
            }
            false => {
                let classes = place.changes.iter().flat_map(|change| [change.to, change.from]);
                unknown.extend(classes.filter(is_unknown));
                unknown.sort_unstable();
                unknown.dedup();
            }
        }
        unknown.drain(..).for_each(|class| self.judge_place(store, replica, class));
        self.ledger.unknown = unknown;
        self.ledger.count(store, replica, self.stores[store].replicas().tables[replica].classes());
    }

    /// Gives the verdicts of a replica's views about a class.
    fn judge_place(&mut self, store: usize, replica: usize, class: ClassId) {
        let mut row = std::mem::take(&mut self.ledger.row);
        for index in self.ledger.places[store][replica].views.clone() {
            let verdict = self.judge(&self.ledger.views[index].seat, class);
            self.recorder.count_rule(verdict.rule);
            row.push(self.ledger.verdicts.number(verdict));
        }
        self.ledger.places[store][replica].learn(class, &row, &self.ledger.verdicts);
        row.clear();
        self.ledger.row = row;
    }
}
