//! ListKeys and ListAliases: what the Region called has, and nothing else (KMS-ID-16).

use super::aliases::Alias;
use super::authorization::Asking;
use super::dates::date;
use super::naming::Naming;
use super::request::Request;
use super::{Answer, Kms, SetId};
use serde_json::json;

impl Kms {
    /// ListKeys, in the order of the key IDs.
    pub(super) fn list_keys(&self, request: &Request) -> Answer {
        let at = request.caller.region;
        self.authorize_without_key("ListKeys", at, &Asking::of_request(request)?)?;
        let account = self.account_of(request.caller.principal);
        let ours = |set: SetId| self.set(set).account == account && self.set(set).keys.contains_key(&at);
        let here = self.by_id.iter().filter(|(_, set)| ours(**set));
        let entry = |(id, set): (&String, &SetId)| json!({ "KeyId": id, "KeyArn": self.arn(*set, at) });
        Ok(json!({ "Keys": here.map(entry).collect::<Vec<_>>() }))
    }

    /// ListAliases: all of the Region, or one key's.
    pub(super) fn list_aliases(&self, request: &Request) -> Answer {
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
        Ok(json!({ "Aliases": here.map(entry).collect::<Vec<_>>() }))
    }

    /// GetKeyLastUsage.
    pub(super) fn get_key_last_usage(&self, _request: &Request) -> Answer {
        Err(super::request::not_modelled("not built".to_owned()))
    }
}
