//! `trace.json`, which ui.perfetto.dev opens: a process a Region, lanes for each client's requests, what took their time
//! within them; faults, steps and key states beside.
//!
//! The format is Chrome's Trace Event Format, JSON object form: times in microseconds, `X` a slice, `i` an instant, `M`
//! a name. Perfetto nests slices of one lane by their times, so requests that overlap are put on lanes of their own.

use super::region;
use crate::runlog::{RequestRow, RunLog};
use crate::sim::{Span, Time};
use serde_json::{Value, json};

/// Lanes of what happens in a Region beside requests: faults first, then changes.
const FAULTS: usize = 0;
const CHANGES: usize = 1;
const REQUESTS: usize = 2;

/// The process of what has no Region.
const EVERYWHERE: usize = 0;

/// The trace of a run with the requests that it kept.
pub fn trace(log: &RunLog) -> String {
    let mut events = names(log);
    events.extend(faults(log));
    events.extend(changes(log));
    events.extend(requests(log));
    let kept = log.recorded.iter().map(|(from, to)| format!("{from} to {to}")).collect::<Vec<_>>().join(", ");
    let document = json!({
        "displayTimeUnit": "ms",
        "otherData": {
            "scenario": log.name,
            "title": log.title,
            "seed": log.seed,
            "trial": log.trial,
            "requests of": if kept.is_empty() { "no time".to_owned() } else { kept },
            "requests": log.requests.len(),
        },
        "traceEvents": events,
    });
    document.to_string() + "\n"
}

fn process(place: Option<usize>) -> usize {
    place.map_or(EVERYWHERE, |place| place + 1)
}

fn micros(time: Time) -> f64 {
    time.0 as f64 / 1e3
}

fn named(kind: &str, process: usize, thread: usize, name: &str) -> Value {
    json!({ "ph": "M", "name": kind, "pid": process, "tid": thread, "args": { "name": name } })
}

fn names(log: &RunLog) -> Vec<Value> {
    let mut found = vec![named("process_name", EVERYWHERE, 0, "everywhere")];
    for place in 0..=log.regions.len() {
        if place > 0 {
            found.push(named("process_name", place, 0, region(log, place - 1)));
        }
        found.push(named("thread_name", place, FAULTS, "faults"));
        found.push(named("thread_name", place, CHANGES, "steps, key states, runbooks"));
    }
    found
}

fn faults(log: &RunLog) -> Vec<Value> {
    let end = Time::ZERO + log.duration;
    let one = |fault: &crate::runlog::FaultSpan| {
        let until = fault.end.unwrap_or(end).min(end).max(fault.start);
        json!({
            "ph": "X", "cat": "fault", "name": format!("{}: {} {}", fault.name, fault.kind, fault.scope),
            "pid": process(fault.region), "tid": FAULTS,
            "ts": micros(fault.start), "dur": micros(until) - micros(fault.start),
        })
    };
    log.faults.iter().map(one).collect()
}

fn changes(log: &RunLog) -> Vec<Value> {
    let shown = log.events.iter().filter(|event| event.source != "fault");
    let one = |event: &crate::runlog::EventRow| {
        let came = if event.error.is_empty() { &event.outcome } else { &event.error };
        let target = event.target.rsplit(':').next().unwrap_or_default();
        json!({
            "ph": "i", "s": "p", "cat": event.source, "name": format!("{} {target}: {came}", event.operation),
            "pid": process(event.region), "tid": CHANGES, "ts": micros(event.time),
            "args": { "who": event.principal, "rule": event.rule.map(|rule| rule.id), "detail": event.detail },
        })
    };
    shown.map(one).collect()
}

/// Requests on the first lane of their client that is free, with their phases inside, one after the other: how long each
/// took is known, not in which pieces. What no phase accounts for was spent on attempts that failed.
fn requests(log: &RunLog) -> Vec<Value> {
    let mut rows: Vec<&RequestRow> = log.requests.iter().collect();
    rows.sort_by_key(|row| (row.start, row.end, row.client));
    // By process: the client of each lane, and since when it is free.
    let mut lanes: Vec<Vec<(usize, Time)>> = vec![Vec::new(); log.regions.len() + 1];
    let mut found = Vec::new();
    for row in rows {
        let place = process(Some(row.region));
        let free =
            lanes[place].iter().position(|(client, since)| *client == row.client && *since <= row.start);
        let lane = free.unwrap_or(lanes[place].len());
        let thread = REQUESTS + lane;
        if free.is_none() {
            lanes[place].push((row.client, Time::ZERO));
            let name = format!("{} {}", log.clients[row.client].name, lane + 1);
            found.push(named("thread_name", place, thread, &name));
        }
        lanes[place][lane].1 = row.end;
        let came = row.error.map_or("ok", |error| error.name());
        let slice = |name: &str, from: f64, length: f64, args: Value| json!({ "ph": "X", "cat": "request", "name": name, "pid": place, "tid": thread, "ts": from, "dur": length, "args": args });
        let (start, length) = (micros(row.start), micros(row.end) - micros(row.start));
        let name =
            if row.error.is_some() { format!("{}: {came}", row.operation) } else { row.operation.to_owned() };
        found.push(slice(
            &name,
            start,
            length,
            json!({ "client": log.clients[row.client].name, "outcome": came }),
        ));
        let phases: [(&str, Span); 4] = [
            ("network", row.network),
            ("kms-queue", row.kms_queue),
            ("kms-service", row.kms_service),
            ("store", row.store),
        ];
        let mut from = start;
        for (name, span) in phases.iter().filter(|(_, span)| *span > Span::ZERO) {
            let took = (span.0 as f64 / 1e3).min(start + length - from);
            found.push(slice(name, from, took, json!({})));
            from += took;
        }
        if row.error.is_none() && start + length - from > 1.0 {
            found.push(slice("retries", from, start + length - from, json!({})));
        }
    }
    found
}
