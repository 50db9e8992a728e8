//! CreateGrant, RetireGrant, RevokeGrant, ListGrants: permissions on one key in one Region.

use super::authorization::Asking;
use super::request::{Request, not_modelled};
use super::state::KeyRef;
use super::{Answer, Kms, KmsEvent};
use crate::services::Outbox;

impl Kms {
    /// Whether a grant allows the caller an operation on a key.
    pub(super) fn allowed_by_grant(&self, _operation: &str, _key: KeyRef, asking: &Asking) -> bool {
        let _ = &asking.grant_tokens;
        false
    }

    pub(super) fn create_grant(&mut self, _request: &Request, _out: &mut Outbox<KmsEvent>) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn retire_grant(&mut self, _request: &Request, _out: &mut Outbox<KmsEvent>) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn revoke_grant(&mut self, _request: &Request, _out: &mut Outbox<KmsEvent>) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn list_grants(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn list_retirable_grants(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }
}
