//! What the simulator holds true of Aurora Global Database.

crate::rules! {
    ONE_WRITER = "AUR-1",
        "A global database has one read/write primary Region and up to ten read-only secondary Regions."
        => ReadOnlySqlTransaction,
        Documented "Aurora User Guide, Using Aurora Global Database";
    REPLICATION_IS_ASYNCHRONOUS: Fact = "AUR-2",
        "Replication is physical, at the storage level and asynchronous; the lag is typically under a second.",
        Documented "Aurora User Guide, Using Aurora Global Database";
    THE_WRITER_ENDPOINT_MOVES = "AUR-4",
        "The global writer endpoint always names the current primary cluster's writer.",
        Documented "Aurora User Guide, Connecting to Aurora Global Database";
    SWITCHOVER_NEEDS_A_HEALTHY_WORLD = "AUR-SW-1",
        "A switchover waits until the target is in sync, makes the primary read-only, then promotes: no data is lost. It needs both Regions."
        => InvalidGlobalClusterStateFault,
        Documented "Aurora User Guide, Using switchover or failover in Aurora Global Database";
    FAILOVER_LOSES_THE_LAG = "AUR-FO-1",
        "A failover with --allow-data-loss does not wait: writes that had not reached the target are lost.",
        Documented "Aurora User Guide, Using switchover or failover in Aurora Global Database";
    FAILOVER_NEEDS_CONSENT = "AUR-FO-1a",
        "FailoverGlobalCluster asks for --allow-data-loss (or --switchover) and is called in the target's Region."
        => InvalidParameterCombination,
        Documented "botocore 1.44.5 RDS service model, FailoverGlobalCluster";
    PROMOTION_TAKES_MINUTES = "AUR-FO-2",
        "Promotion takes from less than a minute to a few minutes; nobody can write meanwhile. The distribution is ours."
        => EndpointConnectionError,
        Assumed "user guide: within a few minutes; DR whitepaper: less than one minute; uniform between 1 and 5 minutes taken";
    OTHERS_ARE_REBUILT = "AUR-FO-3",
        "After a failover every other secondary is built anew from the new primary's volume, and cannot be read until then."
        => EndpointConnectionError,
        Documented "Aurora User Guide, Using switchover or failover in Aurora Global Database";
    THE_OLD_PRIMARY_IS_FENCED = "AUR-FO-4",
        "The old primary is fenced as well as can be; here fencing always succeeds when its Region answers.",
        Assumed "documented as best effort; split brain is not modelled yet";
    THE_OLD_VOLUME_IS_REPLACED = "AUR-FO-5",
        "The old Region comes back as a secondary on a new volume; only a best-effort snapshot keeps what it alone held.",
        Documented "Aurora User Guide, Using switchover or failover in Aurora Global Database";
    DETACH_PROMOTES_AT_ONCE = "AUR-FO-6",
        "RemoveFromGlobalCluster stops replication to a secondary, which is a standalone read/write cluster at once.",
        Documented "Aurora User Guide, Using switchover or failover in Aurora Global Database";
    THE_PRIMARY_LEAVES_LAST = "AUR-FO-6a",
        "The primary cluster can leave a global database only when it is the last member."
        => InvalidGlobalClusterStateFault,
        Documented "botocore 1.44.5 RDS service model, RemoveFromGlobalCluster";
    ONE_CHANGE_AT_A_TIME = "AUR-FO-7",
        "While a global database is switching over or failing over, no other change is accepted."
        => InvalidGlobalClusterStateFault,
        Documented "Aurora User Guide, Using switchover or failover in Aurora Global Database";
    THE_CLUSTER_EXISTS = "AUR-FO-7a",
        "The named global database and the named member cluster must exist."
        => DBClusterNotFoundFault,
        Documented "botocore 1.44.5 RDS service model";
}
