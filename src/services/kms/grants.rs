//! CreateGrant, RetireGrant, RevokeGrant, ListGrants: permissions on one key in one Region.
//!
//! A grant holds, and stops to hold, a while after the call (KMS-EC-2); its token works at once.

use super::authorization::Asking;
use super::grant::{self, Grant, Terms, Token};
use super::naming::Naming;
use super::paging::{self, Page};
use super::request::{Request, invalid, refuse};
use super::state::KeyRef;
use super::{Answer, Kms, KmsEvent, rules};
use crate::services::{ErrorCode, Note, Outbox, Refusal};
use crate::sim::{Span, Time};
use serde_json::json;

/// The most grants of one key (KMS-QUO-22).
const MOST: usize = 50_000;

impl Kms {
    /// CreateGrant: a new grant, or another token of the one that has these terms and this name.
    pub(super) fn create_grant(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let caller = request.caller;
        let terms = Terms::of(request, &self.place(caller.region).partition)?;
        let key = self.admit_named("CreateGrant", request, "KeyId", Naming::KeyOnly)?;
        self.check_terms(key, &terms)?;
        let same = terms.name.as_ref().and_then(|_| {
            self.grants(key).find(|grant| grant.listed && grant.terms == terms).map(|grant| grant.id.clone())
        });
        let id = match same {
            Some(id) => id,
            None => self.add_grant(key, terms, request, out)?,
        };
        let token = Token { key: self.set(key.set).bits, grant: id.clone() };
        Ok(json!({ "GrantToken": token.text(caller.fresh), "GrantId": id }))
    }

    /// RetireGrant: by whom the grant names for it, or by leave of the key's account.
    pub(super) fn retire_grant(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let (key, number) = self.grant_to_retire(request)?;
        self.authorize_retiring(key, number, request)?;
        self.check_standing("RetireGrant", key)?;
        self.end_grant(key, number, "RetireGrant", request.caller.now, out);
        Ok(json!({}))
    }

    /// RevokeGrant: by whom the key's policies allow it.
    pub(super) fn revoke_grant(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let id = grant::grant_id(request)?;
        let key = self.admit_named("RevokeGrant", request, "KeyId", Naming::KeyOnly)?;
        let number = self.grant_number(key, id)?;
        self.end_grant(key, number, "RevokeGrant", request.caller.now, out);
        Ok(json!({}))
    }

    /// ListGrants: of one key in one Region.
    pub(super) fn list_grants(&self, request: &Request) -> Answer {
        let page = Page::of(request, "Grants", paging::MEDIUM)?;
        let id = request.text("GrantId").map(|_| grant::grant_id(request)).transpose()?;
        let grantee = request.text("GranteePrincipal");
        let key = self.admit_named("ListGrants", request, "KeyId", Naming::KeyOnly)?;
        let asked = |grant: &&Grant| {
            grant.listed
                && id.is_none_or(|id| grant.id == id)
                && grantee.is_none_or(|grantee| grant.terms.grantee == grantee)
        };
        page.answer(self.grants(key).filter(asked).map(|grant| self.shown_grant(key, grant)))
    }

    /// ListRetirableGrants: of every key in the Region, whoever owns it.
    pub(super) fn list_retirable_grants(&self, request: &Request) -> Answer {
        let page = Page::of(request, "Grants", paging::MEDIUM)?;
        let who = request.required("RetiringPrincipal")?;
        let region = request.caller.region;
        self.authorize_without_key("ListRetirableGrants", region, &Asking::of_request(request)?)?;
        let keys = self.by_id.values().map(|set| KeyRef { set: *set, region });
        let grants = keys.flat_map(|key| self.grants(key).map(move |grant| (key, grant)));
        let theirs = grants.filter(|(_, grant)| grant.listed && grant.terms.retiring.as_deref() == Some(who));
        page.answer(theirs.map(|(key, grant)| self.shown_grant(key, grant)))
    }

    /// Whether a grant allows the operation, which is `ReEncryptFrom` or `ReEncryptTo` for the two keys of ReEncrypt.
    pub(super) fn allowed_by_grant(&self, operation: &str, key: KeyRef, asking: &Asking) -> bool {
        let caller = self.arn_of(asking.principal, key);
        self.grants(key).any(|grant| grant.allows(operation, &caller, asking))
    }

    /// The grant holds for whoever it is given to, without a token.
    pub(super) fn grant_holds(&mut self, key: KeyRef, number: u16, out: &mut Outbox<KmsEvent>) {
        let Some(grant) = self.key_mut(key).and_then(|key| key.grants.get_mut(&number)) else { return };
        grant.in_force = true;
        let detail = format!("grant {}", grant.id);
        self.epoch += 1;
        let note = self.note_of(key, "GrantPropagated", "in force", rules::GRANTS_HOLD_LATER);
        out.note(Note { detail, ..note });
    }

    /// The grant allows nothing any more, by its token neither.
    pub(super) fn grant_gone(&mut self, key: KeyRef, number: u16, out: &mut Outbox<KmsEvent>) {
        let Some(grant) = self.key_mut(key).and_then(|key| key.grants.remove(&number)) else { return };
        let detail = format!("grant {}", grant.id);
        self.epoch += 1;
        let note = self.note_of(key, "GrantPropagated", "gone", rules::GRANTS_END_LATER);
        out.note(Note { detail, ..note });
    }
}

/// What the operations share.
impl Kms {
    /// The grants of a key, those that end among them.
    fn grants(&self, key: KeyRef) -> impl Iterator<Item = &Grant> {
        self.set(key.set).keys.get(&key.region).into_iter().flat_map(|key| key.grants.values())
    }

    fn shown_grant(&self, key: KeyRef, grant: &Grant) -> serde_json::Value {
        let (partition, account) =
            (&self.place(key.region).partition, self.config.directory.account_id(grant.issuer));
        grant.shown(&self.arn(key.set, key.region), &format!("arn:{partition}:iam::{account}:root"))
    }

    /// The ARN of a principal as the partition of a key writes it.
    fn arn_of(&self, principal: &str, key: KeyRef) -> String {
        self.config.directory.principal(principal).arn(&self.place(key.region).partition)
    }

    /// What the grant allows must be possible with this key.
    fn check_terms(&self, key: KeyRef, terms: &Terms) -> Result<(), Refusal> {
        for operation in &terms.operations {
            let done = match *operation {
                "ReEncryptFrom" | "ReEncryptTo" => "ReEncrypt",
                other => other,
            };
            if self.check_class(done, key).is_err() {
                let message = format!("{operation} is not possible with {}", self.arn(key.set, key.region));
                return Err(refuse(rules::POSSIBLE_OPERATIONS, ErrorCode::ValidationException, message));
            }
        }
        match terms.constraint.is_some() && !self.set(key.set).class.is_symmetric() {
            false => Ok(()),
            true => {
                let message = "Only operations of symmetric encryption keys have an encryption context.";
                Err(refuse(rules::CONSTRAINTS, ErrorCode::ValidationException, message))
            }
        }
    }

    fn add_grant(
        &mut self,
        key: KeyRef,
        terms: Terms,
        request: &Request,
        out: &mut Outbox<KmsEvent>,
    ) -> Result<String, Refusal> {
        if self.set(key.set).keys.get(&key.region).is_some_and(|key| key.grants.len() >= MOST) {
            let message = format!("{} has {MOST} grants already", self.arn(key.set, key.region));
            return Err(refuse(rules::FIFTY_THOUSAND_GRANTS, ErrorCode::LimitExceededException, message));
        }
        let id = grant::new_id(request.caller.fresh);
        let detail = format!("grant {id}: {} to {}", terms.operations.join(", "), terms.grantee);
        let issuer = self.account_of(request.caller.principal);
        let created = request.caller.now;
        let grant = Grant { id: id.clone(), terms, created, issuer, in_force: false, listed: true };
        let set = self.set_mut(key.set);
        let (draw, mut number) = (set.draw(), set.next_change());
        while set.keys.get(&key.region).is_some_and(|key| key.grants.contains_key(&number)) {
            number = set.next_change();
        }
        if let Some(key) = self.key_mut(key) {
            key.grants.insert(number, grant);
        }
        self.epoch += 1;
        let note = self.note_of(key, "CreateGrant", "granted", rules::GRANTS_ARE_LOCAL);
        out.note(Note { detail, ..note });
        let delay = self.grant.sample(draw);
        let holds = KmsEvent::GrantHolds { set: key.set, grant: number };
        match delay == Span::ZERO {
            true => self.grant_holds(key, number, out),
            false => out.timer(created + delay, key.region, holds),
        }
        Ok(id)
    }

    /// The grant is listed no more, and a while later it allows no more.
    fn end_grant(
        &mut self,
        key: KeyRef,
        number: u16,
        operation: &'static str,
        now: Time,
        out: &mut Outbox<KmsEvent>,
    ) {
        let draw = self.set_mut(key.set).draw();
        let Some(grant) = self.key_mut(key).and_then(|key| key.grants.get_mut(&number)) else { return };
        grant.listed = false;
        let detail = format!("grant {}", grant.id);
        let note = self.note_of(key, operation, "ends", rules::GRANTS_ARE_LOCAL);
        out.note(Note { detail, ..note });
        let delay = self.grant.sample(draw);
        match delay == Span::ZERO {
            true => self.grant_gone(key, number, out),
            false => out.timer(now + delay, key.region, KmsEvent::GrantGone { set: key.set, grant: number }),
        }
    }

    fn grant_number(&self, key: KeyRef, id: &str) -> Result<u16, Refusal> {
        let grants = self.set(key.set).keys.get(&key.region).map(|key| &key.grants);
        let found = grants.and_then(|grants| grants.iter().find(|(_, grant)| grant.listed && grant.id == id));
        found.map(|(number, _)| *number).ok_or_else(|| {
            let message = format!("Grant {id} does not exist on {}", self.arn(key.set, key.region));
            refuse(rules::GRANTS_ARE_LOCAL, ErrorCode::NotFoundException, message)
        })
    }

    /// The grant that RetireGrant names: by a token, or by key and grant ID.
    fn grant_to_retire(&self, request: &Request) -> Result<(KeyRef, u16), Refusal> {
        let region = request.caller.region;
        match (request.text("GrantToken"), request.text("KeyId"), request.text("GrantId")) {
            (Some(text), None, None) => {
                let token = Token::read(text).ok_or_else(grant::wrong_token)?;
                let set = self.by_bits.get(&token.key).copied().ok_or_else(grant::wrong_token)?;
                let key = KeyRef { set, region };
                self.grant_number(key, &token.grant)
                    .map(|number| (key, number))
                    .map_err(|_| grant::wrong_token())
            }
            (None, Some(_), Some(_)) => {
                let id = grant::grant_id(request)?;
                let principal = request.caller.principal;
                let key = self.resolve(request.required("KeyId")?, region, Naming::KeyOnly, principal)?;
                Ok((key, self.grant_number(key, id)?))
            }
            _ => Err(invalid("Name the grant by GrantToken, or by KeyId and GrantId")),
        }
    }

    /// The retiring principal; the grantee, if the grant allows RetireGrant; who in the key's account may by IAM.
    fn authorize_retiring(&self, key: KeyRef, number: u16, request: &Request) -> Result<(), Refusal> {
        let asking = Asking::of_request(request)?;
        let caller = self.arn_of(asking.principal, key);
        let Some(grant) = self.set(key.set).keys.get(&key.region).and_then(|key| key.grants.get(&number))
        else {
            return Ok(());
        };
        let retires = grant.terms.retiring.as_ref() == Some(&caller);
        let gives_back = grant.terms.grantee == caller && grant.terms.operations.contains(&"RetireGrant");
        if retires || gives_back {
            return self.within_limits("RetireGrant", key, &asking);
        }
        if self.account_of(asking.principal) == self.set(key.set).account {
            let arn = self.arn(key.set, key.region);
            return self.authorize_by_iam("kms:RetireGrant", &arn, key.region, &asking, rules::WHO_RETIRES);
        }
        let message = format!("User: {caller} is not authorized to perform: kms:RetireGrant on this grant");
        Err(refuse(rules::WHO_RETIRES, ErrorCode::AccessDeniedException, message))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, KeySetup, Place, Settings, Switches, Timing, api};
    use super::*;
    use crate::services::iam::Directory;
    use crate::services::{Caller, Params};
    use crate::world::{RegionId, RegionSet};
    use serde_json::Value;
    use std::collections::BTreeMap;

    const HOME: RegionId = RegionId(0);
    const OTHER: RegionId = RegionId(1);
    const READER: &str = "arn:aws:iam::111122223333:role/reader";

    /// One set in two Regions, and what its calls ask for.
    struct Bench {
        kms: Kms,
        out: Outbox<KmsEvent>,
        key: KeyRef,
        calls: u128,
    }

    impl Bench {
        fn new() -> Bench {
            let place = |name: &str| Place { name: name.to_owned(), partition: "aws".to_owned() };
            let mut kms = Kms::new(Config {
                regions: vec![place("us-east-1"), place("eu-west-1")],
                directory: Directory::of_one_account("111122223333"),
                timing: Timing::default(),
                settings: Settings::default(),
                switches: Switches::default(),
            });
            let set =
                kms.declare(&KeySetup::multi_region("orders", HOME, &[OTHER]), 7, &mut Outbox::default());
            Bench { kms, out: Outbox::default(), key: KeyRef { set, region: HOME }, calls: 0 }
        }

        fn call(&mut self, name: &str, pairs: &[(&'static str, &str)]) -> Result<Value, Refusal> {
            self.calls += 1;
            let operation = api::OPERATIONS.iter().find(|operation| operation.name == name).unwrap();
            let mut params: BTreeMap<_, _> = pairs.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
            params.insert("KeyId", self.kms.key_id(self.key.set).to_owned());
            let caller = Caller {
                now: Time::ZERO,
                region: HOME,
                principal: "administrator",
                reach: RegionSet::default().with(HOME).with(OTHER),
                fresh: self.calls,
            };
            self.kms.call(operation, &Params(params), &caller, &mut self.out)
        }

        /// Makes a grant for the reader and answers its ID and token.
        fn grant(&mut self, operations: &str, constraints: Option<&str>) -> [String; 2] {
            let mut pairs = vec![("GranteePrincipal", READER), ("Operations", operations)];
            pairs.extend(constraints.map(|constraints| ("Constraints", constraints)));
            let answer = self.call("CreateGrant", &pairs).unwrap();
            ["GrantId", "GrantToken"].map(|name| answer[name].as_str().unwrap().to_owned())
        }

        /// Every timer fires.
        fn settle(&mut self) {
            for (at, region, event) in std::mem::take(&mut self.out.timers) {
                self.kms.process(region, event, at, &mut self.out);
            }
        }

        fn allowed(&self, operation: &str, asking: &Asking) -> bool {
            self.kms.allowed_by_grant(operation, self.key, asking)
        }
    }

    fn reader() -> Asking<'static> {
        Asking { principal: "reader", ..Asking::default() }
    }

    /// `app=shop tier=gold`
    fn with_context(pairs: &str) -> Asking<'static> {
        let pairs = pairs.split_whitespace().filter_map(|pair| pair.split_once('='));
        Asking { context: pairs.map(|(name, value)| (name.into(), value.into())).collect(), ..reader() }
    }

    #[test]
    fn a_grant_holds_later_and_its_token_at_once() {
        let mut bench = Bench::new();
        let [id, token] = bench.grant("Decrypt DescribeKey", None);
        let by_token = Asking { grant_tokens: vec![token.clone()], ..reader() };
        assert!(!bench.allowed("Decrypt", &reader()) && bench.allowed("Decrypt", &by_token));
        let thief = Asking { principal: "thief", grant_tokens: vec![token.clone()], ..reader() };
        assert!(!bench.allowed("Decrypt", &thief));
        let before = bench.kms.epoch();
        bench.settle();
        assert!(bench.kms.epoch() > before);
        assert!(bench.allowed("Decrypt", &reader()) && bench.allowed("DescribeKey", &reader()));
        assert!(!bench.allowed("Encrypt", &reader()));
        assert!(!bench.kms.allowed_by_grant("Decrypt", KeyRef { region: OTHER, ..bench.key }, &by_token));

        bench.call("RevokeGrant", &[("GrantId", &id)]).unwrap();
        assert!(bench.allowed("Decrypt", &reader()));
        let before = bench.kms.epoch();
        bench.settle();
        assert!(bench.kms.epoch() > before);
        assert!(!bench.allowed("Decrypt", &reader()) && !bench.allowed("Decrypt", &by_token));
    }

    #[test]
    fn constraints_look_at_the_encryption_context() {
        let cases = [
            ("EncryptionContextEquals={app=shop}", "app=shop", true),
            ("EncryptionContextEquals={app=shop}", "APP=shop", true),
            ("EncryptionContextEquals={app=shop}", "app=Shop", false),
            ("EncryptionContextEquals={app=shop}", "app=shop tier=gold", false),
            ("EncryptionContextEquals={app=shop}", "", false),
            ("EncryptionContextSubset={app=shop}", "app=shop tier=gold", true),
            ("EncryptionContextSubset={app=shop,tier=gold}", "app=shop", false),
            ("EncryptionContextSubset={app=shop}", "tier=gold", false),
        ];
        for (constraint, context, allowed) in cases {
            let mut bench = Bench::new();
            bench.grant("Decrypt,DescribeKey,RetireGrant", Some(constraint));
            bench.settle();
            assert_eq!(bench.allowed("Decrypt", &with_context(context)), allowed, "{constraint} {context}");
            assert!(bench.allowed("DescribeKey", &reader()) && bench.allowed("RetireGrant", &reader()));
        }
    }

    #[test]
    fn a_grant_made_under_a_grant_is_no_wider() {
        let mut bench = Bench::new();
        bench.grant("CreateGrant,Decrypt", Some("EncryptionContextSubset={app=shop}"));
        bench.settle();
        let child = |operations: &str, kind: &str, pairs: &str| {
            let operations = operations.split(' ').map(|one| ("kms:GrantOperations", one.to_owned()));
            let kind = (!kind.is_empty()).then(|| ("kms:GrantConstraintType", kind.to_owned()));
            Asking { keys: operations.chain(kind).collect(), ..with_context(pairs) }
        };
        let cases = [
            (child("Decrypt", "EncryptionContextSubset", "app=shop"), true),
            (child("Decrypt", "EncryptionContextEquals", "app=shop tier=gold"), true),
            (child("Decrypt Encrypt", "EncryptionContextEquals", "app=shop"), false),
            (child("Decrypt", "EncryptionContextEquals", "app=other"), false),
            (child("Decrypt", "", ""), false),
        ];
        for (asking, allowed) in cases {
            assert_eq!(bench.allowed("CreateGrant", &asking), allowed, "{asking:?}");
        }
        let mut bench = Bench::new();
        bench.grant("CreateGrant,Decrypt", Some("EncryptionContextEquals={app=shop}"));
        bench.settle();
        let wider = child("Decrypt", "EncryptionContextSubset", "app=shop");
        let equal = child("Decrypt", "EncryptionContextEquals", "app=shop");
        assert!(!bench.allowed("CreateGrant", &wider) && bench.allowed("CreateGrant", &equal));
    }

    #[test]
    fn tokens_cannot_be_made_up() {
        let mut bench = Bench::new();
        let [id, token] = bench.grant("Decrypt", None);
        assert_eq!(Token::read(&token).unwrap().grant, id);
        for i in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[i] = if bytes[i] == b'0' { b'1' } else { b'0' };
            assert_eq!(Token::read(&String::from_utf8(bytes).unwrap()), None, "digit {i}");
        }
        assert!(["", "é", &"é".repeat(64), &token[1..]].iter().all(|text| Token::read(text).is_none()));
    }

    #[test]
    fn a_timer_of_a_deleted_key_does_not_touch_its_successor() {
        let mut bench = Bench::new();
        bench.grant("Decrypt", None);
        bench.kms.set_mut(bench.key.set).keys.remove(&HOME);
        bench.kms.set_mut(bench.key.set).add(HOME, super::super::KeyState::Enabled, Time::ZERO, "");
        let stale = std::mem::take(&mut bench.out.timers);
        bench.grant("Encrypt", None);
        bench.out.timers = stale;
        bench.settle();
        assert!(!bench.allowed("Encrypt", &reader()) && !bench.allowed("Decrypt", &reader()));
    }
}
