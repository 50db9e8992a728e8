//! Ciphertext of symmetric KMS keys: it names its key and material version inside, and holds everything that
//! decryption needs but the encryption context (KMS-CT-1). It is a model, not cryptography.
//!
//! `key` 16, `material` 2, `header check` 8, `nonce` 16, `check` 16 bytes, then the masked plaintext. The
//! check covers all of it and the encryption context, so that a damaged blob and a wrong context look alike.

use super::request::Context;
use crate::sim::rng::{Draws, fnv1a};

const HEADER: usize = 16 + 2;
const PREFIX: usize = HEADER + 8 + 16 + 16;

/// A ciphertext whose header is intact.
pub(super) struct Ciphertext<'a> {
    /// The 128 bits of the key ID.
    pub key: u128,
    /// The key material version.
    pub material: u16,
    nonce: u128,
    check: &'a [u8],
    masked: &'a [u8],
}

/// Encrypts under a key and material version.
pub(super) fn seal(key: u128, material: u16, context: &Context, plaintext: &[u8], nonce: u128) -> Vec<u8> {
    let mut blob = header(key, material);
    blob.extend(fnv1a(&blob).to_be_bytes());
    blob.extend(nonce.to_be_bytes());
    blob.extend(check(key, material, nonce, context, plaintext));
    blob.extend(mask(key, material, nonce, plaintext));
    blob
}

/// Reads the header; nothing if the blob is damaged there.
pub(super) fn open(blob: &[u8]) -> Option<Ciphertext<'_>> {
    let (prefix, masked) = blob.split_at_checked(PREFIX)?;
    let (header, rest) = prefix.split_at(HEADER);
    let (header_check, rest) = rest.split_at(8);
    let (nonce, check) = rest.split_at(16);
    if fnv1a(header).to_be_bytes() != header_check {
        return None;
    }
    Some(Ciphertext {
        key: u128::from_be_bytes(header[..16].try_into().ok()?),
        material: u16::from_be_bytes(header[16..].try_into().ok()?),
        nonce: u128::from_be_bytes(nonce.try_into().ok()?),
        check,
        masked,
    })
}

impl Ciphertext<'_> {
    /// The plaintext; nothing if the context is another one or the blob is damaged.
    pub fn plaintext(&self, context: &Context) -> Option<Vec<u8>> {
        let plaintext = mask(self.key, self.material, self.nonce, self.masked);
        let intact = check(self.key, self.material, self.nonce, context, &plaintext) == self.check;
        intact.then_some(plaintext)
    }
}

fn header(key: u128, material: u16) -> Vec<u8> {
    let mut header = key.to_be_bytes().to_vec();
    header.extend(material.to_be_bytes());
    header
}

/// Hides or shows: its own inverse.
fn mask(key: u128, material: u16, nonce: u128, bytes: &[u8]) -> Vec<u8> {
    let mut seed = header(key, material);
    seed.extend(nonce.to_be_bytes());
    let stream = Draws(fnv1a(&seed));
    let words = bytes.chunks(8).zip(0..);
    words.flat_map(|(chunk, i)| chunk.iter().zip(stream.at(0, i).to_be_bytes()).map(|(a, b)| a ^ b)).collect()
}

fn check(key: u128, material: u16, nonce: u128, context: &Context, plaintext: &[u8]) -> [u8; 16] {
    let mut all = header(key, material);
    all.extend(nonce.to_be_bytes());
    for text in context.iter().flat_map(|(name, value)| [name, value]) {
        all.extend((text.len() as u64).to_be_bytes());
        all.extend(text.as_bytes());
    }
    all.extend((context.len() as u64).to_be_bytes());
    all.extend(plaintext);
    let digest = Draws(fnv1a(&all));
    all.push(1);
    let other = Draws(fnv1a(&all));
    (u128::from(digest.at(0, 0)) << 64 | u128::from(other.at(1, 0))).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(pairs: &[(&str, &str)]) -> Context {
        pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()
    }

    #[test]
    fn a_blob_opens_with_its_own_context_only() {
        let made_with = context(&[("app", "shop"), ("tier", "gold")]);
        let blob = seal(7, 3, &made_with, b"hello, world", 99);
        let opened = open(&blob).unwrap();
        assert_eq!((opened.key, opened.material), (7, 3));
        assert_eq!(opened.plaintext(&made_with).unwrap(), b"hello, world");
        let others = [
            context(&[]),
            context(&[("app", "shop")]),
            context(&[("app", "Shop"), ("tier", "gold")]),
            context(&[("app", "shop"), ("tier", "gold"), ("x", "")]),
        ];
        assert!(others.iter().all(|other| opened.plaintext(other).is_none()));
    }

    #[test]
    fn no_byte_can_be_changed_unnoticed() {
        let blob = seal(7, 0, &Context::new(), b"hello", 99);
        for i in 0..blob.len() {
            let mut damaged = blob.clone();
            damaged[i] ^= 0x10;
            assert!(
                open(&damaged).and_then(|opened| opened.plaintext(&Context::new())).is_none(),
                "byte {i}"
            );
        }
        assert!(
            (0..blob.len()).all(|n| open(&blob[..n]).is_none_or(|o| o.plaintext(&Context::new()).is_none()))
        );
    }

    #[test]
    fn equal_plaintexts_do_not_show() {
        assert_ne!(seal(7, 0, &Context::new(), b"hello", 1), seal(7, 0, &Context::new(), b"hello", 2));
        assert!(!seal(7, 0, &Context::new(), b"hello", 1).windows(5).any(|w| w == b"hello"));
    }
}
