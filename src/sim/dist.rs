//! Distributions of times: what a user may write, and samplers in portable mathematics.

use super::rng::unit;
use super::time::Span;

/// A distribution of times, as written in a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always this long.
    Constant(Span),
    /// Equally likely between the two.
    Uniform {
        /// Shortest.
        low: Span,
        /// Longest.
        high: Span,
    },
    /// Exponential with this mean.
    Exponential {
        /// Mean.
        mean: Span,
    },
    /// `exp(ln median + sigma Z)`.
    LogNormal {
        /// Median.
        median: Span,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// A constant plus a log-normal.
    ShiftedLogNormal {
        /// The constant part.
        shift: Span,
        /// Median of the random part.
        median: Span,
        /// Standard deviation of the logarithm of the random part.
        sigma: f64,
    },
    /// Measured quantiles: (probability, time), both rising, from 0 to 1; linear between.
    Quantiles(Vec<(f64, Span)>),
}

impl Law {
    /// The mean, in closed form.
    pub fn mean(&self) -> Span {
        todo!()
    }
}

/// A [`Law`] ready to be sampled: one multiplication and one addition a draw.
#[derive(Clone, Debug)]
pub struct Sampler(Law);

impl Sampler {
    /// Prepares `law`.
    pub fn new(law: &Law) -> Sampler {
        Sampler(law.clone())
    }
    /// The time that `draw` stands for.
    pub fn sample(&self, draw: u64) -> Span {
        let _ = unit(draw);
        match &self.0 {
            Law::Constant(span) => *span,
            _ => todo!(),
        }
    }
}
