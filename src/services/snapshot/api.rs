//! The operations that are modelled, under `aws ec2`, `aws rds` and `aws backup`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

/// The parameters that may name what a command is about.
pub const NAMES: &[&str] = &[
    "SnapshotId",
    "SnapshotIds",
    "SourceSnapshotId",
    "SourceDBSnapshotIdentifier",
    "DBSnapshotIdentifier",
    "SourceDBInstanceIdentifier",
    "RecoveryPointArn",
];

const fn text(name: &'static str) -> Param {
    Param { name, kind: Kind::Text, required: true }
}

const fn optional(name: &'static str) -> Param {
    Param { name, kind: Kind::Text, required: false }
}

const fn operation(service: Service, name: &'static str, params: &'static [Param]) -> Operation {
    Operation { service, name, plane: Plane::Control, params }
}

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[
    operation(Service::Ec2, "DescribeSnapshots", &[text("SnapshotIds")]),
    operation(
        Service::Ec2,
        "CopySnapshot",
        &[text("SourceRegion"), text("SourceSnapshotId"), optional("KmsKeyId")],
    ),
    operation(Service::Ec2, "CreateVolume", &[text("SnapshotId"), text("AvailabilityZone")]),
    operation(
        Service::Rds,
        "CopyDBSnapshot",
        &[
            text("SourceDBSnapshotIdentifier"),
            text("TargetDBSnapshotIdentifier"),
            optional("KmsKeyId"),
            optional("SourceRegion"),
        ],
    ),
    operation(
        Service::Rds,
        "RestoreDBInstanceFromDBSnapshot",
        &[text("DBInstanceIdentifier"), text("DBSnapshotIdentifier")],
    ),
    operation(
        Service::Rds,
        "RestoreDBInstanceToPointInTime",
        &[
            text("SourceDBInstanceIdentifier"),
            text("TargetDBInstanceIdentifier"),
            Param { name: "UseLatestRestorableTime", kind: Kind::Flag, required: false },
        ],
    ),
    operation(
        Service::Backup,
        "StartRestoreJob",
        &[text("RecoveryPointArn"), text("IamRoleArn"), optional("Metadata")],
    ),
];
