//! Identity, key states, multi-Region operations, deletion, ciphertext, outages, in the order in which a request meets
//! the rules.

crate::rules! {
    // The request itself.
    NOT_MODELLED = "SIM-KMS-1",
        "AWS has it; this simulator does not model it yet and refuses rather than guess."
        => NotModelled,
        Assumed "docs/MODEL.md lists what stays out: custom key stores, dry runs, paging by token and more";
    REGION_IS_NAMED = "SIM-KMS-2",
        "Only Regions that the scenario names exist in a run."
        => NotModelled,
        Assumed "a Region without stated links and endpoints would have to be invented";
    VALID_INPUT = "KMS-ERR-15",
        "A parameter that is missing, malformed or out of range is refused."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, shapes and constraints";
    AN_ARN_IS_AN_ARN = "KMS-ERR-15a",
        "What begins like an ARN must be one of a KMS key or alias."
        => InvalidArnException,
        Documented "botocore 1.44.5 KMS service model, InvalidArnException";

    // Which key is meant.
    KEY_IDS = "KMS-ID-1",
        "A multi-Region key's ID is mrk- and 32 lowercase hexadecimal digits; a single-Region key's is a UUID.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
    ARNS_DIFFER_IN_THE_REGION: Fact = "KMS-ID-2",
        "Related keys have one key ID; their ARNs differ in the Region and in nothing else.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
    THE_KEY_EXISTS_HERE = "KMS-ERR-1",
        "The key or alias named must exist in the Region called."
        => NotFoundException,
        Reported "responses recorded from AWS KMS by the LocalStack project";
    LOCAL_NAMES_ONLY = "KMS-CT-17",
        "A key is named by key ID, local ARN or local alias; another Region's ARN is refused, even a related key's."
        => NotFoundException,
        Reported "recorded for single-Region keys by the LocalStack project; for related keys by analogy";
    NOT_EVERY_OPERATION_TAKES_AN_ALIAS = "KMS-CT-18",
        "Cryptographic operations, GetPublicKey and DescribeKey take an alias; every other operation takes a key ID or key ARN only."
        => NotFoundException,
        Assumed "that an alias is refused is documented for each operation; the error's name is not";
    ALIASES_ARE_REGIONAL = "KMS-ID-4",
        "An alias belongs to one account and Region and names one key of that Region; ReplicateKey copies none."
        => NotFoundException,
        Documented "botocore 1.44.5 KMS service model, CreateAlias";
    ALIAS_IS_NEW = "KMS-ERR-6",
        "An alias name is unique in its account and Region."
        => AlreadyExistsException,
        Documented "botocore 1.44.5 KMS service model, CreateAlias";
    FIFTY_ALIASES = "KMS-QUO-21",
        "A key has at most 50 aliases."
        => LimitExceededException,
        Documented "AWS KMS Developer Guide, Resource quotas";
    ALIAS_NAMES = "KMS-ID-3",
        "An alias name is alias/ and letters, digits, slashes, underscores and dashes; alias/aws/ is AWS's own."
        => InvalidAliasNameException,
        Documented "botocore 1.44.5 KMS service model, CreateAlias; the error for alias/aws/ is assumed";

    // In which order a request is looked at.
    CHECKS_IN_ORDER = "KMS-ERR-20",
        "One request is checked in this order: the Region answers, quota, shape, key, authorization, role and state, fit of a named key, usage, encryption context.",
        Assumed "AWS publishes no order; the recorded pieces (KMS-ST-30, KMS-ST-39) agree with it";

    // Role, then state.
    ROLE_BEFORE_STATE = "KMS-ST-39",
        "ReplicateKey and UpdatePrimaryRegion look at the key's role before its state and before the target Region.",
        Reported "ReplicateKey on a replica still Creating, recorded by the LocalStack project; the rest by analogy";
    THE_ROLE_MOVES_AT_ONCE = "KMS-ST-40",
        "The primary role moves when UpdatePrimaryRegion is accepted; while both keys are Updating the old primary is a replica.",
        Assumed "the service model speaks of the new primary that cannot be replicated yet";
    ONLY_A_PRIMARY_IS_REPLICATED = "KMS-REP-2",
        "Only a primary key can be replicated; a replica or a single-Region key as source is refused."
        => UnsupportedOperationException,
        Reported "responses recorded from AWS KMS by the LocalStack project";
    ONLY_THE_PRIMARY_HANDS_OVER = "KMS-UPR-2",
        "UpdatePrimaryRegion is called in the current primary's Region, on the current primary."
        => UnsupportedOperationException,
        Assumed "the key must be the current primary and key IDs resolve in their Region only; the error is ReplicateKey's";
    THE_CLASS_MUST_FIT = "KMS-ERR-4",
        "An operation is for keys of a certain spec, origin and role; any other key is refused."
        => UnsupportedOperationException,
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    STATE_BEFORE_CLASS = "KMS-ST-30",
        "Where both the state and the class of a key are wrong, the state is named, unless the table of key states names the class.",
        Reported "RotateKeyOnDemand on a Disabled RSA key, recorded by the LocalStack project; other operations by analogy";
    DISABLED_KEYS_REFUSE = "KMS-ERR-2",
        "A Disabled key does nothing but management; cryptography needs EnableKey first."
        => DisabledException,
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    THE_STATE_MUST_FIT = "KMS-ERR-3",
        "The key's state must allow the operation."
        => KMSInvalidStateException,
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    DOOMED_KEYS_REFUSE = "KMS-DEL-8",
        "A key pending deletion or pending replica deletion cannot be used or changed; it can be described, lose its aliases, and be kept by CancelKeyDeletion."
        => KMSInvalidStateException,
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    DOOMED_KEYS_ARE_DISABLED: Setting = "KMS-UNV-4",
        "What a key pending deletion answers where AWS documents two errors: to cryptography, replication, a change of primary, CreateGrant. Default KMSInvalidStateException, which was seen; DisabledException is documented too."
        => DisabledException,
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys, footnote 2";
    PENDING_ONCE = "KMS-ST-32",
        "A deletion is scheduled once; also while Creating, but not while Updating."
        => KMSInvalidStateException,
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    CANCEL_THEN_ENABLE = "KMS-ST-34",
        "A key pending deletion cannot be enabled or disabled: cancel the deletion first."
        => KMSInvalidStateException,
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    CREATING_KEYS_WAIT = "KMS-REP-12",
        "While Creating, a replica can be managed but not used, enabled or disabled."
        => KMSInvalidStateException,
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    UPDATING_KEYS_WORK = "KMS-UPR-5",
        "While the primary role moves both keys are Updating: cryptography goes on, other changes are refused."
        => KMSInvalidStateException,
        Documented "botocore 1.44.5 KMS service model, UpdatePrimaryRegion";
    REPLICATION_NEEDS_AN_ENABLED_PRIMARY = "KMS-REP-3",
        "The primary must be Enabled to be replicated.",
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    BOTH_KEYS_ENABLED = "KMS-UPR-3",
        "Old and new primary must be Enabled when the role moves.",
        Documented "AWS KMS Developer Guide, Change the primary key in a set of multi-Region keys";
    NO_UPDATE_WHILE_UPDATING = "KMS-ST-36",
        "UpdatePrimaryRegion on a key that is Updating: the state table allows it, the text wants Enabled keys; the setting decides."
        => KMSInvalidStateException,
        Assumed "two pages of the AWS KMS Developer Guide disagree";

    // CreateKey.
    CREATED_PRIMARY = "KMS-CRE-1",
        "CreateKey with MultiRegion makes a primary without replicas in the Region called; replicas come from ReplicateKey only.",
        Documented "botocore 1.44.5 KMS service model, CreateKey";
    CREATE_DEFAULTS = "KMS-CRE-4",
        "Unless told otherwise, a key is symmetric, for encryption, of AWS_KMS origin, single-Region, without description.",
        Documented "botocore 1.44.5 KMS service model, CreateKey";
    CREATED_ENABLED = "KMS-ST-1",
        "A new key of AWS_KMS origin is Enabled.",
        Documented "botocore 1.44.5 KMS service model, CreateKey";
    USAGE_FITS_THE_SPEC = "KMS-CRE-5",
        "A usage that the key spec cannot have is refused; only for a symmetric encryption key it need not be named."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, CreateKey";
    MULTI_REGION_TYPES = "KMS-ID-9",
        "Symmetric encryption, HMAC and asymmetric keys can be multi-Region keys, with imported material too; keys in custom key stores cannot."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, CreateKey; the error's name is inferred";
    KINDS_DO_NOT_CHANGE: Fact = "KMS-ID-5",
        "A key is single-Region or multi-Region from its creation on; no operation converts it.",
        Documented "botocore 1.44.5 KMS service model, CreateKey";

    // ReplicateKey.
    REPLICATE_AT_THE_PRIMARY = "KMS-REP-1",
        "ReplicateKey is called at the primary Region's endpoint, on a key ID or key ARN, and names the replica's Region.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey";
    ONE_RELATED_KEY_PER_REGION = "KMS-REP-4",
        "A Region holds at most one key of a set; an existing one blocks in any state, also while pending deletion."
        => AlreadyExistsException,
        Documented "botocore 1.44.5 KMS service model, ReplicateKey; for the primary's own Region the error is assumed";
    ONE_PARTITION = "KMS-REP-5",
        "A set stays in one partition."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, ReplicateKey; the error's name is assumed";
    ENABLED_REGIONS_ONLY = "KMS-REP-6",
        "An opt-in Region must be enabled for the account before it can have a replica."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, ReplicateKey; the error's name is assumed";
    REPLICATION_NEEDS_BOTH_REGIONS = "KMS-OUT-3",
        "ReplicateKey needs the primary's and the replica's Region; neither can be down."
        => KMSInternalException,
        Assumed "the primary's endpoint takes the call and the key is created in the other Region; nobody published the error";
    REPLICATION_IS_LOGGED_TWICE = "KMS-REP-14",
        "CloudTrail has ReplicateKey in the primary's Region and CreateKey in the replica's.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey";
    REPLICA_STARTS_CREATING = "KMS-ST-3",
        "ReplicateKey answers with a replica in Creating.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey";
    REPLICA_GETS_READY = "KMS-ST-4",
        "When replication is done the replica is Enabled, or PendingImport if its key material is imported.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey";
    CREATING_TAKES_A_WHILE: Fact = "KMS-EC-5",
        "Creating takes a few seconds by the documents; minutes were seen.",
        Reported "terraform-provider-aws issues 49491 and 49915";
    AS_MANY_AS_REGIONS: Fact = "KMS-REP-15",
        "The number of replicas has no limit of its own: one in each Region of the partition.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey";
    SHARED_PROPERTIES_COME_ALONG = "KMS-REP-9",
        "A replica has the primary's key ID, key material (unless it is imported), spec, usage, origin and rotation.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey";
    THE_REST_IS_ITS_OWN = "KMS-REP-10",
        "A replica does not get the primary's key policy, description, tags, aliases, grants or state: each key has its own, and keeps it.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
    REPLICATE_RESPONSE = "KMS-REP-11",
        "ReplicateKey answers with the replica's metadata and key policy; while Creating it names no key material.",
        Reported "responses recorded from AWS KMS by the LocalStack project";
    REPLICATION_LEAVES_THE_PRIMARY_ALONE = "KMS-REP-18",
        "The primary stays Enabled and usable while a replica is Creating; a Disabled replica hinders no other.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
    REPLICATED_AGAIN = "KMS-REP-16",
        "A deleted replica can be made again: old ciphertext is readable again, its own properties start from defaults.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey";

    // UpdatePrimaryRegion.
    A_REPLICA_TO_PROMOTE = "KMS-UPR-4",
        "The new primary must be an existing replica of this key."
        => NotFoundException,
        Assumed "the service model asks for an existing replica; the error's name is not recorded";
    ANOTHER_REGION_TO_PROMOTE = "KMS-UPR-4a",
        "The new primary's Region must not be the current primary's."
        => UnsupportedOperationException,
        Assumed "the service model asks for a replica key's Region; the error's name is not recorded";
    PROMOTION_NEEDS_BOTH_REGIONS = "KMS-OUT-2",
        "UpdatePrimaryRegion needs both keys to answer: a replica cannot be promoted while the primary's Region is down."
        => KMSInternalException,
        Assumed "the call goes to the current primary and both keys change; nobody published the error";
    ROLES_SWAP = "KMS-UPR-1",
        "UpdatePrimaryRegion makes an existing replica the primary and the old primary a replica; it creates nothing.",
        Documented "botocore 1.44.5 KMS service model, UpdatePrimaryRegion";
    UPDATE_STARTS = "KMS-ST-16",
        "Old and new primary are Updating while the role moves.",
        Documented "botocore 1.44.5 KMS service model, UpdatePrimaryRegion";
    UPDATE_ENDS = "KMS-ST-17",
        "When the update is done both keys are Enabled again.",
        Documented "botocore 1.44.5 KMS service model, UpdatePrimaryRegion";
    TWO_REPLICAS_FOR_A_WHILE = "KMS-EC-4",
        "While the role moves DescribeKey may show two replicas and no primary.",
        Documented "AWS KMS Developer Guide, Change the primary key in a set of multi-Region keys";
    THE_CHANGE_IS_LOGGED_TWICE = "KMS-UPR-8",
        "UpdatePrimaryRegion answers nothing; the event log has it in the old and in the new primary's Region.",
        Documented "AWS KMS Developer Guide, Logging AWS KMS API calls with AWS CloudTrail";
    NOTHING_ELSE_MOVES = "KMS-UPR-6",
        "A change of primary leaves key ID, ARNs, material, rotation, policies, grants, aliases and tags alone; other replicas hear of it at the next synchronisation.",
        Documented "AWS KMS Developer Guide, Change the primary key in a set of multi-Region keys";
    THE_NEW_PRIMARY_RULES = "KMS-UPR-12",
        "Replication, rotation, new imported material and the next change of primary belong to the new primary; the old one is a replica like any other.",
        Documented "botocore 1.44.5 KMS service model, UpdatePrimaryRegion";
    NO_HANDOVER_WHILE_DOOMED = "KMS-UPR-10",
        "A primary pending replica deletion hands nothing over: cancel, enable, update the primary Region, schedule again.",
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";

    // EnableKey, DisableKey.
    KEY_DISABLED = "KMS-ST-6",
        "DisableKey makes an Enabled key Disabled, in its Region only.",
        Documented "botocore 1.44.5 KMS service model, DisableKey";
    KEY_ENABLED = "KMS-ST-7",
        "EnableKey makes a Disabled key Enabled.",
        Documented "botocore 1.44.5 KMS service model, EnableKey";
    ENABLE_TWICE = "KMS-ST-33",
        "Enabling an Enabled key or disabling a Disabled one succeeds and changes nothing.",
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    ALWAYS_MANAGEABLE = "KMS-ST-31",
        "DescribeKey, the lists of a key, GetKeyPolicy, PutKeyPolicy, DeleteAlias, RetireGrant and RevokeGrant work in every state.",
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";

    // Deletion.
    SEVEN_TO_THIRTY_DAYS = "KMS-DEL-1",
        "The waiting period is 7 to 30 days; 30 if none is given."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, ScheduleKeyDeletion";
    DELETION_IS_PENDING = "KMS-ST-8",
        "A single-Region key, a replica, or a primary without replicas goes to PendingDeletion.",
        Documented "botocore 1.44.5 KMS service model, ScheduleKeyDeletion";
    CREATING_CAN_BE_DOOMED = "KMS-ST-5",
        "A replica can be scheduled for deletion while it is Creating.",
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    PRIMARY_WAITS_FOR_REPLICAS = "KMS-DEL-3",
        "A primary with existing replicas goes to PendingReplicaDeletion; the replicas stay as they are.",
        Documented "AWS KMS Developer Guide, Deleting multi-Region keys";
    ANY_REPLICA_COUNTS = "KMS-ST-9",
        "A replica in any state counts as existing, also one pending deletion.",
        Documented "botocore 1.44.5 KMS service model, ScheduleKeyDeletion";
    A_CREATING_REPLICA_COUNTS = "KMS-DEL-17",
        "A replica still Creating counts as existing.",
        Assumed "it has a key state and a Region of its own";
    NO_CLOCK_WITH_REPLICAS = "KMS-DEL-4",
        "PendingReplicaDeletion has no clock and can last for ever: it ends with the last replica or with CancelKeyDeletion.",
        Documented "botocore 1.44.5 KMS service model, ScheduleKeyDeletion";
    GONE_MEANS_DELETED = "KMS-DEL-5",
        "A replica pending deletion still holds the primary in PendingReplicaDeletion.",
        Documented "botocore 1.44.5 KMS service model, ScheduleKeyDeletion";
    THE_CLOCK_STARTS_WITH_THE_LAST_REPLICA = "KMS-ST-10",
        "When the last replica is deleted the primary goes to PendingDeletion and its own waiting period starts.",
        Documented "botocore 1.44.5 KMS service model, ScheduleKeyDeletion";
    WORD_OF_A_DELETION_WAITS = "KMS-OUT-8",
        "While the Regions cannot reach each other, a primary does not learn that its last replica was deleted; a deletion due in a Region that is down waits.",
        Assumed "the primary must hear of it, and KMS is isolated by Region";
    ANY_ORDER: Fact = "KMS-DEL-6",
        "Keys of a set can be scheduled in any order; replicas' waiting periods run at the same time.",
        Documented "AWS KMS Developer Guide, Deleting multi-Region keys";
    FOURTEEN_DAYS: Fact = "KMS-DEL-7",
        "A primary and its replicas are gone after two waiting periods, at least 14 days.",
        Documented "AWS KMS Developer Guide, Deleting multi-Region keys";
    REPLICAS_GO_ALONE = "KMS-DEL-9",
        "A replica can be scheduled at any time; the others are not affected.",
        Documented "AWS KMS Developer Guide, Deleting multi-Region keys";
    PROMOTE_THEN_DELETE: Fact = "KMS-DEL-10",
        "To remove a primary and keep the others, move the primary role away first and delete it as a replica.",
        Documented "AWS KMS Developer Guide, Deleting multi-Region keys";
    DELETION_RESPONSES = "KMS-DEL-18",
        "ScheduleKeyDeletion answers with the key's ARN, state, waiting period and, unless the clock waits, the date; CancelKeyDeletion with the ARN.",
        Reported "responses recorded from AWS KMS by the LocalStack project";
    CANCELLED_IS_DISABLED = "KMS-ST-12",
        "CancelKeyDeletion leaves the key Disabled, whatever it was before.",
        Documented "botocore 1.44.5 KMS service model, CancelKeyDeletion";
    CANCEL_WHAT_IS_PENDING = "KMS-DEL-11",
        "Only a pending deletion can be cancelled; it is cancelled for that key alone."
        => KMSInvalidStateException,
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    DELETED = "KMS-ST-11",
        "When the waiting period is over the key is deleted.",
        Documented "AWS KMS Developer Guide, Deleting AWS KMS keys";
    DELETION_MAY_BE_LATE = "KMS-DEL-2",
        "Deletion comes up to 24 hours after the waiting period.",
        Documented "AWS KMS Developer Guide, Deleting AWS KMS keys";
    DELETION_TAKES_ALL = "KMS-DEL-12",
        "Deletion takes the key with its metadata, policy, grants, tags and aliases.",
        Documented "botocore 1.44.5 KMS service model, ScheduleKeyDeletion";
    AS_IF_IT_NEVER_EXISTED = "KMS-DEL-19",
        "A deleted key is as if it had never existed, in its Region only; nothing of its own comes back with a new replica.",
        Documented "botocore 1.44.5 KMS service model, ScheduleKeyDeletion; the answers afterwards by analogy";
    THE_LAST_KEY_TAKES_THE_DATA = "KMS-DEL-13",
        "Recovery by replication needs a primary: with the last key of a set its ciphertext is lost."
        => AccessDeniedException,
        Documented "AWS KMS Developer Guide, Deleting multi-Region keys";

    // Cryptography.
    CIPHERTEXT_NAMES_ITS_KEY = "KMS-CT-1",
        "A symmetric ciphertext names its key and material version inside; the encryption context is authenticated, not stored.",
        Documented "AWS KMS Developer Guide, AWS KMS concepts";
    THE_VERSION_IS_PICKED = "KMS-CT-2",
        "Decrypt finds the key material version by itself.",
        Documented "AWS KMS Developer Guide, Rotating AWS KMS keys";
    RELATED_KEYS_DECRYPT = "KMS-CT-3",
        "Every related key decrypts what any of them encrypted, in any Region; the answer names the local key.",
        Documented "botocore 1.44.5 KMS service model, Decrypt";
    KEY_ID_IS_OPTIONAL = "KMS-CT-4",
        "Decrypt of a symmetric ciphertext works without KeyId; an asymmetric one names nothing, so KeyId and EncryptionAlgorithm must be given."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, Decrypt; the error's name is assumed";
    SIZES = "KMS-CT-9",
        "Encrypt takes 1 to 4096 bytes, with an RSA key what its padding leaves room for; Sign and GenerateMac take messages of up to 4096 bytes; a ciphertext has 1 to 6144 bytes."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, Encrypt and Decrypt";
    DATA_KEY_SIZE = "KMS-CT-21",
        "A data key has exactly one of KeySpec (AES_128, AES_256) and NumberOfBytes (1 to 1024)."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, GenerateDataKey";
    SINGLE_REGION_CIPHERTEXT_STAYS = "KMS-CT-6",
        "What a single-Region key encrypted cannot be decrypted in another Region."
        => AccessDeniedException,
        Reported "GitHub issues with this message; recorded by the LocalStack project";
    NO_RELATED_KEY_HERE = "KMS-CT-7",
        "A Region without a key of the set cannot decrypt the set's ciphertext."
        => AccessDeniedException,
        Assumed "as for single-Region keys, KMS-CT-6";
    THE_NAMED_KEY_FITS = "KMS-CT-5",
        "A key named for decryption must be the encrypting key or a related one."
        => IncorrectKeyException,
        Reported "responses recorded from AWS KMS by the LocalStack project";
    THE_USAGE_MUST_FIT = "KMS-CT-11",
        "An operation is for keys of its usage, and takes only algorithms that the key spec has; the usage is judged before other arguments."
        => InvalidKeyUsageException,
        Reported "responses recorded from AWS KMS by the LocalStack project";
    CONTEXT_AND_BLOB_ARE_INTACT = "KMS-CT-8",
        "A damaged ciphertext, or any other encryption context than the one it was made with, is refused."
        => InvalidCiphertextException,
        Documented "botocore 1.44.5 KMS service model, Decrypt";
    LOST_WITH_ITS_KEY = "KMS-CT-13",
        "With a single-Region key goes every data key that it wrapped, for good."
        => AccessDeniedException,
        Documented "botocore 1.44.5 KMS service model, ScheduleKeyDeletion";
    DATA_KEYS_ARE_NOT_KEPT = "KMS-CT-12",
        "GenerateDataKey returns a data key and its wrapped copy, which is ordinary ciphertext; KMS keeps neither.",
        Documented "botocore 1.44.5 KMS service model, GenerateDataKey";
    RE_ENCRYPTION_IS_LOCAL = "KMS-CT-10",
        "ReEncrypt needs both keys in the Region called.",
        Documented "botocore 1.44.5 KMS service model, ReEncrypt";
    RE_ENCRYPT_RESPONSE = "KMS-CT-20",
        "ReEncrypt finds the source key by itself, checks the source context and binds the new one; both keys must be usable.",
        Documented "botocore 1.44.5 KMS service model, ReEncrypt";
    RESPONSES_NAME_THE_LOCAL_KEY = "KMS-CT-19",
        "Answers name the ARN of the key in the Region called, and the key material that encrypted.",
        Reported "responses recorded from AWS KMS by the LocalStack project";
    ALIASES_DO_NOT_MATTER_TO_CIPHERTEXT = "KMS-CT-22",
        "Moving or deleting an alias changes no ciphertext; a moved alias named in Decrypt names the wrong key.",
        Documented "botocore 1.44.5 KMS service model, UpdateAlias";

    // What DescribeKey and the lists show.
    RELATED_KEYS_ARE_LISTED = "KMS-ID-6",
        "DescribeKey of a multi-Region key shows its role, the primary and all replicas; a single-Region key shows none.",
        Documented "botocore 1.44.5 KMS service model, MultiRegionConfiguration";
    ENABLED_MEANS_ENABLED = "KMS-ID-7",
        "Enabled is true in the key state Enabled and in no other.",
        Documented "botocore 1.44.5 KMS service model, KeyMetadata";
    DATES_WHEN_PENDING = "KMS-ID-8",
        "DeletionDate is shown in PendingDeletion only, PendingDeletionWindowInDays in PendingReplicaDeletion only, the expiry of imported key material while it is there, and the current key material ID of symmetric keys once there is one, the key not Creating.",
        Documented "botocore 1.44.5 KMS service model, KeyMetadata";
    METADATA = "KMS-ID-14",
        "The metadata always has account, ID, ARN, creation date, state, spec, usage, origin, description and algorithms.",
        Documented "botocore 1.44.5 KMS service model, KeyMetadata";
    LISTS_ARE_REGIONAL = "KMS-ID-16",
        "ListKeys and ListAliases show the Region called; a set appears once in each of its Regions.",
        Documented "botocore 1.44.5 KMS service model, ListKeys and ListAliases";
    EMPTY_ANSWERS = "KMS-ID-17",
        "ListResourceTags answers the tags, an empty list if there are none; removing a tag that is not there is no error. Operations that only change something answer nothing: EnableKey, DisableKey, UpdatePrimaryRegion, PutKeyPolicy, changes of aliases, tags, description and rotation, the end of a grant.",
        Documented "botocore 1.44.5 KMS service model";
    EACH_KEY_IS_ITS_OWN: Fact = "KMS-ID-12",
        "Each related key is a resource of its own, with its own ARN, state, grants, tags, aliases and last use; there is no global key.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
    THE_PRIMARY_IS_THE_SOURCE = "KMS-ID-21",
        "KMS copies shared properties from the primary to the replicas by itself, a while after a change.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
    SYNCHRONISED: Fact = "KMS-EC-3",
        "How long synchronisation takes is not published.",
        Assumed "KMS-TIM-4: 60 seconds unless the scenario says otherwise";
    REPLICAS_NEED_NOBODY = "KMS-ID-22",
        "For cryptography and its own properties a key needs no other key of the set.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";

    // Outages.
    OTHER_REGIONS_GO_ON: Fact = "KMS-OUT-1",
        "Cryptography with multi-Region keys goes on in every healthy Region.",
        Documented "AWS KMS Developer Guide, Resilience in AWS KMS";
    LOCAL_MANAGEMENT_GOES_ON: Fact = "KMS-OUT-6",
        "Policy, grants, aliases, tags, enabling, disabling and deletion of a key in a healthy Region work during another Region's outage.",
        Documented "AWS KMS Developer Guide, Resilience in AWS KMS";
    A_NEW_SET_ELSEWHERE: Fact = "KMS-OUT-9",
        "While the primary's Region is down, a new set in healthy Regions serves new data; the surviving replicas read the old.",
        Assumed "follows from what still works";
    SINGLE_REGION_KEYS_ARE_OUT: Fact = "KMS-OUT-11",
        "What a single-Region key of the Region that is down encrypted is unreadable everywhere until it is back.",
        Assumed "follows from KMS-CT-6";
    LAST_KNOWN_LISTS = "KMS-OUT-7",
        "DescribeKey in a healthy Region works and shows the related keys as last synchronised.",
        Assumed "synchronisation needs both Regions";
    SYNCHRONISATION_RESUMES = "KMS-OUT-10",
        "After an outage synchronisation resumes by itself; a second primary never appears.",
        Assumed "nothing asks the customer to act";

    A_LOST_REGION_TAKES_ITS_KEYS = "SIM-KMS-3",
        "A Region that is lost for good takes its KMS keys along. Related keys elsewhere go on; what only keys there wrapped is lost; a primary that was there is never replaced.",
        Assumed "no Region of AWS was ever lost: keys never leave their Region unless they are multi-Region keys";
    A_CLOSED_ACCOUNT_TAKES_ITS_KEYS = "SIM-KMS-4",
        "When a closed account can no longer be opened again, all its KMS keys are gone, in every Region: replicas do not help.",
        Assumed "AWS Account Management Reference Guide: what is left in a closed account is permanently deleted after 90 days; that it happens in one instant is ours";

    // Departures from AWS's documented behaviour, by switch.
    DELETING_THE_PRIMARY_CASCADES: Switch = "KMS-SEED-1",
        "Deleting a primary deletes its replicas with it, at the same time. AWS does not.",
        Reported "popular study notes";
    PROMOTED_DURING_THE_OUTAGE: Switch = "KMS-SEED-3",
        "A replica can be promoted from its own Region while the primary's Region is down. AWS cannot.",
        Reported "popular study notes";
    REPLICA_READY_AT_ONCE: Switch = "KMS-SEED-5",
        "A replica is usable as soon as ReplicateKey answers. In AWS it is Creating first.",
        Reported "popular study notes";
    POLICIES_ARE_SHARED: Switch = "KMS-SEED-2",
        "A replica gets its primary's key policy when it is made, and every PutKeyPolicy holds for all related keys. In AWS each key has its own.",
        Reported "popular study notes";
    ANY_NUMBER_OF_REPLICAS: Switch = "KMS-SEED-8",
        "There can be any number of replicas anywhere; one more in the same Region is the one that is there. AWS has one in each enabled Region of the partition.",
        Reported "popular study notes";
    TWINS: Switch = "KMS-SEED-10",
        "Related keys behave identically: what is done to the state, policy, tags or aliases of one is done to all. In AWS each key has its own.",
        Reported "popular study notes";
    A_PRIMARY_GOES_BY_ITS_OWN_CLOCK: Switch = "KMS-SEED-17",
        "A primary can be deleted at any time, by its own waiting period, and its replicas stay. In AWS it waits for its replicas.",
        Reported "popular study notes";
}
