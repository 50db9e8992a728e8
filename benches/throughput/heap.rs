//! The event list of the reference: the standard library's binary heap.

use mrksim::sim::Time;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

#[derive(Clone, Copy)]
struct Entry<E> {
    at: Time,
    sequence: u64,
    event: E,
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl<E> Eq for Entry<E> {}
impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Entry<E> {
    /// Earlier is greater: the heap hands out its greatest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.sequence).cmp(&(self.at, self.sequence))
    }
}

/// Pending events ordered by (time, sequence).
pub struct Heap<E>(BinaryHeap<Entry<E>>);

impl<E> Heap<E> {
    pub fn new() -> Self {
        Heap(BinaryHeap::new())
    }
    #[inline]
    pub fn push(&mut self, at: Time, sequence: u64, event: E) {
        self.0.push(Entry { at, sequence, event });
    }
    #[inline]
    pub fn pop(&mut self) -> Option<(Time, E)> {
        self.0.pop().map(|entry| (entry.at, entry.event))
    }
}
