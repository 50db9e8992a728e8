//! The common workload: three Regions, a KMS endpoint each, a replicated table, one outage.
//!
//! Small enough that any discrete-event simulator can express it, so all can be credited with the same
//! logical events. Only the [`Floor`] differs: event list, random draws, histogram.

use mrksim::sim::{Span, Time};
use std::collections::VecDeque;
use std::time::Instant;

pub const REGIONS: usize = 3;
pub const KEYS: u64 = 4096;
const SERVERS: u32 = 10;

/// Mean time between arrivals in a Region, milliseconds.
pub const GAP_MS: f64 = 1.0;
/// (median in milliseconds, sigma) of the log-normal times.
pub const SERVICE: (f64, f64) = (3.5, 0.5);
pub const WRITE: (f64, f64) = (2.0, 0.3);
/// One way from Region to Region.
pub fn delay(from: usize, to: usize) -> (f64, f64) {
    const MEDIAN: [[f64; REGIONS]; REGIONS] = [[0.5, 38.0, 100.0], [38.0, 0.5, 130.0], [100.0, 130.0, 0.5]];
    (MEDIAN[from][to], 0.2)
}
/// From a write to its arrival in another Region.
pub fn lag(from: usize, to: usize) -> (f64, f64) {
    (700.0 + delay(from, to).0, 0.4)
}

/// What the model stands on. Draws are those of the Region where the event happens.
pub trait Floor {
    fn new(seed: u64) -> Self;
    fn schedule(&mut self, at: Time, event: Event);
    fn next(&mut self) -> Option<(Time, Event)>;
    fn key(&mut self, region: usize) -> u16;
    fn gap(&mut self, region: usize) -> Span;
    fn service(&mut self, region: usize) -> Span;
    fn write(&mut self, region: usize) -> Span;
    fn delay(&mut self, from: usize, to: usize) -> Span;
    fn lag(&mut self, from: usize, to: usize) -> Span;
    fn record(&mut self, region: usize, latency: Span);
    /// Mean, median and 99th percentile in milliseconds.
    fn latency(&self, region: usize) -> [f64; 3];
}

#[derive(Clone, Copy)]
enum Kind {
    Arrive,
    AtKms,
    ServiceEnd,
    Answered,
    Refused,
    WriteDone,
    Replicated,
    OutageStart,
    OutageEnd,
}

/// Sixteen bytes: the whole state of a request travels in its event.
#[derive(Clone, Copy)]
pub struct Event {
    /// Arrival of the request, or time of the write.
    since: Time,
    key: u16,
    kind: Kind,
    home: u8,
    /// The endpoint asked.
    target: u8,
}

#[derive(Default)]
struct Region {
    left: u64,
    busy: u32,
    waiting: VecDeque<Event>,
    down: bool,
    /// The time of the last write of each key.
    table: Vec<Time>,
    lag_sum: u64,
    lags: u64,
}

/// What a peer did, and how long its event loop took.
pub struct Outcome {
    pub seconds: f64,
    /// Logical events, whatever the peer did inside.
    pub events: u64,
    /// Numbers that must agree between peers.
    pub findings: String,
}

/// Runs `requests` requests.
pub fn run<F: Floor>(requests: u64, seed: u64) -> Outcome {
    let mut floor = F::new(seed);
    let mut regions: [Region; REGIONS] = std::array::from_fn(|r| Region {
        left: requests / 3 + u64::from((r as u64) < requests % 3),
        table: vec![Time::ZERO; KEYS as usize],
        ..Region::default()
    });
    let (mut refused, mut applied, mut stale) = (0u64, 0u64, 0u64);
    let started = Instant::now();

    let blank = Event { since: Time::ZERO, key: 0, kind: Kind::Arrive, home: 0, target: 0 };
    for home in (0..REGIONS).filter(|home| regions[*home].left > 0) {
        let first = Time::ZERO + floor.gap(home);
        floor.schedule(first, Event { home: home as u8, ..blank });
    }
    let horizon_ns = requests as f64 / 3.0 * 1e6;
    floor.schedule(Time((0.4 * horizon_ns) as u64), Event { kind: Kind::OutageStart, ..blank });
    floor.schedule(Time((0.5 * horizon_ns) as u64), Event { kind: Kind::OutageEnd, ..blank });

    while let Some((now, event)) = floor.next() {
        let (home, target) = (usize::from(event.home), usize::from(event.target));
        match event.kind {
            Kind::Arrive => {
                let key = floor.key(home);
                let sent = Event { since: now, key, kind: Kind::AtKms, home: event.home, target: event.home };
                let delay = floor.delay(home, home);
                floor.schedule(now + delay, sent);
                regions[home].left -= 1;
                if regions[home].left > 0 {
                    let gap = floor.gap(home);
                    floor.schedule(now + gap, event);
                }
            }
            Kind::AtKms => {
                let endpoint = &mut regions[target];
                if endpoint.down {
                    let delay = floor.delay(target, home);
                    floor.schedule(now + delay, Event { kind: Kind::Refused, ..event });
                } else if endpoint.busy < SERVERS {
                    endpoint.busy += 1;
                    let service = floor.service(target);
                    floor.schedule(now + service, Event { kind: Kind::ServiceEnd, ..event });
                } else {
                    endpoint.waiting.push_back(event);
                }
            }
            Kind::ServiceEnd => {
                let delay = floor.delay(target, home);
                floor.schedule(now + delay, Event { kind: Kind::Answered, ..event });
                match regions[target].waiting.pop_front() {
                    Some(head) => {
                        let service = floor.service(target);
                        floor.schedule(now + service, Event { kind: Kind::ServiceEnd, ..head });
                    }
                    None => regions[target].busy -= 1,
                }
            }
            Kind::Refused => {
                refused += 1;
                let next = (target + 1) % REGIONS;
                let delay = floor.delay(home, next);
                floor.schedule(now + delay, Event { kind: Kind::AtKms, target: next as u8, ..event });
            }
            Kind::Answered => {
                let write = floor.write(home);
                floor.schedule(now + write, Event { kind: Kind::WriteDone, ..event });
            }
            Kind::WriteDone => {
                floor.record(home, now - event.since);
                let stored = &mut regions[home].table[usize::from(event.key)];
                *stored = now.max(*stored);
                for to in [(home + 1) % REGIONS, (home + 2) % REGIONS] {
                    let lag = floor.lag(home, to);
                    floor.schedule(
                        now + lag,
                        Event { since: now, kind: Kind::Replicated, target: to as u8, ..event },
                    );
                }
            }
            Kind::Replicated => {
                let replica = &mut regions[target];
                let stored = &mut replica.table[usize::from(event.key)];
                if event.since > *stored {
                    *stored = event.since;
                    applied += 1;
                } else {
                    stale += 1;
                }
                replica.lag_sum += (now - event.since).0;
                replica.lags += 1;
            }
            Kind::OutageStart => regions[0].down = true,
            Kind::OutageEnd => regions[0].down = false,
        }
    }

    let seconds = started.elapsed().as_secs_f64();
    let each = |number: &dyn Fn(usize) -> f64| {
        let texts: Vec<String> = (0..REGIONS).map(|r| format!("{:.4}", number(r))).collect();
        texts.join(" ")
    };
    let findings = format!(
        "refused {refused}, applied {applied}, stale {stale}; ms by Region: mean {}, p50 {}, p99 {}, lag {}",
        each(&|r| floor.latency(r)[0]),
        each(&|r| floor.latency(r)[1]),
        each(&|r| floor.latency(r)[2]),
        each(&|r| regions[r].lag_sum as f64 / 1e6 / regions[r].lags as f64),
    );
    Outcome { seconds, events: 7 * requests + 2 * refused + 2, findings }
}
