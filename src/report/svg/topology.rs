//! The topology: Regions on a ring with the keys, replicas and clients they hold at a moment, and the links.

use super::canvas::{Anchor, Canvas, Color, Font, fitted, text_width};
use super::sheet::{MARGIN, font, heading};
use super::{GREY, INK, PAPER, series_color};
use crate::report::scene::{Kind, Place, Scene, Thing, Way};
use crate::sim::Time;

const CARD: f64 = 250.0;
const LINE: f64 = 20.0;
const HEADING: f64 = 74.0;
const FOOT: f64 = 70.0;
const EDGE: Color = Color(176, 183, 192);
const KEY: Color = Color(230, 159, 0);
const STORE: Color = Color(0, 114, 178);
const CLIENT: Color = Color(0, 158, 115);
const FAILED: Color = Color(130, 22, 42);
/// With more Regions than this, the latencies would lie on each other.
const LABELLED: usize = 6;
/// How many things of a kind a Region's card names: more would not be looked at, and `diagram --format json` has all.
const NAMED: usize = 12;

/// A line of a card.
enum Line<'a> {
    Named(&'a Thing),
    /// So many more of a kind.
    More(Kind, usize),
}

/// What a Region's card says, things of a kind beside each other.
fn lines(place: &Place) -> Vec<Line<'_>> {
    place
        .things
        .chunk_by(|a, b| a.kind == b.kind)
        .flat_map(|things| {
            let more = things.len().saturating_sub(NAMED);
            let rest = (more > 0).then(|| Line::More(things[0].kind, more));
            things.iter().take(NAMED).map(Line::Named).chain(rest)
        })
        .collect()
}

/// Draws the Regions and what stands between them.
pub fn draw(scene: &Scene) -> String {
    let tallest = 40.0 + LINE * scene.places.iter().map(|place| lines(place).len()).max().unwrap_or(0) as f64;
    let ring = ring(scene.places.len(), tallest);
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
    let when = match scene.at {
        Time::ZERO => "at the start".to_owned(),
        at => format!("at {at}"),
    };
    let subtitle = format!("What the Regions hold {when}; mean one-way latency between them, there / back");
    heading(&mut canvas, &scene.title, &subtitle, &[]);
    links(scene, &mut canvas, &places);
    for (index, at) in places.iter().enumerate() {
        card(&mut canvas, index, *at, &scene.places[index]);
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

/// A line for each pair of Regions, with the latency there, and back if it differs.
fn links(scene: &Scene, canvas: &mut Canvas, places: &[(f64, f64)]) {
    let back_of = |way: &Way| scene.ways.iter().find(|back| (back.from, back.to) == (way.to, way.from));
    for way in scene.ways.iter().filter(|way| way.from < way.to || back_of(way).is_none()) {
        let (Some(a), Some(b)) = (places.get(way.from), places.get(way.to)) else { continue };
        let back = back_of(way);
        let down = way.down || back.is_some_and(|back| back.down);
        canvas.line(&[*a, *b], if down { FAILED } else { EDGE }, 1.5);
        if scene.places.len() > LABELLED {
            continue;
        }
        let there = way.latency;
        let text = match back.map(|back| back.latency) {
            _ if down => "cut".to_owned(),
            Some(back) if back != there => format!("{there} / {back}"),
            _ => there.to_string(),
        };
        // A third of the way: in the middle, the lines of a full mesh cross.
        let share = if scene.places.len() > 3 { 0.4 } else { 0.5 };
        let at = (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
        let half = text_width(&text, 12.0) / 2.0 + 4.0;
        canvas.rect((at.0 - half, at.1 - 9.0), (at.0 + half, at.1 + 9.0), PAPER, 1.0);
        let color = if down { FAILED } else { GREY };
        canvas.text(at, &text, Font { anchor: Anchor::Middle, ..font(12.0, color) });
    }
}

fn card(canvas: &mut Canvas, index: usize, at: (f64, f64), place: &Place) {
    let lines = lines(place);
    let height = 40.0 + LINE * lines.len() as f64;
    let (left, top) = (at.0 - CARD / 2.0, at.1 - height / 2.0);
    let (back, edge, stroke) = match place.down {
        true => (Color(250, 232, 232), FAILED, 2.0),
        false => (Color(248, 249, 251), EDGE, 0.75),
    };
    canvas.rect((left, top), (left + CARD, top + height), back, 1.0);
    canvas.rect((left, top), (left + 5.0, top + height), series_color(index), 1.0);
    canvas.frame((left, top), (left + CARD, top + height), edge, stroke);
    canvas.text((left + 18.0, top + 18.0), &place.name, Font { bold: true, ..font(14.0, INK) });
    for (row, line) in lines.into_iter().enumerate() {
        let y = top + 42.0 + LINE * row as f64;
        match line {
            Line::Named(thing) => named(canvas, (left, y), thing),
            Line::More(kind, count) => {
                let text =
                    format!("and {count} more {}", if count == 1 { kind.name() } else { kind.plural() });
                canvas.text((left + 36.0, y), &text, font(12.0, GREY));
            }
        }
    }
}

fn named(canvas: &mut Canvas, (left, y): (f64, f64), thing: &Thing) {
    let (color, name) = match thing.kind {
        Kind::Key => (KEY, format!("{} ({})", thing.name, thing.role)),
        Kind::Store => (STORE, format!("{} ({})", thing.name, thing.role)),
        Kind::Client => (CLIENT, format!("{}: {}", thing.name, thing.role)),
        Kind::Fault => (FAILED, format!("{}: {}", thing.name, thing.role)),
    };
    mark(canvas, (left + 24.0, y), color, thing.leads);
    let name = fitted(&name, 12.0, CARD - 40.0);
    canvas.text((left + 36.0, y), &name, font(12.0, if thing.broken { FAILED } else { INK }));
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
