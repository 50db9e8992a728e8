//! The verdict: what a run came to in plain sentences.

use super::region;
use crate::runlog::expression::{Metric, MetricName, Value};
use crate::runlog::rows::Rows;
use crate::runlog::{Class, LedgerExtremes, NOBODY_TOOK_OVER, RunLog, metrics};
use crate::sim::Span;

/// Expectations and steps that were not met, and how many were asked for.
pub fn unmet(log: &RunLog) -> (usize, usize) {
    let steps = log.answers.iter().filter_map(|answer| answer.expected.as_ref()).map(|(_, met)| *met);
    let all = log.expectations.iter().map(|checked| checked.met).chain(steps);
    all.fold((0, 0), |(unmet, asked), met| (unmet + usize::from(!met), asked + 1))
}

/// `MET: all 3 expectations hold`, … The report lists those of `[expect]`; how many more are of steps is said here.
pub fn headline(log: &RunLog) -> String {
    let steps = log.answers.iter().filter(|answer| answer.expected.is_some()).count();
    match unmet(log) {
        (_, 0) => "No expectations were stated".to_owned(),
        (0, 1) => "MET: the one expectation holds".to_owned(),
        (0, asked) if steps > 0 => format!("MET: all {asked} expectations hold ({steps} of steps)"),
        (0, asked) => format!("MET: all {asked} expectations hold"),
        (unmet, asked) => format!("NOT MET: {unmet} of {asked} expectations"),
    }
}

/// More than so many things of a kind are not told one by one.
pub const MOST: usize = 6;

/// The first few, and how many more.
pub fn few(mut clauses: Vec<String>) -> Vec<String> {
    let more = clauses.len().saturating_sub(MOST);
    if more > 0 {
        clauses.truncate(MOST);
        clauses.push(format!("and {more} more"));
    }
    clauses
}

/// The clauses; the worst first (the lowest rank) if there are more than will be told.
fn worst_first(mut ranked: Vec<(u64, String)>) -> Vec<String> {
    if ranked.len() > MOST {
        ranked.sort_by_key(|(rank, _)| *rank);
    }
    ranked.into_iter().map(|(_, clause)| clause).collect()
}

/// Who could read, who was down, what was lost.
pub fn sentence(rows: &Rows) -> String {
    let mut clauses = few(readings(rows.log));
    clauses.extend(service(rows));
    clauses.extend(losses(rows.log));
    clauses.join("; ") + "."
}

/// Who could read what: clauses of a sentence.
pub fn readings(log: &RunLog) -> Vec<String> {
    worst_first((0..log.stores.len()).flat_map(|store| reading(log, store)).collect())
}

/// The value of a metric over the run.
pub fn value(rows: &Rows, name: MetricName, args: &[&str]) -> Value {
    let args = args.iter().map(|arg| (*arg).to_owned()).collect();
    metrics::over_the_run(rows, &Metric { name, args })
}

/// The class besides `Decryptable` that held the largest share of a replica's items at some time, if any did.
pub fn worst(extreme: &[f64; 5]) -> Option<(Class, f64)> {
    let others = Class::ALL.into_iter().zip(*extreme).skip(1).filter(|(_, share)| *share > 0.0);
    others.reduce(|worst, next| if next.1 >= worst.1 { next } else { worst })
}

/// A clause a fate: Regions of a store whose clients fared alike are named together. Principals who only ask
/// for the ledger are left to the tables, unless the store has no clients. Each with its lowest share, in billionths.
fn reading(log: &RunLog, store: usize) -> Vec<(u64, String)> {
    let replicas = log.replicas(store);
    let mut fates: Vec<((u64, String), Vec<&str>)> = Vec::new();
    for place in &replicas {
        if let Some(fate) = fate(log, store, *place) {
            match fates.iter_mut().find(|(known, _)| *known == fate) {
                Some((_, regions)) => regions.push(region(log, *place)),
                None => fates.push((fate, vec![region(log, *place)])),
            }
        }
    }
    fates.sort_by_key(|((_, fate), _)| !fate.ends_with(THROUGHOUT));
    let subject = |regions: &[&str]| match regions.len() {
        1 => regions[0].to_owned(),
        many if many == replicas.len() => "every Region".to_owned(),
        _ => and(regions),
    };
    fates.iter().map(|((low, fate), regions)| (*low, format!("{} {fate}", subject(regions)))).collect()
}

const THROUGHOUT: &str = "throughout";

/// What the worst-off client of a store met in a Region; `None` if there was nothing to read.
fn fate(log: &RunLog, store: usize, place: usize) -> Option<(u64, String)> {
    let here = |shares: &&LedgerExtremes| shares.store == store && shares.region == place;
    let is_client = |shares: &&LedgerExtremes| {
        let reader = log.stores[store].readers.get(shares.reader);
        log.clients.iter().any(|client| Some(&client.name) == reader)
    };
    let mut readers: Vec<_> = log.shares.iter().filter(here).filter(is_client).collect();
    if readers.is_empty() {
        readers = log.shares.iter().filter(here).collect();
    }
    let (extreme, end) = readers
        .iter()
        .filter_map(|shares| shares.extreme.zip(shares.end))
        .min_by(|(a, _), (b, _)| a[0].total_cmp(&b[0]))?;
    let name = &log.stores[store].name;
    let low = part(extreme[0]);
    let class = worst(&extreme).map_or("", |(class, _)| class.name());
    let fate = if extreme[0] >= 1.0 {
        format!("could read 100 % of {name} {THROUGHOUT}")
    } else if end[0] >= 1.0 {
        format!("could for a time read {low} of {name} ({class})")
    } else if end[0] <= extreme[0] {
        format!("can read {low} of {name} at the end ({class})")
    } else {
        format!("could at worst read {low} of {name} ({class}), at the end {}", part(end[0]))
    };
    Some(((extreme[0] * 1e9) as u64, fate))
}

/// `none`, `only 75 %`.
fn part(share: f64) -> String {
    if share > 0.0 { format!("only {}", Value::Share(share)) } else { "none".to_owned() }
}

/// How the clients came through the faults, those who fared alike together.
fn service(rows: &Rows) -> Vec<String> {
    let mut harmed = Vec::new();
    let mut unharmed = Vec::new();
    for client in rows.log.clients.iter().filter(|client| client.traffic) {
        let name = client.name.as_str();
        match value(rows, MetricName::RecoveryTime, &[name]) {
            Value::Duration(Span::ZERO) => unharmed.push(name),
            Value::Duration(span) => harmed.push((Some(span), name)),
            Value::Never => harmed.push((None, name)),
            _ => {}
        }
    }
    let mut clauses = if harmed.len() > MOST { together(&harmed) } else { one_by_one(&harmed) };
    if !unharmed.is_empty() && !rows.log.faults.is_empty() {
        clauses.push(format!("{} kept the objective", and(&unharmed)));
    }
    clauses
}

fn one_by_one(harmed: &[(Option<Span>, &str)]) -> Vec<String> {
    let clause = |(recovery, name): &(Option<Span>, &str)| match recovery {
        Some(span) => format!("{name} took {span} to recover"),
        None => format!("{name} did not recover"),
    };
    harmed.iter().map(clause).collect()
}

/// Many clients, the slowest first.
fn together(harmed: &[(Option<Span>, &str)]) -> Vec<String> {
    let never: Vec<&str> = harmed.iter().filter(|(span, _)| span.is_none()).map(|(_, name)| *name).collect();
    let mut slow: Vec<(Span, &str)> =
        harmed.iter().filter_map(|(span, name)| Some(((*span)?, *name))).collect();
    slow.sort_by_key(|(span, _)| std::cmp::Reverse(*span));
    let mut clauses = Vec::new();
    if !never.is_empty() {
        clauses.push(format!("{} did not recover", and(&never)));
    }
    if let Some((longest, _)) = slow.first() {
        let names: Vec<&str> = slow.iter().map(|(_, name)| *name).collect();
        clauses.push(format!("{} took up to {longest} to recover", and(&names)));
    }
    clauses
}

/// What is gone for good, or else that nothing is.
fn losses(log: &RunLog) -> Vec<String> {
    // Stores that lost something for good come before those that something is missing from, the most first.
    const MISSING: u64 = u64::MAX / 2;
    let mut ranked = Vec::new();
    let mut nothing_lost = true;
    for (index, store) in log.stores.iter().enumerate() {
        let gone = log.shares.iter().filter(|shares| shares.store == index).filter_map(|shares| {
            let (_, end) = Class::ALL.iter().zip(shares.end?).find(|(class, _)| **class == Class::Lost)?;
            (end > 0.0).then_some((end, shares.region))
        });
        let gone: Vec<(f64, usize)> = gone.collect();
        if let Some(share) = gone.iter().map(|(share, _)| *share).max_by(f64::total_cmp) {
            nothing_lost = false;
            let mut places: Vec<&str> = Vec::new();
            for (_, place) in gone.iter().filter(|(most, _)| *most == share) {
                if !places.contains(&region(log, *place)) {
                    places.push(region(log, *place));
                }
            }
            let places = match places.len() == log.replicas(index).len() {
                true => String::new(),
                false => format!(" in {}", and(&places)),
            };
            let lost = format!("{} of {}{places} can never be read again", Value::Share(share), store.name);
            ranked.push((0, lost));
        }
        let mine = || log.losses.iter().filter(|loss| loss.store == index);
        let lost: u64 = mine().map(|loss| loss.lost).sum();
        let missing: u64 = mine().map(|loss| loss.writes).sum();
        let oldest = mine().map(|loss| loss.age).max().unwrap_or_default();
        if lost > 0 {
            nothing_lost = false;
            let were = if lost == 1 { "was" } else { "were" };
            let text = format!("{} to {} {were} lost, up to {oldest} old", writes(lost), store.name);
            ranked.push((MISSING - lost.min(MISSING), text));
        } else if missing > 0 {
            let were = if missing == 1 { "was" } else { "were" };
            let nobody = mine().all(|loss| loss.writes == 0 || loss.how == NOBODY_TOOK_OVER);
            let when = if nobody { "not yet replicated when the fault began" } else { "missing at takeover" };
            let text = format!("{} to {} {were} {when}, up to {oldest} old", writes(missing), store.name);
            ranked.push((u64::MAX - missing.min(MISSING), text));
        }
    }
    let mut clauses = few(worst_first(ranked));
    if nothing_lost {
        clauses.push(match attack(log) {
            Some(attack) => format!("no write was lost on the way, but what {attack} did stays"),
            None => "nothing was lost".to_owned(),
        });
    }
    clauses
}

/// The kind of the first fault that wrote to many items at once, if there was one.
fn attack(log: &RunLog) -> Option<&str> {
    let started = log.events.iter().filter(|row| row.source == "fault").map(|row| row.operation.as_str());
    started.into_iter().find(|kind| ["bulk-delete", "data-corruption", "ransom-reencrypt"].contains(kind))
}

fn writes(count: u64) -> String {
    if count == 1 { "1 write".to_owned() } else { format!("{} writes", grouped(count)) }
}

/// `a`, `a and b`, `a, b and c`; of many, the first and how many more.
fn and(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        many if many.len() > MOST => {
            format!("{} and {} more", many[..MOST].join(", "), grouped((many.len() - MOST) as u64))
        }
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `1,080,214`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
