//! ListKeys and ListAliases, which show what the Region called has and nothing else (KMS-ID-16), and GetKeyLastUsage.

use super::aliases::Alias;
use super::authorization::Asking;
use super::naming::Naming;
use super::paging::{self, Page};
use super::request::Request;
use super::state::{KeyRef, KeyState};
use super::{Answer, Kms, SetId, matrix};
use crate::services::Caller;
use crate::services::dates::date;
use serde_json::{Value, json};

impl Kms {
    /// ListKeys, in the order of the key IDs.
    pub(super) fn list_keys(&self, request: &Request) -> Answer {
        let page = Page::of(request, "Keys", paging::LONG)?;
        let at = request.caller.region;
        self.authorize_without_key("ListKeys", at, &Asking::of_request(request)?)?;
        let account = self.account_of(request.caller.principal);
        let ours = |set: SetId| self.set(set).account == account && self.set(set).keys.contains_key(&at);
        let here = self.by_id.iter().filter(|(_, set)| ours(**set));
        let entry = |(id, set): (&String, &SetId)| json!({ "KeyId": id, "KeyArn": self.arn(*set, at) });
        page.answer(here.map(entry))
    }

    /// ListAliases: all of the Region, or one key's.
    pub(super) fn list_aliases(&self, request: &Request) -> Answer {
        let page = Page::of(request, "Aliases", paging::MEDIUM)?;
        let at = request.caller.region;
        let account = self.account_of(request.caller.principal);
        self.authorize_without_key("ListAliases", at, &Asking::of_request(request)?)?;
        let of = match request.text("KeyId") {
            Some(key) => Some(self.resolve(key, at, Naming::KeyOnly, request.caller.principal)?.set),
            None => None,
        };
        let here =
            self.aliases(account, at).iter().filter(|(_, alias)| of.is_none_or(|set| set == alias.target));
        let entry = |(name, alias): (&String, &Alias)| {
            json!({
                "AliasName": name,
                "AliasArn": self.alias_arn(name, account, at),
                "TargetKeyId": self.key_id(alias.target),
                "CreationDate": date(alias.created),
                "LastUpdatedDate": date(alias.updated),
            })
        };
        page.answer(here.map(entry))
    }

    /// GetKeyLastUsage: of this key, not of its set. Nothing is known of the time before the run, so tracking starts
    /// with the key. The IDs of the event and of the request are left out.
    pub(super) fn get_key_last_usage(&self, request: &Request) -> Answer {
        let at = self.admit_named("GetKeyLastUsage", request, "KeyId", Naming::KeyOnly)?;
        let set = self.set(at.set);
        let Some(key) = set.keys.get(&at.region) else { return Ok(json!({})) };
        let last = key.last_use.map_or_else(
            || json!({}),
            |(time, operation)| json!({ "Operation": operation, "Timestamp": date(time) }),
        );
        Ok(json!({
            "KeyId": set.id,
            "KeyLastUsage": last,
            "TrackingStartDate": date(key.created),
            "KeyCreationDate": date(key.created),
        }))
    }

    /// Remembers a cryptographic operation that succeeded with the keys that its answer names. No verdict depends on
    /// it.
    pub(super) fn note_use(&mut self, operation: &'static str, answer: &Value, caller: &Caller) {
        let row = matrix::cell(operation, KeyState::Enabled);
        if operation == "GetPublicKey" || row.is_none_or(|row| row.group != "crypto") {
            return;
        }
        for name in ["KeyId", "SourceKeyId"] {
            let id = answer[name].as_str().and_then(|arn| arn.rsplit('/').next());
            let Some(set) = id.and_then(|id| self.by_id.get(id)).copied() else { continue };
            if let Some(key) = self.key_mut(KeyRef { set, region: caller.region }) {
                key.last_use = Some((caller.now, operation));
            }
        }
    }
}
