//! Taking snapshots and copying them: which keys that needs, and how long it takes.

use super::{Copies, CopyEvent, CopyOf, UnderWay, refuse, rules};
use crate::rulebook::RuleRef;
use crate::services::store::{Effects, KeyHealth};
use crate::services::{Caller, ErrorCode, Outbox, Params, Refusal};
use crate::sim::{Sampler, Span, Time};
use serde_json::{Value, json};

/// Copies under way at once to one Region (SNP-1).
const MOST_AT_ONCE: usize = 20;

impl Copies {
    /// The rule by which copies of this kind go.
    fn rule(&self) -> RuleRef {
        match self.setup.of {
            CopyOf::EbsVolume => rules::COPIES_ARE_INCREMENTAL,
            CopyOf::RdsSnapshot => rules::A_KEY_OF_THE_TARGET_REGION,
            CopyOf::RdsAutomatedBackup => rules::LOGS_GO_OUT_AS_THEY_ARE_READY,
            CopyOf::BackupVault => rules::THE_VAULT_S_KEY_ENCRYPTS,
        }
    }

    /// The rule by which a copy fails whose keys cannot be used.
    fn failing(&self) -> RuleRef {
        match self.setup.of {
            CopyOf::EbsVolume => rules::A_KEY_THAT_FAILS_FAILS_LATER,
            CopyOf::RdsSnapshot | CopyOf::RdsAutomatedBackup => rules::A_KEY_OF_THE_TARGET_REGION,
            CopyOf::BackupVault => rules::THE_VAULT_S_KEY_ENCRYPTS,
        }
    }

    /// A snapshot is taken and sent to every Region that has no volume of its own by now.
    pub(super) fn take(&mut self, now: Time, out: &mut Outbox<CopyEvent>) -> Effects {
        for target in 1..self.targets.len() as u8 {
            self.send(target, now, out);
        }
        out.timer(now + self.setup.every, self.replicas.regions[0], CopyEvent::Take);
        Effects::default()
    }

    fn send(&mut self, target: u8, now: Time, out: &mut Outbox<CopyEvent>) {
        let state = &self.targets[usize::from(target)];
        if state.live || state.under_way.len() >= MOST_AT_ONCE {
            return;
        }
        if !self.keys_work(target) {
            return self.fail(target, out);
        }
        let takes = self.time_of_copy(target);
        let number = self.numbers;
        self.numbers = self.numbers.wrapping_add(1);
        self.target(target).under_way.push(UnderWay { number, cut: now });
        let region = self.replicas.regions[usize::from(target)];
        out.timer(now + takes, region, CopyEvent::Complete { target, number });
    }

    /// A copy is read with the source's key and written with the target's (SNP-2, RDS-2, BKP-1).
    fn keys_work(&self, target: u8) -> bool {
        let works = |replica: u8| self.health[usize::from(replica)] == KeyHealth::Usable;
        works(0) && (works(target) || self.seamless[usize::from(target)])
    }

    fn fail(&mut self, target: u8, out: &mut Outbox<CopyEvent>) {
        if !std::mem::replace(&mut self.target(target).failed, true) {
            self.note("CopySnapshot", target, self.failing(), out);
        }
    }

    /// The first copy is whole; those after it hold what has changed (SNP-1). A completion time that was asked for is
    /// kept (SNP-3).
    fn time_of_copy(&self, target: u8) -> Span {
        let state = &self.targets[usize::from(target)];
        let draw = self.luck.at(target, u32::from(self.numbers));
        let whole = self.setup.completion.unwrap_or_else(|| {
            let whole = self.copy.sample(draw);
            match state.last.is_some() || !state.under_way.is_empty() {
                true => Span((whole.0 as f64 * self.setup.changes) as u64),
                false => whole,
            }
        });
        self.late.iter().fold(whole, |takes, (fault, factor, add)| {
            Span((takes.0 as f64 * factor) as u64) + add.sample(self.luck.at(128 + target, *fault))
        })
    }

    /// A fault makes copies that begin from now on late, or no longer does.
    pub fn delay_copies(&mut self, fault: u32, late: Option<(f64, Sampler)>) {
        match late {
            Some((factor, add)) => self.late.push((fault, factor, add)),
            None => self.late.retain(|(other, ..)| *other != fault),
        }
    }

    /// A copy is complete, unless a key was lost on the way.
    pub(super) fn complete(&mut self, target: u8, number: u16, out: &mut Outbox<CopyEvent>) -> Effects {
        let works = self.keys_work(target);
        let state = self.target(target);
        let Some(place) = state.under_way.iter().position(|copy| copy.number == number) else {
            return Effects::default();
        };
        let copy = state.under_way.remove(place);
        // A restore is of the copy that was there when it began.
        if state.live || state.restoring {
            return Effects::default();
        }
        if !works {
            self.fail(target, out);
            return Effects::default();
        }
        let first = state.last.is_none() || state.failed;
        state.failed = false;
        state.last = state.last.max(Some(copy.cut));
        let ended = self.replicas.apply_until(0, target, copy.cut);
        if first {
            self.note("CopySnapshot", target, self.rule(), out);
        }
        let mut decided = vec![self.rule()];
        decided.extend(self.setup.completion.map(|_| rules::COMPLETION_CAN_BE_ASKED_FOR));
        Effects { ended, replaced: true, decided, ..Effects::default() }
    }

    /// A copy that somebody asks for. A key of another Region is refused at once by RDS and AWS Backup, by EBS later.
    pub(super) fn copy_now(
        &mut self,
        target: u8,
        params: &Params,
        caller: &Caller,
        out: &mut Outbox<CopyEvent>,
    ) -> Result<Value, Refusal> {
        if target == 0 {
            return Err(refuse(
                rules::THE_SNAPSHOT_EXISTS,
                ErrorCode::ValidationException,
                "the copy goes elsewhere",
            ));
        }
        let region = params.get("KmsKeyId").and_then(|key| key.split(':').nth(3));
        let foreign = region.is_some_and(|region| region != self.places[usize::from(target)]);
        let missing =
            self.encrypted && params.get("KmsKeyId").is_none() && self.setup.of == CopyOf::RdsSnapshot;
        match (foreign || missing, self.setup.of) {
            (true, CopyOf::EbsVolume) => self.fail(target, out),
            (true, _) => {
                let rule = self.failing();
                return Err(refuse(rule, ErrorCode::KMSKeyNotAccessibleFault, rule.says));
            }
            (false, _) => self.send(target, caller.now, out),
        }
        Ok(json!({ "SnapshotId": format!("snap-{}", self.name) }))
    }
}
