//! Snapshots and backups that are copied to other Regions: EBS, RDS, RDS automated backups, AWS Backup.
//!
//! The first Region holds the volume or database. A snapshot of it is taken again and again and copied; a copy has
//! everything that was acknowledged before its snapshot was taken. It is worth something once it is restored.
//!
//! In commands a store `v` is snapshot `snap-v`, database instance and snapshot `v`, and a recovery point whose ARN
//! ends with `:v`.

pub mod api;
mod copying;
pub mod rules;
mod setup;

pub use setup::{CopyOf, CopySetup};

use super::replication::{Bits, End, MAX_REPLICAS, Order, Replicas};
use super::store::{Barrier, Effects, Fate, KeyHealth, Stored};
use super::{Caller, ErrorCode, Note, Operation, Outbox, Params, Refusal, Remedy, Service};
use crate::rulebook::RuleRef;
use crate::sim::{Draws, Sampler, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;
use serde_json::{Value, json};

/// The timers of snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyEvent {
    /// The next snapshot is taken.
    Take,
    /// A copy is complete.
    Complete {
        /// The target.
        target: u8,
        /// Its number.
        number: u16,
    },
    /// A restore is done.
    Restored {
        /// The target.
        target: u8,
    },
}

/// A copy under way.
#[derive(Clone, Copy, Debug)]
struct UnderWay {
    number: u16,
    /// Everything acknowledged before is in it.
    cut: Time,
}

/// The copies in one Region.
#[derive(Clone, Debug, Default)]
struct Target {
    under_way: Vec<UnderWay>,
    /// When the snapshot of the last complete copy was taken.
    last: Option<Time>,
    failed: bool,
    restoring: bool,
    /// Restored: a volume or database of its own.
    live: bool,
}

/// A volume or database in one Region and the copies of its snapshots elsewhere.
#[derive(Clone, Debug)]
pub struct Copies {
    name: String,
    replicas: Replicas,
    places: Vec<String>,
    setup: CopySetup,
    /// What was found of each Region's key.
    health: Vec<KeyHealth>,
    encrypted: bool,
    /// Regions in which a key related to the source's is enough, as the study notes have it (KMS-SEED-11).
    seamless: Vec<bool>,
    targets: Vec<Target>,
    copy: Sampler,
    restore: Sampler,
    luck: Draws,
    numbers: u16,
    /// Faults that make copies late: (fault, factor, added).
    late: Vec<(u32, f64, Sampler)>,
}

impl Copies {
    /// An empty volume in the first Region, no copies. `luck`: a random number of its own.
    pub fn new(
        name: &str,
        (regions, places): (Vec<RegionId>, Vec<String>),
        items: u32,
        setup: &CopySetup,
        (encrypted, seamless): (bool, Vec<bool>),
        luck: u64,
    ) -> Copies {
        Copies {
            name: name.to_owned(),
            places,
            health: vec![KeyHealth::Usable; regions.len()],
            targets: vec![Target::default(); regions.len()],
            replicas: Replicas::new(regions, Order::Log, items),
            copy: Sampler::new(&setup.copy),
            restore: Sampler::new(&setup.restore),
            setup: setup.clone(),
            encrypted,
            seamless,
            luck: Draws(luck),
            numbers: 0,
            late: Vec::new(),
        }
    }

    fn target(&mut self, replica: u8) -> &mut Target {
        &mut self.targets[usize::from(replica)]
    }

    /// What a key does to whoever asks for what is encrypted with it.
    fn unlocked(&self, replica: u8) -> Result<(), Barrier> {
        let fate = match self.health[usize::from(replica)] {
            _ if self.seamless[usize::from(replica)] => return Ok(()),
            KeyHealth::Usable => return Ok(()),
            KeyHealth::Unusable { deadline, .. } => Fate::Mendable { deadline },
            KeyHealth::Gone { .. } => Fate::Gone,
        };
        Err(Barrier {
            error: ErrorCode::KMSKeyNotAccessibleFault,
            rule: rules::A_COPY_NEEDS_ITS_OWN_KEY,
            fate,
        })
    }

    /// A restore makes a volume or database of the last complete copy.
    fn restore(
        &mut self,
        target: u8,
        caller: &Caller,
        out: &mut Outbox<CopyEvent>,
    ) -> Result<Value, Refusal> {
        let no = |rule: RuleRef, error| refuse(rule, error, rule.says);
        let shown = &self.targets[usize::from(target)];
        if target == 0 || shown.last.is_none() {
            return Err(no(rules::THE_SNAPSHOT_EXISTS, ErrorCode::SnapshotNotFound));
        }
        self.unlocked(target).map_err(|barrier| no(barrier.rule, barrier.error))?;
        if shown.live || shown.restoring {
            return Err(no(rules::A_RESTORE_COMES_FIRST, ErrorCode::ValidationException));
        }
        self.target(target).restoring = true;
        let takes = self.restore.sample(caller.fresh as u64);
        out.timer(caller.now + takes, caller.region, CopyEvent::Restored { target });
        self.note("Restore", target, rules::A_RESTORE_COMES_FIRST, out);
        Ok(json!({ "State": "creating", "Region": target }))
    }

    fn note(&self, operation: &'static str, target: u8, rule: RuleRef, out: &mut Outbox<CopyEvent>) {
        out.note(Note {
            region: self.replicas.regions[usize::from(target)],
            operation,
            target: self.name.clone(),
            outcome: self.status(target),
            rule,
            detail: String::new(),
        });
    }
}

impl Stored for Copies {
    type Event = CopyEvent;

    #[inline]
    fn replicas(&self) -> &Replicas {
        &self.replicas
    }

    #[inline]
    fn replicas_mut(&mut self) -> &mut Replicas {
        &mut self.replicas
    }

    /// The first snapshot is taken after one interval.
    fn begin(&mut self, out: &mut Outbox<CopyEvent>) {
        out.timer(Time::ZERO + self.setup.every, self.replicas.regions[0], CopyEvent::Take);
    }

    /// What is there before the run is in every copy.
    fn preloaded(&mut self) {
        self.targets.iter_mut().skip(1).for_each(|target| target.last = Some(Time::ZERO));
    }

    fn may(&self, replica: u8, _work: Work) -> Result<(), Barrier> {
        self.unlocked(replica)?;
        match replica == 0 || self.targets[usize::from(replica)].live {
            true => Ok(()),
            false => Err(Barrier {
                error: ErrorCode::SnapshotNotFound,
                rule: rules::A_RESTORE_COMES_FIRST,
                fate: Fate::Mendable { deadline: None },
            }),
        }
    }

    fn targets(&self, source: u8, _deletes: bool) -> Bits {
        if source != 0 {
            return 0;
        }
        let all = Bits::MAX >> (MAX_REPLICAS - self.replicas.regions.len());
        let live = self.targets.iter().enumerate().filter(|(_, target)| target.live);
        live.fold(all & !1, |rest, (index, _)| rest & !(1 << index))
    }

    /// A write waits for the next snapshot.
    fn flows(&self, _from: u8, _to: u8) -> bool {
        false
    }

    fn status(&self, replica: u8) -> String {
        let target = &self.targets[usize::from(replica)];
        match (replica, target) {
            (0, _) | (_, Target { live: true, .. }) => "available",
            (_, Target { restoring: true, .. }) => "restoring",
            (_, Target { failed: true, .. }) => "error",
            (_, Target { last: Some(_), .. }) => "completed",
            _ => "pending",
        }
        .to_owned()
    }

    fn is_meant(&self, operation: &Operation, params: &Params) -> bool {
        let service = match self.setup.of {
            CopyOf::EbsVolume => Service::Ec2,
            CopyOf::RdsSnapshot | CopyOf::RdsAutomatedBackup => Service::Rds,
            CopyOf::BackupVault => Service::Backup,
        };
        let named = |name: &str| {
            let last = name.rsplit(':').next().unwrap_or_default();
            last == self.name || last.strip_prefix("snap-") == Some(&self.name)
        };
        operation.service == service && api::NAMES.iter().any(|name| params.get(name).is_some_and(named))
    }

    fn call(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<CopyEvent>,
    ) -> Result<(Value, Effects), Refusal> {
        let target = self.replicas.replica_in(caller.region);
        let Some(target) = target else {
            return Err(refuse(
                rules::THE_SNAPSHOT_EXISTS,
                ErrorCode::SnapshotNotFound,
                "not in this Region",
            ));
        };
        let answer = match operation.name {
            "CopySnapshot" | "CopyDBSnapshot" => self.copy_now(target, params, caller, out)?,
            "DescribeSnapshots" => {
                let taken = self.targets[usize::from(target)].last.map(super::dates::date);
                json!({ "Snapshots": [{ "State": self.status(target), "StartTime": taken }] })
            }
            _ => self.restore(target, caller, out)?,
        };
        Ok((answer, Effects::default()))
    }

    fn handle(&mut self, event: CopyEvent, now: Time, out: &mut Outbox<CopyEvent>) -> Effects {
        match event {
            CopyEvent::Take => self.take(now, out),
            CopyEvent::Complete { target, number } => self.complete(target, number, out),
            CopyEvent::Restored { target } => {
                let state = self.target(target);
                (state.live, state.restoring) = (true, false);
                let ended = self.replicas.end_between(0, target, End::Lost);
                self.note("Restore", target, rules::A_RESTORE_COMES_FIRST, out);
                Effects { takeover: Some((0, target)), ended, replaced: true, ..Effects::default() }
            }
        }
    }

    fn key_found(
        &mut self,
        replica: u8,
        health: KeyHealth,
        _now: Time,
        out: &mut Outbox<CopyEvent>,
    ) -> Effects {
        self.health[usize::from(replica)] = health;
        self.note("DescribeKey", replica, rules::A_COPY_NEEDS_ITS_OWN_KEY, out);
        Effects { replaced: true, ..Effects::default() }
    }
}

fn refuse(rule: RuleRef, error: ErrorCode, message: &str) -> Refusal {
    Refusal { error, message: message.to_owned(), rule, remedy: Remedy::None }
}

/// What a command that names nothing of this service is answered.
pub fn unknown(_operation: &Operation) -> (ErrorCode, RuleRef) {
    (ErrorCode::SnapshotNotFound, rules::THE_SNAPSHOT_EXISTS)
}
