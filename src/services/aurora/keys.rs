//! Encryption at rest: what becomes of a cluster whose key cannot be used (AUR-KEY-2, AUR-KEY-3).

use super::{AuroraEvent, GlobalDatabase, Power, Role, rules};
use crate::services::Outbox;
use crate::services::store::{Effects, Fate, KeyHealth};
use crate::sim::{Span, Time};

/// How long a cluster that lost its key can be started again.
const GRACE: Span = Span::days(7);

/// What a cluster has left of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// It works.
    Usable,
    /// `inaccessible-encryption-credentials-recoverable`: the cluster is stopped and can be started until the deadline,
    /// once the key works.
    Recoverable {
        /// The last instant.
        deadline: Time,
        /// Whether the key works again.
        works: bool,
    },
    /// `inaccessible-encryption-credentials`: only a backup brings the data back.
    Terminal,
}

impl Key {
    /// What becomes of the items, if the cluster is stopped for want of its key.
    pub fn fate(self) -> Option<Fate> {
        match self {
            Key::Usable => None,
            Key::Recoverable { deadline, .. } => Some(Fate::Mendable { deadline: Some(deadline) }),
            Key::Terminal => Some(Fate::Gone),
        }
    }
}

impl GlobalDatabase {
    /// Aurora finds the key of a cluster changed.
    pub(super) fn key_changed(
        &mut self,
        member: u8,
        health: KeyHealth,
        now: Time,
        out: &mut Outbox<AuroraEvent>,
    ) -> Effects {
        let works = health == KeyHealth::Usable;
        match self.at(member).key {
            Key::Terminal => {}
            Key::Recoverable { deadline, .. } => {
                self.at_mut(member).key = Key::Recoverable { deadline, works };
            }
            Key::Usable if works => {}
            Key::Usable => self.lose_key(member, health, now, out),
        }
        Effects::default()
    }

    fn lose_key(&mut self, member: u8, health: KeyHealth, now: Time, out: &mut Outbox<AuroraEvent>) {
        let standalone = self.role(member) == Role::Standalone;
        let (outcome, key) = match health {
            KeyHealth::Unusable { deadline, .. } if standalone => {
                let end = now + GRACE;
                let deadline = deadline.map_or(end, |deadline| deadline.min(end));
                ("recoverable", Key::Recoverable { deadline, works: false })
            }
            _ => ("terminal", Key::Terminal),
        };
        let cluster = self.at_mut(member);
        cluster.key = key;
        cluster.power = Power::Off;
        cluster.round = cluster.round.wrapping_add(1);
        let round = cluster.round;
        if let Key::Recoverable { deadline, .. } = key {
            out.timer(deadline, self.region(member), AuroraEvent::KeyGivenUp { member, round });
        }
        self.note("UseKmsKey", member, "refused", rules::AURORA_HOLDS_A_GRANT, out);
        self.note("StopDBCluster", member, outcome, rules::WITHOUT_ITS_KEY_A_CLUSTER_STOPS, out);
    }

    /// The days of grace are over.
    pub(super) fn give_key_up(&mut self, member: u8, round: u16, out: &mut Outbox<AuroraEvent>) -> Effects {
        let cluster = self.at_mut(member);
        if matches!(cluster.key, Key::Recoverable { .. }) && cluster.round == round {
            cluster.key = Key::Terminal;
            self.note("StopDBCluster", member, "terminal", rules::WITHOUT_ITS_KEY_A_CLUSTER_STOPS, out);
        }
        Effects::default()
    }
}
