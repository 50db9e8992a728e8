//! TagResource, UntagResource, ListResourceTags: the tags of one key.

use super::request::{Request, not_modelled};
use super::{Answer, Kms, KmsEvent};
use crate::services::Outbox;

impl Kms {
    pub(super) fn tag_resource(&mut self, _request: &Request, _out: &mut Outbox<KmsEvent>) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn untag_resource(&mut self, _request: &Request, _out: &mut Outbox<KmsEvent>) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }

    pub(super) fn list_resource_tags(&self, _request: &Request) -> Answer {
        Err(not_modelled("not built".to_owned()))
    }
}
