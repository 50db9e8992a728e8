//! The Gregorian calendar, and the fixed numbers of digits in which dates and times of day are written.
//!
//! Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil` and `civil_from_days`: years begin
//! in March, so that the leap day is the last of its year.

/// Numbers of so many digits each, with a separator between them: `2026-06-01`, `12:00:00`.
pub fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut found = [0; N];
    let mut parts = text.split(between);
    for (number, digits) in found.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(found)
}

/// The day of a date (year, month, day), counted from 1970-01-01; none if there is no such date.
pub fn day_number([year, month, day]: [u32; 3]) -> Option<i64> {
    let month_days = [31, 28 + u32::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let last = *month_days.get((month as usize).checked_sub(1)?)?;
    if !(1..=last).contains(&day) {
        return None;
    }
    let year = i64::from(year) - i64::from(month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = (i64::from(month) + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + i64::from(day) - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Year, month and day of a day counted from 1970-01-01.
pub fn year_month_day(day: u64) -> (u64, u64, u64) {
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

    #[test]
    fn days_are_dates_and_dates_are_days() {
        let known =
            [(0, [1970, 1, 1]), (11_016, [2000, 2, 29]), (47_540, [2100, 2, 28]), (47_541, [2100, 3, 1])];
        for (day, date) in known {
            assert_eq!(day_number(date), Some(day));
        }
        for day in (0..60_000).step_by(7) {
            let (year, month, of_month) = year_month_day(day);
            assert_eq!(day_number([year as u32, month as u32, of_month as u32]), Some(day as i64));
        }
        for wrong in [[2026, 2, 29], [2100, 2, 29], [2026, 13, 1], [2026, 0, 1], [2026, 4, 31], [2026, 1, 0]]
        {
            assert_eq!(day_number(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn numbers_have_their_digits_and_no_more() {
        assert_eq!(numbers("2026-06-01", '-', [4, 2, 2]), Some([2026, 6, 1]));
        for wrong in ["2026-6-1", "2026-06", "2026-06-01-01", "+026-06-01", "2026-0é-01", ""] {
            assert_eq!(numbers(wrong, '-', [4, 2, 2]), None, "{wrong}");
        }
    }
}
