//! Request quotas, resource quotas, and what takes time to be seen.

use crate::rulebook::RuleRef;

crate::rules! {
    SYMMETRIC_QUOTA = "KMS-QUO-1",
        "Symmetric and HMAC cryptography of an account share one request quota in each Region: 100,000 a second in us-east-1, us-west-2 and eu-west-1; 20,000 in six more Regions; 10,000 elsewhere."
        => ThrottlingException,
        Documented "AWS KMS Developer Guide, Request quotas, 2026; that a ReEncrypt counts once is assumed";
    QUOTAS_OF_2023 = "KMS-QUO-1L",
        "The request quotas of older documents: 50,000, 10,000 and 5,500 symmetric operations a second, 500 with RSA and 300 with elliptic curves."
        => ThrottlingException,
        Documented "AWS KMS Developer Guide, Request quotas, 2023";
    ASYMMETRIC_QUOTAS = "KMS-QUO-2",
        "Cryptography with RSA keys, with ML-DSA keys, and with ECC and SM2 keys has a request quota each: 1,000 a second."
        => ThrottlingException,
        Documented "AWS KMS Developer Guide, Request quotas, 2026";
    KEY_STORE_QUOTA: Fact = "KMS-QUO-3",
        "A custom key store has a request quota of its own, 1,800 a second. Custom key stores are not modelled.",
        Documented "AWS KMS Developer Guide, Request quotas, 2026";
    DATA_KEY_PAIR_QUOTAS = "KMS-QUO-4",
        "Data key pairs have a request quota for each key pair spec: 100 a second for each curve, 20 for RSA_2048, 4 for RSA_3072, 1 for RSA_4096."
        => ThrottlingException,
        Documented "AWS KMS Developer Guide, Request quotas, 2026";
    FIVE_CHANGES_A_SECOND = "KMS-QUO-5",
        "CreateKey, ReplicateKey, UpdatePrimaryRegion, EnableKey, DisableKey, CancelKeyDeletion, RotateKeyOnDemand, DisableKeyRotation, CreateAlias, UpdateAlias, UntagResource, UpdateKeyDescription and GetKeyLastUsage: 5 a second each."
        => ThrottlingException,
        Documented "AWS KMS Developer Guide, Request quotas, 2026";
    OTHER_CHANGES = "KMS-QUO-6",
        "ScheduleKeyDeletion, EnableKeyRotation, PutKeyPolicy, ImportKeyMaterial, DeleteImportedKeyMaterial and DeleteAlias: 15 a second each; TagResource 10; GetParametersForImport 1."
        => ThrottlingException,
        Documented "AWS KMS Developer Guide, Request quotas, 2026";
    GRANTS_AND_LISTS = "KMS-QUO-7",
        "CreateGrant, RetireGrant and RevokeGrant: 50 a second each; lists 100 to 500, GetKeyPolicy and GetKeyRotationStatus 1,000; DescribeKey, GetPublicKey and ListResourceTags 2,000."
        => ThrottlingException,
        Documented "AWS KMS Developer Guide, Request quotas, 2026";
    REPLICATION_COUNTS_IN_BOTH_REGIONS = "KMS-REP-13",
        "ReplicateKey counts once in the primary's Region, and as two CreateKey in the replica's."
        => ThrottlingException,
        Documented "AWS KMS Developer Guide, Request quotas, 2026";
    PROMOTION_COUNTS_IN_BOTH_REGIONS = "KMS-QUO-8",
        "UpdatePrimaryRegion counts once in each of its two Regions."
        => ThrottlingException,
        Documented "AWS KMS Developer Guide, Request quotas, 2026";
    EACH_REGION_HAS_ITS_OWN_QUOTA = "KMS-QUO-9",
        "Each Region has its own request quotas; related keys do not pool them. After a failover the surviving Region carries everything on its own.",
        Documented "AWS KMS Developer Guide, Request quotas, 2026";
    THE_CALLER_PAYS = "KMS-QUO-10",
        "A call counts against the caller's account, also with another account's key.",
        Documented "AWS KMS Developer Guide, Request quotas, 2026";

    KEYS_PER_REGION = "KMS-QUO-20",
        "An account has at most 100,000 customer managed keys in a Region, whatever their state; each related key counts in its Region."
        => LimitExceededException,
        Documented "AWS KMS Developer Guide, Resource quotas";
    TEN_KEY_STORES: Fact = "KMS-QUO-24",
        "An account has at most ten custom key stores in a Region. Custom key stores are not modelled.",
        Documented "AWS KMS Developer Guide, Resource quotas";

    CHANGES_TAKE_A_WHILE = "KMS-EC-1",
        "What a call changes is seen by cryptographic operations a little later: a new key or alias is not found until then, a changed one is used as it was. Management and lists see it at once; what KMS does by itself is seen at once everywhere.",
        Documented "AWS KMS Developer Guide, Eventual consistency; which operations see old data is assumed";
}

/// The rules by which calls are refused as over their quota; `quotas.csv` names them by id.
pub const REQUEST_QUOTAS: &[RuleRef] = &[
    SYMMETRIC_QUOTA,
    ASYMMETRIC_QUOTAS,
    DATA_KEY_PAIR_QUOTAS,
    FIVE_CHANGES_A_SECOND,
    OTHER_CHANGES,
    GRANTS_AND_LISTS,
];
