//! Faults of replication and of stored data. What they do to a store is the model's business.

use super::Names;
use crate::sim::{Law, Span};
use crate::world::RegionId;

/// A fault of stored data.
#[derive(Clone, Debug)]
pub enum Data {
    /// Replication of a store into, out of, or to and from a Region waits.
    ReplicationPause {
        /// Index of the store.
        store: usize,
        /// The Region.
        region: RegionId,
        /// Into it.
        inbound: bool,
        /// Out of it.
        outbound: bool,
    },
    /// Somebody or something writes to many items at once; what they did stays.
    Attack {
        /// What is done to them.
        attack: Attack,
        /// Index of the store.
        store: usize,
        /// The Region whose replica is written to.
        region: RegionId,
        /// The share of its items, 0..=1.
        ratio: f64,
    },
    /// Copies of snapshots that begin meanwhile take longer.
    SnapshotCopyDelay {
        /// Index of the store.
        store: usize,
        /// So many times as long …
        factor: f64,
        /// … and longer by this.
        add: Law,
    },
    /// Reads and writes of a replica hang.
    VolumeIoPause {
        /// Index of the store.
        store: usize,
        /// The Region.
        region: RegionId,
    },
    /// Replication between replicas of a store takes longer.
    ReplicationSlow {
        /// Index of the store.
        store: usize,
        /// Out of this Region; `None`: any.
        from: Option<RegionId>,
        /// Into this Region; `None`: any.
        to: Option<RegionId>,
        /// The delay is so many times what it would be.
        factor: f64,
        /// And so much longer.
        add: Law,
    },
    /// The role that replicates a table is denied in a Region.
    ReplicationNotAuthorized {
        /// Index of the store.
        store: usize,
        /// The Region.
        region: RegionId,
    },
    /// The clock of a Region is wrong: last writer wins decides by it.
    ClockSkew {
        /// The Region.
        region: RegionId,
        /// By how much.
        offset: Span,
        /// Whether it is behind.
        behind: bool,
    },
    /// A failover of an Aurora global database cannot fence the old primary.
    WriteFenceFailure {
        /// Index of the store.
        store: usize,
    },
    /// The instances of an Aurora cluster restart, or its writer fails over within it. It passes by itself.
    WriterFailover {
        /// Index of the store.
        store: usize,
        /// The cluster's Region.
        region: RegionId,
    },
}

/// What is done to many items at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// They are overwritten with rubbish.
    Corrupt,
    /// They are deleted.
    Delete,
    /// They are encrypted under a key that their owner has not.
    Ransom,
}

impl Data {
    /// The scenario language's name.
    pub fn kind(&self) -> &'static str {
        match self {
            Data::ReplicationPause { .. } => "replication-pause",
            Data::Attack { attack: Attack::Corrupt, .. } => "data-corruption",
            Data::Attack { attack: Attack::Delete, .. } => "bulk-delete",
            Data::Attack { attack: Attack::Ransom, .. } => "ransom-reencrypt",
            Data::SnapshotCopyDelay { .. } => "snapshot-copy-delay",
            Data::VolumeIoPause { .. } => "volume-io-pause",
            Data::ReplicationSlow { .. } => "replication-slow",
            Data::ReplicationNotAuthorized { .. } => "replication-not-authorized",
            Data::ClockSkew { .. } => "clock-skew",
            Data::WriteFenceFailure { .. } => "write-fence-failure",
            Data::WriterFailover { .. } => "writer-failover",
        }
    }

    /// The one Region that the fault hits, if it is one.
    pub fn region(&self) -> Option<RegionId> {
        match self {
            Data::ReplicationPause { region, .. }
            | Data::ReplicationNotAuthorized { region, .. }
            | Data::Attack { region, .. }
            | Data::VolumeIoPause { region, .. }
            | Data::ClockSkew { region, .. }
            | Data::WriterFailover { region, .. } => Some(*region),
            Data::WriteFenceFailure { .. }
            | Data::SnapshotCopyDelay { .. }
            | Data::ReplicationSlow { .. } => None,
        }
    }

    /// Whether it passes by itself, so that it has no lift.
    pub fn passes(&self) -> bool {
        matches!(self, Data::WriterFailover { .. } | Data::Attack { .. })
    }

    /// What it hits, in words.
    pub fn scope(&self, names: &Names) -> String {
        match self {
            Data::Attack { store, region, ratio, .. } => {
                format!("{} % of {} in {}", ratio * 100.0, names.store(*store), names.region(*region))
            }
            Data::SnapshotCopyDelay { store, factor, add } => {
                format!("{}: x {factor} + {}", names.store(*store), add.mean())
            }
            Data::VolumeIoPause { store, region } => {
                format!("{} in {}", names.store(*store), names.region(*region))
            }
            Data::ReplicationSlow { store, from, to, factor, add } => {
                let place = |region: &Option<RegionId>| region.map_or("any", |region| names.region(region));
                let way = format!("{} -> {}", place(from), place(to));
                format!("{} {way}: x {factor} + {}", names.store(*store), add.mean())
            }
            Data::ReplicationNotAuthorized { store, region } => {
                format!("{} in {}", names.store(*store), names.region(*region))
            }
            Data::ClockSkew { region, offset, behind } => {
                format!("{} {offset} {}", names.region(*region), if *behind { "behind" } else { "ahead" })
            }
            Data::ReplicationPause { store, region, inbound, outbound } => {
                let way = match (inbound, outbound) {
                    (true, true) => "to and from",
                    (true, false) => "to",
                    _ => "from",
                };
                format!("{} {way} {}", names.store(*store), names.region(*region))
            }
            Data::WriteFenceFailure { store } => names.store(*store).to_owned(),
            Data::WriterFailover { store, region } => {
                format!("{} in {}", names.store(*store), names.region(*region))
            }
        }
    }
}
