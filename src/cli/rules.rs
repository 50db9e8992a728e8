//! `mrksim rules`: the rulebook.

use super::{Exit, output};
use crate::model;
use crate::rulebook::{Basis, RuleKind, RuleRef, TOPICS};
use crate::study::cards;
use crate::study::what_if::wrapped;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

/// The arguments of `mrksim rules`.
#[derive(Args)]
pub struct Arguments {
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// For whom: a sheet of what the exams ask, to be printed
    #[arg(long, value_name = "WHO", conflicts_with_all = ["kind", "basis", "format"])]
    audience: Option<Audience>,
    /// Only this kind of entry
    #[arg(long, value_name = "KIND")]
    kind: Option<Kind>,
    /// Only what we know in this way
    #[arg(long, value_name = "BASIS")]
    basis: Option<KnownBy>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Text
    Human,
    /// A JSON array
    Json,
    /// Markdown tables
    Markdown,
}

#[derive(Clone, Copy, ValueEnum)]
enum Audience {
    /// Students
    Study,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Refuses, allows or changes something
    Rule,
    /// Says why; there is nothing to carry out
    Fact,
    /// How long something takes
    Timing,
    /// An open point with its default
    Setting,
    /// A departure from documented behaviour that can be played
    Switch,
    /// A design to compare
    Strategy,
    /// A question of the exams
    Exam,
}

impl Kind {
    fn is(self, kind: RuleKind) -> bool {
        match self {
            Kind::Rule => kind == RuleKind::Rule,
            Kind::Fact => kind == RuleKind::Fact,
            Kind::Timing => kind == RuleKind::Timing,
            Kind::Setting => kind == RuleKind::Setting,
            Kind::Switch => kind == RuleKind::Switch,
            Kind::Strategy => kind == RuleKind::Strategy,
            Kind::Exam => kind == RuleKind::Exam,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum KnownBy {
    /// AWS says so
    Documented,
    /// Somebody saw it
    Reported,
    /// Nobody says; we assume it
    Assumed,
}

impl KnownBy {
    fn name(self) -> &'static str {
        match self {
            KnownBy::Documented => "documented",
            KnownBy::Reported => "reported",
            KnownBy::Assumed => "assumed",
        }
    }
}

/// Prints the entries of the rulebook.
pub fn rules(arguments: &Arguments) -> Exit {
    if let Some(Audience::Study) = arguments.audience {
        return output::print(&cards::sheet(&cards::cards()));
    }
    let wanted = |rule: &RuleRef| {
        arguments.kind.is_none_or(|kind| kind.is(rule.kind))
            && arguments.basis.is_none_or(|basis| basis.name() == rule.basis.name())
    };
    let mut rules: Vec<RuleRef> = model::rules().into_iter().filter(wanted).collect();
    rules.sort_by_key(|rule| rule.reading_order());
    output::print(&match arguments.format {
        Format::Human => human(&rules),
        Format::Json => json(&rules),
        Format::Markdown => markdown(&rules),
    })
}

/// The entries of each topic and kind, under a heading that names the kind if the topic has several.
fn groups(rules: &[RuleRef]) -> impl Iterator<Item = (String, &[RuleRef])> {
    let group = |a: &RuleRef, b: &RuleRef| (a.topic(), a.kind) == (b.topic(), b.kind);
    rules.chunk_by(group).map(|entries| {
        let (topic, kind) = (entries[0].topic(), entries[0].kind);
        let title = TOPICS.get(topic).map_or("Other", |(_, title)| title);
        let several = rules.iter().any(|rule| rule.topic() == topic && rule.kind != kind);
        let heading = if several { format!("{title}: {}", kind.plural()) } else { title.to_owned() };
        (heading, entries)
    })
}

fn human(rules: &[RuleRef]) -> String {
    let width = output::width().clamp(60, 120);
    let indent = 2 + rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (heading, entries) in groups(rules) {
        text.push_str(&format!("{heading}\n"));
        for rule in entries {
            let answer = rule.error.map_or(String::new(), |error| format!(" -> {error}"));
            let basis = match rule.basis {
                Basis::Documented(_) => String::new(),
                other => format!(" ({})", other.name()),
            };
            let statement = format!("{}{answer}{basis}", rule.says);
            for (i, line) in wrapped(&statement, width - indent).iter().enumerate() {
                let id = if i == 0 { rule.id } else { "" };
                text.push_str(&format!("{id:<indent$}{line}\n"));
            }
        }
        text.push('\n');
    }
    text + &wrapped(&counts(rules), width).join("\n") + "\nWhere nothing else is said, AWS documents it.\n"
}

/// How many entries of each kind, and where to read on.
fn counts(rules: &[RuleRef]) -> String {
    let count = |kind: RuleKind| (rules.iter().filter(|rule| rule.kind == kind).count(), kind);
    let kinds = RuleKind::ALL.map(count);
    let words = kinds.iter().filter(|(n, _)| *n > 0).map(|(n, kind)| match n {
        1 => format!("1 {}", kind.name()),
        n => format!("{n} {}", kind.plural()),
    });
    let words = words.collect::<Vec<_>>().join(", ");
    match rules.len() {
        0 => "Nothing of that kind and basis.".to_owned(),
        _ => format!("{words}; `mrksim explain ID` shows the source of one."),
    }
}

fn json(rules: &[RuleRef]) -> String {
    format!("{:#}\n", rules.iter().map(as_json).collect::<Value>())
}

/// An entry of the rulebook.
pub(super) fn as_json(rule: &RuleRef) -> Value {
    json!({
        "id": rule.id,
        "kind": rule.kind.name(),
        "says": rule.says,
        "error": rule.error,
        "basis": rule.basis.name(),
        "source": rule.basis.text(),
    })
}

fn markdown(rules: &[RuleRef]) -> String {
    let mut text = counts(rules) + "\n";
    for (heading, entries) in groups(rules) {
        let answers = entries.iter().any(|rule| rule.error.is_some());
        let (head, line) = if answers { (" Error |", " --- |") } else { ("", "") };
        text.push_str(&format!("\n## {heading}\n\n| Id | Statement |{head} Basis | Source |\n"));
        text.push_str(&format!("| --- | --- |{line} --- | --- |\n"));
        for rule in entries {
            let cell = |text: &str| text.replace('|', "\\|");
            let error = rule.error.map_or(String::new(), |error| format!("`{error}`"));
            let error = if answers { format!(" {error} |") } else { String::new() };
            text.push_str(&format!(
                "| {} | {} |{error} {} | {} |\n",
                rule.id,
                cell(rule.says),
                rule.basis.name(),
                cell(rule.basis.text()),
            ));
        }
    }
    text
}
