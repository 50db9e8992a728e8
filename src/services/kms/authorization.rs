//! May this principal do that with this key? Key policy, IAM policies and grants together (KMS-POL-3).

use super::condition_keys::Seen;
use super::consistency::View;
use super::request::{Context, refuse};
use super::state::KeyRef;
use super::{KeyClass, Kms, rules};
use crate::rulebook::RuleRef;
use crate::services::iam::{Asked, Denied, Document, PolicyKind, Principal, ResourcePolicy, Standing};
use crate::services::{ErrorCode, NOBODY, Refusal};
use crate::world::RegionId;
use std::collections::BTreeMap;

/// Who asks, and what of the request a policy, a grant or a name can turn on.
#[derive(Clone, Debug, Default)]
pub(super) struct Asking<'a> {
    /// A name of the directory.
    pub principal: &'a str,
    /// The encryption context of the request.
    pub context: Context,
    /// The grant tokens that come with it.
    pub grant_tokens: Vec<String>,
    /// Further condition keys: `kms:ReplicaRegion`, `kms:PrimaryRegion`, …
    pub keys: Vec<(&'static str, String)>,
    /// The tags that it would give.
    pub tags: BTreeMap<String, String>,
    /// The permission that it needs, where that is not called like the operation: `ReEncryptFrom`.
    pub action: Option<&'static str>,
}

/// A key as policies see it; one that is still to be made, as it would be.
pub(super) struct Subject<'a> {
    pub arn: String,
    pub account: usize,
    pub account_id: &'a str,
    pub region: RegionId,
    pub class: KeyClass,
    /// `PRIMARY` or `REPLICA`; none for a single-Region key.
    pub role: Option<&'static str>,
    pub tags: &'a BTreeMap<String, String>,
    /// Asked for only by policies that look at them.
    pub aliases: Box<dyn Fn() -> Vec<String> + 'a>,
}

/// Operations that another account's principals may call if they are let (botocore 1.44.5 KMS service model,
/// "Cross-account use" of each operation).
const ACROSS_ACCOUNTS: &[&str] = &[
    "CreateGrant",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetKeyRotationStatus",
    "GetPublicKey",
    "ListGrants",
    "ReEncrypt",
    "RetireGrant",
    "RevokeGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

impl Kms {
    /// Whether the operation is allowed on this key.
    pub(super) fn authorize(&self, operation: &str, key: KeyRef, asking: &Asking) -> Result<(), Refusal> {
        if asking.principal == NOBODY {
            return Ok(());
        }
        let subject = self.subject(key);
        let action = asking.action.unwrap_or(operation);
        let principal = self.config.directory.principal(asking.principal);
        if principal.account() != subject.account && !ACROSS_ACCOUNTS.contains(&operation) {
            let rule = match operation {
                "ReplicateKey" => rules::A_SET_HAS_ONE_ACCOUNT,
                _ => rules::OTHER_ACCOUNTS,
            };
            let why = "because no key of another account can be used so";
            let permission = format!("kms:{action}");
            return Err(self.denied(rule, &permission, &subject.arn, key.region, &principal, why));
        }
        let granted = || self.allowed_by_grant(action, key, asking);
        self.judge(action, &subject, self.policy_in(View::of(operation), key), asking, &granted)
    }

    /// Whether a key's policy, the caller's IAM policies and all that limits them allow an action on it, or else a
    /// grant does.
    pub(super) fn judge(
        &self,
        action: &str,
        subject: &Subject,
        policy: &Document,
        asking: &Asking,
        granted: &dyn Fn() -> bool,
    ) -> Result<(), Refusal> {
        let directory = &self.config.directory;
        let principal = directory.principal(asking.principal);
        let seen = |by_iam| Seen {
            place: self.place(subject.region),
            principal: &principal,
            asking,
            subject: Some(subject),
            by_iam,
        };
        let (by_iam, by_key_policy) = (seen(true), seen(false));
        let (iam_keys, policy_keys) = (|name: &str| by_iam.key(name), |name: &str| by_key_policy.key(name));
        let permission = format!("kms:{action}");
        let asked = Asked { action: &permission, resource: &subject.arn, keys: &iam_keys };
        let (name, account) = ("key policy", subject.account);
        let policy = ResourcePolicy { name, document: policy, account, keys: &policy_keys };
        let denied = |denied: &Denied, rule| {
            self.denied(rule, &permission, &subject.arn, subject.region, &principal, &denied.to_string())
        };
        directory
            .within_limits(&asked, &principal, Some(policy))
            .map_err(|limit| denied(&limit, rule_of_limit(limit.by)))?;
        let ours = principal.account() == subject.account;
        let allowed = match policy.allows(&asked, &principal) {
            Some((Standing::Direct, _)) if ours => return Ok(()),
            Some((_, statement)) => {
                directory.allowed_by_identity(&asked, &principal).map_err(|missing| Denied {
                    because: format!(
                        "statement {statement} of the key policy of {} leaves it to IAM, and {}",
                        subject.arn, missing.because
                    ),
                    ..missing
                })
            }
            None => Err(Denied {
                by: PolicyKind::Resource,
                explicit: false,
                action: permission.clone(),
                because: format!(
                    "the key policy of {} allows it neither to {} nor to its account",
                    subject.arn,
                    principal.name()
                ),
            }),
        };
        let rule = if ours { rules::ALLOWED } else { rules::OTHER_ACCOUNTS };
        allowed.or_else(|missing| if granted() { Ok(()) } else { Err(denied(&missing, rule)) })
    }

    /// Whether an operation that is about no key is allowed in a Region: only IAM policies can (KMS-POL-8).
    pub(super) fn authorize_without_key(
        &self,
        operation: &str,
        at: RegionId,
        asking: &Asking,
    ) -> Result<(), Refusal> {
        let rule = match operation {
            "CreateKey" => rules::CREATION_IS_ALLOWED_BY_IAM,
            _ => rules::ALLOWED_BY_IAM_ONLY,
        };
        self.authorize_by_iam(&format!("kms:{operation}"), "*", at, asking, rule)
    }

    /// Whether nothing denies what is allowed already, and every limit of the caller leaves it allowed (KMS-POL-5).
    pub(super) fn within_limits(&self, action: &str, key: KeyRef, asking: &Asking) -> Result<(), Refusal> {
        let permission = format!("kms:{action}");
        self.ask_iam(&permission, &self.arn(key.set, key.region), key.region, asking, None)
    }

    /// Whether IAM policies allow an alias to be changed; its key is another question (KMS-POL-8).
    pub(super) fn authorize_alias(
        &self,
        operation: &str,
        alias: &str,
        at: RegionId,
        asking: &Asking,
    ) -> Result<(), Refusal> {
        let arn = self.alias_arn(alias, self.account_of(asking.principal), at);
        self.authorize_by_iam(&format!("kms:{operation}"), &arn, at, asking, rules::ALLOWED_BY_IAM_ONLY)
    }

    /// Whether IAM policies alone allow an action on what has no policy of its own.
    pub(super) fn authorize_by_iam(
        &self,
        permission: &str,
        resource: &str,
        at: RegionId,
        asking: &Asking,
        rule: RuleRef,
    ) -> Result<(), Refusal> {
        self.ask_iam(permission, resource, at, asking, Some(rule))
    }

    /// Whether the caller's limits leave an action allowed and, if there is a rule that asks for it, an IAM policy allows
    /// it.
    fn ask_iam(
        &self,
        permission: &str,
        resource: &str,
        at: RegionId,
        asking: &Asking,
        allowed_by: Option<RuleRef>,
    ) -> Result<(), Refusal> {
        if asking.principal == NOBODY {
            return Ok(());
        }
        let directory = &self.config.directory;
        let principal = directory.principal(asking.principal);
        let place = self.place(at);
        let seen = Seen { place, principal: &principal, asking, subject: None, by_iam: true };
        let keys = |name: &str| seen.key(name);
        let asked = Asked { action: permission, resource, keys: &keys };
        let denied = |denied: &Denied, rule| {
            self.denied(rule, permission, resource, at, &principal, &denied.to_string())
        };
        directory
            .within_limits(&asked, &principal, None)
            .map_err(|limit| denied(&limit, rule_of_limit(limit.by)))?;
        match allowed_by {
            None => Ok(()),
            Some(rule) => {
                directory.allowed_by_identity(&asked, &principal).map_err(|missing| denied(&missing, rule))
            }
        }
    }

    /// A key that exists, as policies see it.
    pub(super) fn subject(&self, key: KeyRef) -> Subject<'_> {
        let set = self.set(key.set);
        let role = if set.is_primary(key.region) { "PRIMARY" } else { "REPLICA" };
        Subject {
            arn: self.arn(key.set, key.region),
            account: set.account,
            account_id: self.config.directory.account_id(set.account),
            region: key.region,
            class: set.class,
            role: set.multi_region.then_some(role),
            tags: self.tags_for_policies(key),
            aliases: Box::new(move || self.aliases_for_policies(key)),
        }
    }

    fn denied(
        &self,
        rule: RuleRef,
        permission: &str,
        resource: &str,
        at: RegionId,
        principal: &Principal,
        why: &str,
    ) -> Refusal {
        let user = principal.arn(&self.place(at).partition);
        let message =
            format!("User: {user} is not authorized to perform: {permission} on resource: {resource} {why}");
        refuse(rule, ErrorCode::AccessDeniedException, message)
    }
}

/// The rule behind a policy that denies or does not leave allowed.
fn rule_of_limit(kind: PolicyKind) -> RuleRef {
    match kind {
        PolicyKind::ServiceControl => rules::ORGANISATIONS_LIMIT,
        _ => rules::A_DENY_WINS,
    }
}
