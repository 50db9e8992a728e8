//! The DynamoDB operations that are modelled, under `aws dynamodb`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[Operation {
    service: Service::DynamoDb,
    name: "DescribeTable",
    plane: Plane::Control,
    params: &[Param { name: "TableName", kind: Kind::Text, required: true }],
}];
