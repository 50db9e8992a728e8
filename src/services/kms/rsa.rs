//! Ciphertext of asymmetric keys: RSA, and SM2 in China. Other than symmetric ciphertext it names neither key nor
//! algorithm, nor does it know an encryption context (KMS-CT-4). It is a model, not cryptography.
//!
//! `nonce` 16, `check` 16 bytes, then, masked, the plaintext's length in 2 bytes, the plaintext and what fills the
//! rest.

use super::primitives::derive;
use super::spec::{Algorithm, KeySpec};

const NONCE: usize = 16;
const HEAD: usize = NONCE + 16;
/// How much longer than its plaintext an SM2 ciphertext is: a point, a digest and their encoding.
const SM2_OVERHEAD: usize = 107;

/// The modulus of an RSA key, in bytes.
fn modulus(spec: KeySpec) -> Option<usize> {
    match spec {
        KeySpec::RSA_2048 => Some(256),
        KeySpec::RSA_3072 => Some(384),
        KeySpec::RSA_4096 => Some(512),
        _ => None,
    }
}

/// The longest plaintext, in bytes: what OAEP padding leaves of the modulus (RFC 8017, 7.1.1), and what KMS takes for
/// SM2 (botocore 1.44.5 KMS service model, Encrypt).
pub(super) fn longest(spec: KeySpec, algorithm: Algorithm) -> usize {
    let digest = if algorithm == Algorithm::RSAES_OAEP_SHA_1 { 20 } else { 32 };
    modulus(spec).map_or(1024, |modulus| modulus - 2 * digest - 2)
}

/// Encrypts a plaintext that is not too long.
pub(super) fn seal(secret: &[u8], kind: (KeySpec, Algorithm), plaintext: &[u8], nonce: u128) -> Vec<u8> {
    let (spec, algorithm) = kind;
    let mut inside = (plaintext.len() as u16).to_be_bytes().to_vec();
    inside.extend(plaintext);
    inside.resize(modulus(spec).unwrap_or(plaintext.len() + SM2_OVERHEAD) - HEAD, 0);
    let mut blob = nonce.to_be_bytes().to_vec();
    blob.extend(check(secret, algorithm, &blob, &inside));
    blob.extend(masked(secret, &blob, &inside));
    blob
}

/// Decrypts; nothing if key or algorithm is another, or the blob is damaged.
pub(super) fn open(secret: &[u8], algorithm: Algorithm, blob: &[u8]) -> Option<Vec<u8>> {
    let (head, hidden) = blob.split_at_checked(HEAD)?;
    let inside = masked(secret, head, hidden);
    if check(secret, algorithm, &head[..NONCE], &inside) != head[NONCE..] {
        return None;
    }
    let (length, rest) = inside.split_at_checked(2)?;
    let length = u16::from_be_bytes(length.try_into().ok()?);
    rest.get(..usize::from(length)).map(<[u8]>::to_vec)
}

fn check(secret: &[u8], algorithm: Algorithm, nonce: &[u8], inside: &[u8]) -> Vec<u8> {
    derive(secret, algorithm.name(), &[nonce, inside].concat(), HEAD - NONCE)
}

/// Hides or shows: its own inverse.
fn masked(secret: &[u8], head: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mask = derive(secret, "mask", head, bytes.len());
    bytes.iter().zip(mask).map(|(a, b)| a ^ b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_and_algorithm_open_a_blob() {
        let (spec, sha_1, sha_256) =
            (KeySpec::RSA_2048, Algorithm::RSAES_OAEP_SHA_1, Algorithm::RSAES_OAEP_SHA_256);
        let plaintext = vec![7; longest(spec, sha_1)];
        let blob = seal(b"key", (spec, sha_1), &plaintext, 99);
        assert_eq!(blob.len(), 256);
        assert_eq!(open(b"key", sha_1, &blob), Some(plaintext));
        assert_eq!(open(b"key", sha_256, &blob), None);
        assert_eq!(open(b"kez", sha_1, &blob), None);
        for i in 0..blob.len() {
            let mut damaged = blob.clone();
            damaged[i] ^= 1;
            assert_eq!(open(b"key", sha_1, &damaged), None, "byte {i}");
            assert_eq!(open(b"key", sha_1, &blob[..i]), None, "{i} bytes");
        }
    }

    #[test]
    fn sizes_are_aws_s() {
        let sizes = [KeySpec::RSA_2048, KeySpec::RSA_3072, KeySpec::RSA_4096, KeySpec::SM2].map(|spec| {
            (longest(spec, Algorithm::RSAES_OAEP_SHA_1), longest(spec, Algorithm::RSAES_OAEP_SHA_256))
        });
        assert_eq!(sizes, [(214, 190), (342, 318), (470, 446), (1024, 1024)]);
    }
}
