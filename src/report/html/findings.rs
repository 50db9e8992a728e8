//! What is to be seen in each drawing of a run, in a sentence or two: for those who cannot see it, and for the rest.

use crate::report::{region, verdict};
use crate::runlog::expression::MetricName;
use crate::runlog::rows::Rows;
use crate::runlog::{LatencySeries, RunLog};
use crate::sim::{Span, Time};

/// The sentences of the drawing in this file.
pub fn of(rows: &Rows, file: &str) -> String {
    let log = rows.log;
    match file {
        "timeline.svg" => timeline(log),
        "decryptability.svg" => sentence(verdict::readings(log)),
        "success.svg" => success(rows),
        "latency.svg" => latency(log),
        "latency_phases.svg" => phases(log),
        "latency_distribution.svg" => distribution(log),
        "lag.svg" => lag(log),
        "keys.svg" => keys(log),
        "topology.svg" => topology(log),
        _ => String::new(),
    }
}

/// The first few, and how many more.
fn sentence(clauses: impl IntoIterator<Item = String>) -> String {
    let told = verdict::few(clauses.into_iter().collect()).join("; ");
    if told.is_empty() { told } else { told + "." }
}

fn timeline(log: &RunLog) -> String {
    let faults = log.faults.iter().map(|fault| {
        let end = fault.end.map_or("for good".to_owned(), |end| format!("until {end}"));
        format!("{}, {} {}, from {} {end}", fault.name, fault.kind, fault.scope, fault.start)
    });
    let count = |source: &str| log.events.iter().filter(|event| event.source == source).count();
    let refused = log.events.iter().filter(|event| !event.error.is_empty()).count();
    let deeds = format!(
        "Steps: {}; actions of runbooks: {}; of services: {}; refused or not answered: {refused}.",
        count("step"),
        count("runbook"),
        count("service")
    );
    match log.faults.is_empty() {
        true => format!("No fault. {deeds}"),
        false => format!("{} {deeds}", sentence(faults)),
    }
}

fn success(rows: &Rows) -> String {
    let log = rows.log;
    let clause = |(index, client): (usize, &crate::runlog::ClientInfo)| {
        let share = verdict::value(rows, MetricName::Success, &[&client.name]);
        let seconds = log.seconds.get(index).into_iter().flatten();
        let mut failed = seconds.filter(|row| row.good < row.total).map(|row| row.second);
        let first = failed.next();
        let last = failed.next_back().or(first);
        let when = first.zip(last).map_or(String::new(), |(first, last)| {
            let [from, to] = [first, last + 1].map(|second| Time::ZERO + Span::secs(second));
            format!(", the failures between {from} and {to}")
        });
        format!("{share} of the requests of {} succeeded{when}", client.name)
    };
    sentence(log.clients.iter().enumerate().filter(|(_, client)| client.traffic).map(clause))
}

fn latency(log: &RunLog) -> String {
    let highest = |client: usize| {
        log.latency_over_time
            .iter()
            .filter(|bin| bin.client == client && bin.count > 0)
            .max_by_key(|bin| bin.p99)
    };
    let clause = |(index, client): (usize, &crate::runlog::ClientInfo)| {
        let bin = highest(index)?;
        let place = region(log, bin.region);
        Some(format!(
            "{}: the 99th percentile is highest at {} in {place}, {} with a median of {}",
            client.name, bin.time, bin.p99, bin.p50
        ))
    };
    sentence(log.clients.iter().enumerate().filter_map(clause))
}

fn totals(log: &RunLog) -> impl Iterator<Item = &LatencySeries> {
    log.latency.iter().filter(|series| series.phase == "total" && series.times.count() > 0)
}

fn named(log: &RunLog, series: &LatencySeries) -> String {
    format!("{} {} in {}", log.clients[series.client].name, series.operation, region(log, series.region))
}

fn phases(log: &RunLog) -> String {
    let clause = |total: &LatencySeries| {
        let of = |series: &LatencySeries| (series.client, series.region, series.operation);
        let parts = log.latency.iter().filter(|series| series.phase != "total" && of(series) == of(total));
        let longest = parts.max_by_key(|series| series.times.mean())?;
        let name = named(log, total);
        Some(format!(
            "{name}: mean {}, most of it {} ({})",
            total.times.mean(),
            longest.phase,
            longest.times.mean()
        ))
    };
    sentence(totals(log).filter_map(clause))
}

fn distribution(log: &RunLog) -> String {
    let clause = |series: &LatencySeries| {
        let within = |share| series.times.quantile(share);
        format!("{}: half within {}, 99 % within {}", named(log, series), within(0.5), within(0.99))
    };
    sentence(totals(log).map(clause))
}

fn lag(log: &RunLog) -> String {
    let clause = |(index, store): (usize, &crate::runlog::StoreInfo)| {
        let mine = log.staleness.iter().filter(|point| point.store == index);
        let worst = mine.max_by_key(|point| (point.staleness, std::cmp::Reverse(point.time)))?;
        Some(match worst.staleness {
            Span::ZERO => format!("{}: no replica was ever behind", store.name),
            lag => format!(
                "{}: furthest behind was {}, {lag} at {}",
                store.name,
                region(log, worst.region),
                worst.time
            ),
        })
    };
    sentence(log.stores.iter().enumerate().filter_map(clause))
}

fn keys(log: &RunLog) -> String {
    let mut clauses = Vec::new();
    for key in &log.keys {
        let mut places: Vec<usize> = key.states.iter().map(|(place, ..)| *place).collect();
        places.sort_unstable();
        places.dedup();
        let changed = |place: &usize| key.states.iter().filter(|(of, ..)| of == place).count() > 1;
        for place in places.iter().filter(|place| changed(place)) {
            let mine = key.states.iter().filter(|(of, ..)| of == place);
            let states: Vec<String> = mine
                .map(|(_, state, since)| match *since {
                    Time::ZERO => state.clone(),
                    since => format!("{state} from {since}"),
                })
                .collect();
            clauses.push(format!("{} in {}: {}", key.name, region(log, *place), states.join(", ")));
        }
    }
    match clauses.is_empty() {
        true => "No key changed its state.".to_owned(),
        false => sentence(clauses),
    }
}

fn topology(log: &RunLog) -> String {
    let means = || log.links.iter().map(|(.., mean)| *mean);
    let between = match (means().min(), means().max()) {
        (Some(low), Some(high)) if low == high => format!("; mean one-way latency between them {low}"),
        (Some(low), Some(high)) => format!("; mean one-way latency between them {low} to {high}"),
        _ => String::new(),
    };
    format!("{}{between}.", log.regions.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_a_few_are_counted() {
        assert_eq!(sentence(Vec::new()), "");
        assert_eq!(sentence(["a", "b"].map(str::to_owned)), "a; b.");
        assert_eq!(sentence((1..10).map(|n| n.to_string())), "1; 2; 3; 4; 5; 6; and 3 more.");
    }
}
