//! Imported key material: GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial, and expiry.

use super::request::{Request, not_modelled};
use super::{Answer, Kms, KmsEvent};
use crate::services::Outbox;

impl Kms {
    pub(super) fn get_parameters_for_import(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn import_key_material(&mut self, _request: &Request, _out: &mut Outbox<KmsEvent>) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn delete_imported_key_material(
        &mut self,
        _request: &Request,
        _out: &mut Outbox<KmsEvent>,
    ) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }
}
