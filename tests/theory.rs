//! Queues against queueing theory: what the simulator measures is what closed forms say.
//!
//! Each test plays 20 independent trials of one scenario (same seed, trial 0 to 19). The mean of the trials' values
//! has a 99 % confidence interval of Student's t with 19 degrees of freedom; the closed form must lie in it, and the
//! interval must be narrow, so that a wrong number of servers, service time or order of service cannot hide in it.
//! Seeds are fixed: a test that passes passes always.

mod common;

use common::{play, setup};
use mrksim::runlog::RunLog;
use mrksim::scenario::{Request, Source};
use mrksim::sim::Histogram;

const TRIALS: u64 = 20;

/// Student's t with 19 degrees of freedom, two-sided 99 %.
const T_99: f64 = 2.861;

/// Arrivals a second, for so many seconds.
const RATE: f64 = 800.0;
const SECONDS: u64 = 60;

/// One Region where writes wait for a KMS endpoint and for nothing else.
fn queue(servers: u32, time: &str, one_way: &str) -> String {
    format!(
        r#"
title    = "one queue"
seed     = 11
duration = "{SECONDS}s"
regions  = ["here"]
link     = [{{ within = ["here"], one-way = "{one_way}" }}]

[[endpoint]]
service = "kms"
servers = {servers}
time    = "{time}"
quota   = "unlimited"

[[endpoint]]
service = "dynamodb"
time    = "1us"
network = "none"

[keys.k]
kind    = "single-region"
primary = "here"

[stores.s]
kind    = "dynamodb-global-table"
regions = ["here"]
items   = 100

[clients.c]
region  = "here"
store   = "s"
rate    = "{RATE}/s"
mix     = {{ write = 1.0 }}
keyring = {{ plain = "k" }}
retry   = "none"
attempt-timeout = "1h"
"#
    )
}

/// What each trial of a scenario comes to.
fn trials<T>(text: String, value: impl Fn(&RunLog) -> T) -> Vec<T> {
    let request = Request::new(Source::Text { name: "queue.toml".to_owned(), text });
    let setup = setup(&request);
    let one = |trial| {
        let log = play(&setup, trial);
        assert_eq!(log.totals.failed, 0, "nothing may fail, or the longest waits would not be seen");
        value(&log)
    };
    (0..TRIALS).map(one).collect()
}

fn phase<'a>(log: &'a RunLog, phase: &str) -> &'a Histogram {
    let found = log.latency.iter().find(|series| (series.operation, series.phase) == ("write", phase));
    &found.expect("the series").times
}

fn mean_s(times: &Histogram) -> f64 {
    times.mean().0 as f64 / 1e9
}

fn wait(log: &RunLog) -> f64 {
    mean_s(phase(log, "kms-queue"))
}

/// Mean and half width of its 99 % confidence interval.
fn interval(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, T_99 * (variance / n).sqrt())
}

/// The closed form lies in the interval, which is narrower than `within` of it on either side.
fn agree(what: &str, values: &[f64], theory: f64, within: f64) {
    let (mean, half) = interval(values);
    assert!(half < within * theory.abs(), "{what}: {mean} +- {half} is too wide to say anything of {theory}");
    assert!((mean - theory).abs() <= half, "{what}: {mean} +- {half}, but theory says {theory}");
}

/// Erlang's C: the probability that an arrival must wait, with `servers` and an offered load in servers.
fn erlang_c(servers: u32, load: f64) -> f64 {
    let blocked = (1..=servers).fold(1.0, |b, n| load * b / (f64::from(n) + load * b));
    let free = 1.0 - load / f64::from(servers);
    blocked / (free + (1.0 - free) * blocked)
}

#[test]
fn erlang_s_formula_agrees_with_its_table() {
    assert!((erlang_c(1, 0.8) - 0.8).abs() < 1e-12);
    assert!((erlang_c(2, 1.0) - 1.0 / 3.0).abs() < 1e-12);
    assert!((erlang_c(10, 8.0) - 0.409_180).abs() < 1e-6);
}

/// M/M/c: the mean wait is C / (c mu - lambda), and a share q of all waits no longer than
/// ln(C / (1 - q)) / (c mu - lambda). The mean does not depend on the order of service, the quantile does.
fn exponential_service(servers: u32, within: f64) {
    let service = 0.8 * f64::from(servers) / RATE;
    let text = queue(servers, &format!("exponential({}us)", (service * 1e6).round()), "1us");
    let waits = trials(text, |log| (wait(log), phase(log, "kms-queue").quantile(0.95).0 as f64 / 1e9));
    let spare = f64::from(servers) / service - RATE;
    let c = erlang_c(servers, RATE * service);
    let (means, quantiles): (Vec<f64>, Vec<f64>) = waits.into_iter().unzip();
    agree("mean wait", &means, c / spare, within);
    // A histogram's quantile may be too large by 1/128 of itself, half of it on average.
    let quantiles: Vec<f64> = quantiles.iter().map(|q| q / (1.0 + 0.5 / 128.0)).collect();
    agree("95 % of the waits", &quantiles, libm::log(c / 0.05) / spare, within);
}

#[test]
fn one_exponential_server_is_m_m_1() {
    exponential_service(1, 0.06);
}

#[test]
fn three_exponential_servers_are_m_m_3() {
    exponential_service(3, 0.08);
}

#[test]
fn ten_exponential_servers_are_m_m_10() {
    exponential_service(10, 0.12);
}

/// Pollaczek and Khinchine: the mean wait of M/G/1 is lambda E[S²] / (2 (1 - rho)). With log-normal service of
/// median m and sigma s, E[S] = m exp(s²/2) and E[S²] = m² exp(2 s²).
#[test]
fn one_log_normal_server_is_m_g_1() {
    let (median, sigma) = (0.000_8_f64, 0.6_f64);
    let mean = median * libm::exp(sigma * sigma / 2.0);
    let second = median * median * libm::exp(2.0 * sigma * sigma);
    let theory = RATE * second / (2.0 * (1.0 - RATE * mean));
    let waits = trials(queue(1, "lognormal(800us, 0.6)", "1us"), wait);
    agree("mean wait", &waits, theory, 0.06);
}

/// M/D/1, the same with E[S²] = E[S]²: half the wait of M/M/1.
#[test]
fn one_constant_server_is_m_d_1() {
    let waits = trials(queue(1, "1ms", "1us"), wait);
    agree("mean wait", &waits, RATE * 1e-6 / (2.0 * (1.0 - 0.8)), 0.04);
}

/// The servers are busy lambda E[S] / c of the time.
#[test]
fn utilisation_is_offered_load_per_server() {
    let busy = |log: &RunLog| {
        let service = phase(log, "kms-service");
        mean_s(service) * service.count() as f64 / (3.0 * SECONDS as f64)
    };
    agree("utilisation", &trials(queue(3, "exponential(3ms)", "1us"), busy), 0.8, 0.01);
}

/// Little's law: the mean number of requests in the system is the arrival rate times the mean time in it. The number
/// is counted at the end of each second, arrivals less answers; it hangs together with nothing that makes the latency.
#[test]
fn littles_law_holds() {
    let excess = |log: &RunLog| {
        assert_eq!(log.bin.0, 1_000_000_000);
        let mut inside = 0;
        let mut seen = 0.0;
        for second in 0..SECONDS {
            let arrived = log.seconds[0].iter().find(|row| row.second == second).map_or(0, |row| row.total);
            let bins = log.latency_over_time.iter().filter(|bin| bin.time.second() == second);
            inside += arrived as i64 - bins.map(|bin| bin.count as i64).sum::<i64>();
            // The first second is no sample: the system fills.
            if second > 0 {
                seen += inside as f64;
            }
        }
        let total = phase(log, "total");
        let rate = total.count() as f64 / SECONDS as f64;
        seen / (SECONDS - 1) as f64 / (rate * mean_s(total))
    };
    let ratios = trials(queue(10, "exponential(10ms)", "lognormal(100ms, 0.5)"), excess);
    agree("number in the system over rate times time", &ratios, 1.0, 0.02);
}
