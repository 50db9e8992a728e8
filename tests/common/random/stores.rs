//! Replicated data of every kind.

use super::{Choices, Scenario};

/// What a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A DynamoDB table, or a global table with eventual consistency.
    Table,
    /// A global table with strong consistency.
    Strong,
    /// An Aurora cluster or global database.
    Database,
    /// S3 buckets.
    Buckets,
    /// Copied snapshots.
    Copies,
}

/// A store of the scenario.
#[derive(Clone, Debug)]
pub struct Store {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The Regions of its replicas.
    pub regions: Vec<&'static str>,
    /// More Regions, in which a replica may come.
    pub later: Vec<&'static str>,
    /// The Region of the witness, if it has one.
    pub witness: Option<&'static str>,
    /// Whether buckets replicate both ways.
    pub two_way: bool,
    /// Write capacity units of each replica, unless it takes whatever comes.
    pub write_capacity: Option<u64>,
    /// What copied snapshots are of.
    pub of: &'static str,
    /// How many items there are.
    pub items: u64,
}

impl Scenario {
    pub(super) fn make_stores(&mut self, c: &mut Choices) {
        for (index, name) in ["a", "b"][..1 + c.below(2)].iter().enumerate() {
            let kinds =
                [Kind::Table, Kind::Database, Kind::Buckets, Kind::Database, Kind::Copies, Kind::Strong];
            let kind = match c.pick(&kinds) {
                Kind::Strong if self.regions.len() < 3 => Kind::Table,
                kind => kind,
            };
            let regions = match kind {
                // The Regions that offer it.
                Kind::Strong => self.regions[..3].to_vec(),
                _ => c.some(&self.regions),
            };
            let items = c.pick(&[20, 1, 200]);
            let mut store = Store {
                name,
                kind,
                regions,
                later: Vec::new(),
                witness: None,
                two_way: false,
                write_capacity: None,
                of: "",
                items,
            };
            if kind == Kind::Strong && c.one_in(3) {
                store.witness = store.regions.pop();
            }
            self.store(c, &mut store, index);
            self.stores.push(store);
        }
    }

    fn store(&mut self, c: &mut Choices, store: &mut Store, index: usize) {
        let single = store.regions.len() == 1 && c.one_in(2);
        let kind = match store.kind {
            Kind::Database if store.regions.len() == 1 => "aurora-cluster",
            Kind::Database => "aurora-global-database",
            Kind::Table if single => "dynamodb-table",
            Kind::Table | Kind::Strong => "dynamodb-global-table",
            Kind::Buckets => "s3-replication",
            Kind::Copies => "snapshot-copy",
        };
        let Store { name, items, .. } = *store;
        self.line(format!(
            "[stores.{name}]\nkind = \"{kind}\"\nregions = {:?}\nitems = {items}",
            store.regions
        ));
        match store.kind {
            Kind::Database => self.aurora(c, &store.regions),
            Kind::Table | Kind::Strong => self.table(c, store, single),
            Kind::Buckets => self.buckets(c, store),
            Kind::Copies => self.copies(c, store),
        }
        if c.one_in(2) {
            self.line(format!("preload = \"c{index}\""));
        }
        if c.one_in(3) {
            let rate = c.pick(&["1/s", "5/s", "40/s"]);
            self.line(format!("catch-up = \"{rate}\""));
        }
        if c.one_in(2) {
            self.line("readers = [\"dba\"]");
        }
        if c.one_in(2) && store.regions.len() > 1 {
            let delay = c.pick(&["exponential(2s)", "lognormal(9s, 1)", "uniform(0s, 60s)"]);
            self.line(format!("lag = [{{ between = {:?}, delay = \"{delay}\" }}]", store.regions));
        }
    }

    /// Encryption at rest: under a key for all, or one for each Region, which may well be a wrong one.
    fn encryption(&mut self, c: &mut Choices, regions: &[&str]) {
        match c.below(4) {
            0 => {}
            1 => self.line(c.pick(&["encryption = \"aws-managed\"", "encryption = \"aws-owned\""])),
            2 => {
                let key = self.key(c);
                self.line(format!("encryption = \"{key}\""));
            }
            _ => {
                let keys: Vec<String> =
                    regions.iter().map(|region| format!("{region} = \"{}\"", self.key(c))).collect();
                self.line(format!("encryption = {{ {} }}", keys.join(", ")));
            }
        }
    }

    /// What only a table has.
    fn table(&mut self, c: &mut Choices, store: &mut Store, single: bool) {
        self.encryption(c, &store.regions);
        if c.one_in(3) {
            let units = c.pick(&[5, 1, 30]);
            store.write_capacity = Some(units);
            self.line(format!("write-capacity = {units}"));
        }
        if c.one_in(4) {
            let units = c.pick(&[5, 1, 30]);
            self.line(format!("read-capacity = {units}"));
        }
        if store.kind == Kind::Strong {
            self.line("consistency = \"strong\"");
            if let Some(witness) = store.witness {
                self.line(format!("witness = \"{witness}\""));
            }
            return;
        }
        if c.one_in(4) {
            let ttl = self.time(1 + c.below(40));
            self.line(format!("ttl = \"{ttl}\""));
        }
        let rest = self.regions.iter().filter(|region| !store.regions.contains(region)).copied();
        if !single && c.one_in(2) {
            store.later = rest.collect();
            self.line(format!("later-regions = {:?}\nreplica-creation = \"uniform(1s, 20s)\"", store.later));
        }
    }

    /// What only buckets have.
    fn buckets(&mut self, c: &mut Choices, store: &mut Store) {
        self.encryption(c, &store.regions);
        store.two_way = c.one_in(2);
        let flags = [
            ("two-way", store.two_way),
            ("replicate-kms-objects", c.one_in(2)),
            ("delete-marker-replication", c.one_in(3)),
            ("replication-time-control", c.below(3) > 0),
        ];
        for (flag, _) in flags.iter().filter(|(_, on)| *on) {
            self.line(format!("{flag} = true"));
        }
        if c.one_in(4) {
            self.line("role = \"replicator\"");
        }
    }

    /// What only copied snapshots have.
    fn copies(&mut self, c: &mut Choices, store: &mut Store) {
        self.encryption(c, &store.regions);
        let long = self.is_long();
        store.of = c.pick(&["ebs-volume", "rds-snapshot", "rds-automated-backup", "backup-vault"]);
        let every = if long { c.pick(&["12h", "1h", "2d"]) } else { "1m" };
        let copy =
            if long { c.pick(&["1h", "uniform(1h, 3d)"]) } else { c.pick(&["9s", "uniform(1s, 90s)"]) };
        let restore = c.pick(&["5s", "uniform(1s, 30s)"]);
        self.line(format!(
            "of = \"{}\"\nevery = \"{every}\"\ncopy = \"{copy}\"\nrestore = \"{restore}\"",
            store.of
        ));
        if c.one_in(2) {
            let share = c.pick(&["0.5", "0.01", "1.0"]);
            self.line(format!("changes = {share}"));
        }
        if long && store.of == "ebs-volume" && c.one_in(3) {
            self.line("completion = \"30m\"\nsize = \"10GiB\"");
        }
    }

    /// What only Aurora has.
    fn aurora(&mut self, c: &mut Choices, regions: &[&str]) {
        self.line("restart = \"uniform(1s, 20s)\"\ninstance = \"uniform(5s, 30s)\"");
        if c.one_in(3) {
            self.line("engine-version = \"15.3\"");
        }
        let key = self.keys[0].clone();
        if c.one_in(2) && regions.iter().all(|region| key.regions.contains(region)) {
            self.line(format!("encryption = \"{}\"", key.name));
        }
        if regions.len() == 1 {
            return;
        }
        self.line(
            "promotion = \"uniform(5s, 30s)\"\nswitchover = \"uniform(1s, 9s)\"\nrebuild = \"uniform(5s, 50s)\"",
        );
        if c.one_in(2) {
            self.line("rpo = \"20s\"");
        }
        if c.one_in(2) {
            let consistency = c.pick(&["\"eventual\"", "\"session\"", "\"global\"", "true"]);
            self.line(format!("write-forwarding = {consistency}"));
        }
        if c.one_in(4) {
            self.line(format!("headless = [\"{}\"]", regions[1]));
        }
    }
}
