//! Questions of the AWS exams, and popular beliefs, with the answer that the rulebook gives.

crate::facts! {
    // What multi-Region keys are.
    Exam "KMS-EX-1",
        "Can an existing single-Region key be turned into a multi-Region key? No: make a new multi-Region key and re-encrypt the data under it.",
        Documented "decided by KMS-ID-5, KMS-CT-10";
    Exam "KMS-EX-2",
        "Is a multi-Region key one global key? No: it is a set of separate Regional keys with one key ID and one key material.",
        Documented "decided by KMS-ID-12";
    Exam "KMS-EX-3",
        "How does an ID tell a multi-Region key? The key ID begins with mrk-; an alias that contains these letters proves nothing.",
        Documented "decided by KMS-ID-1, KMS-ID-3";
    Exam "KMS-EX-4",
        "Are the ARNs of related keys the same? Yes, but for the Region in them.",
        Documented "decided by KMS-ID-2";

    // Deletion.
    Exam "KMS-EX-5",
        "The primary is scheduled for deletion while replicas exist: what happens to these? Nothing; the primary goes to PendingReplicaDeletion.",
        Documented "decided by KMS-DEL-3";
    Exam "KMS-EX-6",
        "A primary is scheduled with a window of 7 days and its replicas are never deleted: when does it go? Never.",
        Documented "decided by KMS-DEL-4";
    Exam "KMS-EX-7",
        "How fast can a primary and a replica both be gone? In 14 days: 7 for the replica, then 7 for the primary.",
        Documented "decided by KMS-DEL-7";
    Exam "KMS-EX-8",
        "Every replica is scheduled for deletion: does the primary's clock run? Not before the last of them is really deleted.",
        Documented "decided by KMS-DEL-5";
    Exam "KMS-EX-9",
        "Does a primary in PendingReplicaDeletion encrypt, and does its replica? The primary does not, the replica does.",
        Documented "decided by KMS-DEL-8, KMS-DEL-3";
    Exam "KMS-EX-10",
        "A key must leave its primary Region but stay in the DR Region: how? Make the DR Region the primary, then delete the old one as a replica.",
        Documented "decided by KMS-DEL-10, KMS-UPR-1";
    Exam "KMS-EX-11",
        "The same, but the primary is already pending deletion: how? Cancel the deletion, enable the key, update the primary Region, schedule again.",
        Documented "decided by KMS-UPR-10";
    Exam "KMS-EX-12",
        "In which state does CancelKeyDeletion leave a key? Disabled; it must be enabled before use.",
        Documented "decided by KMS-ST-12";

    // Outages and the change of primary.
    Exam "KMS-EX-13",
        "The primary's Region is down: must a replica be promoted before it can decrypt? No, it decrypts as it is.",
        Documented "decided by KMS-OUT-1, KMS-UPR-9";
    Exam "KMS-EX-14",
        "The primary's Region is down: can a replica be promoted now? No, the call fails until the Region is back.",
        Assumed "decided by KMS-OUT-2, which follows from what the call needs";
    Exam "KMS-EX-15",
        "The primary's Region is down: can a replica be added in a third Region? No; make a new multi-Region key where KMS works.",
        Assumed "decided by KMS-OUT-3, KMS-OUT-9, which follow from what the call needs";
    Exam "KMS-EX-16",
        "The primary is disabled: do its replicas stop working? No, each key has its own state.",
        Documented "decided by KMS-ID-22";

    // Replication.
    Exam "KMS-EX-17",
        "Can a disabled primary be replicated? No, it must be Enabled." => DisabledException,
        Documented "decided by KMS-REP-3";
    Exam "KMS-EX-18",
        "Can a replica be replicated? No, only the primary can." => UnsupportedOperationException,
        Reported "decided by KMS-REP-2";
    Exam "KMS-EX-19",
        "Can a Region hold two replicas of one primary? No, one related key for each Region." => AlreadyExistsException,
        Documented "decided by KMS-REP-4";
    Exam "KMS-EX-20",
        "A Region's replica is pending deletion: can the key be replicated there again? Not yet: cancel that deletion or wait until it is over."
        => AlreadyExistsException,
        Documented "decided by KMS-REP-4";
    Exam "KMS-EX-21",
        "A replica was deleted by mistake: what now? Replicate again: old ciphertext is readable, but its policy, aliases, tags and grants are gone.",
        Documented "decided by KMS-REP-16";
    Exam "KMS-EX-22",
        "The primary and every replica were deleted: what is left of the data? Nothing that anybody can read.",
        Documented "decided by KMS-DEL-13";
    Exam "KMS-EX-23",
        "Can a key of a commercial Region be replicated to China or GovCloud? No, a set stays in its partition.",
        Documented "decided by KMS-REP-5";
    Exam "KMS-EX-24",
        "Can a key be replicated into another account? No, a set stays in its account.",
        Documented "decided by KMS-REP-7";
    Exam "KMS-EX-25",
        "Can a multi-Region key live in a CloudHSM or external key store? No.",
        Documented "decided by KMS-ID-9";
    Exam "KMS-EX-26",
        "Can the AWS managed key aws/s3 be made multi-Region? No, only customer managed keys can.",
        Documented "decided by KMS-ID-9, KMS-SVC-13";

    // What is shared and what is not.
    Exam "KMS-EX-27",
        "The primary's key policy is changed: when do the replicas follow? Never.",
        Documented "decided by KMS-ID-20";
    Exam "KMS-EX-28",
        "Which policy has a replica that was made through the API without one? The default key policy, not the primary's.",
        Documented "decided by KMS-REP-10";
    Exam "KMS-EX-29",
        "alias/app exists at the primary; an application in the replica's Region names it: what does it get? An error until that Region has its own alias."
        => NotFoundException,
        Documented "decided by KMS-ID-4";
    Exam "KMS-EX-30",
        "Does a grant on the primary allow the use of a replica? No, the replica needs a grant of its own." => AccessDeniedException,
        Documented "decided by KMS-GRT-1";
    Exam "KMS-EX-31",
        "Access by tags is allowed on the primary: does it hold on a new replica? No, it has no tags unless they were given." => AccessDeniedException,
        Documented "decided by KMS-REP-10, KMS-CON-9";

    // Rotation and imported key material.
    Exam "KMS-EX-32",
        "Can automatic rotation be switched on at a replica? No, at the primary only.",
        Documented "decided by KMS-ROT-3";
    Exam "KMS-EX-33",
        "Does a rotation make old ciphertext unreadable in another Region? No, all versions are kept in every Region.",
        Documented "decided by KMS-ROT-4, KMS-ROT-5";
    Exam "KMS-EX-34",
        "Does a rotation re-encrypt data or data keys? No, neither.",
        Documented "decided by KMS-ROT-5";
    Exam "KMS-EX-35",
        "Can an asymmetric or HMAC multi-Region key rotate automatically? No." => UnsupportedOperationException,
        Documented "decided by KMS-ROT-1, KMS-ASY-2";
    Exam "KMS-EX-36",
        "Can imported key material rotate automatically? No: import new material in every Region, then rotate on demand.",
        Documented "decided by KMS-IMP-15, KMS-IMP-7";
    Exam "KMS-EX-37",
        "How often can a key be rotated on demand? 25 times in its life; older material says 10." => LimitExceededException,
        Documented "decided by KMS-ROT-8";
    Exam "KMS-EX-38",
        "Which rotation periods are possible? 90 to 2560 days; 365 if none is given.",
        Documented "decided by KMS-ROT-2";
    Exam "KMS-EX-39",
        "A key with imported material is replicated: is the replica ready? Not before the same bytes are imported there; until then it is PendingImport.",
        Documented "decided by KMS-IMP-2";
    Exam "KMS-EX-40",
        "Other bytes than the primary's are imported into a replica: what happens? They are refused." => IncorrectKeyMaterialException,
        Documented "decided by KMS-IMP-4";
    Exam "KMS-EX-41",
        "Imported material expires in the DR Region: which keys stop? The DR Region's alone, which becomes PendingImport.",
        Documented "decided by KMS-IMP-6";
    Exam "KMS-EX-42",
        "Can a key be replicated before material was imported into its primary? No." => KMSInvalidStateException,
        Documented "decided by KMS-ST-37";

    // Ciphertext.
    Exam "KMS-EX-43",
        "Encrypted in Region A with a multi-Region key, decrypted in Region B without naming a key: does it work? Yes, and the answer names B's key.",
        Documented "decided by KMS-CT-3";
    Exam "KMS-EX-44",
        "Encrypted in Region A with a single-Region key, decrypted in Region B: what comes? Access is denied without KeyId; the key is not found with it."
        => AccessDeniedException,
        Reported "decided by KMS-CT-6";
    Exam "KMS-EX-45",
        "Decrypt names a key of this Region that did not encrypt: what comes? The wrong key is refused." => IncorrectKeyException,
        Reported "decided by KMS-CT-5";
    Exam "KMS-EX-46",
        "The application in the other Region states another encryption context: what comes? The ciphertext is refused." => InvalidCiphertextException,
        Documented "decided by KMS-CT-8";
    Exam "KMS-EX-47",
        "Signed in Region A, verified in Region B with the related asymmetric key: does it hold? Yes.",
        Documented "decided by KMS-ASY-1";
    Exam "KMS-EX-48",
        "A plain Encryption SDK keyring of B's ARN reads a message from A: does it? No, no data key names its ARN." => CannotDecryptDataKeys,
        Documented "decided by KMS-ESDK-8";
    Exam "KMS-EX-49",
        "The same with a keyring that knows multi-Region keys: does it read? Yes, with the key of its own Region.",
        Documented "decided by KMS-ESDK-1, KMS-ESDK-3";
    Exam "KMS-EX-50",
        "Can a discovery keyring encrypt? No." => InvalidKeyring,
        Documented "decided by KMS-ESDK-5";
    Exam "KMS-EX-51",
        "A multi-keyring over two unrelated keys, one Region down: what works? Reads do, writes do not.",
        Documented "decided by KMS-ESDK-7";
    Exam "KMS-EX-52",
        "Can a strict MRK multi-keyring hold a primary and its own replica? No, it cannot be constructed." => InvalidKeyring,
        Documented "decided by KMS-ESDK-6";

    // Services.
    Exam "KMS-EX-53",
        "S3 replication between buckets with related keys: is re-encryption spared? No, S3 treats them as two single-Region keys.",
        Documented "decided by KMS-SVC-1, KMS-SVC-3";
    Exam "KMS-EX-54",
        "An S3 replication rule without the opt-in for KMS: what becomes of SSE-KMS objects? They are not replicated.",
        Documented "decided by KMS-SVC-3";
    Exam "KMS-EX-55",
        "An encrypted EBS or RDS snapshot is copied to another Region with the source key's ARN: what happens? It fails; a key of the target Region must be named.",
        Documented "decided by KMS-SVC-4, KMS-SVC-5";
    Exam "KMS-EX-56",
        "Does a DynamoDB global table need a multi-Region key? No, each replica is encrypted with a key of its own Region.",
        Documented "decided by KMS-DDB-1";
    Exam "KMS-EX-57",
        "The key of a global table's replica is disabled for a day: what happens? With eventual consistency the replica leaves the global table for good after 20 hours.",
        Documented "decided by KMS-DDB-8";
    Exam "KMS-EX-58",
        "The key of a single-Region table is disabled for eight days: what happens? The table is archived with a backup.",
        Documented "decided by KMS-DDB-9";
    Exam "KMS-EX-59",
        "The key of a cluster in an Aurora global database is disabled: what happens? It is terminal at once; only a restore from backup helps.",
        Documented "decided by KMS-AUR-5";
    Exam "KMS-EX-60",
        "The key of an ordinary Aurora cluster is disabled for three days and enabled again: what happens? The cluster can be started again.",
        Documented "decided by KMS-AUR-3";
    Exam "KMS-EX-61",
        "One DynamoDB attribute is to be encrypted so that another Region reads it quickly: how? Client-side encryption with a multi-Region key and the local replica key.",
        Documented "decided by KMS-DDB-13, KMS-STR-3";

    // Permissions.
    Exam "KMS-EX-62",
        "The DR role is missing in the replica's key policy: what happens at failover? The role is denied." => AccessDeniedException,
        Assumed "decided by KMS-POL-14, which follows from policies that are not shared";
    Exam "KMS-EX-63",
        "A service control policy denies everything outside eu-*: can eu-west-1 replicate to us-east-1? No, the CreateKey there is denied." => AccessDeniedException,
        Documented "decided by KMS-REP-8, KMS-CON-12";
    Exam "KMS-EX-64",
        "Does a service control policy stop the synchronisation of related keys? No, that runs under a service-linked role.",
        Documented "decided by KMS-POL-6";
    Exam "KMS-EX-65",
        "How is it restricted where replicas may be made? With the condition key kms:ReplicaRegion.",
        Documented "decided by KMS-CON-4";
    Exam "KMS-EX-66",
        "How is it restricted where the primary may go? With the condition key kms:PrimaryRegion.",
        Documented "decided by KMS-CON-3";
    Exam "KMS-EX-67",
        "How does an organisation forbid multi-Region keys? A service control policy denies CreateKey with kms:MultiRegion true, and ReplicateKey.",
        Documented "decided by KMS-CON-14";
    Exam "KMS-EX-68",
        "IAM allows kms:Decrypt, but the key policy neither hands over to IAM nor names the role: what comes? The role is denied." => AccessDeniedException,
        Documented "decided by KMS-POL-3";

    // Quotas, prices, logs, practice.
    Exam "KMS-EX-69",
        "After a failover requests are throttled: why? The surviving Region has only its own quota; raise it beforehand and cache data keys." => ThrottlingException,
        Documented "decided by KMS-QUO-9, KMS-CACHE-5";
    Exam "KMS-EX-70",
        "Does a multi-Region key double the request quota? Each Region has a quota of its own; they are not pooled.",
        Documented "decided by KMS-QUO-9";
    Exam "KMS-EX-71",
        "What does a primary with two replicas cost a month? Three dollars, the requests, and what rotations add.",
        Documented "decided by KMS-PRC-1, KMS-PRC-2";
    Exam "KMS-EX-72",
        "What does a key cost while it is pending deletion? Nothing, unless the deletion is cancelled.",
        Documented "decided by KMS-PRC-4";
    Exam "KMS-EX-73",
        "Which CloudTrail event shows that key material went to a replica? SynchronizeMultiRegionKey.",
        Documented "decided by KMS-LOG-4";
    Exam "KMS-EX-74",
        "Which CloudTrail events does ReplicateKey leave? ReplicateKey in the primary's Region and CreateKey in the replica's.",
        Documented "decided by KMS-LOG-1, KMS-LOG-2";
    Exam "KMS-EX-75",
        "A fresh replica answers that its state is invalid: what to do? It is Creating: ask DescribeKey until it is Enabled; no SDK retries this." => KMSInvalidStateException,
        Documented "decided by KMS-REP-12, KMS-RET-5";
    Exam "KMS-EX-76",
        "A key is disabled: does a running instance lose its EBS volume? Not before it attaches the volume again.",
        Documented "decided by KMS-CT-14; AWS KMS Developer Guide, How unusable KMS keys affect data keys";
    Exam "KMS-EX-77",
        "Does AWS advise multi-Region keys everywhere? No, only where one key must work in several Regions.",
        Documented "decided by KMS-SEED-9; AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
    Exam "KMS-EX-78",
        "DescribeKey shows no primary while the role moves: is something wrong? No, that is normal for seconds.",
        Documented "decided by KMS-EC-4";
    Exam "KMS-EX-79",
        "Can key material be exported, to read data without KMS? No, it never leaves KMS in plaintext.",
        Documented "decided by KMS-REP-17; AWS KMS Cryptographic Details";
    Exam "KMS-EX-80",
        "Does disabling the key in the primary's Region stop all use? No, its replicas go on; disable each of them.",
        Documented "decided by KMS-ID-20, KMS-ID-22";
}
