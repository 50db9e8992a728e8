//! The operations that are modelled, under `aws s3api`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[Operation {
    service: Service::S3,
    name: "GetBucketReplication",
    plane: Plane::Control,
    params: &[Param { name: "Bucket", kind: Kind::Text, required: true }],
}];
