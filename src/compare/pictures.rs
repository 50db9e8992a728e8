//! What trials say, drawn.

use super::summary::{self, Summary};
use super::sweep::{self, Axis, Cell, Sweep};
use super::terminal::{self, of_trials, show};
use super::trials::Batch;
use crate::report::svg::plots::{self, Estimate, Measure, Panel, Side};
use crate::report::svg::side_by_side;
use crate::report::verdict;
use crate::runlog::RunLog;
use crate::runlog::rows::Rows;

/// A drawing of trials.
pub struct Picture {
    /// Its file.
    pub file: String,
    /// What it is of.
    pub title: String,
    /// What is to be seen in it.
    pub says: String,
    /// The SVG document.
    pub svg: String,
}

/// The drawings of a comparison: recovery time and data loss by variant, cost against recovery time, and of
/// those whose first trial is at hand, decryptability over time.
pub fn of_comparison(all: &[&Batch], first: &[(String, RunLog)]) -> Vec<Picture> {
    let mut drawings = Vec::new();
    let subtitle = caption(all);
    let names = names(all, &["recovery-time", "data-loss"]);
    for name in &names {
        let (measure, rows) = estimates(all, name);
        let is_flat = rows.iter().all(|row| row.never == 0 && row.mean.is_none_or(|mean| mean == 0.0));
        let title = title(name);
        if let Some(svg) = plots::intervals(&title, &subtitle, measure, &rows).filter(|_| !is_flat) {
            drawings.push(Picture { file: file(name, ""), says: extent(&rows), title, svg });
        }
    }
    let (_, cost) = estimates(all, "cost");
    for name in names.iter().filter(|name| name.starts_with("recovery-time")) {
        let (measure, time) = estimates(all, name);
        let across = Side { name: "US dollars a month", measure: Measure::Money, values: &cost };
        let up = Side { name: &title(name), measure, values: &time };
        let heading = format!("Cost against {}", title(name).to_lowercase());
        if let Some(svg) = plots::plane(&heading, &subtitle, &across, &up) {
            let says = pairs(&cost, &time);
            drawings.push(Picture { file: file(name, "cost-against-"), title: heading, says, svg });
        }
    }
    let logs: Vec<(&str, &RunLog)> = first.iter().map(|(label, log)| (label.as_str(), log)).collect();
    if let Some(svg) = side_by_side(&logs) {
        let says =
            told(logs.iter().map(|(label, log)| format!("{label}: {}", verdict::sentence(&Rows::of(log)))));
        let (file, title) = ("decryptability.svg".to_owned(), "Decryptability".to_owned());
        drawings.push(Picture { file, title, says, svg });
    }
    drawings
}

/// The first few, and how many more.
fn told(sentences: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = sentences.collect();
    let more = all.len().saturating_sub(verdict::MOST);
    let first = all[..all.len() - more].join(" ");
    if more == 0 { first } else { format!("{first} And {more} more.") }
}

/// Which variant has least, which most, and which have none.
fn extent(rows: &[Estimate]) -> String {
    let whole = rows.iter().filter(|row| row.never == 0);
    let means: Vec<(f64, &Estimate)> = whole.filter_map(|row| Some((row.mean?, row))).collect();
    let least = means.iter().min_by(|a, b| a.0.total_cmp(&b.0));
    let most = means.iter().rev().max_by(|a, b| a.0.total_cmp(&b.0));
    let with = |row: &Estimate| format!("{} with {}", row.label, row.text);
    let mut sentences = Vec::new();
    match (least, most) {
        (Some((least, row)), Some((most, _))) if least == most => {
            sentences.push(format!("{} for all that have a value.", row.text));
        }
        (Some((_, least)), Some((_, most))) => {
            sentences.push(format!("Least: {}; most: {}.", with(least), with(most)));
        }
        _ => {}
    }
    let never = rows.iter().filter(|row| row.never > 0);
    sentences
        .extend(never.map(|row| format!("{}: not recovered in {} of {}.", row.label, row.never, row.trials)));
    told(sentences.into_iter())
}

/// Both metrics of each variant that has them.
fn pairs(across: &[Estimate], up: &[Estimate]) -> String {
    let known = across.iter().zip(up).filter(|(a, b)| a.mean.is_some() && (b.never > 0 || b.mean.is_some()));
    let one = |(a, b): (&Estimate, &Estimate)| match b.never {
        0 => format!("{}: {} a month, {}.", a.label, a.text, b.text),
        never => format!("{}: {} a month, not recovered in {never} of {}.", a.label, a.text, b.trials),
    };
    told(known.map(one))
}

fn caption(all: &[&Batch]) -> String {
    let Some(first) = all.first() else { return String::new() };
    format!(
        "{} · {} trials each · seed {} · mean, its 95 % interval (thick), 90 % of trials (thin)",
        first.title,
        first.trials.len(),
        first.seed
    )
}

/// The metrics of these kinds about a whole client or store, in order: as many of each as anybody looks at.
fn names(all: &[&Batch], kinds: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for kind in kinds {
        let is = |name: &&str| {
            name.split_once('(').is_some_and(|(metric, rest)| metric == *kind && !rest.contains(','))
        };
        let mut found: Vec<&str> = all.iter().flat_map(|batch| batch.names()).filter(is).collect();
        found.sort_unstable();
        found.dedup();
        names.extend(found.into_iter().take(terminal::MOST).map(str::to_owned));
    }
    names
}

/// `recovery-time(app)` is `Recovery time of app`.
fn title(name: &str) -> String {
    let (metric, rest) = name.split_once('(').unwrap_or((name, ""));
    let words = metric.replace('-', " ");
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    match rest.strip_suffix(')').filter(|of| !of.is_empty()) {
        Some(of) => format!("{first}{} of {of}", letters.as_str()),
        None => first + letters.as_str(),
    }
}

/// `recovery-time(app)` stands in `recovery-time-app.svg`.
fn file(name: &str, before: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    format!("{before}{}.svg", parts.join("-"))
}

fn measure(unit: &str) -> Measure {
    match unit {
        "share" => Measure::Share,
        "s" => Measure::Seconds,
        "USD" => Measure::Money,
        _ => Measure::Number,
    }
}

fn estimates(all: &[&Batch], name: &str) -> (Measure, Vec<Estimate>) {
    let rows: Vec<(String, Summary)> =
        all.iter().map(|batch| (batch.label(), summary::of(batch, name))).collect();
    let unit = rows.iter().find(|(_, row)| row.trials > 0).map_or("s", |(_, row)| row.unit.as_str());
    (measure(unit), rows.iter().map(|(label, row)| estimate(label, row)).collect())
}

fn estimate(label: &str, summary: &Summary) -> Estimate {
    // One trial has a value, if no interval.
    let one = || summary.quantiles.and_then(|quantiles| quantiles[2]);
    let mean = summary.mean.or_else(one).filter(|_| summary.never < summary.trials);
    let spread = summary.quantiles.and_then(|quantiles| quantiles[1].zip(quantiles[3]));
    Estimate {
        label: label.to_owned(),
        mean,
        interval: summary.interval,
        spread,
        never: summary.never,
        trials: summary.trials,
        text: mean.map(|mean| show(mean, &summary.unit)).unwrap_or_default(),
    }
}

/// The drawings of a sweep: for each metric a line over one axis, a heat map over two; of more axes, heat maps
/// of the last two for every combination of the others.
pub fn of_sweep(sweep: &Sweep) -> Vec<Picture> {
    let Some(first) = sweep.cells.first() else { return Vec::new() };
    let whole = if sweep.partial { ", interrupted" } else { "" };
    let about = format!(
        "{} · {} each · seed {}{whole}",
        first.batch.title,
        of_trials(first.batch.trials.len()),
        first.batch.seed
    );
    let draw = |name: &String| {
        let unit =
            sweep.cells.iter().map(|cell| sweep.summary(cell, name)).find(|found| found.trials > 0)?.unit;
        let (title, measure) = (title(name), measure(&unit));
        let svg = match &sweep.axes[..] {
            [axis] => {
                let point = |cell: &Cell| estimate(&cell.values[0], &sweep.summary(cell, name));
                let points: Vec<Estimate> = sweep.cells.iter().map(point).collect();
                let numbers = axis.numbers().map(|numbers| numbers[..points.len()].to_vec());
                let subtitle = format!("{about} · mean, its 95 % interval (thick), 90 % of trials (thin)");
                plots::line(&title, &subtitle, measure, (&axis.path, numbers.as_deref()), &points)
            }
            [others @ .., rows, columns] => {
                let axes = |axis: &Axis| axis.label(&sweep.axes).to_owned();
                let panels = panels(sweep, name, others, (rows, columns));
                let (down, across) = (axes(rows), axes(columns));
                let axes = ((down.as_str(), &rows.values[..]), (across.as_str(), &columns.values[..]));
                plots::heat_map(&title, &format!("{about} · mean"), measure, axes, &panels)
            }
            [] => None,
        };
        let texts = || sweep.cells.iter().map(|cell| sweep::cell_text(&sweep.summary(cell, name)));
        let whole = texts().next().filter(|first| texts().all(|text| text == *first));
        let says = match whole {
            Some(text) => format!("{text} in every cell."),
            None => sweep::extremes(sweep, name).trim().to_owned(),
        };
        Some(Picture { file: file(name, ""), title, says, svg: svg? })
    };
    sweep.metrics.iter().filter_map(draw).collect()
}

fn panels(sweep: &Sweep, name: &str, others: &[Axis], (rows, columns): (&Axis, &Axis)) -> Vec<Panel> {
    let cell = |values: &[String]| sweep.cells.iter().find(|cell| cell.values == values);
    let panel = |chosen: Vec<String>| {
        let at = |row: &String, column: &String| {
            let values: Vec<String> = chosen.iter().chain([row, column]).cloned().collect();
            cell(&values).map(|cell| estimate("", &sweep.summary(cell, name)))
        };
        let cells =
            rows.values.iter().map(|row| columns.values.iter().map(|column| at(row, column)).collect());
        let cells = cells.collect();
        let names =
            others.iter().zip(&chosen).map(|(axis, value)| format!("{} {value}", axis.label(&sweep.axes)));
        Panel { name: names.collect::<Vec<_>>().join(", "), cells }
    };
    super::sweep::grid(others).into_iter().map(panel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_have_titles_and_files() {
        assert_eq!(title("recovery-time(app)"), "Recovery time of app");
        assert_eq!(title("cost"), "Cost");
        assert_eq!(file("recovery-time(app-dr)", ""), "recovery-time-app-dr.svg");
        assert_eq!(file("staleness(app, us-east-1)", "x-"), "x-staleness-app-us-east-1.svg");
    }

    fn estimate(label: &str, mean: Option<f64>, never: u64) -> Estimate {
        let text = mean.map(|mean| format!("{mean}s")).unwrap_or_default();
        Estimate { label: label.to_owned(), mean, never, trials: 5, text, ..Estimate::default() }
    }

    #[test]
    fn a_drawing_says_who_has_least_and_most_and_who_never() {
        let rows = [estimate("a", Some(60.0), 0), estimate("b", Some(9.0), 0), estimate("c", Some(1.0), 2)];
        assert_eq!(extent(&rows), "Least: b with 9s; most: a with 60s. c: not recovered in 2 of 5.");
        assert_eq!(extent(&rows[..1]), "60s for all that have a value.");
        let cost = [estimate("a", Some(80.0), 0), estimate("b", None, 0), estimate("c", Some(5.0), 0)];
        assert_eq!(pairs(&cost, &rows), "a: 80s a month, 60s. c: 5s a month, not recovered in 2 of 5.");
    }
}
