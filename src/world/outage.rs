//! Whether something is down: it is up when no fault holds it down.

use crate::sim::Time;

/// How many faults hold a thing down now, and how often it has gone down so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Holds {
    faults: u32,
    spells: u16,
    since: Time,
}

impl Holds {
    /// One more fault holds it down.
    pub fn hold(&mut self, now: Time) {
        self.faults += 1;
        if self.faults == 1 {
            self.spells = self.spells.wrapping_add(1);
            self.since = now;
        }
    }

    /// One fault fewer holds it down; answers whether it is up again.
    pub fn lift(&mut self) -> bool {
        self.faults = self.faults.saturating_sub(1);
        self.faults == 0
    }

    /// Whether a fault holds it down now.
    #[inline]
    pub fn is_down(&self) -> bool {
        self.faults > 0
    }

    /// The number of the latest spell: what was accepted in an earlier one is gone.
    #[inline]
    pub fn spell(&self) -> u16 {
        self.spells
    }

    /// When the latest spell began, if there was one and not before `then`.
    pub fn began_after(&self, then: Time) -> Option<Time> {
        (self.spells > 0 && self.since >= then).then_some(self.since)
    }

    /// When the latest spell began.
    pub fn since(&self) -> Time {
        self.since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_stack() {
        let mut holds = Holds::default();
        holds.hold(Time(10));
        holds.hold(Time(20));
        assert!(!holds.lift());
        assert!(holds.is_down());
        assert!(holds.lift());
        assert!(!holds.is_down());
        assert_eq!((holds.spell(), holds.since()), (1, Time(10)));
        holds.hold(Time(30));
        assert_eq!((holds.spell(), holds.since()), (2, Time(30)));
    }
}
