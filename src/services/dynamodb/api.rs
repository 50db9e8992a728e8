//! The DynamoDB operations that are modelled, under `aws dynamodb`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

const TABLE: Param = Param { name: "TableName", kind: Kind::Text, required: true };

const BACKUP: Param = Param { name: "BackupArn", kind: Kind::Text, required: true };

const fn optional(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: false }
}

const fn control(name: &'static str, params: &'static [Param]) -> Operation {
    Operation { service: Service::DynamoDb, name, plane: Plane::Control, params }
}

const fn required(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: true }
}

const fn data(name: &'static str, params: &'static [Param]) -> Operation {
    Operation { service: Service::DynamoDb, name, plane: Plane::Data, params }
}

const CONDITION: Param = optional("ConditionExpression", Kind::Text);
const VALUES: Param = optional("ExpressionAttributeValues", Kind::Text);

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[
    control("DescribeTable", &[TABLE]),
    control(
        "UpdateTable",
        &[
            TABLE,
            optional("ReplicaUpdates", Kind::Text),
            optional("MultiRegionConsistency", Kind::Text),
            optional("SSESpecification", Kind::Structure),
        ],
    ),
    control("DeleteTable", &[TABLE]),
    control("UpdateTimeToLive", &[TABLE, required("TimeToLiveSpecification", Kind::Structure)]),
    control("DescribeTimeToLive", &[TABLE]),
    control("CreateBackup", &[TABLE, required("BackupName", Kind::Text)]),
    control("ListBackups", &[TABLE]),
    control("DescribeBackup", &[BACKUP]),
    control("DeleteBackup", &[BACKUP]),
    control(
        "UpdateContinuousBackups",
        &[TABLE, required("PointInTimeRecoverySpecification", Kind::Structure)],
    ),
    control("DescribeContinuousBackups", &[TABLE]),
    control("RestoreTableFromBackup", &[required("TargetTableName", Kind::Text), BACKUP]),
    control(
        "RestoreTableToPointInTime",
        &[
            required("TargetTableName", Kind::Text),
            optional("SourceTableName", Kind::Text),
            optional("SourceTableArn", Kind::Text),
            optional("UseLatestRestorableTime", Kind::Flag),
            optional("RestoreDateTime", Kind::Text),
        ],
    ),
    data("GetItem", &[TABLE, required("Key", Kind::Text), optional("ConsistentRead", Kind::Flag)]),
    data("PutItem", &[TABLE, required("Item", Kind::Text), CONDITION, VALUES]),
    data(
        "UpdateItem",
        &[TABLE, required("Key", Kind::Text), required("UpdateExpression", Kind::Text), CONDITION, VALUES],
    ),
    data("DeleteItem", &[TABLE, required("Key", Kind::Text), CONDITION, VALUES]),
    data("TransactWriteItems", &[required("TransactItems", Kind::Text)]),
    data("TransactGetItems", &[required("TransactItems", Kind::Text)]),
];
