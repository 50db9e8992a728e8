//! The scenario reference in Markdown, made from what the reader accepts.

use super::faults;
use super::shape::{Form, Shape};
use super::whole::SCENARIO;
use crate::runlog::expression::MetricName;
use std::fmt::Write;

const HEAD: &str = "\
# The scenario language

A scenario is a TOML file. It is read strictly: an unknown key is an error, and `mrksim check`
reports every mistake at once, each with its place. What a key takes if it is left out stands in parentheses.
`mrksim schema` prints the same as a JSON Schema, for editors.

- **Durations**: `90s`, `1h30m`, `250ms`, `30d`, `PT10M`; the units are ns, us, ms, s, m, h, d, y (365 days).
- **Distributions**, where a duration may vary: `5s`, `uniform(1s, 5s)`, `exponential(1ms)` (mean),
  `lognormal(3.5ms, 0.5)` (median, sigma), `shifted-lognormal(2ms, 1ms, 0.5)`,
  `quantiles(0: 1ms, 0.5: 3ms, 0.99: 20ms, 1: 80ms)`.
- **Rates**: `50/s`, `3/h`. **Shares**: `0.5` or `\"50%\"`. **Sizes**: `4KiB`.
- **Names** of keys, stores, clients and others are made of `a-z`, `0-9` and `-`.
- **Overlays**, in this order: `extends`, `--with FILE`, one of `[variants.x]`, `--set path=value`. Tables are merged key
  by key, anything else is replaced; timeline entries are found by their `name` (`timeline.outage.for`).

";

/// `docs/SCENARIO.md`.
pub fn reference() -> String {
    let mut writer = Writer { text: HEAD.to_owned(), told: Vec::new() };
    writer.section("The scenario", &SCENARIO, 2);
    writer.faults();
    writer.text + &runbook_steps() + &expressions()
}

struct Writer {
    text: String,
    /// Shapes that have a section, by the address of their keys, with its heading.
    told: Vec<(*const Shape, String)>,
}

impl Writer {
    /// A table of the keys, then a section for each table within it that has none yet.
    fn section(&mut self, heading: &str, shape: &'static Shape, level: usize) {
        self.told.push((shape, heading.to_owned()));
        let _ = writeln!(self.text, "{} {heading}\n", "#".repeat(level));
        self.keys(shape);
        for field in shape.modelled() {
            if let Some((inner, name)) = inner(&field.form, &path(heading, field.name))
                && !self.told.iter().any(|(known, _)| std::ptr::eq(*known, inner))
            {
                self.section(&name, inner, 3);
            }
        }
    }

    fn keys(&mut self, shape: &Shape) {
        self.text += "| key | takes | what it is |\n| --- | --- | --- |\n";
        for field in shape.modelled() {
            let (takes, says) = (cell(&takes(&field.form)), cell(field.says));
            let _ = writeln!(self.text, "| `{}` | {takes} | {says} |", field.name);
        }
        self.text.push('\n');
    }

    fn faults(&mut self) {
        self.text += "## Faults\n\nA fault is a key of a `[[timeline]]` entry, beside `at`, `for`, `every` and `name`: \
                      `region-outage = { region = \"us-east-1\" }`.\nActions of AWS FIS are taken under their own names, \
                      with their own parameters.\n\n";
        for kind in faults::kinds() {
            let _ = writeln!(self.text, "### `{}`\n", kind.name);
            if !kind.aliases.is_empty() {
                let names: Vec<String> = kind.aliases.iter().map(|name| format!("`{name}`")).collect();
                let _ = writeln!(self.text, "In AWS FIS: {}\n", names.join(", "));
            }
            self.keys(kind.shape);
        }
    }
}

/// What stands in a table or list of tables, and how its section is called.
fn inner(form: &Form, path: &str) -> Option<(&'static Shape, String)> {
    match form {
        Form::Table(shape) => Some((shape, format!("`[{path}]`"))),
        Form::List(Form::Table(shape)) => Some((shape, format!("`[[{path}]]`"))),
        Form::Named(each) => inner(each, &format!("{path}.<name>")),
        Form::List(each) => inner(each, path),
        Form::Either(forms) => forms.iter().find_map(|form| inner(form, path)),
        _ => None,
    }
}

/// `[clients.<name>]` and `mix` make `clients.<name>.mix`.
fn path(heading: &str, key: &str) -> String {
    match heading.strip_prefix("`[") {
        Some(within) => format!("{}.{key}", within.trim_start_matches('[').trim_end_matches(['`', ']'])),
        None => key.to_owned(),
    }
}

fn takes(form: &Form) -> String {
    let choices = |all: Vec<String>| all.join(", ");
    match form {
        Form::Text => "text".to_owned(),
        Form::Integer => "whole number".to_owned(),
        Form::Share => "share".to_owned(),
        Form::Factor => "number from 1".to_owned(),
        Form::Price => "US dollars".to_owned(),
        Form::Flag => "`true`, `false`".to_owned(),
        Form::OneOf(all) => choices(all.iter().map(|one| format!("`\"{one}\"`")).collect()),
        Form::OneOfNumbers(all) => choices(all.iter().map(|one| format!("`{one}`")).collect()),
        Form::Duration => "duration".to_owned(),
        Form::Law => "duration or distribution".to_owned(),
        Form::Rate => "rate".to_owned(),
        Form::List(each) => format!("list of {}", takes(each)),
        Form::Table(_) => "table".to_owned(),
        Form::Named(each) => format!("by name: {}", takes(each)),
        Form::Either(forms) => forms.iter().map(takes).collect::<Vec<_>>().join(" or "),
        Form::Any | Form::Later(_) => "anything of the language".to_owned(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn runbook_steps() -> String {
    "## Steps of runbooks\n\n\
     | step | what it does |\n| --- | --- |\n\
     | `wait 5m` | waits: a person needs time |\n\
     | `wait until <expression>` | waits until it holds |\n\
     | `route <client> to <Region>` | new requests of the client go to its instances there |\n\
     | `aws …` | an AWS CLI command; if it is refused, the runbook ends |\n\
     | `retry 30s: aws …` | the same again every 30 s, until it is accepted |\n\n"
        .to_owned()
}

fn expressions() -> String {
    let mut text = "## Expressions\n\n\
        `metric(arguments) [@ time|end] op bound`, in `[expect]`, `when`, `wait until` and the choices of questions. The \
        operators are\n`==`, `!=`, `<`, `<=`, `>`, `>=`; a bound over trials may say in how many: \
        `\">= 99% in 95% of trials\"`. Without `@` a metric is\nthat of the whole run; in brackets stands what may be left \
        out.\n\n| metric | what it is |\n| --- | --- |\n"
        .to_owned();
    for (written, says) in MetricName::MEANINGS {
        let _ = writeln!(text, "| `{written}` | {} |", cell(says));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_schema_is_in_it() {
        let text = reference();
        fn keys(schema: &serde_json::Value, found: &mut Vec<String>) {
            match schema {
                serde_json::Value::Object(object) => {
                    if let Some(properties) = schema["properties"].as_object() {
                        found.extend(properties.keys().cloned());
                    }
                    object.values().for_each(|value| keys(value, found));
                }
                serde_json::Value::Array(all) => all.iter().for_each(|value| keys(value, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        keys(&super::super::schema(), &mut found);
        // Parameters that only FIS templates have.
        found.retain(|key| key != "percentage" && key != "duration");
        assert!(found.len() > 200);
        for key in found {
            assert!(text.contains(&format!("`{key}`")), "{key}");
        }
    }

    #[test]
    fn no_section_is_written_twice() {
        let text = reference();
        let mut headings: Vec<&str> = text.lines().filter(|line| line.starts_with("##")).collect();
        let count = headings.len();
        headings.sort_unstable();
        headings.dedup();
        assert_eq!(headings.len(), count);
    }
}
