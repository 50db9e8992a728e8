//! Asymmetric and HMAC cryptography: GetPublicKey, Sign, Verify, GenerateMac, VerifyMac, DeriveSharedSecret, data key pairs.

use super::request::{Request, not_modelled};
use super::{Answer, Kms};

impl Kms {
    pub(super) fn get_public_key(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn sign(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn verify(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn generate_mac(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn verify_mac(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn derive_shared_secret(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn generate_data_key_pair(&self, _operation: &str, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }
}
