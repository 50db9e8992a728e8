//! Availability, as people speak of it.

/// The number of nines of a share: 0.99 has two, 0.995 has 2.3; of 1 there are infinitely many.
pub fn nines(share: f64) -> f64 {
    match share {
        share if share >= 1.0 => f64::INFINITY,
        share => (-libm::log10(1.0 - share.max(0.0))).max(0.0),
    }
}

/// `2.3 nines`; of all requests: `no failure`.
pub fn show(share: f64) -> String {
    match nines(share) {
        nines if nines.is_infinite() => "no failure".to_owned(),
        // Rounded down: what is not reached is not claimed.
        nines => format!("{:.1} nines", libm::floor(nines * 10.0 + 1e-9) / 10.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nines_count_what_fails() {
        assert_eq!(show(0.99), "2.0 nines");
        assert_eq!(show(0.995), "2.3 nines");
        assert_eq!(show(0.98999), "1.9 nines");
        assert_eq!(show(0.0), "0.0 nines");
        assert_eq!(show(1.0), "no failure");
        assert!((nines(0.999_99) - 5.0).abs() < 1e-9);
    }
}
