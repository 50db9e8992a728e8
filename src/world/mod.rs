//! Regions, the links between them, and the endpoints of their services.

/// A Region of this run: its index in [`Setup::regions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(pub u8);

impl RegionId {
    /// As an index.
    #[inline]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// The most Regions one scenario may have.
pub const MAX_REGIONS: usize = 64;

/// A set of Regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegionSet(pub u64);

impl RegionSet {
    /// Every Region there can be.
    pub const ALL: RegionSet = RegionSet(u64::MAX);

    /// Whether the Region is in the set.
    pub fn has(self, region: RegionId) -> bool {
        self.0 >> region.0 & 1 == 1
    }

    /// The set with this Region as well.
    pub fn with(self, region: RegionId) -> RegionSet {
        RegionSet(self.0 | 1 << region.0)
    }

    /// The set without this Region.
    pub fn without(self, region: RegionId) -> RegionSet {
        RegionSet(self.0 & !(1 << region.0))
    }
}
