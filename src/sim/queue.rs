//! The event list (first form: a binary heap; the ladder takes its place).

use super::time::Time;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

#[derive(Clone, Copy, Debug)]
struct Entry<E> {
    at: Time,
    sequence: u64,
    event: E,
}
impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.sequence) == (other.at, other.sequence)
    }
}
impl<E> Eq for Entry<E> {}
impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

/// Pending events ordered by (time, sequence).
#[derive(Clone, Debug)]
pub struct Ladder<E> {
    heap: BinaryHeap<Reverse<Entry<E>>>,
}

impl<E: Copy> Ladder<E> {
    /// An empty list.
    pub fn new() -> Self {
        Ladder { heap: BinaryHeap::new() }
    }
    /// Adds an event; `sequence` grows from call to call.
    pub fn push(&mut self, at: Time, sequence: u64, event: E) {
        self.heap.push(Reverse(Entry { at, sequence, event }));
    }
    /// Takes the earliest event.
    pub fn pop(&mut self) -> Option<(Time, E)> {
        self.heap.pop().map(|Reverse(e)| (e.at, e.event))
    }
    /// How many are pending.
    pub fn len(&self) -> usize {
        self.heap.len()
    }
}
