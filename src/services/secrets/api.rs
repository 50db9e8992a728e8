//! The operations that are modelled, under `aws secretsmanager`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

const SECRET: Param = Param { name: "SecretId", kind: Kind::Text, required: true };
const VALUE: Param = Param { name: "SecretString", kind: Kind::Text, required: true };

const fn operation(name: &'static str, plane: Plane, params: &'static [Param]) -> Operation {
    Operation { service: Service::SecretsManager, name, plane, params }
}

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[
    operation("GetSecretValue", Plane::Data, &[SECRET]),
    operation("PutSecretValue", Plane::Data, &[SECRET, VALUE]),
    operation("UpdateSecret", Plane::Control, &[SECRET, VALUE]),
    operation("RotateSecret", Plane::Control, &[SECRET]),
    operation("DescribeSecret", Plane::Control, &[SECRET]),
    operation(
        "ReplicateSecretToRegions",
        Plane::Control,
        &[
            SECRET,
            Param { name: "AddReplicaRegions", kind: Kind::Structures, required: true },
            Param { name: "ForceOverwriteReplicaSecret", kind: Kind::Flag, required: false },
        ],
    ),
    operation(
        "RemoveRegionsFromReplication",
        Plane::Control,
        &[SECRET, Param { name: "RemoveReplicaRegions", kind: Kind::List, required: true }],
    ),
    operation("StopReplicationToReplica", Plane::Control, &[SECRET]),
];
