//! What holds of every run, tried on scenarios that nobody would write.
//!
//! `proptest` draws a list of numbers; `common/random.rs` makes a scenario of it, from the simplest (all zero) to
//! the strange. A failure shows the scenario, shrunk. More cases: `PROPTEST_CASES=10000`; others:
//! `PROPTEST_RNG_SEED=7`.

mod common;
#[path = "common/random.rs"]
mod random;

use common::{play, setup};
use mrksim::model::Simulation;
use mrksim::model::setup::Setup;
use mrksim::runlog::{Class, LatencySeries, LedgerRow, RunLog};
use mrksim::scenario::{Request, Source};
use mrksim::sim::{Span, Time};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use random::Scenario;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The same cases each time, unless the environment asks for others.
fn cases(number: u32) -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(1);
    }
    if config.cases == 256 {
        config.cases = number;
    }
    config
}

fn scenarios() -> impl Strategy<Value = Scenario> {
    prop::collection::vec(any::<u16>(), 160).prop_map(|choices| Scenario::new(&choices))
}

fn load(text: String, set: &[&str]) -> Arc<Setup> {
    let mut request = Request::new(Source::Text { name: "random.toml".to_owned(), text });
    request.set.extend(set.iter().map(|text| (*text).to_owned()));
    setup(&request)
}

fn run(text: String) -> RunLog {
    play(&load(text, &[]), 0)
}

/// Every request that arrived ended, and every table counts it once.
fn requests_are_conserved(log: &RunLog) {
    let totals = log.totals;
    assert_eq!(totals.requests, totals.succeeded + totals.failed);
    let seconds = || log.seconds.iter().flatten();
    assert_eq!(seconds().map(|row| row.total).sum::<u64>(), totals.requests);
    assert_eq!(seconds().map(|row| row.good).sum::<u64>(), totals.succeeded);
    let rows = |good| log.availability.iter().filter(move |row| row.error.is_none() == good);
    assert_eq!(rows(true).map(|row| row.count).sum::<u64>(), totals.succeeded);
    assert_eq!(rows(false).map(|row| row.count).sum::<u64>(), totals.failed);
    // Refusals count calls: a failed request had at least one, and a retry may have mended others.
    assert!(log.refusals.iter().map(|row| row.count).sum::<u64>() >= totals.failed);
    for phase in ["total", "network", "kms-queue", "kms-service", "store"] {
        let series = log.latency.iter().filter(|series| series.phase == phase);
        assert_eq!(series.map(|series| series.times.count()).sum::<u64>(), totals.succeeded, "{phase}");
    }
}

/// No request spent more time in its phases than it took.
fn phases_fit_into_the_whole(log: &RunLog) {
    for total in log.latency.iter().filter(|series| series.phase == "total") {
        let place = |series: &LatencySeries| (series.client, series.region, series.operation);
        let parts =
            log.latency.iter().filter(|series| place(series) == place(total) && series.phase != "total");
        let (mut sum, mut longest) = (0, 0);
        for part in parts {
            sum += part.times.mean().0;
            longest = longest.max(part.times.max().0);
        }
        // Means are rounded down.
        assert!(sum <= total.times.mean().0 && longest <= total.times.max().0, "{:?}", place(total));
    }
}

/// Each pair (acknowledged write, other replica) ends once.
fn replicated_writes_end_once(log: &RunLog) {
    let mut pairs_of_tables = 0;
    let mut only_tables = true;
    for (index, store) in log.stores.iter().enumerate() {
        let others = store.regions.len() as u64 - 1;
        let mut sent: BTreeMap<usize, BTreeSet<u64>> = BTreeMap::new();
        let mut pairs = 0;
        for row in log.replication.iter().filter(|row| row.store == index) {
            let ended = row.applied + row.superseded + row.pending + row.lost;
            assert_eq!(row.delay.count(), row.applied + row.superseded);
            pairs += ended;
            sent.entry(row.from).or_default().insert(ended);
        }
        if store.kind == "dynamodb-global-table" {
            assert!(sent.values().all(|ended| ended.len() == 1), "a write goes to every other replica");
            pairs_of_tables += pairs.checked_div(others).unwrap_or(0);
            only_tables &= others > 0;
        } else {
            only_tables = false;
            assert!(pairs <= others * log.totals.writes);
        }
        let clients = log.clients.iter().enumerate().filter(|(_, client)| client.store == index);
        let clients: Vec<usize> = clients.map(|(client, _)| client).collect();
        let acknowledged = log.latency.iter().filter(|series| {
            clients.contains(&series.client) && series.operation != "read" && series.phase == "total"
        });
        let acknowledged: u64 = acknowledged.map(|series| series.times.count()).sum();
        if store.kind == "dynamodb-global-table" {
            assert!(pairs >= others * acknowledged, "every acknowledged write is replicated");
        }
    }
    match only_tables {
        true => assert_eq!(pairs_of_tables, log.totals.writes),
        false => assert!(pairs_of_tables <= log.totals.writes),
    }
}

/// Every item of every replica is in exactly one class, for every reader alike.
fn items_are_in_one_class(log: &RunLog) {
    let mut groups: BTreeMap<(Time, usize, usize, usize), Vec<&LedgerRow>> = BTreeMap::new();
    for row in &log.ledger {
        assert!(row.items > 0);
        groups.entry((row.time, row.store, row.region, row.reader)).or_default().push(row);
    }
    let mut totals: BTreeMap<(Time, usize, usize), u64> = BTreeMap::new();
    let mut last: BTreeMap<(usize, usize, usize), u64> = BTreeMap::new();
    for ((time, store, region, reader), rows) in groups {
        let verdicts: BTreeSet<_> = rows.iter().map(|row| (row.class, row.rule, row.deadline)).collect();
        assert_eq!(verdicts.len(), rows.len(), "{time}: one row a class and rule");
        let items = rows.iter().map(|row| row.items).sum();
        let first = *totals.entry((time, store, region)).or_insert(items);
        assert_eq!(items, first, "{time}: readers of one replica see the same items");
        last.insert((store, region, reader), items);
    }
    for ((store, region, _), items) in &last {
        let same = last.iter().filter(|((s, r, _), _)| (s, r) == (store, region));
        assert!(same.map(|(_, n)| n).all(|n| n == items), "at the end all readers see the same items");
        let readers = log.stores[*store].readers.len();
        let seen = last.keys().filter(|(s, r, _)| (s, r) == (store, region)).count();
        assert_eq!(seen, readers, "every reader is asked");
    }
    for shares in &log.shares {
        // A volume may be replaced by an empty one.
        assert!(shares.extreme.is_some() || shares.end.is_none());
        let (Some(extreme), Some(end)) = (shares.extreme, shares.end) else { continue };
        assert!((end.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{end:?}");
        assert!(extreme[0] <= end[0] && (1..5).all(|class| extreme[class] >= end[class]));
        assert!(extreme.iter().chain(&end).all(|share| (0.0..=1.0).contains(share)));
    }
}

fn rising<T: PartialOrd>(what: &str, times: impl Iterator<Item = T>) {
    let times: Vec<T> = times.collect();
    assert!(times.is_sorted(), "{what} are in the order of time");
}

/// Time never runs backwards, and nothing but what was under way happens after the duration.
fn time_goes_on(log: &RunLog) {
    let end = Time(log.duration.0);
    rising("events", log.events.iter().map(|row| row.time));
    rising("answers", log.answers.iter().map(|row| row.time));
    rising("ledger rows", log.ledger.iter().map(|row| row.time));
    rising("latency", log.latency_over_time.iter().map(|row| row.time));
    rising("availability", log.availability.iter().map(|row| row.time));
    rising("staleness", log.staleness.iter().map(|row| row.time));
    for seconds in &log.seconds {
        rising("seconds", seconds.iter().map(|row| row.second));
        assert!(seconds.iter().all(|row| row.second <= end.second()));
    }
    assert!(log.ended >= end);
    // A failover is part of a request that was under way.
    let changes = log.events.iter().filter(|row| row.source != "client");
    for row in changes {
        assert!(row.time <= end, "after the end: {row:?}");
    }
    assert!(log.answers.iter().all(|row| row.time <= end));
    assert!(log.ledger.iter().all(|row| row.time <= end));
    assert!(log.events.iter().all(|row| row.time <= log.ended));
    for key in &log.keys {
        rising("states", key.states.iter().map(|(.., since)| *since));
        rising("moves", key.moves.iter().map(|(_, since)| *since));
        assert!(key.states.iter().all(|(.., since)| *since <= end));
    }
    for store in &log.stores {
        rising("writers", store.writers.iter().map(|(_, since)| *since));
    }
}

/// A set of related keys has one primary key, a global database one writer.
fn one_primary(log: &RunLog) {
    for answer in &log.answers {
        let shown = &answer.response["KeyMetadata"]["MultiRegionConfiguration"];
        if let Some(replicas) = shown["ReplicaKeys"].as_array() {
            let regions: Vec<&str> = replicas.iter().filter_map(|key| key["Region"].as_str()).collect();
            let primary = shown["PrimaryKey"]["Region"].as_str().expect("a primary key");
            assert!(!regions.contains(&primary), "{shown}");
            assert_eq!(regions.iter().collect::<BTreeSet<_>>().len(), regions.len(), "{shown}");
        }
        if let Some(members) = answer.response["GlobalCluster"]["GlobalClusterMembers"].as_array() {
            assert!(members.iter().filter(|member| member["IsWriter"] == true).count() <= 1);
        }
    }
    for key in &log.keys {
        let mut primary = key.primary;
        for (region, _) in &key.moves {
            assert_ne!(*region, primary, "a move goes somewhere else");
            primary = *region;
        }
    }
}

/// A ciphertext opens exactly where a related key is that can be used.
fn ciphertexts_open_where_a_key_is(log: &RunLog) -> u64 {
    let mut asked = 0;
    for answer in log.answers.iter().filter(|answer| answer.command.contains("kms decrypt")) {
        let message = answer.command.split(['$', ' ']).find(|word| word.starts_with('m')).expect("a message");
        let mut saved = log.answers.iter().filter(|other| other.saved.as_deref() == Some(message));
        let Some(made) = saved.find(|made| made.error.is_none()) else { continue };
        let key =
            log.keys.iter().find(|key| made.command.contains(&format!("${}", key.name))).expect("a key");
        let here = |(region, ..): &&(usize, String, Time)| log.regions[*region] == answer.region;
        // What changed at this very instant may have changed before or after, and a change takes a second to be seen.
        let fresh =
            |since: Time| since > Time::ZERO && since <= answer.time && answer.time <= since + Span::SECOND;
        if key.states.iter().any(|(.., since)| fresh(*since)) {
            continue;
        }
        let before = key.states.iter().filter(here).rfind(|(.., since)| *since <= answer.time);
        let usable = before.is_some_and(|(_, state, _)| state == "Enabled" || state == "Updating");
        let throttled = answer.error.as_deref() == Some("ThrottlingException");
        let by_the_rules = !throttled && answer.rule.is_some_and(|rule| rule.id.starts_with("KMS-"));
        if answer.error.is_none() || by_the_rules {
            assert_eq!(answer.error.is_none(), usable, "{answer:?}");
            asked += 1;
        }
    }
    asked
}

/// What a takeover lacked is counted again by how it ended.
fn losses_add_up(log: &RunLog) {
    for row in &log.losses {
        assert_eq!(row.writes, row.delayed + row.suppressed + row.lost + row.pending, "{row:?}");
        assert_ne!(row.from, row.to);
        let fault = log.faults.iter().find(|fault| fault.name == row.fault).expect("the fault");
        assert!(row.takeover >= fault.start);
        assert!(row.age.0 <= fault.start.0, "{row:?}");
    }
}

/// The latency of the first `clients` clients, in short: counts, exact means and extremes, one quantile.
fn latency_of(log: &RunLog, clients: usize) -> Vec<String> {
    let series = log.latency.iter().filter(|series| series.client < clients);
    let row = |LatencySeries { client, region, operation, phase, times }: &LatencySeries| {
        let (count, mean, p50) = (times.count(), times.mean(), times.quantile(0.5));
        let (min, max) = (times.min(), times.max());
        format!("{client} in {region}, {operation} {phase}: {count} x {mean:?}, {min:?} {p50:?} {max:?}")
    };
    series.map(row).collect()
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn every_run_keeps_its_books(scenario in scenarios()) {
        let log = run(scenario.text());
        requests_are_conserved(&log);
        phases_fit_into_the_whole(&log);
        replicated_writes_end_once(&log);
        items_are_in_one_class(&log);
        time_goes_on(&log);
        one_primary(&log);
        losses_add_up(&log);
        ciphertexts_open_where_a_key_is(&log);
    }

    #[test]
    fn one_seed_has_one_history(scenario in scenarios()) {
        let setup = load(scenario.text(), &[]);
        let [a, b] = [(); 2].map(|()| format!("{:?}", play(&setup, 3)));
        prop_assert!(a == b);
    }

    #[test]
    fn what_is_left_out_makes_no_difference(scenario in scenarios()) {
        let setup = load(scenario.text(), &[]);
        let mut full = Simulation::new(&setup, 0).without_elision();
        while full.step() {}
        let (full, elided) = (full.finish(), play(&setup, 0));
        prop_assert_eq!(latency_of(&full, usize::MAX), latency_of(&elided, usize::MAX));
        prop_assert_eq!(full.digest, elided.digest);
        prop_assert!(full.totals.events >= elided.totals.events);
    }

    #[test]
    fn a_branch_of_a_run_is_the_run(scenario in scenarios(), steps in 0..2_000_u32) {
        let mut past = Simulation::new(&load(scenario.text(), &[]), 0);
        for _ in 0..steps {
            past.step();
        }
        let mut futures = [past.clone(), past];
        futures.iter_mut().for_each(|future| while future.step() {});
        let [a, b] = futures.map(|future| format!("{:?}", future.finish()));
        prop_assert!(a == b);
    }

    /// Who only looks, and what is far away, changes nobody's weather.
    #[test]
    fn bystanders_change_nothing(scenario in scenarios()) {
        let base = run(scenario.text());
        let clients = base.clients.len();
        let idle = format!(r#"clients.idle={{ region = "{}", store = "a" }}"#, scenario.regions[0]);
        let reader = r#"stores.a.readers=["dba", "auditor"]"#;
        let regions = format!("regions={:?}", scenario.regions_and_one());
        let near = scenario.text();
        for (text, change) in [(&near, idle.as_str()), (&near, reader), (&scenario.text_with_remote_links(), &regions)] {
            let changed = play(&load(text.clone(), &[change]), 0);
            prop_assert_eq!(latency_of(&changed, clients), latency_of(&base, clients), "{}", change);
            prop_assert_eq!(changed.digest, base.digest, "{}", change);
            prop_assert_eq!(&changed.availability, &base.availability, "{}", change);
        }
    }

    /// Nobody sees the future: until a fault begins, the run with it is the run without.
    #[test]
    fn a_later_fault_changes_nothing_before_it(scenario in scenarios(), share in 1..100_u64, kind in any::<u16>()) {
        let at = Time(scenario.duration().0 / 100 * share);
        let base = run(scenario.text());
        let changed = run(scenario.text_with_fault(at, kind));
        let events = |log: &RunLog| {
            let before: Vec<_> = log.events.iter().filter(|row| row.time < at).collect();
            format!("{before:?}")
        };
        let ledger = |log: &RunLog| log.ledger.iter().filter(|row| row.time < at).cloned().collect::<Vec<_>>();
        let answers = |log: &RunLog| {
            let before: Vec<_> = log.answers.iter().filter(|row| row.time < at).collect();
            format!("{before:?}")
        };
        let arrivals = |log: &RunLog| {
            let row = |row: &&mrksim::runlog::SecondRow| row.second < at.second();
            let totals = |rows: &Vec<_>| rows.iter().filter(row).map(|row| (row.second, row.total)).collect();
            log.seconds.iter().map(totals).collect::<Vec<Vec<(u64, u64)>>>()
        };
        // A bin counts what is over when it ends; it may not be before the fault begins.
        let latency = |log: &RunLog| {
            let before = log.latency_over_time.iter().filter(|row| row.time + log.bin < at);
            before.copied().collect::<Vec<_>>()
        };
        let staleness = |log: &RunLog| {
            let before = log.staleness.iter().filter(|row| row.time + log.bin < at);
            before.copied().collect::<Vec<_>>()
        };
        prop_assert_eq!(events(&changed), events(&base));
        prop_assert_eq!(ledger(&changed), ledger(&base));
        prop_assert_eq!(answers(&changed), answers(&base));
        prop_assert_eq!(arrivals(&changed), arrivals(&base));
        prop_assert_eq!(latency(&changed), latency(&base));
        prop_assert_eq!(staleness(&changed), staleness(&base));
    }
}

/// The properties say something: the scenarios meet whatever they speak of.
#[test]
fn the_scenarios_are_strange_enough() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut met: BTreeMap<&str, u32> = BTreeMap::new();
    let mut runner = TestRunner::new(cases(1));
    for _ in 0..300 {
        let scenario = scenarios().new_tree(&mut runner).expect("a scenario").current();
        let log = run(scenario.text());
        let event = |what: &str| log.events.iter().any(|row| row.operation == what && row.error.is_empty());
        let change = |what: &str, outcome: &str| {
            log.events.iter().any(|row| row.operation == what && row.outcome == outcome)
        };
        let state =
            |what: &str| log.keys.iter().flat_map(|key| &key.states).any(|(_, state, _)| state == what);
        let replication =
            |count: fn(&mrksim::runlog::ReplicationRow) -> u64| log.replication.iter().any(|r| count(r) > 0);
        let class = |class| log.ledger.iter().any(|row| row.class == class);
        let seen = [
            ("failed requests", log.totals.failed > 0),
            ("failover of a client", event("failover")),
            ("a runbook's route", event("route")),
            ("a health check that turns", event("HealthCheckStatus")),
            ("an edited record", event("ChangeResourceRecordSets")),
            ("a routing control", event("UpdateRoutingControlState")),
            ("applied", replication(|row| row.applied)),
            ("superseded", replication(|row| row.superseded)),
            ("pending", replication(|row| row.pending)),
            ("lost", replication(|row| row.lost)),
            ("data loss", log.losses.iter().any(|row| row.writes > 0)),
            ("promotion", event("PromoteGlobalCluster")),
            ("rebuilding", event("RebuildSecondaryCluster")),
            ("detaching", event("RemoveFromGlobalCluster")),
            ("a fence", change("FenceWrites", "succeeded")),
            ("split brain", change("FenceWrites", "timed out")),
            ("an old primary that is replaced", event("CreateDBClusterSnapshot")),
            ("commits that wait", change("COMMIT", "blocked")),
            ("commits that go on", change("COMMIT", "resumed")),
            ("a forwarded write", log.rules.keys().any(|rule| rule.id == "AUR-WF-1")),
            ("a restart", event("FailoverDBCluster")),
            ("a first instance", event("CreateDBInstance")),
            ("a stop", change("StopDBCluster", "stopped")),
            ("a cluster without its key", change("StopDBCluster", "terminal")),
            ("a move of a primary key", log.keys.iter().any(|key| !key.moves.is_empty())),
            ("Creating", state("Creating")),
            ("Disabled", state("Disabled")),
            ("PendingDeletion", state("PendingDeletion")),
            ("PendingReplicaDeletion", state("PendingReplicaDeletion")),
            ("a deleted key", state("deleted")),
            ("decryptable", class(Class::Decryptable)),
            ("unreachable", class(Class::Unreachable)),
            ("recoverable", class(Class::Recoverable)),
            ("denied", class(Class::Denied)),
            ("lost items", class(Class::Lost)),
            ("a decrypt step", ciphertexts_open_where_a_key_is(&log) > 0),
        ];
        seen.into_iter().for_each(|(what, is)| *met.entry(what).or_default() += u32::from(is));
        for fault in &log.faults {
            *met.entry(fault.kind).or_default() += 1;
        }
    }
    let never: Vec<_> = met.iter().filter(|(_, times)| **times == 0).collect();
    assert!(never.is_empty(), "never met: {never:?} of {met:?}");
    assert_eq!(met.len(), 36 + 22, "every kind of fault: {met:?}");
}

/// A runbook that tries for ever, a key whose deletion is due in a week and replication that a fault holds: at the
/// duration they stand as they are.
#[test]
fn what_is_due_after_the_end_does_not_happen() {
    let scenario = r#"
        duration = "1m"
        regions  = ["us-east-1", "eu-west-1"]
        title    = "unfinished business"
        keys.k   = { kind = "single-region", primary = "us-east-1" }
        [stores.s]
        kind    = "dynamodb-global-table"
        regions = ["us-east-1", "eu-west-1"]
        items   = 10
        [clients.c]
        region = "us-east-1"
        store  = "s"
        rate   = "1/s"
        mix    = { write = 1.0 }
        [runbooks.stubborn]
        when  = "success(c) > 0%"
        steps = ["retry 1s: aws kms enable-key --key-id $k --region eu-west-1"]
        [[timeline]]
        at  = "10s"
        run = "aws kms schedule-key-deletion --key-id $k --pending-window-in-days 7 --region us-east-1"
        [[timeline]]
        at  = "30s"
        for = "1h"
        replication-pause = { store = "s", region = "eu-west-1" }
    "#;
    let log = run(scenario.to_owned());
    time_goes_on(&log);
    assert!(log.ended < Time(70_000_000_000), "{}", log.ended);
    assert_eq!(log.keys[0].states.last().map(|(_, state, _)| state.as_str()), Some("PendingDeletion"));
    assert!(log.replication[0].pending > 0, "what the pause held is pending");
    assert!(log.staleness.iter().all(|point| point.staleness.0 < 70_000_000_000));
}

/// An answer that a fault could still cut off is no excuse for waiting longer than the time-out.
#[test]
fn a_time_out_is_not_late_because_a_fault_is_near() {
    let scenario = r#"
        duration = "30s"
        regions  = ["us-east-1"]
        title    = "slow"
        endpoint = [{ service = "kms", time = "20s" }]
        keys.k   = { kind = "single-region", primary = "us-east-1" }
        stores.s = { kind = "dynamodb-global-table", regions = ["us-east-1"], items = 10 }
        [clients.c]
        region  = "us-east-1"
        store   = "s"
        rate    = "1/s"
        mix     = { write = 1.0 }
        keyring = { plain = "k" }
        retry   = "none"
        attempt-timeout = "1s"
        [[timeline]]
        at = "30s"
        service-outage = { region = "us-east-1", service = "dynamodb" }
    "#;
    let log = run(scenario.to_owned());
    assert!(log.totals.requests > 10);
    assert!(log.refusals.iter().all(|row| row.error.name() == "ReadTimeoutError"), "{:?}", log.refusals);
    assert!(log.ended <= Time(31_000_000_000), "the last gives up a second after the end: {}", log.ended);
}

/// Held writes let through at a catch-up rate come at the same instant as the bins of the ledger.
#[test]
fn an_instant_has_one_set_of_rows() {
    let scenario = r#"
        title    = "catching up on the second"
        duration = "90s"
        regions  = ["us-east-1", "eu-west-1"]
        keys.k   = { kind = "multi-region", primary = "us-east-1" }
        [stores.s]
        kind     = "dynamodb-global-table"
        regions  = ["us-east-1", "eu-west-1"]
        items    = 20
        preload  = "secret"
        catch-up = "5/s"
        lag      = [{ between = ["us-east-1", "eu-west-1"], delay = "lognormal(9s, 1)" }]
        [clients.secret]
        region  = "us-east-1"
        store   = "s"
        rate    = "20/s"
        mix     = { read = 0.5, write = 0.5 }
        keyring = { multi = ["k", "k"] }
        requests = 40
        [clients.open]
        region = "us-east-1"
        store  = "s"
        rate   = "4/s"
        mix    = { read = 0.3, write = 0.4, insert = 0.3 }
        [[timeline]]
        at  = "6s"
        for = "40s"
        replication-pause = { store = "s", region = "us-east-1", direction = "out" }
    "#;
    let setup = load(scenario.to_owned(), &[]);
    for trial in 0..40 {
        items_are_in_one_class(&play(&setup, trial));
    }
}

/// The volume of a secondary that leaves while it is being rebuilt is its own from then on.
#[test]
fn what_is_detached_while_it_is_rebuilt_stays_detached() {
    let scenario = r#"
        title    = "leaving in the middle"
        duration = "2m"
        regions  = ["us-east-1", "eu-west-1", "us-west-2"]
        [stores.s]
        kind      = "aurora-global-database"
        regions   = ["us-east-1", "eu-west-1", "us-west-2"]
        items     = 10
        promotion = "1s"
        rebuild   = "1m"
        [[timeline]]
        at  = "10s"
        run = "aws rds failover-global-cluster --global-cluster-identifier s --target-db-cluster-identifier s-eu-west-1 --allow-data-loss --region eu-west-1"
        expect = "ok"
        [[timeline]]
        at  = "20s"
        run = "aws rds remove-from-global-cluster --global-cluster-identifier s --db-cluster-identifier s-us-west-2 --region us-west-2"
        expect = "ok"
        [[timeline]]
        at  = "100s"
        run = "aws rds describe-global-clusters --global-cluster-identifier s --region eu-west-1"
    "#;
    let log = run(scenario.to_owned());
    assert!(log.answers.iter().all(|answer| answer.error.is_none()), "{:?}", log.answers);
    let members = &log.answers[2].response["GlobalCluster"]["GlobalClusterMembers"];
    let arns: Vec<&str> =
        members.as_array().expect("members").iter().filter_map(|m| m["DBClusterArn"].as_str()).collect();
    assert_eq!(arns.len(), 2, "{members}");
    assert!(arns.iter().all(|arn| !arn.contains("us-west-2")), "{members}");
    assert!(log.events.iter().all(|row| row.operation != "RebuildSecondaryCluster" || row.region == Some(0)));
}
