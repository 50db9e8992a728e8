//! `mrksim explain`: one rule, with its source.

use super::{Exit, output};
use crate::model;
use crate::rulebook::{Basis, RuleRef, TOPICS};
use crate::runlog::parse::nearest;
use clap::Args;

/// The arguments of `mrksim explain`.
#[derive(Args)]
pub struct Arguments {
    /// Rules by their ids (KMS-DEL-3)
    #[arg(required = true, value_name = "RULE")]
    rules: Vec<String>,
}

/// Prints each rule, or says which one may be meant.
pub fn explain(arguments: &Arguments) -> Exit {
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
    if let Some(error) = rule.error {
        lines.push(format!("  refuses with  {error}"));
    }
    for (i, line) in wrapped(source, width - 16).into_iter().enumerate() {
        lines.push(format!("  {:<14}{line}", if i == 0 { known } else { "" }));
    }
    lines.join("\n") + "\n"
}

/// Text in lines of at most `width` characters, broken between words.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        match line.is_empty() || line.chars().count() + 1 + word.chars().count() <= width {
            true => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            false => lines.push(word.to_owned()),
        }
    }
    lines
}
