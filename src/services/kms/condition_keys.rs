//! The condition keys of a request for KMS: what policies can ask about it (KMS-CON-1 to -13).

use super::authorization::{Asking, Subject};
use super::grant;
use super::request::{Context, Request};
use super::{KeyClass, Place};
use crate::services::iam::Principal;
use crate::services::{Params, Refusal, shorthand};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Parameters that are condition keys as they are written.
pub(super) const PARAMETERS: &[(&str, &str)] = &[
    ("ReplicaRegion", "kms:ReplicaRegion"),
    ("PrimaryRegion", "kms:PrimaryRegion"),
    ("RotationPeriodInDays", "kms:RotationPeriodInDays"),
    ("PendingWindowInDays", "kms:ScheduleKeyDeletionPendingWindowInDays"),
    ("GranteePrincipal", "kms:GranteePrincipal"),
    ("RetiringPrincipal", "kms:RetiringPrincipal"),
    ("EncryptionAlgorithm", "kms:EncryptionAlgorithm"),
    ("SigningAlgorithm", "kms:SigningAlgorithm"),
    ("MacAlgorithm", "kms:MacAlgorithm"),
    ("MessageType", "kms:MessageType"),
    ("KeyAgreementAlgorithm", "kms:KeyAgreementAlgorithm"),
    ("KeyPairSpec", "kms:DataKeyPairSpec"),
    ("WrappingAlgorithm", "kms:WrappingAlgorithm"),
    ("WrappingKeySpec", "kms:WrappingKeySpec"),
    ("ExpirationModel", "kms:ExpirationModel"),
    ("ValidTo", "kms:ValidTo"),
];

impl<'a> Asking<'a> {
    /// A call of a client, which states its encryption context.
    pub fn of_client(principal: &'a str, context: &Context) -> Asking<'a> {
        Asking { principal, context: context.clone(), ..Asking::default() }
    }

    /// What stands in a request.
    ///
    /// # Errors
    /// If a parameter that policies look at is malformed.
    pub fn of_request(request: &Request<'a>) -> Result<Asking<'a>, Refusal> {
        let mut asking = Asking {
            principal: request.caller.principal,
            context: request.context("EncryptionContext")?,
            grant_tokens: grant::tokens(request)?,
            tags: tags(request.params),
            ..Asking::default()
        };
        for (parameter, key) in PARAMETERS {
            if let Some(value) = request.text(parameter) {
                asking.keys.push((key, value.to_owned()));
            }
        }
        for operation in request.list("Operations")? {
            asking.keys.push(("kms:GrantOperations", operation));
        }
        for key in request.list("TagKeys")? {
            asking.keys.push(("aws:TagKeys", key));
        }
        if request.text("GranteePrincipal").is_some() {
            asking.keys.push(("kms:GrantIsForAWSResource", "false".to_owned()));
        }
        for (kind, pairs) in constraints(request.params) {
            // What a grant demands of the encryption context is what policies see of it (KMS-CON-5).
            asking.keys.push(("kms:GrantConstraintType", kind));
            asking.context = pairs;
        }
        Ok(asking)
    }

    /// The same request with one more condition key.
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Asking<'a> {
        self.keys.push((key, value.into()));
        self
    }

    /// The same request for another permission than the operation's name, with an encryption context of its own.
    pub fn asking_for(&self, action: &'static str, context: &Context) -> Asking<'a> {
        Asking { action: Some(action), context: context.clone(), ..self.clone() }
    }

    /// A request that makes a key.
    pub fn of_new_key(self, class: KeyClass, role: Option<&'static str>) -> Asking<'a> {
        let asking = self
            .with("kms:MultiRegion", role.is_some().to_string())
            .with("kms:KeySpec", class.spec.name())
            .with("kms:KeyUsage", class.usage.name())
            .with("kms:KeyOrigin", class.origin.name());
        match role {
            Some(role) => asking.with("kms:MultiRegionKeyType", role),
            None => asking,
        }
    }

    /// The same request, if it names its key by an alias.
    pub fn naming(&self, identifier: &str) -> Option<Asking<'a>> {
        let at = if identifier.starts_with("alias/") {
            Some(0)
        } else {
            identifier.find(":alias/").map(|at| at + 1)
        };
        at.map(|at| self.clone().with("kms:RequestAlias", &identifier[at..]))
    }
}

/// A request and what it is about, as one policy sees them.
pub(super) struct Seen<'a> {
    pub place: &'a Place,
    pub principal: &'a Principal<'a>,
    pub asking: &'a Asking<'a>,
    pub subject: Option<&'a Subject<'a>>,
    /// The policy is an IAM policy, which also sees the aliases of the key (KMS-CON-9).
    pub by_iam: bool,
}

impl Seen<'_> {
    /// The values of a condition key, by its name in lower case; none if the request has no such key.
    pub fn key(&self, name: &str) -> Vec<String> {
        if let Some(pair) = name.strip_prefix("kms:encryptioncontext:") {
            return values_of(&self.asking.context, pair);
        }
        if let Some(tag) = name.strip_prefix("aws:requesttag/") {
            return values_of(&self.asking.tags, tag);
        }
        if let Some(tag) = name.strip_prefix("aws:resourcetag/") {
            return self.subject.map_or_else(Vec::new, |subject| values_of(subject.tags, tag));
        }
        match name {
            "kms:encryptioncontextkeys" => self.asking.context.keys().cloned().collect(),
            "kms:calleraccount" => self.principal.key("aws:principalaccount", ""),
            "aws:requestedregion" => vec![self.place.name.clone()],
            "aws:securetransport" => vec!["true".to_owned()],
            // What the scenario says of the caller's requests goes before what the request itself would show.
            _ => match self.principal.key(name, &self.place.partition) {
                values if values.is_empty() => self.of_request(name),
                values => values,
            },
        }
    }

    /// A condition key that the request gives, or the key that it is about.
    fn of_request(&self, name: &str) -> Vec<String> {
        let same = self.asking.keys.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let mut values: Vec<String> = same.map(|(_, value)| value.clone()).collect();
        match name {
            "aws:tagkeys" => values.extend(self.asking.tags.keys().cloned()),
            // Every request has these two. A service that calls for somebody is not somebody itself.
            "aws:principalisawsservice" => values.push("false".to_owned()),
            "aws:viaawsservice" => {
                let through = !self.principal.key("kms:viaservice", "").is_empty();
                values.push(through.to_string());
            }
            _ => {}
        }
        values.extend(self.subject.map_or_else(Vec::new, |subject| self.of_subject(subject, name)));
        values
    }

    /// A condition key that the key itself gives.
    fn of_subject(&self, subject: &Subject, name: &str) -> Vec<String> {
        let one = |value: &str| vec![value.to_owned()];
        match name {
            "kms:multiregion" => one(if subject.role.is_some() { "true" } else { "false" }),
            "kms:multiregionkeytype" => subject.role.map_or_else(Vec::new, one),
            "kms:keyspec" => one(subject.class.spec.name()),
            "kms:keyusage" => one(subject.class.usage.name()),
            "kms:keyorigin" => one(subject.class.origin.name()),
            "aws:resourceaccount" => one(subject.account_id),
            "kms:resourcealiases" if self.by_iam => (subject.aliases)(),
            _ => Vec::new(),
        }
    }
}

/// The values under a name in which case does not matter; `name` is in lower case.
fn values_of(pairs: &BTreeMap<String, String>, name: &str) -> Vec<String> {
    let same = pairs.iter().filter(|(key, _)| key.to_ascii_lowercase() == name);
    same.map(|(_, value)| value.clone()).collect()
}

/// The tags of a request; what is wrong with malformed ones the operation says.
fn tags(params: &Params) -> BTreeMap<String, String> {
    let structures = params.get("Tags").and_then(shorthand::structures).unwrap_or_default();
    let pair = |tag: &Map<String, Value>| {
        let text = |name| tag.get(name).and_then(Value::as_str).map(str::to_owned);
        Some((text("TagKey")?, text("TagValue")?))
    };
    structures.iter().filter_map(pair).collect()
}

/// The constraints of a grant by kind, with their pairs.
fn constraints(params: &Params) -> Vec<(String, Context)> {
    let constraints = params.get("Constraints").and_then(shorthand::structure).unwrap_or_default();
    let pairs = |value: Value| serde_json::from_value(value).ok();
    constraints.into_iter().filter_map(|(kind, value)| Some((kind, pairs(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::Caller;
    use crate::sim::Time;
    use crate::world::{RegionId, RegionSet};

    /// The values of a key in a request for `administrator`, about no key.
    fn value(params: &[(&'static str, &str)], name: &str) -> Vec<String> {
        let params = Params(params.iter().map(|(name, value)| (*name, value.to_string())).collect());
        let reach = RegionSet::default();
        let caller =
            Caller { now: Time::ZERO, region: RegionId(0), principal: "administrator", reach, fresh: 0 };
        let asking = Asking::of_request(&Request { params: &params, caller: &caller }).expect("well formed");
        let directory = crate::services::iam::Directory::of_one_account("111122223333");
        let principal = directory.principal("administrator");
        let place = Place { name: "eu-west-1".to_owned(), partition: "aws".to_owned() };
        let seen =
            Seen { place: &place, principal: &principal, asking: &asking, subject: None, by_iam: true };
        seen.key(name)
    }

    /// KMS-CON-10 and the other keys that stand in requests.
    #[test]
    fn a_request_shows_its_parameters() {
        let grant = [
            ("GranteePrincipal", "arn:aws:iam::111122223333:role/app"),
            ("Operations", "Encrypt Decrypt"),
            ("Constraints", "EncryptionContextSubset={app=shop}"),
        ];
        for (name, values) in [
            ("kms:granteeprincipal", &["arn:aws:iam::111122223333:role/app"][..]),
            ("kms:grantoperations", &["Encrypt", "Decrypt"]),
            ("kms:grantisforawsresource", &["false"]),
            ("kms:grantconstrainttype", &["EncryptionContextSubset"]),
            ("kms:encryptioncontext:app", &["shop"]),
            ("kms:encryptioncontextkeys", &["app"]),
            ("kms:retiringprincipal", &[]),
            ("aws:requestedregion", &["eu-west-1"]),
            ("aws:principalarn", &["arn:aws:iam::111122223333:role/administrator"]),
            ("kms:calleraccount", &["111122223333"]),
        ] {
            assert_eq!(value(&grant, name), values, "{name}");
        }
        assert_eq!(value(&[("RotationPeriodInDays", "90")], "kms:rotationperiodindays"), ["90"]);
        let tags = [("Tags", "TagKey=app,TagValue=shop TagKey=tier,TagValue=1")];
        assert_eq!(value(&tags, "aws:requesttag/app"), ["shop"]);
        assert_eq!(value(&tags, "aws:tagkeys"), ["app", "tier"]);
        assert_eq!(value(&[("TagKeys", "app tier")], "aws:tagkeys"), ["app", "tier"]);
    }
}
