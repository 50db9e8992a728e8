//! TagResource, UntagResource, ListResourceTags: the tags of one key.

use super::naming::Naming;
use super::paging::{self, Page};
use super::request::{Request, invalid, refuse};
use super::state::KeyRef;
use super::{Answer, Kms, KmsEvent, rules};
use crate::services::{ErrorCode, Outbox, Refusal};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The most tags of one key (AWS General Reference, Tagging AWS resources).
const MOST: usize = 50;
/// The longest tag key and tag value, in characters (botocore 1.44.5 KMS service model).
const KEY: usize = 128;
const VALUE: usize = 256;

pub(super) type Tags = BTreeMap<String, String>;

impl Kms {
    /// TagResource: adds tags, and changes those that are there.
    pub(super) fn tag_resource(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let tags = given(request)?;
        let key = self.admit_named("TagResource", request, "KeyId", Naming::KeyOnly)?;
        let mut all = self.tags_of(key);
        let detail = tags.keys().cloned().collect::<Vec<_>>().join(", ");
        all.extend(tags);
        if all.len() > MOST {
            return Err(refuse(rules::TAG_LIMITS, ErrorCode::TagException, "Too many tags"));
        }
        self.retag(key, all, ("TagResource", detail), request, out);
        Ok(json!({}))
    }

    /// UntagResource: a tag that is not there is no error.
    pub(super) fn untag_resource(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let names = request.list("TagKeys")?;
        let key = self.admit_named("UntagResource", request, "KeyId", Naming::KeyOnly)?;
        let mut all = self.tags_of(key);
        all.retain(|name, _| !names.contains(name));
        self.retag(key, all, ("UntagResource", names.join(", ")), request, out);
        Ok(json!({}))
    }

    /// ListResourceTags, in the order of the tag keys.
    pub(super) fn list_resource_tags(&self, request: &Request) -> Answer {
        let page = Page::of(request, "Tags", paging::SHORT)?;
        let key = self.admit_named("ListResourceTags", request, "KeyId", Naming::KeyOnly)?;
        page.answer(self.shown_tags(key).into_iter())
    }

    /// The tags that a key is made with: policies go by them from the beginning.
    pub(super) fn tag_at_birth(&mut self, key: KeyRef, tags: Tags) {
        if let Some(key) = self.key_mut(key) {
            key.tags = tags;
        }
    }

    /// The tags as answers show them.
    pub(super) fn shown_tags(&self, key: KeyRef) -> Vec<Value> {
        let shown = |(name, value)| json!({ "TagKey": name, "TagValue": value });
        self.tags_of(key).into_iter().map(shown).collect()
    }

    fn tags_of(&self, key: KeyRef) -> Tags {
        self.set(key.set).keys.get(&key.region).map(|key| key.tags.clone()).unwrap_or_default()
    }

    fn retag(
        &mut self,
        key: KeyRef,
        tags: Tags,
        (operation, detail): (&'static str, String),
        request: &Request,
        out: &mut Outbox<KmsEvent>,
    ) {
        let mut note = self.note_of(key, operation, "tags changed", rules::THE_REST_IS_ITS_OWN);
        note.detail = detail;
        out.note(note);
        if self.tags_of(key) != tags {
            self.labels_change(key, request.caller.now, out);
            if let Some(key) = self.key_mut(key) {
                key.tags = tags;
            }
        }
    }
}

/// The tags that a request gives; none if it gives none.
pub(super) fn given(request: &Request) -> Result<Tags, Refusal> {
    let refused = |message| Err(refuse(rules::TAG_LIMITS, ErrorCode::TagException, message));
    let given = request.structures("Tags")?;
    let pairs = given.iter().map(pair).collect::<Result<Vec<_>, _>>()?;
    let tags: Tags = pairs.iter().cloned().collect();
    if tags.len() < pairs.len() {
        return refused("Duplicate tag keys");
    }
    if tags.len() > MOST {
        return refused("Too many tags");
    }
    if tags.keys().any(|name| name.to_lowercase().starts_with("aws:")) {
        return refused("Tags beginning with aws: are reserved");
    }
    Ok(tags)
}

/// Key and value of one tag.
fn pair(tag: &Map<String, Value>) -> Result<(String, String), Refusal> {
    let text = |name: &str| tag.get(name).and_then(Value::as_str);
    let (Some(name), Some(value), 2) = (text("TagKey"), text("TagValue"), tag.len()) else {
        return Err(invalid("A tag is TagKey=...,TagValue=..."));
    };
    if name.is_empty() || name.chars().count() > KEY {
        return Err(invalid(format!("A tag key has 1 to {KEY} characters")));
    }
    if value.chars().count() > VALUE {
        return Err(invalid(format!("A tag value has at most {VALUE} characters")));
    }
    Ok((name.to_owned(), value.to_owned()))
}
