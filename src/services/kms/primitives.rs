//! What the secret of an asymmetric or HMAC key makes of a message.
//!
//! Digests and MACs are the real ones (SHA-2, RFC 2104), so that a message's digest made elsewhere counts. The rest is
//! a model with the right relations and no security: a public key is a power in a small group, so that two parties
//! agree on a secret as in Diffie-Hellman; everything else is a function of the secret that nobody guesses by chance.

use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// The SHA-2 digest of that many bits.
pub(super) fn sha2(bits: usize, message: &[u8]) -> Vec<u8> {
    match bits {
        224 => Sha224::digest(message).to_vec(),
        256 => Sha256::digest(message).to_vec(),
        384 => Sha384::digest(message).to_vec(),
        _ => Sha512::digest(message).to_vec(),
    }
}

/// The HMAC over the SHA-2 digest of that many bits (RFC 2104).
pub(super) fn hmac(bits: usize, secret: &[u8], message: &[u8]) -> Vec<u8> {
    let block = if bits <= 256 { 64 } else { 128 };
    let mut key = if secret.len() > block { sha2(bits, secret) } else { secret.to_vec() };
    key.resize(block, 0);
    let with_pad = |pad: u8, rest: &[u8]| {
        let mut bytes: Vec<u8> = key.iter().map(|byte| byte ^ pad).collect();
        bytes.extend(rest);
        sha2(bits, &bytes)
    };
    with_pad(0x5c, &with_pad(0x36, message))
}

/// As many bytes as wanted that only the secret's holder can make, for one purpose, of a message.
pub(super) fn derive(secret: &[u8], purpose: &str, message: &[u8], length: usize) -> Vec<u8> {
    let mut all = purpose.as_bytes().to_vec();
    all.push(0);
    all.extend(message);
    let seed = hmac(512, secret, &all);
    (0u64..).flat_map(|i| hmac(512, &seed, &i.to_be_bytes())).take(length).collect()
}

/// The integers modulo 2^61 - 1 without 0, by multiplication.
const PRIME: u64 = (1 << 61) - 1;
const GENERATOR: u64 = 37;

fn power(base: u64, exponent: u64) -> u64 {
    let times = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64;
    let (mut result, mut square, mut rest) = (1, base % PRIME, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result = times(result, square);
        }
        square = times(square, square);
        rest >>= 1;
    }
    result
}

fn exponent(secret: &[u8]) -> u64 {
    let bytes = derive(secret, "exponent", b"", 8);
    1 + bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)) % (PRIME - 1)
}

/// The public half of a secret.
pub(super) fn public_element(secret: &[u8]) -> u64 {
    power(GENERATOR, exponent(secret))
}

/// What the holder of a secret and the holder of a public half's secret both come to; nothing if the peer's is no
/// element of the group.
pub(super) fn common_element(secret: &[u8], peer: u64) -> Option<u64> {
    (1..PRIME).contains(&peer).then(|| power(peer, exponent(secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// RFC 4231, test cases 1, 2 and 6 (a key longer than the block).
    #[test]
    fn macs_are_the_real_ones() {
        let case_1 = hmac(256, &[0x0b; 20], b"Hi There");
        assert_eq!(hex(&case_1), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        let case_2 = hmac(224, b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(&case_2), "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44");
        let case_6 = hmac(512, &[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(&hex(&case_6)[..32], "80b24263c7c1a3ebb71493c1dd7be8b4");
        let case_6 = hmac(384, &[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(&hex(&case_6)[..32], "4ece084485813e9088d2c63a041bc5b4");
    }

    #[test]
    fn two_parties_agree_and_a_third_does_not() {
        let [a, b, c] = [b"alice", b"bobby", b"carol"].map(|name| &name[..]);
        let common = common_element(a, public_element(b));
        assert!(common.is_some());
        assert_eq!(common, common_element(b, public_element(a)));
        assert_ne!(common, common_element(c, public_element(a)));
        assert_eq!([0, PRIME, u64::MAX].map(|peer| common_element(a, peer)), [None; 3]);
    }

    #[test]
    fn each_purpose_and_message_has_its_own_bytes() {
        let one = derive(b"key", "sign", b"hello", 100);
        assert_eq!(one.len(), 100);
        assert_eq!(one[..40], derive(b"key", "sign", b"hello", 40));
        let others = [
            derive(b"kez", "sign", b"hello", 100),
            derive(b"key", "seal", b"hello", 100),
            derive(b"key", "sign", b"hellp", 100),
        ];
        assert!(others.iter().all(|other| *other != one));
    }
}
