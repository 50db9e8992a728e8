//! Applications, their DNS records, and the runbooks that look after them.

use super::{Choices, Scenario};

impl Scenario {
    pub(super) fn make_clients(&mut self, c: &mut Choices) {
        // The first clients are those that preload the stores.
        let number = self.stores.len().max(1 + c.below(3));
        for client in 0..number {
            let store = if client < self.stores.len() { client } else { c.below(self.stores.len()) };
            let (store, region) = (self.stores[store].name, c.pick(&self.regions));
            let rate = match self.is_long() {
                true => c.pick(&["2/h", "1/d"]),
                false => c.pick(&["4/s", "1/s", "20/s"]),
            };
            let mix = c.pick(&[
                "{ read = 0.5, write = 0.5 }",
                "{ write = 1.0 }",
                "{ read = 1.0 }",
                "{ read = 0.3, write = 0.4, insert = 0.3 }",
            ]);
            self.line(format!(
                "[clients.c{client}]\nregion = \"{region}\"\nstore = \"{store}\"\nrate = \"{rate}\"\nmix = {mix}"
            ));
            self.homes.push(region);
            self.keyring(c);
            self.habits(c, client, region);
        }
    }

    fn keyring(&mut self, c: &mut Choices) {
        let key = self.key(c);
        let keyring = match c.below(6) {
            0 | 1 => format!("{{ mrk = \"{key}\" }}"),
            2 => format!("{{ plain = \"{key}\" }}"),
            3 => format!("{{ plain = \"alias/{key}\" }}"),
            4 => format!("{{ multi = [\"{key}\", \"{}\"] }}", self.key(c)),
            _ => return,
        };
        self.line(format!("keyring = {keyring}"));
    }

    /// What a client does when something goes wrong, and what it has at hand.
    fn habits(&mut self, c: &mut Choices, client: usize, region: &str) {
        if c.one_in(2) {
            let others = self.regions.iter().filter(|other| **other != region).copied();
            let failover = c.some(&others.collect::<Vec<&str>>());
            self.line(format!("failover = {failover:?}"));
        }
        if c.one_in(3) {
            let retry = c.pick(&["none", "none", "adaptive", "legacy"]);
            self.line(format!("retry = \"{retry}\""));
        }
        if c.one_in(3) {
            let timeout = c.pick(&["1s", "150ms", "20ms"]);
            self.line(format!("attempt-timeout = \"{timeout}\"\nconnect-timeout = \"300ms\""));
        }
        if c.one_in(4) {
            self.line(format!("context = {{ app = \"{client}\" }}"));
        }
        if c.one_in(4) {
            self.line("reads = \"strong\"");
        }
        if c.one_in(5) {
            self.line("requests = 40\ninstances = 2");
        }
        if c.one_in(6) {
            self.line("cache = { max-age = \"20s\", max-messages = 9 }");
        }
        if c.one_in(4) {
            let region = c.pick(&self.regions);
            self.line(format!("standby = {{ {region} = {} }}\nsession = \"20s\"", c.below(2)));
        }
    }

    /// Now and then a client is routed by DNS: not one that a runbook routes.
    pub(super) fn record(&mut self, c: &mut Choices) {
        let index = c.below(self.homes.len());
        let client = format!("c{index}");
        if self.body.contains(&format!("route {client} to")) || !c.one_in(2) {
            return;
        }
        let primary = self.homes[index];
        let others: Vec<&str> = self.regions.iter().filter(|other| **other != primary).copied().collect();
        let secondary = c.pick(&others);
        let policies = ["failover", "simple", "routing-control"];
        let policy = c.pick(&policies[..if self.measured { 3 } else { 2 }]);
        let ttl = c.pick(&["60s", "0s", "5s", "1h"]);
        self.line(format!(
            "[records.www]\nclient = \"{client}\"\nprimary = \"{primary}\"\nsecondary = \"{secondary}\"\npolicy = \"{policy}\"\nttl = \"{ttl}\""
        ));
        let of = c.pick(&["application", "dependencies"]);
        if policy == "failover" {
            let threshold = 1 + c.below(3);
            let check = format!("interval = \"10s\", threshold = {threshold}, of = \"{of}\"");
            return self.line(format!("health-check = {{ {check} }}"));
        }
        for _ in 0..1 + c.below(3) {
            let (at, to) = (self.instant(c), c.pick(&[secondary, primary]));
            let state = c.pick(&["On", "Off"]);
            let command = match policy {
                "simple" => format!(
                    "aws route53 change-resource-record-sets --hosted-zone-id z --change-batch '{{\"Changes\":[{{\"Action\":\"UPSERT\",\"ResourceRecordSet\":{{\"Name\":\"www\",\"Type\":\"CNAME\",\"TTL\":9,\"ResourceRecords\":[{{\"Value\":\"{to}\"}}]}}}}]}}' --region {to}"
                ),
                _ => format!(
                    "aws route53-recovery-cluster update-routing-control-state --routing-control-arn www/{to} --routing-control-state {state} --region {secondary}"
                ),
            };
            self.late_line(format!("[[timeline]]\nat = \"{at}us\"\nrun = '''{command}'''"));
        }
    }

    pub(super) fn runbooks(&mut self, c: &mut Choices) {
        if !c.one_in(2) {
            return;
        }
        let place = c.pick(&self.stores[0].regions);
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
                3 => self.command(c),
                _ => format!("retry 2s: {}", self.command(c)),
            });
        }
        let again = c.one_in(4);
        self.line(format!("[runbooks.rescue]\nwhen = \"{when}\"\nsteps = {steps:?}\nagain = {again}"));
    }
}
