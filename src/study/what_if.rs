//! Two runs beside each other: where they part, what follows, which metrics changed, and which rules decided.

use crate::compare::terminal::{more, shown, table};
use crate::report::json::Measured;
use crate::rulebook::{Basis, RuleRef};
use crate::runlog::expression::Value;
use crate::runlog::{Class, RunLog, metrics};
use crate::sim::{Span, Time};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Something that is so in one run and otherwise in the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// From when on.
    pub time: Time,
    /// About what: `us-east-1 Decrypt`, `app reads orders in eu-west-1`, `answers to checkout`.
    pub about: String,
    /// In the first run; `None`: nothing.
    pub before: Option<String>,
    /// In the second.
    pub after: Option<String>,
    /// The rule that decided, in the second run if it has one.
    pub rule: Option<RuleRef>,
}

/// What is known at one time about one thing.
type Known = (String, Option<RuleRef>);

/// Every difference, in the order of time.
pub fn differences(before: &RunLog, after: &RunLog) -> Vec<Difference> {
    let mut found = happenings(before, after);
    found.extend(stretches(&readable(before), &readable(after)));
    found.extend(stretches(&answered(before), &answered(after)));
    found.sort_by_key(|difference| difference.time);
    found
}

/// What happened in one run and not, or otherwise, in the other.
fn happenings(before: &RunLog, after: &RunLog) -> Vec<Difference> {
    let events = |log: &RunLog| {
        let mut rows: BTreeMap<(Time, String), Vec<Known>> = BTreeMap::new();
        // Steps are known by their answers.
        for row in log.events.iter().filter(|row| row.source != "step") {
            let place = row.region.map_or(String::new(), |region| format!("{} ", log.regions[region]));
            // Of an ARN the end says enough.
            let target = row.target.rsplit(':').next().filter(|target| !target.is_empty());
            let target = target.map_or(String::new(), |target| format!(" {target}"));
            let about = format!("{place}{}: {}{target}", row.principal, row.operation);
            let outcome = if row.error.is_empty() { row.outcome.clone() } else { row.error.clone() };
            rows.entry((row.time, about)).or_default().push((outcome, row.rule));
        }
        for answer in &log.answers {
            let about = answer.command.clone();
            let outcome = answer.error.clone().unwrap_or_else(|| "ok".to_owned());
            rows.entry((answer.time, about)).or_default().push((outcome, answer.rule));
        }
        rows
    };
    let (mine, theirs) = (events(before), events(after));
    let keys: BTreeSet<&(Time, String)> = mine.keys().chain(theirs.keys()).collect();
    let text = |known: Option<&Vec<Known>>| {
        known.map(|known| known.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(", "))
    };
    let mut found = Vec::new();
    for key in keys {
        let (a, b) = (mine.get(key), theirs.get(key));
        let (mine, theirs) = (text(a), text(b));
        if mine != theirs {
            let rule = b.or(a).and_then(|known| known.iter().find_map(|(_, rule)| *rule));
            found.push(Difference { time: key.0, about: key.1.clone(), before: mine, after: theirs, rule });
        }
    }
    found
}

/// What is so from each instant on, by what it is about.
type History = BTreeMap<String, Vec<(Time, Known)>>;

/// What each reader can read of each replica, in whole per cent.
fn readable(log: &RunLog) -> History {
    let mut found: History = BTreeMap::new();
    let mut at = 0;
    while at < log.ledger.len() {
        let first = &log.ledger[at];
        let who = |row: &crate::runlog::LedgerRow| (row.time, row.store, row.region, row.reader);
        let rows = log.ledger[at..].iter().take_while(|row| who(row) == who(first)).count();
        let rows = &log.ledger[at..at + rows];
        at += rows.len();
        let all: u64 = rows.iter().map(|row| row.items).sum();
        let share = |class: Class| {
            let items: u64 = rows.iter().filter(|row| row.class == class).map(|row| row.items).sum();
            (100 * items + all / 2) / all.max(1)
        };
        let worst = rows.iter().filter(|row| row.class != Class::Decryptable).max_by_key(|row| row.items);
        let text = match worst {
            Some(row) if share(Class::Decryptable) < 100 => {
                format!(
                    "{} % decryptable, {} % {}",
                    share(Class::Decryptable),
                    share(row.class),
                    row.class.name()
                )
            }
            _ => "100 % decryptable".to_owned(),
        };
        let store = &log.stores[first.store];
        let about = format!(
            "{} reading {} in {}",
            store.readers[first.reader], store.name, log.regions[first.region]
        );
        let rule = worst.map(|row| row.rule).filter(|_| !text.starts_with("100"));
        found.entry(about).or_default().push((first.time, (text, rule)));
    }
    found
}

/// How many requests of each client were answered, minute by minute, in steps of ten per cent.
fn answered(log: &RunLog) -> History {
    let mut found: History = BTreeMap::new();
    for (client, rows) in log.clients.iter().zip(&log.seconds) {
        let mut minutes: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
        for row in rows {
            let minute = minutes.entry(row.second / 60).or_default();
            *minute = (minute.0 + row.good, minute.1 + row.total);
        }
        let history = found.entry(format!("requests of {}", client.name)).or_default();
        for (minute, (good, total)) in minutes {
            let text = match (good, total) {
                (good, total) if good == total => "all answered".to_owned(),
                (0, _) => "none answered".to_owned(),
                (good, total) => match (10 * good + total / 2) / total {
                    10 => "nearly all answered".to_owned(),
                    0 => "hardly any answered".to_owned(),
                    tenths => format!("about {} % answered", 10 * tenths),
                },
            };
            let time = Time::ZERO + Span::secs(60 * minute);
            if history.last().is_none_or(|(_, (last, _))| *last != text) {
                history.push((time, (text, None)));
            }
        }
    }
    found
}

/// When two histories part and what each is then; one entry for each stretch in which they are not the same.
fn stretches(before: &History, after: &History) -> Vec<Difference> {
    let mut found = Vec::new();
    for about in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        let none = Vec::new();
        let (mine, theirs) = (before.get(about).unwrap_or(&none), after.get(about).unwrap_or(&none));
        let times: BTreeSet<Time> = mine.iter().chain(theirs).map(|(time, _)| *time).collect();
        let at = |history: &[(Time, Known)], time: Time| {
            history.iter().rev().find(|(since, _)| *since <= time).map(|(_, known)| known.clone())
        };
        let mut last = None;
        for time in times {
            let (a, b) = (at(mine, time), at(theirs, time));
            let texts = (a.as_ref().map(|known| known.0.clone()), b.as_ref().map(|known| known.0.clone()));
            if texts.0 == texts.1 {
                last = None;
            } else if last.as_ref() != Some(&texts) {
                let rule = b.and_then(|known| known.1).or(a.and_then(|known| known.1));
                let (before, after) = texts.clone();
                found.push(Difference { time, about: about.clone(), before, after, rule });
                last = Some(texts);
            }
        }
    }
    found
}

/// How long the chain of differences may be in a report.
const CHAIN: usize = 14;
/// How many rules of each side are told.
const RULES: usize = 5;

/// The report: `what` names the difference that was asked for.
pub fn report(what: &str, before: &RunLog, after: &RunLog, width: usize) -> String {
    let found = differences(before, after);
    let mut text = format!("{}\nWhat if: {what}\n", before.title);
    let Some(first) = found.first() else {
        return text
            + "\nNothing is different: neither what happens, nor who can read, nor who is answered.\n";
    };
    text += &match first.time {
        Time::ZERO => "\nThe two differ from the start.\n".to_owned(),
        time => format!("\nUntil {time} the two are the same.\n"),
    };
    text += &chain(&found);
    text += &changed(before, after);
    text += &rules(before, after, width);
    text
}

/// The same for scripts; times are seconds, shares 0 to 1.
pub fn json(what: &str, before: &RunLog, after: &RunLog) -> String {
    let differences: Vec<_> = differences(before, after)
        .into_iter()
        .map(|difference| {
            json!({
                "time_s": difference.time.as_secs_f64(),
                "about": difference.about,
                "before": difference.before,
                "after": difference.after,
                "rule": difference.rule.map(|rule| rule.id),
            })
        })
        .collect();
    let (mine, theirs) = (metrics::table(before), metrics::table(after));
    let (mine, theirs): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (mine.into_iter().collect(), theirs.into_iter().collect());
    let names: BTreeSet<&String> = mine.keys().chain(theirs.keys()).collect();
    let value = |of: &BTreeMap<String, Value>, name: &str| of.get(name).map(Measured::of);
    let metrics: BTreeMap<&String, _> = names
        .into_iter()
        .filter(|name| mine.get(*name) != theirs.get(*name))
        .map(|name| (name, json!({ "before": value(&mine, name), "after": value(&theirs, name) })))
        .collect();
    let rules =
        |log: &RunLog| log.rules.iter().map(|(rule, count)| (rule.id, *count)).collect::<BTreeMap<_, _>>();
    let answer = json!({
        "title": before.title,
        "what_if": what,
        "seed": before.seed,
        "differences": differences,
        "metrics": metrics,
        "rules": { "before": rules(before), "after": rules(after) },
    });
    format!("{answer:#}\n")
}

fn chain(found: &[Difference]) -> String {
    let none = || "–".to_owned();
    let mut rows = vec![["  when", "what", "as it is", "what if", "rule"].map(str::to_owned)];
    rows.extend(found.iter().take(CHAIN).map(|difference| {
        let rule = difference.rule.map_or(String::new(), |rule| rule.id.to_owned());
        [
            format!("  {}", difference.time),
            crate::report::cut(&difference.about, 58),
            difference.before.clone().unwrap_or_else(none),
            difference.after.clone().unwrap_or_else(none),
            rule,
        ]
    }));
    let mut text = "\n".to_owned() + &left(&rows);
    if found.len() > CHAIN {
        text += &format!("  … {} more\n", found.len() - CHAIN);
    }
    text
}

/// Columns, all to the left.
fn left(rows: &[[String; 5]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..5).map(width).collect();
    let line = |row: &[String; 5]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// The metrics that changed: those of every report first, then states, errors and others that are texts.
fn changed(before: &RunLog, after: &RunLog) -> String {
    let (mine, theirs): (BTreeMap<String, Value>, BTreeMap<String, Value>) =
        (metrics::table(before).into_iter().collect(), metrics::table(after).into_iter().collect());
    let value =
        |of: &BTreeMap<String, Value>, name: &str| of.get(name).cloned().unwrap_or(Value::NotAvailable);
    let names: BTreeSet<&str> = mine.keys().chain(theirs.keys()).map(String::as_str).collect();
    let differ = |name: &&&str| value(&mine, name) != value(&theirs, name);
    let names: BTreeSet<&str> = names.iter().filter(differ).copied().collect();
    let (mut order, left_out) = shown(names.iter().copied());
    let is_text = |name: &&&str| {
        matches!(value(&mine, name), Value::Text(_)) || matches!(value(&theirs, name), Value::Text(_))
    };
    order.extend(names.iter().filter(is_text).copied());
    let rows: Vec<[String; 3]> = order
        .into_iter()
        .map(|name| [format!("  {name}"), value(&mine, name).to_string(), value(&theirs, name).to_string()])
        .collect();
    if rows.is_empty() {
        return "\nNo metric of the report changed.\n".to_owned();
    }
    let head = ["What it comes to", "as it is", "what if"].map(str::to_owned);
    "\n".to_owned() + &table(std::iter::once(head).chain(rows).collect()) + &more(left_out, "--format json")
}

/// The rules that decided in one of them only.
fn rules(before: &RunLog, after: &RunLog, width: usize) -> String {
    let only = |mine: &RunLog, other: &RunLog| -> Vec<RuleRef> {
        let mut rules: Vec<(RuleRef, u64)> = mine
            .rules
            .iter()
            .filter(|(rule, _)| !other.rules.contains_key(rule))
            .map(|(rule, count)| (*rule, *count))
            .collect();
        rules.sort_by_key(|(rule, count)| (std::cmp::Reverse(*count), rule.id));
        rules.into_iter().map(|(rule, _)| rule).take(RULES).collect()
    };
    let mut text = String::new();
    for (title, rules) in [
        ("Rules that decided only with the change", only(after, before)),
        ("Rules that decided only without it", only(before, after)),
    ] {
        if rules.is_empty() {
            continue;
        }
        text += &format!("\n{title}\n");
        for rule in rules {
            let source = match rule.basis {
                Basis::Documented(source) => source.to_owned(),
                Basis::Reported(source) => format!("reported: {source}"),
                Basis::Assumed(why) => format!("assumed: {why}"),
            };
            for (index, line) in wrapped(rule.says, width.saturating_sub(14)).into_iter().enumerate() {
                text += &format!("  {:<11} {line}\n", if index == 0 { rule.id } else { "" });
            }
            for line in wrapped(&format!("({source})"), width.saturating_sub(14)) {
                text += &format!("  {:<11} {line}\n", "");
            }
        }
    }
    text
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
