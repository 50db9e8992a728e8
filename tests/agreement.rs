//! The benchmark's workload against its reference: another simulator that plays `scenarios/bench/w1.toml` in some
//! 120 lines, and closed forms.
//!
//! In release a million requests are played and the bounds are those of the workload: 1 % for means and medians, 2 %
//! for the 99th percentiles and for counts. Unoptimised, a tenth is played; its bounds are wider by what a tenth of
//! the sample costs: the number of refusals, Poisson with 3333 expected, alone moves Region 0's mean by 0.9 %.

mod common;

use common::{play, setup};
use mrksim::runlog::RunLog;
use mrksim::scenario::{Request, Source};
use mrksim::sim::{Histogram, Span};

/// Requests; bounds of means and medians, of tails and of counts.
const REQUESTS: u64 = if cfg!(debug_assertions) { 100_000 } else { 1_000_000 };
const MEANS: f64 = if cfg!(debug_assertions) { 0.03 } else { 0.01 };
const TAILS: f64 = if cfg!(debug_assertions) { 0.06 } else { 0.02 };

/// Reference values, at a million requests and seed 1, by Region.
const LATENCY_MEAN_MS: [f64; 3] = [14.9368, 7.1338, 7.0899];
const LATENCY_P50_MS: [f64; 3] = [6.931, 6.703, 6.667];
const LATENCY_P99_MS: [f64; 3] = [100.03, 14.58, 14.43];
const APPLIED_SHARE: f64 = 1_505_863.0 / 2_000_000.0;

/// The medians of the replication delay between the Regions, in milliseconds; sigma is 0.4.
const LAG_MS: [[f64; 3]; 3] = [[0.0, 738.0, 800.0], [738.0, 0.0, 830.0], [800.0, 830.0, 0.0]];

fn workload() -> RunLog {
    let mut request = Request::new(Source::Path("scenarios/bench/w1.toml".into()));
    let (share, rest) = (REQUESTS / 3, REQUESTS % 3);
    // Arrivals take a third of a millisecond each in all; the outage lasts from 40 % to 50 % of that time.
    let length_us = REQUESTS * 1000 / 3;
    for region in 0..3 {
        request.set.push(format!("clients.c{region}.requests={}", share + u64::from(region < rest)));
    }
    request.set.push(format!("timeline.outage.at={}us", length_us * 2 / 5));
    request.set.push(format!("timeline.outage.for={}us", length_us / 10));
    play(&setup(&request), 0)
}

fn latency(log: &RunLog, region: usize) -> &Histogram {
    let series = log.latency.iter().find(|s| (s.client, s.operation, s.phase) == (region, "write", "total"));
    &series.expect("the series").times
}

fn ms(span: Span) -> f64 {
    span.0 as f64 / 1e6
}

fn close(what: &str, found: f64, reference: f64, bound: f64) {
    let off = (found - reference).abs() / reference;
    assert!(off <= bound, "{what}: {found}, reference {reference}: {:.2} % off, bound {bound}", off * 100.0);
}

#[test]
fn the_workload_agrees_with_its_reference() {
    let log = workload();
    assert_eq!((log.totals.requests, log.totals.failed), (REQUESTS, 0), "failover saves every request");
    for region in 0..3 {
        let times = latency(&log, region);
        close(&format!("lat_mean {region}"), ms(times.mean()), LATENCY_MEAN_MS[region], MEANS);
        close(&format!("p50 {region}"), ms(times.quantile(0.5)), LATENCY_P50_MS[region], MEANS);
        close(&format!("p99 {region}"), ms(times.quantile(0.99)), LATENCY_P99_MS[region], TAILS);
    }
    let refused: u64 = log.refusals.iter().map(|row| row.count).sum();
    close("refusals", refused as f64, REQUESTS as f64 / 30.0, TAILS);
}

#[test]
fn replication_agrees_with_its_closed_form() {
    let log = workload();
    for to in 0..3 {
        let rows = log.replication.iter().filter(|row| row.to == to);
        let (count, sum) = rows.fold((0, 0.0), |(count, sum), row| {
            (count + row.delay.count(), sum + ms(row.delay.mean()) * row.delay.count() as f64)
        });
        // The mean of a log-normal delay is its median times exp(sigma²/2).
        let expected = LAG_MS.iter().map(|from| from[to]).sum::<f64>() / 2.0 * libm::exp(0.08);
        close(&format!("repl_mean {to}"), sum / count as f64, expected, 0.01);
    }
    let applied: u64 = log.replication.iter().map(|row| row.applied).sum();
    let superseded: u64 = log.replication.iter().map(|row| row.superseded).sum();
    assert_eq!(applied + superseded, 2 * REQUESTS, "every write reaches both other Regions");
    close("applied", applied as f64 / (2 * REQUESTS) as f64, APPLIED_SHARE, TAILS);
    close("superseded", superseded as f64 / (2 * REQUESTS) as f64, 1.0 - APPLIED_SHARE, TAILS);
}
