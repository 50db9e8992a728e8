//! Which key encrypts at rest in the target Region, service by service. What decides in a run is the data plane's own
//! rule, which each statement names.

crate::facts! {
    Fact "KMS-SVC-1",
        "Most services treat a multi-Region key as a single-Region key: a copy is decrypted with the source's key and encrypted with the destination's, even if the two are related.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS; Amazon S3 User Guide, Replicating encrypted objects";
    Fact "KMS-SVC-2",
        "Objects of a bucket with SSE-KMS are written and read with a key of the bucket's Region; without it requests fail.",
        Documented "Amazon S3 User Guide, Using server-side encryption with AWS KMS keys";
    Fact "KMS-SVC-3",
        "S3 replicates SSE-KMS objects only if the rule opts in and names a key of the destination's Region; a bad key shows only when an object's replication fails.",
        Documented "Amazon S3 User Guide, Replicating encrypted objects; decided by S3-KMS-1, S3-KMS-2, S3-KMS-3 and S3-KMS-4";
    Fact "KMS-SVC-4",
        "A copied EBS snapshot or image gets the key named, or the destination's default EBS key; a key that cannot be used shows only later, as a snapshot in error.",
        Documented "botocore 1.44.5 EC2 service model, CopySnapshot and CopyImage; decided by SNP-2";
    Fact "KMS-SVC-5",
        "An encrypted RDS or Aurora snapshot is copied to another Region only with a key of that Region, single-Region or multi-Region; otherwise KMSKeyNotAccessibleFault.",
        Documented "botocore 1.44.5 RDS service model, CopyDBSnapshot; decided by RDS-2";
    Fact "KMS-SVC-6",
        "A read replica or secondary cluster of an encrypted database in another Region is created only with a key of that Region.",
        Documented "botocore 1.44.5 RDS service model, CreateDBInstanceReadReplica; decided by AUR-KEY-1";
    Fact "KMS-SVC-7",
        "Each replica of a DynamoDB global table has its own key: see the rules KMS-DDB-1 to KMS-DDB-13.",
        Documented "DynamoDB Developer Guide, Global tables security; decided by DDB-KEY-1";
    Fact "KMS-SVC-8",
        "A replica secret is encrypted with a key chosen for its Region, or that Region's aws/secretsmanager; a key that does not work leaves the replica in status Failed.",
        Documented "botocore 1.44.5 Secrets Manager service model, ReplicateSecretToRegions; decided by SEC-1";
    Fact "KMS-SVC-9",
        "AWS Backup encrypts a copy in another Region with the key of the destination vault; without that key the copy job fails.",
        Documented "AWS Backup Developer Guide, Encryption for backups; decided by BKP-1";
    Fact "KMS-SVC-10",
        "A DynamoDB backup is restored in another Region under the same key only if that key is a multi-Region key with a replica there.",
        Documented "AWS Backup Developer Guide, Restore a DynamoDB table; decided by BKP-1";
    Fact "KMS-SVC-11",
        "CloudTrail can encrypt its logs with a multi-Region key.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
    Fact "KMS-SVC-12",
        "For encryption by a service a multi-Region key spares no re-encryption; it is made for data that applications encrypt themselves.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS; the conclusion is ours";
    Fact "KMS-SVC-13",
        "The keys that AWS manages (aws/…) are Regional and cannot be shared with another account, so copies between accounts need a customer managed key.",
        Documented "AWS KMS Developer Guide, AWS KMS keys";

    // DynamoDB.
    Fact "KMS-DDB-1",
        "Each replica table is encrypted with a key of its own Region: owned by AWS (the default), managed by AWS, or the customer's. Related keys are not needed.",
        Documented "DynamoDB Developer Guide, Encryption at rest; decided by DDB-KEY-1";
    Fact "KMS-DDB-2",
        "With customer managed keys each replica must be given its own key; changing one replica's key leaves the others.",
        Documented "botocore 1.44.5 DynamoDB service model, CreateReplicationGroupMemberAction; decided by DDB-KEY-1";
    Fact "KMS-DDB-3",
        "All replicas of a one-account global table have the same type of key. Tables over several accounts may mix AWS owned and customer managed keys.",
        Documented "DynamoDB Developer Guide, Global tables security; decided by DDB-KEY-1";
    Fact "KMS-DDB-4",
        "DynamoDB uses Encrypt, Decrypt, ReEncrypt, GenerateDataKey, DescribeKey and CreateGrant of the table's key, Region by Region; denied, requests for items fail.",
        Documented "DynamoDB Developer Guide, Encryption at rest: usage notes; decided by DDB-KEY-5 and DDB-ERR-2";
    Fact "KMS-DDB-5",
        "The table key is cached for each caller; KMS is asked again after five minutes of inactivity, and a busy caller is promised nothing.",
        Documented "DynamoDB Developer Guide, Encryption at rest: usage notes; decided by DDB-KEY-7";
    Fact "KMS-DDB-6",
        "If its key cannot be used a replica shows INACCESSIBLE_ENCRYPTION_CREDENTIALS and the time when that was noticed; reads and writes there fail.",
        Documented "botocore 1.44.5 DynamoDB service model, TableStatus; decided by DDB-KEY-2 and DDB-KEY-4";
    Fact "KMS-DDB-7",
        "With eventual consistency replication to and from a replica without its key stops; the others go on.",
        Documented "DynamoDB Developer Guide, Global tables security; decided by DDB-KEY-2";
    Fact "KMS-DDB-8",
        "A replica with eventual consistency that lacks its key for more than 20 hours leaves the global table for good and stays as a single-Region table.",
        Documented "DynamoDB Developer Guide, Global tables security; decided by DDB-KEY-2";
    Fact "KMS-DDB-9",
        "A single-Region table without its key for more than seven days is archived with an on-demand backup, whose restore needs that key.",
        Documented "botocore 1.44.5 DynamoDB service model, ArchivalSummary; decided by DDB-KEY-4";
    Fact "KMS-DDB-10",
        "With strong consistency writes and strong reads on a replica without its key fail; after seven days it is archived or lost for good.",
        Documented "DynamoDB Developer Guide, Global tables security; decided by DDB-KEY-3";
    Fact "KMS-DDB-11",
        "A replica can be deleted only while its key can be used: first the replica, then the key.",
        Documented "DynamoDB Developer Guide, Global tables security; decided by DDB-KEY-6";
    Fact "KMS-DDB-12",
        "After the key is lost stream records keep their 24 hours and expired items are deleted for about 30 minutes more.",
        Documented "DynamoDB Developer Guide, Encryption at rest: usage notes; decided by DDB-KEY-9";
    Fact "KMS-DDB-13",
        "Attributes that the application encrypted replicate as opaque bytes: who reads them is decided by the application's keys, besides the table's own key.",
        Documented "DynamoDB Developer Guide, Client-side encryption; the conclusion is ours";

    // Aurora and RDS.
    Fact "KMS-AUR-1",
        "Each cluster of an Aurora global database has a key of its own Region for its whole life; another key means a restore from a snapshot copy.",
        Documented "Aurora User Guide, Encrypting Amazon Aurora resources; decided by AUR-KEY-1";
    Fact "KMS-AUR-2",
        "A secondary cluster is encrypted if the primary is; clusters created since 18 February 2026 are encrypted with an AWS owned key by default.",
        Documented "Aurora User Guide, Encrypting Amazon Aurora resources; decided by AUR-KEY-1";
    Fact "KMS-AUR-3",
        "An ordinary cluster that lost its key stops and can be recovered for seven days: enable the key and start the cluster.",
        Documented "Aurora User Guide, Encrypting Amazon Aurora resources; decided by AUR-KEY-2";
    Fact "KMS-AUR-4",
        "After these seven days the state is terminal: only a restore from a backup under a usable key is left.",
        Documented "Aurora User Guide, Encrypting Amazon Aurora resources; decided by AUR-KEY-2";
    Fact "KMS-AUR-5",
        "Clusters that cannot be stopped, those of a global database among them, are terminal at once when they lose their key.",
        Documented "Aurora User Guide, Encrypting Amazon Aurora resources; decided by AUR-KEY-2";
    Fact "KMS-AUR-6",
        "An RDS instance with backups becomes recoverable about two hours after the loss was noticed; one without backups is terminal.",
        Documented "Amazon RDS User Guide, Encrypting Amazon RDS resources; decided by AUR-KEY-2";
    Fact "KMS-AUR-7",
        "Aurora works under a grant made when the cluster was created: taking permissions from its creator changes nothing, disabling the key does.",
        Documented "Aurora User Guide, Encrypting Amazon Aurora resources; decided by AUR-KEY-3";
    Fact "KMS-AUR-8",
        "Switchover and failover need the secondary's key; the key of the Region that is left plays no part.",
        Assumed "follows from a key for each cluster; decided by AUR-SW-1 and AUR-FO-1";
    Fact "KMS-AUR-9",
        "Columns that the application encrypted replicate as opaque bytes: who reads them is decided by the application's keys, besides the cluster's own key.",
        Assumed "as KMS-DDB-13: the database does not know the application's keys";
}
