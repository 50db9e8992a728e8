//! The digest: order does not count, everything else does.

use mrksim::sim::{Digest, Draws};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn of<const N: usize>(records: &[[u64; N]]) -> u128 {
    let mut digest = Digest::default();
    records.iter().for_each(|record| digest.add(record));
    digest.value()
}

proptest! {
    #[test]
    fn order_does_not_count(records in prop::collection::vec(any::<[u64; 4]>(), 0..20).prop_shuffle(), cut in 0..20usize) {
        let mut rising = records.clone();
        rising.sort_unstable();
        prop_assert_eq!(of(&records), of(&rising));
        let (left, right) = records.split_at(cut.min(records.len()));
        prop_assert_eq!(of(left).wrapping_add(of(right)), of(&records));
    }

    #[test]
    fn every_bit_counts(record in any::<[u64; 5]>(), word in 0..5usize, bit in 0..64u32) {
        let mut other = record;
        other[word] ^= 1 << bit;
        let changed = (of(&[record]) ^ of(&[other])).count_ones();
        // Of 128 bits 64 ± 5.7 change; seven deviations away is no chance.
        prop_assert!((24..=104).contains(&changed), "{} bits", changed);
    }

    #[test]
    fn places_count(record in any::<[u64; 4]>(), a in 0..4usize, b in 0..4usize) {
        let mut other = record;
        other.swap(a, b);
        prop_assert_eq!(of(&[record]) == of(&[other]), record == other);
    }
}

#[test]
fn a_record_twice_counts_twice() {
    let record = [1, 2, 3, 4];
    assert_ne!(of(&[record, record]), of(&[record]));
    assert_ne!(of(&[record, record]), 0);
    assert_eq!(of(&[record, record]), of(&[record]).wrapping_mul(2));
}

#[test]
fn zeros_and_lengths_count() {
    let digests = [of(&[[0; 1]]), of(&[[0; 2]]), of(&[[0; 4]]), of(&[[0; 5]]), of(&[[0; 8]]), of::<4>(&[])];
    assert_eq!(BTreeSet::from(digests).len(), digests.len());
}

/// Records exchange their halves: a sum of separate hashes of the halves would not see it.
#[test]
fn what_belongs_together_counts() {
    assert_ne!(of(&[[1, 2, 3, 4], [5, 6, 7, 8]]), of(&[[1, 2, 7, 8], [5, 6, 3, 4]]));
    assert_ne!(of(&[[1, 2, 3, 4], [5, 6, 7, 8]]), of(&[[1, 6, 3, 8], [5, 2, 7, 4]]));
}

/// Small counted numbers, as records are made of, collide in neither half.
#[test]
fn small_numbers_do_not_collide() {
    let mut halves = [BTreeSet::new(), BTreeSet::new()];
    let mut records = 0;
    for i in 0..10_000u64 {
        for record in [[i, 0, 0, 0], [0, i + 1, 0, 0], [1, 1, i, 1], [2, 2, 2, i], [i + 2, i + 2, i, i]] {
            let value = of(&[record]);
            halves[0].insert(value as u64);
            halves[1].insert((value >> 64) as u64);
            records += 1;
        }
    }
    assert_eq!(halves.map(|half| half.len()), [records; 2]);
}

/// The digest stands in golden files: it changes with no platform and no version.
#[test]
fn golden_value() {
    let mut digest = Digest::default();
    (0..1_000).for_each(|i| digest.add(&[i, Draws(i).at(0, 0), 0, u64::MAX]));
    let mut other = Digest::default();
    other.add(&[1, 2, 3, 4, 5]);
    digest.merge(other);
    assert_eq!(format!("{:032x}", digest.value()), "1a9ed4c9a2e843348623c9d3f7ad7a67");
}
