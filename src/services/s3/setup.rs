//! What a scenario says about replicated buckets before the run.

/// Buckets as the scenario declares them: one a Region, the first is the source.
#[derive(Clone, Debug)]
pub struct BucketSetup {
    /// S3 Replication Time Control (S3-1).
    pub rtc: bool,
    /// `SseKmsEncryptedObjects: Enabled` (S3-KMS-1).
    pub replicates_kms: bool,
    /// Delete markers replicate too (S3-2).
    pub delete_markers: bool,
    /// Replication rules in both directions.
    pub two_way: bool,
    /// The principal whose permissions replication uses (S3-KMS-2); `None`: a role that may do what key policies leave
    /// to IAM.
    pub role: Option<String>,
}
