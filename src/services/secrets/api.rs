//! The operations that are modelled, under `aws secretsmanager`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[Operation {
    service: Service::SecretsManager,
    name: "DescribeSecret",
    plane: Plane::Control,
    params: &[Param { name: "SecretId", kind: Kind::Text, required: true }],
}];
