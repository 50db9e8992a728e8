//! The DynamoDB operations that are modelled, under `aws dynamodb`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

const TABLE: Param = Param { name: "TableName", kind: Kind::Text, required: true };

const fn optional(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: false }
}

const fn control(name: &'static str, params: &'static [Param]) -> Operation {
    Operation { service: Service::DynamoDb, name, plane: Plane::Control, params }
}

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[
    control("DescribeTable", &[TABLE]),
    control(
        "UpdateTable",
        &[TABLE, optional("ReplicaUpdates", Kind::Text), optional("MultiRegionConsistency", Kind::Text)],
    ),
    control("DeleteTable", &[TABLE]),
];
