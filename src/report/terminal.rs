//! The report on the terminal: one screen, the verdict first, then what happened, then numbers, then what it
//! rests on, then how to see it again.

use super::verdict::{self, grouped};
use super::{cut, region};
use crate::rulebook::{Basis, RuleRef};
use crate::runlog::expression::{MetricName, Value};
use crate::runlog::rows::Rows;
use crate::runlog::{Class, EventRow, LedgerExtremes, LedgerRow, LossRow, RunLog, cost};
use crate::sim::{Histogram, Span, Time};
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, presets};

/// How to draw.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether ANSI colours may be used.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// The command that repeats the run: `mrksim run region-outage.toml --seed 7`.
    pub reproduce: String,
}

/// Lines of the timeline, of a table, and of the assumptions, at most; what is left out is counted.
const EVENTS: usize = 12;
const ROWS: usize = 7;
const ASSUMPTIONS: usize = 3;

/// Who types the steps unless the scenario says otherwise: not worth a word on every line.
const OPERATOR: &str = "administrator";

/// The report, each line ended by a line feed.
pub fn render(log: &RunLog, options: &Options) -> String {
    let pen = Pen { color: options.color, width: options.width.clamp(40, 400) };
    let rows = &Rows::of(log);
    let sections = [
        heading(log, &pen),
        wrapped(&verdict::sentence(rows), pen.width),
        happened(log, &pen),
        clients(rows, &pen),
        latency(log, &pen),
        decryptability(rows, &pen),
        losses(log, &pen),
        costs(log, &pen),
        assumptions(log, &pen),
        foot(log, options, &pen),
    ];
    let sections = sections.iter().filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n"));
    sections.collect::<Vec<_>>().join("\n\n") + "\n"
}

/// Title, then every expectation with its value, and the steps that did not come as expected.
fn heading(log: &RunLog, pen: &Pen) -> Vec<String> {
    let mut facts = vec![log.name.clone()];
    facts.extend(log.variant.iter().map(|variant| format!("variant {variant}")));
    facts.push(format!("{} simulated", log.duration));
    facts.push(format!("seed {}", log.seed));
    facts.extend((log.trial > 0).then(|| format!("trial {}", log.trial)));
    facts.push(format!("rule set {}", log.rule_set));
    let headline = verdict::headline(log);
    let headline = if verdict::unmet(log).0 > 0 { pen.bad(&headline) } else { pen.good(&headline) };
    let mut lines = vec![pen.bold(&log.title), pen.dim(&facts.join(" · ")), String::new(), headline];
    let outcomes = outcomes(log);
    let asked =
        outcomes.iter().filter(|one| one.aligned).map(|one| one.asked.chars().count()).max().unwrap_or(0);
    for outcome in &outcomes {
        let mark = match outcome.mark {
            Mark::Met => pen.good("✓"),
            Mark::Unmet => pen.bad("✗"),
            Mark::Warning => pen.warn("!"),
        };
        let (text, came, place) = (&outcome.asked, pen.bold(&outcome.came), pen.dim(&outcome.place));
        lines.push(format!("  {mark} {text:<asked$}  {came}  {place}").trim_end().to_owned());
    }
    lines
}

/// What was asked, or typed, and what came.
struct Outcome {
    mark: Mark,
    /// Whether what came stands in one column with its like.
    aligned: bool,
    asked: String,
    came: String,
    place: String,
}

enum Mark {
    Met,
    Unmet,
    /// A step that failed though nobody said that it should.
    Warning,
}

/// Every expectation; then every step that did not come as expected, or failed without an expectation.
fn outcomes(log: &RunLog) -> Vec<Outcome> {
    let expectations = log.expectations.iter().map(|checked| Outcome {
        mark: if checked.met { Mark::Met } else { Mark::Unmet },
        aligned: true,
        asked: checked.text.clone(),
        came: checked.value.to_string(),
        place: if checked.met { String::new() } else { checked.location.clone() },
    });
    let steps = log.answers.iter().filter_map(|answer| {
        let step = cut(answer.name.as_ref().unwrap_or(&answer.command), 48);
        let (mark, asked) = match &answer.expected {
            Some((expected, false)) => (Mark::Unmet, format!("{step}: expected {expected},")),
            None if answer.error.is_some() => (Mark::Warning, step),
            _ => return None,
        };
        let came = answer.error.clone().unwrap_or_else(|| "ok".to_owned());
        let came = answer.rule.map_or(came.clone(), |rule| format!("{came} ({rule})"));
        Some(Outcome { mark, aligned: false, asked, came, place: answer.location.clone() })
    });
    expectations.chain(steps).collect()
}

/// Faults, steps, key states, runbooks, failovers: one line each, the middle left out if there are many.
fn happened(log: &RunLog, pen: &Pen) -> Vec<String> {
    let row = |event: &EventRow| {
        let outcome = if event.error.is_empty() { &event.outcome } else { &event.error };
        let came = match event.rule {
            Some(rule) => format!("{} ({rule})", cut(outcome, 22)),
            None => cut(outcome, 34),
        };
        let who = match event.principal.as_str() {
            "" | OPERATOR => String::new(),
            service if service.ends_with(".amazonaws.com") => String::new(),
            who => format!("{who}: "),
        };
        [
            clock(event.time, log.duration),
            event.region.map_or("", |index| region(log, index)).to_owned(),
            format!("{who}{} {}", event.operation, short(log, &event.target)).trim_end().to_owned(),
            came,
        ]
    };
    let mut rows: Vec<[String; 4]> = log.events.iter().filter(|event| !retold(log, event)).map(row).collect();
    if rows.len() > EVENTS {
        let tail = EVENTS / 2 - 1;
        let after = rows.split_off(rows.len() - tail);
        let left_out = format!("… {} more, in events.csv", rows.len() - (EVENTS - tail - 1));
        rows.truncate(EVENTS - tail - 1);
        rows.push([String::new(), String::new(), left_out, String::new()]);
        rows.extend(after);
    }
    let header = ["What happened", "where", "what", "came to"];
    let widest = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or(0) + 2
    };
    let what = pen.width.saturating_sub([0, 1, 3].into_iter().map(widest).sum::<usize>() + 2).max(16);
    rows.iter_mut().for_each(|row| row[2] = cut(&row[2], what));
    pen.table(header, &[], 2, rows)
}

/// Whether a step's success is told again by what the service did about it.
fn retold(log: &RunLog, step: &EventRow) -> bool {
    let same = |event: &EventRow| {
        event.source == "service" && event.operation == step.operation && event.region == step.region
    };
    let from = log.events.partition_point(|event| event.time < step.time);
    let now = || log.events[from..].iter().take_while(|event| event.time == step.time);
    step.source == "step" && step.error.is_empty() && now().any(same)
}

/// A declared key by its name; another ARN without what the line says already: `key/mrk-…`.
fn short<'a>(log: &'a RunLog, target: &'a str) -> &'a str {
    let key = log.keys.iter().find(|key| target.ends_with(&key.key_id));
    match target.starts_with("arn:") {
        true => key.map_or(target.splitn(6, ':').last().unwrap_or(target), |key| &key.name),
        false => target,
    }
}

/// How the clients fared: one line each.
fn clients(all: &Rows, pen: &Pen) -> Vec<String> {
    let log = all.log;
    let traffic = log.clients.iter().enumerate().filter(|(_, client)| client.traffic);
    let rows = traffic.map(|(index, client)| {
        let ask = |name| verdict::value(all, name, &[&client.name]).to_string();
        let simulated: u64 = all.outcomes(index).values().sum();
        let requests = simulated + skipped(log, Some(index));
        [
            client.name.clone(),
            region(log, client.region).to_owned(),
            grouped(requests),
            ask(MetricName::Success),
            if log.faults.is_empty() { "no fault".to_owned() } else { ask(MetricName::RecoveryTime) },
            most_frequent_failure(all, index).unwrap_or_default(),
        ]
    });
    let header = ["Clients", "home", "requests", "success", "recovery", "most frequent failure"];
    pen.first_rows(header, &[2, 3, 4], 5, rows.collect(), "summary.json")
}

/// How most of the client's failed requests failed, with the rule that most of these calls met.
fn most_frequent_failure(all: &Rows, client: usize) -> Option<String> {
    let failures = all.outcomes(client).iter().filter_map(|(error, count)| Some(((*error)?, *count)));
    let (error, count) = failures.max_by_key(|(_, count)| *count)?;
    let calls = all.log.refusals.iter().filter(|row| row.client == client && row.error == error);
    let rule = calls.max_by_key(|row| row.count).map_or(String::new(), |row| format!(" ({})", row.rule));
    Some(format!("{} {}{rule}", grouped(count), error.name()))
}

/// Latency of what succeeded; of the phases only the one that took most. What no phase accounts for was spent on
/// attempts that failed: time-outs and backoff.
fn latency(log: &RunLog, pen: &Pen) -> Vec<String> {
    let totals = log.latency.iter().filter(|series| series.phase == "total" && series.times.count() > 0);
    let rows = totals.map(|total| {
        let phases = log.latency.iter().filter(|series| {
            series.phase != "total"
                && (series.client, series.region, series.operation)
                    == (total.client, total.region, total.operation)
        });
        let mean = |times: &Histogram| times.mean().as_secs_f64();
        let all = mean(&total.times).max(f64::MIN_POSITIVE);
        let mut shares: Vec<(&str, f64)> =
            phases.map(|series| (series.phase, mean(&series.times) / all)).collect();
        let retries = 1.0 - shares.iter().map(|(_, share)| share).sum::<f64>();
        shares.push(("retries", retries));
        let longest = shares.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let longest = longest.map(|(phase, share)| format!("{phase} {:.0} %", 100.0 * share));
        [
            log.clients[total.client].name.clone(),
            region(log, total.region).to_owned(),
            total.operation.to_owned(),
            grouped(total.times.count()),
            total.times.quantile(0.5).to_string(),
            total.times.quantile(0.99).to_string(),
            total.times.max().to_string(),
            longest.unwrap_or_default(),
        ]
    });
    let header = ["Latency", "served in", "operation", "count", "p50", "p99", "max", "mostly"];
    pen.first_rows(header, &[3, 4, 5, 6], 7, rows.collect(), "latency.csv")
}

/// Who could decrypt what, where: readers who fared alike on one line.
fn decryptability(all: &Rows, pen: &Pen) -> Vec<String> {
    let log = all.log;
    let mut rows: Vec<[String; 7]> = Vec::new();
    let mut by_place: Vec<&LedgerExtremes> = log.shares.iter().collect();
    by_place.sort_by_key(|shares| (shares.store, shares.region, shares.reader));
    for shares in by_place {
        let (Some(extreme), Some(end)) = (shares.extreme, shares.end) else { continue };
        let ledger = all.ledger((shares.store, shares.region, shares.reader));
        let store = &log.stores[shares.store];
        let reader = store.readers.get(shares.reader).map_or("?", String::as_str);
        let worst = verdict::worst(&extreme).map(|(class, share)| {
            let rule = deciding_rule(ledger, class).map_or(String::new(), |rule| format!(" ({rule})"));
            match share + extreme[0] == 1.0 {
                true => format!("{}{rule}", class.name()),
                false => format!("{} {}{rule}", percent(share), class.name()),
            }
        });
        let row = [
            store.name.clone(),
            region(log, shares.region).to_owned(),
            reader.to_owned(),
            percent(extreme[0]),
            worst.unwrap_or_default(),
            percent(end[0]),
            deadline(ledger).map_or(String::new(), |time| clock(time, log.duration)),
        ];
        let alike = |known: &&mut [String; 7]| known[..2] == row[..2] && known[3..] == row[3..];
        match rows.iter_mut().find(alike) {
            Some(known) => known[2] = format!("{}, {reader}", known[2]),
            None => rows.push(row),
        }
    }
    let header = ["Decryptable", "in", "by", "lowest", "else", "at end", "mend before"];
    pen.first_rows(header, &[3, 5, 6], 2, rows, "decryptability.csv")
}

/// The rule that put most items of a replica into a class.
fn deciding_rule(ledger: &[&LedgerRow], class: Class) -> Option<RuleRef> {
    let rows = ledger.iter().filter(|row| row.class == class);
    rows.max_by_key(|row| row.items).map(|row| row.rule)
}

/// The first deadline of what can still be mended at the end.
fn deadline(ledger: &[&LedgerRow]) -> Option<Time> {
    let last = ledger.iter().map(|row| row.time).max()?;
    ledger.iter().filter(|row| row.time == last).filter_map(|row| row.deadline).min()
}

/// What a month costs, part by part, and what is not priced.
fn costs(log: &RunLog, pen: &Pen) -> Vec<String> {
    if log.design.is_none() {
        return Vec::new();
    }
    let lines = cost::lines(log);
    let usd = |group| cost::total(&lines, group, None).map_or(Value::NotAvailable, Value::Money).to_string();
    let part = |group: cost::Group| {
        let mut unpriced: Vec<&str> = Vec::new();
        for line in lines.iter().filter(|line| line.group == group && line.price.usd.is_none()) {
            if !unpriced.contains(&line.price.item.as_str()) {
                unpriced.push(&line.price.item);
            }
        }
        [group.name().to_owned(), usd(Some(group)), unpriced.join(", ")]
    };
    let mut rows: Vec<[String; 3]> = cost::Group::ALL.map(part).into();
    rows.push(["all that is priced".to_owned(), usd(None), String::new()]);
    let mut table = pen.table(["Cost a month", "", "not priced"], &[1], 2, rows);
    table.push("Each line with its price, date and source: costs.csv".to_owned());
    table
}

/// What was missing at each takeover, and what became of it.
fn losses(log: &RunLog, pen: &Pen) -> Vec<String> {
    let row = |loss: &LossRow| {
        let fates = [
            (loss.delayed, "delayed"),
            (loss.suppressed, "suppressed"),
            (loss.lost, "lost"),
            (loss.pending, "pending"),
        ];
        let fates = fates.iter().filter(|(count, _)| *count > 0);
        let fates: Vec<String> = fates.map(|(count, fate)| format!("{} {fate}", grouped(*count))).collect();
        [
            log.stores[loss.store].name.clone(),
            loss.fault.clone(),
            region(log, loss.to).to_owned(),
            format!("{}, {}", clock(loss.takeover, log.duration), loss.how),
            loss.age.to_string(),
            grouped(loss.writes),
            fates.join(", "),
        ]
    };
    let rows = log.losses.iter().map(row).collect();
    let header = ["Data loss", "fault", "taken over by", "at", "oldest", "missing", "of these"];
    pen.first_rows(header, &[4, 5], 3, rows, "data_loss.csv")
}

/// What the run leaned on without AWS's word for it.
fn assumptions(log: &RunLog, pen: &Pen) -> Vec<String> {
    let undocumented = log.rules.keys().filter(|rule| !matches!(rule.basis, Basis::Documented(_)));
    let rules: Vec<_> = undocumented.collect();
    let mut lines: Vec<String> = rules
        .iter()
        .take(ASSUMPTIONS)
        .map(|rule| cut(&format!("  {} ({}): {}", rule.0.id, rule.basis.name(), rule.0.says), pen.width))
        .collect();
    if rules.len() > ASSUMPTIONS {
        lines.push(format!("  … {} more rules, in summary.json", rules.len() - ASSUMPTIONS));
    }
    let assumed: Vec<String> = log
        .assumptions
        .iter()
        .filter(|number| number.basis == "assumed")
        .map(|number| format!("{} {}", number.what, number.value))
        .collect();
    if !log.assumptions.is_empty() {
        let shown = assumed.iter().take(ASSUMPTIONS).map(|number| format!("{number}; ")).collect::<String>();
        let more = log.assumptions.len() - assumed.len().min(ASSUMPTIONS);
        let text = format!("numbers: {shown}{more} more in summary.json");
        lines.extend(indented(&text, pen.width));
    }
    if !lines.is_empty() {
        lines.insert(0, pen.bold("Not documented by AWS, but leaned on"));
    }
    lines
}

fn foot(log: &RunLog, options: &Options, pen: &Pen) -> Vec<String> {
    let more = match skipped(log, None) {
        0 => String::new(),
        more => format!(" simulated, {} more counted like the end of what was", grouped(more)),
    };
    let counts = format!(
        "{} requests{more}, {} writes; history digest {:032x}",
        grouped(log.totals.requests),
        grouped(log.totals.writes),
        log.digest
    );
    vec![pen.dim(&counts), format!("{} {}", pen.dim("Again:"), options.reproduce)]
}

/// Requests of times in which none was simulated.
fn skipped(log: &RunLog, client: Option<usize>) -> u64 {
    let rows = log.skipped.iter().filter(|row| client.is_none_or(|client| row.client == client));
    rows.map(|row| row.requests).sum()
}

/// A share as a value of the report.
fn percent(share: f64) -> String {
    Value::Share(share).to_string()
}

/// `1:07:12` of the run, with days if it lasts longer than one: `15d 00:00:00`.
fn clock(time: Time, duration: Span) -> String {
    let second = time.second();
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    match duration > Span::DAY || hours >= 48 {
        true => format!("{}d {:02}:{minutes:02}:{seconds:02}", hours / 24, hours % 24),
        false => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Words on lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn indented(text: &str, width: usize) -> Vec<String> {
    wrapped(text, width.saturating_sub(4))
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let indent = if index == 0 { "  " } else { "    " };
            format!("{indent}{line}")
        })
        .collect()
}

/// Width and colours.
struct Pen {
    color: bool,
    width: usize,
}

impl Pen {
    fn paint(&self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
    fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }
    fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }
    fn good(&self, text: &str) -> String {
        self.paint("32", text)
    }
    fn bad(&self, text: &str) -> String {
        self.paint("1;31", text)
    }
    fn warn(&self, text: &str) -> String {
        self.paint("33", text)
    }

    /// A table without lines, the columns `right` aligned right; if it is too wide, the `elastic` column is
    /// wrapped. Nothing if there are no rows.
    fn table<const N: usize>(
        &self,
        header: [&str; N],
        right: &[usize],
        elastic: usize,
        rows: Vec<[String; N]>,
    ) -> Vec<String> {
        if rows.is_empty() {
            return Vec::new();
        }
        let mut table = comfy_table::Table::new();
        let width = u16::try_from(self.width).unwrap_or(u16::MAX);
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
        table.set_header(header.map(Cell::new));
        table.add_rows(rows);
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
            if right.contains(&column.index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
            if column.index != elastic {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        let lines = table.lines().map(|line| line.trim_end().to_owned());
        lines.enumerate().map(|(index, line)| if index == 0 { self.bold(&line) } else { line }).collect()
    }

    /// The table of the first rows, and below it a count of the rest.
    fn first_rows<const N: usize>(
        &self,
        header: [&str; N],
        right: &[usize],
        elastic: usize,
        mut rows: Vec<[String; N]>,
        file: &str,
    ) -> Vec<String> {
        let left_out = if rows.len() > ROWS { rows.split_off(ROWS - 1).len() } else { 0 };
        let mut lines = self.table(header, right, elastic, rows);
        if left_out > 0 {
            lines.push(format!("… {left_out} more, in {file}"));
        }
        lines
    }
}
