//! Key IDs, ARNs and aliases: which key a caller means (KMS-ERR-1, KMS-CT-17, KMS-CT-18).

use super::consistency::View;
use super::rules;
use super::state::{KeyRef, KeyState};
use super::{Kms, SetId};
use crate::services::{ErrorCode, Refusal, Remedy};
use crate::world::RegionId;

/// How an operation lets its key be named (KMS-CT-18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// Key ID or key ARN.
    KeyOnly,
    /// Key ID, key ARN, alias name or alias ARN.
    KeyOrAlias,
}

/// The key ID made of 128 random bits (KMS-ID-1).
pub(super) fn key_id(bits: u128, multi_region: bool) -> String {
    let hex = format!("{bits:032x}");
    match multi_region {
        true => format!("mrk-{hex}"),
        false => [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"),
    }
}

/// Random bits as a version 4 UUID has them.
pub(super) fn uuid_bits(fresh: u128) -> u128 {
    fresh & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62
}

/// Whether the text has one of the two forms of KMS-ID-1.
fn is_key_id(text: &str) -> bool {
    let hex = |part: &str, digits| part.len() == digits && part.bytes().all(|b| b.is_ascii_hexdigit());
    if let Some(digits) = text.strip_prefix("mrk-") {
        return hex(digits, 32) && !digits.bytes().any(|b| b.is_ascii_uppercase());
    }
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, digits)| hex(part, digits))
}

impl Kms {
    /// The key that `identifier` names at a Region's endpoint.
    pub(super) fn resolve(
        &self,
        identifier: &str,
        at: RegionId,
        naming: Naming,
        principal: &str,
    ) -> Result<KeyRef, Refusal> {
        self.resolve_in(View::Current, identifier, at, naming, principal)
    }

    /// The key that `identifier` names there in a view.
    pub(super) fn resolve_in(
        &self,
        view: View,
        identifier: &str,
        at: RegionId,
        naming: Naming,
        principal: &str,
    ) -> Result<KeyRef, Refusal> {
        let own = self.account_of(principal);
        let (resource, account) = match identifier.strip_prefix("arn:") {
            Some(rest) => self.local_resource(identifier, rest, at)?,
            None if identifier.starts_with("alias/") => (identifier, own),
            None => return self.resolve_key_id(view, (identifier, identifier), own, at),
        };
        match (resource.strip_prefix("key/"), naming) {
            (Some(id), _) => self.resolve_key_id(view, (id, identifier), account, at),
            (None, Naming::KeyOrAlias) => {
                let set = self.alias_in(view, resource, account, at)?;
                Ok(KeyRef { set, region: at })
            }
            (None, Naming::KeyOnly) => Err(Refusal {
                error: self.config.settings.alias_not_taken_error,
                message: format!("Invalid keyId '{identifier}'"),
                rule: rules::NOT_EVERY_OPERATION_TAKES_AN_ALIAS,
                remedy: Remedy::None,
            }),
        }
    }

    /// What of an ARN follows the account, and the account, if the ARN is of this Region.
    fn local_resource<'a>(
        &self,
        arn: &str,
        rest: &'a str,
        at: RegionId,
    ) -> Result<(&'a str, usize), Refusal> {
        let refuse = |error, message, rule| Err(Refusal { error, message, rule, remedy: Remedy::None });
        let parts: Vec<&str> = rest.splitn(5, ':').collect();
        let [partition, "kms", region, account, resource] = parts[..] else {
            return refuse(
                ErrorCode::InvalidArnException,
                format!("Invalid arn {arn}"),
                rules::AN_ARN_IS_AN_ARN,
            );
        };
        if !resource.starts_with("key/") && !resource.starts_with("alias/") {
            return refuse(
                ErrorCode::InvalidArnException,
                format!("Invalid arn {arn}"),
                rules::AN_ARN_IS_AN_ARN,
            );
        }
        let place = self.place(at);
        if region != place.name || partition != place.partition {
            let message = format!("Invalid arn {region}");
            return refuse(ErrorCode::NotFoundException, message, rules::LOCAL_NAMES_ONLY);
        }
        let Some(account) = self.config.directory.account_named(account) else {
            let message = match resource.starts_with("key/") {
                true => format!("Key '{arn}' does not exist"),
                false => format!("Alias {arn} is not found."),
            };
            return refuse(ErrorCode::NotFoundException, message, rules::THE_KEY_EXISTS_HERE);
        };
        Ok((resource, account))
    }

    fn resolve_key_id(
        &self,
        view: View,
        (id, named): (&str, &str),
        account: usize,
        at: RegionId,
    ) -> Result<KeyRef, Refusal> {
        let by = |rule| {
            move |message, remedy| Err(Refusal { error: ErrorCode::NotFoundException, message, rule, remedy })
        };
        let refuse = by(rules::THE_KEY_EXISTS_HERE);
        if !is_key_id(id) {
            return refuse(format!("Invalid keyId '{named}'"), Remedy::None);
        }
        let message = || format!("Key '{}' does not exist", self.key_arn(id, account, at));
        match self.by_id.get(id).copied() {
            None => refuse(message(), Remedy::None),
            Some(set) if self.set(set).account != account => refuse(message(), Remedy::None),
            Some(set) if !self.set(set).keys.contains_key(&at) => {
                refuse(message(), self.remedy_of_absence(set, at))
            }
            Some(set) if self.state_in(view, KeyRef { set, region: at }).is_none() => {
                by(rules::CHANGES_TAKE_A_WHILE)(message(), Remedy::KeyOperation { deadline: None })
            }
            Some(set) => Ok(KeyRef { set, region: at }),
        }
    }

    /// The set that a local alias names.
    pub(super) fn alias(&self, name: &str, account: usize, at: RegionId) -> Result<SetId, Refusal> {
        self.alias_in(View::Current, name, account, at)
    }

    fn alias_in(&self, view: View, name: &str, account: usize, at: RegionId) -> Result<SetId, Refusal> {
        let current = self.aliases(account, at).get(name).map(|alias| alias.target);
        let seen = match view {
            View::Current => current,
            View::Published => self.published_aliases(account, at).get(name).copied(),
        };
        let (rule, remedy) = match current {
            Some(_) => (rules::CHANGES_TAKE_A_WHILE, Remedy::KeyOperation { deadline: None }),
            None => (rules::ALIASES_ARE_REGIONAL, Remedy::None),
        };
        seen.ok_or_else(|| Refusal {
            error: ErrorCode::NotFoundException,
            message: format!("Alias {} is not found.", self.alias_arn(name, account, at)),
            rule,
            remedy,
        })
    }

    /// Whether ReplicateKey could still bring a key of the set to a Region that has none, and until when: its
    /// primary must exist, and be Enabled or be brought back to that (KMS-DEL-13).
    pub(super) fn remedy_of_absence(&self, set: SetId, at: RegionId) -> Remedy {
        let set = self.set(set);
        let possible = self.place(at).partition == self.place(set.known.primary).partition
            && !self.config.directory.disabled(set.account).has(at);
        match set.primary() {
            Some(primary) if set.multi_region && (possible || self.config.switches.unlimited_replicas) => {
                Remedy::KeyOperation { deadline: primary.deletion.and_then(|deletion| deletion.date) }
            }
            _ => Remedy::None,
        }
    }

    /// Whether an operation on the key itself could mend a refusal by its state, and until when.
    pub(super) fn remedy_of_state(&self, key: KeyRef) -> Remedy {
        let key = self.set(key.set).keys.get(&key.region);
        let deletion = key.filter(|key| key.state == KeyState::PendingDeletion).and_then(|key| key.deletion);
        Remedy::KeyOperation { deadline: deletion.and_then(|deletion| deletion.date) }
    }

    pub(super) fn key_arn(&self, id: &str, account: usize, at: RegionId) -> String {
        self.resource_arn(&format!("key/{id}"), account, at)
    }

    /// `name` begins with `alias/`.
    pub(super) fn alias_arn(&self, name: &str, account: usize, at: RegionId) -> String {
        self.resource_arn(name, account, at)
    }

    fn resource_arn(&self, resource: &str, account: usize, at: RegionId) -> String {
        let place = self.place(at);
        let account = self.config.directory.account_id(account);
        format!("arn:{}:kms:{}:{account}:{resource}", place.partition, place.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_ids_have_two_forms() {
        let bits = uuid_bits(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(key_id(bits, false), "01234567-89ab-4def-8123-456789abcdef");
        assert_eq!(key_id(bits, true), "mrk-0123456789ab4def8123456789abcdef");
        assert!(is_key_id(&key_id(bits, false)) && is_key_id(&key_id(bits, true)));
        let wrong = [
            "",
            "mrk-",
            "mrk-0123456789AB4DEF8123456789ABCDEF",
            "0123456789ab4def8123456789abcdef",
            "é-é-é-é-é",
        ];
        assert!(!wrong.iter().any(|text| is_key_id(text)));
    }
}
