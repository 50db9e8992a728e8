//! A health check: which of its probes sees what, without an event for each.

use super::CheckSetup;
use crate::sim::{Span, Time, rng};

/// A health check while the run goes on. Probes are at fixed instants, so when it turns is known as soon as what they
/// see has changed.
#[derive(Clone, Debug)]
pub struct Check {
    setup: CheckSetup,
    /// The first probe.
    phase: Span,
    /// What it says now.
    healthy: bool,
    /// What a probe would see now.
    up: bool,
    /// The first of the probes that saw, or will see, the opposite of what the check says.
    streak: Option<Time>,
    /// The first probe that sees the streak interrupted.
    interrupted: Time,
    /// Tells the turn that is due from those that were called off.
    turn: u32,
}

impl Check {
    /// A new check is healthy (R53-1). `draw` decides when its first probe comes.
    pub fn new(setup: CheckSetup, draw: u64) -> Check {
        let phase = Span(rng::below(draw, setup.interval.0));
        Check { setup, phase, healthy: true, up: true, streak: None, interrupted: Time::ZERO, turn: 0 }
    }

    /// What it says now.
    pub fn is_healthy(&self) -> bool {
        self.healthy
    }

    /// What a probe looks at.
    pub fn of(&self) -> super::Probed {
        self.setup.of
    }

    /// The first probe at or after an instant.
    fn next_probe(&self, now: Time) -> Time {
        let interval = self.setup.interval.0.max(1);
        let gone = now.0.saturating_sub(self.phase.0).div_ceil(interval);
        Time(self.phase.0 + gone * interval)
    }

    /// What probes see from now on; answers when the check will turn, and the number of that turn.
    pub fn see(&mut self, up: bool, now: Time) -> Option<(Time, u32)> {
        if up == self.up {
            return None;
        }
        self.up = up;
        self.turn += 1;
        let next = self.next_probe(now);
        if up == self.healthy {
            self.interrupted = next;
            return None;
        }
        // What no probe saw has interrupted nothing.
        let first = self.streak.filter(|_| self.interrupted == next).unwrap_or(next);
        self.streak = Some(first);
        let rest = self.setup.interval.0 * u64::from(self.setup.threshold.saturating_sub(1));
        Some(((first + Span(rest)).max(next), self.turn))
    }

    /// A turn is due: whether the check now says something else.
    pub fn turns(&mut self, turn: u32) -> bool {
        let due = turn == self.turn && self.up != self.healthy;
        if due {
            self.healthy = self.up;
            self.streak = None;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::super::Probed;
    use super::*;

    fn check(interval: u64, threshold: u32) -> Check {
        let setup = CheckSetup { interval: Span::secs(interval), threshold, of: Probed::Application };
        Check::new(setup, 0)
    }

    fn at(seconds: u64) -> Time {
        Time::ZERO + Span::secs(seconds)
    }

    #[test]
    fn it_turns_with_the_probe_that_reaches_the_threshold() {
        let mut check = check(30, 3);
        // Probes at 60, 90 and 120 see it.
        assert_eq!(check.see(false, at(31)), Some((at(120), 1)));
        assert!(check.is_healthy());
        assert!(check.turns(1));
        assert!(!check.is_healthy());
        assert_eq!(check.see(true, at(200)), Some((at(270), 2)));
    }

    #[test]
    fn the_longest_failover_is_interval_times_threshold_and_ttl() {
        for (interval, threshold, seconds) in [(30, 3, 150), (10, 3, 90), (10, 1, 70)] {
            // Worst: a probe has just been.
            let just_after = Time(1);
            let (turn, _) = check(interval, threshold).see(false, just_after).expect("a turn");
            assert_eq!(turn + Span::secs(60), at(seconds));
        }
    }

    #[test]
    fn a_success_begins_the_count_anew_if_a_probe_saw_it() {
        let mut seen = check(10, 3);
        assert_eq!(seen.see(false, at(1)), Some((at(30), 1)));
        assert_eq!(seen.see(true, at(15)), None);
        assert_eq!(seen.see(false, at(21)), Some((at(50), 3)));
        assert!(!seen.turns(1));
        let mut unseen = check(10, 3);
        assert_eq!(unseen.see(false, at(1)), Some((at(30), 1)));
        assert_eq!(unseen.see(true, at(11)), None);
        assert_eq!(unseen.see(false, at(19)), Some((at(30), 3)));
        assert!(unseen.turns(3));
    }
}
