//! Drawings of a run: timeline, decryptability, success, latency, lag and key states over time with the faults
//! shaded; latency by phase and its distributions; the topology.

mod axis;
mod canvas;
mod keys;
mod lines;
mod phases;
pub mod plots;
mod sheet;
mod strips;
mod timeline;
mod topology;

use super::scene::Scene;
use crate::runlog::{Class, RunLog};
use crate::sim::Time;
use canvas::Color;
pub use strips::side_by_side;
pub use topology::draw as topology;

/// The drawings for which the run has data: (file name, SVG document).
pub fn drawings(log: &RunLog) -> Vec<(&'static str, String)> {
    let drawings = [
        ("timeline.svg", timeline::timeline(log)),
        ("decryptability.svg", strips::decryptability(log)),
        ("success.svg", strips::success(log)),
        ("latency.svg", lines::latency(log)),
        ("latency_phases.svg", phases::phases(log)),
        ("latency_distribution.svg", lines::distribution(log)),
        ("lag.svg", lines::lag(log)),
        ("keys.svg", keys::keys(log)),
        ("topology.svg", Some(topology::draw(&Scene::of(log, Time::ZERO)))),
    ];
    drawings.into_iter().filter_map(|(name, svg)| Some((name, svg?))).collect()
}

/// How many clients or stores a drawing shows: more would not be looked at, and tables have all.
const MOST: usize = 24;

/// What is said of those that are left out.
fn first(shown: usize, of: usize) -> String {
    if of > shown { format!("; the first {shown} of {of}") } else { String::new() }
}

const PAPER: Color = Color(255, 255, 255);
const INK: Color = Color(32, 36, 42);
const GREY: Color = Color(107, 114, 124);
const RULE: Color = Color(222, 226, 231);
const FAULT: Color = Color(120, 126, 134);
/// What is lost, never came or was refused.
const BAD: Color = Color(130, 22, 42);

/// Letters on a coloured ground. They are neither paper nor ink, which are others in the dark.
fn ink_on(color: Color) -> Color {
    let Color(red, green, blue) = color;
    let light = 0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue);
    if light > 115.0 { Color(0, 0, 0) } else { Color(255, 255, 255) }
}

/// A class always has the same colour. They differ in lightness too, for those who cannot tell the hues apart.
fn class_color(class: Class) -> Color {
    match class {
        Class::Decryptable => Color(64, 162, 143),
        Class::Unreachable => Color(242, 183, 64),
        Class::Recoverable => Color(66, 114, 184),
        Class::Denied => Color(178, 184, 192),
        Class::Lost => BAD,
    }
}

/// Colours of lines, by the index of a Region: the palette of Okabe and Ito, without its yellow.
fn series_color(index: usize) -> Color {
    const COLORS: [Color; 7] = [
        Color(0, 114, 178),
        Color(213, 94, 0),
        Color(0, 158, 115),
        Color(204, 121, 167),
        Color(86, 180, 233),
        Color(230, 159, 0),
        Color(90, 90, 90),
    ];
    COLORS[index % COLORS.len()]
}
