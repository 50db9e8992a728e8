//! When something was down: needed afterwards too, because an answer is judged when it would arrive.

use crate::sim::Time;

/// How many faults hold a thing down now, and the spells during which at least one did.
#[derive(Clone, Debug, Default)]
pub struct Downtime {
    holds: u32,
    /// (start, end) of each spell, in time order; the last one's end is `Time::MAX` while it lasts.
    spells: Vec<(Time, Time)>,
}

impl Downtime {
    /// One more fault holds it down.
    pub fn hold(&mut self, now: Time) {
        self.holds += 1;
        if self.holds == 1 {
            self.spells.push((now, Time::MAX));
        }
    }

    /// One fault fewer holds it down.
    pub fn lift(&mut self, now: Time) {
        self.holds = self.holds.saturating_sub(1);
        if self.holds == 0
            && let Some(spell) = self.spells.last_mut()
        {
            spell.1 = now;
        }
    }

    /// Whether a fault holds it down now.
    #[inline]
    pub fn is_down(&self) -> bool {
        self.holds > 0
    }

    /// Whether it was down at `at` (a spell holds its first instant, not its last).
    #[inline]
    pub fn was_down(&self, at: Time) -> bool {
        !self.spells.is_empty() && self.spells.iter().any(|(start, end)| *start <= at && at < *end)
    }

    /// The first spell that began after `after` and not later than `until`.
    #[inline]
    pub fn began_within(&self, after: Time, until: Time) -> Option<Time> {
        if self.spells.is_empty() {
            return None;
        }
        self.spells.iter().map(|(start, _)| *start).find(|start| *start > after && *start <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_stack() {
        let mut down = Downtime::default();
        down.hold(Time(10));
        down.hold(Time(20));
        down.lift(Time(30));
        assert!(down.is_down());
        down.lift(Time(40));
        assert!(!down.is_down());
        assert!(!down.was_down(Time(9)));
        assert!(down.was_down(Time(10)));
        assert!(down.was_down(Time(39)));
        assert!(!down.was_down(Time(40)));
    }

    #[test]
    fn a_spell_drops_what_was_accepted_before_it() {
        let mut down = Downtime::default();
        down.hold(Time(10));
        down.lift(Time(20));
        assert_eq!(down.began_within(Time(5), Time(15)), Some(Time(10)));
        assert_eq!(down.began_within(Time(10), Time(15)), None);
        assert_eq!(down.began_within(Time(5), Time(9)), None);
    }
}
