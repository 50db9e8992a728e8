//! One seed, one history: on every platform, in every build, on every thread.
//!
//! `tests/golden/digests.txt` holds the digest of every scenario of `scenarios/` under both rule sets. Debug and
//! release builds are held to the same file.

mod common;

use common::{play, setup};
use mrksim::model::setup::{RuleSet, Setup};
use mrksim::scenario::{Request, Source};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

const GOLDEN: &str = "tests/golden/digests.txt";

/// Every scenario, sorted by path. Overlays are none.
fn scenarios() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("scenarios")];
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("an entry").path())
        {
            match entry.is_dir() {
                true => folders.push(entry),
                false if entry.extension().is_some_and(|extension| extension == "toml") => found.push(entry),
                false => {}
            }
        }
    }
    // Questions are held to their answers: tests/quiz.rs.
    found.retain(|path| !is_overlay(path) && !path.starts_with("scenarios/quiz"));
    found.sort();
    found
}

/// Whether a file is to be laid over a scenario, and none itself: it says what it requires.
fn is_overlay(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).expect("a text");
    text.lines().any(|line| line.starts_with("requires "))
}

/// `tutorial/region-outage`, with slashes on every platform.
fn name(path: &Path) -> String {
    let parts: Vec<_> =
        path.with_extension("").iter().skip(1).map(|part| part.to_string_lossy().into_owned()).collect();
    parts.join("/")
}

/// The scenario, smaller where it is a benchmark.
fn load(path: &Path, rules: RuleSet) -> Arc<Setup> {
    let mut request = Request::new(Source::Path(path.to_owned()));
    request.rules = Some(rules);
    if name(path) == "bench/w1" {
        let requests = (0..3).map(|client| format!("clients.c{client}.requests=5000"));
        request.set.extend(requests);
        request.set.extend(["timeline.outage.at=2s", "timeline.outage.for=500ms"].map(str::to_owned));
    }
    setup(&request)
}

#[test]
fn histories_are_as_they_were_and_scenarios_meet_their_expectations() {
    let mut found = String::new();
    for path in scenarios() {
        for rules in [RuleSet::Aws, RuleSet::Notes] {
            let log = play(&load(&path, rules), 0);
            let steps =
                log.answers.iter().filter(|answer| answer.expected.as_ref().is_some_and(|(_, met)| !met));
            let unmet = log.expectations.iter().filter(|checked| !checked.met).map(|checked| &checked.text);
            let unmet: Vec<&String> = unmet.chain(steps.map(|answer| &answer.command)).collect();
            assert!(path.starts_with("scenarios/bench") || unmet.is_empty(), "{path:?} {rules:?}: {unmet:?}");
            let digest = log.digest;
            let _ = writeln!(found, "{} {} {digest:032x}", name(&path), rules.name());
        }
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(GOLDEN, &found).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    let (golden, found): (Vec<&str>, Vec<&str>) = (golden.lines().collect(), found.lines().collect());
    let gone = golden.iter().filter(|line| !found.contains(line)).map(|line| format!("- {line}"));
    let new = found.iter().filter(|line| !golden.contains(line)).map(|line| format!("+ {line}"));
    let differences: Vec<String> = gone.chain(new).collect();
    assert!(
        differences.is_empty(),
        "histories differ from {GOLDEN}:\n{}\n\
         If a scenario or a rule was meant to change, run `BLESS=1 cargo test --test determinism` and say in the \
         commit what changed each digest. If only speed or structure was meant to change, this is a bug.",
        differences.join("\n")
    );
}

/// One scenario whose run is short and meets faults, steps and runbooks.
fn example() -> Arc<Setup> {
    load(Path::new("scenarios/tutorial/region-outage.toml"), RuleSet::Aws)
}

#[test]
fn a_trial_alone_is_the_trial_in_a_batch_on_any_thread() {
    let setup = example();
    let alone: Vec<String> = (0..4).map(|trial| format!("{:?}", play(&setup, trial))).collect();
    let together: Vec<String> = thread::scope(|scope| {
        let setup = &setup;
        let runs: Vec<_> =
            (0..4).rev().map(|k| scope.spawn(move || format!("{:?}", play(setup, k)))).collect();
        runs.into_iter().rev().map(|run| run.join().expect("the run")).collect()
    });
    for (trial, (alone, together)) in alone.iter().zip(&together).enumerate() {
        assert!(alone == together, "trial {trial} is another in a batch");
    }
    let digests: std::collections::BTreeSet<&String> = alone.iter().collect();
    assert_eq!(digests.len(), 4, "each trial has a history of its own");
}

#[test]
fn another_seed_is_another_history() {
    let load = |seed| {
        let mut request = Request::new(Source::Path("scenarios/tutorial/region-outage.toml".into()));
        request.seed = Some(seed);
        play(&setup(&request), 0).digest
    };
    assert_eq!(load(1), load(1));
    assert_ne!(load(1), load(2));
}
