//! Quantile functions as tables: where the exponential and the log-normal law come from.
//!
//! Probability is measured from the nearer end, in 53 octaves (1/2 to 1/4, 1/4 to 1/8, …) of equal steps with
//! straight lines between. So the tails down to 2⁻⁵⁴ are as sharp as the middle, and what is read often, the four
//! octaves next to the median, is 2 KiB. With 32 steps an octave the relative error of a quantile is below 1e-4
//! for the exponential, 5e-5, 1.3e-4, 4e-4 and 9e-4 for a log-normal of sigma 0.5, 1, 2 and 3.

use std::sync::{Arc, LazyLock};

/// Steps an octave, as a power of two.
const LOG_STEPS: u32 = 5;
const STEPS: usize = 1 << LOG_STEPS;
/// Bits of a draw that say how far it lies from its end.
const DEPTH: u32 = 52;
/// Edges of one half; its octaves start at 2^-1, 2^0, … 2^(DEPTH-1) of the finest step.
const HALF: usize = (DEPTH as usize + 1) * STEPS + 1;
/// No edge is above this, so that differences stay finite.
const LARGEST: f64 = 1e300;

const MANTISSA: u64 = (1 << 52) - 1;
const ONE: u64 = 1023 << 52;

/// A quantile function of a law of scale 1.
#[derive(Clone, Debug)]
pub(super) struct Table(Arc<[f64]>);

impl Table {
    /// From the quantile at each probability from below, then from above.
    fn new(quantile: impl Fn(usize) -> f64, from_above: impl Fn(usize) -> f64) -> Table {
        Table(
            (0..HALF).map(quantile).chain((0..HALF).map(from_above)).map(|edge| edge.min(LARGEST)).collect(),
        )
    }

    /// The quantile at the probability `draw` / 2⁶⁴. Never falls as `draw` rises: the last line before
    /// an edge ends below the edge by more than rounding can lift it.
    #[inline]
    pub(super) fn value(&self, draw: u64) -> f64 {
        let upper = draw >> 63;
        let from_end = draw ^ upper.wrapping_neg();
        let position = ((from_end >> (63 - DEPTH)) as i64 as f64 + 0.5).to_bits();
        let step = (position >> (52 - LOG_STEPS)) as usize - (1022 << LOG_STEPS);
        let along = f64::from_bits(position << LOG_STEPS & MANTISSA | ONE) - 1.0;
        let edges = &self.0[step + upper as usize * HALF..][..2];
        edges[0] + (edges[1] - edges[0]) * along
    }
}

/// The probability, from the nearer end, of an edge of one half.
fn probability(edge: usize) -> f64 {
    let within = 1.0 + (edge % STEPS) as f64 / STEPS as f64;
    libm::scalbn(within, (edge / STEPS) as i32 - 1 - (DEPTH as i32 + 1))
}

/// The exponential law of mean 1.
pub(super) fn exponential() -> Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        Table::new(|edge| -libm::log1p(-probability(edge)), |edge| -libm::log(probability(edge)))
    });
    TABLE.clone()
}

/// The log-normal law of median 1. A sigma that is no number counts as 0.
pub(super) fn log_normal(sigma: f64) -> Table {
    let sigma = if sigma.is_nan() { 0.0 } else { sigma.abs().min(1e6) };
    Table::new(|edge| libm::exp(-sigma * NORMAL[edge]), |edge| libm::exp(sigma * NORMAL[edge]))
}

/// How far above the mean a standard normal number lies with the probability of each edge.
///
/// Halley's method on `libm::erfc` from one edge to the next. A third step is below rounding; in doubles
/// the result is right to a few units in the last place.
static NORMAL: LazyLock<Box<[f64]>> = LazyLock::new(|| {
    let mut normal = vec![0.0; HALF].into_boxed_slice();
    for edge in (0..HALF - 1).rev() {
        normal[edge] = (0..4).fold(normal[edge + 1], |z, _| halley(z, probability(edge)));
    }
    normal
});

fn halley(z: f64, probability: f64) -> f64 {
    use std::f64::consts::{FRAC_1_SQRT_2, PI};
    let density = libm::exp(-z * z / 2.0) / (2.0 * PI).sqrt();
    let step = (libm::erfc(z * FRAC_1_SQRT_2) / 2.0 - probability) / density;
    z + step / (1.0 - z * step / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_normal_quantiles() {
        for (edge, z) in NORMAL.iter().enumerate() {
            let found = libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2) / 2.0;
            assert!((found / probability(edge) - 1.0).abs() < 1e-13, "edge {edge}: {z}");
        }
        let octave = |n: usize| NORMAL[HALF - 1 - n * STEPS];
        assert_eq!(octave(0), 0.0);
        assert!((octave(1) - 0.674_489_750_196_081_7).abs() < 1e-15, "{}", octave(1));
        assert!((octave(2) - 1.150_349_380_376_008).abs() < 1e-15, "{}", octave(2));
    }

    /// The largest relative error between edges; `exact` takes the probability below and above.
    fn error(table: &Table, exact: impl Fn(f64, f64) -> f64) -> f64 {
        // Of a grid twice as fine every second point lies halfway between two edges.
        let grid = 2 * STEPS;
        let small = (0..18 * grid)
            .map(|i| libm::scalbn(1.0 + (i % grid) as f64 / grid as f64, -2 - (i / grid) as i32));
        let both = small.flat_map(|p| [(p, 1.0 - p), (1.0 - p, p)]);
        both.map(|(below, above)| {
            (table.value((below * 2f64.powi(64)) as u64) / exact(below, above) - 1.0).abs()
        })
        .fold(0.0, f64::max)
    }

    /// The standard normal quantile by bisection, nothing shared with the table.
    fn normal(below: f64, above: f64) -> f64 {
        let (mut low, mut high) = (0.0, 9.0);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            match libm::erfc(middle * std::f64::consts::FRAC_1_SQRT_2) / 2.0 > below.min(above) {
                true => low = middle,
                false => high = middle,
            }
        }
        if below < above { -low } else { low }
    }

    #[test]
    fn lines_stay_close_to_the_curve() {
        let exact = |below: f64, above: f64| match below < above {
            true => -libm::log1p(-below),
            false => -libm::log(above),
        };
        assert!(error(&exponential(), exact) < 1e-4);
        for (sigma, bound) in [(0.2, 2e-5), (0.5, 5e-5), (1.0, 1.3e-4), (2.0, 4e-4), (3.0, 9e-4)] {
            let error = error(&log_normal(sigma), |below, above| libm::exp(sigma * normal(below, above)));
            assert!(error < bound, "sigma {sigma}: {error}");
        }
    }

    #[test]
    fn absurd_sigmas_stay_finite() {
        for sigma in [f64::NAN, f64::INFINITY, -2.0, 1e300] {
            let table = log_normal(sigma);
            assert!([0, 1, 1 << 63, u64::MAX].iter().all(|draw| table.value(*draw).is_finite()), "{sigma}");
        }
    }
}
