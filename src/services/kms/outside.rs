//! What happens to keys from outside of KMS: a Region is lost, an account is closed, its Regions or its organisation's
//! policies change, a key goes without its waiting period.

use super::state::KeyRef;
use super::{Kms, KmsEvent, SetId, rules};
use crate::rulebook::RuleRef;
use crate::services::Outbox;
use crate::services::iam::Document;
use crate::world::RegionId;

impl Kms {
    /// A Region is lost for good, and every key there with it. Related keys elsewhere go on; a primary that was there
    /// still has its role, so nobody can take it over.
    pub fn lose_region(&mut self, region: RegionId, out: &mut Outbox<KmsEvent>) {
        let there = (0..self.sets()).map(|set| KeyRef { set: SetId(set), region });
        for key in there.collect::<Vec<_>>() {
            self.vanish(key, "LoseRegion", rules::A_LOST_REGION_TAKES_ITS_KEYS, out);
        }
        self.publish_now();
    }

    /// An account is closed for good, and every key of it is gone.
    pub fn close_account(&mut self, account: usize, out: &mut Outbox<KmsEvent>) {
        let owned = (0..self.sets()).map(SetId).filter(|set| self.set(*set).account == account);
        let keys = owned.flat_map(|set| self.set(set).keys.keys().map(move |region| (set, *region)));
        for (set, region) in keys.collect::<Vec<_>>() {
            let rule = rules::A_CLOSED_ACCOUNT_TAKES_ITS_KEYS;
            self.vanish(KeyRef { set, region }, "CloseAccount", rule, out);
        }
        self.publish_now();
    }

    /// A key goes as at the end of a waiting period, at once.
    pub fn delete_at_once(&mut self, set: SetId, region: RegionId, out: &mut Outbox<KmsEvent>) {
        let key = KeyRef { set, region };
        if self.state_of(key).is_some() {
            self.delete(key, out);
            self.publish_now();
        }
    }

    /// A Region is disabled or enabled for an account.
    pub fn opt(&mut self, account: usize, region: RegionId, enabled: bool) {
        self.config.directory.opt(account, region, enabled);
        self.epoch += 1;
    }

    /// A service control policy is attached to an account.
    pub fn attach(&mut self, account: usize, policy: Document) {
        self.config.directory.attach(account, policy);
        self.epoch += 1;
    }

    /// A service control policy that was [attached](Kms::attach) is taken away again.
    pub fn detach(&mut self, account: usize, policy: &Document) {
        self.config.directory.detach(account, policy);
        self.epoch += 1;
    }

    fn vanish(&mut self, key: KeyRef, event: &'static str, rule: RuleRef, out: &mut Outbox<KmsEvent>) {
        if self.state_of(key).is_none() {
            return;
        }
        out.note(self.note_of(key, event, "gone", rule));
        self.remove(key);
        self.set_mut(key.set).taken_by = Some(rule);
    }
}
