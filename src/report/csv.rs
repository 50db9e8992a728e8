//! Tables for pandas, R, DuckDB and spreadsheets: one observation a row, units in the header.
//!
//! Quoted as RFC 4180 says; lines end in a line feed alone, so that Unix tools see no carriage return. Times are
//! exact: seconds with up to nine decimals, milliseconds with up to six, trailing zeros left out. An empty field
//! means that there is none.

use super::{millis, region, seconds, span_seconds};
use crate::runlog::{RunLog, cost};
use crate::sim::{Histogram, Span};
use std::io::{self, Write};

/// One file of the results.
pub struct Table {
    /// `latency.csv`
    pub name: &'static str,
    /// The columns.
    pub header: &'static [&'static str],
    rows: fn(&RunLog, &mut Rows) -> csv::Result<()>,
}

type Rows<'a> = csv::Writer<&'a mut dyn Write>;

impl Table {
    /// Writes header and rows.
    ///
    /// # Errors
    /// What the writer answers.
    pub fn write(&self, log: &RunLog, out: &mut dyn Write) -> io::Result<()> {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record(self.header)?;
        (self.rows)(log, &mut rows)?;
        rows.flush()
    }
}

/// Every CSV file of a run.
pub fn tables(log: &RunLog) -> impl Iterator<Item = &'static Table> {
    TABLES.iter().chain(log.design.is_some().then_some(&COSTS))
}

/// The bill, of a run that is asked what its design costs.
pub static COSTS: Table = Table {
    name: "costs.csv",
    header: &[
        "part",
        "what",
        "of",
        "quantity_a_month",
        "unit",
        "price_usd",
        "price_per",
        "usd_a_month",
        "item",
        "price_region",
        "price_as_of",
        "basis",
        "source",
        "rule",
    ],
    rows: costs,
};

/// The CSV files of every run.
pub static TABLES: [Table; 9] = [
    Table {
        name: "events.csv",
        header: &[
            "time_s",
            "region",
            "principal",
            "source",
            "operation",
            "target",
            "outcome",
            "error",
            "rule",
            "detail",
        ],
        rows: events,
    },
    Table {
        name: "latency.csv",
        header: &[
            "client",
            "region",
            "operation",
            "phase",
            "count",
            "mean_ms",
            "p50_ms",
            "p90_ms",
            "p99_ms",
            "p999_ms",
            "max_ms",
        ],
        rows: latency,
    },
    Table {
        name: "latency_over_time.csv",
        header: &["time_s", "client", "region", "count", "p50_ms", "p99_ms"],
        rows: latency_over_time,
    },
    Table {
        name: "availability.csv",
        header: &["time_s", "client", "region", "outcome", "error", "count"],
        rows: availability,
    },
    Table {
        name: "refusals.csv",
        header: &["client", "region", "operation", "error", "rule", "count", "first_s", "last_s"],
        rows: refusals,
    },
    Table {
        name: "decryptability.csv",
        header: &["time_s", "store", "region", "reader", "class", "items", "rule", "deadline_s"],
        rows: decryptability,
    },
    Table {
        name: "replication.csv",
        header: &[
            "store",
            "from",
            "to",
            "applied",
            "superseded",
            "pending",
            "lost",
            "mean_ms",
            "p50_ms",
            "p99_ms",
            "max_ms",
        ],
        rows: replication,
    },
    Table { name: "staleness.csv", header: &["time_s", "store", "region", "staleness_s"], rows: staleness },
    Table {
        name: "data_loss.csv",
        header: &[
            "store",
            "fault",
            "from",
            "to",
            "takeover_s",
            "how",
            "age_s",
            "writes",
            "delayed",
            "suppressed",
            "lost",
            "pending",
        ],
        rows: data_loss,
    },
];

fn events(log: &RunLog, rows: &mut Rows) -> csv::Result<()> {
    for event in &log.events {
        rows.write_record([
            seconds(event.time).as_str(),
            event.region.map_or("", |index| region(log, index)),
            &event.principal,
            event.source,
            &event.operation,
            &event.target,
            &event.outcome,
            &event.error,
            event.rule.map_or("", |rule| rule.0.id),
            &event.detail,
        ])?;
    }
    Ok(())
}

fn latency(log: &RunLog, rows: &mut Rows) -> csv::Result<()> {
    for series in &log.latency {
        let times = &series.times;
        let quantile = |q| measured(times, |times| times.quantile(q));
        rows.write_record([
            log.clients[series.client].name.as_str(),
            region(log, series.region),
            series.operation,
            series.phase,
            &times.count().to_string(),
            &measured(times, Histogram::mean),
            &quantile(0.5),
            &quantile(0.9),
            &quantile(0.99),
            &quantile(0.999),
            &measured(times, Histogram::max),
        ])?;
    }
    Ok(())
}

fn latency_over_time(log: &RunLog, rows: &mut Rows) -> csv::Result<()> {
    for bin in &log.latency_over_time {
        rows.write_record([
            seconds(bin.time).as_str(),
            &log.clients[bin.client].name,
            region(log, bin.region),
            &bin.count.to_string(),
            &millis(bin.p50),
            &millis(bin.p99),
        ])?;
    }
    Ok(())
}

fn availability(log: &RunLog, rows: &mut Rows) -> csv::Result<()> {
    for row in &log.availability {
        rows.write_record([
            seconds(row.time).as_str(),
            &log.clients[row.client].name,
            region(log, row.region),
            if row.error.is_some() { "failure" } else { "success" },
            row.error.map_or("", |error| error.name()),
            &row.count.to_string(),
        ])?;
    }
    Ok(())
}

fn refusals(log: &RunLog, rows: &mut Rows) -> csv::Result<()> {
    for row in &log.refusals {
        rows.write_record([
            log.clients[row.client].name.as_str(),
            region(log, row.region),
            row.operation,
            row.error.name(),
            row.rule.id,
            &row.count.to_string(),
            &seconds(row.first),
            &seconds(row.last),
        ])?;
    }
    Ok(())
}

fn decryptability(log: &RunLog, rows: &mut Rows) -> csv::Result<()> {
    for row in &log.ledger {
        let store = &log.stores[row.store];
        rows.write_record([
            seconds(row.time).as_str(),
            &store.name,
            region(log, row.region),
            store.readers.get(row.reader).map_or("?", String::as_str),
            row.class.name(),
            &row.items.to_string(),
            row.rule.id,
            &row.deadline.map(seconds).unwrap_or_default(),
        ])?;
    }
    Ok(())
}

fn replication(log: &RunLog, rows: &mut Rows) -> csv::Result<()> {
    for row in &log.replication {
        rows.write_record([
            log.stores[row.store].name.as_str(),
            region(log, row.from),
            region(log, row.to),
            &row.applied.to_string(),
            &row.superseded.to_string(),
            &row.pending.to_string(),
            &row.lost.to_string(),
            &measured(&row.delay, Histogram::mean),
            &measured(&row.delay, |times| times.quantile(0.5)),
            &measured(&row.delay, |times| times.quantile(0.99)),
            &measured(&row.delay, Histogram::max),
        ])?;
    }
    Ok(())
}

fn staleness(log: &RunLog, rows: &mut Rows) -> csv::Result<()> {
    for point in &log.staleness {
        rows.write_record([
            seconds(point.time).as_str(),
            &log.stores[point.store].name,
            region(log, point.region),
            &span_seconds(point.staleness),
        ])?;
    }
    Ok(())
}

fn data_loss(log: &RunLog, rows: &mut Rows) -> csv::Result<()> {
    for loss in &log.losses {
        rows.write_record([
            log.stores[loss.store].name.as_str(),
            &loss.fault,
            region(log, loss.from),
            region(log, loss.to),
            &seconds(loss.takeover),
            loss.how,
            &span_seconds(loss.age),
            &loss.writes.to_string(),
            &loss.delayed.to_string(),
            &loss.suppressed.to_string(),
            &loss.lost.to_string(),
            &loss.pending.to_string(),
        ])?;
    }
    Ok(())
}

fn costs(log: &RunLog, rows: &mut Rows) -> csv::Result<()> {
    for line in cost::lines(log) {
        let price = &line.price;
        rows.write_record([
            line.group.name(),
            &line.what,
            line.of.as_deref().unwrap_or_default(),
            &decimal(line.quantity),
            &price.unit,
            &price.usd.map(decimal).unwrap_or_default(),
            &decimal(price.per),
            &line.usd().map(decimal).unwrap_or_default(),
            &price.item,
            &price.region,
            &price.as_of,
            &price.basis,
            &price.source,
            line.rule,
        ])?;
    }
    Ok(())
}

/// With up to nine decimals, without trailing zeros.
fn decimal(number: f64) -> String {
    let text = format!("{number:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// In milliseconds; empty if nothing was counted.
fn measured(times: &Histogram, read: impl Fn(&Histogram) -> Span) -> String {
    if times.count() == 0 { String::new() } else { millis(read(times)) }
}
