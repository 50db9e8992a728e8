//! Key policies, IAM policies and their condition keys.

crate::rules! {
    // Who decides.
    ACCESS_DENIED = "KMS-ERR-5",
        "What policies and grants do not allow is refused; the message names the statement that decided, or the one that is missing."
        => AccessDeniedException,
        Documented "AWS KMS API Reference, Common errors; that the statement is named is ours";
    ONE_POLICY = "KMS-POL-1",
        "Every key has exactly one key policy, named default, which holds for that key in its Region."
        => NotFoundException,
        Documented "AWS KMS Developer Guide, Key policies in AWS KMS; the error for another name is assumed";
    DEFAULT_POLICY = "KMS-POL-2",
        "The default key policy lets the account's IAM policies decide; it allows no user or role by itself.",
        Documented "AWS KMS Developer Guide, Default key policy";
    ALLOWED = "KMS-POL-3",
        "In its own account a request is allowed if nothing denies it and the key policy, an IAM policy that the key policy relies on, or a grant allows it."
        => AccessDeniedException,
        Documented "AWS KMS Developer Guide, Troubleshooting key access";
    OTHER_ACCOUNTS = "KMS-POL-4",
        "Another account's principal needs the key policy, which names it or its account, and its own IAM policy, or a grant; some operations it can never call."
        => AccessDeniedException,
        Documented "AWS KMS Developer Guide, Allowing users in other accounts to use a KMS key; botocore 1.44.5 KMS service model, cross-account use of each operation; the error of the latter is assumed";
    A_DENY_WINS = "KMS-POL-5",
        "A Deny wins wherever it stands; boundary, session, service control and resource control policies allow nothing and must each leave the action allowed."
        => AccessDeniedException,
        Documented "AWS KMS Developer Guide, Troubleshooting key access";
    ORGANISATIONS_LIMIT = "KMS-POL-6",
        "A service control policy binds the principals of member accounts, their roots too, but neither the management account nor service-linked roles, so that synchronisation goes on."
        => AccessDeniedException,
        Documented "AWS Organizations User Guide, Service control policies; AWS KMS Developer Guide, Authorizing AWS KMS to synchronize multi-Region keys";
    IAM_HAS_NO_REGIONS = "KMS-POL-7",
        "An IAM policy holds in every Region unless it says otherwise, so a new replica with the default key policy is usable at once by everyone who may use KMS.",
        Documented "AWS KMS Developer Guide, Controlling access to multi-Region keys";
    ALLOWED_BY_IAM_ONLY = "KMS-POL-8",
        "CreateKey, ListKeys, ListAliases and GenerateRandom are allowed by IAM policies only; a change of an alias is allowed on the alias by IAM and on its key."
        => AccessDeniedException,
        Documented "AWS KMS Developer Guide, AWS KMS permissions; Controlling access to aliases";
    WILDCARDS_MATCH_NAMES = "KMS-POL-9",
        "A wildcard matches the names of actions: kms:Update* is also UpdatePrimaryRegion, kms:Create* is not ReplicateKey.",
        Documented "AWS KMS Developer Guide, Controlling access to multi-Region keys";
    ONE_STATEMENT_FOR_A_SET = "KMS-POL-10",
        "One IAM statement covers a set: its ARN with * for the Region.",
        Documented "AWS KMS Developer Guide, Controlling access to multi-Region keys";
    NOBODY_LOCKS_ONESELF_OUT = "KMS-POL-11",
        "A policy that is given must let the caller put another one, IAM policies counted, and name principals that exist, unless the safety check is bypassed; the bypass really locks out."
        => MalformedPolicyDocumentException,
        Documented "botocore 1.44.5 KMS service model, PutKeyPolicy";
    POLICIES_HAVE_A_SIZE = "KMS-POL-12",
        "A key policy has at most 131,072 characters."
        => LimitExceededException,
        Documented "botocore 1.44.5 KMS service model, PolicyType; the AWS KMS API Reference still says 32,768";
    THE_LOCAL_POLICY_DECIDES = "KMS-POL-13",
        "The Region called decides, by the policy of its own key.",
        Documented "botocore 1.44.5 KMS service model, PutKeyPolicy";
    THE_WEAKEST_POLICY_OPENS = "KMS-POL-14",
        "The laxest key policy of a set opens all its ciphertext; the surviving Region's policy decides whether failover works.",
        Assumed "follows from Regional key policies and shared key material";
    POLICIES_DRIFT = "KMS-POL-15",
        "Policies, tags and aliases that are changed after replication stay different: nothing reconciles them.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey";

    // What creation, replication and promotion need.
    CREATION_IS_ALLOWED_BY_IAM = "KMS-CRE-2",
        "Only an IAM policy can allow CreateKey: there is no key yet to have a policy."
        => AccessDeniedException,
        Documented "botocore 1.44.5 KMS service model, CreateKey";
    CREATED_WITH_THE_DEFAULT_POLICY = "KMS-CRE-3",
        "A key that is created without a policy has the default key policy.",
        Documented "botocore 1.44.5 KMS service model, CreateKey";
    CREATION_IS_CHECKED = "KMS-CRE-6",
        "A policy given to CreateKey or ReplicateKey goes through the same safety check as PutKeyPolicy.",
        Documented "botocore 1.44.5 KMS service model, CreateKey";
    A_ROLE_SYNCHRONISES = "KMS-ID-13",
        "The first multi-Region primary key of an account needs iam:CreateServiceLinkedRole, for the role by which KMS synchronises."
        => AccessDeniedException,
        Documented "AWS KMS Developer Guide, Authorizing AWS KMS to synchronize multi-Region keys; the error is assumed";
    A_SET_HAS_ONE_ACCOUNT = "KMS-REP-7",
        "A key of another account cannot be replicated."
        => AccessDeniedException,
        Documented "botocore 1.44.5 KMS service model, ReplicateKey; the error is assumed";
    A_REPLICA_IS_CREATED = "KMS-REP-8",
        "ReplicateKey needs kms:ReplicateKey on the primary, and by IAM kms:CreateKey in the replica's Region, with tags kms:TagResource too."
        => AccessDeniedException,
        Documented "botocore 1.44.5 KMS service model, ReplicateKey";
    BOTH_POLICIES_LET_GO = "KMS-UPR-7",
        "UpdatePrimaryRegion needs permission on the old and on the new primary key."
        => AccessDeniedException,
        Documented "botocore 1.44.5 KMS service model, UpdatePrimaryRegion";
    A_NEW_PRIMARY_KEEPS_ITS_POLICY = "KMS-UPR-11",
        "A change of primary moves no policy: the new primary's may allow neither replication nor the way back.",
        Documented "AWS KMS Developer Guide, Change the primary key in a set of multi-Region keys";
    A_POLICY_IS_ITS_KEYS_OWN = "KMS-ID-20",
        "Related keys share key ID, key material, origin, spec, usage, rotation and the knowledge of each other. Key policy, grants, aliases, tags, description, state, dates and the expiry of imported material are each key's own.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS, Shared properties";

    // Condition keys.
    BY_MULTI_REGION = "KMS-CON-1",
        "kms:MultiRegion tells multi-Region keys from others, also the key that CreateKey would make.",
        Documented "AWS KMS Developer Guide, AWS KMS condition keys";
    BY_ROLE = "KMS-CON-2",
        "kms:MultiRegionKeyType is PRIMARY or REPLICA, and changes with the key's role.",
        Documented "AWS KMS Developer Guide, AWS KMS condition keys";
    BY_PRIMARY_REGION = "KMS-CON-3",
        "kms:PrimaryRegion limits the Regions that UpdatePrimaryRegion may name.",
        Documented "AWS KMS Developer Guide, AWS KMS condition keys";
    BY_REPLICA_REGION = "KMS-CON-4",
        "kms:ReplicaRegion limits the Regions that ReplicateKey may name, with wildcards too.",
        Documented "AWS KMS Developer Guide, AWS KMS condition keys";
    BY_ENCRYPTION_CONTEXT = "KMS-CON-5",
        "kms:EncryptionContext:NAME is the value of a pair, kms:EncryptionContextKeys the names of all pairs.",
        Documented "AWS KMS Developer Guide, AWS KMS condition keys";
    BY_SERVICE = "KMS-CON-6",
        "kms:ViaService is the service that calls for the principal, with its Region: a global table needs dynamodb.*.amazonaws.com.",
        Documented "AWS KMS Developer Guide, AWS KMS condition keys";
    BY_CALLER_ACCOUNT = "KMS-CON-7",
        "kms:CallerAccount is the account of the caller.",
        Documented "AWS KMS Developer Guide, AWS KMS condition keys";
    BY_CLASS = "KMS-CON-8",
        "kms:KeySpec, kms:KeyUsage and kms:KeyOrigin are those of the key, or of the key that CreateKey would make.",
        Documented "AWS KMS Developer Guide, AWS KMS condition keys";
    BY_ALIAS_AND_TAG = "KMS-CON-9",
        "kms:ResourceAliases (in IAM policies only), kms:RequestAlias and aws:ResourceTag are about the local key: what they allow does not follow to a replica without that alias or tag.",
        Documented "AWS KMS Developer Guide, ABAC for AWS KMS";
    BY_GRANT = "KMS-CON-10",
        "kms:GranteePrincipal, kms:GrantOperations and kms:GrantIsForAWSResource limit the grants that CreateGrant may make.",
        Documented "AWS KMS Developer Guide, AWS KMS condition keys";
    BY_PARAMETER = "KMS-CON-11",
        "kms:RotationPeriodInDays, kms:ScheduleKeyDeletionPendingWindowInDays, kms:BypassPolicyLockoutSafetyCheck and kms:PolicyName are parameters of the request.",
        Documented "AWS KMS Developer Guide, AWS KMS condition keys";
    BY_REQUESTED_REGION = "KMS-CON-12",
        "aws:RequestedRegion is the Region called; the CreateKey within ReplicateKey is judged by the replica's Region.",
        Assumed "that the Region called counts is documented; that the implied CreateKey has its own follows from the permission it needs";
    BY_ORIGIN_OF_THE_CALL = "KMS-CON-13",
        "aws:SourceVpce, aws:SourceIp and their like come with the caller; a key that the request has not meets negated operators only.",
        Documented "AWS KMS Developer Guide, AWS global condition keys";
    NO_MULTI_REGION_KEYS = "KMS-CON-14",
        "An organisation forbids multi-Region keys by denying CreateKey where kms:MultiRegion is true, ReplicateKey and UpdatePrimaryRegion.",
        Documented "AWS KMS Developer Guide, Controlling access to multi-Region keys";
}
