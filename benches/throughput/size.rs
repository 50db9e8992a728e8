//! Does the cost of an event depend on how large the world is? The same number of requests, in worlds of up to 32 Regions,
//! 1,000 keys, 100 stores and 1,000 clients; a Region fails in each.

use super::median;
use mrksim::model::{self, setup::Setup};
use mrksim::runlog::metrics;
use mrksim::scenario::{Request, Source, load};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Regions, keys, stores, clients.
const SIZES: [[usize; 4]; 5] =
    [[4, 4, 1, 4], [8, 16, 2, 16], [16, 64, 7, 64], [32, 250, 25, 250], [32, 1_000, 100, 1_000]];
/// In each world.
const REQUESTS: usize = 1_000_000;
const SECONDS: usize = 1_000;

pub fn print(rounds: usize) {
    println!(
        "\nsize of the world, {REQUESTS} requests, median of {rounds} rounds; log: what a logarithm of the clients allows"
    );
    println!(
        "{:>7} {:>6} {:>6} {:>7} {:>10} {:>9} {:>7} {:>7} {:>11}",
        "Regions", "keys", "stores", "clients", "events", "ns/event", "ratio", "log", "metrics, ms"
    );
    let mut first = None;
    for size @ [regions, keys, stores, clients] in SIZES {
        let setup = world(size);
        let (mut per_event, mut table, mut events) = (Vec::new(), Vec::new(), 0);
        for _ in 0..rounds {
            let start = Instant::now();
            let log = model::run(&setup, 0, &AtomicBool::new(false)).expect("nobody stops it");
            per_event.push(start.elapsed().as_secs_f64() * 1e9 / log.totals.events as f64);
            let start = Instant::now();
            std::hint::black_box(metrics::table(&log));
            table.push(start.elapsed().as_secs_f64() * 1e3);
            events = log.totals.events;
        }
        let ns = median(&mut per_event);
        let base = *first.get_or_insert(ns);
        let allowed = (clients as f64).ln() / (SIZES[0][3] as f64).ln();
        println!(
            "{regions:>7} {keys:>6} {stores:>6} {clients:>7} {events:>10} {ns:>9.1} {:>7.2} {allowed:>7.2} {:>11.1}",
            ns / base,
            median(&mut table)
        );
    }
}

/// Stores in four Regions each, clients that use them from one of these.
fn world([regions, keys, stores, clients]: [usize; 4]) -> Arc<Setup> {
    let table = include_str!("../../src/world/data/rtt-ms.csv");
    let head = table.lines().find(|line| line.starts_with("region,")).expect("a header");
    let names: Vec<&str> = head.split(',').skip(1).take(regions).collect();
    let four = |first: usize| (0..4).map(|step| names[(first + step) % regions]).collect::<Vec<_>>();
    let mut text = format!("duration = \"{SECONDS}s\"\nregions = {names:?}\n");
    for key in 0..keys {
        let places = four(key % stores);
        let _ = writeln!(text, "[keys.k{key}]\nkind = \"multi-region\"");
        let _ = writeln!(text, "primary = {:?}\nreplicas = {:?}", places[0], &places[1..]);
    }
    for store in 0..stores {
        let _ = writeln!(
            text,
            "[stores.s{store}]\nkind = \"dynamodb-global-table\"\nregions = {:?}",
            four(store)
        );
        let _ = writeln!(text, "items = 100\npreload = \"c{store}\"");
    }
    for client in 0..clients {
        let store = client % stores;
        let _ = writeln!(
            text,
            "[clients.c{client}]\nregion = {:?}\nstore = \"s{store}\"",
            names[store % regions]
        );
        let _ = writeln!(text, "rate = \"{}/h\"", 3_600 * REQUESTS / SECONDS / clients);
        let _ = writeln!(
            text,
            "mix = {{ read = 0.7, write = 0.3 }}\nkeyring = {{ mrk = \"k{}\" }}",
            client % keys
        );
    }
    let _ = writeln!(
        text,
        "[[timeline]]\nat = \"300s\"\nfor = \"300s\"\nregion-outage = {{ region = {:?} }}",
        names[0]
    );
    let request = Request::new(Source::Text { name: "size.toml".to_owned(), text });
    match load(&request) {
        Ok(loaded) => Arc::new(loaded.setup),
        Err(invalid) => panic!("{:?}", invalid.problems),
    }
}
