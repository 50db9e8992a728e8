//! Steps that call the AWS Encryption SDK: the keyring decides which KMS calls are made, KMS answers each, now and
//! once, and the step's answer lists them.

use super::Simulation;
use super::commands::{Refused, Taken};
use super::setup::{MessageJob, MessageStep};
use crate::client::envelope::{Call, Instance};
use crate::client::message::{EncryptedDataKey, Message};
use crate::client::{Failure, KeyName, Keyring, classes, rules};
use crate::services::kms::api::OPERATIONS;
use crate::services::{Caller, ErrorCode, Outbox, Params, Service};
use crate::sim::Stream;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use std::sync::Arc;

/// The bytes of a data key, as GenerateDataKey is asked for them.
const DATA_KEY: &str = "32";

/// A step in hand, and the calls that it has made.
struct Session<'a> {
    step: &'a MessageStep,
    fresh: Stream,
    calls: Vec<Value>,
}

impl Simulation {
    /// Takes a step and writes its answer down.
    pub(super) fn take_message(&mut self, step: &MessageStep, name: Option<&str>, location: &str) {
        let fresh = self.fresh(&step.text);
        let mut session = Session { step, fresh, calls: Vec::new() };
        let answer = match &step.job {
            MessageJob::Encrypt(plaintext) => self.encrypt_message(&mut session, plaintext),
            MessageJob::Decrypt(message) => self.decrypt_message(&mut session, message),
        };
        let (refused, mut response) = match answer {
            Ok(response) => (None, response),
            Err(no) => {
                let rule = no.rule.map(|rule| rule.0.id);
                let response = json!({ "Error": no.error, "Rule": rule });
                (Some(no), response)
            }
        };
        response["Calls"] = Value::Array(session.calls);
        let setup = Arc::clone(&self.setup);
        let taken = Taken {
            command: &step.text,
            operation: step.job.name(),
            subject: "",
            region: &setup.world.regions[step.region.index()].name,
            principal: &step.principal,
            save: step.save.as_deref(),
            expect: step.expect.as_ref(),
        };
        self.write_down(&taken, name, location, refused, response);
    }

    /// The generator makes a data key, every other key wraps it too (KMS-ESDK-2, KMS-ESDK-7).
    fn encrypt_message(&mut self, session: &mut Session, plaintext: &str) -> Result<Value, Refused> {
        let step = session.step;
        let keyring = self.filled(&step.keyring)?;
        let instance = self.instance(step, &keyring);
        let mut data_key = String::new();
        let mut data_keys = Vec::new();
        for call in instance.wrap_calls(&self.kms, &self.setup.world.regions)?.into_iter().flatten() {
            let answer = match data_keys.is_empty() {
                true => self.ask_kms(
                    session,
                    "GenerateDataKey",
                    &call,
                    &step.context,
                    ("NumberOfBytes", DATA_KEY),
                ),
                false => self.ask_kms(session, "Encrypt", &call, &step.context, ("Plaintext", &data_key)),
            }?;
            if data_keys.is_empty() {
                data_key = member(&answer, "Plaintext");
            }
            let (key_id, ciphertext) = (member(&answer, "KeyId"), member(&answer, "CiphertextBlob"));
            data_keys.push(EncryptedDataKey { key_id, ciphertext });
        }
        let wrapped: Vec<Value> = data_keys.iter().map(|key| json!({ "KeyId": key.key_id })).collect();
        let message = Message::seal(&bytes(plaintext), &bytes(&data_key), step.context.clone(), data_keys);
        Ok(json!({
            "Message": message.text(),
            "EncryptedDataKeys": wrapped,
            "EncryptionContext": step.context,
        }))
    }

    /// The keyring tries the data keys that it takes until one is unwrapped (KMS-ESDK-3, KMS-ESDK-14).
    fn decrypt_message(&mut self, session: &mut Session, written: &str) -> Result<Value, Refused> {
        let step = session.step;
        let keyring = self.filled(&step.keyring)?;
        let no = |rule| Failure::new(ErrorCode::CannotDecryptDataKeys, rule);
        let message = Message::read(&self.resolve(written)?).ok_or(no(rules::A_MESSAGE_IS_A_MESSAGE))?;
        if !classes::agrees(&step.context, &message.context) {
            return Err(no(rules::CONTEXT_MUST_AGREE).into());
        }
        let arns: Vec<String> = message.data_keys.iter().map(|key| key.key_id.clone()).collect();
        let instance = self.instance(step, &keyring);
        let attempts = instance.unwrap_calls(&arns, &self.kms, &self.setup.world.regions)?;
        let mut failed: Vec<Refused> = Vec::new();
        for (index, calls) in attempts {
            for call in calls {
                let blob = ("CiphertextBlob", message.data_keys[index].ciphertext.as_str());
                match self.ask_kms(session, "Decrypt", &call, &message.context, blob) {
                    Ok(answer) if member(&answer, "KeyId") == call.identifier => {
                        let plaintext = message.open(&bytes(&member(&answer, "Plaintext")));
                        let plaintext = plaintext.ok_or(no(rules::A_MESSAGE_IS_A_MESSAGE))?;
                        return Ok(json!({
                            "Plaintext": BASE64.encode(plaintext),
                            "KeyId": call.identifier,
                            "EncryptionContext": message.context,
                        }));
                    }
                    Ok(_) => failed.push(no(rules::CONFIGURED_KEY_DECRYPTS).into()),
                    Err(refused) => failed.push(refused),
                }
            }
        }
        let errors: Vec<&str> = failed.iter().map(|no| no.error.as_str()).collect();
        Err(Refused {
            error: ErrorCode::CannotDecryptDataKeys.name().to_owned(),
            message: format!("every call failed: {}", errors.join(", ")),
            rule: failed.last().and_then(|no| no.rule),
        })
    }

    fn instance<'a>(&self, step: &'a MessageStep, keyring: &'a Keyring) -> Instance<'a> {
        Instance {
            keyring,
            principal: &step.principal,
            bindings: vec![step.region],
            any_sdk: self.setup.switches.any_sdk_any_region,
        }
    }

    /// One call of KMS, now and once; it is noted with its outcome.
    fn ask_kms(
        &mut self,
        session: &mut Session,
        name: &'static str,
        call: &Call,
        context: &classes::Context,
        (parameter, value): (&'static str, &str),
    ) -> Result<Value, Refused> {
        let answer = self.call_as(session, name, call, context, (parameter, value));
        let outcome = answer.as_ref().map_or_else(|no| no.error.as_str(), |_| "ok");
        let rule = match &answer {
            Ok(_) => Some(call.by),
            Err(no) => no.rule,
        };
        session.calls.push(json!({
            "Operation": name,
            "Region": self.setup.world.regions[call.endpoint.index()].name,
            "KeyId": call.identifier,
            "Outcome": outcome,
            "Rule": rule.map(|rule| rule.0.id),
        }));
        answer
    }

    fn call_as(
        &mut self,
        session: &mut Session,
        name: &'static str,
        call: &Call,
        context: &classes::Context,
        (parameter, value): (&'static str, &str),
    ) -> Result<Value, Refused> {
        let operation = OPERATIONS.iter().find(|operation| operation.name == name);
        let operation = operation.expect("an operation of KMS");
        self.health(operation, call.endpoint, session.step.from, &session.step.principal)?;
        let mut params = Params::default();
        params.0.insert("KeyId", call.identifier.clone());
        params.0.insert("EncryptionContext", json!(context).to_string());
        params.0.insert(parameter, value.to_owned());
        let caller = Caller {
            now: self.kernel.now(),
            region: call.endpoint,
            principal: &session.step.principal,
            reach: self.world.reach(Service::Kms, call.endpoint),
            fresh: session.fresh.next_u128(),
        };
        let mut out = Outbox::default();
        let before = self.recorder.rows();
        let answer = self.kms.call(operation, &params, &caller, &mut out).map_err(Refused::from);
        self.take_kms(&session.step.principal, out);
        self.note_call(operation, &params, &caller, &answer, before);
        answer
    }

    /// A keyring with the references in its literal key names filled in.
    fn filled(&self, keyring: &Keyring) -> Result<Keyring, Refused> {
        let mut keyring = keyring.clone();
        for key in keyring.keys_mut() {
            if let KeyName::Literal(written) = key {
                *written = self.resolve(written)?;
            }
        }
        Ok(keyring)
    }
}

/// A text of an answer of KMS.
fn member(answer: &Value, name: &str) -> String {
    answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The bytes of a base64 text that the scenario reader or KMS has written.
fn bytes(text: &str) -> Vec<u8> {
    BASE64.decode(text).unwrap_or_default()
}
