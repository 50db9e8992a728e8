//! What people and programs ask of a secret by command.

use super::{Member, PLAIN, PRIMARY, Role, SecretEvent, Secrets, refuse, rules};
use crate::services::replication::{End, Record};
use crate::services::store::{Barrier, Effects, Put, Stored};
use crate::services::{Caller, ErrorCode, Operation, Outbox, Params, Refusal, dates, shorthand};
use crate::sim::rng::fnv1a;
use crate::world::endpoint::Work;
use serde_json::{Value, json};

impl Secrets {
    /// The item of a name or an ARN, if it is one of this store.
    pub(super) fn item(&self, id: &str) -> Option<u32> {
        let name = match id.split_once(":secret:") {
            Some((_, name)) if id.starts_with("arn:") => name,
            _ => id,
        };
        match name.strip_prefix(&self.name)? {
            "" => Some(0),
            rest => rest.strip_prefix('/')?.parse().ok(),
        }
    }

    pub(super) fn carry_out(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<SecretEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        let replica = self.here(caller)?;
        let item = params.get("SecretId").and_then(|id| self.item(id)).unwrap_or_default();
        match operation.name {
            "GetSecretValue" => self.get(replica, item),
            "PutSecretValue" | "UpdateSecret" => self.put(replica, item, params),
            "RotateSecret" => {
                self.at_the_primary(replica)?;
                self.admitted(replica, Work::Write)?;
                Ok((self.named(replica), self.rotate(out)))
            }
            "ReplicateSecretToRegions" => self.add(replica, params, caller, out),
            "RemoveRegionsFromReplication" => self.remove(replica, params, out),
            "StopReplicationToReplica" => self.stop(replica, out),
            _ => Ok((self.describe(replica), Effects::default())),
        }
    }

    /// The copy in the Region that is called.
    fn here(&self, caller: &Caller) -> Result<u8, Refusal> {
        let found = self.replicas.replica_in(caller.region);
        found.filter(|replica| self.is_there(*replica)).ok_or_else(|| {
            let message = "Secrets Manager can't find the specified secret.";
            refuse(rules::THE_SECRET_EXISTS, ErrorCode::ResourceNotFoundException, message)
        })
    }

    fn at_the_primary(&self, replica: u8) -> Result<(), Refusal> {
        match self.member(replica).role {
            Role::Primary | Role::Standalone => Ok(()),
            _ => {
                let message = "Operation not permitted on a replica secret. Call must be made in primary secret's Region.";
                Err(refuse(rules::A_REPLICA_ONLY_FOLLOWS, ErrorCode::InvalidRequestException, message))
            }
        }
    }

    fn admitted(&self, replica: u8, work: Work) -> Result<(), Refusal> {
        let refused = |barrier: Barrier| refuse(barrier.rule, barrier.error, barrier.rule.says);
        self.may(replica, work).map_err(refused)
    }

    fn named(&self, replica: u8) -> Value {
        json!({ "ARN": self.arn(replica), "Name": self.name })
    }

    fn get(&self, replica: u8, item: u32) -> Result<(Value, Effects), Refusal> {
        self.admitted(replica, Work::Read)?;
        let found = self.replicas.tables[usize::from(replica)].get(item).ok_or_else(|| {
            let message =
                "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT";
            refuse(rules::THE_SECRET_EXISTS, ErrorCode::ResourceNotFoundException, message)
        })?;
        let mut answer = self.named(replica);
        answer["VersionId"] = json!(version(item, &found));
        answer["VersionStages"] = json!(["AWSCURRENT"]);
        answer["CreatedDate"] = json!(dates::date(found.written));
        // What a client or a rotation wrote is nobody's business but its own.
        if let Some(value) = self.replicas.value(item, &found) {
            answer["SecretString"] = value.clone();
        }
        Ok((answer, Effects::default()))
    }

    fn put(&self, replica: u8, item: u32, params: &Params) -> Result<(Value, Effects), Refusal> {
        self.at_the_primary(replica)?;
        self.admitted(replica, Work::Write)?;
        let value = params.get("SecretString").map(Value::from);
        let writes = vec![Put { source: replica, item, class: PLAIN, value }];
        Ok((self.named(replica), Effects { writes, ..Effects::default() }))
    }

    /// A copy of this store that a command names by its Region.
    fn place(&self, place: &str) -> Result<u8, Refusal> {
        let found = self.places.iter().position(|known| known == place).map(|place| place as u8);
        found.filter(|replica| *replica != PRIMARY).ok_or_else(|| {
            let message = format!("no replica can be in {place} in this scenario");
            refuse(rules::REPLICAS_ARE_THE_PRIMARY_S, ErrorCode::InvalidParameterException, message)
        })
    }

    fn add(
        &mut self,
        replica: u8,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<SecretEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        self.at_the_primary(replica)?;
        let no = |message: &str| {
            refuse(rules::REPLICAS_ARE_THE_PRIMARY_S, ErrorCode::InvalidParameterException, message)
        };
        let stated = params.get("AddReplicaRegions").and_then(shorthand::structures).unwrap_or_default();
        for one in &stated {
            if one.keys().any(|key| key != "Region") {
                return Err(refuse(
                    rules::REPLICAS_ARE_THE_PRIMARY_S,
                    ErrorCode::NotModelled,
                    "the key of a replica is stated by the store's `encryption`",
                ));
            }
            let target = self.place(one.get("Region").and_then(Value::as_str).unwrap_or_default())?;
            let overwrites = params.flag("ForceOverwriteReplicaSecret");
            match self.member(target).role {
                Role::Replica { .. } => return Err(no("the secret is replicated to this Region already")),
                Role::Standalone if !overwrites => {
                    return Err(no("there is a secret of this name in the Region already"));
                }
                _ => {}
            }
            self.replicas.clear(target);
            let Member { health, ticket, .. } = *self.member(target);
            let role = Role::Replica { made: false };
            *self.member_mut(target) = Member { role, health, failed: false, ticket: ticket + 1 };
            let takes = self.creation.sample(caller.fresh as u64);
            let event = SecretEvent::Created { replica: target, ticket: ticket + 1 };
            out.timer(caller.now + takes, self.replicas.regions[usize::from(target)], event);
            self.note(target, "ReplicateSecretToRegions", rules::REPLICAS_ARE_THE_PRIMARY_S, out);
        }
        Ok((self.describe(replica), Effects { replaced: true, ..Effects::default() }))
    }

    fn remove(
        &mut self,
        replica: u8,
        params: &Params,
        out: &mut Outbox<SecretEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        self.at_the_primary(replica)?;
        let mut effects = Effects { replaced: true, ..Effects::default() };
        let places = params.get("RemoveReplicaRegions").and_then(shorthand::list).unwrap_or_default();
        for place in &places {
            let target = self.place(place)?;
            if !matches!(self.member(target).role, Role::Replica { .. }) {
                let message = format!("there is no replica in {place}");
                let error = ErrorCode::InvalidParameterException;
                return Err(refuse(rules::REPLICAS_ARE_THE_PRIMARY_S, error, message));
            }
            effects.ended.extend(self.replicas.end_between(PRIMARY, target, End::Lost));
            self.replicas.clear(target);
            let member = self.member_mut(target);
            (member.role, member.failed) = (Role::Absent, false);
            member.ticket += 1;
            self.note(target, "RemoveRegionsFromReplication", rules::REPLICAS_ARE_THE_PRIMARY_S, out);
        }
        Ok((self.describe(replica), effects))
    }

    /// A replica becomes a secret of its own: what it has not received by now it never will.
    fn stop(&mut self, replica: u8, out: &mut Outbox<SecretEvent>) -> Result<(Value, Effects), Refusal> {
        if self.member(replica).role != (Role::Replica { made: true }) {
            let message = "the call is made in the Region of a replica";
            return Err(refuse(rules::A_REPLICA_ONLY_FOLLOWS, ErrorCode::InvalidRequestException, message));
        }
        let ended = self.replicas.end_between(PRIMARY, replica, End::Lost);
        let member = self.member_mut(replica);
        (member.role, member.failed) = (Role::Standalone, false);
        self.note(replica, "StopReplicationToReplica", rules::A_REPLICA_ONLY_FOLLOWS, out);
        let takeover = Some((PRIMARY, replica));
        let effects = Effects { takeover, ended, replaced: true, ..Effects::default() };
        Ok((json!({ "ARN": self.arn(replica) }), effects))
    }

    fn describe(&self, replica: u8) -> Value {
        let mut answer = self.named(replica);
        answer["RotationEnabled"] = json!(self.setup.rotation.is_some());
        match self.member(replica).role {
            Role::Primary | Role::Replica { .. } => {
                answer["PrimaryRegion"] = json!(self.places[usize::from(PRIMARY)]);
            }
            Role::Absent | Role::Standalone => {}
        }
        if self.member(replica).role == Role::Primary {
            let replicas = self.members.iter().enumerate();
            let replicas = replicas.filter(|(_, member)| matches!(member.role, Role::Replica { .. }));
            let shown = replicas.map(|(other, member)| {
                let late = !member.failed && self.replicas.open(PRIMARY, other as u8) > 0;
                let status = if late { "InProgress".to_owned() } else { self.status(other as u8) };
                let mut shown = json!({ "Region": self.places[other], "Status": status });
                if member.failed {
                    shown["StatusMessage"] = json!(rules::REPLICATION_NEEDS_BOTH_KEYS.says);
                }
                shown
            });
            answer["ReplicationStatus"] = shown.collect();
        }
        answer
    }
}

/// A version's id: it follows from what was written where and when.
fn version(item: u32, record: &Record) -> String {
    let text = format!("{item}/{}/{}", record.written.0, record.source);
    let (a, b) = (fnv1a(text.as_bytes()), fnv1a(format!("{text}/version").as_bytes()));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 48 & 0xfff,
        b & 0xffff_ffff_ffff
    )
}
