//! What one draw, one record and one hash cost.

use hdrhistogram::Histogram as HdrHistogram;
use mrksim::sim::{Digest, Draws, Histogram, Law, Sampler, Span, Stream};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, LogNormal};
use std::hint::black_box;
use std::time::Instant;

const CALLS: u64 = 4_000_000;

/// Prints nanoseconds a call, the median of `rounds`. The inputs of all but the streams are counted numbers.
pub fn print(rounds: usize) {
    println!("\nprimitives, ns a call");
    let row = |name: &str, call: &mut dyn FnMut() -> f64| {
        let mut all: Vec<f64> = (0..rounds).map(|_| call()).collect();
        println!("{name:<44} {:>6.2}", crate::median(&mut all));
    };
    let mut stream = Stream::new(1, 0, "bench/all");
    let mut generator = ChaCha8Rng::seed_from_u64(1);
    let log_normal = Sampler::new(&Law::LogNormal { median: Span::micros(3_500), sigma: 0.5 });
    let exponential = Sampler::new(&Law::Exponential { mean: Span::MILLISECOND });
    let theirs = LogNormal::new(15.0, 0.5).expect("a finite sigma");
    let mut total = Histogram::new(1024);
    let mut hdr = HdrHistogram::<u64>::new_with_bounds(1, 3_600_000_000, 3).expect("valid bounds");
    let mut digest = Digest::default();

    row("stream: u64", &mut || timed(|_| stream.next_u64()));
    row("indexed draw: u64", &mut || timed(|i| Draws(i).at(3, 1)));
    row("indexed draw + exponential, ours", &mut || timed(|i| exponential.sample(Draws(i).at(3, 1)).0));
    row("indexed draw + log-normal, ours", &mut || timed(|i| log_normal.sample(Draws(i).at(3, 1)).0));
    row("stream + log-normal, ours", &mut || timed(|_| log_normal.sample(stream.next_u64()).0));
    row("ChaCha8 + log-normal, rand_distr", &mut || timed(|_| theirs.sample(&mut generator) as u64));
    row("ChaCha8 + exponential, rand_distr", &mut || {
        timed(|_| {
            let draw: f64 = Exp1.sample(&mut generator);
            (draw * 1e6) as u64
        })
    });
    row("record, 1024 steps an octave, ours", &mut || {
        timed(|i| {
            total.record(Span(4_000_000 + (i << 40 >> 42)));
            i
        })
    });
    row("record, 3 digits, hdrhistogram", &mut || {
        timed(|i| {
            hdr.saturating_record(4_000_000 + (i << 40 >> 42));
            i
        })
    });
    row("digest of four words", &mut || {
        timed(|i| {
            digest.add(&[i, i << 7, 3, 4]);
            i
        })
    });
    black_box((total.count(), hdr.len(), digest.value()));
}

fn timed(mut call: impl FnMut(u64) -> u64) -> f64 {
    let started = Instant::now();
    for i in 0..CALLS {
        black_box(call(i));
    }
    started.elapsed().as_nanos() as f64 / CALLS as f64
}
