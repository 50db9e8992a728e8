//! Random streams: one generator a purpose, and within a request one number an index.
//!
//! A stream is ChaCha8 keyed by (seed, trial) and numbered by the FNV-1a hash of its name, so adding a
//! stream never shifts another's draws.

use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A named stream of 64-bit numbers.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream `name` (`"entity/purpose"`) of one trial.
    pub fn new(seed: u64, trial: u64, name: &str) -> Stream {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&trial.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(fnv1a(name.as_bytes()));
        Stream(generator)
    }

    /// The next number of the stream.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// The next two numbers as one.
    pub fn next_u128(&mut self) -> u128 {
        u128::from(self.next_u64()) << 64 | u128::from(self.next_u64())
    }
}

/// Everything random about one request: the SplitMix64 sequence of one number, read at an index.
///
/// The index is (purpose, attempt), so a request meets the same weather whatever path it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draws(pub u64);

impl Draws {
    /// The number for `purpose` (below 256) in `attempt`.
    #[inline]
    pub fn at(self, purpose: u8, attempt: u32) -> u64 {
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let index = (u64::from(attempt) << 8 | u64::from(purpose)).wrapping_add(1);
        let mut z = self.0.wrapping_add(index.wrapping_mul(GOLDEN));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// The 64-bit FNV-1a hash: stable, and published, unlike a hash map's.
pub fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A draw as a number in `0..n`, without bias that matters (n far below 2⁶⁴). Zero if `n` is zero.
#[inline]
pub fn below(draw: u64, n: u64) -> u64 {
    ((u128::from(draw) * u128::from(n)) >> 64) as u64
}

/// A draw as a number in `[0, 1)` with 53 bits.
#[inline]
pub fn unit(draw: u64) -> f64 {
    (draw >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnv1a_is_the_published_function() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn streams_differ_by_name_seed_and_trial() {
        let first = |seed, trial, name| Stream::new(seed, trial, name).next_u64();
        let all = [first(1, 0, "a/x"), first(2, 0, "a/x"), first(1, 1, "a/x"), first(1, 0, "a/y")];
        for (i, a) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|b| a != b));
        }
        assert_eq!(first(1, 0, "a/x"), first(1, 0, "a/x"));
    }

    #[test]
    fn draws_are_the_splitmix64_sequence() {
        // The reference output of SplitMix64 seeded with 1234567.
        let draws = Draws(1_234_567);
        assert_eq!(draws.at(0, 0), 6_457_827_717_110_365_317);
        assert_eq!(draws.at(1, 0), 3_203_168_211_198_807_973);
    }

    #[test]
    fn below_covers_its_range() {
        assert_eq!(below(0, 10), 0);
        assert_eq!(below(u64::MAX, 10), 9);
        assert_eq!(below(u64::MAX, 0), 0);
    }
}
