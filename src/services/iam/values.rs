//! Numbers, dates and addresses in the conditions of policies.

use crate::services::calendar::{day_number, numbers};
use std::net::IpAddr;

/// A number in decimal notation.
pub(super) fn number(text: &str) -> Option<f64> {
    let digits = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    text.bytes().all(digits).then(|| text.parse().ok())?.filter(|number: &f64| number.is_finite())
}

/// An instant in seconds since 1970: `2026-01-01`, `2026-01-01T00:00:00Z`, or the seconds themselves.
pub(super) fn date(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let (day, clock) = match text.split_once('T') {
        None => (text, None),
        Some((day, clock)) => (day, Some(clock)),
    };
    let day = day_number(numbers(day, '-', [4, 2, 2])?)?;
    let seconds = clock.map_or(Some(0), seconds_of_day)?;
    Some(day * 86_400 + seconds)
}

/// `08:30:00Z`, `08:30:00.5+02:00`, in seconds since midnight of UTC.
fn seconds_of_day(clock: &str) -> Option<i64> {
    let zone_at = clock.find(['Z', '+', '-'])?;
    let (clock, zone) = clock.split_at(zone_at);
    let clock = clock.split_once('.').map_or(clock, |(whole, _)| whole);
    let [hours, minutes, seconds] = match clock.matches(':').count() {
        1 => {
            let [hours, minutes] = numbers(clock, ':', [2, 2])?;
            [hours, minutes, 0]
        }
        _ => numbers(clock, ':', [2, 2, 2])?,
    };
    let east = match (zone, zone.split_at_checked(1)?) {
        ("Z", _) => 0,
        (_, (sign, offset)) => {
            let [hours, minutes] = numbers(offset, ':', [2, 2])?;
            i64::from(hours * 3600 + minutes * 60) * if sign == "+" { 1 } else { -1 }
        }
    };
    let valid = hours < 24 && minutes < 60 && seconds < 61;
    valid.then_some(i64::from(hours * 3600 + minutes * 60 + seconds) - east)
}

/// A block of addresses: `203.0.113.0/24`, or one address.
pub(super) fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = match text.split_once('/') {
        None => (text, None),
        Some((address, bits)) => (address, Some(bits)),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
    (bits <= most).then_some((address, bits))
}

/// Whether an address lies in a block.
pub(super) fn contains((block, bits): (IpAddr, u32), address: IpAddr) -> bool {
    match (block, address) {
        (IpAddr::V4(block), IpAddr::V4(address)) => {
            (block.to_bits() ^ address.to_bits()).leading_zeros() >= bits
        }
        (IpAddr::V6(block), IpAddr::V6(address)) => {
            (block.to_bits() ^ address.to_bits()).leading_zeros() >= bits
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_seconds() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2026-01-01T00:00:00Z", 1_767_225_600),
            ("2026-01-01T01:00:00+01:00", 1_767_225_600),
            ("2025-12-31T18:30-05:30", 1_767_225_600),
            ("2024-02-29T12:00:00.250Z", 1_709_208_000),
            ("1767225600", 1_767_225_600),
        ] {
            assert_eq!(date(text), Some(seconds), "{text}");
        }
        for wrong in
            ["", "2026-13-01", "2026-02-30", "2026-01-01T00:00:00", "2026-01-01T25:00Z", "2026-01-01Tä", "T"]
        {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn addresses_lie_in_blocks() {
        let lies = |block: &str, address: &str| {
            contains(network(block).expect("a block"), address.parse().expect("an address"))
        };
        assert!(lies("203.0.113.0/24", "203.0.113.9") && !lies("203.0.113.0/24", "203.0.114.9"));
        assert!(lies("203.0.113.9", "203.0.113.9") && lies("0.0.0.0/0", "8.8.8.8"));
        assert!(lies("2001:db8::/32", "2001:db8:1::1") && !lies("0.0.0.0/0", "::1"));
        assert!(network("203.0.113.0/33").is_none() && network("home").is_none());
    }
}
