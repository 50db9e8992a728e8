//! Trials: the same on any number of threads, alone or in a batch, stored and joined without loss; and what is said of
//! differences.

mod common;

use common::setup;
use mrksim::compare::difference::{self, Verdict};
use mrksim::compare::sweep::{self, Axis, Cell, Sweep};
use mrksim::compare::{self, Batch, Played, Range, pictures, stored, trials};
use mrksim::model::setup::Setup;
use mrksim::report::csv;
use mrksim::runlog::RunLog;
use mrksim::scenario::{Request, Source};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn example(set: &[&str]) -> Arc<Setup> {
    let mut request = Request::new(Source::Path("scenarios/tutorial/region-outage.toml".into()));
    request.set.push("clients.checkout.rate=1/s".to_owned());
    request.set.extend(set.iter().map(|set| (*set).to_owned()));
    setup(&request)
}

fn played(setup: &Arc<Setup>, first: u64, end: u64, threads: usize) -> Batch {
    match trials::play(setup, Range { first, end }, threads, &AtomicBool::new(false), &|_| {}) {
        Played::Whole(batch) => batch,
        Played::Partial(_) => panic!("nobody stops it"),
    }
}

/// Writes a batch where only this test looks, and reads it back.
fn stored(batch: &Batch, name: &str) -> (PathBuf, Batch) {
    let dir = std::env::temp_dir().join(format!("mrksim-trials-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a directory");
    for (name, text) in stored::files(batch) {
        std::fs::write(dir.join(name), text).expect("written");
    }
    let read = stored::read(&dir).expect("readable");
    std::fs::remove_dir_all(&dir).expect("removable");
    (dir, read)
}

#[test]
fn threads_and_slices_change_nothing() {
    let setup = example(&[]);
    let whole = played(&setup, 0, 6, 1);
    assert_eq!(whole, played(&setup, 0, 6, 4));
    let slices = [(4, 6), (0, 1), (1, 4)].map(|(first, end)| {
        let (path, slice) = stored(&played(&setup, first, end, 2), &format!("{first}"));
        assert_eq!(slice.trials.len() as u64, end - first);
        (path, slice)
    });
    let joined = stored::merge(slices.into()).expect("they belong together").expect("some");
    assert_eq!(stored::files(&joined), stored::files(&whole));
    assert_eq!(stored(&whole, "whole").1, whole);
}

#[test]
fn slices_of_other_things_are_not_joined() {
    let (a, b) = (example(&[]), example(&["clients.checkout.rate=2/s"]));
    let (one, other) = (played(&a, 0, 1, 1), played(&b, 1, 2, 1));
    let wrong =
        stored::merge(vec![("a".into(), one.clone()), ("b".into(), other)]).expect_err("two scenarios");
    assert!(wrong.to_string().contains("scenario"), "{wrong}");
    let twice =
        stored::merge(vec![("a".into(), one.clone()), ("b".into(), one)]).expect_err("one trial twice");
    assert!(twice.to_string().contains("trial 0"), "{twice}");
}

#[test]
fn a_planted_effect_is_found_and_nothing_is_found_where_there_is_none() {
    let base = played(&example(&[]), 0, 20, 2);
    let same = difference::of(&base, &base, "data-loss(orders)");
    assert_eq!((same.verdict, same.differ), (Verdict::Same, 0));
    let steps = "runbooks.evacuate.steps=[\"wait 8m\", \"route checkout to eu-west-1\"]";
    let slower = played(&example(&[steps]), 0, 20, 2);
    let difference = difference::of(&base, &slower, "recovery-time(checkout)");
    let paired = difference.paired.expect("both recover");
    assert_eq!(difference.verdict, Verdict::More);
    assert!(paired.holds(180.0) && paired.half_width() < 5.0, "three minutes later: {paired:?}");
    let back = difference::of(&slower, &base, "recovery-time(checkout)");
    assert_eq!(back.verdict, Verdict::Less);
    // As many requests arrive: common random numbers.
    let arrived = difference::of(&base, &slower, "requests(checkout)");
    assert_eq!(arrived.verdict, Verdict::Same);
}

/// Every row about somebody in what a run leaves behind.
fn rows_about(name: &str, log: &RunLog) -> String {
    let mut rows = String::new();
    for table in csv::tables(log) {
        let mut text = Vec::new();
        table.write(log, &mut text).expect("memory");
        let text = String::from_utf8(text).expect("UTF-8");
        text.lines().filter(|line| line.contains(name)).for_each(|line| {
            rows.push_str(table.name);
            rows.push_str(line);
            rows.push('\n');
        });
    }
    rows
}

/// Common random numbers really are common: who uses nothing that the affected client uses has the same bytes in both
/// variants.
#[test]
fn a_bystander_has_the_same_bytes_in_every_variant() {
    let bystander = [
        r#"regions=["us-east-1", "eu-west-1", "ap-southeast-2", "ap-northeast-1", "ap-south-1"]"#,
        r#"keys.bystander={ kind = "multi-region", primary = "ap-northeast-1", replicas = ["ap-south-1"] }"#,
        r#"stores.bystander={ kind = "dynamodb-global-table", regions = ["ap-northeast-1", "ap-south-1"], items = 500, preload = "bystander" }"#,
        r#"clients.bystander={ region = "ap-northeast-1", store = "bystander", rate = "2/s", mix = { read = 0.5, write = 0.5 }, keyring = { mrk = "bystander" } }"#,
    ];
    let later = r#"runbooks.evacuate.steps=["wait 8m", "route checkout to ap-southeast-2"]"#;
    let variants = [later, "keys.orders.kind=single-region", "timeline.outage.for=1h"];
    let base = common::play(&example(&bystander), 3);
    let theirs = rows_about("bystander", &base);
    assert!(theirs.lines().count() > 500, "{theirs}");
    for variant in variants {
        let log = common::play(&example(&[&bystander[..], &[variant]].concat()), 3);
        assert_ne!(
            rows_about("checkout", &log),
            rows_about("checkout", &base),
            "{variant} changes something"
        );
        assert!(rows_about("bystander", &log) == theirs, "{variant}");
    }
}

/// A sweep's cells are what `run --set` would play, on any number of threads.
#[test]
fn a_sweep_plays_what_its_cells_say() {
    let axes: Vec<Axis> = ["timeline.outage.for=5m,1h", "clients.checkout.retry=none,standard"]
        .map(|text| text.parse().expect("an axis"))
        .into();
    let set = |values: &[String]| -> Vec<String> {
        axes.iter().zip(values).map(|(axis, value)| format!("{}={value}", axis.path)).collect()
    };
    let cells = compare::grid(&axes);
    let setups: Vec<Arc<Setup>> = cells
        .iter()
        .map(|values| example(&set(values).iter().map(String::as_str).collect::<Vec<_>>()))
        .collect();
    let range = Range { first: 2, end: 5 };
    let play = |threads| trials::play_all(&setups, range, threads, &AtomicBool::new(false), &|_| {});
    let batches = play(1);
    assert_eq!(batches, play(3));
    for (setup, batch) in setups.iter().zip(&batches) {
        assert_eq!(played(setup, 2, 5, 2), *batch);
    }
    let cell =
        |(values, batch): (&Vec<String>, &Batch)| Cell { values: values.clone(), batch: batch.clone() };
    let metrics = vec!["recovery-time(checkout)".to_owned(), "success(checkout)".to_owned()];
    let cells = cells.iter().zip(&batches).map(cell).collect();
    let sweep = Sweep { axes, cells, metrics, partial: false };
    let files = sweep.files("x");
    let rows = files.iter().find(|(name, _)| name == "trials.csv").map(|(_, text)| text).expect("trials");
    let value = batches[2].trials[1].values.get("recovery-time(checkout)").expect("a value");
    let row = format!("1h,none,3,recovery-time(checkout),{},s\n", stored::written(value));
    assert!(rows.contains(&row), "{row}");
    let drawings = pictures::of_sweep(&sweep);
    assert_eq!(
        drawings.iter().map(|drawing| drawing.file.as_str()).collect::<Vec<_>>(),
        ["recovery-time-checkout.svg", "success-checkout.svg"]
    );
    let report = sweep::report(&sweep);
    assert!(report.contains("Least with for 5m") && report.contains("for × retry"), "{report}");
}
