//! Trials a second on one core and on two: whole trials, metrics included, of a tutorial scenario.

use super::median;
use mrksim::compare::{Played, Range, trials};
use mrksim::scenario::{Request, Source, load};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

const SCENARIO: &str = "scenarios/tutorial/region-outage.toml";

/// Requests a second, so that a trial has some 72,000.
const RATE: &str = "clients.checkout.rate=5/s";

const TRIALS: u64 = 120;

/// Prints the medians; the two follow each other in every round, and their ratio is taken within it.
pub fn print(rounds: usize) {
    let mut request = Request::new(Source::Path(SCENARIO.into()));
    request.set = vec![RATE.to_owned()];
    let loaded = load(&request).unwrap_or_else(|_| panic!("{SCENARIO} is valid"));
    let setup = Arc::new(loaded.setup);
    let seconds = |threads| {
        let started = Instant::now();
        let range = Range { first: 0, end: TRIALS };
        let played = trials::play(&setup, range, threads, &AtomicBool::new(false), &|_| {});
        assert!(matches!(played, Played::Whole(_)), "nobody stops it");
        started.elapsed().as_secs_f64()
    };
    let (mut one, mut two, mut scaling) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (alone, both) = (seconds(1), seconds(2));
        one.push(TRIALS as f64 / alone);
        two.push(TRIALS as f64 / both);
        scaling.push(alone / both);
    }
    println!("\n{TRIALS} trials of {SCENARIO} with {RATE}");
    println!("{:<12} {:>12} {:>9}", "threads", "trials/s", "scaling");
    println!("{:<12} {:>12.1} {:>9}", 1, median(&mut one), "1.00");
    println!("{:<12} {:>12.1} {:>9.2}", 2, median(&mut two), median(&mut scaling));
}
