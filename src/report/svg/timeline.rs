//! The timeline: what went wrong for how long, and what was done about it.

use super::canvas::{Anchor, Font, fitted, text_width};
use super::sheet::{MARGIN, Sheet, WIDTH, font};
use super::{FAULT, GREY, INK, MOST, RULE, first, series_color};
use crate::runlog::{EventRow, RunLog};
use crate::sim::Time;

const ROW: f64 = 36.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 64.0;
/// Who does things, as `events.csv` has it, and how his row is called.
const SOURCES: [(&str, &str); 4] =
    [("step", "Steps"), ("runbook", "Runbooks"), ("service", "Services"), ("client", "Clients")];

/// Something done at an instant.
struct Deed<'a> {
    time: Time,
    name: &'a str,
    refused: bool,
}

struct Row<'a> {
    name: &'a str,
    detail: String,
    bars: Vec<(Time, Time)>,
    deeds: Vec<Deed<'a>>,
}

/// A row for each fault, with a bar while it lasts, and one for each kind of actor. `None`: nothing happened.
pub fn timeline(log: &RunLog) -> Option<String> {
    let mut rows = faults(log);
    let subtitle =
        "Faults while they last; a dot is something done, a cross below it something refused".to_owned();
    let subtitle = subtitle + &first(MOST, rows.len());
    rows.truncate(MOST);
    rows.extend(
        SOURCES.iter().map(|(source, name)| deeds(log, source, name)).filter(|row| !row.deeds.is_empty()),
    );
    if rows.is_empty() {
        return None;
    }
    let height = ROW * rows.len() as f64;
    let mut sheet = Sheet::new(log, ("Timeline", &subtitle), &[], (LEFT, RIGHT), height);
    for (index, row) in rows.iter().enumerate() {
        let middle = sheet.top + ROW * (index as f64 + 0.5);
        draw(&mut sheet, row, middle);
    }
    Some(sheet.canvas.finish())
}

fn faults(log: &RunLog) -> Vec<Row<'_>> {
    let end = Time::ZERO + log.duration;
    let mut rows: Vec<Row> = Vec::new();
    for fault in log.faults.iter().filter(|fault| fault.start <= end) {
        let bar = (fault.start, fault.end.unwrap_or(end).min(end));
        match rows.iter_mut().find(|row| row.name == fault.name) {
            Some(row) => row.bars.push(bar),
            None => rows.push(Row {
                name: &fault.name,
                detail: format!("{} {}", fault.kind, fault.scope),
                bars: vec![bar],
                deeds: Vec::new(),
            }),
        }
    }
    rows
}

fn deeds<'a>(log: &'a RunLog, source: &str, name: &'a str) -> Row<'a> {
    let end = Time::ZERO + log.duration;
    let mine = log.events.iter().filter(|event| event.source == source && event.time <= end);
    let deed = |event: &'a EventRow| Deed {
        time: event.time,
        name: &event.operation,
        refused: !event.error.is_empty() || event.outcome == "refused",
    };
    let deeds: Vec<Deed> = mine.map(deed).collect();
    let refused = deeds.iter().filter(|deed| deed.refused).count();
    let detail = match refused {
        0 => deeds.len().to_string(),
        _ => format!("{}, {refused} refused", deeds.len()),
    };
    Row { name, detail, bars: Vec::new(), deeds }
}

fn draw(sheet: &mut Sheet, row: &Row, y: f64) {
    let right = Font { anchor: Anchor::Right, ..font(12.0, INK) };
    let room = LEFT - MARGIN;
    let (left, end) = (sheet.left, sheet.right);
    sheet.canvas.line(&[(left, y), (end, y)], RULE, 1.0);
    sheet.canvas.text((left - 12.0, y - 7.0), &fitted(row.name, 12.0, room), right);
    let small = Font { size: 11.0, color: GREY, ..right };
    sheet.canvas.text((left - 12.0, y + 8.0), &fitted(&row.detail, 11.0, room), small);
    for (from, to) in &row.bars {
        let (from, to) = (sheet.time.time(*from), sheet.time.time(*to));
        sheet.canvas.rect((from, y - 6.0), (to.max(from + 2.0), y + 6.0), FAULT, 1.0);
    }
    for (index, deed) in row.deeds.iter().enumerate() {
        let x = sheet.time.time(deed.time);
        let height = if deed.refused { y + 9.0 } else { y - 9.0 };
        match deed.refused {
            true => sheet.canvas.cross((x, height), 4.0),
            false => sheet.canvas.disc((x, y), 4.0, series_color(0)),
        }
        // A name stands where it disturbs no other deed.
        let next = row.deeds[index + 1..].iter().find(|next| next.refused == deed.refused);
        let next = next.map_or(WIDTH - MARGIN, |next| sheet.time.time(next.time));
        if x + 8.0 + text_width(deed.name, 11.0) < next - 6.0 {
            sheet.canvas.text((x + 8.0, height), deed.name, font(11.0, INK));
        }
    }
}
