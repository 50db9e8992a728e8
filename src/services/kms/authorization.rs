//! May this principal do that with this key? Key policy, IAM policies and grants together (KMS-POL-3).

use super::Kms;
use super::grant;
use super::request::{Context, Request};
use super::state::KeyRef;
use crate::services::Refusal;
use crate::world::RegionId;

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
}

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
        Ok(Asking {
            principal: request.caller.principal,
            context: request.context("EncryptionContext")?,
            grant_tokens: grant::tokens(request)?,
            keys: Vec::new(),
        })
    }
}

impl Kms {
    /// Whether the operation is allowed on this key.
    pub(super) fn authorize(&self, _operation: &str, _key: KeyRef, _asking: &Asking) -> Result<(), Refusal> {
        Ok(())
    }

    /// Whether an operation that is about no key is allowed in a Region: only IAM policies can (KMS-POL-8).
    pub(super) fn authorize_without_key(
        &self,
        _operation: &str,
        _at: RegionId,
        _asking: &Asking,
    ) -> Result<(), Refusal> {
        Ok(())
    }
}
