//! What holds of every run, tried on scenarios that nobody would write.
//!
//! `proptest` draws a list of numbers; `common/random` makes a scenario of it, from the simplest (all zero) to the
//! strange. A failure shows the scenario, shrunk. More cases: `PROPTEST_CASES=10000`; others:
//! `PROPTEST_RNG_SEED=7`.

mod common;
#[path = "common/random/mod.rs"]
mod random;

use common::{play, setup};
use mrksim::model::Simulation;
use mrksim::model::setup::Setup;
use mrksim::runlog::{LatencySeries, RunLog};
use mrksim::scenario::{Request, Source};
use mrksim::sim::{Span, Time};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use random::Scenario;
use random::books::{
    ciphertexts_open_where_a_key_is, items_are_in_one_class, one_primary, phases_fit_into_the_whole,
    requests_are_conserved, time_goes_on,
};
use random::data::{
    capacity_bounds_replication, losses_add_up, replicated_writes_end_once, strong_tables_lose_nothing,
    tables_converge,
};
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
    prop::collection::vec(any::<u16>(), random::CHOICES).prop_map(|choices| Scenario::new(&choices))
}

fn load(text: String, set: &[&str]) -> Arc<Setup> {
    let mut request = Request::new(Source::Text { name: "random.toml".to_owned(), text });
    request.set.extend(set.iter().map(|text| (*text).to_owned()));
    setup(&request)
}

fn run(text: String) -> RunLog {
    play(&load(text, &[]), 0)
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
    #![proptest_config(cases(600))]

    #[test]
    fn every_run_keeps_its_books(scenario in scenarios()) {
        let log = run(scenario.text());
        requests_are_conserved(&log);
        phases_fit_into_the_whole(&log);
        replicated_writes_end_once(&scenario, &log);
        items_are_in_one_class(&log);
        time_goes_on(&log);
        one_primary(&log);
        losses_add_up(&log);
        strong_tables_lose_nothing(&scenario, &log);
        tables_converge(&scenario, &log);
        capacity_bounds_replication(&scenario, &log);
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
            // A fault of every Region hits one more.
            if !(change.starts_with("regions") && near.contains("partition = \"aws\"")) {
                prop_assert_eq!(changed.digest, base.digest, "{}", change);
            }
            prop_assert_eq!(&changed.availability, &base.availability, "{}", change);
        }
    }

    /// Whoever works on data of their own takes nobody's random numbers.
    #[test]
    fn strangers_change_nobodys_luck(scenario in scenarios()) {
        let base = run(scenario.text());
        let (clients, stores) = (base.clients.len(), base.stores.len());
        let region = scenario.regions[0];
        let rate = if scenario.duration() > Span::days(1) { "1/h" } else { "2/s" };
        let set = [
            format!(r#"stores.own={{ kind = "snapshot-copy", of = "ebs-volume", regions = ["{region}"], items = 9, every = "1d" }}"#),
            format!(r#"clients.own={{ region = "{region}", store = "own", rate = "{rate}", mix = {{ write = 1.0 }} }}"#),
        ];
        let changed = play(&load(scenario.text(), &set.each_ref().map(String::as_str)), 0);
        let ledger = |log: &RunLog| log.ledger.iter().filter(|row| row.store < stores).cloned().collect::<Vec<_>>();
        let replication = |log: &RunLog| {
            let rows = log.replication.iter().filter(|row| row.store < stores);
            rows.map(|row| format!("{row:?}")).collect::<Vec<_>>()
        };
        prop_assert_eq!(latency_of(&changed, clients), latency_of(&base, clients));
        prop_assert_eq!(replication(&changed), replication(&base));
        prop_assert_eq!(ledger(&changed), ledger(&base));
    }

    /// Nobody sees the future: until a fault begins, the run with it is the run without.
    #[test]
    fn a_later_fault_changes_nothing_before_it(scenario in scenarios(), share in 1..100_u64, kind in prop::collection::vec(any::<u16>(), 16)) {
        let at = Time(scenario.duration().0 / 100 * share);
        let base = run(scenario.text());
        let changed = run(scenario.text_with_fault(at, &kind));
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
    let mut met: BTreeMap<String, u32> = BTreeMap::new();
    let mut runner = TestRunner::new(cases(1));
    for _ in 0..2400 {
        let scenario = scenarios().new_tree(&mut runner).expect("a scenario").current();
        let log = run(scenario.text());
        random::met::seen(&scenario, &log)
            .into_iter()
            .for_each(|(what, is)| *met.entry(what).or_default() += u32::from(is));
    }
    let never: BTreeSet<_> = met.iter().filter(|(_, times)| **times == 0).map(|(what, _)| what).collect();
    println!("{met:#?}");
    assert!(never.is_empty(), "never met: {never:?}");
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

/// What is held when the run ends reaches a replica with strong consistency later; nobody tells of it.
#[test]
fn what_is_level_after_the_end_is_not_told() {
    let scenario = r#"
        title    = "level too late"
        duration = "1m"
        regions  = ["us-east-1", "eu-west-1", "us-west-2"]
        [stores.s]
        kind        = "dynamodb-global-table"
        consistency = "strong"
        regions     = ["us-east-1", "eu-west-1", "us-west-2"]
        items       = 10
        catch-up    = "1/s"
        [clients.c]
        region = "us-east-1"
        store  = "s"
        rate   = "5/s"
        mix    = { insert = 1.0, write = 0.0 }
        [[timeline]]
        at  = "10s"
        for = "45s"
        region-isolation = { region = "eu-west-1" }
    "#;
    let log = run(scenario.to_owned());
    time_goes_on(&log);
    let told = |what: &str| log.events.iter().any(|row| row.region == Some(1) && row.outcome == what);
    assert!(told("catching up") && !told("level"));
    assert!(log.replication.iter().all(|row| row.pending + row.lost == 0), "it all gets there");
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

/// The ledger follows single changes of items; who counts them afresh now and then finds the same.
#[test]
fn following_items_is_counting_them() {
    let mut scenario = r#"
        title    = "three applications that cannot read each other's items"
        duration = "60s"
        regions  = ["us-east-1", "eu-west-1"]
        keys.a   = { kind = "multi-region", primary = "us-east-1", replicas = ["eu-west-1"] }
        keys.b   = { kind = "multi-region", primary = "us-east-1", replicas = ["eu-west-1"] }
        keys.c   = { kind = "single-region", primary = "eu-west-1" }
        keys.x   = { kind = "single-region", primary = "us-east-1" }
        [stores.s]
        kind     = "dynamodb-global-table"
        regions  = ["us-east-1", "eu-west-1"]
        items    = 30
        preload  = "a"
        [[timeline]]
        at = "25s"
        for = "10s"
        service-outage = { region = "eu-west-1", service = "kms" }
    "#
    .to_owned();
    for (name, region) in [("a", "us-east-1"), ("b", "us-east-1"), ("c", "eu-west-1")] {
        let keyring = if name == "c" { "plain" } else { "mrk" };
        scenario += &format!(
            r#"
            [clients.{name}]
            region  = "{region}"
            store   = "s"
            rate    = "8/s"
            mix     = {{ read = 0.2, write = 0.7, insert = 0.1 }}
            keyring = {{ {keyring} = "{name}" }}
            "#
        );
    }
    let mut afresh = scenario.clone();
    // Whatever changes at KMS could matter to any verdict.
    for second in 1..59 {
        afresh += &format!(
            r#"
            [[timeline]]
            at  = "{second}.123s"
            run = "aws kms tag-resource --key-id $x --tags TagKey=n,TagValue={second} --region us-east-1"
            "#
        );
    }
    let [followed, counted] = [scenario, afresh].map(run);
    let views = followed.ledger.iter().map(|row| (row.region, row.reader)).collect::<BTreeSet<_>>();
    assert!(views.len() == 6 && followed.ledger.len() > 100, "{} rows", followed.ledger.len());
    assert_eq!(followed.ledger, counted.ledger);
    assert_eq!(format!("{:?}", followed.shares), format!("{:?}", counted.shares));
    items_are_in_one_class(&followed);
}

/// A rule that decided in two stores has decided as often as in both.
#[test]
fn rules_count_over_all_stores() {
    let mut scenario = r#"
        title    = "two tables, each written from two sides"
        duration = "60s"
        regions  = ["us-east-1", "eu-west-1"]
    "#
    .to_owned();
    for (store, rate) in [("many", 20), ("few", 2)] {
        let table = format!(
            r#"
            [stores.{store}]
            kind    = "dynamodb-global-table"
            regions = ["us-east-1", "eu-west-1"]
            items   = 1
            "#
        );
        let client = |region: &str| {
            let mix = "{ write = 1.0 }";
            format!(
                "[clients.{store}-{region}]\nregion = \"{region}\"\nstore = \"{store}\"\nrate = \"{rate}/s\"\nmix = {mix}\n"
            )
        };
        scenario += &(table + &client("us-east-1") + &client("eu-west-1"));
    }
    let log = run(scenario);
    let superseded = |store| {
        let rows = log.replication.iter().filter(|row| row.store == store);
        rows.map(|row| row.superseded).sum::<u64>()
    };
    let [many, few] = [0, 1].map(superseded);
    assert!(many > few && few > 0, "{many} and {few}");
    let counted = log.rules.iter().find(|(rule, _)| rule.id == "DDB-MREC-2").map(|(_, count)| *count);
    assert_eq!(counted, Some(many + few));
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
