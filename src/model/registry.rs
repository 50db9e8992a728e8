//! The whole rulebook: the rules of every service and of the clients.

use crate::rulebook::RuleRef;
use crate::{client, faults, services, world};

/// Every rule, floor by floor, in the order of its file.
pub fn rules() -> Vec<RuleRef> {
    let others = [
        services::iam::rules::ALL,
        client::rules::ALL,
        services::dynamodb::rules::ALL,
        services::aurora::rules::ALL,
        services::autoscaling::rules::ALL,
        services::s3::rules::ALL,
        services::snapshot::rules::ALL,
        services::secrets::rules::ALL,
        services::route53::rules::ALL,
        world::rules::ALL,
        faults::rules::ALL,
    ];
    [services::kms::rules::ALL, &others].concat().concat()
}
