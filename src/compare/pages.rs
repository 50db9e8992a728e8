//! `report.html` of comparisons and sweeps.

use super::pictures::Picture;
use super::side_by_side::compared;
use super::stored::is_met;
use super::sweep::{self, Sweep};
use super::trials::Batch;
use super::{difference, side_by_side, terminal};
use crate::report::html::page::Page;
use crate::report::html::{drawing, evidence};
use crate::report::svg;
use crate::runlog::RunLog;
use crate::runlog::expression::Value;
use crate::runlog::rows::Rows;

/// Rows of the longest tables.
const ROWS: usize = 400;
/// With more variants than this, the verdict only counts them.
const FEW: usize = 6;

/// The page of a comparison with its drawings and those first trials that are at hand; `reproduce` is the command that
/// makes it again.
pub fn of_comparison(
    all: &[&Batch],
    pictures: &[Picture],
    first: &[(String, RunLog)],
    reproduce: &str,
) -> String {
    let Some((reference, others)) = all.split_first() else { return String::new() };
    let below = format!(
        "{} variants · {} trials each · seed {} · rule set {} · the same random numbers for all",
        all.len(),
        reference.trials.len(),
        reference.seed,
        reference.rule_set
    );
    let mut page = Page::new(&reference.title, &below);
    verdict(&mut page, all);
    page.text(&format!("Beside {}, differences are paired, trial by trial.", reference.label()));
    objectives(&mut page, all);
    figures(&mut page, pictures);
    differences(&mut page, reference, others);
    if let Some((label, log)) = first.first() {
        page.section(&format!("What happened to {label}"));
        over_time(&mut page, log);
    }
    page.section("In words");
    page.code(&side_by_side::comparison(reference, others));
    evidence(&mut page, &first.iter().map(|(label, log)| (label.as_str(), log)).collect::<Vec<_>>());
    again(&mut page, reproduce);
    page.finish()
}

/// The page of a sweep; `first` is the first trial of its first cell.
pub fn of_sweep(sweep: &Sweep, pictures: &[Picture], first: Option<&RunLog>, reproduce: &str) -> String {
    let Some(cell) = sweep.cells.first() else { return String::new() };
    let axes: Vec<String> =
        sweep.axes.iter().map(|axis| format!("{} ({} values)", axis.path, axis.values.len())).collect();
    let below = format!(
        "{} cells of {} · seed {} · rule set {} · {}",
        sweep.cells.len(),
        terminal::of_trials(cell.batch.trials.len()),
        cell.batch.seed,
        cell.batch.rule_set,
        axes.join(", ")
    );
    let mut page = Page::new(&cell.batch.title, &below);
    if sweep.partial {
        page.verdict(Some(false), "Interrupted: the cells that were played by then");
    }
    if !cell.batch.expected.is_empty() {
        let met = sweep.cells.iter().filter(|cell| missed(&cell.batch) == 0).count();
        let text = format!("Every objective is met in {met} of {} cells", sweep.cells.len());
        page.verdict(Some(met == sweep.cells.len()), &text);
    }
    figures(&mut page, pictures);
    cells(&mut page, sweep);
    page.section("In words");
    page.code(&sweep::report(sweep));
    if let Some(log) = first {
        page.section("What happened in the first cell");
        over_time(&mut page, log);
        evidence(&mut page, &[("", log)]);
    }
    again(&mut page, reproduce);
    page.finish()
}

/// How many objectives were held in too few trials.
fn missed(batch: &Batch) -> usize {
    let held = |index: usize| batch.trials.iter().filter(|trial| trial.met[index]).count() as u64;
    let of = batch.trials.len() as u64;
    batch.expected.iter().enumerate().filter(|(index, one)| !is_met(held(*index), of, one.share)).count()
}

/// Which variants meet their objectives.
fn verdict(page: &mut Page, all: &[&Batch]) {
    let asked: Vec<&&Batch> = all.iter().filter(|batch| !batch.expected.is_empty()).collect();
    if asked.is_empty() {
        return page.verdict(None, "No objectives were stated");
    }
    let whole = asked.iter().filter(|batch| missed(batch) == 0).count();
    let one = |batch: &&&Batch| match (missed(batch), batch.expected.len()) {
        (0, 1) => format!("{} meets its objective", batch.label()),
        (0, of) => format!("{} meets all {of} objectives", batch.label()),
        (missed, of) => format!("{} meets {} of {of} objectives", batch.label(), of - missed),
    };
    let text = match asked.len() > FEW {
        true => format!("{whole} of {} variants meet every objective", asked.len()),
        false => asked.iter().map(one).collect::<Vec<_>>().join("; "),
    };
    page.verdict(None, &text);
}

fn objectives(page: &mut Page, all: &[&Batch]) {
    let mut rows = Vec::new();
    for batch in all {
        let of = batch.trials.len() as u64;
        for (index, one) in batch.expected.iter().enumerate() {
            let held = batch.trials.iter().filter(|trial| trial.met[index]).count() as u64;
            let result = if is_met(held, of, one.share) { "met" } else { "NOT met" };
            rows.push(vec![
                result.to_owned(),
                batch.label(),
                one.text.clone(),
                format!("{held} of {of}"),
                Value::Share(one.share).to_string(),
            ]);
        }
    }
    if !rows.is_empty() {
        page.section("Objectives");
        let head = ["result", "variant", "objective", "held in trials", "wanted in"];
        page.table("Which objectives each variant meets", &head, &rows);
    }
}

/// The metrics of the report, variant by variant.
fn differences(page: &mut Page, reference: &Batch, others: &[&Batch]) {
    page.section("Differences");
    let names = std::iter::once(&reference).chain(others).flat_map(|batch| batch.names());
    let mut rows = Vec::new();
    for name in terminal::shown(names).0 {
        let row = |batch: &Batch, cells: [String; 6], verdict: &str| {
            let [_, rest @ ..] = cells;
            let named = [name.to_owned(), batch.label(), verdict.to_owned()];
            named.into_iter().chain(rest).collect::<Vec<_>>()
        };
        rows.push(row(reference, compared(reference, name, None), ""));
        for other in others {
            let difference = difference::of(reference, other, name);
            rows.push(row(other, compared(other, name, Some(&difference)), difference.verdict.name()));
        }
    }
    let head =
        ["metric", "variant", "verdict", "mean", "95 % interval", "difference", "its interval", "relative"];
    let more =
        if rows.len() > ROWS { format!("the first {ROWS} of {} rows; ", rows.len()) } else { String::new() };
    rows.truncate(ROWS);
    let caption = format!("Beside {}; {more}all metrics are in comparison.csv", reference.label());
    page.table(&caption, &head, &rows);
}

/// Every cell with its metrics.
fn cells(page: &mut Page, sweep: &Sweep) {
    page.section("Cells");
    let axes = sweep.axes.iter().map(|axis| axis.path.as_str());
    let head: Vec<&str> = axes.chain(sweep.metrics.iter().map(String::as_str)).collect();
    let row = |cell: &sweep::Cell| {
        let means = sweep.metrics.iter().map(|name| sweep::cell_text(&sweep.summary(cell, name)));
        cell.values.iter().cloned().chain(means).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<String>> = sweep.cells.iter().take(ROWS).map(row).collect();
    let more = match sweep.cells.len() > ROWS {
        true => format!(" (the first {ROWS} of {})", sweep.cells.len()),
        false => String::new(),
    };
    page.table(&format!("Mean of each metric, cell by cell{more}; more is in sweep.csv"), &head, &rows);
}

fn figures(page: &mut Page, pictures: &[Picture]) {
    for picture in pictures {
        page.section(&picture.title);
        page.figure(&picture.svg, &picture.title, &picture.says);
    }
}

/// What happened in one trial, and what became of its keys.
fn over_time(page: &mut Page, log: &RunLog) {
    page.text("The first trial, over its time.");
    let (rows, drawings) = (&Rows::of(log), svg::drawings(log));
    for file in ["timeline.svg", "keys.svg"] {
        drawing(page, rows, &drawings, file);
    }
}

fn again(page: &mut Page, reproduce: &str) {
    page.section("See it again");
    page.text(
        "The same scenario, seed and trials give the same bytes on every machine, on any number of threads. Numbers are rounded here; the CSV files have all digits.",
    );
    page.code(reproduce);
}
