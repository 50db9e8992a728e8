//! Simulated time: unsigned integer nanoseconds, so that sums are exact on every platform.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// An instant of simulated time, in nanoseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// A length of simulated time, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub u64);

impl Time {
    /// The start of every run.
    pub const ZERO: Time = Time(0);
    /// Later than any event of a run.
    pub const MAX: Time = Time(u64::MAX);

    /// The time since `earlier`, or zero if `earlier` is later.
    pub fn since(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// Seconds since the start, for output only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The whole second this instant lies in.
    pub fn second(self) -> u64 {
        self.0 / Span::SECOND.0
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// One microsecond.
    pub const MICROSECOND: Span = Span(1_000);
    /// One millisecond.
    pub const MILLISECOND: Span = Span(1_000_000);
    /// One second.
    pub const SECOND: Span = Span(1_000_000_000);
    /// One minute.
    pub const MINUTE: Span = Span(60 * Self::SECOND.0);
    /// One hour.
    pub const HOUR: Span = Span(60 * Self::MINUTE.0);
    /// One day of 24 hours.
    pub const DAY: Span = Span(24 * Self::HOUR.0);

    /// `n` seconds.
    pub const fn secs(n: u64) -> Span {
        Span(n.saturating_mul(Self::SECOND.0))
    }

    /// `n` milliseconds.
    pub const fn millis(n: u64) -> Span {
        Span(n.saturating_mul(Self::MILLISECOND.0))
    }

    /// `n` microseconds.
    pub const fn micros(n: u64) -> Span {
        Span(n.saturating_mul(Self::MICROSECOND.0))
    }

    /// `n` days.
    pub const fn days(n: u64) -> Span {
        Span(n.saturating_mul(Self::DAY.0))
    }

    /// Seconds, for output only.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The whole of it in integers, as a scenario reads it: `1h30m`, `3500us`, `1d`, `0s`.
    pub fn exact(self) -> String {
        let mut text = String::new();
        let mut rest = self.0;
        for (unit, span) in [("d", Span::DAY), ("h", Span::HOUR), ("m", Span::MINUTE)] {
            if rest >= span.0 {
                text += &format!("{}{unit}", rest / span.0);
                rest %= span.0;
            }
        }
        let units =
            [("s", Span::SECOND), ("ms", Span::MILLISECOND), ("us", Span::MICROSECOND), ("ns", Span(1))];
        let largest = units.iter().find(|(_, span)| rest.is_multiple_of(span.0));
        match largest {
            Some((unit, span)) if rest > 0 || text.is_empty() => text + &format!("{}{unit}", rest / span.0),
            _ => text,
        }
    }

    /// Milliseconds, for output only.
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl Add<Span> for Time {
    type Output = Time;
    /// Saturates: nothing a user writes may overflow the clock.
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl AddAssign<Span> for Time {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub<Time> for Time {
    type Output = Span;
    fn sub(self, earlier: Time) -> Span {
        self.since(earlier)
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Span) {
        *self = *self + other;
    }
}

/// The two largest units that say it: `1h 30m`, `2.5s`, `38ms`, `7d`. For people; never parsed back.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = [("d", Span::DAY), ("h", Span::HOUR), ("m", Span::MINUTE)];
        let mut rest = self.0;
        let mut shown = 0;
        for (unit, span) in pairs {
            if rest >= span.0 && shown < 2 {
                write!(f, "{}{}{unit}", if shown > 0 { " " } else { "" }, rest / span.0)?;
                rest %= span.0;
                shown += 1;
            } else if shown > 0 {
                shown = 2;
            }
        }
        match (shown, rest) {
            (0, 0) => write!(f, "0s"),
            (0, ns) if ns >= Span::SECOND.0 => write!(f, "{}s", trimmed(ns as f64 / 1e9)),
            (0, ns) if ns >= Span::MILLISECOND.0 => write!(f, "{}ms", trimmed(ns as f64 / 1e6)),
            (0, ns) if ns >= Span::MICROSECOND.0 => write!(f, "{}us", trimmed(ns as f64 / 1e3)),
            (0, ns) => write!(f, "{ns}ns"),
            (1, ns) if ns >= Span::SECOND.0 => write!(f, " {}s", ns / Span::SECOND.0),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.since(Time::ZERO).fmt(f)
    }
}

/// At most three significant places, without trailing zeros.
fn trimmed(value: f64) -> String {
    let places = match value {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.places$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_as_people_write_them() {
        let cases = [
            (Span::ZERO, "0s"),
            (Span::millis(38), "38ms"),
            (Span::millis(2_500), "2.5s"),
            (Span::secs(90), "1m 30s"),
            (Span::secs(5_400), "1h 30m"),
            (Span::days(7), "7d"),
            (Span(Span::DAY.0 + 61 * Span::SECOND.0), "1d"),
            (Span::micros(738), "738us"),
        ];
        for (span, text) in cases {
            assert_eq!(span.to_string(), text);
        }
    }

    #[test]
    fn the_exact_form_says_every_nanosecond() {
        let cases = [
            (Span::ZERO, "0s"),
            (Span::micros(3_500), "3500us"),
            (Span::millis(1_500), "1500ms"),
            (Span::secs(5_400), "1h30m"),
            (Span::secs(86_401), "1d1s"),
            (Span(60_000_000_001), "1m1ns"),
            (Span(u64::MAX), "213503d23h34m33709551615ns"),
        ];
        for (span, text) in cases {
            assert_eq!(span.exact(), text);
        }
    }

    #[test]
    fn time_never_overflows() {
        assert_eq!(Time::MAX + Span::DAY, Time::MAX);
        assert_eq!(Time::ZERO - Time(5), Span::ZERO);
    }
}
