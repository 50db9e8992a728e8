//! Dates as AWS writes them. A run starts at 2026-01-01T00:00:00Z.

use crate::sim::Time;

/// Days from 1970-01-01 to 2026-01-01.
const FIRST_DAY: u64 = 20_454;

/// The instant as the AWS CLI prints a date: RFC 3339, with microseconds if there are any.
pub fn date(time: Time) -> String {
    let micros = time.0 / 1_000;
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (year, month, day) = civil(FIRST_DAY + seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}+00:00")
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
}
