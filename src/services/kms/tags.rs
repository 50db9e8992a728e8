//! TagResource, UntagResource, ListResourceTags: the tags of one key.

use super::request::{Request, not_modelled};
use super::state::KeyRef;
use super::{Answer, Kms, KmsEvent};
use crate::services::Outbox;
use std::collections::BTreeMap;

/// The tags of a key that does not exist.
static NONE: BTreeMap<String, String> = BTreeMap::new();

impl Kms {
    /// The tags of a key that policies go by.
    pub(super) fn tags_for_policies(&self, key: KeyRef) -> &BTreeMap<String, String> {
        self.set(key.set).keys.get(&key.region).map_or(&NONE, |key| &key.tags)
    }

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
