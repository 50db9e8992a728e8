//! Why it came so: the rules that decided, and the numbers that nobody stated, with who says so.

use super::page::Page;
use crate::rulebook::RuleRef;
use crate::runlog::{Assumption, RunLog};
use std::collections::BTreeMap;

/// The rules and numbers of one run, or of the named runs of a comparison.
pub fn evidence(page: &mut Page, logs: &[(&str, &RunLog)]) {
    rules(page, logs);
    assumptions(page, logs);
}

/// In which of the runs, if not in all.
fn whose(names: &[&str], of: usize) -> String {
    if names.len() == of { "all".to_owned() } else { names.join(", ") }
}

fn rules(page: &mut Page, logs: &[(&str, &RunLog)]) {
    let mut found: BTreeMap<RuleRef, (Vec<&str>, u64)> = BTreeMap::new();
    for (name, log) in logs {
        for (rule, times) in &log.rules {
            let (names, count) = found.entry(*rule).or_default();
            names.push(name);
            *count += times;
        }
    }
    if found.is_empty() {
        return;
    }
    page.section("Rules that decided");
    let row = |(rule, (names, times)): (&RuleRef, &(Vec<&str>, u64))| {
        let often = if logs.len() == 1 { times.to_string() } else { whose(names, logs.len()) };
        let (basis, source) = (rule.basis.name(), rule.basis.text());
        vec![rule.id.to_owned(), often, rule.says.to_owned(), basis.to_owned(), source.to_owned()]
    };
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    let (caption, often) = match logs.len() {
        1 => ("Each with how often it decided, and who says so", "times"),
        _ => ("Each with the variants in whose first trial it decided, and who says so", "variants"),
    };
    page.table(caption, &["rule", often, "says", "basis", "source or reason"], &rows);
}

fn assumptions(page: &mut Page, logs: &[(&str, &RunLog)]) {
    let mut found: Vec<(&Assumption, Vec<&str>)> = Vec::new();
    for (name, log) in logs {
        for one in &log.assumptions {
            match found.iter_mut().find(|(known, _)| *known == one) {
                Some((_, names)) => names.push(name),
                None => found.push((one, vec![name])),
            }
        }
    }
    if found.is_empty() {
        return;
    }
    page.section("Assumptions");
    let several = logs.len() > 1;
    let row = |(one, names): &(&Assumption, Vec<&str>)| {
        let cells = [&one.what, &one.value, one.basis, &one.source].map(str::to_owned);
        let whose = several.then(|| whose(names, logs.len()));
        cells.into_iter().chain(whose).collect()
    };
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    let head = ["what", "value", "basis", "source or reason", "variants"];
    let head = if several { &head[..] } else { &head[..4] };
    page.table("Numbers that the scenario did not state itself, and why they are as they are", head, &rows);
}
