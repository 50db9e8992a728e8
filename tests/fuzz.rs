//! The fuzzer's entry points on stable: its corpus, every built-in scenario, and so many damaged versions of them. How to
//! run the fuzzer itself: `tests/fuzz/Cargo.toml`.

#[path = "fuzz/entry.rs"]
mod entry;

use mrksim::scenario::STARTER;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use std::fs;
use std::path::{Path, PathBuf};

const EVERYTHING: &str = include_str!("scenarios-good/everything.toml");

/// Every file below a folder of the repository that has this ending, or any.
fn below(folder: &str, ending: Option<&str>) -> Vec<Vec<u8>> {
    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => files(&path, found),
                false => found.push(path),
            }
        }
    }
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    found.sort();
    found.retain(|path| ending.is_none_or(|ending| path.extension().is_some_and(|is| is == ending)));
    found.iter().map(|path| fs::read(path).expect("readable")).collect()
}

/// A place in a text, how much of it goes, and what comes there instead.
fn change(pieces: &'static [&'static str]) -> impl Strategy<Value = (usize, usize, String)> {
    let piece = prop_oneof![3 => prop::sample::select(pieces).prop_map(str::to_owned), 1 => ".{0,8}"];
    (0usize..10_000, 0usize..12, piece)
}

/// What means something in any of the languages, or nearly does.
const PIECES: &[&str] = &[
    "\"",
    "'",
    "\"\"\"",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "=",
    ".",
    ",",
    "\n",
    "#",
    "0",
    "-1",
    "99999999999999999999999",
    "nan",
    "inf",
    "1e400",
    "0s",
    "-5s",
    "3650d",
    "18446744073709551615ns",
    "true",
    "[]",
    "{}",
    "\\",
    "$",
    "$orders",
    "@",
    "@ end",
    "é",
    "🦀",
    "\u{feff}",
    "\r\n",
    "\t",
    "%",
    "for ",
    " = ",
    ">= ",
    "us-east-1",
    "aws kms ",
    "--region ",
    "--key-id ",
    "--policy ",
    "file://",
    "fileb://",
    "1970-01-01",
    "regions",
    "0x7f",
    "\u{0}",
    "*",
    "?",
    "${",
    "}",
    "\"Effect\"",
    "\"Deny\"",
    "\"Condition\"",
    "\"NotPrincipal\"",
    "arn:aws:kms:",
    "ForAllValues:",
    "IfExists",
    "wait ",
    "undo\n",
    "fail us-east-1\n",
    "in 95% of trials",
];

fn changed(text: &[u8], changes: &[(usize, usize, String)]) -> Vec<u8> {
    let mut text = text.to_owned();
    for (at, length, piece) in changes {
        let start = at % (text.len() + 1);
        let end = (start + length).min(text.len());
        text.splice(start..end, piece.bytes());
    }
    text
}

/// So many damaged versions of the seeds, the same at each run.
fn damage(seeds: &[Vec<u8>], cases: u32, entry: fn(&[u8])) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let damaged = (prop::sample::select(seeds.to_vec()), prop::collection::vec(change(PIECES), 1..6));
    let outcome = runner.run(&damaged, |(seed, changes)| {
        entry(&changed(&seed, &changes));
        Ok(())
    });
    if let Err(TestError::Fail(why, (seed, changes))) = outcome {
        panic!("{why}\n{}", String::from_utf8_lossy(&changed(&seed, &changes)));
    }
}

#[test]
fn scenarios() {
    let corpus = below("tests/fuzz/corpus/scenario", None);
    corpus.iter().for_each(|seed| entry::scenario(seed));
    let written =
        [below("scenarios/traps", Some("toml")), below("tests/scenarios-bad", Some("toml"))].concat();
    damage(&[corpus, written].concat(), 600, entry::scenario);
    damage(&[STARTER.into(), EVERYTHING.into()], 1_500, entry::scenario);
}

#[test]
fn commands() {
    let corpus = below("tests/fuzz/corpus/command", None);
    corpus.iter().for_each(|seed| entry::command(seed));
    damage(&corpus, 300, entry::command);
}

#[test]
fn policies() {
    let corpus = below("tests/fuzz/corpus/policy", None);
    corpus.iter().for_each(|seed| entry::policy(seed));
    damage(&corpus, 3_000, entry::policy);
}

#[test]
fn expressions() {
    let corpus = below("tests/fuzz/corpus/expression", None);
    corpus.iter().for_each(|seed| entry::expression(seed));
    damage(&corpus, 3_000, entry::expression);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC*", set in "\\PC*") {
        [entry::scenario, entry::command, entry::policy, entry::expression].iter().for_each(|entry| entry(text.as_bytes()));
        entry::scenario(format!("#set {set}\n{STARTER}").as_bytes());
    }

    #[test]
    fn any_value_anywhere(line in 0usize..200, value in prop::sample::select(&[
        "0", "-1", "true", "\"\"", "\"x\"", "[]", "[1]", "{}", "{ a = 1 }", "1.5", "nan", "inf", "1e999", "\"3650d\"",
        "\"99999999999999999d\"", "\"0/s\"", "\"1e9/s\"", "170141183460469231731687303715884105728", "1979-05-27",
        "[[[[[[[[[[]]]]]]]]]]", "\"$orders\"", "\"aws\"", "\"aws kms\"", "\"wait\"", "\"route a to\"", "\"retry :\"",
    ][..])) {
        let mut lines: Vec<String> = EVERYTHING.lines().map(str::to_owned).collect();
        let line = line % lines.len();
        if let Some((key, _)) = lines[line].split_once('=') {
            lines[line] = format!("{key}= {value}");
        }
        entry::scenario(lines.join("\n").as_bytes());
    }
}

#[test]
fn deep_and_long_texts() {
    for text in [
        "a.".repeat(100_000) + "a = 1",
        format!("[{}a]", "a.".repeat(100_000)),
        "[".repeat(100_000),
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a=".repeat(100_000)),
        format!("regions = [{}]", "\"us-east-1\",".repeat(50_000)),
        "[[timeline]]\n".repeat(50_000),
        format!(
            "duration = \"1h\"\nregions = [\"a\"]\n{}",
            (0..20_000).map(|n| format!("[keys.k{n}]\n")).collect::<String>()
        ),
        "x".repeat(2 << 20),
    ] {
        entry::scenario(text.as_bytes());
    }
    for text in ["[".repeat(100_000), "{\"Statement\":".repeat(20_000), "x".repeat(2 << 20)] {
        entry::policy(text.as_bytes());
        entry::expression(text.as_bytes());
        entry::command(format!("aws kms put-key-policy --policy '{text}'").as_bytes());
    }
}
