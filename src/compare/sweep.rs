//! A grid of overlays: the same scenario with every combination of some values.

use super::summary::{self, Summary};
use super::trials::Batch;
use super::{difference, json, stored, terminal};
use crate::runlog::parse;
use crate::scenario::short;
use crate::sim::Span;
use std::str::FromStr;

/// The most cells of a grid.
pub const MOST_CELLS: usize = 2_500;

/// One value of the scenario, and what it is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// As `--set` has it: `clients.app.rate`.
    pub path: String,
    /// At least one, as written.
    pub values: Vec<String>,
}

/// `path=a,b,c`; `path=5m..30m:5m`, in steps, with both ends if a step meets the last; `path=1..2/5`, so many, evenly.
impl FromStr for Axis {
    type Err = String;

    fn from_str(text: &str) -> Result<Axis, String> {
        let (path, list) =
            text.split_once('=').ok_or_else(|| format!("`{text}` is no axis: write `path=a,b,c`"))?;
        let mut values = Vec::new();
        for item in split(list) {
            values.extend(expanded(item.trim())?);
            if values.len() > MOST_CELLS {
                return Err(format!("`{path}` has more than {MOST_CELLS} values"));
            }
        }
        if path.trim().is_empty() || values.iter().any(String::is_empty) {
            return Err(format!("`{text}` is no axis: write `path=a,b,c`"));
        }
        if let Some(twice) = (1..values.len()).find(|index| values[..*index].contains(&values[*index])) {
            return Err(format!("`{path}` has the value `{}` twice", values[twice]));
        }
        Ok(Axis { path: path.trim().to_owned(), values })
    }
}

impl Axis {
    /// What distinguishes the path: its last part, or if others end alike, all of it.
    pub fn label<'a>(&'a self, all: &[Axis]) -> &'a str {
        let last = |path: &'a str| path.rsplit('.').next().unwrap_or(path);
        let short = last(&self.path);
        let alike = all.iter().filter(|other| other.path.rsplit('.').next() == Some(short)).count();
        if alike > 1 { &self.path } else { short }
    }

    /// The values as numbers, if all of them are numbers with the same unit, or durations.
    pub fn numbers(&self) -> Option<Vec<f64>> {
        let duration = |text: &String| Some(parse::duration(text).ok()?.as_secs_f64());
        if let Some(spans) = self.values.iter().map(duration).collect() {
            return Some(spans);
        }
        let parts: Vec<(f64, &str)> =
            self.values.iter().map(|value| number_and_unit(value)).collect::<Option<_>>()?;
        let same = parts.windows(2).all(|two| two[0].1 == two[1].1);
        same.then(|| parts.into_iter().map(|(number, _)| number).collect())
    }
}

/// At commas that stand in no bracket and in no quotes.
fn split(list: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut quoted, mut start) = (Vec::new(), 0usize, false, 0);
    for (at, c) in list.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts
}

/// A range as its values; anything else is a value.
fn expanded(item: &str) -> Result<Vec<String>, String> {
    let range = item.split_once("..").and_then(|(from, rest)| {
        // A rate has a slash of its own: the last one parts.
        let at = rest.find(':').or_else(|| rest.rfind('/'))?;
        Some((from, &rest[..at], &rest[at..at + 1], &rest[at + 1..]))
    });
    let Some((from, to, kind, by)) = range else { return Ok(vec![item.to_owned()]) };
    if let Some(values) = durations(from, to, kind, by) {
        return Ok(values);
    }
    let wrong = || format!("`{item}` is no range: write `5m..30m:5m` (steps) or `0.1..0.9/5` (so many)");
    let ((to, unit), (from, from_unit)) =
        (number_and_unit(to).ok_or_else(wrong)?, number_and_unit(from).ok_or_else(wrong)?);
    if !from_unit.is_empty() && from_unit != unit {
        return Err(wrong());
    }
    let (count, step) = match kind {
        ":" => {
            let (step, step_unit) = number_and_unit(by).ok_or_else(wrong)?;
            let is_there = step_unit.is_empty() || step_unit == unit;
            // A rounding error is no reason to miss the end.
            let steps = (to - from) / step + 1e-9;
            if !is_there || step <= 0.0 || !(0.0..MOST_CELLS as f64).contains(&steps) {
                return Err(wrong());
            }
            (libm::floor(steps) as usize + 1, step)
        }
        _ => {
            let count: usize =
                by.parse().ok().filter(|count| (2..=MOST_CELLS).contains(count)).ok_or_else(wrong)?;
            (count, (to - from) / (count - 1) as f64)
        }
    };
    Ok((0..count).map(|index| format!("{}{unit}", plain(from + index as f64 * step))).collect())
}

/// A range of durations, each in its own unit: `30m..2h:30m`.
fn durations(from: &str, to: &str, kind: &str, by: &str) -> Option<Vec<String>> {
    let nanos = |text: &str| Some(i128::from(parse::duration(text.trim()).ok()?.0));
    let (from, to) = (nanos(from)?, nanos(to)?);
    let (count, step) = match kind {
        ":" => {
            let step = nanos(by).filter(|step| *step > 0)?;
            ((to - from) / step + 1, step)
        }
        _ => {
            let count: i128 = by.parse().ok().filter(|count| *count > 1)?;
            (count, (to - from) / (count - 1))
        }
    };
    let is_possible = to >= from && count <= MOST_CELLS as i128;
    is_possible.then(|| (0..count).map(|index| short(Span((from + index * step) as u64))).collect())
}

/// `30m` is 30 and `m`; `10/s` is 10 and `/s`.
fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || "._-+".contains(c))).unwrap_or(text.len());
    let number = text[..end].replace('_', "").parse::<f64>().ok().filter(|number| number.is_finite())?;
    Some((number, &text[end..]))
}

/// A number without what only the arithmetic added to it.
fn plain(number: f64) -> String {
    let rounded = libm::round(number * 1e9) / 1e9;
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

/// One combination of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// One of each axis, in their order.
    pub values: Vec<String>,
    /// What was played.
    pub batch: Batch,
}

/// Every combination, the last axis changing fastest.
pub fn grid(axes: &[Axis]) -> Vec<Vec<String>> {
    axes.iter().fold(vec![Vec::new()], |cells, axis| {
        let with = |cell: &Vec<String>| {
            let one = |value: &String| cell.iter().cloned().chain([value.clone()]).collect::<Vec<_>>();
            axis.values.iter().map(one).collect::<Vec<_>>()
        };
        cells.iter().flat_map(with).collect()
    })
}

/// A sweep that was played.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// At least one.
    pub axes: Vec<Axis>,
    /// Whole cells, in the order of [`grid`]; of an interrupted sweep the first ones.
    pub cells: Vec<Cell>,
    /// What is reported and drawn, by name.
    pub metrics: Vec<String>,
    /// Whether it was interrupted.
    pub partial: bool,
}

impl Sweep {
    /// A metric in a cell.
    pub fn summary(&self, cell: &Cell, metric: &str) -> Summary {
        summary::of(&cell.batch, metric)
    }

    /// The files: `trials.csv`, a row a cell, trial and metric; `sweep.csv`, a row a cell and metric; `summary.json`.
    pub fn files(&self, name: &str) -> Vec<(String, String)> {
        vec![
            ("sweep.csv".to_owned(), self.summaries()),
            ("trials.csv".to_owned(), self.trials()),
            ("summary.json".to_owned(), json::sweep(name, self)),
        ]
    }

    fn head<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        self.axes.iter().map(|axis| axis.path.as_str()).chain(rest.iter().copied()).collect()
    }

    fn summaries(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing into memory cannot fail.
        let rest = [
            "metric",
            "unit",
            "trials",
            "not_recovered",
            "mean",
            "mean_low",
            "mean_high",
            "p5",
            "p50",
            "p95",
        ];
        let _ = writer.write_record(self.head(&rest));
        let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        for cell in &self.cells {
            for name in cell.batch.names() {
                let summary = self.summary(cell, name);
                let (low, high) = summary.interval.unzip();
                let quantile =
                    |index: usize| number(summary.quantiles.and_then(|quantiles| quantiles[index]));
                let row = [
                    name.to_owned(),
                    summary.unit.clone(),
                    summary.trials.to_string(),
                    summary.never.to_string(),
                    number(summary.mean),
                    number(low),
                    number(high),
                    quantile(1),
                    quantile(2),
                    quantile(3),
                ];
                let _ = writer.write_record(cell.values.iter().cloned().chain(row));
            }
        }
        difference::text(writer)
    }

    fn trials(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let _ = writer.write_record(self.head(&["trial", "metric", "value", "unit"]));
        for cell in &self.cells {
            for trial in &cell.batch.trials {
                for (name, value) in &trial.values {
                    let unit = stored::unit_of(value).unwrap_or("s");
                    let row =
                        [trial.number.to_string(), name.clone(), stored::written(value), unit.to_owned()];
                    let _ = writer.write_record(cell.values.iter().cloned().chain(row));
                }
            }
        }
        difference::text(writer)
    }
}

/// For people: of each metric a table of its means, over one axis down, over two down and across; and where it is least
/// and most.
pub fn report(sweep: &Sweep) -> String {
    let Some(first) = sweep.cells.first() else { return String::new() };
    let mut text = format!(
        "{}\n{} cells of {} trials · seed {} · rule set {} · the same random numbers for all\n",
        first.batch.title,
        sweep.cells.len(),
        first.batch.trials.len(),
        first.batch.seed,
        first.batch.rule_set
    );
    for name in &sweep.metrics {
        text += &format!("\n{name}\n");
        text += &match &sweep.axes[..] {
            [.., rows, columns] if columns.values.len() <= 8 => across(sweep, name, rows, columns),
            _ => down(sweep, name),
        };
        text += &extremes(sweep, name);
    }
    text
}

/// The mean, or in how many trials it never came.
pub fn cell_text(summary: &Summary) -> String {
    let one = || summary.quantiles.and_then(|quantiles| quantiles[2]);
    match (summary.mean.or_else(one), summary.never) {
        (Some(mean), 0) => terminal::show(mean, &summary.unit),
        (_, never) if never > 0 && never == summary.trials => "not recovered".to_owned(),
        (_, never) if never > 0 => format!("not recovered in {never}"),
        _ => match summary.texts.iter().max_by_key(|(_, count)| **count) {
            Some((text, _)) => text.clone(),
            None => "–".to_owned(),
        },
    }
}

/// A row a cell.
fn down(sweep: &Sweep, name: &str) -> String {
    let head = sweep.axes.iter().map(|axis| axis.label(&sweep.axes)).collect::<Vec<_>>().join(", ");
    let mut rows = vec![[format!("  {head}"), "mean".to_owned(), "95 % interval".to_owned()]];
    rows.extend(sweep.cells.iter().map(|cell| {
        let summary = sweep.summary(cell, name);
        let show = |number| terminal::show(number, &summary.unit);
        let interval = summary.interval.map(|(low, high)| format!("{} to {}", show(low), show(high)));
        [format!("  {}", cell.values.join(", ")), cell_text(&summary), interval.unwrap_or_default()]
    }));
    terminal::table(rows)
}

/// The last axis across, the others down.
fn across(sweep: &Sweep, name: &str, rows: &Axis, columns: &Axis) -> String {
    let corner = format!("  {} × {}", rows.label(&sweep.axes), columns.label(&sweep.axes));
    let mut table =
        vec![std::iter::once(corner).chain(columns.values.iter().cloned()).collect::<Vec<String>>()];
    for cells in sweep.cells.chunks(columns.values.len()) {
        let values = &cells[0].values;
        let label = format!("  {}", values[..values.len() - 1].join(", "));
        let texts = cells.iter().map(|cell| cell_text(&sweep.summary(cell, name)));
        let mut row: Vec<String> = std::iter::once(label).chain(texts).collect();
        row.resize(columns.values.len() + 1, String::new());
        table.push(row);
    }
    terminal::table(table)
}

/// One sentence: where the mean is least, and where most.
pub fn extremes(sweep: &Sweep, name: &str) -> String {
    let mean = |cell: &&Cell| {
        let summary = sweep.summary(cell, name);
        let one = || summary.quantiles.and_then(|quantiles| quantiles[2]);
        let never = (summary.never > 0).then_some(f64::INFINITY);
        never.or(summary.mean).or_else(one)
    };
    let with = |cell: &Cell| {
        let pairs = sweep.axes.iter().zip(&cell.values);
        pairs
            .map(|(axis, value)| format!("{} {value}", axis.label(&sweep.axes)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let known: Vec<(f64, &Cell)> = sweep.cells.iter().filter_map(|cell| Some((mean(&cell)?, cell))).collect();
    let least = known.iter().min_by(|a, b| a.0.total_cmp(&b.0));
    let most = known.iter().rev().max_by(|a, b| a.0.total_cmp(&b.0));
    match (least, most) {
        _ if known.len() < 2 => String::new(),
        (Some((least, _)), Some((most, _))) if least == most => "  The same in every cell.\n".to_owned(),
        (Some((_, least)), Some((_, most))) => {
            let text = |cell| cell_text(&sweep.summary(cell, name));
            format!(
                "  Least with {}: {}. Most with {}: {}.\n",
                with(least),
                text(least),
                with(most),
                text(most)
            )
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        text.parse::<Axis>().unwrap_or_else(|why| panic!("{text}: {why}")).values
    }

    #[test]
    fn lists_and_ranges_are_expanded() {
        assert_eq!(values("a.b=1,2,x"), ["1", "2", "x"]);
        assert_eq!(values("a=5m..20m:5m"), ["5m", "10m", "15m", "20m"]);
        assert_eq!(values("a=30m..2h:45m"), ["30m", "75m", "2h"]);
        assert_eq!(values("a=1s..2s/3"), ["1s", "1500ms", "2s"]);
        assert_eq!(values("a=5..21m:5m"), ["5m", "10m", "15m", "20m"]);
        assert_eq!(values("a=0.1..0.3:0.1"), ["0.1", "0.2", "0.3"]);
        assert_eq!(values("a=0%..100%/3"), ["0%", "50%", "100%"]);
        assert_eq!(values("a=1/s..3/s:1"), ["1/s", "2/s", "3/s"]);
        assert_eq!(values("a=1/s..3/s/2"), ["1/s", "3/s"]);
        assert_eq!(values("a=-1..1:1"), ["-1", "0", "1"]);
        assert_eq!(values(r#"a=["x", "y"],["z"]"#), [r#"["x", "y"]"#, r#"["z"]"#]);
        assert_eq!(values("a=exponential(5ms)"), ["exponential(5ms)"]);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["a", "=1,2", "a=", "a=1,,2", "a=1,1", "a=1..5:0", "a=5..1:1", "a=1..2/1", "a=1/s..2/m:1"]
        {
            assert!(text.parse::<Axis>().is_err(), "{text}");
        }
        assert!("a=0..100000:1".parse::<Axis>().is_err());
    }

    #[test]
    fn every_combination_is_a_cell() {
        let axes: Vec<Axis> = ["a=1,2", "b=x,y,z"].map(|text| text.parse().expect("an axis")).into();
        let cells = grid(&axes);
        assert_eq!(cells.len(), 6);
        assert_eq!((cells[0].join(" "), cells[4].join(" ")), ("1 x".to_owned(), "2 y".to_owned()));
    }

    #[test]
    fn values_of_one_unit_are_numbers() {
        let numbers = |text: &str| text.parse::<Axis>().expect("an axis").numbers();
        assert_eq!(numbers("a=30s,1m"), Some(vec![30.0, 60.0]));
        assert_eq!(numbers("a=1/s,5/s"), Some(vec![1.0, 5.0]));
        assert_eq!(numbers("a=1,x"), None);
        assert_eq!(numbers("a=1/s,5/m"), None);
    }

    #[test]
    fn a_path_is_called_by_its_end_if_that_is_clear() {
        let axes: Vec<Axis> = ["clients.a.rate=1", "clients.b.rate=1", "timeline.outage.for=1h"]
            .map(|text| text.parse().expect("an axis"))
            .into();
        assert_eq!(axes[0].label(&axes), "clients.a.rate");
        assert_eq!(axes[2].label(&axes), "for");
    }
}
