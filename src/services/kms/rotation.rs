//! Rotation of key material: EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand, ListKeyRotations.

use super::request::{Request, not_modelled};
use super::{Answer, Kms, KmsEvent};
use crate::services::Outbox;

impl Kms {
    pub(super) fn enable_key_rotation(&mut self, _request: &Request, _out: &mut Outbox<KmsEvent>) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn disable_key_rotation(&mut self, _request: &Request, _out: &mut Outbox<KmsEvent>) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn get_key_rotation_status(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn rotate_key_on_demand(&mut self, _request: &Request, _out: &mut Outbox<KmsEvent>) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn list_key_rotations(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }
}
