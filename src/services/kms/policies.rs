//! PutKeyPolicy, GetKeyPolicy, ListKeyPolicies: each key has one policy, in its own Region.

use super::request::{Request, not_modelled};
use super::{Answer, Kms, KmsEvent};
use crate::services::Outbox;
use crate::world::RegionId;
use serde_json::json;

impl Kms {
    pub(super) fn put_key_policy(&mut self, _request: &Request, _out: &mut Outbox<KmsEvent>) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn get_key_policy(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn list_key_policies(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    /// The policy that a key has if none was given: the account decides by IAM (KMS-POL-2).
    pub(super) fn default_key_policy(&self, account: usize, at: RegionId) -> String {
        let place = self.place(at);
        let account = self.config.directory.account_id(account);
        json!({
            "Version": "2012-10-17",
            "Id": "key-default-1",
            "Statement": [{
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": { "AWS": format!("arn:{}:iam::{account}:root", place.partition) },
                "Action": "kms:*",
                "Resource": "*",
            }],
        })
        .to_string()
    }
}
