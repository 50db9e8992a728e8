//! `mrksim rules`: the rulebook.

use super::{Exit, output};
use crate::model;
use crate::rulebook::RuleRef;
use clap::{Args, ValueEnum};
use serde_json::json;

/// The arguments of `mrksim rules`.
#[derive(Args)]
pub struct Arguments {
    /// What is printed
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Only rules that we know in this way
    #[arg(long, value_name = "KIND")]
    kind: Option<Kind>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Text
    Human,
    /// A JSON array
    Json,
    /// A Markdown table
    Markdown,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// AWS says so
    Documented,
    /// Somebody saw it
    Reported,
    /// Nobody says; we assume it
    Assumed,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Documented => "documented",
            Kind::Reported => "reported",
            Kind::Assumed => "assumed",
        }
    }
}

/// Prints the rules.
pub fn rules(arguments: &Arguments) -> Exit {
    let all = model::rules();
    let wanted = |rule: &RuleRef| arguments.kind.is_none_or(|kind| kind.name() == rule.basis.name());
    let rules: Vec<RuleRef> = all.into_iter().filter(wanted).collect();
    output::print(&match arguments.format {
        Format::Human => human(&rules),
        Format::Json => json(&rules),
        Format::Markdown => markdown(&rules),
    })
}

fn human(rules: &[RuleRef]) -> String {
    let width = output::width().clamp(60, 140);
    let indent = 16;
    let mut text = String::new();
    for rule in rules {
        let answer = rule.error.map_or(String::new(), |error| format!(" -> {error}"));
        let statement = format!("{}{answer} ({})", rule.says, rule.basis.name());
        let lines = super::explain::wrapped(&statement, width - indent);
        for (i, line) in lines.iter().enumerate() {
            let id = if i == 0 { rule.id } else { "" };
            text.push_str(&format!("{id:<indent$}{line}\n"));
        }
    }
    text + &format!("\n{} rules; `mrksim explain ID` shows the source of one.\n", rules.len())
}

fn json(rules: &[RuleRef]) -> String {
    let row = |rule: &RuleRef| {
        json!({
            "id": rule.id,
            "says": rule.says,
            "error": rule.error,
            "basis": rule.basis.name(),
            "source": rule.basis.text(),
        })
    };
    let rows: Vec<_> = rules.iter().map(row).collect();
    format!("{:#}\n", serde_json::Value::Array(rows))
}

fn markdown(rules: &[RuleRef]) -> String {
    let mut text =
        "| Rule | Statement | Error | Basis | Source |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for rule in rules {
        let cell = |text: &str| text.replace('|', "\\|");
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            rule.id,
            cell(rule.says),
            rule.error.map_or(String::new(), |error| format!("`{error}`")),
            rule.basis.name(),
            cell(rule.basis.text()),
        ));
    }
    text
}
