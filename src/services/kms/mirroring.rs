//! What popular study notes claim of related keys: that a replica shares its primary's policy (KMS-SEED-2), that twins
//! behave identically (KMS-SEED-10). AWS copies none of this; each key has its own (KMS-ID-20).

use super::aliases::Alias;
use super::state::{KeyRef, KeyState};
use super::{Kms, KmsEvent, rules};
use crate::rulebook::RuleRef;
use crate::services::Outbox;
use crate::world::RegionId;
use std::collections::BTreeMap;

impl Kms {
    /// After an operation that the switches have happen to related keys as well: they follow as word reaches them.
    pub(super) fn mirror_later(&self, operation: &str, out: &mut Outbox<KmsEvent>) {
        let switches = &self.config.switches;
        let mirrored = match operation {
            "PutKeyPolicy" => switches.policies_shared || switches.twins,
            "EnableKey" | "DisableKey" | "TagResource" | "UntagResource" | "CreateAlias" | "UpdateAlias"
            | "DeleteAlias" => switches.twins,
            _ => false,
        };
        for key in self.touched.iter().filter(|_| mirrored) {
            for region in self.regions_but(key.set, key.region) {
                out.tell(key.region, region, KmsEvent::Mirrored { set: key.set, from: key.region });
            }
        }
    }

    /// The key becomes like the related key in another Region, as far as the switches say.
    pub(super) fn mirror(&mut self, key: KeyRef, from: RegionId, out: &mut Outbox<KmsEvent>) {
        let like = KeyRef { set: key.set, region: from };
        let switches = self.config.switches;
        if switches.policies_shared || switches.twins {
            let rule = if switches.twins { rules::TWINS } else { rules::POLICIES_ARE_SHARED };
            self.mirror_policy(key, like, rule, out);
        }
        if switches.twins {
            self.mirror_state(key, like, out);
            self.mirror_tags(key, like, out);
            self.mirror_aliases(key, like, out);
        }
    }

    fn mirror_policy(&mut self, key: KeyRef, like: KeyRef, rule: RuleRef, out: &mut Outbox<KmsEvent>) {
        let policy = self.set(like.set).keys.get(&like.region).and_then(|like| like.policy.clone());
        let Some(found) = self.key_mut(key).filter(|found| found.policy != policy) else { return };
        found.policy = policy;
        self.touch(key);
        out.note(self.note_of(key, "PutKeyPolicy", "policy as its relative's", rule));
    }

    fn mirror_tags(&mut self, key: KeyRef, like: KeyRef, out: &mut Outbox<KmsEvent>) {
        let tags =
            self.set(like.set).keys.get(&like.region).map(|like| like.tags.clone()).unwrap_or_default();
        let Some(found) = self.key_mut(key).filter(|found| found.tags != tags) else { return };
        found.tags = tags;
        self.touch(key);
        out.note(self.note_of(key, "TagResource", "tags as its twin's", rules::TWINS));
    }

    fn mirror_state(&mut self, key: KeyRef, like: KeyRef, out: &mut Outbox<KmsEvent>) {
        let (operation, state) = match (self.state_of(key), self.state_of(like)) {
            (Some(KeyState::Enabled), Some(KeyState::Disabled)) => ("DisableKey", KeyState::Disabled),
            (Some(KeyState::Disabled), Some(KeyState::Enabled)) => ("EnableKey", KeyState::Enabled),
            _ => return,
        };
        self.enter(key, state, operation, rules::TWINS, String::new(), out);
    }

    /// The same names; one that names another key here stays with that.
    fn mirror_aliases(&mut self, key: KeyRef, like: KeyRef, out: &mut Outbox<KmsEvent>) {
        let of = |at: KeyRef| -> BTreeMap<String, Alias> {
            let all = self.aliases(self.set(at.set).account, at.region).iter();
            all.filter(|(_, alias)| alias.target == at.set)
                .map(|(name, alias)| (name.clone(), alias.clone()))
                .collect()
        };
        let (had, wanted) = (of(key), of(like));
        if had.keys().eq(wanted.keys()) || self.state_of(key).is_none() {
            return;
        }
        let here = self.aliases_mut(self.set(key.set).account, key.region);
        here.retain(|name, alias| alias.target != key.set || wanted.contains_key(name));
        for (name, alias) in wanted {
            here.entry(name).or_insert(alias);
        }
        self.touch(key);
        out.note(self.note_of(key, "UpdateAlias", "names as its twin", rules::TWINS));
    }
}
