//! What the Describe operations show.

use super::keys::Key;
use super::{Forwarding, GlobalDatabase, Power, Role, Status};
use crate::services::{Operation, Params};
use crate::sim::Time;
use serde_json::{Value, json};

impl GlobalDatabase {
    /// `DBCluster.Status`.
    pub(super) fn cluster_status(&self, member: u8) -> &'static str {
        let cluster = self.at(member);
        match (cluster.key, cluster.power) {
            (Key::Terminal, _) => return "inaccessible-encryption-credentials",
            (Key::Recoverable { .. }, _) => return "inaccessible-encryption-credentials-recoverable",
            (Key::Usable, Power::Off) => return "stopped",
            (Key::Usable, Power::Starting) => return "starting",
            (Key::Usable, Power::On) => {}
        }
        match (cluster.role, self.status) {
            (Role::Rebuilding, _) => "creating",
            (Role::Replaced, _) => "failing-over",
            (Role::Secondary, Status::FailingOver { target, .. }) if target == member => "promoting",
            (Role::Secondary, Status::SwitchingOver { target, syncing: false }) if target == member => {
                "promoting"
            }
            _ if cluster.restarts > 0 => "failing-over",
            _ => "available",
        }
    }

    /// Milliseconds by which a secondary lags (AUR-3): every write is a commit of its own, so both lags are one.
    fn lags(&self, member: u8, now: Time) -> Value {
        match self.role(member) {
            Role::Secondary => json!(self.lag(member, now).0 / 1_000_000),
            _ => Value::Null,
        }
    }

    /// `DescribeGlobalClusters`, with what CloudWatch shows of each member's lag.
    pub(super) fn describe(&self, now: Time) -> Value {
        let member = |m: u8| {
            json!({
                "DBClusterArn": self.arn(m),
                "IsWriter": self.role(m) == Role::Writer,
                "SynchronizationStatus": match self.role(m) {
                    Role::Secondary => "connected",
                    _ => "pending-resync",
                },
                "GlobalWriteForwardingStatus": self.forwarding_status(m),
                "AuroraGlobalDBReplicationLag": self.lags(m, now),
                "AuroraGlobalDBRPOLag": self.lags(m, now),
            })
        };
        let (status, target) = match self.status {
            Status::Available => ("available", None),
            Status::SwitchingOver { target, .. } => ("switching-over", Some(target)),
            Status::FailingOver { target, .. } => ("failing-over", Some(target)),
        };
        let state = |target: u8| {
            json!({
                "Status": status,
                "FromDbClusterArn": self.primary().map(|primary| self.arn(primary)),
                "ToDbClusterArn": self.arn(target),
                "IsDataLossAllowed": status == "failing-over",
            })
        };
        json!({ "GlobalCluster": {
            "GlobalClusterIdentifier": self.name,
            "Status": status,
            "FailoverState": target.map(state),
            "GlobalClusterMembers": self.linked().map(member).collect::<Vec<_>>(),
        }})
    }

    fn forwarding_status(&self, member: u8) -> &'static str {
        match (self.forwarding, self.role(member)) {
            (Some(_), Role::Secondary) => "enabled",
            _ => "disabled",
        }
    }

    /// A cluster, as its operations answer: `DescribeDBClusters` with a list of one.
    pub(super) fn describe_cluster(&self, member: u8, operation: &Operation, now: Time) -> Value {
        let cluster = json!({
            "DBClusterIdentifier": self.identifier(member),
            "DBClusterArn": self.arn(member),
            "Engine": self.engine.name(),
            "Status": self.cluster_status(member),
            "StorageEncrypted": true,
            "GlobalClusterIdentifier": (self.role(member) != Role::Standalone).then_some(&self.name),
            "GlobalWriteForwardingStatus": self.forwarding_status(member),
            "GlobalWriteForwardingConsistency": self.forwarding.map(|consistency| match consistency {
                Forwarding::Eventual => "EVENTUAL",
                Forwarding::Session => "SESSION",
                Forwarding::Global => "GLOBAL",
            }),
            "AuroraGlobalDBReplicationLag": self.lags(member, now),
            "AuroraGlobalDBRPOLag": self.lags(member, now),
        });
        match operation.name {
            "DescribeDBClusters" => json!({ "DBClusters": [cluster] }),
            _ => json!({ "DBCluster": cluster }),
        }
    }

    /// What CreateDBInstance answers.
    pub(super) fn describe_instance(&self, member: u8, params: &Params) -> Value {
        json!({ "DBInstance": {
            "DBInstanceIdentifier": params.get("DBInstanceIdentifier"),
            "DBInstanceClass": params.get("DBInstanceClass"),
            "DBClusterIdentifier": self.identifier(member),
            "DBInstanceStatus": "creating",
        }})
    }
}
