//! How fast are we, and against what? `cargo bench --bench throughput -- [requests] [rounds]`; the last table alone:
//! `-- size [rounds]`
//!
//! Every peer runs the common workload in a process of its own, so that peak memory is its own; the peers
//! of one round run one after the other, and ratios are taken within a round. Only the event loop is timed.
//! Below it what the parts cost alone.

mod heap;
mod hold;
mod ours;
mod primitives;
mod reference;
mod simulator;
mod size;
mod trials;
mod workload;

use mrksim::sim::Span;
use std::process::Command;
use workload::Outcome;

/// Runs the workload: (requests, seed).
type Run = fn(u64, u64) -> Outcome;

/// Who takes part; the first is the reference of all ratios.
const PEERS: &[(&str, Run)] = &[
    ("reference loop (std BinaryHeap)", workload::run::<reference::Reference>),
    ("reference loop on our kernel", workload::run::<ours::Ours>),
    ("mrksim, everything on", simulator::run),
];
const SEED: u64 = 1;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let number = |place: usize, default: u64| match arguments.get(place) {
        Some(text) => text.parse().unwrap_or_else(|_| panic!("{text} is no whole number")),
        None => default,
    };
    match arguments.first().map(String::as_str) {
        Some("size") => size::print(number(1, 3).max(1) as usize),
        Some("peer") => child(number(1, 0) as usize, number(2, 0)),
        _ => {
            let (requests, rounds) = (number(0, 1_000_000), number(1, 5).max(1) as usize);
            compare(requests, rounds);
            holds(rounds);
            primitives::print(rounds);
            trials::print(rounds);
            size::print(rounds);
        }
    }
}

/// One peer, once: what the parent reads.
fn child(peer: usize, requests: u64) {
    let outcome = PEERS[peer].1(requests, SEED);
    println!("{} {} {} {}", outcome.seconds, outcome.events, peak_kib(), outcome.findings);
}

/// The most memory this process ever held, or 0 where the system does not tell.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[derive(Default)]
struct Row {
    ns_per_event: Vec<f64>,
    ratio: Vec<f64>,
    requests_per_s: Vec<f64>,
    peak_mib: f64,
    findings: String,
}

fn compare(requests: u64, rounds: usize) {
    let mut rows: Vec<Row> = PEERS.iter().map(|_| Row::default()).collect();
    for _ in 0..rounds {
        for (peer, row) in rows.iter_mut().enumerate() {
            let (seconds, events, peak_kib, findings) = run_child(peer, requests);
            row.ns_per_event.push(seconds * 1e9 / events);
            row.requests_per_s.push(requests as f64 / seconds);
            row.peak_mib = row.peak_mib.max(peak_kib / 1024.0);
            row.findings = findings;
        }
        let reference = *rows[0].ns_per_event.last().expect("the reference ran");
        for row in &mut rows {
            let own = *row.ns_per_event.last().expect("every peer ran");
            row.ratio.push(own / reference);
        }
    }
    println!("{requests} requests, median of {rounds} rounds");
    println!("{:<36} {:>9} {:>12} {:>9} {:>9}", "peer", "ns/event", "requests/s", "ratio", "peak MiB");
    for ((name, _), row) in PEERS.iter().zip(&mut rows) {
        let (ns, speed, ratio) =
            (median(&mut row.ns_per_event), median(&mut row.requests_per_s), median(&mut row.ratio));
        println!("{name:<36} {ns:>9.1} {speed:>12.0} {ratio:>9.3} {:>9.1}", row.peak_mib);
    }
    for ((name, _), row) in PEERS.iter().zip(&rows) {
        println!("{name}: {}", row.findings);
    }
}

fn run_child(peer: usize, requests: u64) -> (f64, f64, f64, String) {
    let program = std::env::current_exe().expect("the path of this program");
    let output = Command::new(program).args(["peer", &peer.to_string(), &requests.to_string()]).output();
    let output = output.expect("this program starts again");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut fields = text.trim().splitn(4, ' ');
    let mut number =
        || -> f64 { fields.next().and_then(|field| field.parse().ok()).expect("a number from the child") };
    let (seconds, events, peak) = (number(), number(), number());
    (seconds, events, peak, fields.next().unwrap_or_default().to_owned())
}

fn holds(rounds: usize) {
    println!("\nhold model, ns a hold");
    println!("{:<34} {:>9} {:>15} {:>11} {:>7}", "times", "pending", "std BinaryHeap", "our ladder", "ratio");
    let row = |name: &str, depth: usize, times: &[Span]| {
        let (heap, ladder) = hold::measure(depth, times, rounds);
        println!("{name:<34} {depth:>9} {heap:>15.1} {ladder:>11.1} {:>7.3}", ladder / heap);
    };
    let exponential = hold::exponential(Span::SECOND);
    for depth in [10, 100, 1_000, 10_000, 100_000, 1_000_000] {
        row("exponential", depth, &exponential);
    }
    for (name, times) in hold::adverse() {
        row(name, 10_000, &times);
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
