//! What policies can tell keys apart by: tags and aliases. Policies go by a change of them only a while later
//! (KMS-EC-2); lists and identifiers at once.

use super::state::KeyRef;
use super::{Kms, KmsEvent, rules};
use crate::services::Outbox;
use crate::sim::{Span, Time};
use std::collections::BTreeMap;

/// Tags and aliases of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Labels {
    pub tags: BTreeMap<String, String>,
    pub aliases: Vec<String>,
}

static NO_TAGS: BTreeMap<String, String> = BTreeMap::new();

impl Kms {
    /// The tags by which policies go now.
    pub(super) fn tags_for_policies(&self, key: KeyRef) -> &BTreeMap<String, String> {
        let Some(key) = self.set(key.set).keys.get(&key.region) else { return &NO_TAGS };
        key.earlier.first().map_or(&key.tags, |(_, labels)| &labels.tags)
    }

    /// The names, `alias/` included, by which policies go now.
    pub(super) fn aliases_for_policies(&self, key: KeyRef) -> Vec<String> {
        let earlier = self.set(key.set).keys.get(&key.region).and_then(|key| key.earlier.first());
        earlier.map_or_else(|| self.aliases_of(key), |(_, labels)| labels.aliases.clone())
    }

    /// The key's tags or aliases are about to change: for a while policies go by what they are now.
    pub(super) fn labels_change(&mut self, key: KeyRef, now: Time, out: &mut Outbox<KmsEvent>) {
        self.touch(key);
        let draw = self.set_mut(key.set).draw();
        let delay = self.alias_tag.sample(draw);
        if delay == Span::ZERO {
            return;
        }
        let aliases = self.aliases_of(key);
        let change = self.set_mut(key.set).next_change();
        let Some(found) = self.key_mut(key) else { return };
        let labels = Labels { tags: found.tags.clone(), aliases };
        found.earlier.push((change, labels));
        out.timer(now + delay, key.region, KmsEvent::LabelsSettled { set: key.set, change });
    }

    /// Policies go by a change, and so by every earlier one.
    pub(super) fn labels_settled(&mut self, key: KeyRef, change: u16, out: &mut Outbox<KmsEvent>) {
        let Some(found) = self.key_mut(key) else { return };
        let Some(at) = found.earlier.iter().position(|(number, _)| *number == change) else { return };
        found.earlier.drain(..=at);
        self.epoch += 1;
        out.note(self.note_of(key, "LabelsPropagated", "policies follow", rules::POLICIES_FOLLOW_LATER));
    }

    fn aliases_of(&self, key: KeyRef) -> Vec<String> {
        let all = self.aliases(self.set(key.set).account, key.region);
        all.iter().filter(|(_, alias)| alias.target == key.set).map(|(name, _)| name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, KeySetup, Place, SetId, Settings, Switches, Timing, api};
    use super::*;
    use crate::services::iam::Directory;
    use crate::services::{Caller, Params};
    use crate::sim::Law;
    use crate::world::{RegionId, RegionSet};

    const HOME: RegionId = RegionId(0);

    fn bench(delay: Span) -> Kms {
        let place = Place { name: "us-east-1".to_owned(), partition: "aws".to_owned() };
        let mut kms = Kms::new(Config {
            regions: vec![place],
            directory: Directory::of_one_account("111122223333"),
            timing: Timing {
                alias_tag: Law::Constant(delay),
                propagation: Law::Constant(Span::ZERO),
                ..Timing::default()
            },
            settings: Settings::default(),
            switches: Switches::default(),
        });
        for (name, fresh) in [("orders", 1 << 100), ("other", 2 << 100)] {
            let tags = BTreeMap::from([("team".to_owned(), name.to_owned())]);
            let key = KeySetup::single_region(name, HOME);
            kms.declare(
                &KeySetup { tags: BTreeMap::from([(HOME, tags)]), ..key },
                fresh,
                &mut Outbox::default(),
            );
        }
        kms
    }

    fn call(kms: &mut Kms, name: &str, pairs: &[(&'static str, &str)], out: &mut Outbox<KmsEvent>) {
        let operation = api::OPERATIONS.iter().find(|operation| operation.name == name).unwrap();
        let params = Params(pairs.iter().map(|(n, v)| (*n, (*v).to_owned())).collect());
        let reach = RegionSet::default().with(HOME);
        let caller = Caller { now: Time::ZERO, region: HOME, principal: "administrator", reach, fresh: 3 };
        kms.call(operation, &params, &caller, out).unwrap();
    }

    #[test]
    fn policies_go_by_changes_later_and_in_their_order() {
        let mut kms = bench(Span::secs(60));
        let mut out = Outbox::default();
        let [orders, other] = [0, 1].map(|set| KeyRef { set: SetId(set), region: HOME });
        let id = kms.key_id(orders.set).to_owned();
        call(&mut kms, "TagResource", &[("KeyId", &id), ("Tags", "TagKey=team,TagValue=b")], &mut out);
        call(&mut kms, "TagResource", &[("KeyId", &id), ("Tags", "TagKey=tier,TagValue=gold")], &mut out);
        call(&mut kms, "UpdateAlias", &[("AliasName", "alias/other"), ("TargetKeyId", &id)], &mut out);
        assert_eq!(kms.tags_for_policies(orders)["team"], "orders");
        assert_eq!(kms.aliases_for_policies(orders), ["alias/orders"]);
        assert_eq!(kms.aliases_for_policies(other), ["alias/other"]);
        // The second change settles, and the first with it; then the first one's own timer changes nothing.
        let timers = std::mem::take(&mut out.timers);
        kms.process(HOME, timers[1].2, timers[1].0, &mut out);
        assert_eq!(kms.tags_for_policies(orders)["tier"], "gold");
        assert_eq!(kms.aliases_for_policies(orders), ["alias/orders"]);
        let epoch = kms.epoch();
        kms.process(HOME, timers[0].2, timers[0].0, &mut out);
        assert_eq!(kms.epoch(), epoch);
        for (at, region, event) in &timers[2..] {
            kms.process(*region, *event, *at, &mut out);
        }
        assert!(kms.epoch() > epoch);
        assert_eq!(kms.aliases_for_policies(orders), ["alias/orders", "alias/other"]);
        assert!(kms.aliases_for_policies(other).is_empty());
        call(&mut kms, "DeleteAlias", &[("AliasName", "alias/other")], &mut out);
        call(&mut kms, "UntagResource", &[("KeyId", &id), ("TagKeys", "team")], &mut out);
        assert_eq!(kms.aliases_for_policies(orders), ["alias/orders", "alias/other"]);
        assert!(kms.tags_for_policies(orders).contains_key("team"));
    }

    #[test]
    fn without_delay_policies_go_by_a_change_at_once() {
        let mut kms = bench(Span::ZERO);
        let mut out = Outbox::default();
        let key = KeyRef { set: SetId(0), region: HOME };
        let (id, epoch) = (kms.key_id(key.set).to_owned(), kms.epoch());
        call(&mut kms, "CreateAlias", &[("AliasName", "alias/new"), ("TargetKeyId", &id)], &mut out);
        call(&mut kms, "UntagResource", &[("KeyId", &id), ("TagKeys", "team")], &mut out);
        assert_eq!(kms.aliases_for_policies(key), ["alias/new", "alias/orders"]);
        assert!(kms.tags_for_policies(key).is_empty() && out.timers.is_empty() && kms.epoch() > epoch);
        let gone = KeyRef { region: RegionId(0), set: SetId(1) };
        kms.set_mut(gone.set).keys.clear();
        assert!(kms.tags_for_policies(gone).is_empty());
    }
}
