//! CreateAlias, UpdateAlias, DeleteAlias: names of keys, each in its own Region (KMS-ID-4).

use super::authorization::Asking;
use super::naming::Naming;
use super::request::{Request, invalid, refuse};
use super::state::KeyRef;
use super::{Answer, Kms, KmsEvent, SetId, rules};
use crate::services::{ErrorCode, Note, Outbox, Refusal};
use crate::sim::Time;
use serde_json::json;

/// The most aliases of one key (KMS-QUO-21).
const MOST: usize = 50;
/// The longest alias name, `alias/` included (botocore 1.44.5 KMS service model, AliasNameType).
const LONGEST: usize = 256;

/// An alias of one Region. Its target is the set's key in that Region.
#[derive(Clone, Debug)]
pub(super) struct Alias {
    pub target: SetId,
    pub created: Time,
    pub updated: Time,
}

impl Kms {
    /// CreateAlias: a new name for a key of the Region called.
    pub(super) fn create_alias(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let name = alias_name(request)?;
        self.authorize_alias("CreateAlias", name, request.caller.region, &Asking::of_request(request)?)?;
        let key = self.admit_named("CreateAlias", request, "TargetKeyId", Naming::KeyOnly)?;
        let account = self.set(key.set).account;
        if self.aliases(account, key.region).contains_key(name) {
            let message = format!(
                "An alias with the name {} already exists",
                self.alias_arn(name, account, key.region)
            );
            return Err(refuse(rules::ALIAS_IS_NEW, ErrorCode::AlreadyExistsException, message));
        }
        self.check_room(key)?;
        let now = request.caller.now;
        self.labels_change(key, now, out);
        self.point(name, key, Alias { target: key.set, created: now, updated: now }, "CreateAlias", out);
        Ok(json!({}))
    }

    /// UpdateAlias: the name moves to another key of the same Region.
    pub(super) fn update_alias(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let name = alias_name(request)?;
        let region = request.caller.region;
        let account = self.account_of(request.caller.principal);
        let old = KeyRef { set: self.alias(name, account, region)?, region };
        let asking = Asking::of_request(request)?;
        self.authorize_alias("UpdateAlias", name, region, &asking)?;
        self.authorize("UpdateAlias", old, &asking)?;
        let key = self.admit_named("UpdateAlias", request, "TargetKeyId", Naming::KeyOnly)?;
        let now = request.caller.now;
        let Some(alias) = self.aliases(account, region).get(name) else { return Ok(json!({})) };
        let moved = Alias { target: key.set, updated: now, ..alias.clone() };
        if alias.target != key.set {
            let left = KeyRef { set: alias.target, region };
            self.check_room(key)?;
            self.labels_change(left, now, out);
            self.labels_change(key, now, out);
        }
        self.point(name, key, moved, "UpdateAlias", out);
        Ok(json!({}))
    }

    /// DeleteAlias: whatever the state of its key.
    pub(super) fn delete_alias(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let name = alias_name(request)?;
        let region = request.caller.region;
        let account = self.account_of(request.caller.principal);
        let target = KeyRef { set: self.alias(name, account, region)?, region };
        let asking = Asking::of_request(request)?;
        self.authorize_alias("DeleteAlias", name, region, &asking)?;
        self.authorize("DeleteAlias", target, &asking)?;
        self.check_state("DeleteAlias", target)?;
        self.labels_change(target, request.caller.now, out);
        self.aliases_mut(account, region).remove(name);
        self.epoch += 1;
        let outcome = "deleted".to_owned();
        out.note(self.note_of_alias(name, target, "DeleteAlias", outcome));
        Ok(json!({}))
    }

    /// A key has at most 50 aliases.
    fn check_room(&self, key: KeyRef) -> Result<(), Refusal> {
        let aliases = self.aliases(self.set(key.set).account, key.region);
        let taken = aliases.values().filter(|alias| alias.target == key.set).count();
        match taken < MOST {
            true => Ok(()),
            false => {
                let message = format!("{} has {MOST} aliases already", self.arn(key.set, key.region));
                Err(refuse(rules::FIFTY_ALIASES, ErrorCode::LimitExceededException, message))
            }
        }
    }

    fn point(
        &mut self,
        name: &str,
        key: KeyRef,
        alias: Alias,
        operation: &'static str,
        out: &mut Outbox<KmsEvent>,
    ) {
        self.aliases_mut(self.set(key.set).account, key.region).insert(name.to_owned(), alias);
        self.epoch += 1;
        let outcome = format!("names {}", self.key_id(key.set));
        out.note(self.note_of_alias(name, key, operation, outcome));
    }

    fn note_of_alias(&self, name: &str, key: KeyRef, operation: &'static str, outcome: String) -> Note {
        Note {
            target: self.alias_arn(name, self.set(key.set).account, key.region),
            outcome,
            ..self.note_of(key, operation, "", rules::ALIASES_ARE_REGIONAL)
        }
    }
}

/// `alias/` and letters, digits, slashes, underscores and dashes (KMS-ID-3).
fn alias_name<'a>(request: &Request<'a>) -> Result<&'a str, Refusal> {
    let name = request.required("AliasName")?;
    let Some(rest) = name.strip_prefix("alias/").filter(|rest| !rest.is_empty()) else {
        return Err(invalid("Alias must start with the prefix \"alias/\""));
    };
    if name.len() > LONGEST {
        return Err(invalid(format!("AliasName is longer than {LONGEST} characters")));
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-');
    if rest.starts_with("aws/") || !rest.bytes().all(allowed) {
        let message = format!("Alias name {name} is not allowed");
        return Err(refuse(rules::ALIAS_NAMES, ErrorCode::InvalidAliasNameException, message));
    }
    Ok(name)
}
