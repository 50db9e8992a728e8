//! Recovery time: from a fault's start to the moment from which the objective holds again.

use super::SecondRow;
use crate::sim::{Span, Time};

/// An objective over windows of whole seconds: `99% over 60s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// The share of requests that must succeed, 0..=1.
    pub share: f64,
    /// Length of every window, in seconds; a fraction counts as a whole one.
    pub window: u64,
}

impl Objective {
    /// `share` over every window of this length.
    pub fn over(share: f64, window: Span) -> Objective {
        Objective { share, window: window.0.div_ceil(Span::SECOND.0).max(1) }
    }

    /// Whether `good` of `total` requests meet it. No requests, no failure.
    fn holds(self, good: u64, total: u64) -> bool {
        total == 0 || good as f64 / total as f64 >= self.share
    }
}

/// How a client came through a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// From the fault's start to the first second from which every following window holds; zero if none broke.
    After(Span),
    /// The last window before the horizon still broke the objective.
    Never,
}

/// How the objective fared from a fault's `start` up to `horizon` (the next fault, or the end of the run).
///
/// A window covers `objective.window` seconds and lies between the two, so the requests after a next fault are
/// never blamed on this one. If the time between them is shorter than a window, all of it is the only window.
/// Seconds without a row had no requests.
pub fn recovery(seconds: &[SecondRow], objective: Objective, start: Time, horizon: Time) -> Recovery {
    let first = start.second();
    let end = horizon.0.div_ceil(Span::SECOND.0);
    if end <= first {
        return Recovery::After(Span::ZERO);
    }
    let last = end.saturating_sub(objective.window).max(first);
    let from = seconds.partition_point(|row| row.second < first);
    let to = seconds.partition_point(|row| row.second < end);
    let rows = &seconds[from..to.max(from)];
    let sums = running_sums(rows);
    let broken = |window: &u64| {
        let until = window.saturating_add(objective.window);
        let (good, total) = sums[rows.partition_point(|row| row.second < *window)];
        let (good_until, total_until) = sums[rows.partition_point(|row| row.second < until)];
        !objective.holds(good_until - good, total_until - total)
    };
    // What a window holds changes only where a second with requests enters or leaves it, so the last window
    // of each stretch of equal windows stands for the stretch.
    let stretches = rows.iter().flat_map(|row| [row.second.saturating_sub(objective.window), row.second]);
    let last_broken =
        stretches.chain([last]).filter(|window| (first..=last).contains(window)).filter(broken).max();
    match last_broken {
        None => Recovery::After(Span::ZERO),
        Some(window) if window == last => Recovery::Never,
        Some(window) => Recovery::After(Time::ZERO + Span::secs(window + 1) - start),
    }
}

/// (good, total) of the first n rows, for n = 0 … all.
fn running_sums(rows: &[SecondRow]) -> Vec<(u64, u64)> {
    let mut sums = vec![(0, 0)];
    sums.extend(rows.iter().scan((0, 0), |sum, row| {
        *sum = (sum.0 + row.good, sum.1 + row.total);
        Some(*sum)
    }));
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OBJECTIVE: Objective = Objective { share: 0.99, window: 60 };

    /// 50 requests a second; `bad` of them fail from `from` until `to`.
    fn outage(length: u64, from: u64, to: u64, bad: u64) -> Vec<SecondRow> {
        (0..length)
            .map(|second| {
                let failed = if (from..to).contains(&second) { bad } else { 0 };
                SecondRow { second, total: 50, good: 50 - failed }
            })
            .collect()
    }

    fn at(second: u64) -> Time {
        Time::ZERO + Span::secs(second)
    }

    #[test]
    fn recovered_when_the_failures_end() {
        let seconds = outage(1000, 100, 532, 50);
        assert_eq!(recovery(&seconds, OBJECTIVE, at(100), at(1000)), Recovery::After(Span::secs(432)));
    }

    #[test]
    fn a_few_failures_break_no_window() {
        let seconds = outage(1000, 100, 101, 30);
        assert_eq!(recovery(&seconds, OBJECTIVE, at(100), at(1000)), Recovery::After(Span::ZERO));
    }

    #[test]
    fn failing_up_to_the_end_is_never_recovered() {
        let seconds = outage(1000, 100, 1000, 50);
        assert_eq!(recovery(&seconds, OBJECTIVE, at(100), at(1000)), Recovery::Never);
        assert_eq!(
            recovery(&seconds, OBJECTIVE, at(990), at(1000)),
            Recovery::Never,
            "a horizon within a window"
        );
    }

    #[test]
    fn the_next_fault_ends_the_question() {
        let seconds = outage(1000, 500, 1000, 50);
        assert_eq!(recovery(&seconds, OBJECTIVE, at(100), at(500)), Recovery::After(Span::ZERO));
    }

    #[test]
    fn a_fault_within_a_second_counts_from_its_instant() {
        let seconds = outage(1000, 100, 200, 50);
        let start = Time(100_400_000_000);
        assert_eq!(recovery(&seconds, OBJECTIVE, start, at(1000)), Recovery::After(Span::millis(99_600)));
    }

    #[test]
    fn silence_is_no_failure() {
        assert_eq!(recovery(&[], OBJECTIVE, at(100), at(1000)), Recovery::After(Span::ZERO));
        let last_words = [SecondRow { second: 100, total: 50, good: 0 }];
        assert_eq!(recovery(&last_words, OBJECTIVE, at(100), at(1000)), Recovery::After(Span::SECOND));
    }

    /// The definition, second by second: every window of the objective's length that lies between fault and
    /// horizon, and the first second from which all that follow hold.
    fn by_definition(seconds: &[SecondRow], objective: Objective, first: u64, end: u64) -> Recovery {
        let dense = |second: u64| {
            seconds.iter().find(|row| row.second == second).map_or((0, 0), |row| (row.good, row.total))
        };
        let holds = |window: u64| {
            let within = (window..(window + objective.window).min(end)).map(dense);
            let (good, total) = within.fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
            objective.holds(good, total)
        };
        let windows: Vec<u64> =
            (first..end).filter(|window| *window == first || window + objective.window <= end).collect();
        match windows.iter().all(|window| holds(*window)) {
            true => Recovery::After(Span::ZERO),
            false => windows
                .iter()
                .find(|from| windows.iter().filter(|window| window >= from).all(|window| holds(*window)))
                .map_or(Recovery::Never, |from| Recovery::After(Span::secs(from - first))),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            rows in prop::collection::btree_map(0u64..120, (1u64..5, 0u64..5), 0..60),
            share in prop::sample::select(vec![0.5, 0.9, 0.99, 1.0]),
            window in 1u64..40,
            first in 0u64..110,
            length in 1u64..120,
        ) {
            let seconds: Vec<SecondRow> = rows
                .into_iter()
                .map(|(second, (total, good))| SecondRow { second, total, good: good.min(total) })
                .collect();
            let objective = Objective { share, window };
            prop_assert_eq!(
                recovery(&seconds, objective, at(first), at(first + length)),
                by_definition(&seconds, objective, first, first + length)
            );
        }
    }
}
