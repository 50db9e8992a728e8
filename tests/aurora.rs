//! Aurora's writes, pair by pair: what a split brain, a detached cluster and a bound on data loss do to them.

mod common;

use common::{play, setup};
use mrksim::runlog::{ReplicationRow, RunLog};
use mrksim::scenario::{Request, Source};

const WORLD: &str = r#"
title    = "three Regions"
duration = "20m"
regions  = ["a-1", "b-1", "c-1"]
link     = [{ between = ["a-1", "b-1", "c-1"], one-way = "50ms" }, { within = ["a-1", "b-1", "c-1"], one-way = "1ms" }]
endpoint = [{ service = "rds", time = "5ms" }]

[stores.d]
kind       = "aurora-global-database"
regions    = ["a-1", "b-1", "c-1"]
items      = 1_000
preload    = "home"
lag        = [{ between = ["a-1", "b-1", "c-1"], delay = "1s" }]
promotion  = "60s"
switchover = "10s"
rebuild    = "2m"

[clients.home]
region = "a-1"
store  = "d"
rate   = "10/s"
mix    = { write = 1.0 }
retry  = "none"
"#;

fn run(more: &str) -> RunLog {
    run_with(more, "seed=1")
}

fn run_with(more: &str, set: &str) -> RunLog {
    let text = format!("{WORLD}\n{more}");
    let mut request = Request::new(Source::Text { name: "aurora.toml".to_owned(), text });
    request.set.push(set.to_owned());
    let log = play(&setup(&request), 0);
    assert!(log.answers.iter().all(|answer| answer.error.is_none()), "{:?}", log.answers);
    log
}

/// How the writes from the first Region to another ended.
fn from_home(log: &RunLog, to: usize) -> &ReplicationRow {
    log.replication.iter().find(|row| (row.from, row.to) == (0, to)).expect("the pair")
}

/// When an operation came to something.
fn when(log: &RunLog, operation: &str, outcome: &str) -> Option<u64> {
    let found = log.events.iter().find(|row| row.operation == operation && row.outcome == outcome);
    found.map(|row| row.time.second())
}

const FAIL_OVER: &str = r#"
    [[timeline]]
    at  = "3m"
    run = "aws rds failover-global-cluster --global-cluster-identifier d --target-db-cluster-identifier d-b-1 --allow-data-loss --region b-1"
"#;

#[test]
fn what_an_unfenced_primary_takes_is_lost_when_it_is_replaced() {
    let fault = "[[timeline]]\nat = \"2m\"\nfor = \"8m\"\nwrite-fence-failure = { store = \"d\" }\n";
    let log = run(&format!("{fault}{FAIL_OVER}"));
    assert_eq!(when(&log, "FenceWrites", "timed out"), Some(240));
    assert_eq!(when(&log, "FenceWrites", "succeeded"), None);
    assert_eq!(when(&log, "AddToGlobalCluster", "rebuilding"), Some(600));
    // Six minutes of ten writes a second, and the lag of a second at the promotion.
    let lost = from_home(&log, 1).lost;
    assert!((3_300..3_900).contains(&lost), "{lost}");
    let snapshot = log.events.iter().find(|row| row.operation == "CreateDBClusterSnapshot").expect("a try");
    assert!(snapshot.detail.starts_with("rds:unplanned-global-failover-d-a-1-"), "{}", snapshot.detail);
    assert!(snapshot.detail.contains(&format!("keeps {lost} writes")), "{lost}: {}", snapshot.detail);
    assert_eq!(from_home(&log, 1).pending, 0);
    assert_eq!(log.totals.failed, 0, "nobody noticed");
}

#[test]
fn a_fenced_primary_loses_nothing_but_the_lag() {
    let log = run(FAIL_OVER);
    assert_eq!(when(&log, "FenceWrites", "succeeded"), Some(180));
    assert_eq!(when(&log, "AddToGlobalCluster", "rebuilding"), Some(240));
    assert_eq!(from_home(&log, 1).lost, 0, "the minute of the promotion lets it all arrive");
    assert!(log.totals.failed > 500, "nobody writes for a minute: {}", log.totals.failed);
}

#[test]
fn what_is_on_its_way_to_a_detached_cluster_never_arrives() {
    let log = run(r#"
        [[timeline]]
        at  = "2m"
        for = "10m"
        replication-pause = { store = "d", region = "b-1", direction = "in" }
        [[timeline]]
        at  = "3m"
        run = "aws rds remove-from-global-cluster --global-cluster-identifier d --db-cluster-identifier d-b-1 --region b-1"
    "#);
    let row = from_home(&log, 1);
    assert!((500..700).contains(&row.lost) && row.pending == 0, "{row:?}");
    assert_eq!(from_home(&log, 2).lost, 0);
    assert!(from_home(&log, 2).applied > 10_000);
}

#[test]
fn the_lag_of_each_secondary_is_shown() {
    let log = run(r#"
        [[timeline]]
        at  = "2m"
        for = "5m"
        replication-pause = { store = "d", region = "b-1", direction = "in" }
        [[timeline]]
        at  = "3m"
        run = "aws rds describe-global-clusters --global-cluster-identifier d --region c-1"
    "#);
    let members = &log.answers[0].response["GlobalCluster"]["GlobalClusterMembers"];
    let lag = |member: usize| members[member]["AuroraGlobalDBRPOLag"].as_u64();
    assert_eq!(lag(0), None, "the primary lags behind nobody");
    assert!(lag(1).is_some_and(|lag| (60_000..62_000).contains(&lag)), "{members}");
    assert!(lag(2).is_some_and(|lag| lag <= 1_000), "{members}");
}

/// The run with a bound that nothing reaches is the run without.
#[test]
fn a_bound_that_is_kept_changes_nothing() {
    let bound = run_with("", "stores.d.rpo=1h");
    assert_eq!(bound.digest, run("").digest);
    assert!(bound.totals.writes > 10_000);
}

#[test]
fn a_restart_counts_once_however_many_overlap() {
    let log = run_with(
        r#"
        [[timeline]]
        at = "2m"
        writer-failover = { store = "d", region = "a-1" }
        [[timeline]]
        at = "2m15s"
        writer-failover = { store = "d", region = "a-1" }
    "#,
        "stores.d.restart=30s",
    );
    // 45 seconds without a writer.
    assert!((380..520).contains(&log.totals.failed), "{}", log.totals.failed);
}
