//! The data plane against its rulebook: small scenarios, each about a rule.
//!
//! A file of `tests/cases/` begins with what its scenarios have in common, in the scenario language. Then come the
//! cases, each with what it adds:
//!
//! ```text
//! case DDB-MREC-2: the newer write wins
//! [[timeline]]
//! …
//! [expect]
//! …
//! counter DDB-MREC-2: writes to different items do not compete
//! …
//! refused DDB-GT-1: no two replicas in a Region
//! …
//! warned KMS-CT-7: data where its key is not
//! …
//! ```
//!
//! Every expectation of every case must hold. A `case` must really be decided by each rule that it names, a `counter`
//! must not; a `refused` must not load, and a `warned` must, with a problem that cites each rule. A case's tables are
//! merged over the common part as overlays are.

#[expect(dead_code, reason = "other tests need more of it")]
mod common;

use common::play;
use mrksim::model;
use mrksim::rulebook::RuleKind;
use mrksim::runlog::RunLog;
use mrksim::scenario::{Request, Source, load, render};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Case,
    Counter,
    Refused,
    Warned,
}

const HEADS: [(&str, Kind); 4] = [
    ("case ", Kind::Case),
    ("counter ", Kind::Counter),
    ("refused ", Kind::Refused),
    ("warned ", Kind::Warned),
];

struct Case {
    kind: Kind,
    rules: Vec<String>,
    title: String,
    text: String,
}

/// The common part of a file and its cases.
fn read(text: &str) -> (String, Vec<Case>) {
    let mut common = String::new();
    let mut cases: Vec<Case> = Vec::new();
    for line in text.lines() {
        let head = HEADS.iter().find_map(|(head, kind)| Some((*kind, line.strip_prefix(head)?)));
        match (head, cases.last_mut()) {
            (Some((kind, rest)), _) => {
                let (rules, title) = rest.split_once(": ").unwrap_or_else(|| panic!("no title: {line}"));
                let rules = rules.split_whitespace().map(str::to_owned).collect();
                cases.push(Case { kind, rules, title: title.to_owned(), text: String::new() });
            }
            (None, Some(case)) => case.text += &format!("{line}\n"),
            (None, None) => common += &format!("{line}\n"),
        }
    }
    (common, cases)
}

/// A case over the common part of its file.
fn request(common: &str, case: &Case) -> Request {
    let folder = std::env::temp_dir().join(format!("mrksim-cases-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for overlays");
    let base = folder.join("base.toml");
    std::fs::write(&base, common).expect("the common part");
    let text = format!("extends = {:?}\n{}", base.display().to_string(), case.text);
    let name = folder.join("case.toml").display().to_string();
    Request::new(Source::Text { name, text })
}

/// What is wrong with a case.
fn wrong(common: &str, case: &Case) -> Vec<String> {
    let kinds: BTreeMap<&str, RuleKind> = model::rules().iter().map(|rule| (rule.id, rule.kind)).collect();
    let unknown = case.rules.iter().filter(|id| !kinds.contains_key(id.as_str()));
    let mut wrong: Vec<String> = unknown.map(|id| format!("there is no rule {id}")).collect();
    let loaded = load(&request(common, case));
    let refused = loaded.is_err();
    let (problems, text) = match &loaded {
        Ok(loaded) => (&loaded.warnings, render(&loaded.warnings, &loaded.sources, false)),
        Err(invalid) => (&invalid.problems, render(&invalid.problems, &invalid.sources, false)),
    };
    if refused != (case.kind == Kind::Refused) {
        return vec![format!("{}:\n{text}", if refused { "refused" } else { "not refused" })];
    }
    let cited: BTreeSet<&str> = problems.iter().filter_map(|problem| problem.rule).collect();
    let mut decided: BTreeSet<&str> = cited.clone();
    if let (Ok(loaded), Kind::Case | Kind::Counter) = (loaded, case.kind) {
        let log = play(&Arc::new(loaded.setup), 0);
        wrong.extend(unmet(&log));
        decided.extend(log.rules.keys().map(|rule| rule.id));
        decided.extend(log.answers.iter().filter_map(|answer| answer.rule).map(|rule| rule.id));
    }
    for id in &case.rules {
        let decides = kinds.get(id.as_str()) == Some(&RuleKind::Rule);
        let said = decided.contains(id.as_str());
        match case.kind {
            Kind::Counter if decides && said => wrong.push(format!("{id} decided something")),
            Kind::Case if decides && !said => wrong.push(format!("{id} decided nothing: {decided:?}")),
            Kind::Refused | Kind::Warned if !cited.contains(id.as_str()) => {
                wrong.push(format!("{id} is not cited:\n{text}"));
            }
            _ => {}
        }
    }
    wrong
}

/// What did not come as expected.
fn unmet(log: &RunLog) -> Vec<String> {
    let unmet = log.expectations.iter().filter(|expectation| !expectation.met);
    let mut wrong: Vec<String> = unmet.map(|unmet| format!("{}: {}", unmet.text, unmet.value)).collect();
    for answer in &log.answers {
        let got = format!("{} at {}: {:?} {}", answer.command, answer.time, answer.error, answer.message);
        match &answer.expected {
            Some((expected, false)) => wrong.push(format!("{got} {}, not {expected}", answer.response)),
            None if answer.error.is_some() => wrong.push(got),
            _ => {}
        }
    }
    wrong
}

#[test]
fn every_case_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    // A part of the files: `CASES=dynamodb cargo test --test cases`.
    let wanted = std::env::var("CASES").unwrap_or_default();
    files.retain(|path| path.display().to_string().contains(&wanted));
    let mut failed = Vec::new();
    let mut played = 0;
    for path in files {
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        let (common, cases) = read(&std::fs::read_to_string(&path).expect("a text"));
        for case in &cases {
            played += 1;
            let wrong = wrong(&common, case);
            if !wrong.is_empty() {
                failed.push(format!("{file}: {}\n    {}", case.title, wrong.join("\n    ")));
            }
        }
    }
    assert!(played > 0);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
