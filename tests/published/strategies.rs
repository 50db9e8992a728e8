//! Every DR strategy with every key strategy under every event.
//!
//! `strategies-trials.csv` holds what each trial came to; from it come `strategies.csv` (means and intervals) and the
//! tables of `strategies.md`.

use super::common::setup;
use super::{blessed, folder, hold, page};
use mrksim::compare::stored::written;
use mrksim::compare::trials::{Batch, Trial};
use mrksim::compare::{pictures, summary, terminal};
use mrksim::model;
use mrksim::runlog::expression::Value;
use mrksim::runlog::{RunLog, metrics, parse};
use mrksim::scenario::{Request, Source};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const EVENTS: [(&str, &str); 4] = [
    ("event-region-outage", "The home Region is down for four hours"),
    ("event-region-loss", "The home Region is lost for good"),
    ("event-key-deletion", "The home Region's key is scheduled for deletion"),
    ("event-ransom", "Every item is rewritten under an attacker's key"),
];
const DR: [&str; 4] = ["dr-backup-and-restore", "dr-pilot-light", "dr-warm-standby", "dr-active-active"];
const KEYS: [&str; 10] = [
    "key-single-region",
    "key-multi-keyring",
    "key-mrk",
    "key-discovery",
    "key-plain-keyring",
    "key-service-side",
    "key-reencrypt-on-copy",
    "key-caching",
    "key-replica-at-failover",
    "key-imported-material",
];

/// What is published of a trial: (name, unit, expression).
const METRICS: [(&str, &str, &str); 9] = [
    ("recovery-time(app)", "s", "recovery-time(app)"),
    ("success(app)", "share", "success(app)"),
    ("data-loss(app)", "s", "data-loss(app)"),
    ("writes-lost(app)", "number", "writes-lost(app)"),
    ("writes-suppressed(app)", "number", "writes-suppressed(app)"),
    ("writes-delayed(app)", "number", "writes-delayed(app)"),
    ("readable-at-end", "share", "decryptable(app, us-west-2, app-dr) @ end"),
    ("lost-at-end", "share", "lost(app, us-west-2, app-dr) @ end"),
    ("cost", "USD", "cost"),
];

/// Trials of each combination.
const TRIALS: u64 = 20;

type Combination = (usize, usize, usize);

fn combinations() -> Vec<Combination> {
    let all = (0..EVENTS.len()).flat_map(|event| (0..KEYS.len()).map(move |key| (event, key)));
    all.flat_map(|(event, key)| (0..DR.len()).map(move |dr| (event, key, dr))).collect()
}

fn values(log: &RunLog) -> Vec<Value> {
    let value = |(_, _, text): &(_, _, &str)| {
        let expression = parse::parse(&format!("{text} == 0")).expect("an expression");
        metrics::evaluate(log, &expression)
    };
    METRICS.iter().map(value).collect()
}

fn row(combination: Combination, trial: u64) -> String {
    let (event, key, dr) = combination;
    let file = |name: &str| format!("scenarios/strategies/{name}.toml").into();
    let mut request = Request::new(Source::Path(file(EVENTS[event].0)));
    request.with = vec![file(KEYS[key]), file(DR[dr])];
    let log = model::run(&setup(&request), trial, &AtomicBool::new(false)).expect("nobody stops it");
    let values: Vec<String> = values(&log).iter().map(written).collect();
    format!("{},{},{},{trial},{}\n", EVENTS[event].0, KEYS[key], DR[dr], values.join(","))
}

fn head() -> String {
    let names: Vec<String> = METRICS.iter().map(|(name, unit, _)| format!("{name} [{unit}]")).collect();
    format!("event,key,dr,trial,{}\n", names.join(","))
}

/// Rows of these, in this order, worked out on all cores.
fn rows(wanted: Vec<(Combination, u64)>) -> Vec<String> {
    let wanted = Arc::new(wanted);
    let found: Mutex<BTreeMap<usize, String>> = Mutex::default();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |cores| cores.get()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((combination, trial)) = wanted.get(index) else { return };
                    let row = row(*combination, *trial);
                    found.lock().expect("nobody panics").insert(index, row);
                }
            });
        }
    });
    found.into_inner().expect("nobody panics").into_values().collect()
}

/// Trials read back, by combination.
fn batches(text: &str) -> BTreeMap<Combination, Batch> {
    let place = |names: &[&str], wanted: &str| names.iter().position(|name| *name == wanted).expect(wanted);
    let events = EVENTS.map(|(name, _)| name);
    let mut all: BTreeMap<Combination, Batch> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let combination = (place(&events, cells[0]), place(&KEYS, cells[1]), place(&DR, cells[2]));
        let read = METRICS.iter().zip(&cells[4..]).filter_map(|((name, unit, _), cell)| {
            let number = || cell.parse::<f64>().expect("a number");
            let value = match (*cell, *unit) {
                ("", _) => return None,
                ("never", _) => Value::Never,
                (_, "share") => Value::Share(number()),
                (_, "s") => Value::Duration(parse::duration(&format!("{cell}s")).expect("a duration")),
                (_, "USD") => Value::Money(number()),
                _ => Value::Number(number()),
            };
            Some(((*name).to_owned(), value))
        });
        let trial = Trial {
            number: cells[3].parse().expect("a number"),
            digest: 0,
            met: Vec::new(),
            values: read.collect(),
        };
        let batch = all.entry(combination).or_insert_with(|| Batch {
            name: cells[0].to_owned(),
            title: EVENTS[combination.0].1.to_owned(),
            variant: Some(format!("{} + {}", KEYS[combination.1], DR[combination.2])),
            hash: String::new(),
            seed: 20,
            rule_set: "aws".to_owned(),
            expected: Vec::new(),
            trials: Vec::new(),
            partial: false,
        });
        batch.trials.push(trial);
    }
    all
}

fn summaries(all: &BTreeMap<Combination, Batch>) -> String {
    let mut text = "event,key,dr,metric,unit,trials,not_recovered,mean,mean_low,mean_high\n".to_owned();
    for ((event, key, dr), batch) in all {
        for (name, unit, _) in METRICS {
            let summary = summary::of(batch, name);
            let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
            let (low, high) = summary.interval.unzip();
            let _ = writeln!(
                text,
                "{},{},{},{name},{unit},{},{},{},{},{}",
                EVENTS[*event].0,
                KEYS[*key],
                DR[*dr],
                summary.trials,
                summary.never,
                number(summary.mean),
                number(low),
                number(high)
            );
        }
    }
    text
}

/// A table of one metric under one event: key strategies down, DR strategies across; a mean, or in how many trials it
/// never came.
fn table(all: &BTreeMap<Combination, Batch>, event: usize, metric: &str) -> String {
    let mut text = "| |".to_owned();
    DR.iter().for_each(|dr| text += &format!(" {dr} |"));
    text += "\n| --- | --- | --- | --- | --- |\n";
    for (key, name) in KEYS.iter().enumerate() {
        let _ = write!(text, "| {name} |");
        for dr in 0..DR.len() {
            let summary = summary::of(&all[&(event, key, dr)], metric);
            let cell = match (summary.mean, summary.never) {
                (Some(mean), _) => terminal::show(mean, &summary.unit),
                (None, 0) => "–".to_owned(),
                (None, never) if never == summary.trials => "never".to_owned(),
                (None, never) => format!("never in {never} of {}", summary.trials),
            };
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    }
    text
}

/// The tables of the page: (their name there, event, metric).
const TABLES: [(&str, usize, &str); 11] = [
    ("outage-recovery", 0, "recovery-time(app)"),
    ("outage-loss", 0, "data-loss(app)"),
    ("outage-availability", 0, "success(app)"),
    ("loss-recovery", 1, "recovery-time(app)"),
    ("loss-writes", 1, "writes-lost(app)"),
    ("loss-readable", 1, "readable-at-end"),
    ("deletion-recovery", 2, "recovery-time(app)"),
    ("deletion-lost", 2, "lost-at-end"),
    ("ransom-recovery", 3, "recovery-time(app)"),
    ("ransom-readable", 3, "readable-at-end"),
    ("cost", 0, "cost"),
];

#[test]
fn the_strategies_are_what_the_program_finds() {
    let path = folder().join("strategies-trials.csv");
    if blessed() {
        let wanted = combinations().into_iter().flat_map(|one| (0..TRIALS).map(move |trial| (one, trial)));
        let text = head() + &rows(wanted.collect()).concat();
        std::fs::write(&path, text).expect("can be written");
    }
    let trials = std::fs::read_to_string(&path).expect("the trials");
    // Each event, key strategy and DR strategy several times: eight and two more than there are of the first kinds.
    let sample: Vec<(Combination, u64)> =
        (0..20).map(|i| ((i % EVENTS.len(), i % KEYS.len(), (i / 3) % DR.len()), i as u64)).collect();
    for row in rows(sample) {
        assert!(trials.contains(&row), "{row} is not what was published");
    }
    let all = batches(&trials);
    assert!(trials.starts_with(&head()) && all.len() == 160);
    assert!(all.values().all(|batch| batch.trials.len() as u64 == TRIALS));
    hold("strategies.csv", &summaries(&all));
    let before = std::fs::read_to_string(folder().join("strategies.md")).expect("the page");
    let written = TABLES
        .iter()
        .fold(before, |text, (name, event, metric)| page(&text, name, &table(&all, *event, metric)));
    hold("strategies.md", &written);
    for (event, (name, _)) in EVENTS.iter().enumerate() {
        let mine: Vec<&Batch> =
            all.iter().filter(|((of, ..), _)| *of == event).map(|(_, batch)| batch).collect();
        for drawing in pictures::of_comparison(&mine, &[]) {
            let name = name.replace("event-", "strategies-");
            hold(&format!("{name}-{}", drawing.file), &drawing.svg);
        }
    }
}
