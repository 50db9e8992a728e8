//! What the simulator holds true of Aurora Global Database.

crate::rules! {
    ONE_WRITER = "AUR-1",
        "A global database has one read/write primary Region and up to ten read-only secondary Regions; one without an instance is neither read nor promoted until it gets one."
        => ReadOnlySqlTransaction,
        Documented "Aurora User Guide, Using Aurora Global Database";
    REPLICATION_IS_ASYNCHRONOUS: Fact = "AUR-2",
        "Replication is physical, at the storage level and asynchronous; the lag is typically under a second.",
        Documented "Aurora User Guide, Using Aurora Global Database";
    TWO_LAGS: Fact = "AUR-3",
        "The replication lag is that of the last log record, the RPO lag that of the last commit: a transaction that is open for an hour over a broken link lags an hour and, until it commits, puts nothing at risk. Here every write is a commit of its own.",
        Documented "Aurora User Guide, Monitoring an Aurora global database";
    THE_WRITER_ENDPOINT_MOVES = "AUR-4",
        "The global writer endpoint always names the current primary cluster's writer.",
        Documented "Aurora User Guide, Connecting to Aurora Global Database";
    OLD_READERS_RESTART_TOO = "AUR-5",
        "When the primary's writer restarts or fails over, readers of secondary clusters restart with it and serve nothing until they are level; recent engine versions go on serving."
        => EndpointConnectionError,
        Documented "Aurora User Guide, Using Aurora Global Database";
    A_RESTART_STOPS_WRITES = "AUR-5a",
        "While an instance restarts or its cluster fails over, what it serves is not served: of a writer, the writes."
        => EndpointConnectionError,
        Documented "Aurora User Guide, High availability for Amazon Aurora";
    WRITES_ARE_FORWARDED = "AUR-WF-1",
        "With write forwarding a secondary cluster passes DML on to the primary, which commits it; a MySQL session must choose a read consistency, PostgreSQL starts with SESSION. Without the primary there is no write."
        => EndpointConnectionError,
        Documented "Aurora User Guide, Using write forwarding in an Aurora global database";
    A_FORWARDED_WRITE_TAKES_A_ROUND_TRIP: Fact = "AUR-WF-2",
        "Measured by AWS between us-east-2 and us-east-1: a forwarded insert takes 70 to 80 ms, the next read waits 0.37 s in SESSION, up to 0.75 s in GLOBAL, and not at all, but for stale data, in EVENTUAL.",
        Documented "Aurora User Guide, Using write forwarding in an Aurora global database";
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
    LEAST_LAG = "AUR-FO-3",
        "The secondary that lags least is the one to promote: what it lacks is lost.",
        Documented "Aurora User Guide, Using switchover or failover in Aurora Global Database";
    OTHERS_ARE_REBUILT = "AUR-FO-3a",
        "After a failover every other secondary is built anew from the new primary's volume, and can be neither read nor promoted until then."
        => InvalidDBClusterStateFault,
        Documented "Aurora User Guide, Using switchover or failover in Aurora Global Database";
    THE_OLD_PRIMARY_IS_FENCED = "AUR-FO-4",
        "A failover tries to stop writes at the old primary and reports whether it could: where its Region does not answer it goes on taking them, and they are lost.",
        Documented "Aurora User Guide, Using switchover or failover in Aurora Global Database";
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
        "While a global database is switching over or failing over, no other change is accepted; only a secondary can be promoted."
        => InvalidGlobalClusterStateFault,
        Documented "Aurora User Guide, Using switchover or failover in Aurora Global Database";
    THE_CLUSTER_EXISTS = "AUR-FO-7a",
        "The named global database and the named member cluster must exist."
        => DBClusterNotFoundFault,
        Documented "botocore 1.44.5 RDS service model";
    THE_BOUND_HAS_A_RANGE = "AUR-RPO-1",
        "rds.global_db_rpo belongs to Aurora PostgreSQL and is from 20 seconds to 2 147 483 647 seconds, or -1: off. It can be changed at any time."
        => InvalidParameterValue,
        Documented "Aurora User Guide, Managing RPOs for Aurora PostgreSQL-based global databases";
    COMMITS_WAIT_FOR_THE_BOUND = "AUR-RPO-2",
        "With rds.global_db_rpo a commit goes on as long as the RPO lag of at least one secondary is below the bound; else all commits wait until one has caught up.",
        Documented "Aurora User Guide, Managing RPOs for Aurora PostgreSQL-based global databases";
    NOBODY_IS_IN_BOUND_AFTER_A_FAILOVER = "AUR-RPO-3",
        "A new primary with rds.global_db_rpo but without a secondary that is in sync commits nothing: with two Regions that is every failover.",
        Documented "Aurora User Guide, Managing RPOs for Aurora PostgreSQL-based global databases";
    THE_KEY_IS_FIXED = "AUR-KEY-1",
        "Each cluster is encrypted under a key of its own Region, chosen when it is made; another key needs a restored copy. An encrypted primary has encrypted secondaries, and without a choice the key is AWS's own."
        => InvalidParameterCombination,
        Documented "Aurora User Guide, Encrypting Amazon Aurora resources";
    WITHOUT_ITS_KEY_A_CLUSTER_STOPS = "AUR-KEY-2",
        "A cluster whose key cannot be used stops. An ordinary one can be started again within seven days, once the key works; after that, and at once in a global database, it can only be restored from a backup."
        => InvalidDBClusterStateFault,
        Documented "Aurora User Guide, Encrypting Amazon Aurora resources";
    AURORA_HOLDS_A_GRANT = "AUR-KEY-3",
        "Aurora uses the key by a grant of its own for the cluster's life: what policies say about the creator changes nothing, the state of the key does.",
        Documented "Aurora User Guide, Encrypting Amazon Aurora resources";
    MEMBERS_ARE_NOT_STOPPED = "AUR-OTHER",
        "A cluster of a global database cannot be stopped and started by itself."
        => InvalidDBClusterStateFault,
        Documented "Aurora User Guide, Stopping and starting an Amazon Aurora DB cluster";
    A_STOPPED_CLUSTER_IS_STARTED = "AUR-OTHERa",
        "A stopped cluster serves nothing until it is started, by hand or by Aurora after seven days; only an available one is stopped."
        => InvalidDBClusterStateFault,
        Documented "Aurora User Guide, Stopping and starting an Amazon Aurora DB cluster";
}
