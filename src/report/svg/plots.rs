//! Drawings of many trials: intervals by variant, one metric against another, lines and heat maps over a grid. They
//! take plain numbers, so that whoever has numbers can draw them.

use super::axis::{Scale, value_ticks};
use super::canvas::{Anchor, Canvas, Color, Font, fitted, text_width};
use super::sheet::{MARGIN, WIDTH, font, heading};
use super::{BAD, GREY, INK, PAPER, RULE, ink_on, series_color};
use crate::sim::Span;

/// What a metric is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// 0 to 1, drawn as per cent.
    Share,
    /// Seconds.
    Seconds,
    /// US dollars.
    Money,
    /// A number.
    Number,
}

/// What trials say of a metric, of one variant or cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Whose.
    pub label: String,
    /// The mean of the trials that have a finite value.
    pub mean: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// The quantiles 5 % and 95 %.
    pub spread: Option<(f64, f64)>,
    /// In how many trials it never came ("not recovered").
    pub never: u64,
    /// Of so many.
    pub trials: u64,
    /// The mean, as people read it.
    pub text: String,
}

impl Estimate {
    fn values(&self) -> impl Iterator<Item = f64> {
        let pairs = [self.interval, self.spread].into_iter().flatten().flat_map(|(low, high)| [low, high]);
        self.mean.into_iter().chain(pairs).filter(|value| value.is_finite())
    }

    fn never_text(&self) -> String {
        match self.never == self.trials {
            true => "not recovered".to_owned(),
            false => format!("not recovered in {} of {}", self.never, self.trials),
        }
    }
}

const NEVER: Color = BAD;
const LABELS: f64 = 344.0;
const VALUES: f64 = 150.0;
const ROW: f64 = 26.0;
const TOP: f64 = 76.0;

/// A scale for values, with its ticks. Durations of very different length stand on a logarithmic one.
struct Ruler {
    scale: Scale,
    ticks: Vec<(f64, String)>,
    /// Where zero stands on a logarithmic scale.
    zero: Option<f64>,
    nanos: bool,
}

impl Ruler {
    fn new(measure: Measure, values: &[f64], from: f64, to: f64) -> Ruler {
        let high = values.iter().copied().fold(0.0, f64::max);
        let low = values.iter().copied().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
        let wide = measure == Measure::Seconds && low.is_finite() && high / low > 30.0;
        if wide {
            let with_zero = values.iter().any(|value| *value <= 0.0);
            let start = if with_zero { from + (to - from).signum() * 26.0 } else { from };
            let span = |seconds: f64| Span((seconds * 1e9) as u64);
            let scale = Scale::log(span(low), span(high), start, to);
            let mut ticks: Vec<_> =
                scale.ticks().into_iter().map(|(at, name)| (at, name.to_owned())).collect();
            if with_zero {
                ticks.insert(0, (from, "0".to_owned()));
            }
            return Ruler { scale, ticks, zero: with_zero.then_some(from), nanos: true };
        }
        // Large shares that differ are looked at closely.
        let lowest = if measure == Measure::Share && low > 0.5 && low < high { low } else { 0.0 };
        let ticks = value_ticks(measure, lowest, high);
        let (first, last) = match (ticks.first(), ticks.last()) {
            (Some((first, _)), Some((last, _))) => (*first, *last),
            _ => (0.0, 1.0),
        };
        let scale = Scale::linear(first, last, from, to);
        let ticks = ticks.into_iter().map(|(value, name)| (scale.place(value), name)).collect();
        Ruler { scale, ticks, zero: None, nanos: false }
    }

    fn place(&self, value: f64) -> f64 {
        match self.zero {
            Some(at) if value <= 0.0 => at,
            _ if self.nanos => self.scale.place(value * 1e9),
            _ => self.scale.place(value),
        }
    }

    /// Lines from left to right at the ticks, with their names on the left.
    fn rule_across(&self, canvas: &mut Canvas, (left, right): (f64, f64)) {
        for (at, name) in &self.ticks {
            canvas.line(&[(left, *at), (right, *at)], RULE, 1.0);
            canvas.text((left - 8.0, *at), name, Font { anchor: Anchor::Right, ..font(11.0, GREY) });
        }
    }

    /// Lines from top to bottom at the ticks, with their names below.
    fn rule_down(&self, canvas: &mut Canvas, (top, bottom): (f64, f64)) {
        for (at, name) in &self.ticks {
            canvas.line(&[(*at, top), (*at, bottom)], RULE, 1.0);
            canvas.text((*at, bottom + 14.0), name, Font { anchor: Anchor::Middle, ..font(11.0, GREY) });
        }
    }
}

/// A row for each variant: the mean, its interval (thick), where 90 % of the trials lie (thin); and in how many the
/// value never came. `None`: no variant has a value.
pub fn intervals(title: &str, subtitle: &str, measure: Measure, rows: &[Estimate]) -> Option<String> {
    if rows.iter().all(|row| row.values().next().is_none() && row.never == 0) {
        return None;
    }
    let (left, right) = (LABELS, WIDTH - VALUES - MARGIN);
    let bottom = TOP + ROW * rows.len() as f64;
    let mut canvas = Canvas::new(WIDTH, bottom + 44.0, PAPER);
    heading(&mut canvas, title, subtitle, &[]);
    let values: Vec<f64> = rows.iter().flat_map(Estimate::values).collect();
    let ruler = Ruler::new(measure, &values, left, right);
    ruler.rule_down(&mut canvas, (TOP - 6.0, bottom));
    for (index, row) in rows.iter().enumerate() {
        let y = TOP + ROW * (index as f64 + 0.5);
        let name = fitted(&row.label, 12.0, LABELS - MARGIN - 12.0);
        canvas.text((left - 12.0, y), &name, Font { anchor: Anchor::Right, ..font(12.0, INK) });
        let color = series_color(0);
        let mut bar = |pair: Option<(f64, f64)>, half: f64, color, alpha| {
            if let Some((low, high)) = pair.filter(|(low, high)| low.is_finite() && high.is_finite()) {
                let (low, high) = (ruler.place(low), ruler.place(high));
                canvas.rect((low, y - half), (high.max(low + 1.0), y + half), color, alpha);
            }
        };
        bar(row.spread, 1.5, color, 0.45);
        bar(row.interval, 4.5, color, 0.55);
        if let Some(mean) = row.mean {
            canvas.disc((ruler.place(mean), y), 4.0, color);
        }
        match row.never {
            0 => canvas.text((right + 12.0, y), &row.text, font(12.0, INK)),
            _ => {
                canvas.cross((right, y), 4.0);
                let text = fitted(&row.never_text(), 11.0, VALUES);
                canvas.text((right + 12.0, y), &text, font(11.0, NEVER));
            }
        }
    }
    Some(canvas.finish())
}

/// A metric of the plane: what it is, and its numbers.
pub struct Side<'a> {
    /// As it stands beside the axis.
    pub name: &'a str,
    /// What it is counted in.
    pub measure: Measure,
    /// One of each variant, in the same order on both sides.
    pub values: &'a [Estimate],
}

/// One metric against another: a numbered point for each variant, with both intervals; what never came stands above
/// the plane. Variants at the same place share a point. `None`: no variant has a point.
pub fn plane(title: &str, subtitle: &str, across: &Side, up: &Side) -> Option<String> {
    const SIDE: f64 = 420.0;
    const LEFT: f64 = 92.0;
    const LEGEND: f64 = 330.0;
    let right = WIDTH - LEGEND - MARGIN;
    let variants = across.values.len();
    let (top, bottom) = (TOP + 34.0, (TOP + 34.0 + SIDE).max(TOP + 17.0 * variants as f64));
    let numbers = |side: &Side| side.values.iter().flat_map(Estimate::values).collect::<Vec<f64>>();
    let x = Ruler::new(across.measure, &numbers(across), LEFT, right);
    let y = Ruler::new(up.measure, &numbers(up), bottom, top);
    let never = top - 26.0;
    let points: Vec<Option<(f64, f64)>> = across
        .values
        .iter()
        .zip(up.values)
        .map(|(a, b)| {
            let height = if b.never > 0 { Some(never) } else { b.mean.map(|mean| y.place(mean)) };
            Some((x.place(a.mean?), height?))
        })
        .collect();
    points.iter().flatten().next()?;
    let mut canvas = Canvas::new(WIDTH, bottom + 56.0, PAPER);
    heading(&mut canvas, title, subtitle, &[]);
    x.rule_down(&mut canvas, (top, bottom));
    y.rule_across(&mut canvas, (LEFT, right));
    if up.values.iter().any(|value| value.never > 0) {
        canvas.line(&[(LEFT, never), (right, never)], NEVER, 0.75);
        canvas.text((LEFT - 8.0, never), "never", Font { anchor: Anchor::Right, ..font(11.0, NEVER) });
    }
    let middle = Font { anchor: Anchor::Middle, ..font(12.0, INK) };
    canvas.text(((LEFT + right) / 2.0, bottom + 36.0), across.name, middle);
    canvas.text((MARGIN, top - 44.0), up.name, font(12.0, INK));
    for ((a, b), point) in across.values.iter().zip(up.values).zip(&points) {
        let Some((px, py)) = *point else { continue };
        if let Some((low, high)) = a.interval {
            canvas.line(&[(x.place(low), py), (x.place(high), py)], series_color(0), 1.0);
        }
        if let Some((low, high)) = b.interval.filter(|_| b.never == 0) {
            canvas.line(&[(px, y.place(low)), (px, y.place(high))], series_color(0), 1.0);
        }
    }
    let mut placed: Vec<((f64, f64), Vec<usize>)> = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let Some(point) = *point else { continue };
        let near = |other: &&mut ((f64, f64), Vec<usize>)| {
            (other.0.0 - point.0).abs() < 9.0 && (other.0.1 - point.1).abs() < 9.0
        };
        match placed.iter_mut().find(near) {
            Some((_, numbers)) => numbers.push(index + 1),
            None => placed.push((point, vec![index + 1])),
        }
    }
    for ((px, py), numbers) in &placed {
        let color = if *py == never { NEVER } else { series_color(0) };
        canvas.disc((*px, *py), 5.0, color);
        let text = shortened(numbers);
        let beside = *px + 9.0 + text_width(&text, 11.0) < right + LEGEND * 0.1;
        let (at, anchor) = if beside { (*px + 9.0, Anchor::Left) } else { (*px - 9.0, Anchor::Right) };
        canvas.text((at, *py - 8.0), &text, Font { anchor, bold: true, ..font(11.0, INK) });
    }
    for (index, value) in across.values.iter().enumerate() {
        let text = fitted(&format!("{}  {}", index + 1, value.label), 11.0, LEGEND - 36.0);
        let color = if points[index].is_some() { INK } else { GREY };
        canvas.text((right + 36.0, TOP + 17.0 * index as f64), &text, font(11.0, color));
    }
    Some(canvas.finish())
}

/// `1–4, 7`.
fn shortened(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let run = |(first, last): (usize, usize)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    };
    runs.into_iter().map(run).collect::<Vec<_>>().join(", ")
}

/// Where points stand: numbers where they belong, others side by side.
fn positions(numbers: Option<&[f64]>, count: usize, (from, to): (f64, f64)) -> Vec<f64> {
    match numbers {
        Some(numbers) => {
            let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let scale = Scale::linear(low, high, from, to);
            numbers.iter().map(|number| scale.place(*number)).collect()
        }
        None => {
            let step = (to - from) / count.saturating_sub(1).max(1) as f64;
            (0..count).map(|index| from + step * index as f64).collect()
        }
    }
}

/// A metric along one axis of values: means with their intervals, where 90 % of the trials lie, and above, what never
/// came. Values that are numbers stand where they belong, others side by side. `None`: there is nothing to draw.
pub fn line(
    title: &str,
    subtitle: &str,
    measure: Measure,
    (axis, numbers): (&str, Option<&[f64]>),
    points: &[Estimate],
) -> Option<String> {
    const HEIGHT: f64 = 340.0;
    let (left, right) = (92.0, WIDTH - MARGIN - 40.0);
    let (top, bottom) = (TOP + 30.0, TOP + 30.0 + HEIGHT);
    let values: Vec<f64> = points.iter().flat_map(Estimate::values).collect();
    if values.is_empty() && points.iter().all(|point| point.never == 0) {
        return None;
    }
    let y = Ruler::new(measure, &values, bottom, top);
    let x = positions(numbers, points.len(), (left + 30.0, right - 30.0));
    let mut canvas = Canvas::new(WIDTH, bottom + 56.0, PAPER);
    heading(&mut canvas, title, subtitle, &[]);
    y.rule_across(&mut canvas, (left, right));
    let mut free = f64::NEG_INFINITY;
    for (point, at) in points.iter().zip(&x) {
        let half = text_width(&point.label, 11.0) / 2.0;
        if at - half > free {
            let middle = Font { anchor: Anchor::Middle, ..font(11.0, GREY) };
            canvas.text((*at, bottom + 16.0), &fitted(&point.label, 11.0, 140.0), middle);
            free = at + half + 8.0;
        }
    }
    canvas.text(
        ((left + right) / 2.0, bottom + 38.0),
        axis,
        Font { anchor: Anchor::Middle, ..font(12.0, INK) },
    );
    let color = series_color(0);
    let places: Vec<(f64, Option<f64>)> =
        points.iter().zip(&x).map(|(point, at)| (*at, point.mean.map(|mean| y.place(mean)))).collect();
    for two in places.windows(2) {
        if let [(ax, Some(ay)), (bx, Some(by))] = two {
            canvas.line(&[(*ax, *ay), (*bx, *by)], color, 1.5);
        }
    }
    for (point, (at, height)) in points.iter().zip(&places) {
        let mut bar = |pair: Option<(f64, f64)>, half: f64, alpha| {
            if let Some((low, high)) = pair.filter(|(low, high)| low.is_finite() && high.is_finite()) {
                canvas.rect(
                    (at - half, y.place(high)),
                    (at + half, y.place(low).max(y.place(high) + 1.0)),
                    color,
                    alpha,
                );
            }
        };
        bar(point.spread, 1.0, 0.45);
        bar(point.interval, 3.5, 0.55);
        if let Some(height) = height {
            canvas.disc((*at, *height), 4.0, color);
        }
        if point.never > 0 {
            canvas.cross((*at, top - 14.0), 4.0);
            let text = format!("never in {} of {}", point.never, point.trials);
            canvas.text((*at, top - 28.0), &text, Font { anchor: Anchor::Middle, ..font(10.0, NEVER) });
        }
    }
    Some(canvas.finish())
}

/// An axis of values: its name, and each as it is written.
pub type Values<'a> = (&'a str, &'a [String]);

/// One heat map: rows by columns.
pub struct Panel {
    /// What it shares with no other panel; empty: there is one only.
    pub name: String,
    /// Row by row, as many as the columns; `None`: not played.
    pub cells: Vec<Vec<Option<Estimate>>>,
}

/// A metric over two axes of values, in panels for the others: the mean as colour and text; what never came is dark
/// red, what has no value is crossed out. `None`: there is nothing to draw.
pub fn heat_map(
    title: &str,
    subtitle: &str,
    measure: Measure,
    (rows, columns): (Values, Values),
    panels: &[Panel],
) -> Option<String> {
    const CELL: f64 = 34.0;
    const NAME: f64 = 30.0;
    const LEFT: f64 = 190.0;
    let all = || panels.iter().flat_map(|panel| panel.cells.iter().flatten().flatten());
    let means: Vec<f64> = all().filter(|cell| cell.never == 0).filter_map(|cell| cell.mean).collect();
    if all().all(|cell| cell.mean.is_none() && cell.never == 0) {
        return None;
    }
    let shade = Shade::new(measure, &means);
    let width = ((WIDTH - LEFT - MARGIN) / columns.1.len() as f64).min(150.0);
    let panel_height = NAME + CELL * rows.1.len() as f64 + 60.0;
    let mut canvas = Canvas::new(WIDTH, TOP + panel_height * panels.len() as f64, PAPER);
    heading(&mut canvas, title, subtitle, &[]);
    for (index, panel) in panels.iter().enumerate() {
        let top = TOP + panel_height * index as f64 + NAME;
        canvas.text((MARGIN, top - 16.0), &panel.name, Font { bold: true, ..font(12.0, INK) });
        canvas.text((LEFT - 12.0, top - 16.0), rows.0, Font { anchor: Anchor::Right, ..font(11.0, INK) });
        for (row, value) in rows.1.iter().enumerate() {
            let y = top + CELL * row as f64;
            let name = fitted(value, 11.0, LEFT - MARGIN - 12.0);
            canvas.text(
                (LEFT - 12.0, y + CELL / 2.0),
                &name,
                Font { anchor: Anchor::Right, ..font(11.0, GREY) },
            );
            for column in 0..columns.1.len() {
                let x = LEFT + width * column as f64;
                let cell = panel.cells.get(row).and_then(|cells| cells.get(column)).and_then(Option::as_ref);
                draw_cell(&mut canvas, ((x, y), (x + width, y + CELL)), cell, &shade);
            }
        }
        let below = top + CELL * rows.1.len() as f64;
        for (column, value) in columns.1.iter().enumerate() {
            let x = LEFT + width * (column as f64 + 0.5);
            let name = fitted(value, 11.0, width - 4.0);
            canvas.text((x, below + 14.0), &name, Font { anchor: Anchor::Middle, ..font(11.0, GREY) });
        }
        let middle = LEFT + width * columns.1.len() as f64 / 2.0;
        canvas.text((middle, below + 32.0), columns.0, Font { anchor: Anchor::Middle, ..font(11.0, INK) });
    }
    Some(canvas.finish())
}

fn draw_cell(
    canvas: &mut Canvas,
    (from, to): ((f64, f64), (f64, f64)),
    cell: Option<&Estimate>,
    shade: &Shade,
) {
    let (fill, text) = match cell {
        Some(cell) if cell.never > 0 => (NEVER, cell.never_text().replace("not recovered", "never")),
        Some(Estimate { mean: Some(mean), text, .. }) => (shade.color(*mean), text.clone()),
        Some(_) | None => (PAPER, String::new()),
    };
    canvas.rect(from, to, fill, 1.0);
    canvas.frame(from, to, PAPER, 1.0);
    if fill == PAPER {
        canvas.line(&[from, to], RULE, 1.0);
        canvas.line(&[(from.0, to.1), (to.0, from.1)], RULE, 1.0);
    }
    let at = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    let text = fitted(&text, 11.0, to.0 - from.0 - 4.0);
    canvas.text(at, &text, Font { anchor: Anchor::Middle, ..font(11.0, ink_on(fill)) });
}

/// Light for little, dark for much: readable in grey, too.
struct Shade {
    scale: Scale,
    log: bool,
}

impl Shade {
    fn new(measure: Measure, means: &[f64]) -> Shade {
        let high = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let low = means.iter().copied().fold(f64::INFINITY, f64::min);
        let positive = means.iter().copied().filter(|mean| *mean > 0.0).fold(f64::INFINITY, f64::min);
        let log = measure == Measure::Seconds && positive.is_finite() && high / positive > 30.0;
        let scale = match log {
            true => Scale::linear(libm::log10(positive), libm::log10(high), 0.0, 1.0),
            false => Scale::linear(low, high, 0.0, 1.0),
        };
        Shade { scale, log }
    }

    fn color(&self, mean: f64) -> Color {
        const STOPS: [Color; 4] =
            [Color(237, 246, 249), Color(148, 203, 209), Color(56, 124, 163), Color(18, 52, 105)];
        let share = self.scale.place(if self.log { libm::log10(mean.max(1e-9)) } else { mean });
        let at = share * (STOPS.len() - 1) as f64;
        let below = (libm::floor(at) as usize).min(STOPS.len() - 2);
        let part = at - below as f64;
        let mix = |a: u8, b: u8| libm::round(f64::from(a) + part * (f64::from(b) - f64::from(a))) as u8;
        let (Color(ar, ag, ab), Color(br, bg, bb)) = (STOPS[below], STOPS[below + 1]);
        Color(mix(ar, br), mix(ag, bg), mix(ab, bb))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(label: &str, mean: f64) -> Estimate {
        Estimate {
            label: label.to_owned(),
            mean: Some(mean),
            interval: Some((mean * 0.9, mean * 1.1)),
            spread: Some((mean * 0.5, mean * 1.5)),
            never: 0,
            trials: 20,
            text: format!("{mean}s"),
        }
    }

    fn never(label: &str, never: u64) -> Estimate {
        Estimate { label: label.to_owned(), never, trials: 20, ..Estimate::default() }
    }

    #[test]
    fn every_variant_is_drawn_and_what_never_came_is_said() {
        let rows =
            [estimate("pilot", 1_000.0), estimate("active", 60.0), never("alone", 20), never("half", 9)];
        let svg = intervals("Recovery time", "of trials", Measure::Seconds, &rows).expect("a drawing");
        for text in
            ["pilot", "active", "alone", "half", ">\nnot recovered\n<", "not recovered in 9 of", "1000s"]
        {
            assert!(svg.contains(text), "{text} in {svg}");
        }
        assert_eq!(intervals("x", "y", Measure::Seconds, &[Estimate::default()]), None);
    }

    #[test]
    fn points_at_one_place_share_a_mark() {
        let cost = [estimate("a", 80.0), estimate("b", 80.0), estimate("c", 600.0), estimate("d", 80.5)];
        let time = [estimate("a", 900.0), estimate("b", 900.0), estimate("c", 60.0), estimate("d", 901.0)];
        let across = Side { name: "USD", measure: Measure::Money, values: &cost };
        let up = Side { name: "s", measure: Measure::Seconds, values: &time };
        let svg = plane("x", "y", &across, &up).expect("a drawing");
        assert!(svg.contains("1, 2, 4") && svg.contains(">\n3\n<"), "{svg}");
        assert_eq!(shortened(&[1, 2, 3, 7, 9, 10]), "1–3, 7, 9, 10");
    }

    #[test]
    fn a_heat_map_says_each_value() {
        let cells =
            vec![vec![Some(estimate("", 1.0)), Some(never("", 20))], vec![None, Some(estimate("", 9.0))]];
        let panels = [Panel { name: "only".to_owned(), cells }];
        let names = ["p".to_owned(), "q".to_owned()];
        let axes = (("rows", &names[..]), ("columns", &names[..]));
        let svg = heat_map("x", "y", Measure::Seconds, axes, &panels).expect("a drawing");
        for text in ["1s", "9s", ">\nnever\n<", "only"] {
            assert!(svg.contains(text), "{text} in {svg}");
        }
    }
}
