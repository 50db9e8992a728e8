//! Scenario texts made from a list of numbers. Zeros make the simplest one.

use mrksim::sim::{Span, Time};
use std::fmt;
use std::fmt::Write;

/// Regions with measured latencies; the last is far from all and never part of the scenario itself.
const MEASURED: [&str; 5] = ["us-east-1", "eu-west-1", "ap-southeast-2", "us-west-2", "sa-east-1"];
const MADE_UP: [&str; 5] = ["r0", "r1", "r2", "r3", "r4"];

/// A scenario in parts, so that tests can add to it.
pub struct Scenario {
    /// Its Regions, in order.
    pub regions: Vec<&'static str>,
    measured: bool,
    seconds: u64,
    seed: u64,
    /// The keys' names and Regions, the primary's first.
    keys: Vec<(&'static str, Vec<&'static str>)>,
    body: String,
    timeline: String,
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

struct Store {
    name: &'static str,
    aurora: bool,
    regions: Vec<&'static str>,
}

impl Scenario {
    /// The scenario that the numbers describe.
    pub fn new(choices: &[u16]) -> Scenario {
        let c = &mut Choices(choices.iter());
        let measured = c.below(2) == 0;
        let names = if measured { MEASURED } else { MADE_UP };
        let regions = names[..2 + c.below(3)].to_vec();
        // A few minutes, or long enough for a key to be deleted.
        let long = c.one_in(6);
        let seconds = if long { 9 * 86_400 } else { [40, 90, 180][c.below(3)] };
        let mut s = Scenario {
            regions,
            measured,
            seconds,
            seed: c.below(1000) as u64,
            keys: Vec::new(),
            body: String::new(),
            timeline: String::new(),
        };
        if c.one_in(5) {
            s.body += "[rules]\nbase = \"notes\"\n";
        }
        s.body += "[timing]\ntable-key-recheck = \"9s\"\n";
        if c.one_in(2) {
            s.body += "creating = \"uniform(1s, 20s)\"\nupdating = \"uniform(1s, 20s)\"\n";
        }
        s.endpoints(c);
        s.keys(c);
        let stores = s.stores(c);
        s.clients(c, &stores, long);
        if !long {
            s.runbooks(c, &stores);
        }
        s.record(c);
        if !long && c.one_in(4) {
            s.split_brain(c, &stores);
        }
        for number in 0..c.below(8) {
            let at = s.instant(c);
            s.entry(c, &stores, at, number);
        }
        s
    }

    /// Now and then a client is routed by DNS: not one that a runbook routes.
    fn record(&mut self, c: &mut Choices) {
        let client = c.pick(&["c0", "c1"]);
        let head = format!("[clients.{client}]\nregion = \"");
        if self.body.contains(&format!("route {client} to")) || !c.one_in(2) {
            return;
        }
        let Some((_, rest)) = self.body.split_once(&head) else { return };
        let Some((primary, _)) = rest.split_once('"') else { return };
        let primary = primary.to_owned();
        let others: Vec<&str> = self.regions.iter().filter(|other| **other != primary).copied().collect();
        let secondary = c.pick(&others);
        let policies = ["failover", "simple", "routing-control"];
        let policy = c.pick(&policies[..if self.measured { 3 } else { 2 }]);
        let ttl = c.pick(&["60s", "0s", "5s", "1h"]);
        let _ = writeln!(
            self.body,
            "[records.www]\nclient = \"{client}\"\nprimary = \"{primary}\"\nsecondary = \"{secondary}\"\npolicy = \"{policy}\"\nttl = \"{ttl}\""
        );
        let of = c.pick(&["application", "dependencies"]);
        if policy == "failover" {
            let threshold = 1 + c.below(3);
            let check = format!("interval = \"10s\", threshold = {threshold}, of = \"{of}\"");
            let _ = writeln!(self.body, "health-check = {{ {check} }}");
            return;
        }
        for _ in 0..1 + c.below(3) {
            let (at, to) = (self.instant(c), c.pick(&[secondary, primary.as_str()]));
            let state = c.pick(&["On", "Off"]);
            let command = match policy {
                "simple" => format!(
                    "aws route53 change-resource-record-sets --hosted-zone-id z --change-batch '{{\"Changes\":[{{\"Action\":\"UPSERT\",\"ResourceRecordSet\":{{\"Name\":\"www\",\"Type\":\"CNAME\",\"TTL\":9,\"ResourceRecords\":[{{\"Value\":\"{to}\"}}]}}}}]}}' --region {to}"
                ),
                _ => format!(
                    "aws route53-recovery-cluster update-routing-control-state --routing-control-arn www/{to} --routing-control-state {state} --region {secondary}"
                ),
            };
            let _ = writeln!(self.timeline, "[[timeline]]\nat = \"{at}us\"\nrun = '''{command}'''");
        }
    }

    fn head(&self, with_remote_links: bool) -> String {
        let mut text = format!(
            "title = \"random\"\nseed = {}\nduration = \"{}s\"\nregions = {:?}\n",
            self.seed, self.seconds, self.regions
        );
        if !self.measured {
            for (i, from) in self.regions.iter().enumerate() {
                let _ =
                    writeln!(text, "[[link]]\nwithin = [\"{from}\"]\none-way = \"lognormal(400us, 0.2)\"");
                for to in &self.regions[i + 1..] {
                    let _ = writeln!(
                        text,
                        "[[link]]\nbetween = [\"{from}\", \"{to}\"]\none-way = \"lognormal({}ms, 0.2)\"",
                        20 + 30 * i
                    );
                }
            }
        }
        if with_remote_links && !self.measured {
            let far = "one-way = \"lognormal(500ms, 0.2)\"";
            let known = self.regions.iter();
            for from in known {
                let _ = writeln!(text, "[[link]]\nbetween = [\"{from}\", \"r4\"]\n{far}");
            }
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
    pub fn text_with_fault(&self, at: Time, choice: u16) -> String {
        let fault = self.fault(&mut Choices([choice, choice / 7, choice / 49].iter()), None);
        format!("{}[[timeline]]\nname = \"late\"\nat = \"{}us\"\n{fault}\n", self.text(), at.0 / 1000)
    }

    fn endpoints(&mut self, c: &mut Choices) {
        if c.one_in(2) {
            let servers = c.pick(&["\"unlimited\"", "1", "3"]);
            let quota = c.pick(&["\"unlimited\"", "2", "10"]);
            let time = c.pick(&["lognormal(8ms, 0.6)", "exponential(60ms)", "uniform(1s, 9s)"]);
            let _ = writeln!(
                self.body,
                "[[endpoint]]\nservice = \"kms\"\nservers = {servers}\ntime = \"{time}\"\nquota = {quota}"
            );
        }
        if c.one_in(4) {
            let service = c.pick(&["dynamodb", "rds"]);
            let _ = writeln!(
                self.body,
                "[[endpoint]]\nservice = \"{service}\"\nservers = 2\ntime = \"exponential(50ms)\"\nnetwork = \"none\""
            );
        }
    }

    fn keys(&mut self, c: &mut Choices) {
        for name in &["k0", "k1", "k2"][..1 + c.below(3)] {
            let mut places = c.some(&self.regions);
            let multi_region = !c.one_in(3);
            self.keys.push((name, if multi_region { places.clone() } else { places[..1].to_vec() }));
            let primary = places.remove(0);
            match !multi_region {
                false => {
                    let _ = writeln!(
                        self.body,
                        "[keys.{name}]\nkind = \"multi-region\"\nprimary = \"{primary}\"\nreplicas = {places:?}"
                    );
                }
                true => {
                    let _ = writeln!(
                        self.body,
                        "[keys.{name}]\nkind = \"single-region\"\nprimary = \"{primary}\""
                    );
                }
            }
        }
    }

    fn key(&self, c: &mut Choices) -> &'static str {
        c.pick(&self.keys).0
    }

    fn stores(&mut self, c: &mut Choices) -> Vec<Store> {
        let mut stores = Vec::new();
        for name in &["a", "b"][..1 + c.below(2)] {
            let regions = c.some(&self.regions);
            let aurora = c.one_in(2);
            let kind = match aurora {
                true if regions.len() == 1 => "aurora-cluster",
                true => "aurora-global-database",
                false => "dynamodb-global-table",
            };
            let items = c.pick(&[20, 1, 200]);
            let _ = writeln!(
                self.body,
                "[stores.{name}]\nkind = \"{kind}\"\nregions = {regions:?}\nitems = {items}"
            );
            if aurora {
                self.aurora(c, &regions);
            }
            if c.one_in(2) {
                let _ = writeln!(self.body, "preload = \"c{}\"", stores.len());
            }
            if c.one_in(3) {
                let rate = c.pick(&["1/s", "5/s", "40/s"]);
                let _ = writeln!(self.body, "catch-up = \"{rate}\"");
            }
            if c.one_in(2) {
                let _ = writeln!(self.body, "readers = [\"dba\"]");
            }
            if c.one_in(2) && regions.len() > 1 {
                let delay = c.pick(&["exponential(2s)", "lognormal(9s, 1)", "uniform(0s, 60s)"]);
                let _ = writeln!(self.body, "lag = [{{ between = {regions:?}, delay = \"{delay}\" }}]");
            }
            stores.push(Store { name, aurora, regions });
        }
        stores
    }

    /// What only Aurora has.
    fn aurora(&mut self, c: &mut Choices, regions: &[&str]) {
        self.body += "restart = \"uniform(1s, 20s)\"\ninstance = \"uniform(5s, 30s)\"\n";
        if c.one_in(3) {
            self.body += "engine-version = \"15.3\"\n";
        }
        let (key, places) = self.keys[0].clone();
        if c.one_in(2) && regions.iter().all(|region| places.contains(region)) {
            let _ = writeln!(self.body, "encryption = \"{key}\"");
        }
        if regions.len() == 1 {
            return;
        }
        self.body += "promotion = \"uniform(5s, 30s)\"\nswitchover = \"uniform(1s, 9s)\"\nrebuild = \"uniform(5s, 50s)\"\n";
        if c.one_in(2) {
            self.body += "rpo = \"20s\"\n";
        }
        if c.one_in(2) {
            let consistency = c.pick(&["\"eventual\"", "\"session\"", "\"global\"", "true"]);
            let _ = writeln!(self.body, "write-forwarding = {consistency}");
        }
        if c.one_in(4) {
            let _ = writeln!(self.body, "headless = [\"{}\"]", regions[1]);
        }
    }

    fn clients(&mut self, c: &mut Choices, stores: &[Store], long: bool) {
        // The first clients are those that preload the stores.
        let number = stores.len().max(1 + c.below(3));
        for client in 0..number {
            let store = &stores[if client < stores.len() { client } else { c.below(stores.len()) }];
            let region = c.pick(&self.regions);
            let rate = match long {
                true => c.pick(&["2/h", "1/d"]),
                false => c.pick(&["4/s", "1/s", "20/s"]),
            };
            let mix = c.pick(&[
                "{ read = 0.5, write = 0.5 }",
                "{ write = 1.0 }",
                "{ read = 1.0 }",
                "{ read = 0.3, write = 0.4, insert = 0.3 }",
            ]);
            let _ = writeln!(
                self.body,
                "[clients.c{client}]\nregion = \"{region}\"\nstore = \"{}\"\nrate = \"{rate}\"\nmix = {mix}",
                store.name
            );
            let key = self.key(c);
            let _ = match c.below(6) {
                0 | 1 => writeln!(self.body, "keyring = {{ mrk = \"{key}\" }}"),
                2 => writeln!(self.body, "keyring = {{ plain = \"{key}\" }}"),
                3 => writeln!(self.body, "keyring = {{ plain = \"alias/{key}\" }}"),
                4 => writeln!(self.body, "keyring = {{ multi = [\"{key}\", \"{}\"] }}", self.key(c)),
                _ => Ok(()),
            };
            if c.one_in(2) {
                let others = self.regions.iter().filter(|other| **other != region).copied();
                let others: Vec<&str> = others.collect();
                let failover = c.some(&others);
                let _ = writeln!(self.body, "failover = {failover:?}");
            }
            if c.one_in(3) {
                let _ = writeln!(self.body, "retry = \"none\"");
            }
            if c.one_in(3) {
                let timeout = c.pick(&["1s", "150ms", "20ms"]);
                let _ = writeln!(self.body, "attempt-timeout = \"{timeout}\"\nconnect-timeout = \"300ms\"");
            }
            if c.one_in(4) {
                let _ = writeln!(self.body, "context = {{ app = \"{client}\" }}");
            }
            if c.one_in(5) {
                let _ = writeln!(self.body, "requests = 40\ninstances = 2");
            }
            if c.one_in(4) {
                let region = c.pick(&self.regions);
                let _ = writeln!(self.body, "standby = {{ {region} = {} }}\nsession = \"20s\"", c.below(2));
            }
        }
    }

    fn runbooks(&mut self, c: &mut Choices, stores: &[Store]) {
        if !c.one_in(2) {
            return;
        }
        let store = &stores[0];
        let place = c.pick(&store.regions);
        let when = match c.below(4) {
            0 => "success(c0) < 80% for 3s".to_owned(),
            1 => format!("staleness(a, {place}) > 2s"),
            2 => format!("decryptable(a, {place}, c0) < 100% for 1s"),
            _ => format!("state(k0, {}) != Enabled", self.regions[0]),
        };
        let mut steps = Vec::new();
        for _ in 0..1 + c.below(3) {
            let region = c.pick(&self.regions);
            steps.push(match c.below(5) {
                0 => format!("route c0 to {region}"),
                1 => "wait uniform(1s, 9s)".to_owned(),
                2 => format!("wait until success(c0) > {}%", 10 * c.below(10)),
                3 => self.command(c, stores),
                _ => format!("retry 2s: {}", self.command(c, stores)),
            });
        }
        let again = c.one_in(4);
        let _ =
            writeln!(self.body, "[runbooks.rescue]\nwhen = \"{when}\"\nsteps = {steps:?}\nagain = {again}");
    }

    /// An instant of the run, in microseconds; now and then a full second.
    fn instant(&self, c: &mut Choices) -> u64 {
        // A key that is to be deleted needs a week.
        let last = if self.seconds > 7 * 86_400 { self.seconds / 4 } else { self.seconds };
        let at = last * c.below(1000) as u64 / 1000;
        match c.one_in(4) {
            true => at * 1_000_000,
            false => at * 1_000_000 + c.below(999_983) as u64,
        }
    }

    fn entry(&mut self, c: &mut Choices, stores: &[Store], at: u64, number: usize) {
        let _ = writeln!(self.timeline, "[[timeline]]\nat = \"{at}us\"");
        match c.below(2) {
            0 => {
                let command = self.command(c, stores);
                let _ = writeln!(self.timeline, "run = \"{command}\"");
                if command.contains("kms encrypt") {
                    let region = c.pick(&self.regions);
                    let _ = writeln!(self.timeline, "save = \"m{number}\"");
                    let _ = writeln!(
                        self.timeline,
                        "[[timeline]]\nat = \"{at}us\"\nrun = \"aws kms decrypt --ciphertext-blob $m{number} --region {region}\""
                    );
                }
                if c.one_in(4) {
                    let from = c.pick(&self.regions);
                    let _ = writeln!(self.timeline, "from = \"{from}\"");
                }
            }
            _ => {
                let fault = self.fault(c, Some(stores));
                let _ = writeln!(self.timeline, "{fault}");
                if c.below(3) > 0 && !is_for_good(&fault) {
                    let lasts = 1 + c.below(1000) as u64 * self.seconds / 2000;
                    let _ = writeln!(self.timeline, "for = \"{lasts}s\"");
                    if c.one_in(4) {
                        let _ = writeln!(self.timeline, "every = \"{}s\"", lasts + 1 + self.seconds / 5);
                    }
                }
            }
        }
    }

    /// A failover whose old primary is not fenced.
    fn split_brain(&mut self, c: &mut Choices, stores: &[Store]) {
        let Some(store) = stores.iter().find(|store| store.aurora && store.regions.len() > 1) else { return };
        let (name, place) = (store.name, store.regions[1]);
        let (second, lasts) = (c.below(30), 1 + c.below(60));
        let _ = writeln!(
            self.timeline,
            "[[timeline]]\nat = \"{second}s\"\nfor = \"{lasts}s\"\nwrite-fence-failure = {{ store = \"{name}\" }}"
        );
        let _ = writeln!(
            self.timeline,
            "[[timeline]]\nat = \"{second}s\"\nrun = \"aws rds failover-global-cluster --global-cluster-identifier {name} --target-db-cluster-identifier {name}-{place} --allow-data-loss --region {place}\""
        );
    }

    /// A fault of a Region, its zones, its people, or of the account.
    fn wide_fault(&self, c: &mut Choices) -> String {
        let region = c.pick(&self.regions);
        let key = self.key(c);
        match c.below(11) {
            0 => format!("region-loss = {{ region = \"{region}\" }}"),
            1 | 2 => {
                let zones = c.pick(&["[\"a\"]", "[\"b\"]", "[\"a\", \"c\"]"]);
                format!("az-outage = {{ region = \"{region}\", azs = {zones} }}")
            }
            3 => format!("insufficient-capacity = {{ region = \"{region}\", ratio = 0.5 }}"),
            4 => format!("credentials-outage = {{ region = \"{region}\" }}"),
            5 => format!("console-login-outage = {{ region = \"{region}\" }}"),
            6 => format!("monitoring-blind = {{ region = \"{region}\" }}"),
            7 => {
                let actions = ["aws kms disable-key --key-id", "aws kms enable-key --key-id"];
                let calls = actions.map(|action| format!("{action} ${key} --region {region}"));
                format!("account-compromise = {{ actions = {calls:?} }}")
            }
            8 => format!("account-closed = {{ window = \"{}s\" }}", c.below(90)),
            9 => format!("region-opt-out = {{ region = \"{region}\" }}"),
            _ => match c.one_in(2) {
                true => format!("key-deleted = {{ key = \"{key}\", region = \"{region}\" }}"),
                false => format!(
                    "guardrail-deny = {{ region = \"{region}\", operations = [\"GenerateDataKey\"] }}"
                ),
            },
        }
    }

    /// A fault of any kind; without `stores`, one that needs none.
    fn fault(&self, c: &mut Choices, stores: Option<&[Store]>) -> String {
        if c.one_in(3) {
            return self.wide_fault(c);
        }
        let kind = c.below(if stores.is_some() { 12 } else { 9 });
        let region = c.pick(&self.regions);
        let others: Vec<&str> = self.regions.iter().filter(|other| **other != region).copied().collect();
        let other = c.pick(&others);
        let service = c.pick(&["kms", "dynamodb", "rds"]);
        let mode = c.pick(&["timeout", "refuse", "error"]);
        let direction = c.pick(&["both", "one-way"]);
        match kind {
            0 => format!("region-outage = {{ region = \"{region}\", mode = \"{mode}\" }}"),
            1 => {
                let ratio = c.pick(&["1.0", "0.4"]);
                format!(
                    "service-outage = {{ region = \"{region}\", service = \"{service}\", mode = \"{mode}\", ratio = {ratio} }}"
                )
            }
            2 => format!("control-plane-outage = {{ region = \"{region}\", service = \"{service}\" }}"),
            3 => {
                let traffic = c.pick(&["all", "app", "replication"]);
                format!(
                    "partition = {{ from = \"{region}\", to = \"{other}\", direction = \"{direction}\", traffic = \"{traffic}\" }}"
                )
            }
            4 => format!(
                "latency = {{ from = \"{region}\", to = \"{other}\", direction = \"{direction}\", add = \"exponential(400ms)\", ratio = 0.7 }}"
            ),
            5 => format!("packet-loss = {{ from = \"{region}\", to = \"{other}\", ratio = 0.5 }}"),
            6 => format!("throttle = {{ region = \"{region}\", service = \"{service}\", quota = 1 }}"),
            7 => format!("key-disabled = {{ key = \"{}\", region = \"{region}\" }}", self.key(c)),
            8 => format!("control-plane-outage = {{ region = \"{region}\" }}"),
            _ => {
                let stores = stores.unwrap_or_default();
                let store = &stores[c.below(stores.len())];
                let place = c.pick(&store.regions);
                let name = store.name;
                match (store.aurora, kind) {
                    (true, 10) if store.regions.len() > 1 => {
                        return format!("write-fence-failure = {{ store = \"{name}\" }}");
                    }
                    (true, 11) => {
                        return format!("writer-failover = {{ store = \"{name}\", region = \"{place}\" }}");
                    }
                    _ => {}
                }
                let way = c.pick(&["both", "in", "out"]);
                format!(
                    "replication-pause = {{ store = \"{name}\", region = \"{place}\", direction = \"{way}\" }}"
                )
            }
        }
    }

    /// A command of any service.
    fn command(&self, c: &mut Choices, stores: &[Store]) -> String {
        let (key, places) = c.pick(&self.keys);
        // Mostly where the key is at the start.
        let anywhere = c.one_in(4);
        let region = c.pick(if anywhere { &self.regions } else { &places });
        let other = c.pick(&self.regions);
        if c.one_in(6) {
            let capacity = c.below(4);
            return format!(
                "aws autoscaling set-desired-capacity --auto-scaling-group-name c0 --desired-capacity {capacity} --region {other}"
            );
        }
        if let Some(store) = stores.iter().find(|store| store.aurora)
            && c.below(2) == 0
        {
            let name = store.name;
            let place = c.pick(&store.regions);
            let cluster = format!("--target-db-cluster-identifier {name}-{place}");
            let global = format!("--global-cluster-identifier {name}");
            let own = match store.regions.len() {
                1 => format!("--db-cluster-identifier {name} --region {place}"),
                _ => format!("--db-cluster-identifier {name}-{place} --region {place}"),
            };
            return match c.below(10) {
                6 => format!(
                    "aws rds create-db-instance --db-instance-identifier i --engine aurora-postgresql {own}"
                ),
                7 => format!("aws rds {}-db-cluster {own}", c.pick(&["stop", "start"])),
                8 => {
                    let bound = c.pick(&["30", "-1"]);
                    format!(
                        "aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name {name} --parameters ParameterName=rds.global_db_rpo,ParameterValue={bound} --region {place}"
                    )
                }
                0 | 5 | 9 => format!(
                    "aws rds failover-global-cluster {global} {cluster} --allow-data-loss --region {place}"
                ),
                1 => format!("aws rds switchover-global-cluster {global} {cluster} --region {place}"),
                2 => format!(
                    "aws rds failover-global-cluster {global} {cluster} --switchover --region {region}"
                ),
                3 => format!(
                    "aws rds remove-from-global-cluster {global} --db-cluster-identifier {name}-{place} --region {place}"
                ),
                _ => format!("aws rds describe-global-clusters {global} --region {place}"),
            };
        }
        let simple = |operation: &str, more: &str| {
            format!("aws kms {operation} --key-id ${key} {more} --region {region}")
        };
        match c.below(14) {
            0 => simple("describe-key", ""),
            1 => simple("disable-key", ""),
            2 => simple("enable-key", ""),
            3 | 4 => simple("schedule-key-deletion", "--pending-window-in-days 7"),
            5 => simple("cancel-key-deletion", ""),
            6 | 7 => simple("update-primary-region", &format!("--primary-region {other}")),
            8 | 12 => {
                let without = self.regions.iter().filter(|region| !places.contains(region));
                let other = without.copied().next_back().unwrap_or(other);
                let from = if anywhere { region } else { places[0] };
                format!("aws kms replicate-key --key-id ${key} --replica-region {other} --region {from}")
            }
            9 | 13 => simple("encrypt", "--plaintext aGVsbG8="),
            10 => format!("aws kms delete-alias --alias-name alias/{key} --region {region}"),
            _ => {
                format!("aws kms update-alias --alias-name alias/{key} --target-key-id $k0 --region {region}")
            }
        }
    }
}

/// Whether a fault cannot be lifted.
fn is_for_good(fault: &str) -> bool {
    ["region-loss", "key-deleted", "account-compromise", "writer-failover"]
        .iter()
        .any(|kind| fault.starts_with(kind))
}
