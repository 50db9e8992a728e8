//! What the simulator holds true of DynamoDB global tables.

crate::rules! {
    REGIONAL_ENDPOINTS_ONLY = "DDB-GT-1",
        "A global table is one replica a Region; each accepts reads and writes; there is no global endpoint.",
        Documented "DynamoDB Developer Guide, How global tables work";
    WRITES_REPLICATE_ASYNCHRONOUSLY: Fact = "DDB-MREC-1",
        "A write succeeds on the local replica and is then sent to the others, typically within a second; there is no SLA.",
        Documented "DynamoDB Developer Guide, How global tables work";
    LAST_WRITER_WINS = "DDB-MREC-2",
        "Of two writes to an item the newer wins; the other vanishes without a trace in CloudWatch or CloudTrail.",
        Documented "DynamoDB Developer Guide, best practices for global tables";
    CHANGES_ARE_MERGED = "DDB-MREC-3",
        "Replication reads the table's stream; several quick changes to an item may become one replicated write.",
        Documented "DynamoDB Developer Guide, How global tables work";
    A_REPLICA_KEEPS_ACCEPTING: Fact = "DDB-MREC-9",
        "While one Region is down the others still take writes; what it is to receive is sent again until it arrives.",
        Documented "DynamoDB Developer Guide, best practices for global tables";
    UNREPLICATED_WRITES_WAIT = "DDB-OUT-1",
        "Writes that an isolated or impaired replica had not yet sent replicate when it is healthy again.",
        Documented "DynamoDB Developer Guide, How global tables work";
    NEWER_WRITES_SUPPRESS = "DDB-OUT-3",
        "A write in the surviving Region suppresses an older one to the same item that arrives late.",
        Documented "DynamoDB Developer Guide, Evacuating a Region with global tables";
    FAILOVER_IS_THE_APPLICATIONS_JOB: Fact = "DDB-OUT-5",
        "DynamoDB redirects nobody: routing, retries and replays after a failure are the application's job.",
        Documented "DynamoDB Developer Guide, best practices for global tables";
    THE_TABLE_THROTTLES = "DDB-ERR-1",
        "Requests over the quota are refused; SDKs retry them."
        => ThrottlingException,
        Documented "DynamoDB API, botocore 1.44.5 service model";
    THE_TABLE_EXISTS = "DDB-ERR-1a",
        "The named table must exist in the Region that is asked."
        => ResourceNotFoundException,
        Documented "botocore 1.44.5 DynamoDB service model";
}
