//! A log-linear histogram of times.

use super::time::Span;

/// Counts of times in buckets whose width grows with the time; exact count, sum, smallest and largest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    count: u64,
    sum: u128,
    min: Span,
    max: Span,
    /// Buckets an octave, as a power of two.
    log_steps: u32,
    /// The buckets of each octave; none until the octave is first met. Octave 0 is all below `steps` ns, exact.
    octaves: Vec<Box<[u64]>>,
}

impl Histogram {
    /// `steps` buckets an octave (rounded up to a power of two): the relative error of a quantile is at most 1/steps.
    pub fn new(steps: u32) -> Histogram {
        let log_steps = steps.next_power_of_two().ilog2();
        let octaves = vec![Box::default(); (u64::BITS - log_steps + 1) as usize];
        Histogram { count: 0, sum: 0, min: Span(u64::MAX), max: Span::ZERO, log_steps, octaves }
    }

    /// Counts one time.
    #[inline]
    pub fn record(&mut self, span: Span) {
        self.count += 1;
        self.sum += u128::from(span.0);
        self.min = self.min.min(span);
        self.max = self.max.max(span);
        let shift = (span.0 >> self.log_steps | 1).ilog2();
        let octave = shift + u32::from(span.0 >> self.log_steps != 0);
        let step = (span.0 >> shift) as usize & ((1 << self.log_steps) - 1);
        match self.octaves[octave as usize].get_mut(step) {
            Some(bucket) => *bucket += 1,
            None => self.open(octave as usize)[step] = 1,
        }
    }

    #[cold]
    fn open(&mut self, octave: usize) -> &mut [u64] {
        self.octaves[octave] = vec![0; 1 << self.log_steps].into_boxed_slice();
        &mut self.octaves[octave]
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
        for (octave, theirs) in other.octaves.iter().enumerate().filter(|(_, theirs)| !theirs.is_empty()) {
            let ours = match self.octaves[octave].is_empty() {
                true => self.open(octave),
                false => &mut self.octaves[octave],
            };
            ours.iter_mut().zip(theirs).for_each(|(our, their)| *our += their);
        }
    }

    /// (upper edge, count) of each bucket that holds something, rising: for plots of the distribution.
    pub fn buckets(&self) -> Vec<(Span, u64)> {
        self.held().collect()
    }

    fn held(&self) -> impl Iterator<Item = (Span, u64)> + '_ {
        self.octaves.iter().enumerate().flat_map(move |(octave, buckets)| {
            let (first, shift) = match octave {
                0 => (0, 0),
                _ => (1u128 << self.log_steps, octave - 1),
            };
            let edge = move |step| Span((((first + step as u128 + 1) << shift) - 1) as u64);
            buckets.iter().enumerate().filter(|(_, n)| **n > 0).map(move |(step, n)| (edge(step), *n))
        })
    }
}
