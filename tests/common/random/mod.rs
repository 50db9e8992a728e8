//! Scenario texts made from a list of numbers. Zeros make the simplest one.
//!
//! | what | file |
//! | --- | --- |
//! | replicated data of every kind | `stores.rs` |
//! | applications, their DNS records, runbooks | `clients.rs` |
//! | faults of every kind | `faults.rs` |
//! | commands of every service | `commands.rs` |
//! | what holds of every run, and of its data | `books.rs`, `data.rs` |
//! | what a run has met | `met.rs` |

pub mod books;
mod clients;
mod commands;
pub mod data;
mod faults;
pub mod met;
mod stores;

pub use stores::{Kind, Store};

use mrksim::sim::{Span, Time};
use std::fmt;

/// Regions with measured latencies; the last is far from all and never part of the scenario itself. The first three
/// offer strong consistency.
const MEASURED: [&str; 5] = ["us-east-1", "eu-west-1", "us-west-2", "ap-southeast-2", "sa-east-1"];
const MADE_UP: [&str; 5] = ["r0", "r1", "r2", "r3", "r4"];

/// How many numbers the strangest scenario uses, or nearly.
pub const CHOICES: usize = 400;

/// A scenario in parts, so that tests can add to it.
pub struct Scenario {
    /// Its Regions, in order.
    pub regions: Vec<&'static str>,
    /// Its stores, in order.
    pub stores: Vec<Store>,
    measured: bool,
    seconds: u64,
    seed: u64,
    keys: Vec<Key>,
    /// Where the clients are at the start, in order.
    homes: Vec<&'static str>,
    body: String,
    timeline: String,
}

/// A key: its Regions, the primary's first.
#[derive(Clone)]
struct Key {
    name: &'static str,
    regions: Vec<&'static str>,
    /// Whether its material was imported.
    external: bool,
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}", self.text())
    }
}

/// The numbers, one for each choice; zero once they are used up.
struct Choices<'a>(std::slice::Iter<'a, u16>);

impl Choices<'_> {
    fn below(&mut self, n: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % n
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// True in one of `n` cases.
    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// Some of them, the first in any case; in their order or turned round.
    fn some<T: Clone>(&mut self, all: &[T]) -> Vec<T> {
        let mut some = vec![all[0].clone()];
        some.extend(all[1..].iter().filter(|_| self.below(3) > 0).cloned());
        if self.one_in(3) {
            some.reverse();
        }
        some
    }
}

impl Scenario {
    /// The scenario that the numbers describe.
    pub fn new(choices: &[u16]) -> Scenario {
        let c = &mut Choices(choices.iter());
        let measured = c.below(2) == 0;
        let names = if measured { MEASURED } else { MADE_UP };
        let regions = names[..2 + c.below(3)].to_vec();
        // A few minutes, or long enough for a key to be deleted.
        let seconds = if c.one_in(6) { 9 * 86_400 } else { [40, 90, 180][c.below(3)] };
        let mut s = Scenario {
            regions,
            stores: Vec::new(),
            measured,
            seconds,
            seed: c.below(1000) as u64,
            keys: Vec::new(),
            homes: Vec::new(),
            body: String::new(),
            timeline: String::new(),
        };
        if c.one_in(5) {
            s.line("[rules]\nbase = \"notes\"");
        }
        s.line("[timing]\ntable-key-recheck = \"9s\"");
        if c.one_in(2) {
            s.line("creating = \"uniform(1s, 20s)\"\nupdating = \"uniform(1s, 20s)\"");
        }
        s.endpoints(c);
        s.make_keys(c);
        s.make_stores(c);
        s.make_clients(c);
        if !s.is_long() {
            s.runbooks(c);
        }
        s.record(c);
        s.prologue(c);
        for number in 0..c.below(8) {
            let at = s.instant(c);
            s.entry(c, at, number);
        }
        s
    }

    /// What needs several entries of the timeline, of which each one alone would mean little.
    fn prologue(&mut self, c: &mut Choices) {
        if !self.is_long() && c.one_in(4) {
            self.split_brain(c);
        }
        if c.below(3) > 0 {
            self.rescue_of_a_copy(c);
        }
        if !self.is_long() && c.one_in(3) {
            self.disaster(c);
        }
        if c.one_in(2) {
            self.pause(c);
        }
        if c.one_in(6) {
            self.revoked_grant(c);
        }
    }

    /// Whether it plays for days instead of minutes.
    fn is_long(&self) -> bool {
        self.seconds > 7 * 86_400
    }

    /// So many seconds, or hours in a scenario of days.
    fn time(&self, seconds: usize) -> String {
        format!("{seconds}{}", if self.is_long() { "h" } else { "s" })
    }

    fn line(&mut self, text: impl AsRef<str>) {
        self.body += text.as_ref();
        self.body.push('\n');
    }

    fn late_line(&mut self, text: impl AsRef<str>) {
        self.timeline += text.as_ref();
        self.timeline.push('\n');
    }

    fn head(&self, with_remote_links: bool) -> String {
        let mut text = format!(
            "title = \"random\"\nseed = {}\nduration = \"{}s\"\nregions = {:?}\n",
            self.seed, self.seconds, self.regions
        );
        if self.measured {
            return text;
        }
        for (i, from) in self.regions.iter().enumerate() {
            text += &format!("[[link]]\nwithin = [\"{from}\"]\none-way = \"lognormal(400us, 0.2)\"\n");
            for to in &self.regions[i + 1..] {
                let delay = 20 + 30 * i;
                text += &format!(
                    "[[link]]\nbetween = [\"{from}\", \"{to}\"]\none-way = \"lognormal({delay}ms, 0.2)\"\n"
                );
            }
        }
        for from in self.regions.iter().filter(|_| with_remote_links) {
            text +=
                &format!("[[link]]\nbetween = [\"{from}\", \"r4\"]\none-way = \"lognormal(500ms, 0.2)\"\n");
        }
        text
    }

    /// As a user would write it.
    pub fn text(&self) -> String {
        self.head(false) + &self.body + &self.timeline
    }

    /// The same; a Region of [`Scenario::regions_and_one`] can be added to it.
    pub fn text_with_remote_links(&self) -> String {
        self.head(true) + &self.body + &self.timeline
    }

    /// Its Regions and one more, which is far away.
    pub fn regions_and_one(&self) -> Vec<&'static str> {
        let mut regions = self.regions.clone();
        regions.push(if self.measured { MEASURED[4] } else { MADE_UP[4] });
        regions
    }

    /// How long it plays.
    pub fn duration(&self) -> Span {
        Span::secs(self.seconds)
    }

    /// The same with one more fault, the last entry of the timeline.
    pub fn text_with_fault(&self, at: Time, choices: &[u16]) -> String {
        let fault = self.fault(&mut Choices(choices.iter()));
        format!("{}[[timeline]]\nname = \"late\"\nat = \"{}us\"\n{fault}\n", self.text(), at.0 / 1000)
    }

    fn endpoints(&mut self, c: &mut Choices) {
        if c.one_in(2) {
            let servers = c.pick(&["\"unlimited\"", "1", "3"]);
            let quota = c.pick(&["\"unlimited\"", "2", "10"]);
            let time = c.pick(&["lognormal(8ms, 0.6)", "exponential(60ms)", "uniform(1s, 9s)"]);
            self.line(format!(
                "[[endpoint]]\nservice = \"kms\"\nservers = {servers}\ntime = \"{time}\"\nquota = {quota}"
            ));
        }
        if c.one_in(4) {
            let service = c.pick(&["dynamodb", "rds", "s3"]);
            let more = c.pick(&["network = \"none\"", "servers = 2\nnetwork = \"none\"", "servers = 2"]);
            self.line(format!("[[endpoint]]\nservice = \"{service}\"\ntime = \"exponential(50ms)\"\n{more}"));
        }
    }

    fn make_keys(&mut self, c: &mut Choices) {
        for name in &["k0", "k1", "k2"][..1 + c.below(3)] {
            let places = c.some(&self.regions);
            let multi_region = !c.one_in(3);
            let regions = if multi_region { places } else { places[..1].to_vec() };
            let (primary, replicas) = (regions[0], &regions[1..]);
            let kind = if multi_region { "multi-region" } else { "single-region" };
            self.line(format!("[keys.{name}]\nkind = \"{kind}\"\nprimary = \"{primary}\""));
            if multi_region {
                self.line(format!("replicas = {replicas:?}"));
            }
            let external = c.one_in(6);
            if external {
                self.line("origin = \"EXTERNAL\"");
            }
            if external && c.one_in(3) {
                let expires = self.time(1 + c.below(60));
                self.line(format!("material = {{ expires = \"{expires}\" }}"));
            }
            self.keys.push(Key { name, regions, external });
        }
    }

    fn key(&self, c: &mut Choices) -> &'static str {
        c.pick(&self.keys).name
    }

    /// Two different Regions.
    fn two_regions(&self, c: &mut Choices) -> (&'static str, &'static str) {
        let region = c.pick(&self.regions);
        let others: Vec<&'static str> =
            self.regions.iter().filter(|other| **other != region).copied().collect();
        (region, c.pick(&others))
    }

    /// An instant of the run, in microseconds; now and then a full second.
    fn instant(&self, c: &mut Choices) -> u64 {
        // A key that is to be deleted needs a week.
        let last = if self.is_long() { self.seconds / 4 } else { self.seconds };
        let at = last * c.below(1000) as u64 / 1000;
        match c.one_in(4) {
            true => at * 1_000_000,
            false => at * 1_000_000 + c.below(999_983) as u64,
        }
    }

    fn entry(&mut self, c: &mut Choices, at: u64, number: usize) {
        self.late_line(format!("[[timeline]]\nat = \"{at}us\""));
        match c.below(2) {
            0 => self.step(c, at, number),
            _ => {
                let fault = self.fault(c);
                self.late_line(&fault);
                if c.below(3) > 0 && !faults::is_for_good(&fault) {
                    let lasts = 1 + c.below(1000) as u64 * self.seconds / 2000;
                    self.late_line(format!("for = \"{lasts}s\""));
                    if c.one_in(4) && !fault.starts_with("link-flap") {
                        self.late_line(format!("every = \"{}s\"", lasts + 1 + self.seconds / 5));
                    }
                }
            }
        }
    }

    fn step(&mut self, c: &mut Choices, at: u64, number: usize) {
        let command = self.command(c);
        self.late_line(format!("run = '''{command} '''"));
        if command.contains("kms encrypt") {
            let region = c.pick(&self.regions);
            self.late_line(format!("save = \"m{number}\""));
            self.late_line(format!(
                "[[timeline]]\nat = \"{at}us\"\nrun = \"aws kms decrypt --ciphertext-blob $m{number} --region {region}\""
            ));
        }
        if c.one_in(4) {
            let from = c.pick(&self.regions);
            self.late_line(format!("from = \"{from}\""));
        }
    }

    /// A failover whose old primary is not fenced.
    fn split_brain(&mut self, c: &mut Choices) {
        let global = |store: &&Store| store.kind == Kind::Database && store.regions.len() > 1;
        let Some(store) = self.stores.iter().find(global) else { return };
        let (name, place) = (store.name, store.regions[1]);
        let (second, lasts) = (c.below(30), 1 + c.below(60));
        self.late_line(format!(
            "[[timeline]]\nat = \"{second}s\"\nfor = \"{lasts}s\"\nwrite-fence-failure = {{ store = \"{name}\" }}"
        ));
        self.late_line(format!(
            "[[timeline]]\nat = \"{second}s\"\nrun = \"aws rds failover-global-cluster --global-cluster-identifier {name} --target-db-cluster-identifier {name}-{place} --allow-data-loss --region {place}\""
        ));
    }

    /// A Region is down, for a while or for good, and another takes over from it.
    fn disaster(&mut self, c: &mut Choices) {
        let any = c.below(self.stores.len());
        let table = self.stores.iter().position(|store| store.kind == Kind::Table);
        let index = table.filter(|_| c.one_in(2)).unwrap_or(any);
        let store = &self.stores[index];
        let name = store.name;
        let from = if store.kind == Kind::Database { store.regions[0] } else { self.homes[index] };
        let Some(to) = store.regions.iter().copied().find(|region| *region != from) else { return };
        let second = 2 + c.below(30);
        let lasts = c.pick(&["for = \"15s\"", "for = \"40s\"", ""]);
        let fault = c.pick(&["region-outage", "region-outage", "region-loss"]);
        let lasts = if faults::is_for_good(fault) { "" } else { lasts };
        match store.kind {
            Kind::Database => {
                let at = second + c.below(4);
                self.late_line(format!(
                    "[[timeline]]\nat = \"{at}s\"\nrun = \"aws rds failover-global-cluster --global-cluster-identifier {name} --target-db-cluster-identifier {name}-{to} --allow-data-loss --region {to}\""
                ));
            }
            _ if self.body.contains(&format!("[records.www]\nclient = \"c{index}\"")) => {}
            _ => self.line(format!(
                "[runbooks.evacuate]\nwhen = \"success(c{index}) < 90% for 1s\"\nsteps = [\"route c{index} to {to}\"]"
            )),
        }
        self.late_line(format!(
            "[[timeline]]\nat = \"{second}s\"\n{fault} = {{ region = \"{from}\" }}\n{lasts}"
        ));
        // Something is on its way then.
        let store = &self.stores[index];
        if store.regions.contains(&from) && c.one_in(2) {
            let before = second - 2;
            self.late_line(format!(
                "[[timeline]]\nat = \"{before}s\"\nfor = \"20s\"\nreplication-pause = {{ store = \"{name}\", region = \"{from}\", direction = \"out\" }}"
            ));
        }
    }

    /// Nothing leaves the first replica of a store for a while.
    fn pause(&mut self, c: &mut Choices) {
        let any = &self.stores[c.below(self.stores.len())];
        let store = self.stores.iter().find(|store| store.kind == Kind::Buckets).unwrap_or(any);
        let (name, region) = (store.name, store.regions[0]);
        // Days are long enough to be late for Replication Time Control.
        let least = if self.is_long() { 24 } else { 1 };
        let (at, lasts) = (self.instant(c), self.time(least + c.below(60)));
        self.late_line(format!(
            "[[timeline]]\nat = \"{at}us\"\nfor = \"{lasts}\"\nreplication-pause = {{ store = \"{name}\", region = \"{region}\", direction = \"out\" }}"
        ));
    }

    /// A Region is down, and a copy of its snapshots is restored elsewhere.
    fn rescue_of_a_copy(&mut self, c: &mut Choices) {
        let copied = |store: &&Store| store.kind == Kind::Copies && store.regions.len() > 1;
        let Some(store) = self.stores.iter().find(copied) else { return };
        let (from, to) = (store.regions[0], store.regions[1]);
        let restore = commands::restore(store, to);
        let at = self.instant(c);
        let later = at + 1_000_000 * c.below(40) as u64;
        let fault = c.pick(&["region-outage", "region-loss"]);
        self.late_line(format!("[[timeline]]\nat = \"{at}us\"\n{fault} = {{ region = \"{from}\" }}"));
        if later < self.seconds * 1_000_000 {
            self.late_line(format!("[[timeline]]\nat = \"{later}us\"\nrun = \"{restore}\""));
        }
    }

    /// A grant that is made and taken back.
    fn revoked_grant(&mut self, c: &mut Choices) {
        let key = c.pick(&self.keys);
        let (name, region) = (key.name, key.regions[0]);
        let at = self.instant(c);
        self.late_line(format!(
            "[[timeline]]\nat = \"0s\"\nsave = \"grant\"\nrun = \"aws kms create-grant --key-id ${name} --grantee-principal arn:aws:iam::111122223333:role/dba --operations Decrypt --region {region}\""
        ));
        self.late_line(format!(
            "[[timeline]]\nat = \"{at}us\"\ngrant-revoked = {{ key = \"{name}\", region = \"{region}\", grant = \"$grant.GrantId\" }}"
        ));
    }
}
