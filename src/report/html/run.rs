//! The page of a run: verdict, what happened, who could read, how fast, what was lost, why, and how to see it again.

use super::page::Page;
use crate::report::{csv, region, verdict};
use crate::rulebook::Basis;
use crate::runlog::{EventRow, RunLog};

/// Rows of the longest tables.
const ROWS: usize = 500;

/// What each drawing shows, in words.
const DRAWINGS: [(&str, &str, &str); 6] = [
    (
        "decryptability.svg",
        "Who could decrypt what",
        "Share of each replica's items in each class over time, by reader; faults are shaded.",
    ),
    ("success.svg", "Availability", "What became of each client's requests over time; faults are shaded."),
    (
        "latency.svg",
        "Latency",
        "Median and 99th percentile of each client's requests over time; faults are shaded.",
    ),
    (
        "latency_distribution.svg",
        "",
        "Share of requests that took no longer, by the Region that served them.",
    ),
    ("lag.svg", "Replication", "Staleness of each replica over time; faults are shaded."),
    ("topology.svg", "Topology", "Regions, what they hold at the start, and the latency between them."),
];

/// The page with the drawings of the run; `reproduce` is the command that plays the run again.
pub fn run(log: &RunLog, drawings: &[(&str, String)], reproduce: &str) -> String {
    let variant = log.variant.as_ref().map(|variant| format!(" · variant {variant}")).unwrap_or_default();
    let below = format!(
        "{}{variant} · {} simulated · seed {} · trial {} · rule set {}",
        log.name, log.duration, log.seed, log.trial, log.rule_set
    );
    let mut page = Page::new(&log.title, &below);
    page.verdict(verdict::unmet(log).0 == 0, &verdict::headline(log));
    page.text(&verdict::sentence(log));
    expectations(&mut page, log);
    happened(&mut page, log);
    for (name, heading, shows) in DRAWINGS {
        let Some((_, svg)) = drawings.iter().find(|(file, _)| *file == name) else { continue };
        if !heading.is_empty() {
            page.section(heading);
        }
        page.figure(svg, shows);
        match name {
            "latency_distribution.svg" => table(
                &mut page,
                log,
                "latency.csv",
                "Latency by client, Region, operation and phase, in milliseconds",
            ),
            "success.svg" => table(
                &mut page,
                log,
                "refusals.csv",
                "Calls refused or not answered, whether a retry mended it or not",
            ),
            "lag.svg" => table(
                &mut page,
                log,
                "data_loss.csv",
                "What the Region that took over lacked, and what became of it",
            ),
            _ => {}
        }
    }
    keys(&mut page, log);
    if log.design.is_some() {
        page.section("Cost");
        table(&mut page, log, "costs.csv", "What a month of the design costs, line by line");
    }
    rules(&mut page, log);
    assumptions(&mut page, log);
    page.section("See it again");
    page.text("The same scenario, seed and trial give the same bytes on every machine.");
    page.code(reproduce);
    page.text(&format!("History digest {:032x}; scenario {}.", log.digest, log.scenario_hash));
    page.finish()
}

fn expectations(page: &mut Page, log: &RunLog) {
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
    page.table("What was expected", &["", "expected", "came to", "where it stands"], &rows);
}

fn happened(page: &mut Page, log: &RunLog) {
    page.section("What happened");
    let row = |event: &EventRow| {
        let came = if event.error.is_empty() { &event.outcome } else { &event.error };
        vec![
            event.time.to_string(),
            event.region.map_or("", |index| region(log, index)).to_owned(),
            event.principal.clone(),
            format!("{} {}", event.operation, event.target.rsplit(':').next().unwrap_or_default()),
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
    if !rows.is_empty() {
        page.section("Key states");
        page.table("Each key's states in each Region", &["key", "Region", "role", "since", "state"], &rows);
    }
}

fn rules(page: &mut Page, log: &RunLog) {
    if log.rules.is_empty() {
        return;
    }
    page.section("Rules that decided");
    let row = |(rule, times): (&crate::rulebook::RuleRef, &u64)| {
        let (basis, source) = match rule.basis {
            Basis::Documented(source) => ("documented", source),
            Basis::Reported(source) => ("reported", source),
            Basis::Assumed(source) => ("assumed", source),
        };
        vec![rule.id.to_owned(), times.to_string(), rule.says.to_owned(), basis.to_owned(), source.to_owned()]
    };
    let rows: Vec<Vec<String>> = log.rules.iter().map(row).collect();
    page.table(
        "Each with how often it decided, and who says so",
        &["rule", "times", "says", "basis", "source"],
        &rows,
    );
}

fn assumptions(page: &mut Page, log: &RunLog) {
    if log.assumptions.is_empty() {
        return;
    }
    page.section("Numbers it leans on");
    let row = |one: &crate::runlog::Assumption| {
        vec![one.what.clone(), one.value.clone(), one.basis.to_owned(), one.source.clone()]
    };
    let rows: Vec<Vec<String>> = log.assumptions.iter().map(row).collect();
    page.table("What the scenario did not state itself", &["what", "value", "basis", "source"], &rows);
}
