//! What other tools can break, and what they cannot.

crate::rules! {
    ACTIONS_OF_FIS: Fact = "FIS-1",
        "AWS FIS pauses replication of DynamoDB, S3 and MemoryDB, cuts networks between and within Regions, fails Aurora clusters over, stops and slows instances, volumes, containers and functions. After a pause begins DynamoDB may go on replicating for 5 minutes, S3 for an hour.",
        Documented "AWS FIS User Guide, Actions reference";
    FIS_CANNOT_TOUCH_KEYS: Fact = "FIS-2",
        "AWS FIS injects errors into the APIs of EC2 and Kinesis only; it has no action for KMS, key states, control planes or the failover of a global database.",
        Documented "AWS FIS User Guide, Actions reference";
    SCENARIOS_OF_FIS: Fact = "FIS-3",
        "The FIS scenario Cross-Region: Connectivity blocks the routes to another Region and pauses replication of S3 outwards and of DynamoDB both ways, three hours by default; afterwards all goes on where it stopped.",
        Documented "AWS FIS User Guide, Scenarios reference; Cross-Region: Connectivity";
    A_PAUSE_IS_A_DENIAL: Fact = "FIS-4",
        "FIS pauses a global table by denying its replication role in the table's resource policy until a time: a case of DDB-KEY-5.",
        Documented "AWS FIS User Guide, Actions reference";
    WHAT_OTHERS_INJECT: Fact = "FIS-5",
        "Chaos Mesh and Gremlin break networks (partition, delay, loss, corruption, bandwidth, DNS), clocks, disks, memory, processes and containers: none knows keys or replicated data.",
        Reported "chaos-mesh.org documentation; descriptions of Gremlin";
    ESTIMATES_ARE_NO_RUNS: Fact = "HUB-1",
        "AWS Resilience Hub estimates recovery time and point for four kinds of disruption from an application's configuration, beside its targets; it runs nothing.",
        Documented "AWS Resilience Hub User Guide, Concepts; Reviewing reports";
}
