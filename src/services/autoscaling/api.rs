//! The operations that are modelled, under `aws autoscaling`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[Operation {
    service: Service::AutoScaling,
    name: "SetDesiredCapacity",
    plane: Plane::Control,
    params: &[
        Param { name: "AutoScalingGroupName", kind: Kind::Text, required: true },
        Param { name: "DesiredCapacity", kind: Kind::Integer, required: true },
    ],
}];
