//! What a scenario says about a secret before the run.

/// A secret as the scenario declares it: the primary in the first Region, replicas in the others.
#[derive(Clone, Debug, Default)]
pub struct SecretSetup {}
