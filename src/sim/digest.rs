//! A 128-bit fingerprint of a set of records in which their order does not count.

/// The wrapping sum of a 128-bit hash of each record.
///
/// A sum does not depend on order, so the fingerprint is of *what* happened and not of how the event list went
/// about it; and parts computed apart can be added. A record that is there twice counts twice. It guards
/// against accidents, not against someone who looks for a collision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest(u128);

/// Odd numbers without pattern: the fraction of √2, √3, √5, √7, √11, √13, √17, √19 in 64 bits, made odd.
const KEYS: [u64; 8] = [
    0x6a09_e667_f3bc_c909,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

impl Digest {
    /// Adds one record. The number of words is part of it, the place of each word too.
    #[inline]
    pub fn add<const N: usize>(&mut self, words: &[u64; N]) {
        let mut state = [N as u64, KEYS[7]];
        for four in words.chunks(4) {
            let word = |i: usize| four.get(i).copied().unwrap_or(0) ^ KEYS[i];
            let (a, b, c, d) = (word(0) ^ state[0], word(1), word(2) ^ state[1], word(3));
            // Each word enters both halves, so a collision must happen in 128 bits.
            state = [
                mixed(mixed(a, b), mixed(c, d) ^ KEYS[4]),
                mixed(mixed(b, c) ^ KEYS[5], mixed(d, a) ^ KEYS[6]),
            ];
        }
        self.0 = self.0.wrapping_add(u128::from(state[0]) << 64 | u128::from(state[1]));
    }

    /// Adds the records of another digest.
    pub fn merge(&mut self, other: Digest) {
        self.0 = self.0.wrapping_add(other.0);
    }

    /// The fingerprint so far.
    pub fn value(self) -> u128 {
        self.0
    }
}

/// Both halves of the full product, folded into one word.
#[inline]
fn mixed(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}
