//! The operations that are modelled, under `aws ec2`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[Operation {
    service: Service::Ec2,
    name: "DescribeSnapshots",
    plane: Plane::Control,
    params: &[Param { name: "SnapshotId", kind: Kind::Text, required: true }],
}];
