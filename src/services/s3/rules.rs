//! What the simulator holds true of S3 replication.

crate::rules! {
    TIME_CONTROL_HAS_LIMITS = "S3-1",
        "Replication Time Control promises 15 minutes for 99.9 % of the objects; what takes longer, because something holds it up, is reported.",
        Documented "Amazon S3 User Guide, Replication Time Control";
    DELETE_MARKERS_STAY = "S3-2",
        "Delete markers do not replicate unless the rule says so: what is deleted at the source is still there in the copy. Replication needs versioning.",
        Documented "whitepaper Disaster recovery of workloads on AWS; Amazon S3 User Guide, What does Amazon S3 replicate";
    OVERWRITES_REPLICATE = "S3-3",
        "An attacker's overwrites replicate like any write; earlier versions are what survives.",
        Documented "Amazon S3 User Guide, Replicating encrypted objects; Halcyon on Codefinger, January 2025";
    KMS_OBJECTS_NEED_THE_OPT_IN = "S3-KMS-1",
        "Objects under a KMS key replicate only if the rule enables SseKmsEncryptedObjects.",
        Documented "Amazon S3 User Guide, Replicating encrypted objects";
    THE_ROLE_NEEDS_BOTH_KEYS = "S3-KMS-2",
        "The replication role decrypts with the source's key and encrypts with the destination's: it needs both.",
        Documented "Amazon S3 User Guide, Replicating encrypted objects";
    RELATED_KEYS_ARE_JUST_KEYS = "S3-KMS-3",
        "S3 uses a multi-Region key as if it were single-Region: the copy is encrypted anew with the destination's key.",
        Documented "Amazon S3 User Guide, Replicating encrypted objects";
    A_BAD_KEY_SHOWS_LATER = "S3-KMS-4",
        "A replication rule with a key that cannot be used is accepted; replication then fails object by object, and S3 does not try again.",
        Documented "Amazon S3 User Guide, Replicating encrypted objects";
    REPLICATION_TAKES_QUOTA = "S3-KMS-5",
        "Each replicated object under KMS takes a request of KMS in both Regions; over the quota it waits."
        => ThrottlingException,
        Documented "Amazon S3 User Guide, Replication Time Control";
    OBJECTS_NEED_THE_BUCKETS_KEY = "S3-KMS-2a",
        "Objects under a KMS key are written and read with the bucket's key: while it cannot be used, requests fail."
        => DisabledException,
        Documented "Amazon S3 User Guide, Using server-side encryption with AWS KMS keys";
    THE_BUCKET_EXISTS = "SIM-S3-1",
        "The named bucket must exist in the Region that is asked."
        => NoSuchBucket,
        Documented "botocore 1.44.5 S3 service model";
    THE_OBJECT_EXISTS = "SIM-S3-2",
        "The named object must exist."
        => NoSuchKey,
        Documented "botocore 1.44.5 S3 service model, GetObject";
    VALID_CONFIGURATION = "SIM-S3-3",
        "A replication configuration is a JSON object with one rule here."
        => MalformedXML,
        Documented "botocore 1.44.5 S3 service model, PutBucketReplication";
}
