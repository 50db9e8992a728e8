//! The clock and the event list together: schedule, and take the next event.

use super::queue::Ladder;
use super::time::Time;

/// A clock and its pending events, generic over what an event is.
///
/// Events come out ordered by time; events of equal time in the order in which they were scheduled.
#[derive(Clone, Debug)]
pub struct Kernel<E> {
    now: Time,
    sequence: u64,
    pending: Ladder<E>,
}

impl<E: Copy> Kernel<E> {
    /// An empty kernel at time zero.
    pub fn new() -> Self {
        Kernel { now: Time::ZERO, sequence: 0, pending: Ladder::new() }
    }

    /// The time of the event being handled.
    #[inline]
    pub fn now(&self) -> Time {
        self.now
    }

    /// Schedules `event`. A time in the past means now: time never runs backwards.
    #[inline]
    pub fn schedule(&mut self, at: Time, event: E) {
        self.sequence += 1;
        self.pending.push(at.max(self.now), self.sequence, event);
    }

    /// Takes the next event and moves the clock to it.
    #[inline]
    #[expect(clippy::should_implement_trait, reason = "no iterator: handling an event schedules more")]
    pub fn next(&mut self) -> Option<E> {
        let (at, event) = self.pending.pop()?;
        self.now = at;
        Some(event)
    }

    /// When the next event is due.
    pub fn peek_time(&mut self) -> Option<Time> {
        self.pending.peek()
    }

    /// The number of pending events.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }
}

impl<E: Copy> Default for Kernel<E> {
    fn default() -> Self {
        Self::new()
    }
}
