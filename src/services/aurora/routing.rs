//! Where calls go and what a cluster answers now: the global writer endpoint, reader endpoints, write forwarding.

use super::{GlobalDatabase, Power, Role, Status, rules};
use crate::rulebook::RuleRef;
use crate::services::ErrorCode;
use crate::services::store::{Barrier, Fate};
use crate::world::RegionId;

impl GlobalDatabase {
    /// The member to which an application in `home` sends writes: with write forwarding its own secondary; else what the
    /// global writer endpoint names, also while that cluster takes no writes (AUR-4). A detached cluster in `home` is its
    /// own writer, and an old primary that is not fenced still passes for one there.
    pub(super) fn write_target(&self, home: RegionId) -> Option<u8> {
        let local = self.replicas.replica_in(home);
        let own = |member: &u8| {
            let forwards = self.forwarding.is_some() && self.primary_behind(*member).is_some();
            forwards || matches!(self.role(*member), Role::Standalone | Role::Unfenced)
        };
        local.filter(own).or_else(|| self.primary())
    }

    /// The member that an application in `home` reads: its own if it can be read, else the writer.
    pub(super) fn read_target(&self, home: RegionId) -> Option<u8> {
        let local = self.replicas.replica_in(home);
        local.filter(|member| self.may_read(*member).is_ok()).or_else(|| self.primary())
    }

    /// The primary to which a secondary that serves passes writes on.
    pub(super) fn primary_behind(&self, member: u8) -> Option<u8> {
        let serves = self.role(member) == Role::Secondary && self.may_read(member).is_ok();
        serves.then(|| self.primary()).flatten()
    }

    /// Whether a cluster runs at all, with its key and an instance.
    pub(super) fn runs(&self, member: u8) -> Result<(), Barrier> {
        let cluster = self.at(member);
        let stopped = |rule: RuleRef, fate| Err(Barrier { error: gone(), rule, fate });
        if let Some(fate) = cluster.key.fate() {
            return stopped(rules::WITHOUT_ITS_KEY_A_CLUSTER_STOPS, fate);
        }
        match (cluster.power, cluster.instance) {
            (Power::On, true) => Ok(()),
            (Power::On, false) => stopped(rules::ONE_WRITER, Fate::Mendable { deadline: None }),
            (Power::Off, _) => {
                stopped(rules::A_STOPPED_CLUSTER_IS_STARTED, Fate::Mendable { deadline: None })
            }
            (Power::Starting, _) => stopped(rules::A_STOPPED_CLUSTER_IS_STARTED, Fate::Passes),
        }
    }

    /// Whether a member takes writes now.
    pub(super) fn may_write(&self, member: u8) -> Result<(), Barrier> {
        self.runs(member)?;
        let cluster = self.at(member);
        let changing = match self.status {
            Status::SwitchingOver { .. } => Some(rules::SWITCHOVER_NEEDS_A_HEALTHY_WORLD),
            Status::FailingOver { fenced: true, .. } => Some(rules::PROMOTION_TAKES_MINUTES),
            Status::FailingOver { fenced: false, .. } | Status::Available => None,
        };
        match (cluster.role, changing) {
            (Role::Writer, Some(rule)) => Err(Barrier::passes(gone(), rule)),
            (Role::Standalone | Role::Unfenced | Role::Writer, _) if cluster.restarts > 0 => {
                Err(Barrier::passes(gone(), rules::A_RESTART_STOPS_WRITES))
            }
            (Role::Standalone | Role::Unfenced | Role::Writer, _) => Ok(()),
            _ => Err(Barrier::passes(ErrorCode::ReadOnlySqlTransaction, rules::ONE_WRITER)),
        }
    }

    /// Whether a member answers reads now. While a writer restarts, the readers of its own cluster go on.
    pub(super) fn may_read(&self, member: u8) -> Result<(), Barrier> {
        self.runs(member)?;
        let cluster = self.at(member);
        match cluster.role {
            Role::Rebuilding | Role::Replaced => Err(Barrier::passes(gone(), rules::OTHERS_ARE_REBUILT)),
            Role::Secondary if cluster.restarts > 0 => {
                let rule = match self.readers_restart {
                    true => rules::OLD_READERS_RESTART_TOO,
                    false => rules::A_RESTART_STOPS_WRITES,
                };
                Err(Barrier::passes(gone(), rule))
            }
            _ => Ok(()),
        }
    }
}

/// What an application sees of an endpoint without an instance behind it.
fn gone() -> ErrorCode {
    ErrorCode::EndpointConnectionError
}
