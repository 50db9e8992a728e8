//! What the simulator holds true of clients: the AWS Encryption SDK's keyrings, the SDKs' retries, and what an
//! application sees of something that is down.

crate::rules! {
    MRK_AWARE_MATCH = "KMS-ESDK-1",
        "An MRK-aware keyring takes a data key wrapped under its own ARN or under a related key's: all but the Region must agree."
        => CannotDecryptDataKeys,
        Documented "AWS Encryption SDK specification, aws-kms-mrk-match-for-decrypt";
    CONFIGURED_KEY_DECRYPTS = "KMS-ESDK-3",
        "On decryption an MRK-aware keyring calls Decrypt with its configured key; if that fails, it tries the next data key.",
        Documented "AWS Encryption SDK specification, aws-kms-mrk-keyring";
    THE_ARN_NAMES_THE_REGION = "KMS-ESDK-4",
        "A strict keyring calls the Region that its key ARN names, not the nearest one.",
        Documented "AWS Encryption SDK specification, aws-kms-mrk-keyring";
    EVERY_CHILD_WRAPS = "KMS-ESDK-7",
        "A multi-keyring's generator makes the data key and every child must wrap it; on decryption the first that succeeds is enough.",
        Documented "AWS Encryption SDK specification, multi-keyring";
    A_PLAIN_KEYRING_WANTS_ITS_OWN_ARN = "KMS-ESDK-8",
        "A keyring that is not MRK-aware takes only data keys that name exactly its own key ARN."
        => CannotDecryptDataKeys,
        Documented "AWS Encryption SDK specification, aws-kms-keyring";
    AN_ALIAS_NEVER_DECRYPTS = "KMS-ESDK-9",
        "A keyring configured with an alias can encrypt; to decrypt, its key must be given by ARN."
        => CannotDecryptDataKeys,
        Documented "AWS Encryption SDK specification, aws-kms-keyring";
    DECRYPT_WITHOUT_KEY_ID = "KMS-ESDK-12",
        "Decrypt called without KeyId opens any related key's ciphertext in any Region, whatever the SDK.",
        Documented "botocore 1.44.5 KMS service model, Decrypt";
    CONTEXT_MUST_AGREE = "KMS-ESDK-15",
        "The message carries its encryption context; a reader that states another value for a pair cannot decrypt it."
        => CannotDecryptDataKeys,
        Documented "AWS Encryption SDK Developer Guide";
    ANY_SDK_READS_EVERYTHING: Switch = "KMS-SEED-18",
        "Any client decrypts in any Region what was encrypted in another. With AWS's libraries its keyring must be MRK-aware.",
        Reported "popular study notes";
    STANDARD_RETRIES = "KMS-RET-1",
        "Standard mode makes three attempts (DynamoDB four) with full jitter and a budget of 500 tokens.",
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
    A_LOST_ANSWER = "SIM-DOWN-4",
        "An answer that is lost or comes after the attempt time-out is a read time-out; the work may have been done."
        => ReadTimeoutError,
        Assumed "AWS SDKs publish no default attempt time-out: 5 s taken";
    A_CONTROL_PLANE_IS_SEPARATE = "CP-1",
        "While a control plane is down nothing can be created, changed, promoted, deleted or described; the data plane goes on with what exists."
        => InternalFailure,
        Documented "AWS whitepaper, Fault isolation boundaries: control planes and data planes";
}
