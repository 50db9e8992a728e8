//! What AWS's documents leave open, and which answer a run takes unless the scenario chooses another.

crate::facts! {
    Setting "KMS-UNV-1",
        "The error of ReplicateKey to the primary's own Region, to another partition or to a Region not enabled. Default AlreadyExistsException for the first, UnsupportedOperationException for the others.",
        Assumed "the refusals are documented, their names are not: KMS-REP-4, KMS-REP-5, KMS-REP-6";
    Setting "KMS-UNV-2",
        "The error of UpdatePrimaryRegion to a Region without a replica, to the primary's own, or on a replica. Default NotFoundException for the first, UnsupportedOperationException for the others.",
        Assumed "the refusals are documented, their names are not: KMS-UPR-2, KMS-UPR-4";
    Setting "KMS-UNV-3",
        "What rotation operations answer on a replica, and whether they look at its role before its state. Default UnsupportedOperationException, after the state.",
        Assumed "AWS says that shared properties are set on the primary: KMS-ROT-3, KMS-ROT-9, KMS-ST-39";
    Setting "KMS-UNV-5",
        "Whether a replica that is Disabled or pending deletion holds up its set's rotation. Default no; a replica that lacks imported material does.",
        Assumed "key state is a key's own, key material is shared: KMS-ROT-12";
    Setting "KMS-UNV-6",
        "The state in which CancelKeyDeletion leaves a key without its imported material. Default Disabled; the other is PendingImport.",
        Assumed "the service model says Disabled of every key: KMS-ST-12";
    Setting "KMS-UNV-7",
        "Whether ImportKeyMaterial makes a Disabled key Enabled. Default no, it stays Disabled.",
        Assumed "nothing says that an import enables a key: KMS-ST-13";
    Setting "KMS-UNV-8",
        "Whether UpdatePrimaryRegion works while the key is Updating. Default yes, by the table of key states.",
        Assumed "two pages of the AWS KMS Developer Guide disagree: KMS-ST-36";
    Setting "KMS-UNV-9",
        "What RotateKeyOnDemand answers while the set still rotates. Default ConflictException; automatic rotation waits.",
        Assumed "AWS documents the conflict with automatic rotation only: KMS-ROT-16";
    Setting "KMS-UNV-10",
        "What a client sees of a Region that is out: mode timeout, refuse or error of the fault. Default timeout.",
        Assumed "not published: KMS-OUT-20";
    Setting "KMS-UNV-11",
        "Whether each replica bears the surcharge of a rotation. Default yes.",
        Assumed "a replica is priced as a key: KMS-PRC-3";
    Setting "KMS-UNV-12",
        "How long shared properties take to the other keys of a set. Default 60 s.",
        Assumed "not published: KMS-TIM-4, KMS-EC-3";
    Setting "KMS-UNV-13",
        "The order in which one request is checked: shape, key, authorization, state, fit of the named key, usage, encryption context.",
        Assumed "AWS publishes no order; recorded pieces agree with it: KMS-ERR-20";
    Setting "KMS-UNV-14",
        "What an import of new material straight into a replica answers. Default IncorrectKeyMaterialException.",
        Assumed "the refusal is documented, its name is not: KMS-IMP-8";
    Setting "KMS-UNV-15",
        "Whether a key in PendingReplicaDeletion is billed. Default no.",
        Assumed "the price list speaks of keys scheduled for deletion: KMS-DEL-15";
    Setting "KMS-UNV-16",
        "Whether GetKeyRotationStatus answers for imported key material. Default no, as users saw it.",
        Assumed "the reports are older than rotation of imported material: KMS-ROT-17";
    Setting "KMS-UNV-17",
        "Whether a named key is matched with the ciphertext before authorization and state. Default after.",
        Assumed "AWS publishes no order: KMS-ERR-20";
    Setting "KMS-UNV-18",
        "What an operation that takes key IDs and key ARNs only answers to an alias. Default NotFoundException.",
        Assumed "the refusal is documented, its name is not: KMS-CT-18";
}
