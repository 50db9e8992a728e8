//! The built-in questions: each is answered by its run, by as many choices as it says, under any seed; together they cover
//! the exam facts that a run can decide, and the twelve traps.

#[expect(dead_code, reason = "other tests need more of it")]
mod common;

use common::setup;
use mrksim::model;
use mrksim::rulebook::RuleKind;
use mrksim::scenario::{Request, Source, load, render};
use mrksim::sim::Time;
use mrksim::study::quiz;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Facts that no run decides: they are cards only.
const CARDS_ONLY: [&str; 4] = ["KMS-EX-26", "KMS-EX-76", "KMS-EX-77", "KMS-EX-79"];

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/quiz");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the questions")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    files
}

#[test]
fn every_question_is_answered_by_its_run() {
    let files = files();
    assert!(files.len() >= 110, "{}", files.len());
    let mut wrong = Vec::new();
    for file in &files {
        for seed in [None, Some(4_711)] {
            let request = Request { seed, ..Request::new(Source::Path(file.clone())) };
            let name = file.file_stem().expect("a name").to_string_lossy();
            let setup = match load(&request) {
                Ok(loaded) => Arc::new(loaded.setup),
                Err(invalid) => {
                    wrong.push(format!("{name}:\n{}", render(&invalid.problems, &invalid.sources, false)));
                    continue;
                }
            };
            let Some(question) = &setup.question else {
                wrong.push(format!("{name} asks nothing"));
                continue;
            };
            let log = model::run_until(&setup, 0, Time::ZERO + setup.duration);
            match quiz::key(question, &log) {
                None => {
                    let value = |one: &model::setup::Expectation| {
                        let value = mrksim::runlog::metrics::evaluate(&log, &one.expression);
                        format!("{} came to {value}", one.text)
                    };
                    let holds = question.choices.iter().flat_map(|choice| &choice.holds);
                    let values: Vec<String> = holds.map(value).collect();
                    wrong.push(format!("{name}: a choice has no value: {}", values.join("; ")));
                }
                Some(came) => {
                    let holds = came.iter().filter(|came| came.holds).count();
                    if holds != question.correct {
                        let all = question.choices.iter().zip(&came);
                        let all = all.map(|(choice, came)| {
                            format!("{} ({}: {:?})", choice.text, came.holds, came.values)
                        });
                        wrong.push(format!(
                            "{name}: {holds} of {} hold: {}",
                            question.correct,
                            all.collect::<Vec<_>>().join("; ")
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_exam_fact_that_a_run_decides_and_every_trap_is_asked_about() {
    let mut facts: BTreeSet<String> = BTreeSet::new();
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for file in files() {
        let setup = setup(&Request::new(Source::Path(file.clone())));
        let question = setup.question.clone().expect("a question");
        let name = file.display().to_string();
        let before = texts.insert(question.text.clone(), name.clone());
        assert_eq!(before, None, "{name} asks the same");
        let choices: BTreeSet<&str> = question.choices.iter().map(|choice| choice.text.as_str()).collect();
        assert_eq!(choices.len(), question.choices.len(), "{name} has a choice twice");
        let written = |choice: &model::setup::Choice| {
            choice.holds.iter().map(|one| one.text.clone()).collect::<Vec<_>>()
        };
        let expressions: BTreeSet<Vec<String>> = question.choices.iter().map(written).collect();
        assert_eq!(expressions.len(), question.choices.len(), "{name} checks something twice");
        assert!(!question.facts.is_empty(), "{name} is about nothing");
        facts.extend(question.facts);
    }
    let exam = model::rules().into_iter().filter(|rule| rule.kind == RuleKind::Exam).map(|rule| rule.id);
    let missing: Vec<&str> = exam.filter(|id| !CARDS_ONLY.contains(id) && !facts.contains(*id)).collect();
    assert_eq!(missing, [""; 0], "exam facts without a question");
    let names: Vec<String> =
        files().iter().map(|file| file.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
    for trap in 1..=12 {
        let prefix = format!("trap-{trap}-");
        assert!(names.iter().any(|name| name.starts_with(&prefix)), "no question about trap {trap}");
    }
}

/// Nobody passes by always choosing the same letter.
#[test]
fn no_letter_is_right_too_often() {
    let mut letters: BTreeMap<char, usize> = BTreeMap::new();
    for file in files() {
        let setup = setup(&Request::new(Source::Path(file)));
        let question = setup.question.as_ref().expect("a question");
        let log = model::run_until(&setup, 0, Time::ZERO + setup.duration);
        let came = quiz::key(question, &log).expect("an answer");
        if let (1, Some(right)) = (question.correct, came.iter().position(|came| came.holds)) {
            *letters.entry(quiz::letter(right)).or_default() += 1;
        }
    }
    let all: usize = letters.values().sum();
    let most = letters.iter().max_by_key(|(_, times)| **times).expect("a question with one answer");
    assert!(most.1 * 100 <= all * 35, "{most:?} of {all}: {letters:?}");
}

/// A choice with several expressions holds if all of them do.
#[test]
fn a_choice_may_say_several_things() {
    let text = r#"
        title = "A question"
        duration = "1h"
        regions = ["us-east-1", "eu-west-1"]
        [question]
        text = "What is there?"
        topic = "basics"
        correct = 2
        [[question.choice]]
        text = "Two keys that are Enabled."
        holds = ["state(k, us-east-1) @ 1m == Enabled", "state(k, eu-west-1) @ 1m == Enabled"]
        [[question.choice]]
        text = "An Enabled key and a Disabled one."
        holds = ["state(k, us-east-1) @ 1m == Enabled", "state(k, eu-west-1) @ 1m == Disabled"]
        [[question.choice]]
        text = "A Disabled key and an Enabled one."
        holds = ["state(k, us-east-1) @ 1m == Disabled", "state(k, eu-west-1) @ 1m == Enabled"]
        [[question.choice]]
        text = "A primary key in us-east-1."
        holds = "primary(k) == us-east-1"
        [keys.k]
        kind = "multi-region"
        primary = "us-east-1"
        replicas = ["eu-west-1"]
    "#;
    let setup = setup(&Request::new(Source::Text { name: "question.toml".into(), text: text.into() }));
    let question = setup.question.as_ref().expect("a question");
    let log = model::run_until(&setup, 0, Time::ZERO + setup.duration);
    let came = quiz::key(question, &log).expect("an answer");
    assert_eq!(came.iter().map(|came| came.holds).collect::<Vec<_>>(), [true, false, false, true]);
    assert_eq!(came.iter().map(|came| came.values.len()).collect::<Vec<_>>(), [2, 2, 2, 1]);
    let shown = quiz::shown(question, &came, &[0, 1, 2, 3], &log, 100);
    let both = "  ✗ b) state(k, us-east-1) @ 1m == Enabled — it came to Enabled\n   \
                and state(k, eu-west-1) @ 1m == Disabled — it came to Enabled\n";
    assert!(shown.contains(both), "{shown}");
}

/// Whoever stops at the second question has answered the first.
#[test]
fn an_answer_is_kept_before_the_next_question_is_asked() {
    let progress = Path::new(env!("CARGO_TARGET_TMPDIR")).join("quiz-progress.toml");
    let _ = std::fs::remove_file(&progress);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mrksim"))
        .args(["quiz", "cost", "--progress"])
        .arg(&progress)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    child.stdin.as_mut().expect("its input").write_all(b"a\n").expect("an answer");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let second = lines.map(|line| line.expect("a line")).find(|line| line.starts_with("2 of "));
    let kept = std::fs::read_to_string(&progress);
    child.kill().expect("it waits for an answer");
    child.wait().expect("it ended");
    assert!(second.is_some());
    let kept: quiz::Progress = toml::from_str(&kept.expect("the progress")).expect("a progress");
    assert_eq!(kept.questions.values().map(|score| score.asked).sum::<u32>(), 1);
}
