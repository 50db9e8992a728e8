//! Faults of every kind.

use super::{Choices, Key, Kind, Scenario, Store};

/// Whether a fault cannot be lifted.
pub(super) fn is_for_good(fault: &str) -> bool {
    const FOR_GOOD: [&str; 9] = [
        "region-loss",
        "key-deleted",
        "key-material-expired",
        "grant-revoked",
        "account-compromise",
        "writer-failover",
        "data-corruption",
        "bulk-delete",
        "ransom-reencrypt",
    ];
    FOR_GOOD.iter().any(|kind| fault.starts_with(kind)) || fault.contains("storage = \"lost\"")
}

/// A service and some operations of it that a fault may hit.
const SERVICES: [(&str, &str); 6] = [
    ("kms", "[\"Decrypt\"]"),
    ("kms", "[\"GenerateDataKey\", \"Encrypt\"]"),
    ("dynamodb", "[\"PutItem\"]"),
    ("rds", "[\"COMMIT\"]"),
    ("s3", "[\"GetObject\"]"),
    ("ec2", "[\"WriteBlock\"]"),
];

impl Scenario {
    /// A fault of any kind.
    pub(super) fn fault(&self, c: &mut Choices) -> String {
        match c.below(9) {
            0 | 1 => self.scope_fault(c),
            2 | 3 => self.network_fault(c),
            4 => self.call_fault(c),
            5 | 6 => self.data_fault(c),
            7 => self.key_fault(c),
            _ => self.account_fault(c),
        }
    }

    fn service(&self, c: &mut Choices) -> &'static str {
        c.pick(&SERVICES).0
    }

    fn network_fault(&self, c: &mut Choices) -> String {
        let kind = c.below(9);
        let (region, other) = self.two_regions(c);
        let service = self.service(c);
        let direction = c.pick(&["both", "one-way"]);
        let traffic = c.pick(&["all", "app", "replication"]);
        let ends = format!("from = \"{region}\", to = \"{other}\"");
        let ways = format!("{ends}, direction = \"{direction}\"");
        match kind {
            0 => format!("partition = {{ {ways}, traffic = \"{traffic}\" }}"),
            1 => {
                let jitter = c.pick(&["", ", jitter = \"uniform(0s, 50ms)\""]);
                format!("latency = {{ {ways}, add = \"exponential(400ms)\", ratio = 0.7{jitter} }}")
            }
            2 => format!("packet-loss = {{ {ways}, ratio = 0.5 }}"),
            3 => format!("region-isolation = {{ region = \"{region}\", traffic = \"{traffic}\" }}"),
            4 => {
                let (down, up) = (self.time(1 + c.below(5)), self.time(1 + c.below(9)));
                format!("link-flap = {{ {ways}, traffic = \"{traffic}\", down = \"{down}\", up = \"{up}\" }}")
            }
            5 => {
                let limit = c.pick(&["64KiB", "4KiB", "1GiB"]);
                format!("bandwidth = {{ {ways}, limit = \"{limit}\", message-size = \"2KiB\" }}")
            }
            6 => {
                let trip = c.pick(&["300ms", "1ms", "2s"]);
                format!("route-change = {{ {ends}, rtt = \"{trip}\" }}")
            }
            7 => format!("vpc-endpoint-outage = {{ region = \"{region}\", service = \"{service}\" }}"),
            _ => {
                let mode = c.pick(&["empty", "servfail", "stale"]);
                format!(
                    "dns-failure = {{ region = \"{region}\", service = \"{service}\", mode = \"{mode}\", ttl = \"9s\", connections = \"5s\" }}"
                )
            }
        }
    }

    /// A fault of a Region, its zones, its services.
    fn scope_fault(&self, c: &mut Choices) -> String {
        let region = c.pick(&self.regions);
        let (service, operations) = c.pick(&SERVICES);
        let mode = c.pick(&["timeout", "refuse", "error"]);
        let of = format!("region = \"{region}\", service = \"{service}\"");
        match c.below(14) {
            0 | 1 => format!("region-outage = {{ region = \"{region}\", mode = \"{mode}\" }}"),
            2 => {
                let ratio = c.pick(&["1.0", "0.4"]);
                format!("service-outage = {{ {of}, mode = \"{mode}\", ratio = {ratio} }}")
            }
            3 => format!("service-outage = {{ {of}, operations = {operations} }}"),
            4 => format!("control-plane-outage = {{ {of} }}"),
            5 => format!("control-plane-outage = {{ region = \"{region}\" }}"),
            6 => "control-plane-outage = { partition = \"aws\", service = \"kms\", operations = [\"ReplicateKey\", \"EnableKey\"] }".to_owned(),
            7 => {
                let planes = c.pick(&["both", "data", "control"]);
                format!(
                    "region-outage = {{ region = \"{region}\", services = [\"{service}\"], planes = \"{planes}\", mode = \"{mode}\" }}"
                )
            }
            8 => format!("region-outage = {{ region = \"{region}\", storage = \"lost\" }}"),
            9 => format!("region-loss = {{ region = \"{region}\" }}"),
            10 => {
                let zones = c.pick(&["[\"a\"]", "[\"b\"]", "[\"a\", \"c\"]"]);
                format!("az-outage = {{ region = \"{region}\", azs = {zones} }}")
            }
            11 => match self.measured {
                true => "home-region-dependency = { services = [\"route53\"] }".to_owned(),
                false => format!("insufficient-capacity = {{ region = \"{region}\", ratio = 0.5 }}"),
            },
            12 => format!("capacity-loss = {{ {of}, ratio = 0.5 }}"),
            _ => format!("recovery-throttle = {{ {of}, rate = {} }}", c.below(3)),
        }
    }

    /// A fault of single calls, or of what applications and people need beside them.
    fn call_fault(&self, c: &mut Choices) -> String {
        let region = c.pick(&self.regions);
        let (service, operations) = c.pick(&SERVICES);
        let hit = c.pick(&[
            String::new(),
            format!(", operations = {operations}"),
            ", principal = \"c0\"".to_owned(),
            ", ratio = 0.5".to_owned(),
        ]);
        let of = format!("region = \"{region}\", service = \"{service}\"{hit}");
        match c.below(8) {
            0 => format!("api-error = {{ {of} }}"),
            1 => {
                let error = c.pick(&["ThrottlingException", "AccessDeniedException"]);
                format!("api-error = {{ {of}, error = \"{error}\" }}")
            }
            2 => format!("throttle = {{ {of}, quota = {} }}", c.below(3)),
            3 => format!("kms-throttle = {{ region = \"{region}\", ratio = 0.5 }}"),
            4 => format!("api-latency = {{ {of}, add = \"uniform(0s, 2s)\" }}"),
            5 => format!("credentials-outage = {{ region = \"{region}\" }}"),
            6 => match c.one_in(3) {
                true => "console-login-outage = { partition = \"aws\" }".to_owned(),
                false => format!("console-login-outage = {{ region = \"{region}\" }}"),
            },
            _ => format!("monitoring-blind = {{ region = \"{region}\" }}"),
        }
    }

    /// A fault of stored data and its replication.
    fn data_fault(&self, c: &mut Choices) -> String {
        let store = &self.stores[c.below(self.stores.len())];
        if c.one_in(2) {
            return self.own_fault(c, store);
        }
        let place = c.pick(&store.regions);
        let of = format!("store = \"{}\", region = \"{place}\"", store.name);
        let ratio = c.pick(&["0.5", "0.1", "1.0"]);
        match c.below(7) {
            0 | 1 => {
                let way = c.pick(&["both", "in", "out"]);
                format!("replication-pause = {{ {of}, direction = \"{way}\" }}")
            }
            2 => {
                let (factor, add) = (c.pick(&["3", "30"]), c.pick(&["0s", "uniform(1s, 5s)"]));
                format!(
                    "replication-slow = {{ store = \"{}\", to = \"{place}\", factor = {factor}, add = \"{add}\" }}",
                    store.name
                )
            }
            3 => format!("data-corruption = {{ {of}, ratio = {ratio} }}"),
            4 => format!("bulk-delete = {{ {of}, ratio = {ratio}, principal = \"leaked\" }}"),
            5 => format!("ransom-reencrypt = {{ {of}, ratio = {ratio} }}"),
            _ => {
                let (region, offset) = (c.pick(&self.regions), c.pick(&["3s", "1h"]));
                format!(
                    "clock-skew = {{ region = \"{region}\", offset = \"{offset}\", behind = {} }}",
                    c.one_in(2)
                )
            }
        }
    }

    /// A fault that only this kind of store knows.
    fn own_fault(&self, c: &mut Choices, store: &Store) -> String {
        let (name, place) = (store.name, c.pick(&store.regions));
        let alone = store.regions.len() == 1;
        match store.kind {
            Kind::Database if alone || c.one_in(2) => {
                format!("writer-failover = {{ store = \"{name}\", region = \"{place}\" }}")
            }
            Kind::Database => format!("write-fence-failure = {{ store = \"{name}\" }}"),
            Kind::Table | Kind::Strong if !alone => {
                format!("replication-not-authorized = {{ store = \"{name}\", region = \"{place}\" }}")
            }
            Kind::Copies if c.one_in(2) => {
                format!("snapshot-copy-delay = {{ store = \"{name}\", factor = 5, add = \"3s\" }}")
            }
            _ => format!("volume-io-pause = {{ store = \"{name}\", region = \"{place}\" }}"),
        }
    }

    fn key_fault(&self, c: &mut Choices) -> String {
        let Key { name, external, .. } = c.pick(&self.keys);
        let region = c.pick(&self.regions);
        let hit = format!("key = \"{name}\", region = \"{region}\"");
        match c.below(7) {
            0 | 1 => format!("key-disabled = {{ {hit} }}"),
            2 => format!("key-pending-deletion = {{ {hit}, window = \"7d\" }}"),
            3 => format!("key-deleted = {{ {hit} }}"),
            4 if external => format!("key-material-expired = {{ {hit} }}"),
            4 | 5 => {
                let who = c.pick(&["c0", "dba", "replicator"]);
                format!("key-policy-deny = {{ {hit}, principal = \"{who}\" }}")
            }
            _ => format!("alias-repointed = {{ alias = \"alias/{}\", {hit} }}", self.key(c)),
        }
    }

    fn account_fault(&self, c: &mut Choices) -> String {
        let (key, region) = (self.key(c), c.pick(&self.regions));
        match c.below(4) {
            0 => {
                let actions = ["aws kms disable-key --key-id", "aws kms enable-key --key-id"];
                let calls = actions.map(|action| format!("{action} ${key} --region {region}"));
                format!("account-compromise = {{ actions = {calls:?} }}")
            }
            1 => format!("account-closed = {{ window = \"{}s\" }}", c.below(90)),
            2 => format!("region-opt-out = {{ region = \"{region}\" }}"),
            // Decryption is not denied: a property speaks of it.
            _ => {
                format!("guardrail-deny = {{ region = \"{region}\", operations = [\"GenerateDataKey\"] }}")
            }
        }
    }
}
