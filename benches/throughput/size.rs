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

/// A world: more of everything, not larger ones of it. Ten clients share each store.
struct Size {
    regions: usize,
    keys: usize,
    stores: usize,
    clients: usize,
    /// Whether each client has a key of its own, so that every write changes who can read what: the worst that the ledger
    /// can meet. Otherwise those of a store share one.
    own: bool,
}

const fn size(regions: usize, keys: usize, stores: usize, clients: usize, own: bool) -> Size {
    Size { regions, keys, stores, clients, own }
}

const SIZES: [Size; 7] = [
    size(4, 10, 1, 10, false),
    size(8, 40, 4, 40, false),
    size(16, 160, 16, 160, false),
    size(32, 400, 40, 400, false),
    size(32, 1_000, 100, 1_000, false),
    size(4, 10, 1, 10, true),
    size(32, 1_000, 100, 1_000, true),
];
/// In each world.
const REQUESTS: usize = 4_000_000;
const SECONDS: usize = 1_000;

pub fn print(rounds: usize) {
    println!(
        "\nsize of the world, {REQUESTS} requests, median of {rounds} rounds; log: what a logarithm of the clients allows"
    );
    println!(
        "{:>7} {:>6} {:>6} {:>7} {:>8} {:>10} {:>9} {:>7} {:>7} {:>11}",
        "Regions", "keys", "stores", "clients", "key", "events", "ns/event", "ratio", "log", "metrics, ms"
    );
    let mut bases = [None; 2];
    for size in &SIZES {
        let Size { regions, keys, stores, clients, own } = *size;
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
        let base = *bases[usize::from(own)].get_or_insert(ns);
        let allowed = libm::log(clients as f64) / libm::log(SIZES[0].clients as f64);
        println!(
            "{regions:>7} {keys:>6} {stores:>6} {clients:>7} {:>8} {events:>10} {ns:>9.1} {:>7.2} {allowed:>7.2} {:>11.1}",
            if own { "client's" } else { "store's" },
            ns / base,
            median(&mut table)
        );
    }
}

/// Stores in four Regions each, clients that use them from one of these.
fn world(size: &Size) -> Arc<Setup> {
    let Size { regions, keys, stores, clients, own } = *size;
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
            if own { client } else { store }
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
