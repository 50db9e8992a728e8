//! Encrypt, Decrypt, ReEncrypt, GenerateDataKey, and the verdicts that clients ask for.
//!
//! A verdict is the very check that the operation begins with.

use super::authorization::Asking;
use super::ciphertext::{self, Ciphertext};
use super::consistency::View;
use super::naming::Naming;
use super::request::{Context, Request, base64, invalid, refuse};
use super::spec::{Algorithm, KeyUsage};
use super::state::KeyRef;
use super::{Answer, Kms, SetId, Wrap, Wrapping, rsa, rules};
use crate::rulebook::RuleRef;
use crate::services::{ErrorCode, Refusal};
use crate::sim::rng::{Draws, fnv1a};
use crate::world::RegionId;
use serde_json::{Value, json};

/// Most bytes of plaintext, of ciphertext, of a data key (KMS-CT-9, KMS-CT-21).
const PLAINTEXT: usize = 4096;
const CIPHERTEXT: usize = 6144;
const DATA_KEY: u64 = 1024;

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
        self.check_algorithm(key, Algorithm::SYMMETRIC_DEFAULT)?;
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
        set.keys.is_empty().then(|| set.taken_by.unwrap_or(rule))
    }

    /// The key that opens a blob by an algorithm. Only a symmetric blob says which key that is, and can be matched with
    /// the one named (KMS-CT-4).
    fn decrypting_key(
        &self,
        operation: &'static str,
        (at, named): (RegionId, Option<&str>),
        algorithm: Algorithm,
        opened: &Opened,
        asking: &Asking,
    ) -> Result<KeyRef, Refusal> {
        let symmetric = algorithm == Algorithm::SYMMETRIC_DEFAULT;
        match named {
            Some(identifier) if !symmetric => {
                self.admit(operation, identifier, at, Naming::KeyOrAlias, asking)
            }
            None if !symmetric && opened.ciphertext.is_none() => {
                let message = "The ciphertext of an asymmetric key does not name it: KeyId is missing.";
                Err(refuse(rules::KEY_ID_IS_OPTIONAL, ErrorCode::ValidationException, message))
            }
            _ => self.unwrapping_key(operation, at, named, opened.by(), asking),
        }
    }

    /// Encrypt: up to 4096 bytes.
    pub(super) fn encrypt(&self, request: &Request) -> Answer {
        let plaintext = request.blob("Plaintext", PLAINTEXT)?;
        let context = request.context("EncryptionContext")?;
        let algorithm = request.algorithm("EncryptionAlgorithm", KeyUsage::ENCRYPT_DECRYPT)?;
        let key = self.admit_with("Encrypt", request, algorithm)?;
        Ok(json!({
            "CiphertextBlob": base64(&self.seal_by(key, algorithm, &context, &plaintext, request)?),
            "KeyId": self.arn(key.set, key.region),
            "EncryptionAlgorithm": algorithm.name(),
        }))
    }

    /// Decrypt: with any related key in the Region called.
    pub(super) fn decrypt(&self, request: &Request) -> Answer {
        let blob = request.blob("CiphertextBlob", CIPHERTEXT)?;
        let context = request.context("EncryptionContext")?;
        let algorithm = request.algorithm("EncryptionAlgorithm", KeyUsage::ENCRYPT_DECRYPT)?;
        let opened = Opened::new(self, &blob);
        let asking = Asking::of_request(request)?;
        let named = (request.caller.region, request.text("KeyId"));
        let key = self.decrypting_key("Decrypt", named, algorithm, &opened, &asking)?;
        self.check_algorithm(key, algorithm)?;
        let (plaintext, material) = self.open_by(key, algorithm, &opened, &context)?;
        let mut answer = json!({
            "KeyId": self.arn(key.set, key.region),
            "Plaintext": base64(&plaintext),
            "EncryptionAlgorithm": algorithm.name(),
        });
        if let Some(material) = material {
            answer["KeyMaterialId"] = Value::String(self.set(key.set).material_id(material));
        }
        Ok(answer)
    }

    /// ReEncrypt: decrypts as Decrypt does and encrypts as Encrypt does, in one Region (KMS-CT-10).
    pub(super) fn re_encrypt(&self, request: &Request) -> Answer {
        let blob = request.blob("CiphertextBlob", CIPHERTEXT)?;
        let from_context = request.context("SourceEncryptionContext")?;
        let to_context = request.context("DestinationEncryptionContext")?;
        let open_by = request.algorithm("SourceEncryptionAlgorithm", KeyUsage::ENCRYPT_DECRYPT)?;
        let seal_by = request.algorithm("DestinationEncryptionAlgorithm", KeyUsage::ENCRYPT_DECRYPT)?;
        let opened = Opened::new(self, &blob);
        let named = (request.caller.region, request.text("SourceKeyId"));
        let asking = Asking::of_request(request)?;
        let reading = asking.asking_for("ReEncryptFrom", &from_context);
        let from = self.decrypting_key("ReEncrypt", named, open_by, &opened, &reading)?;
        let writing = asking.asking_for("ReEncryptTo", &to_context);
        let (at, to) = (request.caller.region, request.required("DestinationKeyId")?);
        let to = self.admit("ReEncrypt", to, at, Naming::KeyOrAlias, &writing)?;
        self.check_algorithm(from, open_by)?;
        self.check_algorithm(to, seal_by)?;
        let (plaintext, material) = self.open_by(from, open_by, &opened, &from_context)?;
        let destination = self.set(to.set);
        let mut answer = json!({
            "CiphertextBlob": base64(&self.seal_by(to, seal_by, &to_context, &plaintext, request)?),
            "SourceKeyId": self.arn(from.set, from.region),
            "KeyId": self.arn(to.set, to.region),
            "SourceEncryptionAlgorithm": open_by.name(),
            "DestinationEncryptionAlgorithm": seal_by.name(),
        });
        if let Some(material) = material {
            answer["SourceKeyMaterialId"] = Value::String(self.set(from.set).material_id(material));
        }
        if destination.class.is_symmetric() {
            answer["DestinationKeyMaterialId"] = Value::String(destination.material_id(destination.material));
        }
        Ok(answer)
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
            "KeyMaterialId": set.material_id(set.material),
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

    /// Encrypts with a symmetric key.
    pub(super) fn seal(
        &self,
        key: KeyRef,
        context: &Context,
        plaintext: &[u8],
        request: &Request,
    ) -> Vec<u8> {
        let set = self.set(key.set);
        ciphertext::seal(set.bits, set.material, context, plaintext, request.caller.fresh)
    }

    /// Encrypts by an algorithm that the key has.
    fn seal_by(
        &self,
        key: KeyRef,
        algorithm: Algorithm,
        context: &Context,
        plaintext: &[u8],
        request: &Request,
    ) -> Result<Vec<u8>, Refusal> {
        if algorithm == Algorithm::SYMMETRIC_DEFAULT {
            return Ok(self.seal(key, context, plaintext, request));
        }
        no_context(context)?;
        let spec = self.set(key.set).class.spec;
        let longest = rsa::longest(spec, algorithm);
        if plaintext.len() > longest {
            let message = format!("{} with {} takes up to {longest} bytes", spec.name(), algorithm.name());
            return Err(refuse(rules::SIZES, ErrorCode::ValidationException, message));
        }
        Ok(rsa::seal(&self.secret(key), (spec, algorithm), plaintext, request.caller.fresh))
    }

    /// Decrypts by an algorithm that the key has: the plaintext and, of symmetric keys, the material version that had
    /// encrypted it.
    fn open_by(
        &self,
        key: KeyRef,
        algorithm: Algorithm,
        opened: &Opened,
        context: &Context,
    ) -> Result<(Vec<u8>, Option<u16>), Refusal> {
        if algorithm == Algorithm::SYMMETRIC_DEFAULT {
            return opened.plaintext(context).map(|(plaintext, material)| (plaintext, Some(material)));
        }
        no_context(context)?;
        let plaintext = rsa::open(&self.secret(key), algorithm, opened.blob).ok_or_else(damaged)?;
        Ok((plaintext, None))
    }
}

/// Asymmetric algorithms know no encryption context.
fn no_context(context: &Context) -> Result<(), Refusal> {
    if context.is_empty() {
        return Ok(());
    }
    let message = "An encryption context is for symmetric encryption keys only.";
    Err(refuse(rules::NO_CONTEXT_WITHOUT_SYMMETRY, ErrorCode::ValidationException, message))
}

/// A blob, and the set whose key it names.
struct Opened<'a> {
    blob: &'a [u8],
    ciphertext: Option<Ciphertext<'a>>,
    by: Option<SetId>,
}

impl<'a> Opened<'a> {
    fn new(kms: &Kms, blob: &'a [u8]) -> Opened<'a> {
        let ciphertext = ciphertext::open(blob);
        let by = ciphertext.as_ref().and_then(|ciphertext| kms.by_bits.get(&ciphertext.key).copied());
        Opened { blob, ciphertext, by }
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
