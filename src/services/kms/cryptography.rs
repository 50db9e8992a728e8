//! Encrypt, Decrypt, ReEncrypt, GenerateDataKey, and the verdicts that clients ask for.
//!
//! A verdict is the very check that the operation begins with.

use super::authorization::Asking;
use super::ciphertext::{self, Ciphertext};
use super::consistency::View;
use super::keys::material_id;
use super::naming::Naming;
use super::request::{Context, Request, base64, invalid, refuse};
use super::state::KeyRef;
use super::{Answer, Kms, SetId, Wrap, Wrapping, rules};
use crate::rulebook::RuleRef;
use crate::services::{ErrorCode, Refusal};
use crate::sim::rng::{Draws, fnv1a};
use crate::world::RegionId;
use serde_json::{Value, json};

/// Most bytes of plaintext, of ciphertext, of a data key (KMS-CT-9, KMS-CT-21).
const PLAINTEXT: usize = 4096;
const CIPHERTEXT: usize = 6144;
const DATA_KEY: u64 = 1024;

const SYMMETRIC: &str = "SYMMETRIC_DEFAULT";
/// Algorithms of other key specs.
const ASYMMETRIC: &[&str] = &["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"];

impl Kms {
    /// What wrapping a data key with an identifier at a Region's endpoint answers.
    pub(super) fn wrapping_key(
        &self,
        by: Wrapping,
        at: RegionId,
        identifier: &str,
        asking: &Asking,
    ) -> Result<Wrap, Refusal> {
        let operation = match by {
            Wrapping::GenerateDataKey => "GenerateDataKey",
            Wrapping::Encrypt => "Encrypt",
        };
        let key = self.admit(operation, identifier, at, Naming::KeyOrAlias, asking)?;
        Ok(Wrap { set: key.set, region: key.region, material: self.set(key.set).material })
    }

    /// The key that opens a ciphertext at a Region's endpoint: the one named, if it fits (KMS-CT-5, after its state),
    /// else the one that the ciphertext names. `by` is the set that encrypted, if it is one of ours.
    pub(super) fn unwrapping_key(
        &self,
        operation: &'static str,
        at: RegionId,
        named: Option<&str>,
        by: Result<Option<SetId>, Refusal>,
        asking: &Asking,
    ) -> Result<KeyRef, Refusal> {
        let Some(identifier) = named else {
            let key = self.key_of_ciphertext(by?, at)?;
            self.authorize(operation, key, asking)?;
            self.check_state(operation, key)?;
            return Ok(key);
        };
        let key = self.resolve_in(View::Published, identifier, at, Naming::KeyOrAlias, asking.principal)?;
        let fits = by.and_then(|by| match by == Some(key.set) {
            true => Ok(()),
            false => {
                let message =
                    "The key ID in the request does not identify a CMK that can perform this operation.";
                Err(refuse(rules::THE_NAMED_KEY_FITS, ErrorCode::IncorrectKeyException, message))
            }
        });
        if self.config.settings.match_before_state {
            fits.clone()?;
        }
        self.authorize(operation, key, asking)?;
        self.check_state(operation, key)?;
        fits?;
        self.check_class(operation, key)?;
        Ok(key)
    }

    /// The local key of the set that encrypted; AWS does not tell a missing key from a forbidden one.
    fn key_of_ciphertext(&self, by: Option<SetId>, at: RegionId) -> Result<KeyRef, Refusal> {
        let message = "The ciphertext refers to a customer master key that does not exist, does not exist in this \
                       region, or you are not allowed to access.";
        let denied = |rule| refuse(rule, ErrorCode::AccessDeniedException, message);
        let Some(set) = by else { return Err(denied(rules::NO_RELATED_KEY_HERE)) };
        let key = KeyRef { set, region: at };
        if self.state_in(View::Published, key).is_some() {
            return Ok(key);
        }
        let rule = match (self.loss(set), self.set(set).multi_region) {
            (Some(rule), _) => rule,
            (None, true) => rules::NO_RELATED_KEY_HERE,
            (None, false) => rules::SINGLE_REGION_CIPHERTEXT_STAYS,
        };
        Err(Refusal { remedy: self.remedy_of_absence(set, at), ..denied(rule) })
    }

    /// The rule by which nothing can decrypt what the set encrypted ever again, if so.
    pub(super) fn loss(&self, set: SetId) -> Option<RuleRef> {
        let set = self.set(set);
        let rule =
            if set.multi_region { rules::THE_LAST_KEY_TAKES_THE_DATA } else { rules::LOST_WITH_ITS_KEY };
        set.keys.is_empty().then_some(rule)
    }

    /// Encrypt: up to 4096 bytes.
    pub(super) fn encrypt(&self, request: &Request) -> Answer {
        let plaintext = request.blob("Plaintext", PLAINTEXT)?;
        let context = request.context("EncryptionContext")?;
        let algorithm = Algorithm::of(request, "EncryptionAlgorithm")?;
        let key = self.admit_named("Encrypt", request, "KeyId", Naming::KeyOrAlias)?;
        algorithm.fits()?;
        Ok(json!({
            "CiphertextBlob": base64(&self.seal(key, &context, &plaintext, request)),
            "KeyId": self.arn(key.set, key.region),
            "EncryptionAlgorithm": SYMMETRIC,
        }))
    }

    /// Decrypt: with any related key in the Region called.
    pub(super) fn decrypt(&self, request: &Request) -> Answer {
        let blob = request.blob("CiphertextBlob", CIPHERTEXT)?;
        let context = request.context("EncryptionContext")?;
        let algorithm = Algorithm::of(request, "EncryptionAlgorithm")?;
        let opened = Opened::new(self, &blob);
        let asking = Asking::of_request(request)?;
        let (at, named) = (request.caller.region, request.text("KeyId"));
        let key = self.unwrapping_key("Decrypt", at, named, opened.by(), &asking)?;
        algorithm.fits()?;
        let (plaintext, material) = opened.plaintext(&context)?;
        Ok(json!({
            "KeyId": self.arn(key.set, key.region),
            "Plaintext": base64(&plaintext),
            "EncryptionAlgorithm": SYMMETRIC,
            "KeyMaterialId": material_id(&self.set(key.set).id, material),
        }))
    }

    /// ReEncrypt: decrypts as Decrypt does and encrypts as Encrypt does, in one Region (KMS-CT-10).
    pub(super) fn re_encrypt(&self, request: &Request) -> Answer {
        let blob = request.blob("CiphertextBlob", CIPHERTEXT)?;
        let from_context = request.context("SourceEncryptionContext")?;
        let to_context = request.context("DestinationEncryptionContext")?;
        let algorithms = [
            Algorithm::of(request, "SourceEncryptionAlgorithm")?,
            Algorithm::of(request, "DestinationEncryptionAlgorithm")?,
        ];
        let opened = Opened::new(self, &blob);
        let named = request.text("SourceKeyId");
        let asking = Asking::of_request(request)?;
        let from = self.unwrapping_key("ReEncrypt", request.caller.region, named, opened.by(), &asking)?;
        let to = self.admit_named("ReEncrypt", request, "DestinationKeyId", Naming::KeyOrAlias)?;
        algorithms.iter().try_for_each(Algorithm::fits)?;
        let (plaintext, material) = opened.plaintext(&from_context)?;
        let destination = self.set(to.set);
        Ok(json!({
            "CiphertextBlob": base64(&self.seal(to, &to_context, &plaintext, request)),
            "SourceKeyId": self.arn(from.set, from.region),
            "KeyId": self.arn(to.set, to.region),
            "SourceEncryptionAlgorithm": SYMMETRIC,
            "DestinationEncryptionAlgorithm": SYMMETRIC,
            "SourceKeyMaterialId": material_id(&self.set(from.set).id, material),
            "DestinationKeyMaterialId": material_id(&destination.id, destination.material),
        }))
    }

    /// GenerateDataKey and GenerateDataKeyWithoutPlaintext: a data key and its wrapped copy (KMS-CT-12).
    pub(super) fn generate_data_key(&self, operation: &'static str, request: &Request) -> Answer {
        let length = data_key_length(request)?;
        let context = request.context("EncryptionContext")?;
        let key = self.admit_named(operation, request, "KeyId", Naming::KeyOrAlias)?;
        let data_key = random_bytes(request.caller.fresh, length);
        let set = self.set(key.set);
        let mut answer = json!({
            "CiphertextBlob": base64(&self.seal(key, &context, &data_key, request)),
            "KeyId": self.arn(key.set, key.region),
            "KeyMaterialId": material_id(&set.id, set.material),
        });
        if operation == "GenerateDataKey" {
            answer["Plaintext"] = Value::String(base64(&data_key));
        }
        Ok(answer)
    }

    /// GenerateRandom: 1 to 1024 bytes, of no key.
    pub(super) fn generate_random(&self, request: &Request) -> Answer {
        let length = match request.integer("NumberOfBytes")? {
            Some(n @ 1..=DATA_KEY) => n as usize,
            _ => return Err(invalid(format!("NumberOfBytes must be 1 to {DATA_KEY}"))),
        };
        let asking = Asking::of_request(request)?;
        self.authorize_without_key("GenerateRandom", request.caller.region, &asking)?;
        Ok(json!({ "Plaintext": base64(&random_bytes(request.caller.fresh, length)) }))
    }

    fn seal(&self, key: KeyRef, context: &Context, plaintext: &[u8], request: &Request) -> Vec<u8> {
        let set = self.set(key.set);
        ciphertext::seal(set.bits, set.material, context, plaintext, request.caller.fresh)
    }
}

/// A blob, and the set whose key it names.
struct Opened<'a> {
    ciphertext: Option<Ciphertext<'a>>,
    by: Option<SetId>,
}

impl<'a> Opened<'a> {
    fn new(kms: &Kms, blob: &'a [u8]) -> Opened<'a> {
        let ciphertext = ciphertext::open(blob);
        let by = ciphertext.as_ref().and_then(|ciphertext| kms.by_bits.get(&ciphertext.key).copied());
        Opened { ciphertext, by }
    }

    /// The set that encrypted, if it is one of ours; a refusal if the blob does not say.
    fn by(&self) -> Result<Option<SetId>, Refusal> {
        if self.ciphertext.is_some() { Ok(self.by) } else { Err(damaged()) }
    }

    /// The plaintext and the version of the material that encrypted it.
    fn plaintext(&self, context: &Context) -> Result<(Vec<u8>, u16), Refusal> {
        let ciphertext = self.ciphertext.as_ref().ok_or_else(damaged)?;
        let plaintext = ciphertext.plaintext(context).ok_or_else(damaged)?;
        Ok((plaintext, ciphertext.material))
    }
}

/// Bytes that a call's own random bits make.
pub(super) fn random_bytes(fresh: u128, length: usize) -> Vec<u8> {
    let words = Draws(fnv1a(&fresh.to_be_bytes()));
    (0..).flat_map(|i| words.at(0, i).to_be_bytes()).take(length).collect()
}

/// The service's own message is empty.
fn damaged() -> Refusal {
    refuse(rules::CONTEXT_AND_BLOB_ARE_INTACT, ErrorCode::InvalidCiphertextException, "")
}

/// An encryption algorithm as asked for: its name is checked with the shape, its fitness once the key is known.
struct Algorithm(&'static str);

impl Algorithm {
    fn of(request: &Request, name: &str) -> Result<Algorithm, Refusal> {
        let Some(text) = request.text(name) else { return Ok(Algorithm(SYMMETRIC)) };
        let known = std::iter::once(&SYMMETRIC).chain(ASYMMETRIC).find(|known| **known == text);
        known.map(|known| Algorithm(known)).ok_or_else(|| invalid(format!("'{text}' is no {name}")))
    }

    fn fits(&self) -> Result<(), Refusal> {
        if self.0 == SYMMETRIC {
            return Ok(());
        }
        let message = format!("Algorithm {} is incompatible with key spec SYMMETRIC_DEFAULT.", self.0);
        Err(refuse(rules::THE_USAGE_MUST_FIT, ErrorCode::InvalidKeyUsageException, message))
    }
}

/// The length of the data key asked for, in bytes.
fn data_key_length(request: &Request) -> Result<usize, Refusal> {
    match (request.text("KeySpec"), request.integer("NumberOfBytes")?) {
        (Some("AES_128"), None) => Ok(16),
        (Some("AES_256"), None) => Ok(32),
        (None, Some(n @ 1..=DATA_KEY)) => Ok(n as usize),
        _ => {
            let message = "Please specify either number of bytes (1 to 1024) or key spec (AES_128, AES_256).";
            Err(refuse(rules::DATA_KEY_SIZE, ErrorCode::ValidationException, message))
        }
    }
}
