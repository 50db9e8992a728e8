//! What the simulator holds true of it.

crate::rules! {
    A_REPLICA_ONLY_FOLLOWS = "SEC-1",
        "A replica has the primary's name and receives each of its values; it takes none itself, until StopReplicationToReplica, called in its own Region, makes it a secret of its own."
        => InvalidRequestException,
        Documented "AWS Secrets Manager User Guide, Replicate secrets across Regions; botocore 1.44.5 Secrets Manager service model";
    THE_SECRET_EXISTS = "SEC-1a",
        "The named secret must exist in the Region that is asked."
        => ResourceNotFoundException,
        Documented "botocore 1.44.5 Secrets Manager service model";
    A_READ_NEEDS_THE_KEY = "SEC-1b",
        "A value is decrypted with the key of the copy that is asked: without it nobody reads it."
        => DecryptionFailure,
        Documented "botocore 1.44.5 Secrets Manager service model, GetSecretValue";
    A_WRITE_NEEDS_THE_KEY = "SEC-1c",
        "A new value is encrypted with the key of the secret: without it none is taken."
        => EncryptionFailure,
        Documented "botocore 1.44.5 Secrets Manager service model, PutSecretValue";
    REPLICATION_NEEDS_BOTH_KEYS = "SEC-1d",
        "A value is replicated by decrypting it with the primary's key and encrypting it with the replica's: while one of them cannot be used replication has failed, and shows it.",
        Documented "botocore 1.44.5 Secrets Manager service model, ReplicationStatusType; that it goes on by itself once the key works is assumed";
    ROTATION_IS_THE_PRIMARY_S = "SEC-1e",
        "Rotation runs in the primary's Region; replicas receive the new value.",
        Documented "AWS Secrets Manager User Guide, Replicate secrets across Regions";
    REPLICAS_ARE_THE_PRIMARY_S = "SEC-1f",
        "Replicas are added and removed where the primary is; a secret of its own with the same name is overwritten only if that is asked for."
        => InvalidParameterException,
        Documented "botocore 1.44.5 Secrets Manager service model, ReplicateSecretToRegions";
}
