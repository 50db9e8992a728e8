//! What the simulator holds true of snapshots, backups and their copies.

crate::rules! {
    COPIES_ARE_INCREMENTAL = "SNP-1",
        "The first copy of a volume's snapshots to a Region is whole, later ones hold what has changed, as long as the last one is there under the same key; at most 20 copies are under way to a Region.",
        Documented "Amazon EBS User Guide, Copy an Amazon EBS snapshot";
    A_KEY_THAT_FAILS_FAILS_LATER = "SNP-2",
        "A copy of an encrypted snapshot is encrypted with the key named, or the target's default; without access to the source's or the target's key the call is accepted and the copy ends in error.",
        Documented "Amazon EBS User Guide, Copy an Amazon EBS snapshot";
    COMPLETION_CAN_BE_ASKED_FOR = "SNP-3",
        "A copy can be asked to complete in time: not below 15 minutes, nor below what its size takes at 500 MiB a second."
        => ValidationException,
        Documented "Amazon EBS User Guide, Time-based copies";
    LOGS_GO_OUT_AS_THEY_ARE_READY = "RDS-1",
        "Replicated automated backups hold snapshots and transaction logs as they become ready: the copy is as old as the last log.",
        Documented "Amazon RDS User Guide, Replicating automated backups; the interval of logs is ours";
    A_KEY_OF_THE_TARGET_REGION = "RDS-2",
        "An encrypted snapshot is copied to another Region only with a key of that Region, related or not."
        => KMSKeyNotAccessibleFault,
        Documented "Amazon RDS User Guide, Copying a snapshot; botocore 1.44.5 RDS service model, CopyDBSnapshot";
    THE_VAULT_S_KEY_ENCRYPTS = "BKP-1",
        "AWS Backup encrypts a copy with the key of the destination vault; without a key that works the job fails."
        => KMSKeyNotAccessibleFault,
        Documented "AWS Backup Developer Guide, Encryption for backups";
    A_RESTORE_COMES_FIRST = "BKP-1a",
        "A copy is read and written once it is restored, which is an action of the control plane and takes time."
        => SnapshotNotFound,
        Documented "whitepaper Disaster recovery of workloads on AWS";
    A_COPY_NEEDS_ITS_OWN_KEY = "BKP-1b",
        "A volume, a database or a copy is of use to nobody while the key with which it is encrypted cannot be used."
        => KMSKeyNotAccessibleFault,
        Documented "botocore 1.44.5 RDS service model, KMSKeyNotAccessibleFault";
    THE_SNAPSHOT_EXISTS = "SIM-SNP-1",
        "The named snapshot must exist, complete, in the Region that is asked."
        => SnapshotNotFound,
        Documented "botocore 1.44.5 EC2 service model";
}
