//! A log-linear histogram of times.

use super::time::Span;

/// Counts of times in buckets whose width grows with the time; exact count, sum, smallest and largest.
#[derive(Clone, Debug)]
pub struct Histogram {
    count: u64,
}

impl Histogram {
    /// `steps` buckets an octave (a power of two): the relative error of a quantile is at most 1/steps.
    pub fn new(steps: u32) -> Histogram {
        let _ = steps;
        Histogram { count: 0 }
    }
    /// Counts one time.
    pub fn record(&mut self, span: Span) {
        let _ = span;
        self.count += 1;
    }
    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.count
    }
    /// The mean, or zero if nothing was counted.
    pub fn mean(&self) -> Span {
        todo!()
    }
    /// The smallest time not below the share `q` of all, or zero if nothing was counted.
    pub fn quantile(&self, q: f64) -> Span {
        let _ = q;
        todo!()
    }
    /// The largest time counted.
    pub fn max(&self) -> Span {
        todo!()
    }
    /// The smallest time counted.
    pub fn min(&self) -> Span {
        todo!()
    }
    /// Adds another histogram's counts (of the same steps).
    pub fn merge(&mut self, other: &Histogram) {
        let _ = other;
        todo!()
    }
    /// (upper edge, count) of each bucket that holds something, rising: for plots of the distribution.
    pub fn buckets(&self) -> Vec<(Span, u64)> {
        todo!()
    }
}
