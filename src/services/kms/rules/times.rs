//! How long KMS and the services around it take, with our default where AWS gives no number.

crate::facts! {
    Timing "KMS-TIM-1",
        "A change is seen everywhere in its Region within a few seconds, in the worst case minutes. Default 1 s; 0 to 300 s.",
        Documented "AWS KMS Developer Guide, AWS KMS eventual consistency; the default is ours";
    Timing "KMS-TIM-2",
        "A new replica is Creating for a few seconds; users saw minutes. Default 5 s; 1 to 900 s.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey; the default is ours";
    Timing "KMS-TIM-3",
        "Old and new primary are Updating for some seconds; users saw about a minute. Default 5 s; 1 to 60 s.",
        Documented "botocore 1.44.5 KMS service model, UpdatePrimaryRegion; the default is ours";
    Timing "KMS-TIM-4",
        "Shared properties reach the other keys of a set after a time that is not published. Default 60 s; 1 to 3600 s.",
        Assumed "AWS says only that KMS synchronises by itself";
    Timing "KMS-TIM-5",
        "New key material is everywhere after a time that is not published; on-demand rotation of a single-Region key took less than 10 s. Default as KMS-TIM-4.",
        Assumed "AWS says only that the material is not used before";
    Timing "KMS-TIM-6",
        "A new or revoked grant holds within five minutes as a rule. Default 30 s; 0 to 300 s.",
        Documented "AWS KMS Developer Guide, Grants in AWS KMS; the default is ours";
    Timing "KMS-TIM-7",
        "A changed alias or tag is heard by policies within five minutes. Default 60 s; 0 to 300 s.",
        Documented "AWS KMS Developer Guide, ABAC for AWS KMS; the default is ours";
    Timing "KMS-TIM-8",
        "The waiting period before deletion is 7 to 30 days, 30 if none is given.",
        Documented "botocore 1.44.5 KMS service model, ScheduleKeyDeletion";
    Timing "KMS-TIM-9",
        "Deletion comes up to 24 hours after the waiting period. Default 0; 0 to 24 h.",
        Documented "AWS KMS Developer Guide, Deleting AWS KMS keys; the default is ours";
    Timing "KMS-TIM-10",
        "An import token and its public key are good for 24 hours.",
        Documented "botocore 1.44.5 KMS service model, GetParametersForImport";
    Timing "KMS-TIM-11",
        "Imported key material that expires does so within 365 days.",
        Documented "botocore 1.44.5 KMS service model, ImportKeyMaterial";
    Timing "KMS-TIM-12",
        "Automatic rotation comes every 90 to 2560 days, every 365 if no period is given.",
        Documented "botocore 1.44.5 KMS service model, EnableKeyRotation";
    Timing "KMS-TIM-13",
        "A rotation on demand is refused in the 20 minutes before an automatic one.",
        Documented "botocore 1.44.5 KMS service model, RotateKeyOnDemand";
    Timing "KMS-TIM-14",
        "DynamoDB asks KMS again for a table key after the caller has been idle for five minutes; for a busy caller no bound is stated.",
        Documented "DynamoDB Developer Guide, Encryption at rest: usage notes; decided by DDB-KEY-7";
    Timing "KMS-TIM-15",
        "A replica of a global table with eventual consistency leaves it 20 hours after its key was lost.",
        Documented "DynamoDB Developer Guide, Global tables security; decided by DDB-KEY-2";
    Timing "KMS-TIM-16",
        "A table is archived seven days after its key was lost.",
        Documented "botocore 1.44.5 DynamoDB service model, ArchivalSummary; decided by DDB-KEY-4";
    Timing "KMS-TIM-17",
        "An Aurora cluster or RDS instance can be recovered for seven days after its key was lost; in a global database, or without backups, not at all.",
        Documented "Aurora User Guide, Encrypting Amazon Aurora resources; decided by AUR-KEY-2";
    Timing "KMS-TIM-18",
        "RDS puts an instance into the recoverable state about two hours after it noticed that the key is lost.",
        Documented "Amazon RDS User Guide, Encrypting Amazon RDS resources";
    Timing "KMS-TIM-19",
        "AWS publishes no latency of KMS calls; the default is log-normal with a median of 8 ms, and each Region's distance comes on top.",
        Assumed "few measurements by users exist; every report names the numbers that it leaned on";
    Timing "KMS-TIM-20",
        "A DynamoDB stream keeps its records for 24 hours.",
        Documented "DynamoDB Developer Guide, Change data capture for DynamoDB Streams";
}
