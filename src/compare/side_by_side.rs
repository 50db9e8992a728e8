//! Variants beside each other, for people: which objectives each meets, and by how much it differs from a reference.

use super::difference::{self, Difference, Verdict};
use super::stored::is_met;
use super::summary::{self, Summary};
use super::terminal::{MOST, more, row, show, shown, table};
use super::trials::Batch;
use super::{availability, statistics};
use crate::runlog::expression::Value;
use std::collections::BTreeSet;
use std::fmt::Write;

/// With more variants than this, only what can be told apart gets a sentence of its own.
const FEW: usize = 6;

/// The whole comparison.
pub fn comparison(reference: &Batch, others: &[&Batch]) -> String {
    let all: Vec<&Batch> = std::iter::once(reference).chain(others.iter().copied()).collect();
    let mut text = format!(
        "{}\n{} trials each · seed {} · rule set {} · the same random numbers for all\n",
        reference.title,
        reference.trials.len(),
        reference.seed,
        reference.rule_set
    );
    text += &objectives(&all);
    let mut same = Vec::new();
    let (names, left_out) = shown(all.iter().flat_map(|batch| batch.names()));
    for name in names {
        let differences: Vec<(&Batch, Difference)> =
            others.iter().map(|other| (*other, difference::of(reference, other, name))).collect();
        match differences.iter().all(|(_, difference)| difference.verdict == Verdict::Same) {
            true => same.push(name),
            false => text += &metric(name, reference, &differences),
        }
    }
    text += &more(left_out, "comparison.csv");
    text += &latencies(&all);
    if !same.is_empty() {
        let bound = Value::Share(statistics::rule_of_three(reference.trials.len() as u64));
        let _ = writeln!(
            text,
            "\nThe same in every trial (a difference in more than {bound} of all trials is unlikely): {}",
            same.join(", ")
        );
    }
    text
}

/// Which objectives each variant meets: a line a variant; of those that it misses, in how many trials they held.
fn objectives(all: &[&Batch]) -> String {
    if all.iter().all(|batch| batch.expected.is_empty()) {
        return String::new();
    }
    let line = |batch: &&Batch| {
        let of = batch.trials.len() as u64;
        let held = |index: usize| batch.trials.iter().filter(|trial| trial.met[index]).count() as u64;
        let missed: Vec<String> = batch
            .expected
            .iter()
            .enumerate()
            .filter(|(index, one)| !is_met(held(*index), of, one.share))
            .map(|(index, one)| format!("{} (held in {} of {of})", one.text, held(index)))
            .collect();
        let count = batch.expected.len();
        let came_to = match (count, missed.is_empty()) {
            (0, _) => "has none".to_owned(),
            (count, true) => format!("✓ all {count}"),
            (count, false) => format!("✗ {} of {count}; not {}", count - missed.len(), missed.join(", ")),
        };
        (format!("  {}", batch.label()), came_to)
    };
    let lines: Vec<(String, String)> = all.iter().map(line).collect();
    let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default();
    let mut text = "\nobjectives met\n".to_owned();
    for (label, came_to) in lines {
        let _ = writeln!(text, "{label:width$}  {came_to}");
    }
    text
}

/// A table of one metric, and what can be said.
fn metric(name: &str, reference: &Batch, differences: &[(&Batch, Difference)]) -> String {
    let mut text = format!("\n{name}\n");
    let head = ["", "mean", "95 % interval", "difference", "its 95 % interval", "relative"];
    let mut rows = vec![head.map(str::to_owned), compared(reference, name, None)];
    rows.extend(differences.iter().map(|(other, difference)| compared(other, name, Some(difference))));
    text += &table(rows);
    let unit = summary::of(reference, name).unit;
    let say = |other: &Batch, difference: &Difference| {
        sentence(name, &reference.label(), &other.label(), difference, &unit)
    };
    if differences.len() <= FEW {
        for (other, difference) in differences {
            let _ = writeln!(text, "  {}", say(other, difference));
        }
        return text;
    }
    let count = |verdict| differences.iter().filter(|(_, difference)| difference.verdict == verdict).count();
    let parts = [
        (count(Verdict::Less), "less"),
        (count(Verdict::More), "more"),
        (count(Verdict::Same), "the same"),
        (count(Verdict::NotDistinguishable), "not distinguishable"),
        (count(Verdict::Other), "other"),
        (count(Verdict::NotAvailable), "without a value"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let _ = writeln!(text, "  Beside {}, of {}: {}.", reference.label(), differences.len(), parts.join(", "));
    text
}

/// What a table says of a variant: name, mean, interval; beside the reference: difference, interval, relative.
pub fn compared(batch: &Batch, name: &str, difference: Option<&Difference>) -> [String; 6] {
    let summary = summary::of(batch, name);
    let unit = summary.unit.as_str();
    let [_, mean, interval, ..] = row(name, &summary);
    let paired = difference.and_then(|difference| difference.paired);
    let relative = difference.and_then(|difference| difference.relative);
    let signed = |number: f64| match number > 0.0 {
        true => format!("+{}", show(number, unit)),
        false => show(number, unit),
    };
    [
        format!("  {}", batch.label()),
        mean + &nines(name, &summary),
        interval,
        paired.map_or(String::new(), |paired| signed(paired.mean)),
        paired.map_or(String::new(), |paired| format!("{} to {}", signed(paired.low), signed(paired.high))),
        relative.map_or(String::new(), in_words),
    ]
}

/// `+12.5 %`; beyond ten times as much, `× 14`.
fn in_words(relative: f64) -> String {
    match relative {
        relative if relative > 9.0 => format!("× {:.0}", relative + 1.0),
        relative => format!("{:+.1} %", relative * 100.0),
    }
}

/// ` (2.4 nines)` after an availability.
fn nines(name: &str, summary: &Summary) -> String {
    match (name.starts_with("success("), summary.mean) {
        (true, Some(mean)) => format!(" ({})", availability::show(mean)),
        _ => String::new(),
    }
}

/// Mean latency by phase: a table for each client and operation in which the variants differ.
fn latencies(all: &[&Batch]) -> String {
    const PHASES: [&str; 4] = ["network", "kms-queue", "kms-service", "store"];
    let mut of: Vec<(&str, &str)> = Vec::new();
    let mut known = BTreeSet::new();
    for name in all.iter().flat_map(|batch| batch.names()) {
        let arguments = name.strip_prefix("mean(").and_then(|rest| rest.strip_suffix(", total)"));
        if let Some(pair) = arguments.and_then(|arguments| arguments.split_once(", "))
            && known.insert(pair)
        {
            of.push(pair);
        }
    }
    let mut text = String::new();
    let mut told = 0;
    for (client, operation) in of {
        let cell = |batch: &Batch, metric: &str, phase: &str| {
            let summary = summary::of(batch, &format!("{metric}({client}, {operation}, {phase})"));
            summary.mean.map_or("–".to_owned(), |mean| show(mean, &summary.unit))
        };
        let values = |batch: &&Batch| {
            let [a, b, c, d] = PHASES.map(|phase| cell(batch, "mean", phase));
            [cell(batch, "mean", "total"), a, b, c, d, cell(batch, "p99", "total")]
        };
        let rows: Vec<[String; 6]> = all.iter().map(values).collect();
        if rows.iter().all(|row| *row == rows[0]) {
            continue;
        }
        told += 1;
        if told > MOST {
            text += "\n… latency of more, in comparison.csv\n";
            break;
        }
        let _ = writeln!(text, "\nlatency of {client}, {operation}: mean by phase, and 99th percentile");
        let head = ["", "mean", PHASES[0], PHASES[1], PHASES[2], PHASES[3], "p99"].map(str::to_owned);
        let rows = all
            .iter()
            .zip(rows)
            .map(|(batch, [mean, a, b, c, d, p99])| [format!("  {}", batch.label()), mean, a, b, c, d, p99]);
        text += &table(std::iter::once(head).chain(rows).collect());
    }
    text
}

/// One plain sentence about a difference.
pub fn sentence(name: &str, reference: &str, variant: &str, difference: &Difference, unit: &str) -> String {
    let trials = difference.trials;
    let (theirs, ours) = difference.never;
    if theirs != ours {
        let less = if theirs < ours { "fewer" } else { "more" };
        let sure = match difference.verdict {
            Verdict::NotDistinguishable => ", which is not distinguishable",
            _ => "",
        };
        return format!(
            "{name}: {variant} did not recover in {theirs} of {trials} trials, {reference} in {ours}: {less}{sure}."
        );
    }
    let by = |number: f64| show(number.abs(), unit);
    let paired = difference.paired;
    match (difference.verdict, paired) {
        (Verdict::More | Verdict::Less, Some(paired)) => {
            let more = if difference.verdict == Verdict::More { "more" } else { "less" };
            let (a, b) = (paired.low.abs().min(paired.high.abs()), paired.low.abs().max(paired.high.abs()));
            format!(
                "{name}: {variant} has {} {more} than {reference} (95 % interval {} to {}).",
                by(paired.mean),
                by(a),
                by(b)
            )
        }
        (Verdict::Same, _) => format!("{name}: {variant} and {reference} are the same in every trial."),
        (Verdict::Other, _) => {
            format!("{name}: {variant} and {reference} differ in {} of {trials} trials.", difference.differ)
        }
        (Verdict::NotAvailable, _) => format!("{name}: {variant} and {reference} have no value in common."),
        _ => format!("{name}: {variant} and {reference} are not distinguishable in {trials} trials."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::trials::{Expected, Trial};
    use crate::sim::Span;

    fn batch(label: &str, seconds: &[Option<u64>], held: usize) -> Batch {
        let trial = |(number, seconds): (usize, &Option<u64>)| {
            let time = seconds.map_or(Value::Never, |seconds| Value::Duration(Span::secs(seconds)));
            let success = Value::Share(if seconds.is_some() { 0.99 } else { 0.5 });
            let values =
                [("recovery-time(app)".to_owned(), time), ("success(app)".to_owned(), success)].into();
            Trial { number: number as u64, digest: 0, met: vec![number < held, true], values }
        };
        Batch {
            name: "x".into(),
            title: "A title".into(),
            variant: Some(label.into()),
            hash: String::new(),
            seed: 1,
            rule_set: "aws".into(),
            expected: vec![Expected { text: "recovery-time(app) <= 5m".into(), share: 1.0 }],
            trials: seconds.iter().enumerate().map(trial).collect(),
            partial: false,
        }
    }

    #[test]
    fn objectives_differences_and_nines_are_said() {
        let reference = batch("base", &[Some(60), Some(70), Some(80)], 3);
        let slow = batch("slow", &[Some(600), Some(610), Some(620)], 0);
        let text = comparison(&reference, &[&slow]);
        assert!(text.contains("  base  ✓ all 1\n"), "{text}");
        assert!(text.contains("  slow  ✗ 0 of 1; not recovery-time(app) <= 5m (held in 0 of 3)\n"), "{text}");
        assert!(text.contains("recovery-time(app): slow has 9m more than base"), "{text}");
        assert!(text.contains("The same in every trial"), "{text}");
        assert!(text.contains("success(app)"), "{text}");
    }

    #[test]
    fn what_never_recovers_is_counted() {
        let reference = batch("base", &[Some(60), Some(70), Some(80)], 3);
        let lost = batch("lost", &[None, None, Some(80)], 1);
        let text = comparison(&reference, &[&lost]);
        assert!(text.contains("lost did not recover in 2 of 3 trials, base in 0: more"), "{text}");
        assert!(text.contains("2.0 nines"), "{text}");
    }

    #[test]
    fn many_variants_are_summed_up() {
        let reference = batch("base", &[Some(60), Some(70), Some(80)], 3);
        let others: Vec<Batch> =
            (0..7).map(|n| batch(&format!("v{n}"), &[Some(61), Some(71), Some(81)], 3)).collect();
        let text = comparison(&reference, &others.iter().collect::<Vec<_>>());
        assert!(text.contains("Beside base, of 7: 7 more."), "{text}");
    }

    #[test]
    fn a_ratio_beyond_ten_is_a_factor() {
        assert_eq!(in_words(0.125), "+12.5 %");
        assert_eq!(in_words(106.9), "× 108");
        assert_eq!(in_words(-1.0), "-100.0 %");
    }
}
