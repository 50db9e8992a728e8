//! Rotation of key material: EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, RotateKeyOnDemand,
//! ListKeyRotations, and what goes on behind them.
//!
//! A rotation makes new material at the primary. A while later it is copied to every replica, as messages that wait
//! for their Region; once it is in all of them the whole set uses it at once (KMS-ROT-4).

use super::keys::days;
use super::material::{Holding, Rotating, RotationType};
use super::naming::Naming;
use super::paging::{self, Page};
use super::request::{Request, invalid, refuse};
use super::state::{AutomaticRotation, Key, KeyRef, KeyState, Set};
use super::{Answer, Kms, KmsEvent, SetId, rules};
use crate::services::dates::date;
use crate::services::{ErrorCode, Note, Outbox, Refusal};
use crate::sim::{Span, Time};
use crate::world::RegionId;
use serde_json::{Value, json};

/// Rotations on demand in the life of a key (KMS-ROT-8).
const ON_DEMAND: u16 = 25;
/// How long before an automatic rotation none begins on demand (KMS-TIM-13).
const JUST_BEFORE: Span = Span(20 * Span::MINUTE.0);

impl Kms {
    /// EnableKeyRotation, also of a key that rotates already: the period counts from now (KMS-ROT-18).
    pub(super) fn enable_key_rotation(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let period = rotation_period(request)?;
        let key = self.admit_named("EnableKeyRotation", request, "KeyId", Naming::KeyOnly)?;
        let next = request.caller.now + period;
        out.timer(next, key.region, KmsEvent::RotationDue { set: key.set });
        self.set_rotation(key, Some(AutomaticRotation { period, next }), request.caller.now, out);
        Ok(json!({}))
    }

    /// DisableKeyRotation.
    pub(super) fn disable_key_rotation(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let key = self.admit_named("DisableKeyRotation", request, "KeyId", Naming::KeyOnly)?;
        self.set_rotation(key, None, request.caller.now, out);
        Ok(json!({}))
    }

    /// The primary has the setting at once, its replicas after synchronisation (KMS-ROT-3).
    fn set_rotation(
        &mut self,
        key: KeyRef,
        rotation: Option<AutomaticRotation>,
        now: Time,
        out: &mut Outbox<KmsEvent>,
    ) {
        self.set_mut(key.set).known.rotation = rotation;
        let (operation, outcome) = match rotation {
            Some(rotation) => ("EnableKeyRotation", format!("every {} days", days(rotation.period))),
            None => ("DisableKeyRotation", "off".to_owned()),
        };
        out.note(self.note_of(key, operation, &outcome, rules::FIRST_ROTATION));
        match (self.config.switches.rotation_instant, self.set_mut(key.set).keys.get_mut(&key.region)) {
            (true, _) => self.show_rotation(key.set),
            (false, Some(key)) => key.shown.rotation = rotation,
            (false, None) => {}
        }
        if self.set(key.set).has_replicas() {
            self.synchronise_later(key.set, now, out);
        }
    }

    /// GetKeyRotationStatus: a key pending deletion does not rotate (KMS-DEL-14).
    pub(super) fn get_key_rotation_status(&self, request: &Request) -> Answer {
        let at = self.admit_named("GetKeyRotationStatus", request, "KeyId", Naming::KeyOnly)?;
        let set = self.set(at.set);
        let Some(key) = set.keys.get(&at.region) else { return Ok(Value::Null) };
        let doomed = matches!(key.state, KeyState::PendingDeletion | KeyState::PendingReplicaDeletion);
        let rotation = key.shown.rotation.filter(|_| !doomed);
        let mut answer = json!({ "KeyId": set.id, "KeyRotationEnabled": rotation.is_some() });
        if let Some(rotation) = rotation {
            answer["RotationPeriodInDays"] = json!(days(rotation.period));
            answer["NextRotationDate"] = json!(date(rotation.next));
        }
        let arrived = set.pending().is_some_and(|version| key.held.contains_key(&version));
        if let (true, Some(Rotating { kind: RotationType::OnDemand, began, .. })) = (arrived, set.rotating) {
            answer["OnDemandRotationStartDate"] = json!(date(began));
        }
        Ok(answer)
    }

    /// RotateKeyOnDemand: answers before the work is done (KMS-ROT-19).
    pub(super) fn rotate_key_on_demand(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let key = self.admit_named("RotateKeyOnDemand", request, "KeyId", Naming::KeyOnly)?;
        let now = request.caller.now;
        self.check_rotation_on_demand(key, now)?;
        self.set_mut(key.set).on_demand += 1;
        out.note(self.note_of(key, "RotateKeyOnDemand", "begins", rules::TWENTY_FIVE_ON_DEMAND));
        self.begin_rotation(key.set, RotationType::OnDemand, now, out);
        Ok(json!({ "KeyId": self.arn(key.set, key.region) }))
    }

    /// What stands against a rotation on demand, once role, state and class do not.
    fn check_rotation_on_demand(&self, key: KeyRef, now: Time) -> Result<(), Refusal> {
        let set = self.set(key.set);
        let arn = self.arn(key.set, key.region);
        if set.on_demand >= ON_DEMAND {
            let message = format!(
                "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can \
                 be performed for this key: {arn}"
            );
            return Err(refuse(rules::TWENTY_FIVE_ON_DEMAND, ErrorCode::LimitExceededException, message));
        }
        match set.rotating.map(|rotating| rotating.kind) {
            Some(RotationType::OnDemand) => {
                let (rule, error) =
                    (rules::ONE_ROTATION_AT_A_TIME, self.config.settings.overlapping_rotation_error);
                return Err(refuse(rule, error, format!("{arn} is being rotated.")));
            }
            Some(RotationType::Automatic) => {
                let rule = rules::AUTOMATIC_ROTATION_GOES_FIRST;
                let message = format!("{arn} is being rotated.");
                return Err(refuse(rule, ErrorCode::ConflictException, message));
            }
            None => {}
        }
        if set.known.rotation.is_some_and(|rotation| rotation.next.since(now) <= JUST_BEFORE) {
            let message = format!("{arn} is about to be rotated.");
            return Err(refuse(rules::AUTOMATIC_ROTATION_GOES_FIRST, ErrorCode::ConflictException, message));
        }
        let imported = set.class.is_external() && !self.config.switches.rotation_instant;
        let ready = set.pending().is_some_and(|version| self.is_everywhere(key.set, version));
        if imported && !ready {
            let message = format!("No available key material pending rotation for the key: {arn}.");
            return Err(refuse(rules::MATERIAL_TO_ROTATE_TO, ErrorCode::KMSInvalidStateException, message));
        }
        Ok(())
    }

    /// An automatic rotation begins if it is due, the primary can, and none is under way. One that finds an obstacle
    /// begins when that is gone: when the primary is enabled (KMS-ROT-7), or the other rotation done (KMS-ROT-16).
    pub(super) fn rotate_if_due(&mut self, set: SetId, now: Time, out: &mut Outbox<KmsEvent>) {
        let home = self.home(set);
        let able = matches!(
            self.state_of(KeyRef { set, region: home }),
            Some(KeyState::Enabled | KeyState::Updating)
        );
        let idle = self.set(set).rotating.is_none();
        let known = &mut self.set_mut(set).known;
        match &mut known.rotation {
            Some(rotation) if rotation.next <= now && able && idle => {
                rotation.next = now + rotation.period;
                out.timer(rotation.next, home, KmsEvent::RotationDue { set });
            }
            _ => return,
        }
        let shown = known.rotation;
        if let Some(key) = self.key_mut(KeyRef { set, region: home }) {
            key.shown.rotation = shown;
        }
        self.begin_rotation(set, RotationType::Automatic, now, out);
    }

    /// What a call or an event changed may be what a rotation waits for: that the primary can (KMS-ROT-7), or that a
    /// replica has the material, or needs none.
    pub(super) fn resume_rotations(&mut self, now: Time, out: &mut Outbox<KmsEvent>) {
        for key in self.touched.clone() {
            self.rotation_due(key, now, out);
            self.material_held(key, now, out);
        }
    }

    /// The timer of a schedule fires in a Region. If the role has moved, the new primary has a timer of its own.
    pub(super) fn rotation_due(&mut self, key: KeyRef, now: Time, out: &mut Outbox<KmsEvent>) {
        if key.region == self.home(key.set) {
            self.rotate_if_due(key.set, now, out);
        }
    }

    /// The role has moved: the schedule goes on at the new primary.
    pub(super) fn move_schedule(&self, set: SetId, now: Time, out: &mut Outbox<KmsEvent>) {
        if let Some(rotation) = self.set(set).known.rotation {
            out.timer(rotation.next.max(now), self.home(set), KmsEvent::RotationDue { set });
        }
    }

    /// New material is at the primary: what KMS makes, or what was imported for it. Under KMS-SEED-15 it is
    /// everywhere and in use at once.
    fn begin_rotation(&mut self, set: SetId, kind: RotationType, now: Time, out: &mut Outbox<KmsEvent>) {
        let (home, instant) = (self.home(set), self.config.switches.rotation_instant);
        let draw = self.set_mut(set).draw();
        let takes = if instant { Span::ZERO } else { self.rotation.sample(draw) };
        let rotated = self.set_mut(set);
        let version = rotated.pending().unwrap_or_else(|| rotated.generate());
        let new = Holding { expires: None };
        for (region, key) in &mut rotated.keys {
            if instant || *region == home {
                key.held.entry(version).or_insert(new);
            }
        }
        rotated.rotating = Some(Rotating { kind, began: now, copied: now + takes });
        match instant {
            true => self.switch(set, now, out),
            false => out.timer(now + takes, home, KmsEvent::CopyMaterial { set }),
        }
    }

    /// It is time for the Region that made new material to copy it to the others. Imported material is there already,
    /// or is waited for.
    pub(super) fn copy_material(&mut self, from: KeyRef, now: Time, out: &mut Outbox<KmsEvent>) {
        let set = self.set(from.set);
        if let (Some(version), false) = (set.pending(), set.class.is_external()) {
            for region in self.regions_but(from.set, from.region) {
                out.tell(from.region, region, KmsEvent::MaterialCopied { set: from.set, version });
            }
        }
        self.material_held(from, now, out);
    }

    /// New material reaches a key, whatever its state (KMS-ROT-12).
    pub(super) fn material_copied(
        &mut self,
        key: KeyRef,
        version: u16,
        now: Time,
        out: &mut Outbox<KmsEvent>,
    ) {
        let Some(held) = self.key_mut(key).map(|key| &mut key.held) else { return };
        if held.contains_key(&version) {
            // A replica made meanwhile was made with it.
            return;
        }
        held.insert(version, Holding { expires: None });
        let rule = rules::USED_WHEN_EVERYWHERE;
        out.note(self.note_of(key, "SynchronizeMultiRegionKey", "new key material", rule));
        self.material_held(key, now, out);
    }

    /// The primary hears that a key has what it waited for, if a rotation waits.
    pub(super) fn material_held(&mut self, key: KeyRef, now: Time, out: &mut Outbox<KmsEvent>) {
        let set = self.set(key.set);
        let Some(rotating) = set.rotating else { return };
        if key.region != set.known.primary {
            return out.tell(key.region, set.known.primary, KmsEvent::MaterialHeld { set: key.set });
        }
        let everywhere = set.pending().is_some_and(|version| self.is_everywhere(key.set, version));
        if everywhere && rotating.copied <= now {
            self.switch(key.set, now, out);
        }
    }

    /// Every key of the set uses the new material from now on.
    fn switch(&mut self, set: SetId, now: Time, out: &mut Outbox<KmsEvent>) {
        let instant = self.config.switches.rotation_instant;
        let rotated = self.set_mut(set);
        let (Some(Rotating { kind, .. }), Some(version)) = (rotated.rotating.take(), rotated.pending())
        else {
            return;
        };
        let from = std::mem::replace(&mut rotated.material, version);
        if let Some(material) = rotated.materials.last_mut() {
            material.rotated = Some((kind, now));
        }
        let detail = format!(
            "rotationType={} keyOrigin={} previousKeyMaterialId={} currentKeyMaterialId={}",
            kind.name(),
            rotated.class.origin.name(),
            rotated.material_id(from),
            rotated.material_id(version)
        );
        let rule = match (instant, rotated.class.is_external()) {
            (true, _) => rules::ROTATION_IS_INSTANT,
            (false, true) => rules::IMPORT_THEN_ROTATE,
            (false, false) => rules::USED_WHEN_EVERYWHERE,
        };
        self.epoch += 1;
        self.show_rotation(set);
        // A replica that is pending deletion need not have imported material (KMS-DEL-14).
        let has = |(region, key): (&RegionId, &Key)| key.held.contains_key(&version).then_some(*region);
        for region in self.set(set).keys.iter().filter_map(has).collect::<Vec<_>>() {
            let note = self.note_of(KeyRef { set, region }, "RotateKey", kind.name(), rule);
            out.note(Note { detail: detail.clone(), ..note });
        }
        self.rotate_if_due(set, now, out);
    }

    /// Every key shows the schedule.
    fn show_rotation(&mut self, set: SetId) {
        let set = self.set_mut(set);
        let rotation = set.known.rotation;
        set.keys.values_mut().for_each(|key| key.shown.rotation = rotation);
    }

    /// ListKeyRotations: the rotations that are done or, with ALL_KEY_MATERIAL, every key material.
    pub(super) fn list_key_rotations(&self, request: &Request) -> Answer {
        let all = match request.text("IncludeKeyMaterial") {
            None | Some("ROTATIONS_ONLY") => false,
            Some("ALL_KEY_MATERIAL") => true,
            Some(text) => return Err(invalid(format!("'{text}' is no IncludeKeyMaterial"))),
        };
        let page = Page::of(request, "Rotations", paging::LONG)?;
        let at = self.admit_named("ListKeyRotations", request, "KeyId", Naming::KeyOnly)?;
        let set = self.set(at.set);
        let Some(key) = set.keys.get(&at.region) else { return Ok(Value::Null) };
        let known = |version: &u16| set.class.is_external() || key.held.contains_key(version);
        let versions = (0..set.versions()).filter(known);
        let listed = versions.filter(|version| all || set.rotation_of(*version).is_some());
        page.answer(listed.map(|version| self.rotation_entry(at.set, key, version)))
    }

    /// A key material as ListKeyRotations shows it (KMS-ROT-14).
    fn rotation_entry(&self, id: SetId, key: &Key, version: u16) -> Value {
        let set = self.set(id);
        let state = match version.cmp(&set.material) {
            std::cmp::Ordering::Less => "NON_CURRENT",
            std::cmp::Ordering::Equal => "CURRENT",
            std::cmp::Ordering::Greater if set.class.is_external() && !self.is_everywhere(id, version) => {
                "PENDING_MULTI_REGION_IMPORT_AND_ROTATION"
            }
            std::cmp::Ordering::Greater => "PENDING_ROTATION",
        };
        let mut entry = json!({
            "KeyId": set.id,
            "KeyMaterialId": set.material_id(version),
            "KeyMaterialState": state,
        });
        if let Some((kind, at)) = set.rotation_of(version) {
            entry["RotationDate"] = json!(date(at));
            entry["RotationType"] = json!(kind.name());
        }
        if set.class.is_external() {
            self.describe_import(&mut entry, set, key, version);
        }
        entry
    }
}

impl Set {
    /// The rotation that made a version current, if one did.
    fn rotation_of(&self, version: u16) -> Option<(RotationType, Time)> {
        self.materials.get(usize::from(version))?.rotated
    }
}

/// 90 to 2560 days; 365 if not given (KMS-ROT-2).
fn rotation_period(request: &Request) -> Result<Span, Refusal> {
    match request.integer("RotationPeriodInDays")?.unwrap_or(365) {
        days @ 90..=2560 => Ok(Span::days(days)),
        days => {
            let message = format!("RotationPeriodInDays must be 90 to 2560, not {days}");
            Err(refuse(rules::FIRST_ROTATION, ErrorCode::ValidationException, message))
        }
    }
}
