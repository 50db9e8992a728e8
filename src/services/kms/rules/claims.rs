//! Claims of popular study notes that no switch plays: they are right, a matter of words, or about services' own keys.

crate::facts! {
    Fact "KMS-SEED-4",
        "Notes write replicate-key with the target as --region. In AWS --region is the primary's Region and --replica-region, which is required, names the target.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey; decided by KMS-REP-1";
    Fact "KMS-SEED-6",
        "Notes say that services encrypt across Regions with a multi-Region key. Most treat it as a single-Region key and re-encrypt at the destination.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS; decided by KMS-SVC-1";
    Fact "KMS-SEED-7",
        "Notes call the key exportable for disaster recovery. Its material is replicated inside KMS and never exported.",
        Documented "AWS KMS Cryptographic Details, Replicating multi-Region keys; see KMS-REP-17 and KMS-ID-11";
    Fact "KMS-SEED-9",
        "Notes advise multi-Region keys for all critical data. AWS advises them only where one key must work in several Regions: isolation is weaker and there is more to audit.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
    Fact "KMS-SEED-11",
        "Notes promise a seamless failover of S3, EBS, RDS and DynamoDB by replicated keys. A copy is readable in the DR Region if it was made with a key that can be used there, related or not.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS; decided by KMS-SVC-1 to KMS-SVC-12";
    Fact "KMS-SEED-12",
        "Notes say that S3 replication gains from multi-Region keys. It needs an opt-in and a key for the destination, and re-encrypts in any case.",
        Documented "Amazon S3 User Guide, Replicating encrypted objects; decided by KMS-SVC-3";
    Fact "KMS-SEED-13",
        "Notes say that a primary can be replicated and a replica cannot, which is right.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey; decided by KMS-REP-2";
    Fact "KMS-SEED-14",
        "Notes say that policies are not copied, that the choice is made at creation, that each replica is billed and that deleting one touches no other, which is right; but the last replica's deletion can start a waiting primary's clock.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS; see KMS-REP-10, KMS-ID-5, KMS-PRC-1 and KMS-DEL-4";
    Fact "KMS-SEED-16",
        "Notes say that related keys share key ID and the end of the ARN. The ARNs agree in all but the Region.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS; decided by KMS-ID-2";
    Fact "KMS-SEED-19",
        "Notes say that client-side encryption protects even from database administrators. It does while they may not decrypt with any key of the set, in any Region.",
        Assumed "follows from a key policy for each Region: KMS-POL-14";
    Fact "KMS-SEED-20",
        "Notes use multi-Region keys for columns of Aurora and attributes of DynamoDB, which is right for client-side encryption; storage has a key of its own for each Region.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS; see KMS-DDB-1 and KMS-AUR-1";
    Fact "KMS-SEED-21",
        "Notes say that the local key gives low latency, which is right if the client names the local key.",
        Documented "AWS Encryption SDK specification, aws-kms-mrk-keyring; decided by KMS-ESDK-4";
}
