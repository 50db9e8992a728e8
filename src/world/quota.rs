//! A request quota as a token bucket.

use crate::sim::{Span, Time};

/// A token bucket that holds one second's quota, in tokens of 1/10⁹ so that refilling is exact.
#[derive(Clone, Debug)]
pub struct Bucket {
    base: Option<u64>,
    lowered: Vec<(u32, u64)>,
    tokens: u64,
    filled: Time,
}

/// Above this the bucket could overflow; no published quota comes near it.
const QUOTA_MAX: u64 = 1_000_000_000;

impl Bucket {
    /// A full bucket of that many requests a second; `None`: unlimited.
    pub fn new(quota: Option<u64>) -> Bucket {
        let base = quota.map(|quota| quota.min(QUOTA_MAX));
        Bucket { base, lowered: Vec::new(), tokens: Self::full(base), filled: Time::ZERO }
    }

    fn full(quota: Option<u64>) -> u64 {
        quota.unwrap_or(0).saturating_mul(Span::SECOND.0)
    }

    fn now(&self) -> Option<u64> {
        self.lowered.iter().map(|(_, quota)| *quota).chain(self.base).min()
    }

    /// Whether nothing limits it now.
    #[inline]
    pub fn is_unlimited(&self) -> bool {
        self.base.is_none() && self.lowered.is_empty()
    }

    /// Whether no token comes any more.
    pub fn is_nothing(&self) -> bool {
        self.now() == Some(0)
    }

    /// Takes one request's tokens, if they are there.
    #[inline]
    pub fn take(&mut self, now: Time) -> bool {
        self.is_unlimited() || (self.holds(now, 1) && self.spend(1))
    }

    /// Whether there are tokens for so many requests now.
    #[inline]
    pub fn holds(&mut self, now: Time, requests: u64) -> bool {
        let Some(quota) = self.now() else { return true };
        let refill = (now - self.filled).0.min(Span::SECOND.0) * quota;
        self.tokens = self.tokens.saturating_add(refill).min(Self::full(Some(quota)));
        self.filled = now;
        self.tokens >= Self::full(Some(requests))
    }

    /// Takes the tokens of so many requests, which [`holds`](Bucket::holds) has found. Whether they were there.
    #[inline]
    pub fn spend(&mut self, requests: u64) -> bool {
        if self.is_unlimited() {
            return true;
        }
        let rest = self.tokens.checked_sub(Self::full(Some(requests)));
        self.tokens = rest.unwrap_or(self.tokens);
        rest.is_some()
    }

    /// A fault lowers the quota.
    pub fn lower(&mut self, fault: u32, quota: u64) {
        if self.now().is_none() {
            self.tokens = Self::full(Some(quota.min(QUOTA_MAX)));
        }
        self.lowered.push((fault, quota.min(QUOTA_MAX)));
    }

    /// That fault is lifted.
    pub fn restore(&mut self, fault: u32) {
        self.lowered.retain(|(f, _)| *f != fault);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::ZERO + Span::millis(millis)
    }

    #[test]
    fn the_bucket_holds_one_second_of_quota() {
        let mut bucket = Bucket::new(Some(2));
        let mut admitted = |now: u64| bucket.take(at(now));
        assert!(admitted(0) && admitted(0) && !admitted(0));
        assert!(!admitted(499) && admitted(500) && !admitted(500));
        assert!(admitted(5_000) && admitted(5_000) && !admitted(5_000));
    }

    #[test]
    fn several_requests_are_taken_together_or_not_at_all() {
        let mut bucket = Bucket::new(Some(5));
        assert!(bucket.holds(at(0), 2) && bucket.spend(2) && bucket.holds(at(0), 3) && bucket.spend(2));
        assert!(!bucket.holds(at(0), 2) && !bucket.spend(2) && bucket.holds(at(0), 1));
        assert!(bucket.holds(at(200), 2));
        assert!(Bucket::new(None).holds(at(0), u64::MAX));
    }
}
