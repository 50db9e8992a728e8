//! What the simulator holds true of AWS KMS, topic by topic.

mod asymmetric;
mod authorization;
mod claims;
mod core;
mod exam;
mod facts;
mod grants;
mod import;
mod logs;
mod quotas;
mod rotation;
mod services;
mod settings;
mod strategies;
mod times;

pub use asymmetric::*;
pub use authorization::*;
pub use core::*;
pub use grants::*;
pub use import::*;
pub use quotas::*;
pub use rotation::*;

use crate::rulebook::RuleRef;

/// Every rule, topic by topic.
pub const ALL: &[&[RuleRef]] = &[
    core::ALL,
    rotation::ALL,
    import::ALL,
    asymmetric::ALL,
    authorization::ALL,
    grants::ALL,
    quotas::ALL,
    facts::ALL,
    services::ALL,
    strategies::ALL,
    times::ALL,
    settings::ALL,
    logs::ALL,
    claims::ALL,
    exam::ALL,
];

#[cfg(test)]
mod tests {
    use crate::services::ErrorCode;
    use std::collections::BTreeSet;

    #[test]
    fn rules_name_errors_that_exist_and_are_told_apart() {
        let mut ids = BTreeSet::new();
        for rule in super::ALL.concat() {
            assert!(ids.insert(rule.id), "{} is stated twice", rule.id);
            if let Some(error) = rule.error {
                assert!(ErrorCode::ALL.iter().any(|code| code.name() == error), "{}: {error}", rule.id);
            }
        }
    }
}
