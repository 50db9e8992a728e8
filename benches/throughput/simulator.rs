//! The whole simulator on the same workload, from an ordinary scenario file: decryptability ledger, every metric and the
//! run log included.

use crate::workload::Outcome;
use mrksim::model::Simulation;
use mrksim::scenario::{Request, Source, load};
use std::sync::Arc;
use std::time::Instant;

const SCENARIO: &str = include_str!("../../scenarios/bench/w1.toml");

/// Runs `requests` requests.
pub fn run(requests: u64, seed: u64) -> Outcome {
    let source = Source::Text { name: "w1.toml".to_owned(), text: SCENARIO.to_owned() };
    let share = |client: u64| requests / 3 + u64::from(client < requests % 3);
    // The outage lasts a tenth of the arrivals, from four tenths on: a millisecond a request and Region.
    let set = (0..3).map(|i| format!("clients.c{i}.requests={}", share(i))).chain([
        format!("timeline.outage.at={}ns", requests * 1_000_000 / 3 * 4 / 10),
        format!("timeline.outage.for={}ns", requests * 1_000_000 / 3 / 10),
    ]);
    let request = Request { set: set.collect(), seed: Some(seed), ..Request::new(source) };
    let loaded = load(&request).unwrap_or_else(|invalid| panic!("{:?}", invalid.problems));
    let mut simulation = Simulation::new(&Arc::new(loaded.setup), 0);
    let start = Instant::now();
    while simulation.step() {}
    let log = simulation.finish();
    let seconds = start.elapsed().as_secs_f64();
    let refused: u64 = log.refusals.iter().map(|row| row.count).sum();
    let applied: u64 = log.replication.iter().map(|row| row.applied).sum();
    let superseded: u64 = log.replication.iter().map(|row| row.superseded).sum();
    let totals = log.latency.iter().filter(|series| series.phase == "total");
    let ms = |q: f64| -> Vec<String> {
        totals.clone().map(|series| format!("{:.4}", series.times.quantile(q).as_millis_f64())).collect()
    };
    let means: Vec<String> =
        totals.clone().map(|series| format!("{:.4}", series.times.mean().as_millis_f64())).collect();
    let findings = format!(
        "refused {refused}, applied {applied}, stale {superseded}; ms by Region: mean {}, p50 {}, p99 {}; digest {:032x}",
        means.join(" "),
        ms(0.5).join(" "),
        ms(0.99).join(" "),
        log.digest,
    );
    Outcome { seconds, events: 7 * requests + 2 * refused + 2, findings }
}
