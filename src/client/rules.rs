//! What the simulator holds true of clients: the AWS Encryption SDK's keyrings, the SDKs' retries, and what an
//! application sees of something that is down.

crate::rules! {
    MRK_AWARE_MATCH = "KMS-ESDK-1",
        "An MRK-aware keyring takes a data key wrapped under its own ARN or under a related key's: all but the Region must agree."
        => CannotDecryptDataKeys,
        Documented "AWS Encryption SDK specification, aws-kms-mrk-match-for-decrypt";
    CONFIGURED_KEY_ENCRYPTS = "KMS-ESDK-2",
        "A keyring encrypts with its configured key, GenerateDataKey first and Encrypt for every further key; the message names the key ARNs that KMS answered.",
        Documented "AWS Encryption SDK specification, aws-kms-mrk-keyring";
    CONFIGURED_KEY_DECRYPTS = "KMS-ESDK-3",
        "On decryption an MRK-aware keyring calls Decrypt with its configured key, which the answer must name; if that fails, it tries the next data key."
        => CannotDecryptDataKeys,
        Documented "AWS Encryption SDK specification, aws-kms-mrk-keyring";
    THE_ARN_NAMES_THE_REGION = "KMS-ESDK-4",
        "A strict keyring calls the Region that its key ARN names, not the nearest one.",
        Documented "AWS Encryption SDK specification, aws-kms-mrk-keyring";
    DISCOVERY_ONLY_DECRYPTS = "KMS-ESDK-5",
        "A discovery keyring names no key, so it cannot encrypt. An MRK-aware one decrypts with the related key in its own Region; a single-Region key must be of that Region."
        => InvalidKeyring,
        Documented "AWS Encryption SDK specification, aws-kms-mrk-discovery-keyring";
    RELATED_KEYS_IN_ONE_KEYRING = "KMS-ESDK-6",
        "An MRK multi-keyring cannot be made with an identifier that is no ARN, or with two keys of one set."
        => InvalidKeyring,
        Documented "AWS Encryption SDK specification, aws-kms-mrk-are-unique and aws-kms-mrk-multi-keyrings";
    EVERY_CHILD_WRAPS = "KMS-ESDK-7",
        "A multi-keyring's generator makes the data key and every child must wrap it; without a generator it cannot encrypt. On decryption the first that succeeds is enough."
        => InvalidKeyring,
        Documented "AWS Encryption SDK specification, multi-keyring";
    A_PLAIN_KEYRING_WANTS_ITS_OWN_ARN = "KMS-ESDK-8",
        "A keyring that is not MRK-aware takes only data keys that name exactly its own key ARN."
        => CannotDecryptDataKeys,
        Documented "AWS Encryption SDK specification, aws-kms-keyring";
    AN_ALIAS_NEVER_DECRYPTS = "KMS-ESDK-9",
        "A keyring configured with an alias can encrypt; to decrypt, its key must be given by ARN."
        => CannotDecryptDataKeys,
        Documented "AWS Encryption SDK specification, aws-kms-keyring";
    DATABASES_USE_THE_SAME_KEYRINGS: Fact = "KMS-ESDK-10",
        "The Database Encryption SDK for DynamoDB uses the same keyrings: GenerateDataKey on the generator, Encrypt on the others, Decrypt on one of them. Its beacon keys need a plan of their own.",
        Documented "AWS Database Encryption SDK Developer Guide; the plan for beacon keys is not documented";
    OLD_SDKS_ARE_NOT_MRK_AWARE: Fact = "KMS-ESDK-11",
        "MRK-aware keyrings came with version 2.3 of the Encryption SDK; an older reader behaves like a plain keyring.",
        Documented "AWS Encryption SDK Developer Guide";
    DECRYPT_WITHOUT_KEY_ID = "KMS-ESDK-12",
        "Decrypt called without KeyId opens any related key's ciphertext in any Region, whatever the SDK.",
        Documented "botocore 1.44.5 KMS service model, Decrypt";
    A_DISCOVERY_KEYRING_FOR_EACH_REGION = "KMS-ESDK-13",
        "An MRK discovery multi-keyring asks its Regions in the given order until one decrypts. It cannot be made without a Region, and it cannot encrypt."
        => InvalidKeyring,
        Documented "AWS Encryption SDK specification, aws-kms-mrk-multi-keyrings";
    ONLY_DATA_KEYS_THAT_MATCH = "KMS-ESDK-14",
        "A keyring calls KMS once for each data key that passes its match or filter, and never for another; if none passes, decryption fails without a call."
        => CannotDecryptDataKeys,
        Documented "AWS Encryption SDK specification, aws-kms-mrk-keyring and aws-kms-mrk-discovery-keyring";
    CONTEXT_MUST_AGREE = "KMS-ESDK-15",
        "The message carries its encryption context, which goes into the KMS call; a reader that states another value for a pair cannot decrypt it."
        => CannotDecryptDataKeys,
        Documented "AWS Encryption SDK Developer Guide";
    PLAIN_DISCOVERY_TAKES_THE_NAME = "SIM-ESDK-1",
        "A discovery keyring that is not MRK-aware calls its own Region's endpoint with the key ARN that the message names, which another Region's endpoint refuses.",
        Documented "AWS Encryption SDK specification, aws-kms-discovery-keyring";
    A_MESSAGE_IS_A_MESSAGE = "SIM-ESDK-2",
        "Only what a step's `encrypt` made is a message, and it opens only under its own data key."
        => CannotDecryptDataKeys,
        Assumed "the format of messages is not modelled";
    ANY_SDK_READS_EVERYTHING: Switch = "KMS-SEED-18",
        "Any client decrypts in any Region what was encrypted in another. With AWS's libraries its keyring must be MRK-aware.",
        Reported "popular study notes";
    CACHED_KEYS_HAVE_LIMITS = "KMS-CACHE-1",
        "A cached data key may be used up to its age; to encrypt, also up to a number of messages (2^32 by default) and of bytes (2^63 - 1). Then KMS is asked again.",
        Documented "AWS Encryption SDK specification, caching-cmm";
    CACHING_NEEDS_KEY_DERIVATION: Fact = "KMS-CACHE-2",
        "Data keys are cached only with algorithm suites that derive a key from them. Suites are not modelled: the default ones do.",
        Documented "AWS Encryption SDK specification, caching-cmm";
    CACHED_BY_CONTEXT = "KMS-CACHE-3",
        "A cached data key encrypts messages of one encryption context; one that was decrypted serves the messages that carry the same wrapped data keys.",
        Documented "AWS Encryption SDK specification, caching-cmm";
    CACHED_KEYS_OUTLIVE_KMS = "KMS-CACHE-4",
        "With a cached data key no call is made: work goes on without KMS, and a disabled key or a lost permission is noticed only when the entry dies. What is not cached fails.",
        Documented "AWS Encryption SDK specification, caching-cmm; what follows in an outage is our inference";
    CACHING_IS_A_TRADE: Strategy = "KMS-CACHE-5",
        "A longer age means fewer calls to KMS and more time to live through an outage, but also a longer time until a revoked key stops anything, and more data under one data key.",
        Assumed "inference from how the cache works";
    STANDARD_RETRIES = "KMS-RET-1",
        "Standard mode makes three attempts (DynamoDB four) with full jitter and a budget of 500 tokens.",
        Documented "AWS SDKs and Tools Reference, retry behaviour, 2026";
    STANDARD_RETRIES_BEFORE_2026 = "KMS-RET-2",
        "Before 2026 standard mode made three attempts with pauses up to 1 s, 2 s, …; a retry cost 5 tokens of 500, after a time-out 10.",
        Reported "an older AWS SDKs and Tools Reference, in part from memory";
    LEGACY_RETRIES = "KMS-RET-3",
        "Legacy mode makes five attempts (DynamoDB ten) with pauses up to 1 s, 2 s, 4 s, … (DynamoDB 50 ms, doubling, without jitter), and has no budget.",
        Documented "botocore 1.44.5, data/_retry.json and retryhandler";
    ADAPTIVE_RETRIES = "KMS-RET-4",
        "Adaptive mode adds a rate limiter of the SDK client to standard mode: once throttled, even a first attempt may have to wait.",
        Documented "AWS SDKs and Tools Reference, retry behaviour, 2026";
    WHAT_IS_RETRIED = "KMS-RET-5",
        "SDKs retry throttling (LimitExceededException too), 5xx, time-outs and lost connections; never a refusal by a key's state, its absence, a permission, or a ciphertext.",
        Documented "AWS SDKs and Tools Reference, retry behaviour, 2026";
    SDKS_STAY_IN_THE_REGION = "KMS-RET-6",
        "SDKs never try another Region by themselves; failover is the application's logic.",
        Documented "AWS SDKs and Tools Reference, retry behaviour, 2026";
    OVER_QUOTA_IS_THROTTLED = "KMS-QUO-11",
        "Requests over the Region's quota are refused; each Region has its own quota."
        => ThrottlingException,
        Documented "AWS KMS Developer Guide, request quotas";
    PLAINTEXT_NEEDS_NO_KEY = "SIM-ENV-1",
        "An item that the application did not encrypt can be read by everybody who can read the replica.",
        Assumed "encryption at rest is a separate key per Region and comes with a later release";
    NO_KEYRING_NO_PLAINTEXT = "SIM-ENV-2",
        "An application without a keyring gets the ciphertext of an encrypted item, not its plaintext."
        => CannotDecryptDataKeys,
        Assumed "follows from client-side encryption";
    INSTANCES_STOP_WITH_THEIR_REGION = "SIM-APP-1",
        "A Region outage stops the application's instances there; their requests fail at once."
        => AppUnavailable,
        Assumed "compute in the Region is taken to fail with it";
    INSTANCES_STOP_WITH_THEIR_ZONE = "SIM-APP-2",
        "An application's instances are dealt round robin over three Availability Zones; those in a zone that is down answer nobody until it is back."
        => AppUnavailable,
        Assumed "AWS lets an Auto Scaling group start others in the zones that are left; that takes time and capacity which nobody publishes";
    SESSIONS_EXPIRE = "SIM-STS-1",
        "While AWS STS issues no credentials in a Region, an instance there works until its session expires; then every request of it fails until STS is back."
        => ExpiredTokenException,
        Assumed "sessions last an hour by default (AWS STS API Reference, AssumeRole); that instances renew them no earlier is ours";
    NOBODY_READY_NOBODY_ANSWERS = "DR-2",
        "A pilot light has no instances in the recovery Region: it answers no request before somebody acts. A warm standby answers at once."
        => AppUnavailable,
        Documented "AWS whitepaper, Disaster recovery of workloads on AWS: Pilot light, Warm standby";
    MANUAL_STEPS_NEED_A_SIGN_IN = "SIM-PEOPLE-1",
        "While people cannot sign in to a Region, manual steps there wait; automation, which has its credentials, does not.",
        Assumed "as in outages of sign-in that AWS reported";
    BLIND_MONITORING_STANDS_STILL = "SIM-PEOPLE-2",
        "While monitoring of a Region is blind, the success rate of the clients whose instances run there stands still at its last value.",
        Assumed "metrics that do not arrive show nothing new; alarms could be set to treat that as a failure";
    STORAGE_GOES_WITH_ITS_REGION = "SIM-LOSS-1",
        "A Region that is lost for good takes along what is stored there and every write that it had not yet sent; what is sent to it is lost as well."
        => ResourceNotFoundException,
        Assumed "no Region of AWS was ever lost: the Developer Guides speak of delays, unless the storage never returns";
    STORAGE_GOES_WITH_ITS_ACCOUNT = "SIM-LOSS-2",
        "When a closed account can no longer be opened again, everything stored in it is gone, in every Region: copies within the account do not help."
        => ResourceNotFoundException,
        Assumed "AWS Account Management Reference Guide: what is left in a closed account is permanently deleted after 90 days; that it happens in one instant is ours";
    SILENCE_IS_A_CONNECT_TIMEOUT = "SIM-DOWN-1",
        "What is down in mode timeout, or behind a cut link, does not answer: the connection times out."
        => ConnectTimeoutError,
        Assumed "KMS-OUT-20: the error of a real Region outage is not documented";
    A_REFUSED_CONNECTION = "SIM-DOWN-2",
        "What is down in mode refuse turns connections away after one round trip."
        => EndpointConnectionError,
        Assumed "KMS-OUT-20: the error of a real Region outage is not documented";
    A_SERVER_ERROR = "SIM-DOWN-3",
        "What is down in mode error answers with the service's 5xx."
        => InternalServerError,
        Assumed "KMS-OUT-20: the error of a real outage is not documented";
    REPLICATION_IS_NO_BACKUP = "DR-3",
        "No replication protects against what is written wrongly or in bad faith: it replicates. Only versions, backups or a recovery point from before help.",
        Documented "whitepaper Disaster recovery of workloads on AWS";
    NAMES_MUST_RESOLVE = "DNS-1",
        "While the record of an endpoint is empty or broken, new connections fail and open ones live on; after the repair callers come back only as the answers that they keep run out."
        => EndpointConnectionError,
        Documented "AWS post-event summary 101925; how long connections and answers live is a parameter of the fault";
    A_FAULT_ANSWERS = "SIM-DOWN-5",
        "Calls that an api-error fault hits are answered with its error, whatever the service would have said.",
        Assumed "what a fault injection such as AWS FIS's does to EC2 and Kinesis, for any service";
    A_LOST_ANSWER = "SIM-DOWN-4",
        "An answer that is lost or comes after the attempt time-out is a read time-out; the work may have been done."
        => ReadTimeoutError,
        Assumed "AWS SDKs publish no default attempt time-out: 5 s taken";
    A_CONTROL_PLANE_IS_SEPARATE = "CP-1",
        "While a control plane is down nothing can be created, changed, promoted, deleted or described; the data plane goes on with what exists."
        => InternalFailure,
        Documented "AWS whitepaper, Fault isolation boundaries: control planes and data planes";
    GLOBAL_SERVICES_HAVE_A_HOME = "CP-3",
        "The control planes of IAM, Organizations, Route 53, CloudFront and others are in us-east-1 alone, that of routing-control configuration in us-west-2: while that Region is down they are down everywhere. Their data planes go on."
        => InternalFailure,
        Documented "AWS whitepaper, Fault isolation boundaries: Global services";
    BUCKET_CONFIGURATION_HAS_A_HOME = "CP-4",
        "Creating, deleting and configuring buckets depends on us-east-1, whatever Region the bucket is in; reading and writing objects does not."
        => InternalFailure,
        Documented "AWS whitepaper, Fault isolation boundaries: Global services";
}
