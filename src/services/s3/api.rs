//! The operations that are modelled, under `aws s3api`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

const BUCKET: Param = Param { name: "Bucket", kind: Kind::Text, required: true };
const KEY: Param = Param { name: "Key", kind: Kind::Text, required: true };

const fn operation(name: &'static str, plane: Plane, params: &'static [Param]) -> Operation {
    Operation { service: Service::S3, name, plane, params }
}

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[
    operation(
        "PutObject",
        Plane::Data,
        &[BUCKET, KEY, Param { name: "Body", kind: Kind::Text, required: false }],
    ),
    operation("GetObject", Plane::Data, &[BUCKET, KEY]),
    operation("HeadObject", Plane::Data, &[BUCKET, KEY]),
    operation("DeleteObject", Plane::Data, &[BUCKET, KEY]),
    operation(
        "PutBucketReplication",
        Plane::Control,
        &[BUCKET, Param { name: "ReplicationConfiguration", kind: Kind::Text, required: true }],
    ),
];
