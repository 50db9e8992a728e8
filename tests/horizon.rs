//! Long times: faults that come by chance, and requests that are simulated around them only.

#[path = "common/mod.rs"]
mod common;

use common::{play, setup};
use mrksim::compare::statistics;
use mrksim::compare::{Batch, Played, Range, summary, trials};
use mrksim::model::setup::{Action, Setup};
use mrksim::runlog::expression::Value;
use mrksim::runlog::{RunLog, metrics, parse};
use mrksim::scenario::{Request, Source};
use mrksim::sim::{Span, Time};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// An application that fails over by itself, and back; outages of a Region by chance, a key that rotates.
const DAYS: &str = r#"
title    = "Ten days"
duration = "10d"
regions  = ["us-east-1", "us-west-2"]

[keys.k]
kind     = "multi-region"
primary  = "us-east-1"
replicas = ["us-west-2"]

[stores.t]
kind    = "dynamodb-global-table"
regions = ["us-east-1", "us-west-2"]
items   = 2_000
preload = "c"

[clients.c]
region    = "us-east-1"
store     = "t"
rate      = "2/m"
mix       = { read = 0.5, write = 0.5 }
keyring   = { mrk = "k" }
objective = "99% over 5m"

"#;

const RUNBOOK: &str = r#"
[runbooks.evacuate]
when  = "success(c) < 50% for 3m"
again = true
steps = [
    "wait exponential(10m)",
    "route c to us-west-2",
    "wait until unreachable(t, us-east-1) == 0%",
    "wait 10m",
    "route c to us-east-1",
]

"#;

const OUTAGES: &str = r#"
[[timeline]]
name  = "outage"
every = "exponential(2d)"
for   = "lognormal(40m, 0.5)"
region-outage = { region = "us-east-1" }

[[timeline]]
at  = "5d"
run = "aws kms rotate-key-on-demand --key-id $k --region us-east-1"
"#;

/// An application that fails over and back, and outages by chance.
const MUCH: [&str; 2] = [RUNBOOK, OUTAGES];

const AROUND: &str = "horizon.traffic=around-faults";

/// The application with more of a scenario below it.
fn days(more: &[&str], set: &[&str]) -> Arc<Setup> {
    let text = DAYS.to_owned() + &more.concat();
    let mut request = Request::new(Source::Text { name: "days.toml".into(), text });
    request.set = set.iter().map(|set| (*set).to_owned()).collect();
    setup(&request)
}

fn played(setup: &Arc<Setup>, count: u64) -> Batch {
    let range = Range { first: 0, end: count };
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    match trials::play(setup, range, cores, &AtomicBool::new(false), &|_| {}) {
        Played::Whole(batch) => batch,
        Played::Partial(_) => panic!("nobody stops it"),
    }
}

/// Extremes over the run are of the requests that were simulated, and an extreme quantile needs many of them: of these the
/// documents say that they are not those of the whole time.
fn is_of_simulated_time(name: &str) -> bool {
    ["max(", "p999("].iter().any(|metric| name.starts_with(metric))
}

/// Ten days two hundred times, played in full and around the faults: no metric's mean can be told apart.
///
/// The trials have the same faults on both sides and other requests, so differences are paired. Of many intervals some miss
/// zero by chance: each is taken at a confidence by which all of them together miss one in twenty times (Bonferroni).
#[test]
fn around_faults_comes_to_what_the_whole_time_comes_to() {
    // Outages that are over before anything settles, and outages during which requests go to sleep.
    for outages in ["lognormal(40m, 0.5)", "lognormal(6h, 0.5)"] {
        compare_both(&format!("timeline.outage.for={outages}"));
    }
    // And it is worth it.
    let simulated = |setup: &Arc<Setup>| play(setup, 0).totals.requests;
    let (all, some) = (simulated(&days(&MUCH, &[])), simulated(&days(&MUCH, &[AROUND])));
    assert!(some * 3 < all, "{some} of {all}");
}

/// That no metric tells full and shortened trials apart.
fn compare_both(set: &str) {
    let (full, around) = (played(&days(&MUCH, &[set]), 200), played(&days(&MUCH, &[set, AROUND]), 200));
    let names: Vec<&str> = full.names().into_iter().filter(|name| !is_of_simulated_time(name)).collect();
    let mut compared = 0;
    let mut wrong = Vec::new();
    let mut judge = |name: &str, differences: &[f64]| {
        let Some(estimate) = statistics::mean(differences) else { return };
        compared += 1;
        // 1.96 standard errors are 95 %; 3.65 are 1 − 0.05/190, for 85 metrics in both.
        let reach = estimate.half_width() / 1.96 * 3.65;
        if estimate.mean.abs() > reach {
            wrong.push(format!("{name}: {} ± {reach} of {:?}", estimate.mean, summary::of(&full, name).mean));
        }
    };
    for name in &names {
        let pairs = full.trials.iter().zip(&around.trials).filter_map(|(a, b)| {
            let number = |trial: &mrksim::compare::Trial| summary::number(trial.values.get(*name)?);
            Some((number(a)?, number(b)?))
        });
        let pairs: Vec<(f64, f64)> = pairs.collect();
        let finite = pairs.iter().filter(|(a, b)| a.is_finite() && b.is_finite());
        judge(name, &finite.map(|(a, b)| b - a).collect::<Vec<_>>());
        // Who never recovered has no time to compare, but may be as many.
        if pairs.iter().any(|(a, b)| !a.is_finite() || !b.is_finite()) {
            let never = |value: f64| f64::from(u8::from(!value.is_finite()));
            judge(name, &pairs.iter().map(|(a, b)| never(*b) - never(*a)).collect::<Vec<_>>());
        }
    }
    assert!(compared > 40, "{compared} of {names:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn outages(setup: &Arc<Setup>, trial: u64) -> Vec<(Time, Option<Span>)> {
    let drawn = setup.of_trial(trial);
    let one = |entry: &mrksim::model::setup::TimelineEntry| match entry.action {
        Action::Fault { lasts, .. } if entry.name.as_deref() == Some("outage") => Some((entry.at, lasts)),
        _ => None,
    };
    drawn.timeline.iter().filter_map(one).collect()
}

#[test]
fn chance_has_its_mean_and_is_the_same_for_every_variant() {
    let setup = days(&[OUTAGES], &["duration=1y"]);
    let first = r#"
[[timeline]]
name  = "first"
every = "1d"
for   = "1m"
region-outage = { region = "us-west-2" }
"#;
    let other = days(&[first, OUTAGES], &["duration=1y", "keys.k.kind=single-region"]);
    let mut count = 0;
    for trial in 0..20 {
        let mine = outages(&setup, trial);
        assert_eq!(mine, outages(&other, trial), "another fault shifts nothing");
        assert!(mine.windows(2).all(|two| two[0].0 + two[0].1.expect("it ends") < two[1].0));
        assert!(mine.iter().all(|(at, _)| at.0 < Span::days(365).0));
        count += mine.len();
    }
    // 20 years of a fault every 2 days and some 45 minutes: about 3,590, give or take 60.
    assert!((3_400..3_780).contains(&count), "{count}");
    assert_ne!(outages(&setup, 0), outages(&setup, 1));
}

#[test]
fn what_lasts_for_good_comes_once() {
    let text = r#"
[[timeline]]
name  = "outage"
every = "exponential(2d)"
region-loss = { region = "us-east-1" }
"#;
    let setup = days(&[text], &[]);
    assert!((0..20).all(|trial| outages(&setup, trial).len() <= 1));
    assert!((0..20).any(|trial| outages(&setup, trial).len() == 1));
}

fn value(log: &RunLog, text: &str) -> f64 {
    let expression = parse::parse(&format!("{text} == 0")).expect("an expression");
    summary::number(&metrics::evaluate(log, &expression)).expect("a number")
}

/// What nobody simulates is counted, and items go on being written: those that an attacker rewrote become the owner's again.
#[test]
fn skipped_time_counts_and_rewrites() {
    let attack = r#"
[[timeline]]
name = "attack"
at   = "5d"
ransom-reencrypt = { store = "t", region = "us-east-1", principal = "leaked" }
"#;
    let writes = ["clients.c.rate=1/m", "clients.c.mix.read=0", "clients.c.mix.write=1"];
    let full = play(&days(&[attack], &writes), 0);
    let around = play(&days(&[attack], &[&writes[..], &[AROUND]].concat()), 0);
    for log in [&full, &around] {
        // One a minute for ten days.
        assert!((14_000.0..14_800.0).contains(&value(log, "requests(c)")), "{}", value(log, "requests(c)"));
        assert_eq!(value(log, "failures(c)"), 0.0);
        // 7,200 writes to 2,000 items since: e^-3.6 of these, 2.7 %, are still as the attacker left them.
        for region in ["us-east-1", "us-west-2"] {
            let owned = value(log, &format!("decryptable(t, {region}) @ end"));
            assert!((owned - 0.9727).abs() < 0.012, "{region}: {owned}");
        }
    }
    assert!(around.totals.requests < 400 && full.totals.requests > 14_000, "{}", around.totals.requests);
}

/// Who never recovers is taken as he is after a day in which nothing happened, so a loss does not cost ten years.
#[test]
fn a_loss_is_not_simulated_for_ever() {
    let gone = r#"
[[timeline]]
name = "gone"
at   = "1d"
region-loss = { region = "us-east-1" }
"#;
    let setup = days(&[gone], &["duration=10y", "clients.c.rate=10/s", AROUND]);
    let log = play(&setup, 0);
    assert!(log.totals.requests < 1_200_000, "{}", log.totals.requests);
    let (_, success) =
        metrics::table(&log).into_iter().find(|(name, _)| name == "success(c)").expect("a value");
    let Value::Share(success) = success else { panic!("{success:?}") };
    assert!((0.000_2..0.000_35).contains(&success), "a day of ten years: {success}");
    // The drawing, too, speaks of the whole time.
    let drawings = mrksim::report::svg::drawings(&log);
    let (_, drawn) = drawings.iter().find(|(name, _)| *name == "success.svg").expect("a drawing");
    assert!(drawn.contains(&format!("\n{}\n", Value::Share(success))), "{drawn}");
}

/// The means of a metric over trials, in full and around what happens; and whether their paired difference holds zero at
/// 99.9 %.
fn both(more: &[&str], set: &[&str], metric: &str, trials: u64) -> (f64, f64, bool) {
    let (full, around) =
        (played(&days(more, set), trials), played(&days(more, &[set, &[AROUND]].concat()), trials));
    let of = |batch: &Batch| {
        let number = |trial: &mrksim::compare::Trial| summary::number(&trial.values[metric]).expect(metric);
        batch.trials.iter().map(number).collect::<Vec<_>>()
    };
    let (full, around) = (of(&full), of(&around));
    let differences: Vec<f64> = full.iter().zip(&around).map(|(full, around)| around - full).collect();
    let estimate = statistics::mean(&differences).expect("an estimate");
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    (mean(&full), mean(&around), estimate.mean.abs() <= estimate.half_width() / 1.96 * 3.3)
}

/// The stretch in which a client was seen to have settled has fewer failures than others, or it would not have been chosen.
#[test]
fn what_always_fails_a_little_fails_in_skipped_time_too() {
    let errors = r#"
[[timeline]]
name = "errors"
at   = "0s"
api-error = { region = "us-east-1", service = "kms", ratio = 0.01 }
"#;
    let (full, around, agree) = both(&[errors], &["clients.c.retry=none"], "success(c)", 40);
    assert!(agree && (0.985..0.995).contains(&full), "{full} and {around}");
}

/// Data keys that were cached when KMS fails are of any age: after skipped time they would all have been loaded at once.
#[test]
fn cached_data_keys_have_any_age_when_a_fault_comes() {
    let outages = r#"
[[timeline]]
name  = "kms"
every = "exponential(1d)"
for   = "1h"
service-outage = { region = "us-east-1", service = "kms" }
"#;
    let cache = [
        "clients.c.cache={ max-age = \"2h\", max-messages = 1_000_000 }",
        "clients.c.instances=2",
        "clients.c.mix.read=0",
        "clients.c.mix.write=1",
    ];
    let (full, around, agree) = both(&[outages], &cache, "success(c)", 60);
    assert!(agree && full < 0.995, "{full} and {around}");
}

/// Two clients write to one store, each with its key.
const TWO: &str = r#"
[keys.other]
kind    = "single-region"
primary = "us-east-1"

[clients.d]
region  = "us-east-1"
store   = "t"
rate    = "2/m"
mix     = { write = 1.0 }
keyring = { plain = "other" }

[[timeline]]
name = "off"
at   = "9d12h"
for  = "10m"
key-disabled = { key = "other", region = "us-east-1" }

[expect]
"decryptable(t, us-east-1, c) @ 9d" = ">= 0%"
"#;

#[test]
fn writers_share_what_is_rewritten_and_a_moment_in_skipped_time_sees_it() {
    let set = ["clients.c.rate=6/m", "clients.c.mix.read=0", "clients.c.mix.write=1", "stores.t.items=1000"];
    for set in [set.to_vec(), [&set[..], &[AROUND]].concat()] {
        let log = play(&days(&[TWO], &set), 0);
        // All items have been written, one of four by the other client.
        for moment in ["9d", "end"] {
            let mine = value(&log, &format!("decryptable(t, us-east-1, c) @ {moment}"));
            assert!((mine - 0.75).abs() < 0.05, "@ {moment}: {mine}");
        }
    }
}

#[test]
fn writes_that_fail_rewrite_nothing() {
    let keys = r#"
[keys.there]
kind    = "single-region"
primary = "us-west-2"

[keys.here]
kind    = "single-region"
primary = "us-east-1"

[[timeline]]
name = "writes-stop"
at   = "1d"
key-disabled = { key = "there", region = "us-west-2" }

[[timeline]]
name = "back"
at   = "9d"
run  = "aws kms enable-key --key-id $there --region us-west-2"

[[timeline]]
name = "reads-need-the-other"
at   = "9d"
key-disabled = { key = "here", region = "us-east-1" }
"#;
    let setup = days(&[keys], &["clients.c.keyring={ multi = [\"here\", \"there\"] }", AROUND]);
    let log = play(&setup, 0);
    assert_eq!(value(&log, "decryptable(t, us-east-1) @ end"), 1.0, "each item has both keys");
    let success = value(&log, "success(c)");
    assert!((0.5..0.65).contains(&success), "writes fail for eight of ten days, and then again: {success}");
}

#[test]
fn a_number_of_requests_is_kept() {
    let often = "timeline.outage.every=exponential(12h)";
    let log = play(&days(&[OUTAGES], &[often, "clients.c.requests=20000", AROUND]), 0);
    assert_eq!(value(&log, "requests(c)"), 20_000.0);
    assert!(log.skipped.len() > 4, "{:?}", log.skipped);
}

/// A step that is refused for ever is no reason to simulate requests for ever.
#[test]
fn what_is_tried_again_keeps_nobody_awake() {
    let refused = r#"
[runbooks.mend]
when  = "success(c) < 50% for 3m"
steps = ["retry 5m: aws kms enable-key --key-id $k --region us-west-2"]

[[timeline]]
at  = "12h"
run = "aws kms schedule-key-deletion --key-id $k --region us-west-2 --pending-window-in-days 30"

[[timeline]]
name = "outage"
at   = "1d"
for  = "30m"
region-outage = { region = "us-east-1" }
"#;
    let log = play(&days(&[refused], &[AROUND]), 0);
    assert!(log.events.iter().filter(|event| event.operation == "EnableKey").count() > 2_000);
    assert!(log.totals.requests < 6_000, "{}", log.totals.requests);
}

/// The last thing that was heard before requests were skipped does not hold until they come again.
#[test]
fn monitoring_knows_nothing_of_skipped_time() {
    let look = r#"
[[timeline]]
at    = "6h"
every = "12h"
run   = "aws kms describe-key --key-id $k --region us-east-1"

[[timeline]]
name = "errors"
at   = "0s"
api-error = { region = "us-east-1", service = "kms", ratio = 0.3 }

[runbooks.panic]
when  = "success(c) < 50% for 2h"
again = true
steps = ["wait 1s"]
"#;
    let set = ["clients.c.retry=none", "clients.c.objective=40% over 30m", AROUND];
    let log = play(&days(&[look], &set), 0);
    assert!(log.skipped.len() > 15, "{:?}", log.skipped);
    assert!(!log.events.iter().any(|event| event.principal == "panic"));
}

/// What a service brings about by itself, days later, is an event, too.
#[test]
fn a_restore_that_ends_in_skipped_time_is_heard() {
    let restore = r#"
[stores.copy]
kind    = "dynamodb-table"
regions = ["us-east-1"]
items   = 2_000
exists  = false
restore = "4d"

[[timeline]]
at     = "1d"
run    = "aws dynamodb restore-table-to-point-in-time --source-table-name t --target-table-name copy --use-latest-restorable-time --region us-east-1"
expect = "ok"
"#;
    let set = [
        "stores.t.point-in-time-recovery=[\"us-east-1\"]",
        "clients.e={ region = \"us-east-1\", store = \"copy\", rate = \"2/m\", mix = { read = 1.0 }, keyring = { mrk = \"k\" } }",
    ];
    let success = |set: &[&str]| value(&play(&days(&[restore], set), 0), "success(e)");
    let (full, around) = (success(&set), success(&[&set[..], &[AROUND]].concat()));
    assert!((0.4..0.6).contains(&full) && (full - around).abs() < 0.01, "{full} and {around}");
}

/// What is written while a Region is down reaches its items when it is back, however long nothing was simulated.
#[test]
fn writes_of_skipped_time_wait_until_replicas_are_level() {
    let outage = r#"
[[timeline]]
name = "outage"
at   = "1d"
for  = "7d"
region-outage = { region = "us-east-1" }

[[timeline]]
name = "attack"
at   = "1d1h"
ransom-reencrypt = { store = "t", region = "us-west-2", principal = "leaked" }
"#;
    let set = [
        "clients.c.region=us-west-2",
        "clients.c.mix.read=0",
        "clients.c.mix.write=1",
        "stores.t.items=20000",
    ];
    let owned = |set: &[&str], region: &str| {
        value(&play(&days(&[outage], set), 0), &format!("decryptable(t, {region}) @ end"))
    };
    for region in ["us-east-1", "us-west-2"] {
        let (full, around) = (owned(&set, region), owned(&[&set[..], &[AROUND]].concat(), region));
        assert!((0.65..0.8).contains(&full) && (full - around).abs() < 0.02, "{region}: {full} and {around}");
    }
}

/// A window's requests are the same in every variant, whenever each of them had gone to sleep.
#[test]
fn requests_of_a_window_are_the_same_in_every_variant() {
    let two = r#"
[[timeline]]
name = "first"
at   = "2d"
for  = "1h"
region-outage = { region = "us-east-1" }

[[timeline]]
name = "second"
at   = "5d"
for  = "1h"
region-outage = { region = "us-east-1" }
"#;
    let lead = |set: &[&str]| {
        let log = play(&days(&[two], &[set, &["clients.c.rate=1/s", AROUND]].concat()), 0);
        let second = Time::ZERO + Span::days(5);
        let window = (second - Time::ZERO).0 / Span::SECOND.0 - 600;
        let rows = log.seconds[0].iter().filter(|row| (window..window + 600).contains(&row.second));
        (rows.map(|row| (row.second, row.total)).collect::<Vec<_>>(), log.skipped[1].from)
    };
    let (mine, slept) = lead(&[]);
    let (other, slept_later) = lead(&["keys.k.kind=single-region", "horizon.settle=3h"]);
    assert!(mine.len() > 300 && mine == other, "{} and {}", mine.len(), other.len());
    assert!(slept < slept_later);
}
