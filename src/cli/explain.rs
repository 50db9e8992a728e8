//! `mrksim explain`: an entry of the rulebook, with its source, what sets it, and where it is played.

use super::{Exit, builtin, output};
use crate::model;
use crate::rulebook::{Basis, RuleKind, RuleRef, TOPICS};
use crate::runlog::parse::nearest;
use crate::scenario::knobs;
use crate::study::misconceptions::answered_by;
use crate::study::refusals;
use crate::study::what_if::wrapped;
use clap::Args;
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
}

/// Prints each rule, or says which one may be meant.
pub fn explain(arguments: &Arguments) -> Exit {
    if let Some(dir) = &arguments.run {
        return match refusals::read(dir) {
            Ok(refusals) => output::print(&refusals::told(&refusals, output::width().clamp(60, 110))),
            Err(error) => {
                output::say(&format!("error: {error}\n"));
                Exit::Io
            }
        };
    }
    let all = model::rules();
    let mut text = String::new();
    for wanted in &arguments.rules {
        let Some(rule) = all.iter().find(|rule| rule.id.eq_ignore_ascii_case(wanted)) else {
            let known = nearest(&wanted.to_uppercase(), all.iter().map(|rule| rule.id));
            let help = known
                .map_or("`mrksim rules` lists them all".to_owned(), |id| format!("did you mean `{id}`?"));
            output::say(&format!("error: there is no rule `{wanted}`: {help}\n"));
            return Exit::Usage;
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&explained(*rule));
    }
    output::print(&text)
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
    let knobs = knobs().filter(|(_, says)| names(says, rule.id)).map(|(path, _)| path);
    let scenarios = builtin::all().filter(|(_, text)| names(text, rule.id)).map(|(name, _)| name.to_owned());
    let belief = answered_by(rule.id).map(|switch| format!("{} ({})", switch.says, switch.id));
    let rows = [
        (refuses, rule.error.unwrap_or_default().to_owned()),
        (known, source.to_owned()),
        ("answers", belief.unwrap_or_default()),
        ("set by", knobs.collect::<Vec<_>>().join(", ")),
        ("played in", scenarios.collect::<Vec<_>>().join(", ")),
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
