//! The event list against the standard library's heap: whatever the times, the same order.

use mrksim::sim::queue::Ladder;
use mrksim::sim::{Kernel, Span, Time};
use proptest::prelude::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Both event lists, fed alike.
#[derive(Default)]
struct Pair {
    now: Time,
    sequence: u64,
    heap: BinaryHeap<Reverse<(Time, u64)>>,
    ladder: Ladder<u64>,
}

impl Pair {
    fn push(&mut self, after: u64) {
        let at = self.now + Span(after);
        self.sequence += 1;
        self.heap.push(Reverse((at, self.sequence)));
        self.ladder.push(at, self.sequence, self.sequence);
    }

    /// Pops from both; false at the end.
    fn pop(&mut self) -> bool {
        assert_eq!(self.heap.len(), self.ladder.len());
        let expected = self.heap.pop().map(|Reverse(entry)| entry);
        assert_eq!(self.ladder.pop(), expected);
        self.now = expected.map_or(self.now, |(at, _)| at);
        expected.is_some()
    }

    fn drain(&mut self) {
        while self.pop() {}
    }
}

#[derive(Clone, Debug)]
enum Step {
    /// Schedule `count` events, each after a time made from `after` and its number.
    Push {
        count: u64,
        after: u64,
        pattern: Pattern,
    },
    Pop(usize),
    Peek,
    /// Each event popped schedules one at its own time, and one after `after`.
    Cascade {
        count: usize,
        after: u64,
    },
}

#[derive(Clone, Copy, Debug)]
enum Pattern {
    Equal,
    Rising,
    Falling,
    Scattered,
    /// 1, 2, 4, … nanoseconds, over and over.
    Octaves,
    EndOfTime,
}

impl Pattern {
    fn after(self, i: u64, after: u64) -> u64 {
        match self {
            Pattern::Equal => after,
            Pattern::Rising => after.saturating_add(i),
            Pattern::Falling => after.saturating_sub(i),
            Pattern::Scattered => (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) % after.max(1),
            Pattern::Octaves => 1 << (i % 64),
            Pattern::EndOfTime => u64::MAX - i % 3,
        }
    }
}

fn span() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        0..20u64,
        0..5_000u64,
        0..2_000_000_000u64,
        (0..64u32).prop_map(|bit| 1 << bit),
        any::<u64>()
    ]
}

fn step() -> impl Strategy<Value = Step> {
    use Pattern::*;
    let pattern =
        prop::sample::select(vec![Equal, Rising, Falling, Scattered, Scattered, Octaves, EndOfTime]);
    prop_oneof![
        (1..400u64, span(), pattern).prop_map(|(count, after, pattern)| Step::Push { count, after, pattern }),
        (1..3u64, span()).prop_map(|(count, after)| Step::Push { count, after, pattern: Equal }),
        (1..500usize).prop_map(Step::Pop),
        Just(Step::Peek),
        (1..300usize, span()).prop_map(|(count, after)| Step::Cascade { count, after }),
    ]
}

proptest! {
    #[test]
    fn pops_in_the_order_of_the_heap(steps in prop::collection::vec(step(), 1..40)) {
        let mut pair = Pair::default();
        for step in steps {
            match step {
                Step::Push { count, after, pattern } => (0..count).for_each(|i| pair.push(pattern.after(i, after))),
                Step::Pop(count) => (0..count).for_each(|_| { pair.pop(); }),
                Step::Peek => prop_assert_eq!(pair.ladder.peek(), pair.heap.peek().map(|Reverse((at, _))| *at)),
                Step::Cascade { count, after } => for _ in 0..count {
                    if pair.pop() {
                        pair.push(0);
                        pair.push(after);
                    }
                    pair.pop();
                }
            }
        }
        pair.drain();
    }

    #[test]
    fn a_clone_goes_on_alike(times in prop::collection::vec(span(), 1..500), taken in 0..500usize) {
        let mut list = Ladder::default();
        for (sequence, at) in times.iter().enumerate() {
            list.push(Time(*at), sequence as u64, sequence);
        }
        (0..taken).for_each(|_| { list.pop(); });
        let mut branch = list.clone();
        while let Some(event) = list.pop() {
            prop_assert_eq!(branch.pop(), Some(event));
        }
        prop_assert!(branch.is_empty());
    }
}

/// Thousands at one instant, each scheduling more at that instant: quadratic in a naive sorted list.
#[test]
fn a_crowd_at_one_instant() {
    let mut pair = Pair::default();
    (0..20_000).for_each(|_| pair.push(1_000));
    pair.push(1_001);
    for _ in 0..60_000 {
        pair.pop();
        pair.push(0);
    }
    pair.drain();
}

/// An outage planned days ahead, a burst, then a quiet time, then a far larger burst.
#[test]
fn bursts_before_a_far_event() {
    let mut pair = Pair::default();
    pair.push(Span::days(9).0);
    for (count, width) in [(3, Span::HOUR.0), (20_000, 1_000), (2, Span::DAY.0), (100_000, Span::SECOND.0)] {
        (0..count).for_each(|i| pair.push(Pattern::Scattered.after(i, width)));
        (0..count).for_each(|_| {
            pair.pop();
        });
    }
    pair.drain();
}

#[test]
fn time_never_runs_backwards() {
    let mut kernel = Kernel::new();
    kernel.schedule(Time(10), "first");
    assert_eq!(kernel.peek_time(), Some(Time(10)));
    assert_eq!(kernel.next(), Some("first"));
    kernel.schedule(Time(3), "late");
    kernel.schedule(Time(10), "also now");
    assert_eq!(kernel.pending(), 2);
    assert_eq!((kernel.next(), kernel.now()), (Some("late"), Time(10)));
    assert_eq!((kernel.next(), kernel.now()), (Some("also now"), Time(10)));
    assert_eq!(kernel.next(), None);
}
