//! The operations that are modelled, under `aws route53` and `aws route53-recovery-cluster`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

const fn need(name: &'static str) -> Param {
    Param { name, kind: Kind::Text, required: true }
}

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[
    Operation {
        service: Service::Route53,
        name: "ChangeResourceRecordSets",
        plane: Plane::Control,
        params: &[need("HostedZoneId"), need("ChangeBatch")],
    },
    Operation {
        service: Service::RecoveryCluster,
        name: "GetRoutingControlState",
        plane: Plane::Data,
        params: &[need("RoutingControlArn")],
    },
    Operation {
        service: Service::RecoveryCluster,
        name: "UpdateRoutingControlState",
        plane: Plane::Data,
        params: &[need("RoutingControlArn"), need("RoutingControlState")],
    },
];
