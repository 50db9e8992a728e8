//! Imported key material: GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial, and expiry.
//!
//! Wrapping is not modelled: what is called the encrypted key material is the bytes themselves.

use super::material::{Holding, SYMMETRIC_BYTES};
use super::naming::Naming;
use super::request::{Request, base64, invalid, refuse};
use super::state::{Key, KeyRef, KeyState, Set};
use super::{Answer, Kms, KmsEvent, rules};
use crate::services::dates::{date, parse};
use crate::services::{ErrorCode, Outbox, Refusal};
use crate::sim::rng::fnv1a;
use crate::sim::{Span, Time};
use serde_json::{Value, json};

/// How long an import token lasts (KMS-IMP-3).
const TOKEN_LASTS: Span = Span::DAY;
/// How far ahead expiry may be (KMS-IMP-5).
const LONGEST: Span = Span::days(365);
/// Most bytes of a token, and of key material (botocore 1.44.5 KMS service model, CiphertextType).
const BLOB: usize = 6144;
/// The longest description (botocore 1.44.5 KMS service model, KeyMaterialDescriptionType).
const DESCRIPTION: usize = 256;
/// botocore 1.44.5 KMS service model, AlgorithmSpec and WrappingKeySpec.
const WRAPPING: [&[&str]; 2] = [
    &[
        "RSAES_PKCS1_V1_5",
        "RSAES_OAEP_SHA_1",
        "RSAES_OAEP_SHA_256",
        "RSA_AES_KEY_WRAP_SHA_1",
        "RSA_AES_KEY_WRAP_SHA_256",
        "SM2PKE",
    ],
    &["RSA_2048", "RSA_3072", "RSA_4096", "SM2"],
];

/// What ImportKeyMaterial asks for.
struct Import<'a> {
    bytes: Vec<u8>,
    token: Vec<u8>,
    expires: Option<Time>,
    /// ImportType, if given: NEW_KEY_MATERIAL?
    new: Option<bool>,
    id: Option<&'a str>,
    description: Option<&'a str>,
}

impl Kms {
    /// GetParametersForImport: a token for this very key, for a day.
    pub(super) fn get_parameters_for_import(&self, request: &Request) -> Answer {
        for (name, known) in ["WrappingAlgorithm", "WrappingKeySpec"].into_iter().zip(WRAPPING) {
            let text = request.required(name)?;
            if !known.contains(&text) {
                return Err(invalid(format!("'{text}' is no {name}")));
            }
        }
        let key = self.admit_named("GetParametersForImport", request, "KeyId", Naming::KeyOnly)?;
        let (arn, now) = (self.arn(key.set, key.region), request.caller.now);
        Ok(json!({
            "KeyId": arn,
            "ImportToken": base64(&token(&arn, now)),
            "PublicKey": base64(&super::cryptography::random_bytes(request.caller.fresh, 256)),
            "ParametersValidTo": date(now + TOKEN_LASTS),
        }))
    }

    /// ImportKeyMaterial: bytes that the key does not have, or has for a while only.
    pub(super) fn import_key_material(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let import = Import::of(request)?;
        let key = self.admit_named("ImportKeyMaterial", request, "KeyId", Naming::KeyOnly)?;
        let now = request.caller.now;
        self.check_token(key, &import.token, now)?;
        import.check_class(self.set(key.set))?;
        let version = self.version_to_import(key, &import)?;
        self.hold(key, version, &import, now, out);
        let set = self.set(key.set);
        let mut answer = json!({ "KeyId": self.arn(key.set, key.region) });
        if set.class.is_symmetric() {
            answer["KeyMaterialId"] = json!(set.material_id(version));
        }
        Ok(answer)
    }

    /// The token must come from GetParametersForImport of this very key, at most a day ago.
    fn check_token(&self, key: KeyRef, token: &[u8], now: Time) -> Result<(), Refusal> {
        match issued(token, &self.arn(key.set, key.region)) {
            Some(issued) if issued + TOKEN_LASTS >= now => Ok(()),
            Some(_) => {
                let error = ErrorCode::ExpiredImportTokenException;
                Err(refuse(rules::A_TOKEN_LASTS_A_DAY, error, "The import token has expired."))
            }
            None => {
                let error = ErrorCode::InvalidImportTokenException;
                Err(refuse(rules::THE_TOKEN_IS_THIS_KEYS, error, "The import token is not for this key."))
            }
        }
    }

    /// The version that the bytes are, or become.
    fn version_to_import(&mut self, key: KeyRef, import: &Import) -> Result<u16, Refusal> {
        let incorrect = |rule| {
            let message = "The key material is not the one that is expected.";
            Err(refuse(rule, ErrorCode::IncorrectKeyMaterialException, message))
        };
        let set = self.set(key.set);
        let first = set.materials.is_empty();
        let replica = set.multi_region && !set.is_primary(key.region);
        let known = set.materials.iter().position(|material| material.bytes == import.bytes);
        match (import.new.unwrap_or(first), known) {
            (true, _) if replica => {
                let error = self.config.settings.import_new_in_replica_error;
                let message = "New key material is imported into the primary key first.";
                Err(refuse(rules::NEW_MATERIAL_AT_THE_PRIMARY, error, message))
            }
            (true, _) if import.id.is_some() => Err(new_has_no_id()),
            (true, Some(_)) => incorrect(rules::NEW_IS_NEW),
            (true, None) => {
                self.check_nothing_waits(key, import)?;
                Ok(self.set_mut(key.set).add_material(import.bytes.clone()))
            }
            (false, None) if !set.class.is_symmetric() => incorrect(rules::ONE_MATERIAL_FOR_LIFE),
            (false, None) if replica => incorrect(rules::THE_SAME_BYTES_EVERYWHERE),
            (false, None) => incorrect(rules::NEW_IS_NEW),
            (false, Some(version)) => {
                match import.id.is_none_or(|id| set.material_id(version as u16) == id) {
                    true => Ok(version as u16),
                    false => incorrect(rules::NEW_IS_NEW),
                }
            }
        }
    }

    /// One new material waits for rotation at a time.
    fn check_nothing_waits(&self, key: KeyRef, import: &Import) -> Result<(), Refusal> {
        let set = self.set(key.set);
        let Some(waiting) = set.pending() else { return Ok(()) };
        let message = format!(
            "{} cannot take key material {} while {} is pending rotation.",
            self.arn(key.set, key.region),
            set.material_id_of(&import.bytes),
            set.material_id(waiting)
        );
        Err(refuse(rules::ONE_MATERIAL_WAITS, ErrorCode::KMSInvalidStateException, message))
    }

    /// The key has the material from now on. With the last one that it lacked it is Enabled (KMS-ST-13).
    fn hold(&mut self, at: KeyRef, version: u16, import: &Import, now: Time, out: &mut Outbox<KmsEvent>) {
        let set = self.set_mut(at.set);
        if let (Some(text), Some(material)) =
            (import.description, set.materials.get_mut(usize::from(version)))
        {
            material.description = text.to_owned();
        }
        if let Some(key) = set.keys.get_mut(&at.region) {
            key.held.insert(version, Holding { expires: import.expires });
        }
        if let Some(expires) = import.expires {
            out.timer(expires, at.region, KmsEvent::MaterialExpires { set: at.set, version });
        }
        let waits = self.set(at.set).pending() == Some(version);
        let rule = if waits { rules::NEW_MATERIAL_WAITS } else { rules::COMPLETE_MATERIAL_ENABLES };
        let enables = self.config.settings.import_enables_disabled;
        match self.state_of(at) {
            Some(KeyState::PendingImport) if !self.is_incomplete(at) => {
                self.enter(at, KeyState::Enabled, "ImportKeyMaterial", rule, String::new(), out);
            }
            Some(KeyState::Disabled) if enables && !self.is_incomplete(at) => {
                self.enter(at, KeyState::Enabled, "ImportKeyMaterial", rule, String::new(), out);
            }
            _ => {
                out.note(self.note_of(at, "ImportKeyMaterial", "imported", rule));
                self.material_held(at, now, out);
            }
        }
    }

    /// DeleteImportedKeyMaterial: of the current material unless another is named.
    pub(super) fn delete_imported_key_material(
        &mut self,
        request: &Request,
        out: &mut Outbox<KmsEvent>,
    ) -> Answer {
        let key = self.admit_named("DeleteImportedKeyMaterial", request, "KeyId", Naming::KeyOnly)?;
        let set = self.set(key.set);
        let named = |id: &str| (0..set.versions()).find(|version| set.material_id(*version) == id);
        let version = match request.text("KeyMaterialId") {
            None => set.current(),
            Some(id) => Some(named(id).ok_or_else(|| {
                let message = format!("Key material '{id}' does not exist");
                refuse(rules::THE_CURRENT_MATERIAL_GOES, ErrorCode::NotFoundException, message)
            })?),
        };
        let mut answer = json!({ "KeyId": self.arn(key.set, key.region) });
        let Some(version) = version else { return Ok(answer) };
        if set.class.is_symmetric() {
            answer["KeyMaterialId"] = json!(set.material_id(version));
        }
        let held = set.keys.get(&key.region).filter(|key| key.held.contains_key(&version));
        let rule = match held.map(|key| key.state) {
            Some(KeyState::PendingDeletion | KeyState::PendingReplicaDeletion) => {
                rules::DOOMED_KEYS_STAY_DOOMED
            }
            Some(_) => rules::WITHOUT_MATERIAL_PENDING_IMPORT,
            None => return Ok(answer),
        };
        self.drop_material(key, version, ("DeleteImportedKeyMaterial", rule), out);
        Ok(answer)
    }

    /// Imported material expires, if this is still its date.
    pub(super) fn material_expires(
        &mut self,
        at: KeyRef,
        version: u16,
        now: Time,
        out: &mut Outbox<KmsEvent>,
    ) {
        let key = self.set(at.set).keys.get(&at.region);
        let expires = key.and_then(|key| key.held.get(&version)).and_then(|held| held.expires);
        if expires.is_some_and(|expires| expires <= now) {
            let rule = rules::MISSING_MATERIAL_STOPS_ONE_KEY;
            self.drop_material(at, version, ("DeleteExpiredKeyMaterial", rule), out);
        }
    }

    /// What ListKeyRotations adds for imported material.
    pub(super) fn describe_import(&self, entry: &mut Value, set: &Set, key: &Key, version: u16) {
        let imported = key.held.contains_key(&version);
        entry["ImportState"] = json!(if imported { "IMPORTED" } else { "PENDING_IMPORT" });
        let description =
            set.materials.get(usize::from(version)).map_or("", |material| &material.description);
        if !description.is_empty() {
            entry["KeyMaterialDescription"] = json!(description);
        }
        self.describe_expiry(entry, key, version);
    }

    /// ExpirationModel and ValidTo of material that is there (KMS-ID-8).
    pub(super) fn describe_expiry(&self, shown: &mut Value, key: &Key, version: u16) {
        let Some(held) = key.held.get(&version) else { return };
        shown["ExpirationModel"] = json!(match held.expires {
            Some(_) => "KEY_MATERIAL_EXPIRES",
            None => "KEY_MATERIAL_DOES_NOT_EXPIRE",
        });
        if let Some(expires) = held.expires {
            shown["ValidTo"] = json!(date(expires));
        }
    }
}

impl<'a> Import<'a> {
    fn of(request: &Request<'a>) -> Result<Import<'a>, Refusal> {
        let new = match request.text("ImportType") {
            None => None,
            Some("NEW_KEY_MATERIAL") => Some(true),
            Some("EXISTING_KEY_MATERIAL") => Some(false),
            Some(text) => return Err(invalid(format!("'{text}' is no ImportType"))),
        };
        let (id, description) = (request.text("KeyMaterialId"), request.text("KeyMaterialDescription"));
        if new == Some(true) && id.is_some() {
            return Err(new_has_no_id());
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || ":/_.-".contains(c);
        if description
            .is_some_and(|text| !(1..=DESCRIPTION).contains(&text.len()) || !text.chars().all(plain))
        {
            let message =
                format!("KeyMaterialDescription must be 1 to {DESCRIPTION} letters, digits, spaces or :/_.-");
            return Err(invalid(message));
        }
        Ok(Import {
            bytes: request.blob("EncryptedKeyMaterial", BLOB)?,
            token: request.blob("ImportToken", BLOB)?,
            expires: expiry(request)?,
            new,
            id,
            description,
        })
    }

    /// What depends on the key's class: symmetric material has 256 bits, and only it has IDs and comes anew.
    fn check_class(&self, set: &Set) -> Result<(), Refusal> {
        let symmetric = set.class.is_symmetric();
        if symmetric && self.bytes.len() != SYMMETRIC_BYTES {
            let message = format!("Symmetric key material has {SYMMETRIC_BYTES} bytes.");
            let error = ErrorCode::IncorrectKeyMaterialException;
            return Err(refuse(rules::MATERIAL_AS_EXPECTED, error, message));
        }
        if !symmetric && (self.new.is_some() || self.id.is_some() || self.description.is_some()) {
            let message =
                "ImportType, KeyMaterialId and KeyMaterialDescription are for symmetric encryption keys.";
            return Err(refuse(rules::NEW_THEN_EXISTING, ErrorCode::ValidationException, message));
        }
        Ok(())
    }
}

/// What is new to the key, by ImportType or by default, has no ID yet (KMS-IMP-13).
fn new_has_no_id() -> Refusal {
    let message = "KeyMaterialId cannot be given with ImportType NEW_KEY_MATERIAL.";
    refuse(rules::NEW_THEN_EXISTING, ErrorCode::ValidationException, message)
}

/// When the material is to expire: never, or within a year.
fn expiry(request: &Request) -> Result<Option<Time>, Refusal> {
    let refuse =
        |message: &str| Err(refuse(rules::EXPIRY_IS_EACH_KEYS, ErrorCode::ValidationException, message));
    let now = request.caller.now;
    match (request.text("ExpirationModel").unwrap_or("KEY_MATERIAL_EXPIRES"), request.text("ValidTo")) {
        ("KEY_MATERIAL_DOES_NOT_EXPIRE", None) => Ok(None),
        ("KEY_MATERIAL_DOES_NOT_EXPIRE", Some(_)) => {
            refuse("A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE")
        }
        ("KEY_MATERIAL_EXPIRES", None) => {
            refuse("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES")
        }
        ("KEY_MATERIAL_EXPIRES", Some(text)) => match parse(text) {
            Some(date) if now < date && date <= now + LONGEST => Ok(Some(date)),
            Some(_) => refuse("ValidTo must be in the future and within 365 days"),
            None => Err(invalid(format!("ValidTo must be a date: '{text}'"))),
        },
        (text, _) => Err(invalid(format!("'{text}' is no ExpirationModel"))),
    }
}

/// A token says for which key, and when, it was issued.
fn token(arn: &str, issued: Time) -> Vec<u8> {
    let text = format!("import {arn} {}", issued.0);
    format!("{text} {:016x}", fnv1a(text.as_bytes())).into_bytes()
}

/// When a token for the key was issued, if it is one.
fn issued(token: &[u8], arn: &str) -> Option<Time> {
    let (text, check) = std::str::from_utf8(token).ok()?.rsplit_once(' ')?;
    let issued = text.strip_prefix("import ")?.strip_prefix(arn)?.strip_prefix(' ')?;
    let genuine = check == format!("{:016x}", fnv1a(text.as_bytes()));
    issued.parse().ok().filter(|_| genuine).map(Time)
}
