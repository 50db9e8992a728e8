//! The reference: what one writes with the standard library and the usual crates.

use crate::heap::Heap;
use crate::workload::{self, Event, Floor, KEYS, REGIONS};
use hdrhistogram::Histogram;
use mrksim::sim::{Span, Time};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp, LogNormal};

/// `BinaryHeap`, ChaCha8, rand_distr, hdrhistogram.
pub struct Reference {
    pending: Heap<Event>,
    sequence: u64,
    streams: [ChaCha8Rng; REGIONS],
    gap: Exp<f64>,
    service: LogNormal<f64>,
    write: LogNormal<f64>,
    delay: [[LogNormal<f64>; REGIONS]; REGIONS],
    lag: [[LogNormal<f64>; REGIONS]; REGIONS],
    latency: [Histogram<u64>; REGIONS],
}

/// In nanoseconds.
fn log_normal((median_ms, sigma): (f64, f64)) -> LogNormal<f64> {
    LogNormal::new(libm::log(median_ms * 1e6), sigma).expect("a finite sigma")
}

fn matrix(of: fn(usize, usize) -> (f64, f64)) -> [[LogNormal<f64>; REGIONS]; REGIONS] {
    std::array::from_fn(|from| std::array::from_fn(|to| log_normal(of(from, to))))
}

impl Reference {
    fn draw(&mut self, region: usize, law: impl Distribution<f64>) -> Span {
        Span(law.sample(&mut self.streams[region]) as u64)
    }
}

impl Floor for Reference {
    fn new(seed: u64) -> Self {
        Reference {
            pending: Heap::new(),
            sequence: 0,
            streams: std::array::from_fn(|region| {
                let mut stream = ChaCha8Rng::seed_from_u64(seed);
                stream.set_stream(region as u64);
                stream
            }),
            gap: Exp::new(1.0 / (workload::GAP_MS * 1e6)).expect("a positive rate"),
            service: log_normal(workload::SERVICE),
            write: log_normal(workload::WRITE),
            delay: matrix(workload::delay),
            lag: matrix(workload::lag),
            latency: std::array::from_fn(|_| {
                Histogram::new_with_bounds(1, 3_600_000_000, 3).expect("valid bounds")
            }),
        }
    }

    fn schedule(&mut self, at: Time, event: Event) {
        self.sequence += 1;
        self.pending.push(at, self.sequence, event);
    }
    fn next(&mut self) -> Option<(Time, Event)> {
        self.pending.pop()
    }

    fn key(&mut self, region: usize) -> u16 {
        (self.streams[region].next_u32() % KEYS as u32) as u16
    }
    fn gap(&mut self, region: usize) -> Span {
        self.draw(region, self.gap)
    }
    fn service(&mut self, region: usize) -> Span {
        self.draw(region, self.service)
    }
    fn write(&mut self, region: usize) -> Span {
        self.draw(region, self.write)
    }
    fn delay(&mut self, from: usize, to: usize) -> Span {
        self.draw(from, self.delay[from][to])
    }
    fn lag(&mut self, from: usize, to: usize) -> Span {
        self.draw(from, self.lag[from][to])
    }

    fn record(&mut self, region: usize, latency: Span) {
        self.latency[region].saturating_record(latency.0 / 1_000);
    }
    fn latency(&self, region: usize) -> [f64; 3] {
        let all = &self.latency[region];
        [all.mean() / 1e3, all.value_at_quantile(0.5) as f64 / 1e3, all.value_at_quantile(0.99) as f64 / 1e3]
    }
}
