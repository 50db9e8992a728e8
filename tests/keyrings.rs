//! The AWS Encryption SDK, data-key caching and the SDKs' retry modes against the rulebook.
//!
//! The text tables `tests/rules/*.table` hold cases. What follows a head is a scenario in the program's own language,
//! laid over a small world with two Regions, a multi-Region key `orders` and a single-Region key `local`; every step
//! and everything in `[expect]` must come so.
//!
//! ```text
//! case KMS-ESDK-1 KMS-EX-49: words      the rules that the case shows and keeps
//! counter KMS-ESDK-1: words             the rule refuses, or does not apply, and the outcome differs
//! invalid KMS-ESDK-6                    `check` refuses the scenario by this rule
//! retry legacy kms Error => 1s 2s stop  the longest pauses of a retry mode until it gives up
//! ```

use mrksim::client::RetryMode;
use mrksim::client::retry::Budget;
use mrksim::model::setup::Setup;
use mrksim::model::{self, Simulation};
use mrksim::runlog::RunLog;
use mrksim::scenario::{Request, Source, load, render};
use mrksim::services::ErrorCode;
use mrksim::sim::Span;
use mrksim::world::Service;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const WORLD: &str = r#"
title    = "a case"
duration = "1h"
regions  = ["us-east-1", "eu-west-1"]

timing.propagation = "0s"

keys.orders = { kind = "multi-region", primary = "us-east-1", replicas = ["eu-west-1"] }
keys.local  = { kind = "single-region", primary = "us-east-1" }
"#;

/// A case: where it stands, the rules in its head, and what follows.
struct Case {
    here: String,
    rules: Vec<String>,
    keeps: bool,
    body: String,
}

fn cases(table: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules").join(table);
    let text = std::fs::read_to_string(path).expect("the table");
    let mut cases: Vec<Case> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let head = ["case ", "counter "].iter().find_map(|word| Some((*word, line.strip_prefix(word)?)));
        match (head, cases.last_mut()) {
            (Some((word, rest)), _) => {
                let (rules, _) = rest.split_once(':').expect("a head has words");
                cases.push(Case {
                    here: format!("{table}:{}: {line}", number + 1),
                    rules: rules.split_whitespace().map(str::to_owned).collect(),
                    keeps: word == "case ",
                    body: String::new(),
                });
            }
            (None, Some(case)) => case.body += &format!("{line}\n"),
            (None, None) => assert!(line.is_empty() || line.starts_with('#'), "{line}"),
        }
    }
    cases
}

impl Case {
    fn play(&self) {
        let here = &self.here;
        let (mut text, mut invalid) = (WORLD.to_owned(), None);
        for line in self.body.lines() {
            match line.split_once(' ') {
                Some(("retry", rest)) => retry(rest, here),
                Some(("invalid", rule)) => invalid = Some(rule.trim()),
                _ => text += &format!("{line}\n"),
            }
        }
        let source = Source::Text { name: "case.toml".to_owned(), text };
        match (load(&Request::new(source)), invalid) {
            (Ok(loaded), None) => holds(&play(&Arc::new(loaded.setup)), here),
            (Err(invalid), None) => panic!("{here}\n{}", render(&invalid.problems, &invalid.sources, false)),
            (Ok(_), Some(rule)) => panic!("{here}: nothing is wrong, but {rule} was expected"),
            (Err(found), Some(rule)) => {
                let rules: Vec<_> = found.problems.iter().filter_map(|problem| problem.rule).collect();
                assert_eq!(rules, [rule], "{here}");
            }
        }
    }
}

fn play(setup: &Arc<Setup>) -> RunLog {
    model::run(setup, 0, &AtomicBool::new(false)).expect("nobody stops it")
}

/// Every step and every expectation came as the scenario says.
fn holds(log: &RunLog, here: &str) {
    for answer in &log.answers {
        let met = answer.expected.as_ref().map_or(answer.error.is_none(), |(_, met)| *met);
        assert!(
            met,
            "{here}\n{}: {:?}, not {:?}\n{}\n{}",
            answer.command, answer.error, answer.expected, answer.message, answer.response
        );
    }
    for expectation in &log.expectations {
        assert!(expectation.met, "{here}\n{expectation:?}");
    }
}

/// `legacy kms ConnectTimeoutError => 1s 2s stop`: the longest pauses, up to the last nanosecond.
fn retry(line: &str, here: &str) {
    let (asked, expected) = line.split_once("=>").expect("pauses");
    let [mode, service, error] = asked.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{here}") };
    let mode = match mode {
        "standard" => RetryMode::Standard,
        "standard-before-2026" => RetryMode::StandardBefore2026,
        "legacy" => RetryMode::Legacy,
        "adaptive" => RetryMode::Adaptive,
        "none" => RetryMode::None,
        other => panic!("{here}: {other}"),
    };
    let service = Service::ALL.into_iter().find(|known| known.to_string() == service).expect("a service");
    let error = *ErrorCode::ALL.iter().find(|code| code.name() == error).expect("an error");
    let mut budget = Budget::default();
    let longest = |tries| budget.retry(mode, service, error, tries, u64::MAX);
    let pauses =
        (1..).map_while(longest).map(|retry| Span(retry.pause.0.next_multiple_of(1_000_000)).exact());
    let found: Vec<String> = pauses.chain(["stop".to_owned()]).collect();
    assert_eq!(found.join(" "), expected.trim(), "{here}: {line}");
}

/// What a cache or a rate limiter decides does not depend on which events are played out.
#[test]
fn left_out_events_change_nothing() {
    for case in ["caching.table", "retries.table"].iter().flat_map(|table| cases(table)) {
        let body: String = case
            .body
            .lines()
            .filter(|line| !line.starts_with("retry "))
            .map(|line| format!("{line}\n"))
            .collect();
        let source = Source::Text { name: "case.toml".to_owned(), text: format!("{WORLD}{body}") };
        let Ok(loaded) = load(&Request::new(source)) else { panic!("{}", case.here) };
        let setup = Arc::new(loaded.setup);
        let mut full = Simulation::new(&setup, 0).without_elision();
        while full.step() {}
        assert_eq!(play(&setup).digest, full.finish().digest, "{}", case.here);
    }
}

fn every_case(table: &str) -> BTreeSet<(String, bool)> {
    let cases = cases(table);
    cases.iter().for_each(Case::play);
    cases.into_iter().flat_map(|case| case.rules.into_iter().map(move |rule| (rule, case.keeps))).collect()
}

#[test]
fn keyrings_do_what_the_rulebook_says() {
    every_case("keyrings.table");
}

#[test]
fn caches_do_what_the_rulebook_says() {
    every_case("caching.table");
}

#[test]
fn retries_do_what_the_rulebook_says() {
    every_case("retries.table");
}

/// Each of these rules is kept by a case and broken by a counter-case; no case names a rule that there is not.
#[test]
fn every_rule_of_clients_has_both() {
    let known: BTreeSet<&str> = model::rules().iter().map(|rule| rule.0.id).collect();
    let tables = ["keyrings.table", "caching.table", "retries.table"];
    let heads: BTreeSet<(String, bool)> = tables
        .iter()
        .flat_map(|table| cases(table))
        .flat_map(|case| case.rules.into_iter().map(move |rule| (rule, case.keeps)))
        .collect();
    for (rule, _) in &heads {
        assert!(known.contains(rule.as_str()), "{rule}");
    }
    let ours = ["KMS-ESDK-", "KMS-CACHE-", "KMS-RET-", "SIM-ESDK-"];
    let rules = model::rules();
    let rules = rules.iter().filter(|rule| ours.iter().any(|prefix| rule.id.starts_with(prefix)));
    for rule in rules.filter(|rule| rule.kind == mrksim::rulebook::RuleKind::Rule) {
        for keeps in [true, false] {
            assert!(heads.contains(&(rule.id.to_owned(), keeps)), "{}: no case, keeps: {keeps}", rule.id);
        }
    }
}
