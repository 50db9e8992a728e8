//! The name of an endpoint: who can still reach it while it does not resolve, and after (DNS-1).

use crate::sim::rng::unit;
use crate::sim::{Draws, Span, Time};

/// What a lookup answers while a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// No address.
    Empty,
    /// An error of the name server.
    Servfail,
    /// An old address, at which nobody is.
    Stale,
}

impl Resolution {
    /// `empty`, `servfail`, `stale`.
    pub fn name(self) -> &'static str {
        match self {
            Resolution::Empty => "empty",
            Resolution::Servfail => "servfail",
            Resolution::Stale => "stale",
        }
    }
}

/// A fault of an endpoint's name.
#[derive(Clone, Copy, Debug)]
pub struct Lookup {
    /// The fault.
    pub fault: u32,
    /// What a lookup answers.
    pub answers: Resolution,
    /// From when.
    pub since: Time,
    /// To when; `None`: it lasts.
    pub until: Option<Time>,
    /// How long answers are kept: after the repair each caller goes on with what it has for up to this long.
    pub ttl: Span,
    /// How long connections live that were open when it began: each caller's ends within this time.
    pub connections: Span,
}

/// The faults of one endpoint's name, also those that were repaired not long ago.
#[derive(Clone, Debug, Default)]
pub struct Names {
    failing: Vec<Lookup>,
}

impl Names {
    /// Whether no caller could have any trouble.
    #[inline]
    pub fn are_fine(&self) -> bool {
        self.failing.is_empty()
    }

    /// A fault begins.
    pub fn fail(&mut self, lookup: Lookup) {
        self.failing.push(lookup);
    }

    /// It is repaired.
    pub fn repair(&mut self, fault: u32, now: Time) {
        let lasts = |lookup: &&mut Lookup| lookup.fault == fault && lookup.until.is_none();
        self.failing.iter_mut().filter(lasts).for_each(|lookup| lookup.until = Some(now));
    }

    /// What somebody gets at `now` who has neither a connection nor an answer to go on with.
    pub fn fresh(&self) -> Option<Resolution> {
        self.failing.iter().find(|lookup| lookup.until.is_none()).map(|lookup| lookup.answers)
    }

    /// What a caller gets at `now`; `None`: it gets through. `luck`: a random number of this caller's own.
    pub fn resolve(&self, now: Time, luck: Draws) -> Option<Resolution> {
        let fails = |lookup: &&Lookup| {
            let share = |purpose| unit(luck.at(purpose, lookup.fault));
            let part = |share: f64, whole: Span| Span((share * whole.0 as f64) as u64);
            let closes = lookup.since + part(share(0), lookup.connections);
            let recovers = lookup.until.map_or(Time::MAX, |until| until + part(share(1), lookup.ttl));
            closes <= now && now < recovers
        };
        self.failing.iter().find(fails).map(|lookup| lookup.answers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_lose_the_endpoint_one_by_one_and_find_it_again_one_by_one() {
        let at = |seconds| Time::ZERO + Span::secs(seconds);
        let (ttl, connections) = (Span::secs(100), Span::secs(50));
        let mut names = Names::default();
        let answers = Resolution::Empty;
        names.fail(Lookup { fault: 3, answers, since: at(10), until: None, ttl, connections });
        let out = |names: &Names, now| {
            (0..1_000).filter(|caller| names.resolve(now, Draws(*caller)).is_some()).count()
        };
        assert_eq!((out(&names, at(9)), out(&names, at(60)), out(&names, at(9_999))), (0, 1_000, 1_000));
        assert!((400..600).contains(&out(&names, at(35))));
        names.repair(3, at(10_000));
        assert!(names.fresh().is_none());
        assert!((400..600).contains(&out(&names, at(10_050))));
        assert_eq!(out(&names, at(10_100)), 0);
    }
}
