//! A log-linear histogram of times.

use super::time::Span;
use std::ops::Range;

/// Counts of times in buckets whose width grows with the time; exact count, sum, smallest and largest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    count: u64,
    sum: u128,
    min: Span,
    max: Span,
    /// Buckets an octave, as a power of two.
    log_steps: u32,
    /// The number of the first bucket kept; it begins an octave.
    first: usize,
    /// Whole octaves, from that of the smallest time to that of the largest. Octave 0 is all below `steps` ns, exact.
    buckets: Vec<u64>,
}

impl Histogram {
    /// `steps` buckets an octave (rounded up to a power of two): the relative error of a quantile is at most 1/steps.
    pub fn new(steps: u32) -> Histogram {
        let log_steps = steps.next_power_of_two().ilog2();
        Histogram {
            count: 0,
            sum: 0,
            min: Span(u64::MAX),
            max: Span::ZERO,
            log_steps,
            first: 0,
            buckets: Vec::new(),
        }
    }

    /// Counts one time.
    #[inline]
    pub fn record(&mut self, span: Span) {
        self.record_all([span].into_iter());
    }

    /// Counts several times.
    #[inline]
    pub fn record_all(&mut self, spans: impl Iterator<Item = Span>) {
        let (mut count, mut sum, mut min, mut max) = (self.count, self.sum, self.min, self.max);
        for span in spans {
            count += 1;
            sum += u128::from(span.0);
            min = min.min(span);
            max = max.max(span);
            let bucket = self.bucket(span);
            match self.buckets.get_mut(bucket.wrapping_sub(self.first)) {
                Some(count) => *count += 1,
                None => {
                    self.reach(bucket);
                    self.buckets[bucket - self.first] += 1;
                }
            }
        }
        (self.count, self.sum, self.min, self.max) = (count, sum, min, max);
    }

    /// Forgets every time, but keeps the room for others.
    pub fn clear(&mut self) {
        let used = self.used();
        self.buckets[used].fill(0);
        (self.count, self.sum, self.min, self.max) = (0, 0, Span(u64::MAX), Span::ZERO);
    }

    /// The bucket of a time.
    #[inline]
    fn bucket(&self, span: Span) -> usize {
        let shift = (span.0 >> self.log_steps | 1).ilog2();
        ((shift as usize) << self.log_steps) + (span.0 >> shift) as usize
    }

    /// Where in the kept buckets those of the times counted are.
    fn used(&self) -> Range<usize> {
        match self.count {
            0 => 0..0,
            _ => self.bucket(self.min) - self.first..self.bucket(self.max) - self.first + 1,
        }
    }

    /// Keeps all octaves up or down to that of a bucket.
    #[cold]
    fn reach(&mut self, bucket: usize) {
        let steps = 1 << self.log_steps;
        let octave = bucket & !(steps - 1);
        if self.buckets.is_empty() {
            self.first = octave;
        }
        let below = self.first.saturating_sub(octave);
        self.buckets.splice(..0, std::iter::repeat_n(0, below));
        self.first -= below;
        let kept = (octave + steps - self.first).max(self.buckets.len());
        self.buckets.resize(kept, 0);
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The mean, rounded down, or zero if nothing was counted.
    pub fn mean(&self) -> Span {
        Span(self.sum.checked_div(u128::from(self.count)).unwrap_or(0) as u64)
    }

    /// The smallest time not below the share `q` of all, or zero if nothing was counted.
    ///
    /// It is never too small, and too large by at most 1/steps of itself.
    pub fn quantile(&self, q: f64) -> Span {
        let rank = ((q * self.count as f64).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        let edge = self.held().find_map(|(edge, count)| {
            seen += count;
            (seen >= rank).then_some(edge)
        });
        edge.map_or(Span::ZERO, |edge| edge.clamp(self.min, self.max))
    }

    /// The largest time counted, or zero.
    pub fn max(&self) -> Span {
        self.max
    }

    /// The smallest time counted, or zero.
    pub fn min(&self) -> Span {
        self.min.min(self.max)
    }

    /// Adds another histogram's counts.
    ///
    /// # Panics
    /// If the two have not the same steps.
    pub fn merge(&mut self, other: &Histogram) {
        assert_eq!(self.log_steps, other.log_steps, "histograms of different steps");
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        if let Some(last) = other.buckets.len().checked_sub(1) {
            self.reach(other.first);
            self.reach(other.first + last);
            let ours = &mut self.buckets[other.first - self.first..];
            ours.iter_mut().zip(&other.buckets).for_each(|(our, their)| *our += their);
        }
    }

    /// (upper edge, count) of each bucket that holds something, rising: for plots of the distribution.
    pub fn buckets(&self) -> Vec<(Span, u64)> {
        self.held().collect()
    }

    fn held(&self) -> impl Iterator<Item = (Span, u64)> + '_ {
        let steps = 1 << self.log_steps;
        let edge = move |bucket: usize| match bucket / steps {
            0 => Span(bucket as u64),
            octave => Span(((((steps + bucket % steps + 1) as u128) << (octave - 1)) - 1) as u64),
        };
        let counts = self.used().map(|i| (i, self.buckets[i])).filter(|(_, count)| *count > 0);
        counts.map(move |(i, count)| (edge(self.first + i), count))
    }
}
