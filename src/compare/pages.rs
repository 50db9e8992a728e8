//! `report.html` of comparisons and sweeps.

use super::difference;
use super::sweep::{self, Sweep};
use super::trials::Batch;
use super::{side_by_side, terminal};
use crate::report::html::page::Page;

/// Rows of the longest tables.
const ROWS: usize = 400;

/// The page of a comparison with its drawings; `reproduce` is the command that makes it again.
pub fn of_comparison(all: &[&Batch], drawings: &[(String, String)], reproduce: &str) -> String {
    let Some((reference, others)) = all.split_first() else { return String::new() };
    let below = format!(
        "{} variants · {} trials each · seed {} · rule set {} · the same random numbers for all",
        all.len(),
        reference.trials.len(),
        reference.seed,
        reference.rule_set
    );
    let mut page = Page::new(&reference.title, &below);
    page.text(&format!("Beside {}, differences are paired, trial by trial.", reference.label()));
    if all.iter().any(|batch| !batch.expected.is_empty()) {
        page.section("Objectives");
        page.csv("Which objectives each variant meets", &difference::objectives(all), ROWS);
    }
    figures(&mut page, drawings);
    page.section("Differences");
    let text = difference::differences(reference, others);
    let names = all.iter().flat_map(|batch| batch.names());
    page.csv(
        "The metrics of the report; all are in comparison.csv",
        &only(&text, &terminal::shown(names)),
        ROWS,
    );
    page.section("In words");
    page.code(&side_by_side::comparison(reference, others));
    again(&mut page, reproduce);
    page.finish()
}

/// The page of a sweep.
pub fn of_sweep(sweep: &Sweep, drawings: &[(String, String)], reproduce: &str) -> String {
    let Some(first) = sweep.cells.first() else { return String::new() };
    let axes: Vec<String> =
        sweep.axes.iter().map(|axis| format!("{} ({} values)", axis.path, axis.values.len())).collect();
    let below = format!(
        "{} cells of {} trials · seed {} · {}",
        sweep.cells.len(),
        first.batch.trials.len(),
        first.batch.seed,
        axes.join(", ")
    );
    let mut page = Page::new(&first.batch.title, &below);
    if sweep.partial {
        page.verdict(false, "Interrupted: the cells that were played by then");
    }
    figures(&mut page, drawings);
    page.section("In words");
    page.code(&sweep::report(sweep));
    again(&mut page, reproduce);
    page.finish()
}

fn figures(page: &mut Page, drawings: &[(String, String)]) {
    for (name, svg) in drawings {
        let words = name.strip_suffix(".svg").unwrap_or(name).replace('-', " ");
        let mut letters = words.chars();
        let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
        page.section(&format!("{first}{}", letters.as_str()));
        page.figure(
            svg,
            &format!("{words}, by variant or value; numbers are in the table and the text below."),
        );
    }
}

fn again(page: &mut Page, reproduce: &str) {
    page.section("See it again");
    page.text(
        "The same scenario, seed and trials give the same bytes on every machine, on any number of threads.",
    );
    page.code(reproduce);
}

/// The rows of some metrics.
fn only(text: &str, names: &[&str]) -> String {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail.
    if let Ok(head) = reader.headers() {
        let _ = writer.write_record(head);
    }
    for row in reader.records().flatten().filter(|row| names.contains(&&row[0])) {
        let _ = writer.write_record(&row);
    }
    difference::text(writer)
}
