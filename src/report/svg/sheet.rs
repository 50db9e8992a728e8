//! What every drawing over time shares: heading, legend, time axis, shaded faults.

use super::axis::{Scale, time_ticks};
use super::canvas::{Anchor, Canvas, Color, Font, fitted, text_width};
use super::{FAULT, GREY, INK, PAPER, RULE};
use crate::runlog::RunLog;
use crate::sim::Time;

pub const WIDTH: f64 = 960.0;
pub const MARGIN: f64 = 24.0;
const HEADING: f64 = 58.0;
const LANE: f64 = 15.0;
/// Names of faults stand above the drawing in as many lanes as they need, up to this.
const LANES: usize = 4;

pub fn font(size: f64, color: Color) -> Font {
    Font { size, color, bold: false, anchor: Anchor::Left }
}

/// Title, subtitle, and keys of the colours.
pub fn heading(canvas: &mut Canvas, title: &str, subtitle: &str, legend: &[(Color, String)]) {
    canvas.text((MARGIN, 44.0), subtitle, font(12.0, GREY));
    let mut x = canvas.width - MARGIN;
    for (color, name) in legend.iter().rev() {
        x -= text_width(name, 12.0);
        canvas.text((x, 24.0), name, font(12.0, INK));
        x -= 18.0;
        canvas.rect((x, 18.0), (x + 12.0, 30.0), *color, 1.0);
        x -= 14.0;
    }
    let title = fitted(title, 18.0, x - MARGIN);
    canvas.text((MARGIN, 24.0), &title, Font { bold: true, ..font(16.0, INK) });
}

/// A drawing over the time of the run: `body` fills the stretch between `left` and `right`.
pub struct Sheet {
    pub canvas: Canvas,
    pub time: Scale,
    pub left: f64,
    pub right: f64,
    /// Where the body starts.
    pub top: f64,
}

impl Sheet {
    /// A sheet with heading, shaded faults and time axis around a body of this height.
    pub fn new(
        log: &RunLog,
        (title, subtitle): (&str, &str),
        legend: &[(Color, String)],
        (left, right): (f64, f64),
        height: f64,
    ) -> Sheet {
        let time = Scale::linear(0.0, log.duration.0 as f64, left, WIDTH - right);
        let labels = fault_labels(log, &time, WIDTH - right);
        let lanes = labels.iter().map(|label| label.lane + 1).max().unwrap_or(0);
        let top = HEADING + LANE * lanes as f64 + 8.0;
        let bottom = top + height;
        let mut canvas = Canvas::new(WIDTH, bottom + 44.0, PAPER);
        heading(&mut canvas, title, subtitle, legend);
        for (at, label) in time_ticks(log.duration, 10) {
            let x = time.time(at);
            canvas.line(&[(x, top), (x, bottom + 5.0)], RULE, 1.0);
            canvas.text((x, bottom + 16.0), &label, Font { anchor: Anchor::Middle, ..font(11.0, GREY) });
        }
        shade(log, &mut canvas, &time, (top - 6.0, bottom));
        for label in &labels {
            let y = HEADING + LANE * label.lane as f64 + LANE / 2.0;
            canvas.text((label.x, y), &label.text, Font { anchor: label.anchor, ..font(11.0, GREY) });
        }
        Sheet { canvas, time, left, right: WIDTH - right, top }
    }

    /// Thin lines at the faults' starts and ends, over what hides the shading.
    pub fn mark_faults(&mut self, log: &RunLog, from: f64, to: f64) {
        for fault in &log.faults {
            for at in [Some(fault.start), fault.end].into_iter().flatten().filter(|at| at.0 <= log.duration.0)
            {
                let x = self.time.time(at);
                self.canvas.line(&[(x, from), (x, to)], FAULT, 0.75);
            }
        }
    }
}

/// A grey band for each fault.
fn shade(log: &RunLog, canvas: &mut Canvas, time: &Scale, (top, bottom): (f64, f64)) {
    for fault in &log.faults {
        let from = time.time(fault.start);
        let to = time.time(fault.end.unwrap_or(Time::MAX)).max(from + 1.0);
        canvas.rect((from, top), (to, bottom), FAULT, 0.16);
    }
}

struct Label {
    text: String,
    x: f64,
    anchor: Anchor,
    lane: usize,
}

/// The faults' names, each at the first band of its name, in the first lane that has room; those without room
/// are left out.
fn fault_labels(log: &RunLog, time: &Scale, right: f64) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    let mut free = [0.0; LANES];
    let mut named: Vec<&str> = Vec::new();
    for fault in &log.faults {
        if named.contains(&fault.name.as_str()) || fault.start.0 > log.duration.0 {
            continue;
        }
        named.push(&fault.name);
        let text = match fault.name.starts_with(fault.kind) {
            true => format!("{} {}", fault.name, fault.scope),
            false => format!("{}: {} {}", fault.name, fault.kind, fault.scope),
        };
        let text = fitted(&text, 11.0, (right - MARGIN) / 2.0);
        let width = text_width(&text, 11.0);
        let x = time.time(fault.start);
        let (from, to, anchor) = match x + width > right {
            true => ((x - width).max(0.0), x, Anchor::Right),
            false => (x, x + width, Anchor::Left),
        };
        if let Some(lane) = free.iter().position(|end| *end <= from) {
            free[lane] = to + 10.0;
            labels.push(Label { text, x, anchor, lane });
        }
    }
    labels
}
