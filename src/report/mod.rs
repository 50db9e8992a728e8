//! Reports: each a function of the finished run log, one format a file.
//!
//! [`files::write`] puts a directory of results in place; [`terminal::render`] is what a person reads first.

pub mod csv;
pub mod diagram;
pub mod files;
pub mod html;
pub mod json;
pub mod scene;
pub mod svg;
pub mod terminal;
pub mod trace;
pub mod trail;
pub mod verdict;

use crate::runlog::RunLog;
use crate::sim::{Span, Time};

/// Seconds since the start with up to nine decimals, exact: `3600`, `0.25`.
fn seconds(time: Time) -> String {
    decimal(time.0, 9)
}

/// A span in seconds with up to nine decimals, exact.
fn span_seconds(span: Span) -> String {
    decimal(span.0, 9)
}

/// A span in milliseconds with up to six decimals, exact: `12.5`.
fn millis(span: Span) -> String {
    decimal(span.0, 6)
}

/// `units` / 10^`places` without trailing zeros.
fn decimal(units: u64, places: usize) -> String {
    let digits = format!("{units:0>width$}", width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    match part.trim_end_matches('0') {
        "" => whole.to_owned(),
        part => format!("{whole}.{part}"),
    }
}

/// At most `most` characters, an ellipsis for the rest.
pub fn cut(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

/// The Region's name.
fn region(log: &RunLog, index: usize) -> &str {
    log.regions.get(index).map_or("?", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_exactly_and_without_trailing_zeros() {
        assert_eq!(seconds(Time(3_600_000_000_000)), "3600");
        assert_eq!(seconds(Time(1)), "0.000000001");
        assert_eq!(seconds(Time::ZERO), "0");
        assert_eq!(seconds(Time::MAX), "18446744073.709551615");
        assert_eq!(millis(Span::micros(12_500)), "12.5");
        assert_eq!(span_seconds(Span::millis(1_204)), "1.204");
    }
}
