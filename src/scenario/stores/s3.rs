//! S3 buckets and their replication rules.

use super::super::fields::Fields;
use super::super::value;
use crate::services::s3::BucketSetup;

/// The keys that only buckets have.
pub const OWN: &[&str] =
    &["replication-time-control", "replicate-kms-objects", "delete-marker-replication", "two-way", "role"];

/// What buckets say of themselves.
pub fn buckets(fields: &Fields) -> BucketSetup {
    let flag = |key| fields.read(key, value::flag).unwrap_or(false);
    BucketSetup {
        rtc: flag("replication-time-control"),
        replicates_kms: flag("replicate-kms-objects"),
        delete_markers: flag("delete-marker-replication"),
        two_way: flag("two-way"),
        role: fields.read("role", super::principal),
    }
}
