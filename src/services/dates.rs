//! Dates as AWS writes and reads them. A run starts at 2026-01-01T00:00:00Z.

use super::calendar::{day_number, numbers, year_month_day};
use crate::sim::Time;

/// Days from 1970-01-01 to 2026-01-01.
const FIRST_DAY: u64 = 20_454;

/// The instant as the AWS CLI prints a date: RFC 3339, with microseconds if there are any.
pub fn date(time: Time) -> String {
    let micros = time.0 / 1_000;
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (year, month, day) = year_month_day(FIRST_DAY + seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}+00:00")
}

/// A date as the AWS CLI takes one: `2026-06-01`, `2026-06-01T12:00:00Z`, with a fraction or an offset, or seconds
/// since 1970. A date before the run began is its beginning.
pub fn parse(text: &str) -> Option<Time> {
    let nanos = match text.as_bytes().get(4) {
        Some(b'-') => calendar(text)?,
        _ => decimal(text)?,
    };
    let since = nanos - i128::from(FIRST_DAY) * 86_400 * SECOND;
    Some(Time(u64::try_from(since.max(0)).unwrap_or(u64::MAX)))
}

const SECOND: i128 = 1_000_000_000;

/// Nanoseconds since 1970 of `2026-06-01T12:00:00.5+02:00`.
fn calendar(text: &str) -> Option<i128> {
    let (day, clock) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let day = day_number(numbers(day, '-', [4, 2, 2])?)?;
    let (clock, offset) = match clock.find(['Z', '+', '-']) {
        Some(zone) if &clock[zone..] == "Z" => (&clock[..zone], 0),
        Some(zone) => {
            let [hours, minutes] = numbers(&clock[zone + 1..], ':', [2, 2])?;
            let ahead = i128::from(hours * 3_600 + minutes * 60);
            (&clock[..zone], if clock[zone..].starts_with('-') { -ahead } else { ahead })
        }
        None => (clock, 0),
    };
    let (clock, fraction) =
        clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i128::from(day) * 86_400 + i128::from(hour * 3_600 + minute * 60 + second) - offset;
    Some(seconds * SECOND + fraction.map_or(Some(0), |fraction| decimal(&format!("0.{fraction}")))?)
}

/// Nanoseconds in decimal seconds.
fn decimal(text: &str) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 15 {
        return None;
    }
    let nanos: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    Some(whole.parse::<i128>().ok()? * SECOND + nanos.parse::<i128>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Span;

    #[test]
    fn dates_follow_the_calendar() {
        let cases = [
            (Time::ZERO, "2026-01-01T00:00:00+00:00"),
            (Time(1_500_000_000), "2026-01-01T00:00:01.500000+00:00"),
            (Time::ZERO + Span::days(31 + 27), "2026-02-28T00:00:00+00:00"),
            (Time::ZERO + Span::days(31 + 28), "2026-03-01T00:00:00+00:00"),
            (Time::ZERO + Span::days(2 * 365 + 31 + 28), "2028-02-29T00:00:00+00:00"),
            (Time::ZERO + Span::days(364) + Span::secs(86_399), "2026-12-31T23:59:59+00:00"),
        ];
        for (time, text) in cases {
            assert_eq!(date(time), text);
        }
        assert!(date(Time::MAX).starts_with("2610-"));
    }

    #[test]
    fn dates_are_read_as_they_are_written() {
        let days = [0, 31 + 27, 31 + 28, 364, 2 * 365 + 31 + 28, 40_000];
        for time in days.map(|day| Time::ZERO + Span::days(day) + Span(86_399_000_001_000)) {
            assert_eq!(parse(&date(time)), Some(time));
        }
        let cases = [
            ("2026-01-02", Some(Time::ZERO + Span::DAY)),
            ("2026-01-02T00:00:00", Some(Time::ZERO + Span::DAY)),
            ("2026-01-01T02:00:00+02:00", Some(Time::ZERO)),
            ("2025-12-31T22:30:00.5-02:00", Some(Time(1_800_500_000_000))),
            ("1767225601.25", Some(Time(1_250_000_000))),
            ("1999-12-31T00:00:00Z", Some(Time::ZERO)),
            ("9999-12-31", Some(Time::MAX)),
            ("2027-02-29", None),
            ("2026-13-01", None),
            ("2026-00-10", None),
            ("2026-01-01T24:00:00Z", None),
            ("2026-1-1", None),
            ("2026-01-01T00:00:00+é", None),
            ("tomorrow", None),
            ("-5", None),
            ("", None),
        ];
        for (text, time) in cases {
            assert_eq!(parse(text), time, "{text}");
        }
    }
}
