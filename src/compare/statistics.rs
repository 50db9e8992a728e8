//! Intervals: what trials say of a mean, a share and a difference.

/// The confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;

/// The two-sided normal quantile of [`CONFIDENCE`].
const Z: f64 = 1.959_963_984_540_054;

/// An estimate with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub mean: f64,
    /// The interval's lower end.
    pub low: f64,
    /// The interval's upper end.
    pub high: f64,
}

impl Estimate {
    /// Half the interval's width.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// Whether the interval holds a value.
    pub fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// The mean with Student's interval; `None` for fewer than two values. Values without spread have an interval without
/// width.
pub fn mean(values: &[f64]) -> Option<Estimate> {
    let n = values.len() as f64;
    if values.len() < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let error = libm::sqrt(squares / (n - 1.0) / n);
    let half = student(values.len() as u64 - 1) * error;
    Some(Estimate { mean, low: mean - half, high: mean + half })
}

/// A share with Wilson's interval. If nothing, or everything, happened, its open end is the rule of three.
pub fn share(hits: u64, of: u64) -> Estimate {
    let n = of.max(1) as f64;
    let p = hits as f64 / n;
    match hits {
        0 => Estimate { mean: p, low: 0.0, high: rule_of_three(of) },
        hits if hits == of => Estimate { mean: p, low: 1.0 - rule_of_three(of), high: 1.0 },
        _ => {
            let middle = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
            let half = Z / (1.0 + Z * Z / n) * libm::sqrt(p * (1.0 - p) / n + Z * Z / (4.0 * n * n));
            Estimate { mean: p, low: middle - half, high: middle + half }
        }
    }
}

/// What never happened in so many trials happens, at 95 %, in no larger share of them: 1 − 0.05^(1/n), about 3/n.
pub fn rule_of_three(trials: u64) -> f64 {
    1.0 - libm::pow(1.0 - CONFIDENCE, 1.0 / trials.max(1) as f64)
}

/// A quantile of sorted values, interpolated (Hyndman and Fan's type 7).
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = p * last as f64;
    let below = libm::floor(at) as usize;
    let above = (below + 1).min(last);
    // Equal neighbours first: between two infinite values there is nothing to interpolate.
    match sorted[below] == sorted[above] {
        true => Some(sorted[below]),
        false => Some(sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])),
    }
}

/// Student's two-sided 95 % quantile with so many degrees of freedom.
pub fn student(freedom: u64) -> f64 {
    let tail = 1.0 - CONFIDENCE;
    let v = freedom.max(1) as f64;
    // P(|T| > t) = I(v/2, 1/2) at v / (v + t²), which falls with t.
    let beyond = |t: f64| incomplete_beta(v / 2.0, 0.5, v / (v + t * t));
    let (mut low, mut high) = (0.0, 13.0);
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if middle == low || middle == high {
            break;
        }
        match beyond(middle) > tail {
            true => low = middle,
            false => high = middle,
        }
    }
    (low + high) / 2.0
}

/// The regularised incomplete beta function, by its continued fraction (Lentz; DLMF 8.17.22).
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(b, a, 1.0 - x);
    }
    let front = libm::exp(
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log(1.0 - x),
    ) / a;
    let tiny = 1e-300;
    let (mut c, mut d) = (1.0, 1.0 / (1.0 - (a + b) * x / (a + 1.0)).max(tiny));
    let mut sum = d;
    for m in 1..500 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = sum;
        for term in [even, odd] {
            d = 1.0 / nonzero(1.0 + term * d, tiny);
            c = nonzero(1.0 + term / c, tiny);
            sum *= c * d;
        }
        if (sum - before).abs() <= 1e-15 * sum.abs() {
            break;
        }
    }
    front * sum
}

fn nonzero(value: f64, tiny: f64) -> f64 {
    if value.abs() < tiny { tiny } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Stream;
    use crate::sim::rng::unit;

    fn close(a: f64, b: f64, by: f64) -> bool {
        (a - b).abs() <= by
    }

    /// NIST/SEMATECH e-Handbook, table 1.3.6.7.2: upper critical values of Student's t, 0.975.
    #[test]
    fn student_s_quantiles_are_those_of_the_tables() {
        for (freedom, t) in [(1, 12.706), (2, 4.303), (5, 2.571), (10, 2.228), (30, 2.042), (100, 1.984)] {
            assert!(close(student(freedom), t, 6e-4), "{freedom}: {}", student(freedom));
        }
        assert!(close(student(1_000_000), Z, 1e-5));
    }

    #[test]
    fn an_interval_is_as_computed_by_hand() {
        let estimate = mean(&[1.0, 2.0, 3.0, 4.0]).expect("four values");
        // sd = 1.2910, error = 0.6455, t(3) = 3.1824.
        assert!(
            close(estimate.mean, 2.5, 1e-12) && close(estimate.half_width(), 2.0542, 1e-4),
            "{estimate:?}"
        );
        assert_eq!(mean(&[1.0]), None);
        assert_eq!(mean(&[7.0, 7.0]).map(|same| same.half_width()), Some(0.0));
    }

    #[test]
    fn a_share_has_wilson_s_interval_and_the_rule_of_three() {
        // Brown, Cai and DasGupta (2001): 5 of 20.
        let five = share(5, 20);
        assert!(close(five.low, 0.1119, 1e-4) && close(five.high, 0.4687, 1e-4), "{five:?}");
        assert!(close(share(0, 100).high, 0.0295, 1e-4) && share(0, 100).low == 0.0);
        assert!(close(share(100, 100).low, 0.9705, 1e-4));
    }

    /// A normal variate, by Box and Muller.
    fn normal(stream: &mut Stream) -> f64 {
        let (a, b) = (unit(stream.next_u64()), unit(stream.next_u64()));
        libm::sqrt(-2.0 * libm::log(1.0 - a)) * libm::cos(2.0 * std::f64::consts::PI * b)
    }

    const TIMES: u32 = 4_000;

    /// How often, in [`TIMES`] times, something was so; with 95 % nominal its standard deviation is 0.34 %.
    fn often(mut so: impl FnMut(&mut Stream) -> bool) -> f64 {
        let mut stream = Stream::new(2, 0, "coverage");
        let hits = (0..TIMES).filter(|_| so(&mut stream)).count();
        hits as f64 / f64::from(TIMES)
    }

    #[test]
    fn student_s_interval_has_its_coverage_on_normal_values() {
        for n in [2, 5, 40] {
            let covered = often(|stream| {
                let values: Vec<f64> = (0..n).map(|_| 7.0 + 3.0 * normal(stream)).collect();
                mean(&values).is_some_and(|estimate| estimate.holds(7.0))
            });
            assert!(close(covered, 0.95, 0.012), "{n} values: {covered}");
        }
    }

    /// A share's coverage swings with the share (Brown, Cai and DasGupta 2001): the mean over many shares is nominal.
    #[test]
    fn wilson_s_interval_has_its_coverage_over_many_shares() {
        let covered = often(|stream| {
            let p = 0.05 + 0.9 * unit(stream.next_u64());
            let hits = (0..60).filter(|_| unit(stream.next_u64()) < p).count() as u64;
            share(hits, 60).holds(p)
        });
        assert!(close(covered, 0.95, 0.012), "{covered}");
    }

    #[test]
    fn what_never_happened_is_rarer_than_the_rule_of_three_says() {
        // The bound itself is so that what happens as often shows in 95 of 100 batches.
        let p = rule_of_three(50);
        let shows = often(|stream| (0..50).any(|_| unit(stream.next_u64()) < p));
        assert!(close(shows, 0.95, 0.012), "{shows}");
    }

    /// What both sides have in common cancels: a pair's difference has the planted effect with its nominal coverage, in
    /// an interval much narrower than that of either side.
    #[test]
    fn pairing_recovers_a_planted_effect_under_common_noise() {
        let mut narrower = 0;
        let covered = often(|stream| {
            let pairs: Vec<(f64, f64)> = (0..20)
                .map(|_| {
                    let common = 10.0 * normal(stream);
                    (common + normal(stream), common + 0.5 + normal(stream))
                })
                .collect();
            let differences: Vec<f64> = pairs.iter().map(|(a, b)| b - a).collect();
            let alone: Vec<f64> = pairs.iter().map(|(a, _)| *a).collect();
            let (Some(paired), Some(alone)) = (mean(&differences), mean(&alone)) else { return false };
            narrower += u32::from(paired.half_width() < 0.4 * alone.half_width());
            paired.holds(0.5)
        });
        assert!(close(covered, 0.95, 0.012), "{covered}");
        assert!(f64::from(narrower) > 0.99 * f64::from(TIMES), "{narrower}");
    }

    #[test]
    fn quantiles_interpolate() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0], 0.25), Some(1.25));
        assert_eq!(quantile(&[1.0, f64::INFINITY], 1.0), Some(f64::INFINITY));
        assert_eq!(quantile(&[f64::INFINITY, f64::INFINITY], 0.5), Some(f64::INFINITY));
        assert_eq!(quantile(&[], 0.5), None);
    }
}
