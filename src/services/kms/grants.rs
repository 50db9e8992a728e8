//! CreateGrant, RetireGrant, RevokeGrant, ListGrants: permissions on one key in one Region.

use super::request::{Request, not_modelled};
use super::{Answer, Kms, KmsEvent};
use crate::services::Outbox;

impl Kms {
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
