//! The same model on our floor: the limit that the simulator can reach.

use crate::workload::{self, Event, Floor, KEYS, REGIONS};
use mrksim::sim::{Histogram, Kernel, Law, Sampler, Span, Stream, Tables, Time, rng};

/// Ladder, quantile tables, log-linear histogram.
pub struct Ours {
    kernel: Kernel<Event>,
    streams: [Stream; REGIONS],
    gap: Sampler,
    service: Sampler,
    write: Sampler,
    delay: [[Sampler; REGIONS]; REGIONS],
    lag: [[Sampler; REGIONS]; REGIONS],
    latency: [Histogram; REGIONS],
}

fn log_normal((median_ms, sigma): (f64, f64)) -> Law {
    Law::LogNormal { median: Span((median_ms * 1e6) as u64), sigma }
}

impl Floor for Ours {
    fn new(seed: u64) -> Self {
        let mut tables = Tables::default();
        let mut matrix = |of: fn(usize, usize) -> (f64, f64)| {
            std::array::from_fn(|from| std::array::from_fn(|to| tables.sampler(&log_normal(of(from, to)))))
        };
        Ours {
            kernel: Kernel::new(),
            streams: std::array::from_fn(|region| Stream::new(seed, 0, &format!("region-{region}/all"))),
            delay: matrix(workload::delay),
            lag: matrix(workload::lag),
            gap: tables.sampler(&Law::Exponential { mean: Span((workload::GAP_MS * 1e6) as u64) }),
            service: tables.sampler(&log_normal(workload::SERVICE)),
            write: tables.sampler(&log_normal(workload::WRITE)),
            latency: std::array::from_fn(|_| Histogram::new(1024)),
        }
    }

    fn schedule(&mut self, at: Time, event: Event) {
        self.kernel.schedule(at, event);
    }
    fn next(&mut self) -> Option<(Time, Event)> {
        let event = self.kernel.next()?;
        Some((self.kernel.now(), event))
    }

    fn key(&mut self, region: usize) -> u16 {
        rng::below(self.streams[region].next_u64(), KEYS) as u16
    }
    fn gap(&mut self, region: usize) -> Span {
        self.gap.sample(self.streams[region].next_u64())
    }
    fn service(&mut self, region: usize) -> Span {
        self.service.sample(self.streams[region].next_u64())
    }
    fn write(&mut self, region: usize) -> Span {
        self.write.sample(self.streams[region].next_u64())
    }
    fn delay(&mut self, from: usize, to: usize) -> Span {
        self.delay[from][to].sample(self.streams[from].next_u64())
    }
    fn lag(&mut self, from: usize, to: usize) -> Span {
        self.lag[from][to].sample(self.streams[from].next_u64())
    }

    fn record(&mut self, region: usize, latency: Span) {
        self.latency[region].record(latency);
    }
    fn latency(&self, region: usize) -> [f64; 3] {
        let all = &self.latency[region];
        [all.mean(), all.quantile(0.5), all.quantile(0.99)].map(Span::as_millis_f64)
    }
}
