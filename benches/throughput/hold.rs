//! The hold model: what the event list costs, and nothing else.
//!
//! `depth` events are pending. One hold takes the earliest and schedules it again after an exponential
//! time of mean 1 s, read from a table so that random numbers do not count.

use crate::heap::Heap;
use mrksim::sim::queue::Ladder;
use mrksim::sim::{Law, Sampler, Span, Stream, Time};
use std::hint::black_box;
use std::time::Instant;

const TABLE: usize = 1 << 16;

/// Exponential times.
pub fn exponential(mean: Span) -> Vec<Span> {
    let law = Sampler::new(&Law::Exponential { mean });
    let mut stream = Stream::new(7, 0, "hold/times");
    (0..TABLE).map(|_| law.sample(stream.next_u64())).collect()
}

/// Times that a list sorted into buckets may stumble over.
pub fn adverse() -> Vec<(&'static str, Vec<Span>)> {
    let base = exponential(Span::SECOND);
    let each =
        |time: &dyn Fn(usize, Span) -> Span| base.iter().enumerate().map(|(i, t)| time(i, *t)).collect();
    vec![
        ("all the same", each(&|_, _| Span::SECOND)),
        ("one in 1000 ten days later", each(&|i, t| if i % 1_000 == 0 { t + Span::days(10) } else { t })),
        ("half a million times shorter", each(&|i, t| if i % 2 == 0 { Span(t.0 / 1_000_000) } else { t })),
        ("whole seconds", each(&|_, t| Span(t.0 / Span::SECOND.0 * Span::SECOND.0))),
        ("powers of two, 1 ns to 9 min", each(&|i, _| Span(1 << (i * 7 % 40)))),
        ("nine in ten at once", each(&|i, t| if i % 10 == 0 { t } else { Span::ZERO })),
    ]
}

/// Nanoseconds a hold of (the standard library's heap, our ladder), the median of `rounds`.
pub fn measure(depth: usize, times: &[Span], rounds: usize) -> (f64, f64) {
    let (mut heaps, mut ladders) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let mut heap = Heap::new();
        heaps.push(hold(depth, times, &mut heap, Heap::push, Heap::pop));
        let mut ladder = Ladder::new();
        ladders.push(hold(depth, times, &mut ladder, Ladder::push, Ladder::pop));
    }
    (crate::median(&mut heaps), crate::median(&mut ladders))
}

/// Sixteen bytes, as an event of the simulator.
type Load = [u64; 2];

fn hold<Q>(
    depth: usize,
    times: &[Span],
    queue: &mut Q,
    push: impl Fn(&mut Q, Time, u64, Load),
    pop: impl Fn(&mut Q) -> Option<(Time, Load)>,
) -> f64 {
    let holds = 2_000_000.max(3 * depth);
    let mut sequence = 0;
    let mut schedule = |queue: &mut Q, now: Time, load: Load| {
        push(queue, now + times[sequence as usize % TABLE], sequence, load);
        sequence += 1;
    };
    for i in 0..depth {
        schedule(queue, Time::ZERO, [i as u64, 0]);
    }
    let started = Instant::now();
    for _ in 0..holds {
        let (now, load) = pop(queue).expect("a hold puts back what it takes");
        schedule(queue, now, black_box(load));
    }
    started.elapsed().as_nanos() as f64 / holds as f64
}
