//! Strips over time, each divided by share: the classes of decryptability, the outcomes of requests.

use super::canvas::{Anchor, Color, Font, fitted, text_width};
use super::sheet::{MARGIN, Sheet, font};
use super::{GREY, INK, MOST, class_color, ink_on};
use crate::report::{region, verdict};
use crate::runlog::expression::MetricName;
use crate::runlog::rows::Rows;
use crate::runlog::{Class, RunLog};
use crate::sim::{Span, Time};

const ROW: f64 = 44.0;
const GAP: f64 = 14.0;
const GROUP: f64 = 30.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 64.0;
/// No further store is begun once so many strips are drawn; of a replica, so many at most.
const STRIPS: usize = 48;
const READERS: usize = 6;

/// One strip: what it is of, and its shares from each instant on (until the next; none: nothing there).
#[derive(PartialEq)]
pub struct Strip {
    pub name: String,
    pub detail: String,
    pub steps: Vec<(Time, Vec<(Color, f64)>)>,
    /// The number beside its end.
    pub last: String,
}

/// Strips under a common name.
pub struct Group {
    pub name: String,
    pub strips: Vec<Strip>,
}

/// The shares of the five classes in every replica, for every reader; readers who fare alike share a strip.
pub fn decryptability(log: &RunLog) -> Option<String> {
    let below = "Share of each replica's items, by reader; at the right, decryptable at the end".to_owned();
    let groups = replicas(log);
    let text = ("Decryptability", &*(below + &super::first(groups.len(), log.stores.len())));
    draw(log, text, &legend(&[log]), &groups)
}

/// The same of several runs, one below the other; those that fared alike are drawn once.
pub fn side_by_side(runs: &[(&str, &RunLog)]) -> Option<String> {
    let (_, first) = runs.first()?;
    let mut found: Vec<(Vec<&str>, Group)> = Vec::new();
    for (label, log) in runs {
        for group in replicas(log) {
            let alike = |(_, other): &&mut (Vec<&str>, Group)| {
                (&other.name, &other.strips) == (&group.name, &group.strips)
            };
            match found.iter_mut().find(alike) {
                Some((labels, _)) => labels.push(label),
                None => found.push((vec![label], group)),
            }
        }
    }
    let named = |(labels, group): (Vec<&str>, Group)| Group {
        name: format!("{}: {}", labels.join(", "), group.name),
        ..group
    };
    let groups: Vec<Group> = found.into_iter().map(named).collect();
    let logs: Vec<&RunLog> = runs.iter().map(|(_, log)| *log).collect();
    let text = (
        "Decryptability side by side",
        "First trial of each. Share of each replica's items, by reader; at the right, decryptable at the end",
    );
    draw(first, text, &legend(&logs), &groups)
}

/// The classes that occur.
fn legend(logs: &[&RunLog]) -> Vec<(Color, String)> {
    let used = |class: &Class| {
        let mut rows = logs.iter().flat_map(|log| &log.ledger);
        rows.any(|row| row.class == *class && row.items > 0)
    };
    let used = Class::ALL.into_iter().filter(used);
    used.map(|class| (class_color(class), class.name().to_owned())).collect()
}

/// A group a store, a strip a replica and reader.
fn replicas(log: &RunLog) -> Vec<Group> {
    let rows = &Rows::of(log);
    let mut groups: Vec<Group> = Vec::new();
    let mut drawn = 0;
    for (index, store) in log.stores.iter().enumerate().take(MOST) {
        if drawn >= STRIPS {
            break;
        }
        let mut name = format!("{} ({})", store.name, store.kind);
        let mut strips: Vec<Strip> = Vec::new();
        for place in log.replicas(index) {
            let mut here: Vec<Strip> = Vec::new();
            for (reader, name) in store.readers.iter().enumerate() {
                let steps = ledger_steps(rows, (index, place, reader));
                match here.iter_mut().find(|strip| strip.steps == steps) {
                    _ if steps.is_empty() => {}
                    Some(strip) => strip.detail = format!("{}, {name}", strip.detail),
                    None => here.push(Strip {
                        name: region(log, place).to_owned(),
                        detail: name.clone(),
                        last: share_of(&steps, class_color(Class::Decryptable)),
                        steps,
                    }),
                }
            }
            if here.len() > READERS {
                here.truncate(READERS);
                name = format!("{} ({}), the first {READERS} of each Region", store.name, store.kind);
            }
            strips.extend(here);
        }
        drawn += strips.len();
        groups.push(Group { name, strips });
    }
    groups
}

/// Shares by class from each instant on, equal neighbours merged.
fn ledger_steps(rows: &Rows, who: (usize, usize, usize)) -> Vec<(Time, Vec<(Color, f64)>)> {
    let mut steps: Vec<(Time, [u64; 5])> = Vec::new();
    for row in rows.ledger(who) {
        if steps.last().is_none_or(|(time, _)| *time != row.time) {
            steps.push((row.time, [0; 5]));
        }
        if let Some((_, items)) = steps.last_mut() {
            items[row.class as usize] += row.items;
        }
    }
    let shares = |items: [u64; 5]| {
        let all: u64 = items.iter().sum();
        let part = |class: &Class| items[*class as usize] as f64 / all.max(1) as f64;
        Class::ALL.iter().map(|class| (class_color(*class), part(class))).collect()
    };
    let mut steps: Vec<_> = steps.into_iter().map(|(time, items)| (time, shares(items))).collect();
    steps.dedup_by(|next, kept| next.1 == kept.1);
    steps
}

const SUCCESS: Color = Color(64, 162, 143);
/// Colours of the most frequent errors; the last is for all others.
const ERRORS: [Color; 4] =
    [Color(192, 57, 43), Color(242, 183, 64), Color(66, 114, 184), Color(178, 184, 192)];
const NAMED: usize = ERRORS.len() - 1;

/// How many requests came to each end: success, then the errors as [`ERRORS`] has colours for them.
type Counts = [u64; ERRORS.len() + 1];

/// What became of every client's requests, by the bin of their first attempt.
pub fn success(log: &RunLog) -> Option<String> {
    let rows = &Rows::of(log);
    let errors = frequent_errors(log);
    let mut strips = Vec::new();
    for (index, client) in log.clients.iter().enumerate().filter(|(_, client)| client.traffic).take(MOST) {
        let bins = outcomes(rows, index, &errors);
        let shares = |counts: &Counts| -> Vec<(Color, f64)> {
            let all = counts.iter().sum::<u64>().max(1) as f64;
            let colors = [SUCCESS].into_iter().chain(ERRORS);
            colors.zip(counts).map(|(color, count)| (color, *count as f64 / all)).collect()
        };
        let mut steps: Vec<_> = bins.iter().map(|(time, counts)| (*time, shares(counts))).collect();
        steps.dedup_by(|next, kept| next.1 == kept.1);
        if !bins.is_empty() {
            strips.push(Strip {
                name: client.name.clone(),
                detail: format!("of {}", log.stores[client.store].name),
                steps,
                // The metric: it also knows of times in which no request was simulated.
                last: verdict::value(rows, MetricName::Success, &[&client.name]).to_string(),
            });
        }
    }
    let mut legend = vec![(SUCCESS, "succeeded".to_owned())];
    legend.extend(ERRORS.into_iter().zip(errors.iter().take(NAMED).map(|name| (*name).to_owned())));
    if errors.len() > NAMED {
        legend.push((ERRORS[NAMED], "other errors".to_owned()));
    }
    let below =
        "What became of the requests first attempted then; at the right, succeeded over the run".to_owned();
    let text = ("Success", &*(below + &super::first(MOST, log.clients.len())));
    draw(log, text, &legend, &[Group { name: "Clients".to_owned(), strips }])
}

/// The outcomes of a client's requests from each bin on. A time without requests has none.
fn outcomes(rows: &Rows, client: usize, errors: &[&str]) -> Vec<(Time, Counts)> {
    let (log, mut rows) = (rows.log, rows.availability(client).to_vec());
    rows.sort_by_key(|row| row.time);
    let mut bins: Vec<(Time, Counts)> = Vec::new();
    for row in rows {
        if bins.last().is_none_or(|(time, _)| *time != row.time) {
            close(&mut bins, row.time, log.bin);
            bins.push((row.time, Counts::default()));
        }
        let kind = row.error.map_or(0, |error| {
            let known = errors.iter().position(|name| *name == error.name());
            1 + known.unwrap_or(NAMED).min(NAMED)
        });
        if let Some((_, counts)) = bins.last_mut() {
            counts[kind] += row.count;
        }
    }
    close(&mut bins, Time::ZERO + log.duration, log.bin);
    bins
}

/// Ends the last bin if the next does not follow at once.
fn close(bins: &mut Vec<(Time, Counts)>, next: Time, bin: Span) {
    if let Some(end) = bins.last().map(|(time, _)| *time + bin).filter(|end| *end < next) {
        bins.push((end, Counts::default()));
    }
}

/// The names of the errors that requests ended in, the most frequent first.
fn frequent_errors(log: &RunLog) -> Vec<&'static str> {
    let mut counts: Vec<(&'static str, u64)> = Vec::new();
    for row in &log.availability {
        let Some(error) = row.error else { continue };
        match counts.iter_mut().find(|(name, _)| *name == error.name()) {
            Some((_, count)) => *count += row.count,
            None => counts.push((error.name(), row.count)),
        }
    }
    counts.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    counts.into_iter().map(|(name, _)| name).collect()
}

/// The drawing of groups that have strips; the legend names the colours.
pub fn draw(
    log: &RunLog,
    text: (&str, &str),
    legend: &[(Color, String)],
    groups: &[Group],
) -> Option<String> {
    let groups: Vec<&Group> = groups.iter().filter(|group| !group.strips.is_empty()).collect();
    let strips: usize = groups.iter().map(|group| group.strips.len()).sum();
    if strips == 0 {
        return None;
    }
    let height = GROUP * groups.len() as f64 + (ROW + GAP) * strips as f64;
    let mut sheet = Sheet::new(log, text, legend, (LEFT, RIGHT), height);
    let mut y = sheet.top;
    for group in groups {
        let name = fitted(&group.name, 13.0, sheet.right - MARGIN);
        sheet.canvas.text((MARGIN, y + GROUP / 2.0), &name, Font { bold: true, ..font(13.0, INK) });
        y += GROUP;
        for strip in &group.strips {
            draw_strip(log, &mut sheet, strip, y);
            name_bands(log, &mut sheet, strip, legend, y);
            y += ROW + GAP;
        }
    }
    Some(sheet.canvas.finish())
}

fn draw_strip(log: &RunLog, sheet: &mut Sheet, strip: &Strip, top: f64) {
    let label = Font { anchor: Anchor::Right, ..font(12.0, INK) };
    let room = LEFT - MARGIN;
    sheet.canvas.text((sheet.left - 12.0, top + ROW / 2.0 - 8.0), &fitted(&strip.name, 12.0, room), label);
    let detail = fitted(&strip.detail, 11.0, room);
    sheet.canvas.text(
        (sheet.left - 12.0, top + ROW / 2.0 + 8.0),
        &detail,
        Font { color: GREY, size: 11.0, ..label },
    );
    let ends = strip.steps.iter().skip(1).map(|(time, _)| *time).chain([Time::ZERO + log.duration]);
    for ((time, shares), end) in strip.steps.iter().zip(ends) {
        // A little more than needed: the next one covers it, and no seam shows.
        let (from, to) = (sheet.time.time(*time), (sheet.time.time(end) + 0.5).min(sheet.right));
        let mut bottom = top + ROW;
        for (color, share) in shares.iter().filter(|(_, share)| *share > 0.0) {
            let height = ROW * share;
            sheet.canvas.rect((from, bottom - height), (to, bottom), *color, 1.0);
            bottom -= height;
        }
    }
    sheet.mark_faults(log, top, top + ROW);
    sheet.canvas.text((sheet.right + 8.0, top + ROW / 2.0), &strip.last, font(12.0, INK));
}

/// Writes into a strip what fills most of it, where there is room: not everybody can tell colours apart.
fn name_bands(log: &RunLog, sheet: &mut Sheet, strip: &Strip, legend: &[(Color, String)], top: f64) {
    const MOSTLY: f64 = 0.7;
    let mut bands: Vec<(Option<Color>, Time)> = Vec::new();
    for (time, shares) in &strip.steps {
        let most = shares.iter().find(|(_, share)| *share >= MOSTLY).map(|(color, _)| *color);
        if bands.last().is_none_or(|(color, _)| *color != most) {
            bands.push((most, *time));
        }
    }
    let ends = bands.iter().skip(1).map(|(_, time)| *time).chain([Time::ZERO + log.duration]);
    for ((color, from), to) in bands.iter().zip(ends) {
        let named = legend.iter().find(|(each, _)| Some(*each) == *color);
        let (from, to) = (sheet.time.time(*from), sheet.time.time(to));
        if let Some((color, name)) = named.filter(|(_, name)| text_width(name, 11.0) + 10.0 <= to - from) {
            let font = Font { anchor: Anchor::Middle, ..font(11.0, ink_on(*color)) };
            sheet.canvas.text(((from + to) / 2.0, top + ROW / 2.0), name, font);
        }
    }
}

/// The share of a colour at the end.
fn share_of(steps: &[(Time, Vec<(Color, f64)>)], wanted: Color) -> String {
    let share = steps.last().and_then(|(_, shares)| shares.iter().find(|(color, _)| *color == wanted));
    percent(share.map_or(0.0, |(_, share)| *share))
}

fn percent(share: f64) -> String {
    crate::runlog::expression::Value::Share(share).to_string()
}
