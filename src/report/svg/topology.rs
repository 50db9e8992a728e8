//! The topology: Regions on a ring with the keys, replicas and clients they hold at the start, and the links.

use super::canvas::{Anchor, Canvas, Color, Font, fitted, text_width};
use super::sheet::{MARGIN, font, heading};
use super::{GREY, INK, PAPER, series_color};
use crate::report::region;
use crate::runlog::RunLog;

const CARD: f64 = 250.0;
const LINE: f64 = 20.0;
const HEADING: f64 = 74.0;
const FOOT: f64 = 70.0;
const EDGE: Color = Color(176, 183, 192);
const KEY: Color = Color(230, 159, 0);
const STORE: Color = Color(0, 114, 178);
const CLIENT: Color = Color(0, 158, 115);
/// With more Regions than this, the latencies would lie on each other.
const LABELLED: usize = 6;

/// What a Region holds: its kind's colour, whether it leads (primary key, writer), its name.
type Item = (Color, bool, String);

/// Draws the Regions and what stands between them.
pub fn draw(log: &RunLog) -> String {
    let items: Vec<Vec<Item>> = (0..log.regions.len()).map(|place| held(log, place)).collect();
    let tallest = 40.0 + LINE * items.iter().map(Vec::len).max().unwrap_or(0) as f64;
    let ring = ring(log.regions.len(), tallest);
    let extent = |of: fn(&(f64, f64)) -> f64| {
        let values = || ring.iter().map(of);
        (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
    };
    let ((left, right), (top, bottom)) = (extent(|at| at.0), extent(|at| at.1));
    let width = (right - left + CARD + 2.0 * MARGIN).max(760.0).ceil();
    let height = (HEADING + bottom - top + tallest + FOOT).ceil();
    let shift = (width / 2.0 - (left + right) / 2.0, HEADING + tallest / 2.0 - top);
    let places: Vec<(f64, f64)> = ring.iter().map(|at| (at.0 + shift.0, at.1 + shift.1)).collect();
    let mut canvas = Canvas::new(width, height, PAPER);
    let subtitle = "What the Regions hold at the start; mean one-way latency between them, there / back";
    heading(&mut canvas, &log.title, subtitle, &[]);
    links(log, &mut canvas, &places);
    for (index, at) in places.iter().enumerate() {
        card(log, &mut canvas, index, *at, &items[index]);
    }
    key(&mut canvas, height - 24.0);
    canvas.finish()
}

/// The Regions' places on a ring around the origin, on which neighbours are at least a card and a label apart.
fn ring(regions: usize, tallest: f64) -> Vec<(f64, f64)> {
    let step = std::f64::consts::PI / regions.max(2) as f64;
    let wide = (CARD + 140.0) / 2.0 / libm::sin(step);
    let high = (wide * 0.6).max((tallest + 70.0) / 2.0 / libm::sin(step));
    let angle = |index: usize| match regions {
        2 => std::f64::consts::PI * (1 - index) as f64,
        _ => 2.0 * step * index as f64 - std::f64::consts::FRAC_PI_2,
    };
    (0..regions).map(|index| (wide * libm::cos(angle(index)), high * libm::sin(angle(index)))).collect()
}

/// Keys, replicas and clients of a Region.
fn held(log: &RunLog, place: usize) -> Vec<Item> {
    let mut items = Vec::new();
    for key in &log.keys {
        let role = match (key.primary == place, key.replicas.contains(&place), key.kind) {
            (true, _, "single-region") => "single-Region key",
            (true, ..) => "primary key",
            (false, true, _) => "replica key",
            _ => continue,
        };
        items.push((KEY, key.primary == place, format!("{} ({role})", key.name)));
    }
    for store in log.stores.iter().filter(|store| store.regions.contains(&place)) {
        let writer = store.writers.first().map(|(region, _)| *region);
        let role = match writer {
            Some(region) if region == place => "writer",
            Some(_) => "read only",
            None => "replica",
        };
        items.push((STORE, writer == Some(place), format!("{} ({role})", store.name)));
    }
    for client in log.clients.iter().filter(|client| client.region == place) {
        items.push((CLIENT, client.traffic, format!("{}: {}", client.name, client.keyring)));
    }
    items
}

/// A line for each pair of Regions, with the latency there, and back if it differs.
fn links(log: &RunLog, canvas: &mut Canvas, places: &[(f64, f64)]) {
    let pairs = log.links.iter().filter(|(from, to, _)| {
        from < to || !log.links.iter().any(|(back, forth, _)| (back, forth) == (to, from))
    });
    for (from, to, there) in pairs {
        let (Some(a), Some(b)) = (places.get(*from), places.get(*to)) else { continue };
        canvas.line(&[*a, *b], EDGE, 1.5);
        if log.regions.len() > LABELLED {
            continue;
        }
        let back =
            log.links.iter().find(|(back, forth, _)| (back, forth) == (to, from)).map(|(.., span)| span);
        let text = match back {
            Some(back) if back != there => format!("{there} / {back}"),
            _ => there.to_string(),
        };
        // A third of the way: in the middle, the lines of a full mesh cross.
        let share = if log.regions.len() > 3 { 0.4 } else { 0.5 };
        let at = (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
        let half = text_width(&text, 12.0) / 2.0 + 4.0;
        canvas.rect((at.0 - half, at.1 - 9.0), (at.0 + half, at.1 + 9.0), PAPER, 1.0);
        canvas.text(at, &text, Font { anchor: Anchor::Middle, ..font(12.0, GREY) });
    }
}

fn card(log: &RunLog, canvas: &mut Canvas, index: usize, at: (f64, f64), items: &[Item]) {
    let height = 40.0 + LINE * items.len() as f64;
    let (left, top) = (at.0 - CARD / 2.0, at.1 - height / 2.0);
    canvas.rect((left, top), (left + CARD, top + height), Color(248, 249, 251), 1.0);
    canvas.rect((left, top), (left + 5.0, top + height), series_color(index), 1.0);
    canvas.frame((left, top), (left + CARD, top + height), EDGE, 0.75);
    canvas.text((left + 18.0, top + 18.0), region(log, index), Font { bold: true, ..font(14.0, INK) });
    for (row, (color, leads, name)) in items.iter().enumerate() {
        let y = top + 42.0 + LINE * row as f64;
        mark(canvas, (left + 24.0, y), *color, *leads);
        let name = fitted(name, 12.0, CARD - 40.0);
        canvas.text((left + 36.0, y), &name, font(12.0, INK));
    }
}

/// A disc, hollow for what follows another.
fn mark(canvas: &mut Canvas, at: (f64, f64), color: Color, leads: bool) {
    canvas.disc(at, 5.0, color);
    if !leads {
        canvas.disc(at, 3.0, PAPER);
    }
}

fn key(canvas: &mut Canvas, y: f64) {
    let mut x = MARGIN + 6.0;
    let entries = [
        (KEY, true, "primary or single-Region key"),
        (KEY, false, "replica key"),
        (STORE, true, "writer"),
        (STORE, false, "replica"),
        (CLIENT, true, "client: keyring"),
        (CLIENT, false, "reader only"),
    ];
    for (color, leads, name) in entries {
        mark(canvas, (x, y), color, leads);
        canvas.text((x + 10.0, y), name, font(11.0, GREY));
        x += 28.0 + text_width(name, 11.0);
    }
}
