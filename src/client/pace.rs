//! Adaptive mode's rate limiter (KMS-RET-4): the SDK client measures how fast it sends, slows down when it is
//! throttled, and speeds up again along CUBIC's curve. A token bucket spaces its attempts, first ones too.
//!
//! An attempt that has to wait takes its token at once and leaves when the token would be there; a change of rate in
//! between does not move it.

use crate::sim::{Span, Time};

/// By how much a throttled client slows down.
const BETA: f64 = 0.7;
/// How steeply CUBIC climbs.
const SCALE: f64 = 0.4;
/// The weight of the newest measurement.
const SMOOTH: f64 = 0.8;
/// The least rate, in attempts a second.
const LEAST_RATE: f64 = 0.5;
/// The least capacity of the bucket.
const LEAST_CAPACITY: f64 = 1.0;
/// Measurements a second.
const MEASUREMENTS: u64 = 2;

/// The rate limiter of one SDK client.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// Attempts a second; nothing until the client was first throttled.
    rate: Option<f64>,
    capacity: f64,
    tokens: f64,
    refilled: Time,
    /// Attempts a second, as measured.
    measured: f64,
    /// The half second of the last measurement.
    measured_in: u64,
    answers: u64,
    /// The measured rate when it was last throttled, and when that was.
    highest: f64,
    throttled: Time,
}

impl Pace {
    /// How long the next attempt has to wait.
    pub fn wait(&mut self, now: Time) -> Span {
        let Some(rate) = self.rate else { return Span::ZERO };
        self.refill(now);
        let missing = 1.0 - self.tokens;
        self.tokens -= 1.0;
        if missing > 0.0 { Span((missing / rate * 1e9) as u64) } else { Span::ZERO }
    }

    /// An attempt was answered, or given up.
    pub fn answered(&mut self, throttled: bool, now: Time) {
        self.measure(now);
        let rate = if throttled {
            let rate = self.rate.map_or(self.measured, |rate| rate.min(self.measured));
            self.highest = rate;
            self.throttled = now;
            self.rate.get_or_insert(LEAST_RATE);
            rate * BETA
        } else {
            self.cubic(now)
        };
        if self.rate.is_some() {
            self.refill(now);
            let rate = rate.min(2.0 * self.measured);
            self.rate = Some(rate.max(LEAST_RATE));
            self.capacity = rate.max(LEAST_CAPACITY);
            self.tokens = self.tokens.min(self.capacity);
        }
    }

    /// The rate that CUBIC reaches by now.
    fn cubic(&self, now: Time) -> f64 {
        let window = libm::cbrt(self.highest * (1.0 - BETA) / SCALE);
        let since = seconds(now - self.throttled) - window;
        SCALE * since * since * since + self.highest
    }

    fn refill(&mut self, now: Time) {
        let earned = seconds(now - self.refilled) * self.rate.unwrap_or(0.0);
        self.tokens = (self.tokens + earned).min(self.capacity);
        self.refilled = now;
    }

    fn measure(&mut self, now: Time) {
        self.answers += 1;
        let half_second = now.0 / (Span::SECOND.0 / MEASUREMENTS);
        if half_second > self.measured_in {
            let seconds = (half_second - self.measured_in) as f64 / MEASUREMENTS as f64;
            self.measured = self.answers as f64 / seconds * SMOOTH + self.measured * (1.0 - SMOOTH);
            self.answers = 0;
            self.measured_in = half_second;
        }
    }
}

fn seconds(span: Span) -> f64 {
    span.0 as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Time {
        Time::ZERO + Span::millis(millis)
    }

    /// Answers every 100 ms: ten a second.
    fn steady(pace: &mut Pace, from: u64, to: u64) {
        (from..to).step_by(100).for_each(|time| pace.answered(false, at(time)));
    }

    #[test]
    fn nothing_waits_before_the_first_throttling() {
        let mut pace = Pace::default();
        steady(&mut pace, 0, 5_000);
        assert!((0..100).all(|_| pace.wait(at(5_000)) == Span::ZERO));
    }

    #[test]
    fn a_throttled_client_slows_down_and_climbs_back() {
        let mut pace = Pace::default();
        steady(&mut pace, 0, 5_000);
        pace.answered(true, at(5_000));
        let rate = pace.rate.unwrap();
        assert!((6.9..7.1).contains(&rate), "0.7 of ten a second: {rate}");
        // It starts with an empty bucket: the first attempt waits a seventh of a second, the next twice that.
        let waits: Vec<u64> = (0..3).map(|_| pace.wait(at(5_000)).0 / 1_000_000).collect();
        assert_eq!(waits, [142, 285, 428]);
        steady(&mut pace, 5_100, 9_000);
        let rate = pace.rate.unwrap();
        assert!((9.5..20.1).contains(&rate), "back beyond the old rate: {rate}");
    }

    #[test]
    fn it_never_stops_altogether() {
        let mut pace = Pace::default();
        (0..100).for_each(|time| pace.answered(true, at(time * 1_000)));
        assert!(pace.rate.unwrap() >= LEAST_RATE);
        let longest = pace.wait(at(100_000));
        assert!(longest <= Span::secs(2), "{longest}");
    }
}
