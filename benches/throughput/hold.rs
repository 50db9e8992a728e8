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

/// Nanoseconds a hold of (the standard library's heap, our ladder), the median of `rounds`.
pub fn measure(depth: usize, holds: usize, rounds: usize) -> (f64, f64) {
    let law = Sampler::new(&Law::Exponential { mean: Span::SECOND });
    let mut stream = Stream::new(7, 0, "hold/times");
    let times: Vec<Span> = (0..TABLE).map(|_| law.sample(stream.next_u64())).collect();
    let (mut heaps, mut ladders) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let mut heap = Heap::new();
        heaps.push(hold(depth, holds, &times, &mut heap, Heap::push, Heap::pop));
        let mut ladder = Ladder::new();
        ladders.push(hold(depth, holds, &times, &mut ladder, Ladder::push, Ladder::pop));
    }
    (crate::median(&mut heaps), crate::median(&mut ladders))
}

/// Sixteen bytes, as an event of the simulator.
type Load = [u64; 2];

fn hold<Q>(
    depth: usize,
    holds: usize,
    times: &[Span],
    queue: &mut Q,
    push: impl Fn(&mut Q, Time, u64, Load),
    pop: impl Fn(&mut Q) -> Option<(Time, Load)>,
) -> f64 {
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
