//! Public keys: GetPublicKey, and data key pairs, which are used outside of KMS.
//!
//! A public key is written as its spec's name, a zero byte and the model's public half of the secret; AWS's are
//! X.509 SubjectPublicKeyInfo.

use super::cryptography::random_bytes;
use super::keys::algorithm_names;
use super::naming::Naming;
use super::primitives::public_element;
use super::request::{Request, base64, invalid, refuse};
use super::spec::KeySpec;
use super::{Answer, Kms, rules};
use crate::services::ErrorCode;
use serde_json::{Value, json};

/// The length of a data key pair's private key, in bytes.
const PRIVATE_KEY: usize = 32;

impl Kms {
    /// GetPublicKey: the same in every related key, also while the key is Disabled (KMS-ST-35).
    pub(super) fn get_public_key(&self, request: &Request) -> Answer {
        let key = self.admit_named("GetPublicKey", request, "KeyId", Naming::KeyOrAlias)?;
        let (class, secret, arn) = (self.set(key.set).class, self.secret(key), self.arn(key.set, key.region));
        if secret.is_empty() {
            let message = format!("{arn} is pending import.");
            return Err(refuse(rules::THE_STATE_MUST_FIT, ErrorCode::KMSInvalidStateException, message));
        }
        let mut answer = json!({
            "KeyId": arn,
            "PublicKey": base64(&public_key(class.spec, &secret)),
            "CustomerMasterKeySpec": class.spec.name(),
            "KeySpec": class.spec.name(),
            "KeyUsage": class.usage.name(),
        });
        answer[class.usage.list()] = algorithm_names(class);
        Ok(answer)
    }

    /// GenerateDataKeyPair and GenerateDataKeyPairWithoutPlaintext: the private key comes wrapped, as a data key does.
    pub(super) fn generate_data_key_pair(&self, operation: &'static str, request: &Request) -> Answer {
        let name = request.required("KeyPairSpec")?;
        let spec = KeySpec::named(name).filter(|spec| spec.makes_data_key_pairs());
        let spec = spec.ok_or_else(|| invalid(format!("'{name}' is no KeyPairSpec")))?;
        let context = request.context("EncryptionContext")?;
        let key = self.admit_named(operation, request, "KeyId", Naming::KeyOrAlias)?;
        self.check_partition(spec, key.region)?;
        let set = self.set(key.set);
        let private_key = random_bytes(request.caller.fresh, PRIVATE_KEY);
        let mut answer = json!({
            "PrivateKeyCiphertextBlob": base64(&self.seal(key, &context, &private_key, request)),
            "PublicKey": base64(&public_key(spec, &private_key)),
            "KeyId": self.arn(key.set, key.region),
            "KeyPairSpec": spec.name(),
            "KeyMaterialId": set.material_id(set.material),
        });
        if operation == "GenerateDataKeyPair" {
            answer["PrivateKeyPlaintext"] = Value::String(base64(&private_key));
        }
        Ok(answer)
    }
}

fn head(spec: KeySpec) -> Vec<u8> {
    let mut head = spec.name().as_bytes().to_vec();
    head.push(0);
    head
}

/// The public half of a secret.
fn public_key(spec: KeySpec, secret: &[u8]) -> Vec<u8> {
    let mut bytes = head(spec);
    bytes.extend(public_element(secret).to_be_bytes());
    bytes
}

/// The group element in a public key of that spec.
pub(super) fn element_of(spec: KeySpec, public_key: &[u8]) -> Option<u64> {
    let element = public_key.strip_prefix(head(spec).as_slice())?;
    element.try_into().ok().map(u64::from_be_bytes)
}
