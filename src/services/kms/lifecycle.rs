//! EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion, and what becomes of a key that is to be deleted.

use super::keys::days;
use super::naming::Naming;
use super::request::{Request, refuse};
use super::state::{Deletion, KeyRef, KeyState};
use super::{Answer, CancelWithoutMaterial, Kms, KmsEvent, SetId, rules};
use crate::rulebook::RuleRef;
use crate::services::dates::date;
use crate::services::{ErrorCode, Outbox, Refusal};
use crate::sim::{Span, Time};
use crate::world::RegionId;
use serde_json::json;

impl Kms {
    /// EnableKey: nothing happens to a key that is Enabled (KMS-ST-33).
    pub(super) fn enable_key(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let key = self.admit_named("EnableKey", request, "KeyId", Naming::KeyOnly)?;
        if self.state_of(key) == Some(KeyState::Disabled) {
            let (state, rule) = match self.usable_state(key) {
                KeyState::PendingImport => (KeyState::PendingImport, rules::MISSING_MATERIAL_STOPS_ONE_KEY),
                state => (state, rules::KEY_ENABLED),
            };
            self.enter(key, state, "EnableKey", rule, String::new(), out);
        }
        Ok(json!({}))
    }

    /// DisableKey: nothing happens to a key that is Disabled.
    pub(super) fn disable_key(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let key = self.admit_named("DisableKey", request, "KeyId", Naming::KeyOnly)?;
        if self.state_of(key) == Some(KeyState::Enabled) {
            self.enter(key, KeyState::Disabled, "DisableKey", rules::KEY_DISABLED, String::new(), out);
        }
        Ok(json!({}))
    }

    /// ScheduleKeyDeletion: the clock starts, unless the key is a primary with replicas.
    pub(super) fn schedule_key_deletion(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let window = pending_window(request)?;
        let key = self.admit_named("ScheduleKeyDeletion", request, "KeyId", Naming::KeyOnly)?;
        let set = self.set(key.set);
        let with_replicas = set.is_primary(key.region) && set.has_replicas();
        let switches = &self.config.switches;
        let cascades = with_replicas && switches.delete_primary_cascades;
        let alone = with_replicas && switches.lifecycle_independent;
        if with_replicas && !cascades && !alone {
            self.wait_for_replicas(key, window, out);
        } else {
            let rule = match (cascades, self.state_of(key)) {
                (true, _) => rules::DELETING_THE_PRIMARY_CASCADES,
                (false, _) if alone => rules::A_PRIMARY_GOES_BY_ITS_OWN_CLOCK,
                (false, Some(KeyState::Creating)) => rules::CREATING_CAN_BE_DOOMED,
                (false, _) => rules::DELETION_IS_PENDING,
            };
            self.start_clock(key, window, request.caller.now, rule, out);
        }
        if cascades {
            for region in self.regions_but(key.set, key.region) {
                out.tell(key.region, region, KmsEvent::DeletedWithPrimary { set: key.set });
            }
        }
        let mut answer = json!({ "KeyId": self.arn(key.set, key.region) });
        if let Some(date) = self.deletion_of(key).and_then(|deletion| deletion.date) {
            answer["DeletionDate"] = json!(self::date(date));
        }
        answer["KeyState"] = json!(self.state_of(key).map(KeyState::name));
        answer["PendingWindowInDays"] = json!(days(window));
        Ok(answer)
    }

    /// CancelKeyDeletion: to Disabled, whatever it was before.
    pub(super) fn cancel_key_deletion(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let key = self.admit_named("CancelKeyDeletion", request, "KeyId", Naming::KeyOnly)?;
        if let Some(key) = self.key_mut(key) {
            key.deletion = None;
        }
        let (state, rule) = match self.config.settings.cancel_without_material {
            CancelWithoutMaterial::PendingImport if self.is_incomplete(key) => {
                (KeyState::PendingImport, rules::MISSING_MATERIAL_STOPS_ONE_KEY)
            }
            _ => (KeyState::Disabled, rules::CANCELLED_IS_DISABLED),
        };
        self.enter(key, state, "CancelKeyDeletion", rule, String::new(), out);
        Ok(json!({ "KeyId": self.arn(key.set, key.region) }))
    }

    /// The primary waits, without a clock, until its last replica is deleted.
    fn wait_for_replicas(&mut self, key: KeyRef, window: Span, out: &mut Outbox<KmsEvent>) {
        if let Some(key) = self.key_mut(key) {
            key.deletion = Some(Deletion { window, date: None, lateness: Span::ZERO });
        }
        let detail = format!("{} days once the last replica is deleted", days(window));
        let rule = rules::PRIMARY_WAITS_FOR_REPLICAS;
        self.enter(key, KeyState::PendingReplicaDeletion, "ScheduleKeyDeletion", rule, detail, out);
    }

    /// The waiting period begins now.
    fn start_clock(
        &mut self,
        key: KeyRef,
        window: Span,
        now: Time,
        rule: RuleRef,
        out: &mut Outbox<KmsEvent>,
    ) {
        let draw = self.set_mut(key.set).draw();
        let lateness = self.deletion_lateness.sample(draw);
        self.doom(key, Deletion { window, date: Some(now + window), lateness }, rule, out);
    }

    /// The key is pending deletion; at the end of its waiting period, or a little later, it goes.
    fn doom(&mut self, key: KeyRef, deletion: Deletion, rule: RuleRef, out: &mut Outbox<KmsEvent>) {
        let Some(date) = deletion.date else { return };
        if let Some(key) = self.key_mut(key) {
            key.deletion = Some(deletion);
        }
        let detail = format!("deletion date {date}");
        let process = self.enter(key, KeyState::PendingDeletion, "ScheduleKeyDeletion", rule, detail, out);
        let event = KmsEvent::WaitingPeriodOver { set: key.set, process };
        out.timer(date + deletion.lateness, key.region, event);
    }

    /// The waiting period is over: the key goes, with its aliases, and its primary hears of it.
    pub(super) fn delete(&mut self, key: KeyRef, out: &mut Outbox<KmsEvent>) {
        out.note(self.note_of(key, "DeleteKey", "deleted", rules::DELETED));
        self.remove(key);
        let set = self.set(key.set);
        if set.multi_region && !set.is_primary(key.region) {
            let event = KmsEvent::ReplicaDeleted { set: key.set, replica: key.region };
            out.tell(key.region, set.known.primary, event);
        }
    }

    /// The key is gone, with its aliases.
    pub(super) fn remove(&mut self, key: KeyRef) {
        self.set_mut(key.set).keys.remove(&key.region);
        let account = self.set(key.set).account;
        self.aliases_mut(account, key.region).retain(|_, alias| alias.target != key.set);
        self.touch(key);
    }

    /// Word of a replica's deletion reaches the primary's Region. After the last one a primary that waited for it
    /// starts its own clock.
    pub(super) fn replica_deleted(
        &mut self,
        at: RegionId,
        set: SetId,
        replica: RegionId,
        now: Time,
        out: &mut Outbox<KmsEvent>,
    ) {
        let primary = self.set(set).known.primary;
        if at != primary {
            // The role moved while the word was under way.
            return out.tell(at, primary, KmsEvent::ReplicaDeleted { set, replica });
        }
        let known = &mut self.set_mut(set).known;
        known.regions = known.regions.without(replica);
        self.epoch += 1;
        let key = KeyRef { set, region: primary };
        self.hear(key);
        self.synchronise_later(set, now, out);
        self.material_held(key, now, out);
        let waits = self.state_of(key) == Some(KeyState::PendingReplicaDeletion);
        if let (true, false, Some(Deletion { window, .. })) =
            (waits, self.set(set).has_replicas(), self.deletion_of(key))
        {
            let rule = rules::THE_CLOCK_STARTS_WITH_THE_LAST_REPLICA;
            self.start_clock(key, window, now, rule, out);
        }
    }

    /// KMS-SEED-1 only: a replica shares the fate, and the deletion date, of its primary.
    pub(super) fn deleted_with_primary(&mut self, key: KeyRef, out: &mut Outbox<KmsEvent>) {
        let Some(primary) = self.set(key.set).primary() else {
            // Held by an outage until after the primary's end.
            return self.delete(key, out);
        };
        if let (KeyState::PendingDeletion, Some(deletion)) = (primary.state, primary.deletion) {
            self.doom(key, deletion, rules::DELETING_THE_PRIMARY_CASCADES, out);
        }
    }

    fn deletion_of(&self, key: KeyRef) -> Option<Deletion> {
        self.set(key.set).keys.get(&key.region).and_then(|key| key.deletion)
    }
}

/// 7 to 30 days; 30 if not given (KMS-DEL-1).
fn pending_window(request: &Request) -> Result<Span, Refusal> {
    match request.integer("PendingWindowInDays")?.unwrap_or(30) {
        days @ 7..=30 => Ok(Span::days(days)),
        days => {
            let message = format!("PendingWindowInDays must be 7 to 30, not {days}");
            Err(refuse(rules::SEVEN_TO_THIRTY_DAYS, ErrorCode::ValidationException, message))
        }
    }
}
