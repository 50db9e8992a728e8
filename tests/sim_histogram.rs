//! The histogram against a sorted list.

use mrksim::sim::{Histogram, Span};
use proptest::prelude::*;

fn filled(steps: u32, times: &[u64]) -> Histogram {
    let mut histogram = Histogram::new(steps);
    times.iter().for_each(|time| histogram.record(Span(*time)));
    histogram
}

fn times() -> impl Strategy<Value = Vec<u64>> {
    let time =
        prop_oneof![0..5_000u64, 1_000_000..2_000_000u64, (0..64u32).prop_map(|bit| 1 << bit), any::<u64>()];
    prop::collection::vec(time, 1..300)
}

proptest! {
    #[test]
    fn agrees_with_the_sorted_times(mut times in times(), log_steps in 0..12u32, q in 0.0..=1.0f64) {
        let steps = 1 << log_steps;
        let histogram = filled(steps, &times);
        times.sort_unstable();
        let sum: u128 = times.iter().map(|time| u128::from(*time)).sum();
        prop_assert_eq!(histogram.count(), times.len() as u64);
        prop_assert_eq!(histogram.mean(), Span((sum / times.len() as u128) as u64));
        prop_assert_eq!((histogram.min().0, histogram.max().0), (times[0], times[times.len() - 1]));
        let rank = ((q * times.len() as f64).ceil() as usize).max(1);
        let (exact, found) = (times[rank - 1], histogram.quantile(q).0);
        prop_assert!(exact <= found, "{} is below {}", found, exact);
        prop_assert!(found - exact <= exact / u64::from(steps), "{} is far above {}", found, exact);
    }

    #[test]
    fn clearing_forgets_every_time(first in times(), second in times()) {
        let mut used = filled(128, &first);
        used.clear();
        prop_assert_eq!((used.count(), used.min(), used.max(), used.mean()), (0, Span::ZERO, Span::ZERO, Span::ZERO));
        prop_assert!(used.buckets().is_empty());
        used.record_all(second.iter().map(|time| Span(*time)));
        let new = filled(128, &second);
        prop_assert_eq!(used.buckets(), new.buckets());
        prop_assert_eq!([0.0, 0.5, 0.99, 1.0].map(|q| used.quantile(q)), [0.0, 0.5, 0.99, 1.0].map(|q| new.quantile(q)));
    }

    #[test]
    fn buckets_hold_every_time_once(times in times()) {
        let buckets = filled(128, &times).buckets();
        prop_assert!(buckets.is_sorted_by(|a, b| a.0 < b.0));
        let mut below = 0;
        for (edge, count) in buckets {
            below += count;
            prop_assert_eq!(times.iter().filter(|time| **time <= edge.0).count() as u64, below);
        }
        prop_assert_eq!(below, times.len() as u64);
    }

    #[test]
    fn merging_is_recording_together(first in times(), second in times()) {
        let mut merged = filled(128, &first);
        merged.merge(&filled(128, &second));
        prop_assert_eq!(merged, filled(128, &[first, second].concat()));
    }
}

#[test]
fn an_empty_histogram_is_all_zero() {
    let mut empty = Histogram::new(1024);
    empty.merge(&Histogram::new(1024));
    assert_eq!((empty.count(), empty.buckets().len()), (0, 0));
    assert_eq!([empty.mean(), empty.min(), empty.max(), empty.quantile(0.5)], [Span::ZERO; 4]);
}

#[test]
fn one_time_is_every_quantile() {
    let one = filled(128, &[123_456_789]);
    assert_eq!([f64::NAN, -1.0, 0.0, 0.5, 1.0, 7.0].map(|q| one.quantile(q)), [Span(123_456_789); 6]);
}
