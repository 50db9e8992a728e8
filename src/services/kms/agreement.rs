//! Secrets shared with somebody else: DeriveSharedSecret (ECDH), Encapsulate and Decapsulate (ML-KEM).

use super::pairs::element_of;
use super::primitives::{common_element, derive};
use super::request::{Request, base64, invalid, refuse};
use super::spec::{KeySpec, KeyUsage};
use super::state::KeyRef;
use super::{Answer, Kms, rules};
use crate::services::ErrorCode;
use serde_json::json;

/// Most bytes of a peer's public key, of an encapsulated secret (botocore 1.44.5 KMS service model).
const PUBLIC_KEY: usize = 8192;
const CIPHERTEXT: usize = 6144;

impl Kms {
    /// DeriveSharedSecret: what the peer derives from this key's public key and its own private key.
    pub(super) fn derive_shared_secret(&self, request: &Request) -> Answer {
        let peer = request.blob("PublicKey", PUBLIC_KEY)?;
        let algorithm = request.algorithm("KeyAgreementAlgorithm", KeyUsage::KEY_AGREEMENT)?;
        let key = self.admit_with("DeriveSharedSecret", request, algorithm)?;
        let class = self.set(key.set).class;
        let common = element_of(class.spec, &peer).and_then(|peer| common_element(&self.secret(key), peer));
        let Some(common) = common else {
            return Err(invalid(format!("PublicKey is no public key of spec {}", class.spec.name())));
        };
        let secret = derive(&common.to_be_bytes(), algorithm.name(), b"", coordinate_length(class.spec));
        Ok(json!({
            "KeyId": self.arn(key.set, key.region),
            "SharedSecret": base64(&secret),
            "KeyAgreementAlgorithm": algorithm.name(),
            "KeyOrigin": class.origin.name(),
        }))
    }

    /// Encapsulate: a new secret, and the form in which it can be sent to whoever may Decapsulate.
    pub(super) fn encapsulate(&self, request: &Request) -> Answer {
        let algorithm = request.algorithm("EncapsulationAlgorithm", KeyUsage::ENCAPSULATE_DECAPSULATE)?;
        let key = self.admit_with("Encapsulate", request, algorithm)?;
        let length = encapsulated_length(self.set(key.set).class.spec);
        let blob = derive(&request.caller.fresh.to_be_bytes(), algorithm.name(), b"", length);
        Ok(json!({
            "KeyId": self.arn(key.set, key.region),
            "SharedSecret": base64(&self.encapsulated(key, &blob)),
            "SharedSecretCiphertextBlob": base64(&blob),
            "EncapsulationAlgorithm": algorithm.name(),
        }))
    }

    /// Decapsulate: some secret in any case; the one encapsulated if key and blob are the same.
    pub(super) fn decapsulate(&self, request: &Request) -> Answer {
        let blob = request.blob("SharedSecretCiphertextBlob", CIPHERTEXT)?;
        let algorithm = request.algorithm("EncapsulationAlgorithm", KeyUsage::ENCAPSULATE_DECAPSULATE)?;
        let key = self.admit_with("Decapsulate", request, algorithm)?;
        if blob.len() != encapsulated_length(self.set(key.set).class.spec) {
            let error = ErrorCode::InvalidCiphertextException;
            return Err(refuse(rules::DECAPSULATION_REJECTS_SILENTLY, error, ""));
        }
        Ok(json!({
            "KeyId": self.arn(key.set, key.region),
            "SharedSecret": base64(&self.encapsulated(key, &blob)),
            "EncapsulationAlgorithm": algorithm.name(),
        }))
    }

    fn encapsulated(&self, key: KeyRef, blob: &[u8]) -> Vec<u8> {
        derive(&self.secret(key), "shared secret", blob, 32)
    }
}

/// The length of a raw ECDH secret: one coordinate of the curve, in bytes.
fn coordinate_length(spec: KeySpec) -> usize {
    match spec {
        KeySpec::ECC_NIST_P384 => 48,
        KeySpec::ECC_NIST_P521 => 66,
        _ => 32,
    }
}

/// The length of an encapsulated secret, in bytes (AWS KMS API Reference, Encapsulate).
fn encapsulated_length(spec: KeySpec) -> usize {
    match spec {
        KeySpec::ML_KEM_512 => 768,
        KeySpec::ML_KEM_768 => 1088,
        _ => 1568,
    }
}
