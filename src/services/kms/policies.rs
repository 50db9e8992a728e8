//! PutKeyPolicy, GetKeyPolicy, ListKeyPolicies: each key has one policy, in its own Region.

use super::authorization::{Asking, Subject};
use super::consistency::View;
use super::naming::Naming;
use super::paging::{self, Page};
use super::request::{Request, refuse};
use super::state::KeyRef;
use super::{Answer, Config, Kms, KmsEvent, rules};
use crate::services::iam::{Document, rules as iam_rules};
use crate::services::{ErrorCode, Outbox, Refusal};
use serde_json::json;

/// The name of every key policy (KMS-POL-1).
const NAME: &str = "default";

impl Kms {
    /// PutKeyPolicy: of this key alone, in its Region.
    pub(super) fn put_key_policy(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        request.required("Policy")?;
        let asking = with_bypass(Asking::of_request(request)?.with("kms:PolicyName", name(request)), request);
        let identifier = request.required("KeyId")?;
        let key = self.admit("PutKeyPolicy", identifier, request.caller.region, Naming::KeyOnly, &asking)?;
        check_name(request)?;
        let policy = self.given_policy(request, &self.subject(key), &asking)?;
        if let Some(key) = self.key_mut(key) {
            key.policy = policy;
        }
        self.touch(key);
        let note = self.note_of(key, "PutKeyPolicy", "policy replaced", rules::A_POLICY_IS_ITS_KEYS_OWN);
        out.note(note);
        Ok(json!({}))
    }

    /// GetKeyPolicy: the text as it was given.
    pub(super) fn get_key_policy(&self, request: &Request) -> Answer {
        let asking = Asking::of_request(request)?.with("kms:PolicyName", name(request));
        let identifier = request.required("KeyId")?;
        let key = self.admit("GetKeyPolicy", identifier, request.caller.region, Naming::KeyOnly, &asking)?;
        check_name(request)?;
        Ok(json!({ "Policy": self.policy_of(key).text(), "PolicyName": NAME }))
    }

    /// ListKeyPolicies: always the one.
    pub(super) fn list_key_policies(&self, request: &Request) -> Answer {
        let page = Page::of(request, "PolicyNames", paging::LONG)?;
        self.admit_named("ListKeyPolicies", request, "KeyId", Naming::KeyOnly)?;
        page.answer([json!(NAME)].into_iter())
    }

    /// The policy of a key: what was given, else the default one.
    pub(super) fn policy_of(&self, key: KeyRef) -> &Document {
        self.policy_in(View::Current, key)
    }

    /// The policy of a key in a view: cryptographic operations go by what is published (KMS-EC-1).
    pub(super) fn policy_in(&self, view: View, key: KeyRef) -> &Document {
        let found = self.set(key.set).keys.get(&key.region);
        let given = found.and_then(|key| match view {
            View::Current => key.policy.as_ref(),
            View::Published => key.published.as_ref()?.policy.as_ref(),
        });
        let regions = self.config.regions.len();
        given.unwrap_or(&self.default_policies[self.set(key.set).account * regions + key.region.index()])
    }

    /// The policy in a request, for a key that would be so: of the right size and form, of principals that exist, and
    /// such that the caller can replace it again (KMS-POL-11).
    pub(super) fn given_policy(
        &self,
        request: &Request,
        subject: &Subject,
        asking: &Asking,
    ) -> Result<Option<Document>, Refusal> {
        let Some(text) = request.text("Policy") else { return Ok(None) };
        if text.chars().count() > Document::LONGEST {
            let message = format!("The policy is longer than {} characters.", Document::LONGEST);
            return Err(refuse(rules::POLICIES_HAVE_A_SIZE, ErrorCode::LimitExceededException, message));
        }
        let malformed = |rule, message| refuse(rule, ErrorCode::MalformedPolicyDocumentException, message);
        let document = Document::parse(text).map_err(|error| {
            let place = if error.path.is_empty() { String::new() } else { format!("{}: ", error.path) };
            malformed(iam_rules::POLICY_GRAMMAR, format!("{place}{error}"))
        })?;
        if !document.names_principals() {
            let message = "Every statement of a key policy needs a Principal.".to_owned();
            return Err(malformed(iam_rules::POLICY_GRAMMAR, message));
        }
        if let Some(principal) = self.config.directory.missing_principal(&document) {
            let message =
                format!("Policy contains a statement with one or more invalid principals: {principal}");
            return Err(malformed(rules::NOBODY_LOCKS_ONESELF_OUT, message));
        }
        let checked = !request.params.flag("BypassPolicyLockoutSafetyCheck");
        if checked && self.judge("PutKeyPolicy", subject, &document, asking, &|| false).is_err() {
            let message = "The new key policy will not allow you to update the key policy in the future.";
            return Err(malformed(rules::NOBODY_LOCKS_ONESELF_OUT, message.to_owned()));
        }
        Ok(Some(document))
    }
}

/// The default key policy of each account and Region, in the order of the accounts.
pub(super) fn default_policies(config: &Config) -> Vec<Document> {
    let ids = (0..config.directory.accounts()).map(|account| config.directory.account_id(account));
    let policies = |id| config.regions.iter().map(move |place| default_key_policy(&place.partition, id));
    ids.flat_map(policies)
        .map(|text| match Document::parse(&text) {
            Ok(document) => document,
            Err(malformed) => panic!("the default key policy: {malformed}"),
        })
        .collect()
}

/// The policy that a key of an account has if none was given: the account decides by IAM (KMS-POL-2).
pub fn default_key_policy(partition: &str, account: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:{partition}:iam::{account}:root") },
            "Action": "kms:*",
            "Resource": "*",
        }],
    })
    .to_string()
}

/// Whether the request skips the check against locking oneself out is a condition key.
pub(super) fn with_bypass<'a>(asking: Asking<'a>, request: &Request) -> Asking<'a> {
    let bypass = request.params.flag("BypassPolicyLockoutSafetyCheck");
    asking.with("kms:BypassPolicyLockoutSafetyCheck", bypass.to_string())
}

fn name<'a>(request: &Request<'a>) -> &'a str {
    request.text("PolicyName").unwrap_or(NAME)
}

fn check_name(request: &Request) -> Result<(), Refusal> {
    match name(request) {
        NAME => Ok(()),
        _ => Err(refuse(rules::ONE_POLICY, ErrorCode::NotFoundException, "No such policy exists")),
    }
}
