//! The page of a run: verdict, what happened, who could read, how fast, what was lost, why, and how to see it again.

use super::page::Page;
use super::{evidence, findings};
use crate::report::{csv, region, verdict};
use crate::runlog::rows::Rows;
use crate::runlog::{EventRow, RunLog};

/// Rows of the longest tables.
const ROWS: usize = 500;

/// The page with the drawings of the run; `reproduce` is the command that plays the run again.
pub fn run(log: &RunLog, drawings: &[(&str, String)], reproduce: &str) -> String {
    let variant = log.variant.as_ref().map(|variant| format!(" · variant {variant}")).unwrap_or_default();
    let below = format!(
        "{}{variant} · {} simulated · seed {} · trial {} · rule set {}",
        log.name, log.duration, log.seed, log.trial, log.rule_set
    );
    let mut page = Page::new(&log.title, &below);
    let good = match verdict::unmet(log) {
        (_, 0) => None,
        (unmet, _) => Some(unmet == 0),
    };
    page.verdict(good, &verdict::headline(log));
    let rows = &Rows::of(log);
    page.text(&verdict::sentence(rows));
    expectations(&mut page, log);
    page.section("What happened");
    drawing(&mut page, rows, drawings, "timeline.svg");
    happened(&mut page, log);
    if !log.keys.is_empty() {
        page.section("Key states");
        drawing(&mut page, rows, drawings, "keys.svg");
        keys(&mut page, log);
    }
    measured(&mut page, rows, drawings);
    page.section("Topology");
    drawing(&mut page, rows, drawings, "topology.svg");
    if log.design.is_some() {
        page.section("Cost");
        table(&mut page, log, "costs.csv", "What a month of the design costs, line by line");
    }
    evidence(&mut page, &[("", log)]);
    page.section("See it again");
    page.text("The same scenario, seed and trial give the same bytes on every machine. Numbers are rounded here; the CSV files of the run have all digits.");
    page.code(reproduce);
    page.text(&format!("History digest {:032x}; scenario {}.", log.digest, log.scenario_hash));
    page.finish()
}

/// Who could read, who was served, how fast, and how far the copies were behind.
fn measured(page: &mut Page, rows: &Rows, drawings: &[(&str, String)]) {
    let sections: [(&str, &[&str], &str, &str); 4] = [
        ("Who could decrypt what", &["decryptability.svg"], "", ""),
        (
            "Availability",
            &["success.svg"],
            "refusals.csv",
            "Calls refused or not answered, whether a retry mended it or not",
        ),
        (
            "Latency",
            &["latency.svg", "latency_phases.svg", "latency_distribution.svg"],
            "latency.csv",
            "Latency by client, Region, operation and phase, in milliseconds",
        ),
        (
            "Replication",
            &["lag.svg"],
            "data_loss.csv",
            "What the Region that took over lacked, and what became of it",
        ),
    ];
    for (heading, files, csv, caption) in sections {
        if !drawings.iter().any(|(name, _)| files.contains(name)) {
            continue;
        }
        page.section(heading);
        files.iter().for_each(|file| drawing(page, rows, drawings, file));
        table(page, rows.log, csv, caption);
    }
}

/// One drawing of the run with what is to be seen in it, if it is there.
pub fn drawing(page: &mut Page, rows: &Rows, drawings: &[(&str, String)], file: &str) {
    const TITLES: [(&str, &str); 9] = [
        ("timeline.svg", "Timeline"),
        ("decryptability.svg", "Decryptability over time"),
        ("success.svg", "Availability over time"),
        ("latency.svg", "Latency over time"),
        ("latency_phases.svg", "Latency by phase"),
        ("latency_distribution.svg", "Latency distribution"),
        ("lag.svg", "Replication lag over time"),
        ("keys.svg", "Key states over time"),
        ("topology.svg", "Topology"),
    ];
    let title = TITLES.iter().find(|(name, _)| *name == file).map_or(file, |(_, title)| title);
    if let Some((_, svg)) = drawings.iter().find(|(name, _)| *name == file) {
        page.figure(svg, title, &findings::of(rows, file));
    }
}

fn expectations(page: &mut Page, log: &RunLog) {
    if verdict::unmet(log).1 > 0 {
        page.section("What was expected");
    }
    let mark = |met| if met { "met" } else { "NOT met" }.to_owned();
    let of_file = log
        .expectations
        .iter()
        .map(|one| vec![mark(one.met), one.text.clone(), one.value.to_string(), one.location.clone()]);
    let of_steps = log.answers.iter().filter_map(|answer| {
        let (expected, met) = answer.expected.as_ref()?;
        let came = answer.error.clone().unwrap_or_else(|| "ok".to_owned());
        Some(vec![mark(*met), format!("{}: {expected}", answer.command), came, answer.location.clone()])
    });
    let rows: Vec<Vec<String>> = of_file.chain(of_steps).collect();
    page.table(
        "Each expectation, and what it came to",
        &["result", "expected", "came to", "where it stands"],
        &rows,
    );
}

fn happened(page: &mut Page, log: &RunLog) {
    let row = |event: &EventRow| {
        let came = if event.error.is_empty() { &event.outcome } else { &event.error };
        vec![
            event.time.to_string(),
            event.region.map_or("", |index| region(log, index)).to_owned(),
            event.principal.clone(),
            format!("{} {}", event.operation, target(log, &event.target)),
            came.clone(),
            event.rule.map_or(String::new(), |rule| rule.id.to_owned()),
        ]
    };
    let rows: Vec<Vec<String>> = log.events.iter().take(ROWS).map(row).collect();
    let caption = match log.events.len() > ROWS {
        true => format!(
            "Faults, steps, key states, runbooks, failovers: the first {ROWS} of {}",
            log.events.len()
        ),
        false => "Faults, steps, key states, runbooks, failovers".to_owned(),
    };
    page.table(&caption, &["when", "where", "who", "what", "came to", "rule"], &rows);
}

/// What it was done to, as the scenario calls it.
fn target<'a>(log: &'a RunLog, target: &'a str) -> &'a str {
    let last = target.rsplit(':').next().unwrap_or_default();
    let key = log.keys.iter().find(|key| last.strip_prefix("key/") == Some(&key.key_id));
    key.map_or(last, |key| &key.name)
}

/// A table of the results, if it has a row.
fn table(page: &mut Page, log: &RunLog, name: &str, caption: &str) {
    let Some(table) = csv::tables(log).find(|table| table.name == name) else { return };
    let mut text = Vec::new();
    // Writing into memory cannot fail.
    let _ = table.write(log, &mut text);
    page.csv(caption, &String::from_utf8_lossy(&text), ROWS);
}

/// The states of each key, Region by Region.
fn keys(page: &mut Page, log: &RunLog) {
    let mut rows = Vec::new();
    for key in &log.keys {
        for (place, state, since) in &key.states {
            let role = match (key.kind, key.primary_at(*since) == *place) {
                ("single-region", _) => "single-Region key",
                (_, true) => "primary key",
                (_, false) => "replica key",
            };
            rows.push(vec![
                key.name.clone(),
                region(log, *place).to_owned(),
                role.to_owned(),
                since.to_string(),
                state.clone(),
            ]);
        }
    }
    page.table("Each key's states in each Region", &["key", "Region", "role", "since", "state"], &rows);
}
