//! AWS KMS.

/// A set of related keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SetId(pub u32);

/// A key as the scenario declares it.
#[derive(Clone, Debug)]
pub struct KeySetup {
    /// name
    pub name: String,
    /// multi
    pub multi_region: bool,
    /// primary
    pub primary: crate::world::RegionId,
    /// replicas
    pub replicas: Vec<crate::world::RegionId>,
    /// aliases
    pub aliases: Option<Vec<crate::world::RegionId>>,
}
/// timing
#[derive(Clone, Debug, Default)]
pub struct Timing {}
/// settings
#[derive(Clone, Debug, Default)]
pub struct Settings {}
/// switches
#[derive(Clone, Debug, Default)]
pub struct Switches {}
