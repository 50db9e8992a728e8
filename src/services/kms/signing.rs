//! Sign and Verify.

use super::primitives::{derive, sha2};
use super::request::{Request, base64, invalid, not_modelled, refuse};
use super::spec::{Algorithm, KeyUsage};
use super::state::KeyRef;
use super::{Answer, Kms, rules};
use crate::services::{ErrorCode, Refusal};
use serde_json::json;

/// Most bytes of a message, of a signature (botocore 1.44.5 KMS service model, Sign and Verify).
const MESSAGE: usize = 4096;
const SIGNATURE: usize = 6144;

impl Kms {
    /// Sign: a message, or its digest.
    pub(super) fn sign(&self, request: &Request) -> Answer {
        let asked = Asked::of(request)?;
        let key = self.admit_with("Sign", request, asked.algorithm)?;
        let signature = self.signature(key, &asked.covered()?, asked.algorithm);
        Ok(json!({
            "KeyId": self.arn(key.set, key.region),
            "Signature": base64(&signature),
            "SigningAlgorithm": asked.algorithm.name(),
        }))
    }

    /// Verify: a signature that is not the key's is an error (KMS-ERR-17).
    pub(super) fn verify(&self, request: &Request) -> Answer {
        let asked = Asked::of(request)?;
        let signature = request.blob("Signature", SIGNATURE)?;
        let key = self.admit_with("Verify", request, asked.algorithm)?;
        if self.signature(key, &asked.covered()?, asked.algorithm) != signature {
            let error = ErrorCode::KMSInvalidSignatureException;
            // The service's own message is empty.
            return Err(refuse(rules::SIGNATURES_ARE_VERIFIED, error, ""));
        }
        Ok(json!({
            "KeyId": self.arn(key.set, key.region),
            "SignatureValid": true,
            "SigningAlgorithm": asked.algorithm.name(),
        }))
    }

    fn signature(&self, key: KeyRef, covered: &[u8], algorithm: Algorithm) -> Vec<u8> {
        derive(&self.secret(key), algorithm.name(), covered, 64)
    }
}

#[derive(Clone, Copy)]
enum MessageType {
    Raw,
    Digest,
    ExternalMu,
}

/// What to sign, or what was signed.
struct Asked {
    message: Vec<u8>,
    kind: MessageType,
    algorithm: Algorithm,
}

impl Asked {
    fn of(request: &Request) -> Result<Asked, Refusal> {
        let kind = match request.text("MessageType") {
            None | Some("RAW") => MessageType::Raw,
            Some("DIGEST") => MessageType::Digest,
            Some("EXTERNAL_MU") => MessageType::ExternalMu,
            Some(other) => return Err(invalid(format!("'{other}' is no MessageType"))),
        };
        Ok(Asked {
            message: request.blob("Message", MESSAGE)?,
            kind,
            algorithm: request.algorithm("SigningAlgorithm", KeyUsage::SIGN_VERIFY)?,
        })
    }

    /// What the signature covers: the digest, whoever made it, where the algorithm begins with one (KMS-ASY-5).
    fn covered(&self) -> Result<Vec<u8>, Refusal> {
        use Algorithm::{ED25519_PH_SHA_512, ED25519_SHA_512, ML_DSA_SHAKE_256, SM2DSA};
        match (self.algorithm, self.kind, self.algorithm.sha2()) {
            (SM2DSA, MessageType::Digest, _) | (ML_DSA_SHAKE_256, MessageType::ExternalMu, _) => {
                let message = "a digest that depends on the public key is not modelled; MessageType RAW is";
                Err(not_modelled(message.to_owned()))
            }
            (ML_DSA_SHAKE_256 | SM2DSA | ED25519_SHA_512, MessageType::Raw, _) => Ok(self.message.clone()),
            (ML_DSA_SHAKE_256 | ED25519_SHA_512, ..)
            | (ED25519_PH_SHA_512, MessageType::Raw, _)
            | (_, MessageType::ExternalMu, _)
            | (_, _, None) => {
                let message = format!("{} does not take this MessageType", self.algorithm.name());
                Err(refuse(rules::ALGORITHMS_OF_A_SPEC, ErrorCode::ValidationException, message))
            }
            (_, MessageType::Raw, Some(bits)) => Ok(sha2(bits, &self.message)),
            (_, MessageType::Digest, Some(bits)) if self.message.len() * 8 == bits => {
                Ok(self.message.clone())
            }
            (_, MessageType::Digest, _) => {
                let message = format!("Digest is invalid length for algorithm {}.", self.algorithm.name());
                Err(refuse(rules::DIGESTS_HAVE_A_LENGTH, ErrorCode::ValidationException, message))
            }
        }
    }
}
