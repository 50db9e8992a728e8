//! Where the time of a request goes: the mean latency, divided by phase.

use super::axis::{Scale, value_ticks};
use super::canvas::{Anchor, Canvas, Color, Font, fitted, text_width};
use super::plots::Measure;
use super::sheet::{MARGIN, WIDTH, font, heading};
use super::{GREY, INK, MOST, PAPER, RULE, first, ink_on};
use crate::report::region;
use crate::runlog::{LatencySeries, RunLog};
use crate::sim::Span;

/// The phases in the order in which a request passes them.
const PHASES: [(&str, Color); 4] = [
    ("network", Color(148, 203, 209)),
    ("kms-queue", Color(242, 183, 64)),
    ("kms-service", Color(66, 114, 184)),
    ("store", Color(64, 162, 143)),
];
const TOP: f64 = 70.0;
const ROW: f64 = 40.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 90.0;

/// A bar for each client, operation and Region served in. `None`: no request succeeded.
pub fn phases(log: &RunLog) -> Option<String> {
    let is_total =
        |series: &&LatencySeries| series.phase == "total" && series.times.count() > 0 && series.client < MOST;
    let totals: Vec<&LatencySeries> = log.latency.iter().filter(is_total).collect();
    let longest = totals.iter().map(|series| series.times.mean()).max()?;
    let bottom = TOP + ROW * totals.len() as f64;
    let mut canvas = Canvas::new(WIDTH, bottom + 40.0, PAPER);
    let legend = PHASES.map(|(name, color)| (color, name.to_owned()));
    let subtitle = "Mean of requests that succeeded, by where the time went; at the right, in all".to_owned();
    heading(&mut canvas, "Latency by phase", &(subtitle + &first(MOST, log.clients.len())), &legend);
    let ticks = value_ticks(Measure::Seconds, 0.0, longest.as_secs_f64());
    let high = ticks.last().map_or(1.0, |(value, _)| *value);
    let scale = Scale::linear(0.0, high * 1e9, LEFT, WIDTH - RIGHT);
    for (value, name) in ticks {
        let x = scale.place(value * 1e9);
        canvas.line(&[(x, TOP), (x, bottom)], RULE, 1.0);
        canvas.text((x, bottom + 14.0), &name, Font { anchor: Anchor::Middle, ..font(11.0, GREY) });
    }
    for (index, total) in totals.iter().enumerate() {
        draw(log, &mut canvas, &scale, total, TOP + ROW * index as f64);
    }
    Some(canvas.finish())
}

fn draw(log: &RunLog, canvas: &mut Canvas, scale: &Scale, total: &LatencySeries, top: f64) {
    let middle = top + ROW / 2.0;
    let name = format!("{} {}", log.clients[total.client].name, total.operation);
    let label = Font { anchor: Anchor::Right, ..font(12.0, INK) };
    let room = LEFT - MARGIN;
    canvas.text((LEFT - 12.0, middle - 8.0), &fitted(&name, 12.0, room), label);
    let small = Font { size: 11.0, color: GREY, ..label };
    canvas.text((LEFT - 12.0, middle + 8.0), &fitted(region(log, total.region), 11.0, room), small);
    let mut so_far = Span::ZERO;
    for (name, color) in PHASES {
        let is_mine = |series: &&LatencySeries| {
            let of = |series: &LatencySeries| (series.client, series.region, series.operation);
            series.phase == name && of(series) == of(total)
        };
        let Some(phase) = log.latency.iter().find(is_mine) else { continue };
        let from = scale.span(so_far);
        so_far = Span(so_far.0.saturating_add(phase.times.mean().0));
        let to = scale.span(so_far);
        canvas.rect((from, top + 8.0), (to, top + ROW - 8.0), color, 1.0);
        let text = format!("{name} {}", phase.times.mean());
        if text_width(&text, 11.0) + 8.0 <= to - from {
            let font = Font { anchor: Anchor::Middle, ..font(11.0, ink_on(color)) };
            canvas.text(((from + to) / 2.0, middle), &text, font);
        }
    }
    canvas.text((WIDTH - RIGHT + 8.0, middle), &total.times.mean().to_string(), font(12.0, INK));
}
