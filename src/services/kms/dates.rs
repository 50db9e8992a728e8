//! Dates as AWS writes and reads them. A run starts at 2026-01-01T00:00:00Z.

use crate::sim::Time;

/// Days from 1970-01-01 to 2026-01-01.
const FIRST_DAY: u64 = 20_454;

/// The instant as the AWS CLI prints a date: RFC 3339, with microseconds if there are any.
pub(super) fn date(time: Time) -> String {
    let micros = time.0 / 1_000;
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (year, month, day) = civil(FIRST_DAY + seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}+00:00")
}

/// A date as the AWS CLI takes one: `2026-06-01`, `2026-06-01T12:00:00Z`, with a fraction or an offset, or seconds since
/// 1970. A date before the run began is its beginning.
pub(super) fn parse(text: &str) -> Option<Time> {
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
    let [year, month, day] = fields(day, '-', [4, 2, 2])?;
    let month_days = [31, 28 + u32::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let days = *month_days.get((month as usize).checked_sub(1)?)?;
    if !(1..=days).contains(&day) {
        return None;
    }
    let (clock, offset) = match clock.find(['Z', '+', '-']) {
        Some(zone) if &clock[zone..] == "Z" => (&clock[..zone], 0),
        Some(zone) => {
            let [hours, minutes] = fields(&clock[zone + 1..], ':', [2, 2])?;
            let ahead = i128::from(hours * 3_600 + minutes * 60);
            (&clock[..zone], if clock[zone..].starts_with('-') { -ahead } else { ahead })
        }
        None => (clock, 0),
    };
    let (clock, fraction) =
        clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let [hour, minute, second] = fields(clock, ':', [2, 2, 2])?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i128::from(days_since_1970(year, month, day)) * 86_400
        + i128::from(hour * 3_600 + minute * 60 + second)
        - offset;
    Some(seconds * SECOND + fraction.map_or(Some(0), |fraction| decimal(&format!("0.{fraction}")))?)
}

/// Numbers of so many digits each.
fn fields<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut found = [0; N];
    let mut parts = text.split(between);
    for (number, digits) in found.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(found)
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

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The inverse of [`civil`], from the same source.
fn days_since_1970(year: u32, month: u32, day: u32) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = (i64::from(month) + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
///
/// Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`: years begin in March, so that
/// the leap day is the last of its year.
fn civil(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day_of_month)
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
        assert_eq!((civil(0), civil(11_016), civil(47_540)), ((1970, 1, 1), (2000, 2, 29), (2100, 2, 28)));
        assert_eq!(civil(47_541), (2100, 3, 1));
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
