//! Distributions of times: what a user may write, and samplers in portable mathematics.
//!
//! A draw is read as a probability and sent through the law's quantile function: never rejected, one number
//! a draw, and a larger draw never gives a shorter time, so variants of a scenario stay comparable. The
//! exponential and the log-normal read a table of that function which is built with the pinned `libm`
//! crate; the rest is exact IEEE 754 arithmetic, so every platform gets the same nanosecond.

use super::rng::{below, unit};
use super::table::{self, Table};
use super::time::Span;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

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
    /// The mean, in closed form. Saturates like every sum of times.
    pub fn mean(&self) -> Span {
        let log_normal =
            |median: &Span, sigma: &f64| rounded(median.0 as f64 * libm::exp(sigma * sigma / 2.0));
        match self {
            Law::Constant(span) => *span,
            Law::Uniform { low, high } => rounded((low.0 as f64 + high.0 as f64) / 2.0),
            Law::Exponential { mean } => *mean,
            Law::LogNormal { median, sigma } => log_normal(median, sigma),
            Law::ShiftedLogNormal { shift, median, sigma } => *shift + log_normal(median, sigma),
            Law::Quantiles(points) => rounded(
                points
                    .windows(2)
                    .map(|w| (w[1].0 - w[0].0) * (w[0].1.0 as f64 + w[1].1.0 as f64) / 2.0)
                    .sum(),
            ),
        }
    }
}

/// The form in which the scenario language reads a law, exact to the nanosecond.
impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Law::Constant(span) => f.write_str(&span.exact()),
            Law::Uniform { low, high } => write!(f, "uniform({}, {})", low.exact(), high.exact()),
            Law::Exponential { mean } => write!(f, "exponential({})", mean.exact()),
            Law::LogNormal { median, sigma } => write!(f, "lognormal({}, {sigma})", median.exact()),
            Law::ShiftedLogNormal { shift, median, sigma } => {
                write!(f, "shifted-lognormal({}, {}, {sigma})", shift.exact(), median.exact())
            }
            Law::Quantiles(points) => {
                let points: Vec<String> =
                    points.iter().map(|(p, span)| format!("{p}: {}", span.exact())).collect();
                write!(f, "quantiles({})", points.join(", "))
            }
        }
    }
}

/// A [`Law`] ready to be sampled. A clone shares the tables.
#[derive(Clone, Debug)]
pub struct Sampler(Form);

#[derive(Clone, Debug)]
enum Form {
    Tabulated { shift: f64, scale: f64, table: Table },
    Plain(Plain),
}

/// What needs no table. Apart, so that reading a table, which is nearly every draw, needs no call.
#[derive(Clone, Debug)]
enum Plain {
    Constant(Span),
    Uniform { low: Span, choices: u64 },
    Quantiles(Arc<[(f64, f64)]>),
}

impl Sampler {
    /// Prepares `law`.
    pub fn new(law: &Law) -> Sampler {
        Tables::default().sampler(law)
    }

    /// The time that `draw` stands for. A larger draw never gives a shorter time.
    #[inline]
    pub fn sample(&self, draw: u64) -> Span {
        match &self.0 {
            Form::Tabulated { shift, scale, table } => rounded(shift + scale * table.value(draw)),
            Form::Plain(plain) => plain.sample(draw),
        }
    }
}

impl Plain {
    fn sample(&self, draw: u64) -> Span {
        match self {
            Plain::Constant(span) => *span,
            Plain::Uniform { low, choices } => *low + Span(below(draw, *choices)),
            Plain::Quantiles(points) => interpolated(points, unit(draw)),
        }
    }
}

/// Builds samplers that share a table where they can: log-normals of one sigma differ only in scale.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    /// By the bits of sigma.
    log_normal: BTreeMap<u64, Table>,
}

impl Tables {
    /// Prepares `law`.
    pub fn sampler(&mut self, law: &Law) -> Sampler {
        Sampler(match law {
            Law::Constant(span) => Form::Plain(Plain::Constant(*span)),
            Law::Uniform { low, high } => {
                let choices = high.0.saturating_sub(low.0).saturating_add(1);
                Form::Plain(Plain::Uniform { low: *low, choices })
            }
            Law::Exponential { mean } => {
                Form::Tabulated { shift: 0.0, scale: mean.0 as f64, table: table::exponential() }
            }
            Law::LogNormal { median, sigma } => self.log_normal(Span::ZERO, *median, *sigma),
            Law::ShiftedLogNormal { shift, median, sigma } => self.log_normal(*shift, *median, *sigma),
            Law::Quantiles(points) => {
                let points = points.iter().map(|(p, span)| (*p, span.0 as f64)).collect();
                Form::Plain(Plain::Quantiles(points))
            }
        })
    }

    fn log_normal(&mut self, shift: Span, median: Span, sigma: f64) -> Form {
        let table = self.log_normal.entry(sigma.to_bits()).or_insert_with(|| table::log_normal(sigma));
        Form::Tabulated { shift: shift.0 as f64, scale: median.0 as f64, table: table.clone() }
    }
}

/// To the nearest nanosecond; saturates.
#[inline]
fn rounded(nanoseconds: f64) -> Span {
    /// From here on doubles are whole numbers, so adding it rounds, and leaves the integer in the low bits.
    const WHOLE: f64 = (1u64 << 52) as f64;
    match nanoseconds < WHOLE {
        true => Span((nanoseconds + WHOLE).to_bits() - WHOLE.to_bits()),
        false => Span(nanoseconds as u64),
    }
}

fn interpolated(points: &[(f64, f64)], probability: f64) -> Span {
    let above = points.partition_point(|(p, _)| *p <= probability);
    match (above.checked_sub(1).map(|below| points[below]), points.get(above)) {
        (Some((p0, t0)), Some((p1, t1))) => rounded(t0 + (t1 - t0) * ((probability - p0) / (p1 - p0))),
        (Some((_, t)), None) | (None, Some(&(_, t))) => rounded(t),
        (None, None) => Span::ZERO,
    }
}
