//! GenerateMac and VerifyMac.

use super::primitives::hmac;
use super::request::{Request, base64, refuse};
use super::spec::{Algorithm, KeyUsage};
use super::state::KeyRef;
use super::{Answer, Kms, rules};
use crate::services::{ErrorCode, Refusal};
use serde_json::json;

/// Most bytes of a message, of a tag (botocore 1.44.5 KMS service model, GenerateMac and VerifyMac).
const MESSAGE: usize = 4096;
const TAG: usize = 6144;

impl Kms {
    /// GenerateMac: the same tag in every related key.
    pub(super) fn generate_mac(&self, request: &Request) -> Answer {
        let (key, algorithm, tag) = self.mac("GenerateMac", request)?;
        Ok(json!({
            "Mac": base64(&tag),
            "MacAlgorithm": algorithm.name(),
            "KeyId": self.arn(key.set, key.region),
        }))
    }

    /// VerifyMac: a tag that is not the key's is an error (KMS-ERR-17).
    pub(super) fn verify_mac(&self, request: &Request) -> Answer {
        let given = request.blob("Mac", TAG)?;
        let (key, algorithm, tag) = self.mac("VerifyMac", request)?;
        if tag != given {
            // The service's own message is empty.
            return Err(refuse(rules::MACS_ARE_VERIFIED, ErrorCode::KMSInvalidMacException, ""));
        }
        Ok(json!({
            "KeyId": self.arn(key.set, key.region),
            "MacValid": true,
            "MacAlgorithm": algorithm.name(),
        }))
    }

    fn mac(
        &self,
        operation: &'static str,
        request: &Request,
    ) -> Result<(KeyRef, Algorithm, Vec<u8>), Refusal> {
        let message = request.blob("Message", MESSAGE)?;
        let algorithm = request.algorithm("MacAlgorithm", KeyUsage::GENERATE_VERIFY_MAC)?;
        let key = self.admit_with(operation, request, algorithm)?;
        let bits = algorithm.sha2().unwrap_or_default();
        Ok((key, algorithm, hmac(bits, &self.secret(key), &message)))
    }
}
