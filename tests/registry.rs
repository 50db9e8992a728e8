//! The rulebook is whole: every id of the list is stated once and with its kind, every rule has a case that keeps it
//! and one that breaks it, and nothing decides by a fact.
//!
//! The cases are those of the tables (`*.rules`, `*.table` and `*.cases`, anywhere under `tests/`), whose formats
//! `tests/rules/table.rs` and `tests/cases.rs` give; each table is played by a test of its own, so here it is enough to
//! read their heads and refusals.

use mrksim::model;
use mrksim::rulebook::{RuleKind, RuleRef, TOPICS};
use mrksim::scenario::schema;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What no table can show, and the test that does.
const SHOWN_BY_CODE: &[(&str, &str, &str)] = &[
    ("KMS-EX-73", "tests/trail.rs", "it_says_what_cloudtrail_says"),
    ("KMS-EX-74", "tests/trail.rs", "it_says_what_cloudtrail_says"),
    ("KMS-QUO-21", "tests/rules.rs", "fifty_first_alias"),
    ("KMS-QUO-22", "tests/rules.rs", "fifty_thousand_and_first_grant"),
    ("KMS-ROT-8", "tests/rules/material.rs", "twenty_sixth_rotation"),
    ("KMS-IMP-14", "tests/rules/material.rs", "hmac_keys_are_given_the_same_material_again"),
];

/// How the ids of the data plane's rulebook begin.
const DATA_PLANE: [&str; 17] = [
    "DDB-", "AUR-", "S3-", "SNP-", "RDS-", "BKP-", "SEC-", "DR-", "CP-", "R53-", "ARC-", "DNS-", "NET-",
    "LAT-", "FIS-", "HUB-", "PRC-",
];

/// Both lists of ids, with the kind of each, in their order.
fn listed() -> Vec<(String, String)> {
    let texts =
        ["tests/rulebook/kms-ids.txt", "tests/rulebook/data-plane-ids.txt"].map(|path| read(Path::new(path)));
    let lines = texts.iter().flat_map(|text| text.lines());
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (id, kind) = (words.next().expect("an id"), words.next().expect("a kind"));
        assert_eq!(words.next(), None, "{line}");
        (id.to_owned(), kind.to_owned())
    };
    lines.map(line).collect()
}

fn read(path: &Path) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files under a folder with that ending, in order.
fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut folders, mut found) = (vec![root.join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == extension) {
                let text = fs::read_to_string(&path).expect("a text");
                found.push((path.strip_prefix(root).expect("below").to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// Whether an id belongs to one of the lists.
fn is_of_the_rulebooks(id: &str) -> bool {
    id.starts_with("KMS-") || DATA_PLANE.iter().any(|prefix| id.starts_with(prefix))
}

/// The rules with ids of the lists.
fn rulebook() -> Vec<RuleRef> {
    model::rules().into_iter().filter(|rule| is_of_the_rulebooks(rule.id)).collect()
}

/// The rules that must be shown: those of the lists, and our own about KMS.
fn must_be_shown() -> Vec<RuleRef> {
    let ours = |rule: &RuleRef| is_of_the_rulebooks(rule.id) || rule.id.starts_with("SIM-KMS-");
    let rules = model::rules().into_iter().filter(ours);
    rules.filter(|rule| rule.kind == RuleKind::Rule).collect()
}

/// An id of the list, or one of several rules into which such an id is split: KMS-UPR-4a.
fn original(id: &str) -> &str {
    id.trim_end_matches(|c: char| c.is_ascii_lowercase())
}

#[test]
fn every_id_is_stated_once_and_with_its_kind() {
    let (listed, rules) = (listed(), rulebook());
    let mut wrong = Vec::new();
    for (id, expected) in &listed {
        let stated: Vec<&RuleRef> = rules.iter().filter(|rule| rule.id == id).collect();
        match stated[..] {
            [] => wrong.push(format!("{id} is missing")),
            [rule] if rule.kind.name() != expected => {
                wrong.push(format!("{id} is a {}, not a {expected}", rule.kind.name()));
            }
            [_] => {}
            _ => wrong.push(format!("{id} is stated {} times", stated.len())),
        }
    }
    let known: BTreeSet<&str> = listed.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(known.len(), listed.len(), "an id is listed twice");
    wrong.extend(
        rules
            .iter()
            .filter(|rule| !known.contains(original(rule.id)))
            .map(|rule| format!("{} is not in the list: what is ours is called SIM-…", rule.id)),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the tables say of rules.
#[derive(Default)]
struct Cases {
    /// Named by a `case`, or by a scenario that is refused or warned of.
    kept: BTreeSet<String>,
    /// Named by a `counter` case, or refusing a command.
    broken: BTreeSet<String>,
}

/// The words of a line that are rules' ids.
fn ids(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
        .filter(|word| {
            (is_of_the_rulebooks(word) || word.starts_with("SIM-"))
                && word.ends_with(|c: char| c.is_ascii_alphanumeric())
        })
        .map(str::to_owned)
}

fn cases() -> Cases {
    let mut cases = Cases::default();
    let tables = [files("tests", "rules"), files("tests", "table"), files("tests", "cases")].concat();
    assert!(tables.len() > 5);
    for line in tables.iter().flat_map(|(_, text)| text.lines()) {
        let head = |word: &str| line.strip_prefix(word).and_then(|rest| rest.split(':').next());
        // `=> Error RULE`, or `= Error RULE` of what a keyring is told.
        let refusal = line.split_once(" => ").or_else(|| line.split_once(" = "));
        let refusal = refusal.filter(|_| !line.starts_with(['#', ' ']));
        if let Some(rules) = head("case ").or_else(|| head("warned ")).or_else(|| head("refused ")) {
            cases.kept.extend(ids(rules));
        } else if let Some(rules) = head("counter ") {
            cases.broken.extend(ids(rules));
        } else if let Some((_, answer)) = refusal {
            let mut words = answer.split_whitespace();
            if words.next().is_some_and(|word| word != "ok") {
                cases.broken.extend(words.next().into_iter().flat_map(ids));
            }
        }
    }
    for (id, file, function) in SHOWN_BY_CODE {
        assert!(read(Path::new(file)).contains(&format!("fn {function}(")), "{file} has no {function}");
        cases.kept.insert((*id).to_owned());
        cases.broken.insert((*id).to_owned());
    }
    cases
}

#[test]
fn every_rule_has_a_case_that_keeps_it_and_one_that_breaks_it() {
    let cases = cases();
    let mut lacking = Vec::new();
    for rule in must_be_shown() {
        let has = |set: &BTreeSet<String>| set.contains(rule.id);
        match (has(&cases.kept), has(&cases.broken)) {
            (true, true) => {}
            (false, _) => lacking.push(format!("{}: no `case` names it", rule.id)),
            (true, false) => {
                lacking.push(format!("{}: no refusal by it, and no `counter` names it", rule.id))
            }
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

/// The vocabulary of faults: (name, parameters).
fn vocabulary() -> Vec<(String, Vec<String>)> {
    let text = read(Path::new("tests/rulebook/faults.txt"));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let line = |line: &str| {
        let (name, params) = line.split_once(':').expect("name: parameters");
        (name.to_owned(), params.split_whitespace().map(str::to_owned).collect())
    };
    lines.map(line).collect()
}

/// Faults that the program refuses, and says why.
const REFUSED: &[&str] = &["custom-key-store-disconnected"];

#[test]
fn the_language_has_every_fault_with_its_parameters() {
    let entry = &schema()["properties"]["timeline"]["items"]["properties"];
    let vocabulary = vocabulary();
    assert_eq!(vocabulary.len(), 48);
    let mut lacking = Vec::new();
    for (name, params) in &vocabulary {
        let known = entry[name]["properties"].as_object();
        match (known, REFUSED.contains(&name.as_str())) {
            (None, true) => {
                assert!(read(Path::new("docs/MODEL.md")).contains(name), "{name} is undocumented")
            }
            (Some(known), false) => {
                let unknown = params.iter().filter(|param| !known.contains_key(*param));
                lacking.extend(unknown.map(|param| format!("{name} has no {param}")));
            }
            (known, _) => lacking.push(format!("{name} is there: {}", known.is_some())),
        }
    }
    assert_eq!(lacking, [""; 0]);
}

/// Faults that pass by themselves, or whose work nobody undoes: they have no lift.
const WITHOUT_LIFT: &[&str] = &[
    "region-loss",
    "writer-failover",
    "data-corruption",
    "bulk-delete",
    "ransom-reencrypt",
    "key-deleted",
    "key-material-expired",
    "grant-revoked",
    "account-compromise",
    "account-closed",
    "home-region-dependency",
];

/// Every fault is started in a case, a test or a scenario, and lifted in one, if it can be.
#[test]
fn every_fault_is_started_and_lifted() {
    let texts = [files("tests", "cases"), files("tests", "rs"), files("scenarios", "toml")].concat();
    let entries: Vec<String> = texts
        .iter()
        .flat_map(|(_, text)| text.split("[[timeline]]").skip(1))
        .map(|entry| {
            entry
                .trim_start()
                .lines()
                .take_while(|line| !line.trim().is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    let mut lacking = Vec::new();
    for name in vocabulary().into_iter().map(|(name, _)| name) {
        let plays = |entry: &&String| entry.contains(&format!(" {name} = {{"));
        let lifts = |entry: &&String| {
            entry.split_whitespace().collect::<Vec<_>>().windows(2).any(|two| two == ["for", "="])
        };
        let (started, lifted) =
            (entries.iter().filter(plays).count(), entries.iter().filter(plays).filter(lifts).count());
        if started == 0 && !REFUSED.contains(&name.as_str()) {
            lacking.push(format!("{name} is never started"));
        } else if started > 0 && lifted == 0 && !WITHOUT_LIFT.contains(&name.as_str()) {
            lacking.push(format!("{name} is never lifted"));
        }
    }
    assert_eq!(lacking, [""; 0]);
}

/// Questions that no run decides: AWS managed keys and what KMS never hands out (26, 79), volumes (76) and
/// advice (77).
const ANSWERED_BY_SOURCES: &[u32] = &[26, 76, 77, 79];

#[test]
fn every_question_is_answered_by_a_case_or_a_scenario() {
    let cases = cases();
    let scenarios = files("scenarios", "toml");
    let played: BTreeSet<String> = scenarios.iter().flat_map(|(_, text)| ids(text)).collect();
    let number = |rule: &RuleRef| rule.id.strip_prefix("KMS-EX-").and_then(|n| n.parse::<u32>().ok());
    let (mut questions, mut lacking) = (0, Vec::new());
    for rule in rulebook().into_iter().filter(|rule| rule.kind == RuleKind::Exam) {
        let number = number(&rule).unwrap_or_else(|| panic!("{} has no number", rule.id));
        let shown =
            cases.kept.contains(rule.id) || cases.broken.contains(rule.id) || played.contains(rule.id);
        questions += 1;
        if !shown && !ANSWERED_BY_SOURCES.contains(&number) {
            lacking.push(format!("{}: no case and no scenario names it", rule.id));
        }
    }
    assert!(questions >= 80, "{questions}");
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

#[test]
fn tables_and_sources_name_rules_that_exist() {
    let mut known: BTreeSet<String> = model::rules().iter().map(|rule| rule.id.to_owned()).collect();
    known.extend(listed().into_iter().map(|(id, _)| id));
    let cases = cases();
    let mut unknown: Vec<String> =
        cases.kept.iter().chain(&cases.broken).filter(|id| !known.contains(*id)).cloned().collect();
    for rule in model::rules() {
        let named = ids(rule.basis.text()).chain(ids(rule.says)).filter(|id| !known.contains(id));
        unknown.extend(named.map(|id| format!("{id}, named by {}", rule.id)));
    }
    assert_eq!(unknown, [""; 0]);
}

/// The constants of what only explains: (name, id).
fn constants_of_facts(rule_files: &[&(PathBuf, String)]) -> BTreeMap<String, String> {
    let kinds: BTreeMap<&str, RuleKind> = model::rules().iter().map(|rule| (rule.id, rule.kind)).collect();
    let mut found = BTreeMap::new();
    for line in rule_files.iter().flat_map(|(_, text)| text.lines()) {
        let Some((name, rest)) = line.trim().split_once(" = \"") else { continue };
        let id = rest.split('"').next().unwrap_or_default();
        let explains = |kind: &RuleKind| {
            matches!(kind, RuleKind::Fact | RuleKind::Timing | RuleKind::Strategy | RuleKind::Exam)
        };
        if kinds.get(id).is_some_and(explains) {
            let name = name.split(':').next().unwrap_or_default().trim();
            found.insert(name.to_owned(), id.to_owned());
        }
    }
    found
}

#[test]
fn nothing_decides_by_a_fact() {
    let sources = files("src", "rs");
    let states = |(_, text): &&(PathBuf, String)| text.contains("\ncrate::rules! {");
    let rule_files: Vec<_> = sources.iter().filter(states).collect();
    let facts = constants_of_facts(&rule_files);
    assert!(rule_files.len() > 8 && facts.len() > 8);
    let mut cited = Vec::new();
    for (path, text) in sources.iter().filter(|source| !states(source)) {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let named = words.filter_map(|word| facts.get(word));
        cited.extend(named.map(|id| format!("{} cites {id}, which is a fact", path.display())));
    }
    assert_eq!(cited, [""; 0]);
}

#[test]
fn every_rule_belongs_to_a_topic() {
    let homeless = model::rules().into_iter().filter(|rule| rule.topic() == TOPICS.len());
    assert_eq!(homeless.map(|rule| rule.id).collect::<Vec<_>>(), [""; 0]);
}
