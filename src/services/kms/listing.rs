//! ListKeys and ListAliases: what the Region called has, and nothing else (KMS-ID-16).

use super::aliases::Alias;
use super::dates::date;
use super::naming::Naming;
use super::request::Request;
use super::{Answer, Kms, SetId};
use serde_json::json;

impl Kms {
    /// ListKeys, in the order of the key IDs.
    pub(super) fn list_keys(&self, request: &Request) -> Answer {
        let at = request.caller.region;
        let here = self.by_id.iter().filter(|(_, set)| self.set(**set).keys.contains_key(&at));
        let entry = |(id, set): (&String, &SetId)| json!({ "KeyId": id, "KeyArn": self.arn(*set, at) });
        Ok(json!({ "Keys": here.map(entry).collect::<Vec<_>>() }))
    }

    /// ListAliases: all of the Region, or one key's.
    pub(super) fn list_aliases(&self, request: &Request) -> Answer {
        let at = request.caller.region;
        let of = match request.text("KeyId") {
            Some(identifier) => Some(self.admit("ListAliases", identifier, at, Naming::KeyOnly)?.set),
            None => None,
        };
        let here =
            self.aliases[at.index()].iter().filter(|(_, alias)| of.is_none_or(|set| set == alias.target));
        let entry = |(name, alias): (&String, &Alias)| {
            json!({
                "AliasName": name,
                "AliasArn": self.alias_arn(name, at),
                "TargetKeyId": self.key_id(alias.target),
                "CreationDate": date(alias.created),
                "LastUpdatedDate": date(alias.updated),
            })
        };
        Ok(json!({ "Aliases": here.map(entry).collect::<Vec<_>>() }))
    }
}
