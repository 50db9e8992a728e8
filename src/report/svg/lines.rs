//! Lines: latency and lag over time, and the distribution of latencies. A Region has one colour in all of them.

use super::axis::Scale;
use super::canvas::{Anchor, Canvas, Color, Font, fitted};
use super::sheet::{MARGIN, Sheet, WIDTH, font, heading};
use super::{GREY, INK, MOST, PAPER, RULE, first, series_color};
use crate::report::region;
use crate::runlog::{ClientInfo, LatencyBin, LatencySeries, RunLog, StoreInfo};
use crate::sim::{Histogram, Span, Time};

const LEFT: f64 = 84.0;
const RIGHT: f64 = 152.0;
const PANEL: f64 = 170.0;
const NAME: f64 = 36.0;
const GAP: f64 = 22.0;
const ZERO: f64 = 22.0;

/// A line, broken where there is nothing.
struct Line {
    label: String,
    color: Color,
    stroke: f64,
    pieces: Vec<Vec<(Time, Span)>>,
}

struct Panel {
    name: String,
    lines: Vec<Line>,
}

/// Median and 99th percentile of every client over time.
pub fn latency(log: &RunLog) -> Option<String> {
    let panel = |(index, client): (usize, &ClientInfo)| {
        let mut lines = Vec::new();
        for place in 0..log.regions.len() {
            let bins: Vec<&LatencyBin> = log
                .latency_over_time
                .iter()
                .filter(|bin| (bin.client, bin.region) == (index, place) && bin.count > 0)
                .collect();
            let mut line = |name: &str, stroke, of: fn(&LatencyBin) -> Span| {
                lines.push(Line {
                    label: format!("{name} {}", region(log, place)),
                    color: series_color(place),
                    stroke,
                    pieces: pieces(bins.iter().map(|bin| (bin.time, of(bin))), log.bin),
                });
            };
            line("p99", 1.0, |bin| bin.p99);
            line("p50", 2.0, |bin| bin.p50);
        }
        Panel { name: client.name.clone(), lines }
    };
    let panels = log.clients.iter().enumerate().take(MOST).map(panel).collect();
    let subtitle = "Requests that succeeded, retries included: median (thick) and 99th percentile".to_owned();
    over_time(log, ("Latency", &(subtitle + &first(MOST, log.clients.len()))), panels)
}

/// Staleness of every replica over time.
pub fn lag(log: &RunLog) -> Option<String> {
    let panel = |(index, store): (usize, &StoreInfo)| {
        let line = |place: usize| {
            let mine = log.staleness.iter().filter(|point| (point.store, point.region) == (index, place));
            let points = mine.map(|point| (point.time, point.staleness));
            Line {
                label: region(log, place).to_owned(),
                color: series_color(place),
                stroke: 1.5,
                pieces: pieces(points, Span(u64::MAX)),
            }
        };
        Panel { name: store.name.clone(), lines: log.replicas(index).into_iter().map(line).collect() }
    };
    let panels = log.stores.iter().enumerate().take(MOST).map(panel).collect();
    let subtitle =
        "Staleness of each replica: age of the oldest acknowledged write that has not reached it".to_owned();
    over_time(log, ("Replication lag", &(subtitle + &first(MOST, log.stores.len()))), panels)
}

/// Points in time order, broken where two are more than a bin apart.
fn pieces(points: impl Iterator<Item = (Time, Span)>, bin: Span) -> Vec<Vec<(Time, Span)>> {
    let mut pieces: Vec<Vec<(Time, Span)>> = Vec::new();
    for (time, span) in points {
        match pieces.last_mut() {
            Some(piece) if piece.last().is_some_and(|(last, _)| time.since(*last) <= bin) => {
                piece.push((time, span))
            }
            _ => pieces.push(vec![(time, span)]),
        }
    }
    pieces
}

/// Panels one below the other, each with a logarithmic axis of its own.
fn over_time(log: &RunLog, text: (&str, &str), mut panels: Vec<Panel>) -> Option<String> {
    panels.iter_mut().for_each(|panel| panel.lines.retain(|line| !line.pieces.is_empty()));
    panels.retain(|panel| !panel.lines.is_empty());
    if panels.is_empty() {
        return None;
    }
    let height = (NAME + PANEL + GAP) * panels.len() as f64;
    let mut sheet = Sheet::new(log, text, &[], (LEFT, RIGHT), height);
    for (index, panel) in panels.iter().enumerate() {
        let top = sheet.top + (NAME + PANEL + GAP) * index as f64;
        sheet.canvas.text(
            (MARGIN, top + NAME / 2.0 - 4.0),
            &panel.name,
            Font { bold: true, ..font(13.0, INK) },
        );
        draw_panel(&mut sheet, panel, top + NAME, log.bin);
    }
    Some(sheet.canvas.finish())
}

fn draw_panel(sheet: &mut Sheet, panel: &Panel, top: f64, bin: Span) {
    let spans = || panel.lines.iter().flat_map(|line| line.pieces.iter().flatten().map(|(_, span)| *span));
    let low = spans().filter(|span| *span > Span::ZERO).min().unwrap_or(Span::MILLISECOND);
    let bottom = top + PANEL;
    // A logarithmic axis has no zero: it gets a line of its own below.
    let zero = spans().any(|span| span == Span::ZERO);
    let floor = if zero { bottom - ZERO } else { bottom };
    let scale = Scale::log(low, spans().max().unwrap_or(Span::SECOND), floor, top);
    let height = |span: Span| if span == Span::ZERO { bottom } else { scale.span(span) };
    for (y, name) in scale.ticks().into_iter().chain(zero.then_some((bottom, "0"))) {
        sheet.canvas.line(&[(sheet.left, y), (sheet.right, y)], RULE, 1.0);
        sheet.canvas.text((sheet.left - 8.0, y), name, Font { anchor: Anchor::Right, ..font(11.0, GREY) });
    }
    let mut labels = Vec::new();
    for line in &panel.lines {
        for piece in &line.pieces {
            let mut points: Vec<_> =
                piece.iter().map(|(time, span)| (sheet.time.time(*time), height(*span))).collect();
            // The last value holds to the end of its bin; a lone bin would be a point.
            let (last, span) = piece[piece.len() - 1];
            points.push((sheet.time.time(last + bin), height(span)));
            sheet.canvas.line(&points, line.color, line.stroke);
        }
        if let Some((_, span)) = line.pieces.last().and_then(|piece| piece.last()) {
            labels.push((height(*span), line));
        }
    }
    direct_labels(&mut sheet.canvas, labels, sheet.right, (top, top + PANEL));
}

/// A label at the end of each line with a piece of it, moved apart where they would overlap. A line that ends early
/// is labelled at the right too, at the height where it ended.
fn direct_labels(canvas: &mut Canvas, mut labels: Vec<(f64, &Line)>, right: f64, (top, bottom): (f64, f64)) {
    const LINE: f64 = 14.0;
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = top;
    let mut heights = Vec::new();
    for (y, ..) in &labels {
        heights.push(y.max(free));
        free = y.max(free) + LINE;
    }
    let mut limit = bottom;
    for height in heights.iter_mut().rev() {
        *height = height.min(limit);
        limit = *height - LINE;
    }
    for ((_, line), y) in labels.iter().zip(heights) {
        canvas.line(&[(right + 6.0, y), (right + 18.0, y)], line.color, line.stroke);
        canvas.text((right + 22.0, y), &fitted(&line.label, 11.0, RIGHT - 26.0), font(11.0, INK));
    }
}

/// Room for the axis labels left of a cell.
const CELL_LEFT: f64 = 68.0;
const CELL_GAP: f64 = 48.0;

/// The share of requests that took no longer: a row for each client, a column for each operation, a line for each
/// Region served in.
pub fn distribution(log: &RunLog) -> Option<String> {
    let is_drawn =
        |series: &&LatencySeries| series.phase == "total" && series.times.count() > 0 && series.client < MOST;
    let totals: Vec<&LatencySeries> = log.latency.iter().filter(is_drawn).collect();
    let low = totals.iter().map(|series| series.times.min()).min()?;
    let high = totals.iter().map(|series| series.times.quantile(0.999)).max()?;
    let clients = distinct(totals.iter().map(|series| series.client));
    let operations = distinct(totals.iter().map(|series| series.operation));
    let places = distinct(totals.iter().map(|series| series.region));
    let columns = operations.len() as f64;
    let width = (WIDTH - MARGIN) / columns - CELL_LEFT;
    let row = PANEL + NAME + CELL_GAP;
    let mut canvas = Canvas::new(WIDTH, 62.0 + row * clients.len() as f64, PAPER);
    let legend: Vec<_> =
        places.iter().map(|place| (series_color(*place), region(log, *place).to_owned())).collect();
    let subtitle = "Share of requests that took no longer, by the Region that served them".to_owned();
    heading(&mut canvas, "Latency distribution", &(subtitle + &first(MOST, log.clients.len())), &legend);
    for (index, series) in totals.iter().enumerate() {
        let place =
            |value: usize, of: &[usize]| of.iter().position(|each| *each == value).unwrap_or(0) as f64;
        let column = operations.iter().position(|each| *each == series.operation).unwrap_or(0) as f64;
        let left = CELL_LEFT + column * (width + CELL_LEFT);
        let top = 62.0 + place(series.client, &clients) * row + NAME;
        let x = Scale::log(low, high, left, left + width);
        let y = Scale::linear(0.0, 1.0, top + PANEL, top);
        let cell = |series: &LatencySeries| (series.client, series.operation);
        if !totals[..index].iter().any(|earlier| cell(earlier) == cell(series)) {
            let name = format!("{} {}", log.clients[series.client].name, series.operation);
            canvas.text((left, top - NAME / 2.0), &name, Font { bold: true, ..font(13.0, INK) });
            cell_axes(&mut canvas, &x, &y);
        }
        canvas.line(&cumulated(&series.times, &x, &y), series_color(series.region), 1.75);
    }
    Some(canvas.finish())
}

fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.collect::<std::collections::BTreeSet<T>>().into_iter().collect()
}

fn cell_axes(canvas: &mut Canvas, x: &Scale, y: &Scale) {
    let ticks = x.ticks();
    let (from, to) = (ticks[0].0, ticks[ticks.len() - 1].0);
    for share in [0.0, 0.25, 0.5, 0.75, 1.0] {
        canvas.line(&[(from, y.place(share)), (to, y.place(share))], RULE, 1.0);
        let label = format!("{} %", share * 100.0);
        canvas.text((from - 8.0, y.place(share)), &label, Font { anchor: Anchor::Right, ..font(11.0, GREY) });
    }
    for (at, name) in ticks {
        canvas.line(&[(at, y.place(0.0)), (at, y.place(1.0))], RULE, 1.0);
        canvas.text((at, y.place(0.0) + 14.0), name, Font { anchor: Anchor::Middle, ..font(11.0, GREY) });
    }
}

/// The cumulated share at each bucket's upper edge.
fn cumulated(times: &Histogram, x: &Scale, y: &Scale) -> Vec<(f64, f64)> {
    let mut points = vec![(x.span(times.min()), y.place(0.0))];
    let mut seen = 0;
    for (edge, count) in times.buckets() {
        seen += count;
        let next = (x.span(edge.min(times.max())), y.place(seen as f64 / times.count() as f64));
        // Steps too small to be seen would only make the file large.
        let last = points[points.len() - 1];
        if next.0 - last.0 >= 0.5 || last.1 - next.1 >= 0.5 || seen == times.count() {
            points.push(next);
        }
    }
    points
}
