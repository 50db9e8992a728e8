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

/// How the buckets are encrypted at rest, bucket by bucket.
#[derive(Clone, Debug, Default)]
pub struct Encryption {
    /// Under a customer managed key.
    pub by_kms: Vec<bool>,
    /// Under a key related to the first bucket's.
    pub related: Vec<bool>,
    /// Objects go over as they are, as the study notes have it (KMS-SEED-6, KMS-SEED-12).
    pub native: bool,
}
