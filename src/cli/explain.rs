//! `mrksim explain`: an entry of the rulebook, with its source, what sets it, and where it is played.

use super::output::Format;
use super::{Exit, builtin, output, rules};
use crate::model;
use crate::rulebook::{Basis, RuleKind, RuleRef, TOPICS};
use crate::runlog::parse::nearest;
use crate::scenario::knobs;
use crate::study::misconceptions::answered_by;
use crate::study::refusals;
use crate::study::what_if::wrapped;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// The arguments of `mrksim explain`.
#[derive(Args)]
pub struct Arguments {
    /// Entries by their ids (KMS-DEL-3)
    #[arg(required_unless_present = "run", value_name = "RULE")]
    rules: Vec<String>,
    /// Explain every refusal of a run, from what `mrksim run` wrote there
    #[arg(long, value_name = "DIR", conflicts_with = "rules")]
    run: Option<PathBuf>,
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

/// Prints each rule, or says which one may be meant.
pub fn explain(arguments: &Arguments) -> Exit {
    if let Some(dir) = &arguments.run {
        return match refusals::read(dir) {
            Ok(refusals) => output::print(&match arguments.format {
                Format::Human => refusals::told(&refusals, output::width().clamp(60, 110)),
                Format::Json => refusals::json(&refusals),
            }),
            Err(error) => {
                output::say(&format!("error: {error}\n"));
                Exit::Io
            }
        };
    }
    let all = model::rules();
    let mut found = Vec::new();
    for wanted in &arguments.rules {
        let Some(rule) = all.iter().find(|rule| rule.id.eq_ignore_ascii_case(wanted)) else {
            let known = nearest(&wanted.to_uppercase(), all.iter().map(|rule| rule.id));
            let help = known
                .map_or("`mrksim rules` lists them all".to_owned(), |id| format!("did you mean `{id}`?"));
            output::say(&format!("error: there is no rule `{wanted}`: {help}\n"));
            return Exit::Usage;
        };
        found.push(*rule);
    }
    output::print(&match arguments.format {
        Format::Human => found.into_iter().map(explained).collect::<Vec<_>>().join("\n"),
        Format::Json => format!("{:#}\n", found.into_iter().map(as_json).collect::<Value>()),
    })
}

/// What sets it, by path.
fn set_by(rule: RuleRef) -> Vec<String> {
    knobs().filter(|(_, says)| names(says, rule.id)).map(|(path, _)| path).collect()
}

/// The built-in scenarios that play it.
fn played_in(rule: RuleRef) -> Vec<&'static str> {
    builtin::all().filter(|(_, text)| names(text, rule.id)).map(|(name, _)| name).collect()
}

fn as_json(rule: RuleRef) -> Value {
    let mut entry = rules::as_json(&rule);
    entry["answers"] = json!(answered_by(rule.id).map(|switch| switch.id));
    entry["set_by"] = json!(set_by(rule));
    entry["played_in"] = json!(played_in(rule));
    entry
}

fn explained(rule: RuleRef) -> String {
    let width = output::width().clamp(60, 100);
    let (known, source) = match rule.basis {
        Basis::Documented(source) => ("documented", source),
        Basis::Reported(source) => ("reported", source),
        Basis::Assumed(source) => ("assumed", source),
    };
    let title = TOPICS.get(rule.topic()).map_or("", |(_, title)| title);
    let mut lines = vec![format!("{} · {} · {title}", rule.id, rule.kind.name()), String::new()];
    lines.extend(wrapped(rule.says, width - 2).into_iter().map(|line| format!("  {line}")));
    lines.push(String::new());
    let refuses = if rule.kind == RuleKind::Rule { "refuses with" } else { "error" };
    let belief = answered_by(rule.id).map(|switch| format!("{} ({})", switch.says, switch.id));
    let rows = [
        (refuses, rule.error.unwrap_or_default().to_owned()),
        (known, source.to_owned()),
        ("answers", belief.unwrap_or_default()),
        ("set by", set_by(rule).join(", ")),
        ("played in", played_in(rule).join(", ")),
    ];
    for (label, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
        for (i, line) in wrapped(text, width - 16).into_iter().enumerate() {
            lines.push(format!("  {:<14}{line}", if i == 0 { label } else { "" }));
        }
    }
    lines.join("\n") + "\n"
}

/// Whether a text names an id: KMS-UPR-1 is not in KMS-UPR-10.
fn names(text: &str, id: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|word| word == id)
}
