//! What a scenario says about snapshots and their copies before the run.

use crate::sim::{Law, Span};

/// What is copied, and by which service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyOf {
    /// Snapshots of an EBS volume.
    EbsVolume,
    /// Snapshots of an RDS database.
    RdsSnapshot,
    /// Replicated automated backups of an RDS database: snapshots and transaction logs.
    RdsAutomatedBackup,
    /// Recovery points of AWS Backup.
    BackupVault,
}

/// Snapshots as the scenario declares them: taken in the first Region, copied to the others.
#[derive(Clone, Debug)]
pub struct CopySetup {
    /// What is copied.
    pub of: CopyOf,
    /// How often a snapshot is taken; of automated backups, how often transaction logs go out.
    pub every: Span,
    /// Bytes of the volume or database.
    pub size: u64,
    /// The share of it that changes from one snapshot to the next (SNP-1).
    pub changes: f64,
    /// How long a copy takes if no completion time is asked for.
    pub copy: Law,
    /// The completion time that is asked for (SNP-3); `None`: best effort.
    pub completion: Option<Span>,
    /// How long a restore takes until the copy can be used.
    pub restore: Law,
}
