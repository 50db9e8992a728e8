//! Trials for people, and how numbers are shown.

use super::stored::is_met;
use super::summary::{self, Summary};
use super::trials::Batch;
use crate::runlog::expression::Value;
use crate::sim::Span;
use std::fmt::Write;

/// The metrics that a report shows, in this order, where they have so many arguments; the files hold all of them.
const SHOWN: [(&str, usize); 12] = [
    ("success", 1),
    ("recovery-time", 1),
    ("data-loss", 1),
    ("writes-lost", 1),
    ("writes-suppressed", 1),
    ("writes-delayed", 1),
    ("writes-pending", 1),
    ("decryptable", 2),
    ("lost", 2),
    ("staleness", 2),
    ("p99", 1),
    ("cost", 0),
];

/// Of each of them, for so many clients or stores.
pub const MOST: usize = 24;

/// The names among these that a report shows, and how many more it would show of a smaller world.
pub fn shown<'a>(names: impl IntoIterator<Item = &'a str>) -> (Vec<&'a str>, usize) {
    let place = |name: &str| {
        let (metric, arguments) = name.split_once('(').unwrap_or((name, ""));
        let count = if arguments.len() > 1 { 1 + arguments.matches(',').count() } else { 0 };
        SHOWN.iter().position(|(known, args)| *known == metric && *args == count)
    };
    let mut found: Vec<(usize, &str)> =
        names.into_iter().filter_map(|name| Some((place(name)?, name))).collect();
    found.sort_unstable();
    found.dedup();
    let all = found.len();
    let first = found.chunk_by(|a, b| a.0 == b.0).flat_map(|kind| kind.iter().take(MOST));
    let first: Vec<&str> = first.map(|(_, name)| *name).collect();
    let left_out = all - first.len();
    (first, left_out)
}

/// What is said of metrics that are left out, if any are.
pub fn more(left_out: usize, file: &str) -> String {
    if left_out > 0 { format!("… {left_out} more, in {file}\n") } else { String::new() }
}

/// `1 trial`, `40 trials`.
pub fn of_trials(count: usize) -> String {
    if count == 1 { "1 trial".to_owned() } else { format!("{count} trials") }
}

/// A number of a unit (`share`, `s`, `USD`, else plain) as a value is shown.
pub fn show(number: f64, unit: &str) -> String {
    let sign = if number < 0.0 { "-" } else { "" };
    let size = number.abs();
    match unit {
        _ if number.is_infinite() => "not recovered".to_owned(),
        "share" => format!("{sign}{}", Value::Share(size)),
        "s" => format!("{sign}{}", Value::Duration(rounded(size))),
        "USD" => format!("{sign}{}", Value::Money(size)),
        _ => format!("{sign}{}", libm::round(size * 100.0) / 100.0),
    }
}

/// A duration of seconds, without more digits than a mean can mean: three.
fn rounded(seconds: f64) -> Span {
    let nanos = seconds * 1e9;
    let step = match nanos {
        nanos if nanos >= 60e9 => 1e9,
        nanos if nanos > 0.0 => libm::pow(10.0, (libm::floor(libm::log10(nanos)) - 2.0).max(0.0)),
        _ => 1.0,
    };
    Span((libm::round(nanos / step) * step) as u64)
}

/// What a batch came to.
pub fn trials(batch: &Batch) -> String {
    let mut text = String::new();
    let range = match (batch.trials.first(), batch.trials.last()) {
        (Some(first), Some(last)) => format!("{} to {}", first.number, last.number),
        _ => "none".to_owned(),
    };
    let variant = batch.variant.as_ref().map(|variant| format!(" · variant {variant}")).unwrap_or_default();
    let count = batch.trials.len();
    let partial = if batch.partial { ", interrupted" } else { "" };
    let _ = writeln!(text, "{}", batch.title);
    let _ = writeln!(
        text,
        "{}{variant} · {count} trials ({range}{partial}) · seed {} · rule set {}\n",
        batch.name, batch.seed, batch.rule_set
    );
    for (index, one) in batch.expected.iter().enumerate() {
        let held = batch.trials.iter().filter(|trial| trial.met[index]).count();
        let mark = if is_met(held as u64, count as u64, one.share) { "✓" } else { "✗" };
        let _ = writeln!(text, "  {mark} {}: {held} of {count} trials", one.text);
    }
    if !batch.expected.is_empty() {
        text.push('\n');
    }
    let (names, left_out) = shown(batch.names());
    let rows = names.into_iter().map(|name| row(name, &summary::of(batch, name)));
    let head = ["metric", "mean", "95 % interval", "5 %", "median", "95 %"].map(str::to_owned);
    text + &table(std::iter::once(head).chain(rows).collect()) + &more(left_out, "summary.json")
}

/// A metric: name, mean, interval, quantiles.
pub fn row(name: &str, summary: &Summary) -> [String; 6] {
    let unit = summary.unit.as_str();
    let one = |number: Option<f64>| number.map_or("–".to_owned(), |number| show(number, unit));
    let quantile = |index: usize| match summary.quantiles {
        Some(quantiles) => show(quantiles[index].unwrap_or(f64::INFINITY), unit),
        None => "–".to_owned(),
    };
    let interval = match (summary.interval, summary.never) {
        (Some((low, high)), _) => format!("{} to {}", show(low, unit), show(high, unit)),
        (None, 0) => "–".to_owned(),
        (None, never) => format!("not recovered in {never} of {}", summary.trials),
    };
    [name.to_owned(), one(summary.mean), interval, quantile(1), quantile(2), quantile(3)]
}

/// Columns, the first to the left, the others to the right.
pub fn table<R: AsRef<[String]>>(rows: Vec<R>) -> String {
    let mut widths = vec![0; rows.first().map_or(0, |row| row.as_ref().len())];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row.as_ref()) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        for (column, (cell, width)) in row.as_ref().iter().zip(&widths).enumerate() {
            let pad = " ".repeat(width - cell.chars().count());
            let _ = match column {
                0 => write!(text, "{cell}{pad}"),
                _ => write!(text, "  {pad}{cell}"),
            };
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_metrics_of_a_kind_some_are_shown_and_the_rest_counted() {
        let mut names: Vec<String> = (0..MOST + 6).map(|client| format!("success(c{client:02})")).collect();
        names.extend(["p99(c00)", "p99(c00, read)", "items(s, us-east-1)"].map(str::to_owned));
        let (first, left_out) = shown(names.iter().map(String::as_str));
        assert_eq!((first.len(), left_out), (MOST + 1, 6), "{first:?}");
        assert_eq!((first[0], first[MOST - 1], first[MOST]), ("success(c00)", "success(c23)", "p99(c00)"));
        assert_eq!(more(left_out, "summary.json"), "… 6 more, in summary.json\n");
        assert_eq!(more(0, "summary.json"), "");
    }
}
