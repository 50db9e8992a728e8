//! What CloudTrail, EventBridge and CloudWatch show. `mrksim run --trail` writes the CloudTrail records of a run.

crate::facts! {
    Fact "KMS-LOG-1",
        "CreateKey is logged in the Region of the key, also in a replica's Region when ReplicateKey made it.",
        Documented "AWS KMS Developer Guide, CloudTrail entries: CreateKey and ReplicateKey";
    Fact "KMS-LOG-2",
        "ReplicateKey is logged in the primary's Region.",
        Documented "AWS KMS Developer Guide, CloudTrail entries: ReplicateKey";
    Fact "KMS-LOG-3",
        "UpdatePrimaryRegion is logged twice with one request ID: in the old primary's Region, and as invoked by KMS in the new one's.",
        Documented "AWS KMS Developer Guide, CloudTrail entries: UpdatePrimaryRegion";
    Fact "KMS-LOG-4",
        "SynchronizeMultiRegionKey is logged at the replica when KMS brings it up to date; no customer can call it.",
        Documented "AWS KMS Developer Guide, CloudTrail entries: SynchronizeMultiRegionKey";
    Fact "KMS-LOG-5",
        "ScheduleKeyDeletion and CancelKeyDeletion are logged in the key's Region.",
        Documented "AWS KMS Developer Guide, CloudTrail entries: ScheduleKeyDeletion and CancelKeyDeletion";
    Fact "KMS-LOG-6",
        "DeleteKey is a service event, logged when a key is really deleted.",
        Documented "AWS KMS Developer Guide, CloudTrail entries: DeleteKey";
    Fact "KMS-LOG-7",
        "EnableKeyRotation, DisableKeyRotation and RotateKeyOnDemand are logged in the primary's Region.",
        Documented "AWS KMS Developer Guide, Logging AWS KMS API calls with AWS CloudTrail";
    Fact "KMS-LOG-8",
        "RotateKey is a service event that tells the type of rotation, the origin, and the old and the new key material.",
        Documented "AWS KMS Developer Guide, CloudTrail entries: RotateKey";
    Fact "KMS-LOG-9",
        "Import and deletion of key material are logged as called; its expiry is the service event DeleteExpiredKeyMaterial.",
        Documented "AWS KMS Developer Guide, CloudTrail entries: DeleteExpiredKeyMaterial";
    Fact "KMS-LOG-10",
        "Every other call, cryptographic ones included, is logged in the Region called: the audit of a set must join its Regions.",
        Documented "AWS KMS Developer Guide, Logging AWS KMS API calls with AWS CloudTrail";
    Fact "KMS-LOG-11",
        "EventBridge tells of rotation, of expired imported key material and of deletion, in the key's Region.",
        Documented "AWS KMS Developer Guide, Monitor KMS keys with Amazon EventBridge";
    Fact "KMS-LOG-12",
        "CloudWatch counts successful requests by key and counts down to the expiry of imported material for each key, so for each replica.",
        Documented "AWS KMS Developer Guide, Monitor KMS keys with Amazon CloudWatch";
    Fact "KMS-LOG-13",
        "The use of a key pending deletion is found by an alarm on refusals whose message says so, in each Region.",
        Documented "AWS KMS Developer Guide, Create an alarm that detects use of a KMS key pending deletion";
    Fact "KMS-LOG-15",
        "Security tools commonly alert on ReplicateKey and UpdatePrimaryRegion.",
        Reported "GitHub repositories with detection rules for CloudTrail";
}
