//! Rotation of key material.

crate::rules! {
    // Which keys, and where.
    SYMMETRIC_KEYS_ROTATE = "KMS-ROT-1",
        "Automatic rotation is for symmetric encryption keys whose material KMS made; it is off unless enabled."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, EnableKeyRotation";
    ROTATION_IS_SET_ON_THE_PRIMARY = "KMS-ROT-3",
        "Automatic rotation of a set is switched, and its period set, on the primary only; KMS copies the setting to the replicas."
        => UnsupportedOperationException,
        Documented "AWS KMS Developer Guide, Rotating multi-Region keys; the error's name is inferred";
    ONLY_THE_PRIMARY_ROTATES = "KMS-ROT-9",
        "RotateKeyOnDemand of a set is called on its primary."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, RotateKeyOnDemand; the error's name is inferred";
    STATUS_OF_OWN_MATERIAL_ONLY = "KMS-ROT-17",
        "GetKeyRotationStatus answers for every key whose material KMS made, asymmetric and HMAC keys included; a key with imported material is refused in every state."
        => UnsupportedOperationException,
        Reported "GitHub issues of prowler, steampipe, Ansible and Crossplane, 2017 to 2026";
    AWS_MANAGED_KEYS_ROTATE_YEARLY: Fact = "KMS-ROT-13",
        "AWS rotates its managed keys every year, and its owned keys as each service likes; nobody can configure that.",
        Documented "botocore 1.44.5 KMS service model, EnableKeyRotation";

    // The schedule.
    FIRST_ROTATION = "KMS-ROT-2",
        "The rotation period is 90 to 2560 days, 365 if none is given; the first rotation comes one period after it was enabled, however often it was enabled before."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, EnableKeyRotation";
    ENABLED_AGAIN_COUNTS_ANEW = "KMS-ROT-18",
        "EnableKeyRotation of a key that rotates already replaces its period, 365 days if none is given, and the next date counts from this call.",
        Assumed "the service model says that the period is replaced; from when it counts is inferred";
    OVERDUE_ROTATIONS_HAPPEN_ON_ENABLING = "KMS-ROT-7",
        "A Disabled key keeps its schedule but does not rotate; if a rotation is overdue when the key is enabled, it happens at once.",
        Documented "botocore 1.44.5 KMS service model, GetKeyRotationStatus";
    PENDING_KEYS_DO_NOT_ROTATE = "KMS-DEL-14",
        "A key pending deletion is not rotated and its rotation status reads false; the setting returns when the deletion is cancelled.",
        Documented "botocore 1.44.5 KMS service model, GetKeyRotationStatus";
    NO_ROTATION_WITHOUT_THE_PRIMARY = "KMS-ROT-10",
        "While its primary is Disabled or pending deletion a set begins no rotation, though its replicas are in use.",
        Assumed "rotation is the primary's, and a primary in these states does not rotate";

    // What a rotation does.
    USED_WHEN_EVERYWHERE = "KMS-ROT-4",
        "A rotation makes new key material at the primary and copies it to every replica; only when all have it does the set use it, and then every key does.",
        Documented "AWS KMS Developer Guide, Rotate AWS KMS keys";
    OLD_MATERIAL_STAYS = "KMS-ROT-5",
        "Rotation keeps every former key material for decryption; it re-encrypts nothing, and changes no data key, key ID, ARN or policy.",
        Documented "AWS KMS Developer Guide, Rotate AWS KMS keys";
    NEW_REPLICAS_GET_ALL_MATERIAL = "KMS-ROT-6",
        "A replica made after rotations has every key material.",
        Documented "AWS KMS Developer Guide, Rotating multi-Region keys";
    NEW_CIPHERTEXT_HAS_THE_NEW_MATERIAL = "KMS-ROT-20",
        "Whatever is encrypted after the switch has the current key material; what was encrypted before keeps naming its own.",
        Documented "botocore 1.44.5 KMS service model, Decrypt, KeyMaterialId";
    A_DEAD_REGION_HOLDS_UP_THE_SET = "KMS-ROT-11",
        "While one replica's Region does not answer, the whole set goes on with its old key material.",
        Assumed "follows from KMS-ROT-4";
    DISABLED_REPLICAS_GET_IT_TOO = "KMS-ROT-12",
        "A Disabled replica receives new key material and does not hold up its set.",
        Assumed "key material is a shared property, the key state is a key's own";
    ROTATIONS_ARE_LISTED = "KMS-ROT-14",
        "GetKeyRotationStatus shows period and next date while rotation is enabled, and the start of a rotation on demand while it runs; ListKeyRotations lists what is done or every key material, of which one is CURRENT.",
        Documented "botocore 1.44.5 KMS service model, GetKeyRotationStatus and ListKeyRotations";
    ROTATION_BY_ALIAS = "KMS-ROT-15",
        "A key is rotated by hand by moving its alias to a new key, Region by Region; the old key stays for decryption.",
        Documented "AWS KMS Developer Guide, Rotate keys manually";

    // On demand.
    TWENTY_FIVE_ON_DEMAND = "KMS-ROT-8",
        "A key is rotated on demand at most 25 times, with or without automatic rotation, whose schedule stays."
        => LimitExceededException,
        Documented "botocore 1.44.5 KMS service model, RotateKeyOnDemand; that the count is the set's is inferred";
    ON_DEMAND_ANSWERS_FIRST = "KMS-ROT-19",
        "RotateKeyOnDemand answers the key's ARN before the rotation is done, and leaves automatic rotation on or off.",
        Documented "botocore 1.44.5 KMS service model, RotateKeyOnDemand";
    ONE_ROTATION_AT_A_TIME = "KMS-ROT-16",
        "While a rotation on demand is not done in the whole set, no other begins on demand; an automatic one that is due waits for it."
        => ConflictException,
        Assumed "only the conflict with automatic rotation is documented";
    AUTOMATIC_ROTATION_GOES_FIRST = "KMS-ERR-13",
        "No rotation begins on demand while an automatic one is under way, or in the last 20 minutes before one."
        => ConflictException,
        Documented "botocore 1.44.5 KMS service model, ConflictException";

    // Outages.
    ROTATION_IN_AN_OUTAGE = "KMS-OUT-4",
        "While the primary's Region is down nobody can change the set's rotation; while a replica's is, the primary takes the change and the rest waits.",
        Assumed "follows from KMS-ROT-3 and KMS-ROT-11";
    DUE_IN_AN_OUTAGE = "KMS-OUT-5",
        "An automatic rotation due while the primary's Region is down happens afterwards; while a replica's is, new key material is made but not used.",
        Assumed "follows from KMS-ROT-4";

    // Departures from AWS's documented behaviour, by switch.
    ROTATION_IS_INSTANT: Switch = "KMS-SEED-15",
        "Rotation shows at once in every Region, for every type of key. In AWS new material is unused until it is everywhere, and only symmetric keys rotate.",
        Reported "popular study notes";
}
