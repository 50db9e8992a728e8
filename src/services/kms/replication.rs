//! ReplicateKey, UpdatePrimaryRegion, and the synchronisation of related keys.
//!
//! Both operations need the Regions of both keys at the instant of the call, so they change both keys at once. What
//! the other keys of the set show follows later, from the primary (KMS-ID-21), as messages that wait for their Region.

use super::authorization::{Asking, Subject};
use super::naming::Naming;
use super::policies::with_bypass;
use super::request::{Request, invalid, refuse};
use super::state::{Key, KeyRef, KeyState, Related};
use super::{Answer, Kms, KmsEvent, SetId, keys, rules, tags};
use crate::rulebook::RuleRef;
use crate::services::iam::Document;
use crate::services::{ErrorCode, Outbox, Refusal};
use crate::sim::Time;
use crate::world::{RegionId, RegionSet};
use serde_json::json;

impl Kms {
    /// ReplicateKey: a replica in another Region, first Creating, then Enabled.
    pub(super) fn replicate_key(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let to = self.target_region(request, "ReplicaRegion")?;
        let description = keys::description(request)?;
        let tags = tags::given(request)?;
        let asking = with_bypass(Asking::of_request(request)?, request);
        let identifier = request.required("KeyId")?;
        let primary = self.resolve(identifier, request.caller.region, Naming::KeyOnly, asking.principal)?;
        self.authorize("ReplicateKey", primary, &asking)?;
        self.authorize_replica(primary.set, to, &asking)?;
        self.check_standing("ReplicateKey", primary)?;
        self.check_class("ReplicateKey", primary)?;
        self.check_replication(primary, to, request.caller.reach)?;
        let policy = self.policy_of_replica(request, primary.set, to, &asking)?;
        let outcome = format!("replica in {}", self.place(to).name);
        let rule = match self.config.switches.unlimited_replicas {
            true => rules::ANY_NUMBER_OF_REPLICAS,
            false => rules::REPLICATION_IS_LOGGED_TWICE,
        };
        out.note(self.note_of(primary, "ReplicateKey", &outcome, rule));
        let replica = KeyRef { set: primary.set, region: to };
        // Only where any number is allowed: one more replica is the one that is there.
        if self.state_of(replica).is_none() {
            self.add_replica(replica, description, request.caller.now, out);
            if let Some(key) = self.key_mut(replica) {
                key.policy = policy;
            }
            self.tag_at_birth(replica, tags);
            self.mirror(replica, primary.region, out);
            self.show_current(primary);
            self.synchronise_later(primary.set, request.caller.now, out);
        }
        let mut answer = json!({
            "ReplicaKeyMetadata": self.metadata(replica),
            "ReplicaPolicy": self.policy_of(replica).text(),
        });
        let tags = self.shown_tags(replica);
        if !tags.is_empty() {
            answer["ReplicaTags"] = json!(tags);
        }
        Ok(answer)
    }

    /// Whether the caller may create a key, with its tags, in the replica's Region: IAM policies alone say so, by that
    /// Region (KMS-REP-8).
    fn authorize_replica(&self, set: SetId, to: RegionId, asking: &Asking) -> Result<(), Refusal> {
        let creating = asking.clone().of_new_key(self.set(set).class, Some("REPLICA"));
        let tagging = (!asking.tags.is_empty()).then_some("TagResource");
        ["CreateKey"].into_iter().chain(tagging).try_for_each(|operation| {
            let allowed = self.authorize_without_key(operation, to, &creating);
            allowed.map_err(|refusal| Refusal { rule: rules::A_REPLICA_IS_CREATED, ..refusal })
        })
    }

    /// The replica's own policy, if one is given.
    fn policy_of_replica(
        &self,
        request: &Request,
        set: SetId,
        to: RegionId,
        asking: &Asking,
    ) -> Result<Option<Document>, Refusal> {
        let replica = KeyRef { set, region: to };
        let subject = Subject { role: Some("REPLICA"), tags: &asking.tags, ..self.subject(replica) };
        self.given_policy(request, &subject, asking)
    }

    /// The replica begins: Creating for a while, or Enabled at once under KMS-SEED-5.
    fn add_replica(&mut self, replica: KeyRef, description: &str, now: Time, out: &mut Outbox<KmsEvent>) {
        let ready = self.config.switches.replica_ready_immediately;
        let again = self.set(replica.set).ever.has(replica.region);
        let external = self.set(replica.set).class.is_external();
        let at_once = if external { KeyState::PendingImport } else { KeyState::Enabled };
        let (state, rule) = match (ready, again) {
            (true, _) => (at_once, rules::REPLICA_READY_AT_ONCE),
            (false, true) => (KeyState::Creating, rules::REPLICATED_AGAIN),
            (false, false) => (KeyState::Creating, rules::REPLICA_STARTS_CREATING),
        };
        let set = self.set_mut(replica.set);
        let (process, draw) = (set.add(replica.region, state, now, description), set.draw());
        self.changed(replica, "CreateKey", rule, String::new(), out);
        if state == KeyState::Creating {
            let ends = now + self.creating.sample(draw);
            out.timer(ends, replica.region, KmsEvent::Replicated { set: replica.set, process });
        }
    }

    /// What stands against a replica there, once the primary itself does not.
    fn check_replication(&self, primary: KeyRef, to: RegionId, reach: RegionSet) -> Result<(), Refusal> {
        if !self.config.switches.unlimited_replicas {
            self.check_place(primary, to)?;
            self.check_room_for_a_key(self.set(primary.set).account, to)?;
        }
        self.check_reach(to, reach, rules::REPLICATION_NEEDS_BOTH_REGIONS)
    }

    /// One key of a set in each enabled Region of the partition.
    fn check_place(&self, primary: KeyRef, to: RegionId) -> Result<(), Refusal> {
        let settings = &self.config.settings;
        if self.set(primary.set).known.regions.has(to) {
            let message = "You can create only one replica of each primary key in each AWS Region.";
            let error = match to == primary.region {
                true => settings.replicate_own_region_error,
                false => ErrorCode::AlreadyExistsException,
            };
            return Err(refuse(rules::ONE_RELATED_KEY_PER_REGION, error, message));
        }
        let name = &self.place(to).name;
        if self.place(to).partition != self.place(primary.region).partition {
            let message = format!("{name} is in another partition");
            return Err(refuse(rules::ONE_PARTITION, settings.replicate_partition_error, message));
        }
        if self.config.directory.disabled(self.set(primary.set).account).has(to) {
            let message = format!("{name} is not enabled for this account");
            let error = settings.replicate_disabled_region_error;
            return Err(refuse(rules::ENABLED_REGIONS_ONLY, error, message));
        }
        Ok(())
    }

    /// UpdatePrimaryRegion: the role moves at once, both keys are Updating for a while (KMS-ST-40).
    pub(super) fn update_primary_region(&mut self, request: &Request, out: &mut Outbox<KmsEvent>) -> Answer {
        let to = self.target_region(request, "PrimaryRegion")?;
        let asking = Asking::of_request(request)?;
        let identifier = request.required("KeyId")?;
        let named = self.resolve(identifier, request.caller.region, Naming::KeyOnly, asking.principal)?;
        self.authorize("UpdatePrimaryRegion", named, &asking)?;
        let new = KeyRef { set: named.set, region: to };
        if self.state_of(new).is_some() {
            let allowed = self.authorize("UpdatePrimaryRegion", new, &asking);
            allowed.map_err(|refusal| Refusal { rule: rules::BOTH_POLICIES_LET_GO, ..refusal })?;
        }
        let (old, rescued) = self.current_primary(named, request.caller.reach)?;
        self.check_state("UpdatePrimaryRegion", old)?;
        self.check_new_primary(new, request.caller.reach)?;

        let now = request.caller.now;
        let rule = if rescued { rules::PROMOTED_DURING_THE_OUTAGE } else { rules::UPDATE_STARTS };
        self.set_mut(old.set).known.primary = to;
        self.move_schedule(old.set, now, out);
        let draw = self.set_mut(old.set).draw();
        let updating = self.updating.sample(draw);
        if rescued {
            out.tell(to, old.region, KmsEvent::Synchronised { set: old.set });
        } else {
            self.begin_update(old, now + updating, "replica", rule, out);
            self.show_current(old);
        }
        self.begin_update(new, now + updating, "primary", rule, out);
        self.synchronise_later(old.set, now, out);
        Ok(json!({}))
    }

    /// The key that hands the role over: the one named, which must be the primary. Under KMS-SEED-3 a replica may
    /// speak for a primary whose Region does not answer; then `true`.
    fn current_primary(&self, named: KeyRef, reach: RegionSet) -> Result<(KeyRef, bool), Refusal> {
        let set = self.set(named.set);
        let primary = KeyRef { set: named.set, region: set.known.primary };
        let rescue = self.config.switches.promote_from_replica_during_outage
            && set.multi_region
            && set.primary().is_some()
            && !reach.has(primary.region);
        match rescue {
            true => Ok((primary, true)),
            false => self.check_role("UpdatePrimaryRegion", named).map(|()| (named, false)),
        }
    }

    /// What stands against the key that is to be primary.
    fn check_new_primary(&self, new: KeyRef, reach: RegionSet) -> Result<(), Refusal> {
        let arn = self.arn(new.set, new.region);
        if self.set(new.set).known.primary == new.region {
            let message = format!("{arn} is the primary key already.");
            let error = self.config.settings.promote_own_region_error;
            return Err(refuse(rules::ANOTHER_REGION_TO_PROMOTE, error, message));
        }
        let missing = || {
            let message = format!("Key '{arn}' does not exist");
            refuse(rules::A_REPLICA_TO_PROMOTE, self.config.settings.promote_missing_error, message)
        };
        if !self.set(new.set).known.regions.has(new.region) {
            return Err(missing());
        }
        self.check_reach(new.region, reach, rules::PROMOTION_NEEDS_BOTH_REGIONS)?;
        if self.state_of(new).is_none() {
            return Err(missing());
        }
        self.check_promotion(new)
    }

    fn check_reach(&self, to: RegionId, reach: RegionSet, rule: RuleRef) -> Result<(), Refusal> {
        match reach.has(to) {
            true => Ok(()),
            false => {
                let message = format!("AWS KMS in {} does not answer", self.place(to).name);
                Err(refuse(rule, ErrorCode::KMSInternalException, message))
            }
        }
    }

    fn begin_update(
        &mut self,
        key: KeyRef,
        ends: Time,
        role: &str,
        rule: RuleRef,
        out: &mut Outbox<KmsEvent>,
    ) {
        let detail = format!("becomes {role}");
        let process = self.enter(key, KeyState::Updating, "UpdatePrimaryRegion", rule, detail, out);
        out.timer(ends, key.region, KmsEvent::Updated { set: key.set, process });
    }

    /// The Region that a parameter names.
    fn target_region(&self, request: &Request, name: &str) -> Result<RegionId, Refusal> {
        let text = request.required(name)?;
        let found = self.config.regions.iter().position(|place| place.name == text);
        let well_formed = |text: &str| {
            let (words, digits) = text.rsplit_once('-').unwrap_or_default();
            let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
            words.split('-').count() >= 2
                && words.split('-').all(word)
                && !digits.is_empty()
                && digits.bytes().all(|b| b.is_ascii_digit())
        };
        match found {
            Some(i) => Ok(RegionId(i as u8)),
            None if well_formed(text) => {
                let message = format!("{text} is none of this scenario's Regions");
                Err(refuse(rules::REGION_IS_NAMED, ErrorCode::NotModelled, message))
            }
            None => Err(invalid(format!("'{text}' is no Region"))),
        }
    }

    /// A while from now the primary tells the other keys of the set how things are.
    pub(super) fn synchronise_later(&mut self, set: SetId, now: Time, out: &mut Outbox<KmsEvent>) {
        let draw = self.set_mut(set).draw();
        let takes = self.synchronisation.sample(draw);
        out.timer(now + takes, self.set(set).known.primary, KmsEvent::Synchronise { set });
    }

    /// It is time for the primary to tell the others. A primary that handed over has nothing to tell.
    pub(super) fn synchronise(&self, at: RegionId, set: SetId, out: &mut Outbox<KmsEvent>) {
        if self.set(set).is_primary(at) {
            for region in self.regions_but(set, at) {
                out.tell(at, region, KmsEvent::Synchronised { set });
            }
        }
    }

    /// Word from the primary reaches a key.
    pub(super) fn synchronised(&mut self, key: KeyRef, out: &mut Outbox<KmsEvent>) {
        let had = self.set(key.set).keys.get(&key.region).map(|key| key.shown);
        if let (Some(had), true) = (had, self.hear(key)) {
            let outcome = self.news(had, self.set(key.set).known);
            let rule = rules::THE_PRIMARY_IS_THE_SOURCE;
            out.note(self.note_of(key, "SynchronizeMultiRegionKey", &outcome, rule));
        }
    }

    /// What a key learns of its set, in words.
    fn news(&self, had: Related, has: Related) -> String {
        let primary =
            (had.primary != has.primary).then(|| format!("primary {}", self.place(has.primary).name));
        let related = (had.regions != has.regions)
            .then(|| format!("keys in {} Regions", self.regions_of(has.regions).len()));
        let rotation = (had.rotation != has.rotation).then(|| match has.rotation {
            Some(rotation) => format!("rotates every {} days", keys::days(rotation.period)),
            None => "rotates no more".to_owned(),
        });
        [primary, related, rotation].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The key learns how things are; while it is Updating it keeps what it shows until that is over. Whether it shows
    /// something else now.
    pub(super) fn hear(&mut self, key: KeyRef) -> bool {
        let known = self.set(key.set).known;
        let learns = |key: &Key| key.state != KeyState::Updating && key.shown != known;
        let learns = self.set(key.set).keys.get(&key.region).is_some_and(learns);
        if learns {
            self.show_current(key);
        }
        learns
    }

    /// The key shows the set as its primary knows it.
    pub(super) fn show_current(&mut self, key: KeyRef) {
        let known = self.set(key.set).known;
        if let Some(key) = self.key_mut(key) {
            key.shown = known;
        }
    }
}
