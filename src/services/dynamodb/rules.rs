//! What the simulator holds true of DynamoDB.

crate::rules! {
    // Global tables.
    ONE_REPLICA_A_REGION = "DDB-GT-1",
        "A global table is one replica a Region; each accepts reads and writes; there is no global endpoint."
        => ValidationException,
        Documented "DynamoDB Developer Guide, How global tables work";
    THE_MODE_STAYS = "DDB-GT-2",
        "The consistency mode, eventual or strong, is chosen when a global table is made and never changes."
        => ValidationException,
        Documented "DynamoDB Developer Guide, How global tables work";
    A_HIGHER_PROMISE: Fact = "DDB-GT-3",
        "AWS promises 99.999 % for global tables and 99.99 % for tables in one Region.",
        Documented "DynamoDB Developer Guide, How global tables work";
    ITEMS_REPLICATE_ONE_BY_ONE: Fact = "DDB-GT-4",
        "Items replicate one by one, so their order differs from Region to Region; the versions of one item keep theirs.",
        Documented "DynamoDB Developer Guide, best practices for global tables";
    WHAT_REPLICAS_SHARE: Fact = "DDB-GT-5",
        "Replicas share capacity mode, write capacity, key schema, indexes, kind of encryption and TTL; read capacity and table class can differ; deletion protection, recovery, tags and resource policies are each replica's own.",
        Documented "DynamoDB Developer Guide, How global tables work";
    A_SOURCE_IS_KEPT = "DDB-GT-6",
        "A table from which a replica was added cannot be deleted for 24 hours. Replicas in a Region that the account disables leave the global table after 20 hours."
        => ValidationException,
        Documented "DynamoDB Developer Guide, How global tables work; botocore 1.44.5 DynamoDB service model";
    REPLICATED_WRITES_TAKE_CAPACITY = "DDB-GT-7",
        "A replicated write takes write capacity in every Region: where capacity is provisioned, applications and replication can throttle each other."
        => ProvisionedThroughputExceededException,
        Documented "DynamoDB Developer Guide, How global tables work; an item counts as one unit (Assumed)";
    A_CHANGE_OF_EXPIRY_TAKES_AN_HOUR = "DDB-GT-5a",
        "TTL is switched for all replicas; a change takes up to an hour, in which no other is taken."
        => ValidationException,
        Documented "botocore 1.44.5 DynamoDB service model, UpdateTimeToLive; that it always takes the hour is assumed";
    ACCOUNTS_LIMIT_DAMAGE: Fact = "DDB-GT-8",
        "A global table over several accounts limits an intruder to the replica of the account he is in.",
        Documented "DynamoDB Developer Guide, best practices for global tables";
    WRITE_MODES_ARE_DESIGN: Fact = "DDB-GT-9",
        "Where to write is the application's choice: in any Region, in one, or in each item's home. Writes that must not happen twice belong to the latter two.",
        Documented "DynamoDB Developer Guide, Write modes with global tables";

    // Eventual consistency.
    WRITES_REPLICATE_ASYNCHRONOUSLY: Fact = "DDB-MREC-1",
        "A write succeeds on the local replica and is then sent to the others, typically within a second; there is no SLA.",
        Documented "DynamoDB Developer Guide, How global tables work";
    LAST_WRITER_WINS = "DDB-MREC-2",
        "Of two writes to an item the newer wins; the other vanishes without a trace in CloudWatch or CloudTrail.",
        Documented "DynamoDB Developer Guide, best practices for global tables";
    CHANGES_ARE_MERGED = "DDB-MREC-3",
        "Replication reads the table's stream; several quick changes to an item may become one replicated write.",
        Documented "DynamoDB Developer Guide, How global tables work";
    LAG_IS_A_METRIC: Fact = "DDB-MREC-4",
        "ReplicationLatency is measured for each pair of Regions and shown in the one that was written in.",
        Documented "DynamoDB Developer Guide, best practices for global tables";
    STRONG_READS_ARE_LOCAL = "DDB-MREC-5",
        "With eventual consistency a strong read, and a condition, sees the newest version in its own Region; a newer write made elsewhere may be missing.",
        Documented "DynamoDB Developer Guide, How global tables work";
    LOSS_IS_THE_LAG: Fact = "DDB-MREC-6",
        "What a failover can miss with eventual consistency is what the lag is, usually a few seconds.",
        Documented "DynamoDB Developer Guide, How global tables work";
    REPLICAS_COME_AND_GO = "DDB-MREC-7",
        "Replicas with eventual consistency are added to a table in use and removed from it, the first one as well.",
        Documented "DynamoDB Developer Guide, How global tables work";
    EXPIRY_REPLICATES = "DDB-MREC-8",
        "Items that expire are deleted in one Region, and the deletion replicates to the others.",
        Documented "DynamoDB Developer Guide, How global tables work";
    A_REPLICA_KEEPS_ACCEPTING: Fact = "DDB-MREC-9",
        "While one Region is down the others still take writes; what it is to receive is sent again until it arrives.",
        Documented "DynamoDB Developer Guide, best practices for global tables";

    // Strong consistency.
    THREE_PARTICIPANTS = "DDB-MRSC-1",
        "A table with strong consistency has exactly three participants: three replicas, or two and a witness, which is neither read nor written by applications."
        => ValidationException,
        Documented "DynamoDB Developer Guide, How global tables work";
    ANOTHER_HAS_IT_FIRST = "DDB-MRSC-2",
        "With strong consistency a write returns when at least one other participant has it: nothing that was acknowledged is lost with a Region. Strong reads and conditions see the latest version.",
        Documented "DynamoDB Developer Guide, How global tables work";
    CONCURRENT_WRITES_CONFLICT = "DDB-MRSC-3",
        "If two Regions write one item at once, the later write is refused and can be tried again."
        => ReplicatedWriteConflictException,
        Documented "botocore 1.44.5 DynamoDB service model, PutItem";
    WHAT_STRONG_TABLES_LACK = "DDB-MRSC-4",
        "Tables with strong consistency have no TTL, no transactions and no local indexes."
        => ValidationException,
        Documented "DynamoDB Developer Guide, How global tables work";
    STRONG_TABLES_KEEP_THEIR_REPLICAS = "DDB-MRSC-5",
        "A table with strong consistency is made of an empty table; afterwards no replica or witness is added or removed alone."
        => ValidationException,
        Documented "DynamoDB Developer Guide, How global tables work";
    ALONE_IT_ONLY_READS = "DDB-MRSC-6",
        "A replica that reaches no other participant serves eventually consistent reads only; when it is back it takes writes and strong reads once it has caught up."
        => InternalServerError,
        Documented "DynamoDB Developer Guide, best practices for global tables; which error is not documented";
    THE_NEAREST_DECIDES = "DDB-MRSC-7",
        "Writes and strong reads take longer by the round trip to the nearest participant; eventually consistent reads do not.",
        Documented "DynamoDB Developer Guide, best practices for global tables";
    WHERE_IT_IS_OFFERED = "DDB-MRSC-8",
        "Strong consistency is offered in fifteen Regions, any three of them; older pages say three sets of Regions."
        => ValidationException,
        Documented "DynamoDB Developer Guide, How global tables work, editions of 2025 and 2026";
    ONE_JOURNAL: Fact = "DDB-MRSC-9",
        "Behind it is one journal over the Regions: a write commits when two of three participants have it, and a strong read waits until its replica has applied all that was committed.",
        Reported "public notes on AWS talks about DynamoDB's journal, 2025";

    // Transactions.
    TRANSACTIONS_ARE_LOCAL = "DDB-TX-1",
        "With eventual consistency a transaction is atomic in its Region; its items replicate one by one, and elsewhere a part of it can be seen.",
        Documented "DynamoDB Developer Guide, How global tables work";
    STRONG_TABLES_TAKE_NO_TRANSACTIONS = "DDB-TX-2",
        "A table with strong consistency over Regions takes no transactions."
        => ValidationException,
        Documented "DynamoDB Developer Guide, How global tables work";

    // Outages.
    UNREPLICATED_WRITES_WAIT = "DDB-OUT-1",
        "Writes that an isolated or impaired replica had not yet sent replicate when it is healthy again.",
        Documented "DynamoDB Developer Guide, How global tables work";
    DELAYED_IS_NOT_LOST: Fact = "DDB-OUT-2",
        "What a failed Region had not sent is delayed for as long as it is away; it is lost only if its storage never comes back.",
        Documented "DynamoDB Developer Guide, Evacuating a Region with global tables";
    NEWER_WRITES_SUPPRESS = "DDB-OUT-3",
        "A write in the surviving Region suppresses an older one to the same item that arrives late.",
        Documented "DynamoDB Developer Guide, Evacuating a Region with global tables";
    A_PLANNED_EVACUATION_WAITS: Fact = "DDB-OUT-4",
        "A planned evacuation stops writing, waits about ten times the largest recent lag and then moves: no metric says that all has arrived.",
        Documented "DynamoDB Developer Guide, Evacuating a Region with global tables";
    FAILOVER_IS_THE_APPLICATIONS_JOB: Fact = "DDB-OUT-5",
        "DynamoDB redirects nobody: routing, retries and replays after a failure are the application's job.",
        Documented "DynamoDB Developer Guide, best practices for global tables";
    CATCHING_UP_WAS_QUICK: Fact = "DDB-OUT-6",
        "In October 2025 global tables were level seven minutes after two and a half hours without their endpoint in us-east-1.",
        Documented "AWS post-event summary 101925";

    // Keys.
    EACH_REPLICA_HAS_A_KEY = "DDB-KEY-1",
        "Every replica is encrypted with a key of its own Region, all with the same kind of key: owned by AWS, managed by AWS, or the customer's."
        => ValidationException,
        Documented "DynamoDB Developer Guide, Global tables security";
    A_REPLICA_WAITS_TWENTY_HOURS = "DDB-KEY-2",
        "A replica with eventual consistency whose key cannot be used is neither read, written nor replicated; after 20 hours it leaves the global table for good and goes on as a table of its own."
        => AccessDeniedException,
        Documented "DynamoDB Developer Guide, Global tables security";
    STRONG_REPLICAS_WAIT_A_WEEK = "DDB-KEY-3",
        "A replica with strong consistency whose key cannot be used takes no writes and no strong reads; after seven days it is archived."
        => AccessDeniedException,
        Documented "DynamoDB Developer Guide, Global tables security; eventual reads are refused here, too (Assumed)";
    A_TABLE_WAITS_A_WEEK = "DDB-KEY-4",
        "A single-Region table that lacks its key for seven days is archived with a backup, whose restore needs that key. The time counts from when the loss was noticed, and ends when the key works again."
        => AccessDeniedException,
        Documented "botocore 1.44.5 DynamoDB service model, ArchivalSummary";
    REPLICATION_NEEDS_PERMISSION = "DDB-KEY-5",
        "If the replication role is denied, replication to and from the replica stops; the same times hold: 20 hours with eventual, seven days with strong consistency.",
        Documented "DynamoDB Developer Guide, Global tables security";
    DELETION_NEEDS_THE_KEY = "DDB-KEY-6",
        "A replica is deleted only while its key can be used: first the replica, then the key."
        => ValidationException,
        Documented "DynamoDB Developer Guide, Global tables security";
    THE_TABLE_KEY_IS_CACHED: Timing = "DDB-KEY-7",
        "The table key is cached for each caller and tried again after five minutes without a request, so a short outage of KMS stops nobody. How soon the service itself notices a change is not published: five minutes here.",
        Assumed "DynamoDB Developer Guide, Encryption at rest: usage notes, says nothing of busy callers or of KMS being down";

    A_SWITCH_REWRAPS = "DDB-KEY-8",
        "An alias is resolved once, when a replica is given its key. A switch wraps the table key anew and needs the old key until it is done; backups go on needing the key they were made under."
        => AccessDeniedException,
        Documented "DynamoDB Developer Guide, Encryption at rest: usage notes; that it takes a minute is assumed";
    DELETIONS_OUTLAST_THE_KEY = "DDB-KEY-9",
        "Expired items are still deleted for 30 minutes after the key can no longer be used; stream records keep their 24 hours.",
        Documented "DynamoDB Developer Guide, Encryption at rest: usage notes";

    // Backups.
    A_WINDOW_CAN_BE_RESTORED = "DDB-PITR-1",
        "With point-in-time recovery a replica can be restored as of any second of the last 1 to 35 days, up to some five minutes ago. It is switched on for each replica by itself."
        => InvalidRestoreTimeException,
        Documented "DynamoDB Developer Guide, Point-in-time recovery: how it works, edition of 2023; Document history, January 2025";
    RECOVERY_MUST_BE_ON = "DDB-PITR-1b",
        "Without point-in-time recovery a replica cannot be restored as of an earlier instant."
        => PointInTimeRecoveryUnavailableException,
        Documented "botocore 1.44.5 DynamoDB service model, RestoreTableToPointInTime";
    BACKUPS_STAY_IN_THEIR_REGION = "DDB-PITR-1c",
        "Backups and what recovery keeps are in the Region of their replica: a restore, also one to another Region, needs it to answer."
        => InternalServerError,
        Assumed "DynamoDB Developer Guide, Point-in-time recovery: how it works, names no copy in another Region; AWS Backup makes such copies";
    A_RESTORE_MAKES_A_TABLE = "DDB-PITR-1a",
        "A restore makes a new table, in the same Region or another; there must be none of its name. TTL and recovery are to be switched on anew."
        => TableAlreadyExistsException,
        Documented "DynamoDB Developer Guide, Point-in-time recovery: how it works; botocore 1.44.5 DynamoDB service model";
    A_DELETED_TABLE_LEAVES_A_BACKUP = "DDB-PITR-2",
        "A table with point-in-time recovery that is deleted leaves a backup for 35 days.",
        Documented "DynamoDB Developer Guide, Point-in-time recovery: how it works, edition of 2023";
    THE_BACKUP_EXISTS = "DDB-PITR-2a",
        "The named backup must exist in the Region that is asked."
        => BackupNotFoundException,
        Documented "botocore 1.44.5 DynamoDB service model";

    // Errors.
    WHAT_CLIENTS_SEE_IS_NOT_PUBLISHED: Fact = "DDB-ERR-2",
        "Which error a client gets from a table whose key cannot be used is not published: AccessDeniedException here.",
        Assumed "DynamoDB documentation of 2026 names none";
    THE_TABLE_THROTTLES = "DDB-ERR-1",
        "Requests over the quota are refused; SDKs retry them."
        => ThrottlingException,
        Documented "DynamoDB API, botocore 1.44.5 service model";
    CONDITIONS_MUST_HOLD = "DDB-ERR-1c",
        "A conditional write whose condition fails changes nothing; in a transaction it cancels the whole."
        => ConditionalCheckFailedException,
        Documented "botocore 1.44.5 DynamoDB service model";
    THE_TABLE_EXISTS = "DDB-ERR-1a",
        "The named table must exist in the Region that is asked."
        => ResourceNotFoundException,
        Documented "botocore 1.44.5 DynamoDB service model";
    VALID_INPUT = "DDB-ERR-1b",
        "What is malformed or impossible is refused."
        => ValidationException,
        Documented "DynamoDB API, common errors";
}
