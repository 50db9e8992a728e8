//! The Aurora operations that are modelled, under `aws rds`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

const fn text(name: &'static str) -> Param {
    Param { name, kind: Kind::Text, required: true }
}

const fn option(name: &'static str) -> Param {
    Param { name, kind: Kind::Text, required: false }
}

const fn flag(name: &'static str) -> Param {
    Param { name, kind: Kind::Flag, required: false }
}

const fn control(name: &'static str, params: &'static [Param]) -> Operation {
    Operation { service: Service::Rds, name, plane: Plane::Control, params }
}

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[
    control("SwitchoverGlobalCluster", &[text("GlobalClusterIdentifier"), text("TargetDbClusterIdentifier")]),
    control(
        "FailoverGlobalCluster",
        &[
            text("GlobalClusterIdentifier"),
            text("TargetDbClusterIdentifier"),
            flag("AllowDataLoss"),
            flag("Switchover"),
        ],
    ),
    control("RemoveFromGlobalCluster", &[text("GlobalClusterIdentifier"), text("DbClusterIdentifier")]),
    control("DescribeGlobalClusters", &[text("GlobalClusterIdentifier")]),
    control("DescribeDBClusters", &[text("DBClusterIdentifier")]),
    control("ModifyDBCluster", &[text("DBClusterIdentifier"), text("KmsKeyId")]),
    control(
        "ModifyDBClusterParameterGroup",
        &[
            text("DBClusterParameterGroupName"),
            Param { name: "Parameters", kind: Kind::Structure, required: true },
        ],
    ),
    control("StartDBCluster", &[text("DBClusterIdentifier")]),
    control("StopDBCluster", &[text("DBClusterIdentifier")]),
    control(
        "CreateDBInstance",
        &[
            text("DBInstanceIdentifier"),
            text("DBClusterIdentifier"),
            text("Engine"),
            option("DBInstanceClass"),
        ],
    ),
];
