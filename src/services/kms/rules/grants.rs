//! Grants, tags and what they allow.

crate::rules! {
    GRANTS_ARE_LOCAL = "KMS-GRT-1",
        "A grant allows, and never denies, listed operations on one key in one Region; a related key knows nothing of it."
        => NotFoundException,
        Documented "AWS KMS Developer Guide, Grants in AWS KMS; the error for an unknown grant is assumed";
    GRANTABLE_OPERATIONS = "KMS-GRT-2",
        "A grant can allow cryptography, GetPublicKey, DescribeKey, CreateGrant and RetireGrant, and nothing else: not ReplicateKey, UpdatePrimaryRegion or deletion."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, GrantOperation";
    GRANTS_HOLD_LATER = "KMS-GRT-3",
        "A grant holds a while after CreateGrant, usually within five minutes; for a request that brings its token it holds at once.",
        Documented "botocore 1.44.5 KMS service model, CreateGrant";
    CONSTRAINTS = "KMS-GRT-4",
        "A constraint lets a grant of a symmetric encryption key allow cryptography only with exactly these pairs of encryption context, or with at least these; names are compared without case, values with it; DescribeKey and RetireGrant are not bound; a grant made under it is at least as strict."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, GrantConstraints and CreateGrant";
    GRANTS_END_LATER = "KMS-GRT-5",
        "A grant that is retired or revoked goes from the list at once and allows for a while yet, usually less than five minutes.",
        Documented "botocore 1.44.5 KMS service model, RevokeGrant; that its token ends with it is assumed";
    SERVICES_WORK_BY_GRANTS: Fact = "KMS-GRT-6",
        "AWS services use a key through a grant made when the resource was created: it outlives the permissions of whoever made it, and ends by revocation or with the key's usability.",
        Documented "AWS KMS Developer Guide, Grants in AWS KMS";
    NAMED_GRANTS_ARE_MADE_ONCE = "KMS-GRT-7",
        "CreateGrant with a name and the very parameters of an existing grant answers that grant's ID and another token; without a name each call makes a new grant. A name belongs to its key.",
        Documented "botocore 1.44.5 KMS service model, CreateGrant";
    POSSIBLE_OPERATIONS = "KMS-GRT-8",
        "Each operation of a grant must be possible with the key."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, CreateGrant";
    WHO_RETIRES = "KMS-GRT-9",
        "RetireGrant names a grant by token, or by key and grant ID. It is for the retiring principal, for a grantee whose grant allows RetireGrant, and for whom the key's account allows it by IAM; RevokeGrant is for whom the key's policies allow it."
        => AccessDeniedException,
        Documented "botocore 1.44.5 KMS service model, RetireGrant and RevokeGrant";
    WHAT_LIST_GRANTS_SHOWS = "KMS-GRT-10",
        "ListGrants shows the grants of one key in one Region, with key ARN, ID, grantee, retiring principal, operations, constraint and name; ListRetirableGrants those of a retiring principal in the Region.",
        Documented "botocore 1.44.5 KMS service model, ListGrants and ListRetirableGrants";
    FIFTY_THOUSAND_GRANTS = "KMS-QUO-22",
        "A key has at most 50,000 grants."
        => LimitExceededException,
        Documented "AWS KMS Developer Guide, Resource quotas; that a grant counts until it allows nothing is assumed";
    GRANT_TOKENS = "SIM-GRANT-1",
        "A grant token is one that CreateGrant answered; to retire by it, its grant must be there."
        => InvalidGrantTokenException,
        Documented "botocore 1.44.5 KMS service model, InvalidGrantTokenException; that tokens are read before anything else is assumed";
    GRANT_IDS = "SIM-GRANT-2",
        "A grant ID has 64 hexadecimal digits."
        => InvalidGrantIdException,
        Assumed "the documented examples look so; what is refused how is not recorded";
    PRINCIPALS_BY_ARN = "SIM-GRANT-3",
        "Grantee and retiring principal are named by the ARN of a user, a role or a session."
        => InvalidArnException,
        Assumed "ARNs are documented; that no check is made whether such a principal exists is a simplification";

    // Tags, and tags and aliases in policies.
    POLICIES_FOLLOW_LATER = "KMS-EC-2",
        "Lists and identifiers show a new tag or alias at once; policies go by the change only later, within five minutes. A key goes by the tags it was made with from the beginning.",
        Documented "AWS KMS Developer Guide, ABAC for AWS KMS; tags given at creation by our choice";
    TAG_LIMITS = "SIM-TAG-1",
        "A key has at most 50 tags, each with a key of its own; tag keys that begin with aws: are AWS's."
        => TagException,
        Reported "LocalStack's validation of KMS tags; botocore 1.44.5 KMS service model, TagException";
    LISTS_COME_IN_PAGES = "SIM-LIST-1",
        "A list comes in pages of at most Limit entries; NextMarker of a truncated answer is the Marker of the next request, and nothing else is."
        => InvalidMarkerException,
        Documented "botocore 1.44.5 KMS service model, the list operations";
    LAST_USE_IS_PER_KEY = "KMS-LOG-14",
        "GetKeyLastUsage tells the last successful cryptographic operation of one key, not of its set; ReEncrypt counts for both its keys. Only calls of the event plan count here, not the traffic of clients.",
        Documented "botocore 1.44.5 KMS service model, GetKeyLastUsage; that client traffic is not counted is a limit of this simulator";
}
