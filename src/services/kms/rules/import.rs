//! Imported key material.

crate::rules! {
    // From CreateKey to the first import.
    IMPORTED_MATERIAL_ROTATES_ON_DEMAND = "KMS-IMP-15",
        "Imported key material is never rotated automatically."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, EnableKeyRotation";
    NO_MATERIAL_YET = "KMS-ST-2",
        "A key for imported material starts in PendingImport.",
        Documented "botocore 1.44.5 KMS service model, CreateKey";
    IMPORT_BEFORE_REPLICATION = "KMS-ST-37",
        "A primary without its imported material is not replicated: import first."
        => KMSInvalidStateException,
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    IMPORT_REGION_BY_REGION = "KMS-IMP-1",
        "Imported material goes into the primary, then the key is replicated, then the same bytes go into each replica with that replica's own parameters.",
        Documented "AWS KMS Developer Guide, Importing key material into multi-Region keys";
    A_REPLICA_HAS_NO_MATERIAL = "KMS-IMP-2",
        "A new replica of a key with imported material has none: after Creating it is PendingImport.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey";

    // The token and the bytes.
    THE_TOKEN_IS_THIS_KEYS = "KMS-IMP-3",
        "An import token comes from GetParametersForImport of the very key; any other's, a related key's too, is refused."
        => InvalidImportTokenException,
        Documented "botocore 1.44.5 KMS service model, ImportKeyMaterial";
    A_TOKEN_LASTS_A_DAY = "KMS-ERR-16",
        "An import token is valid for 24 hours."
        => ExpiredImportTokenException,
        Documented "botocore 1.44.5 KMS service model, GetParametersForImport";
    MATERIAL_AS_EXPECTED = "KMS-ERR-12",
        "Imported bytes must be what the key can have: 32 of them for a symmetric key."
        => IncorrectKeyMaterialException,
        Documented "botocore 1.44.5 KMS service model, IncorrectKeyMaterialException";
    THE_SAME_BYTES_EVERYWHERE = "KMS-IMP-4",
        "A replica takes only bytes that the primary was given."
        => IncorrectKeyMaterialException,
        Documented "botocore 1.44.5 KMS service model, ImportKeyMaterial";
    NEW_MATERIAL_AT_THE_PRIMARY = "KMS-IMP-8",
        "New key material is imported into the primary first, never straight into a replica."
        => IncorrectKeyMaterialException,
        Documented "botocore 1.44.5 KMS service model, ImportKeyMaterial; the error's name is inferred";
    NEW_IS_NEW = "KMS-IMP-19",
        "Existing key material must be one that the key had, and new key material one that it had not."
        => IncorrectKeyMaterialException,
        Documented "botocore 1.44.5 KMS service model, IncorrectKeyMaterialException";
    ONE_MATERIAL_FOR_LIFE = "KMS-IMP-14",
        "An asymmetric or HMAC key has one imported material for life; only the same can be imported again."
        => IncorrectKeyMaterialException,
        Documented "botocore 1.44.5 KMS service model, ImportKeyMaterial";
    NEW_THEN_EXISTING = "KMS-IMP-13",
        "ImportType is for symmetric keys: NEW_KEY_MATERIAL by default for the first import of a set, EXISTING_KEY_MATERIAL from then on, a replica's first included; KeyMaterialId goes with existing material only."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, ImportKeyMaterial; the default in a replica is inferred";
    EXPIRY_IS_EACH_KEYS = "KMS-IMP-5",
        "Expiry is set for each key: KEY_MATERIAL_EXPIRES, the default, with a date within 365 days, or KEY_MATERIAL_DOES_NOT_EXPIRE."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, ImportKeyMaterial";
    COMPLETE_MATERIAL_ENABLES = "KMS-ST-13",
        "The import that completes the material of a PendingImport key makes it Enabled; a Disabled key stays Disabled.",
        Documented "botocore 1.44.5 KMS service model, ImportKeyMaterial; what a Disabled key becomes is assumed";
    IMPORT_RESPONSES = "KMS-IMP-20",
        "The answers name the key's ARN and, for symmetric keys, the key material ID, which follows from key ID and bytes: related keys share it, unrelated keys do not.",
        Reported "responses recorded from AWS KMS by the LocalStack project";
    SAME_BYTES_OTHER_KEY = "KMS-IMP-17",
        "The same bytes in two unrelated symmetric keys do not make their ciphertext interchangeable: it names its key."
        => IncorrectKeyException,
        Documented "AWS KMS Developer Guide, Importing key material for AWS KMS keys";

    // Rotation.
    IMPORT_THEN_ROTATE = "KMS-IMP-7",
        "New key material is imported at the primary, then in every replica, and used everywhere once RotateKeyOnDemand is called at the primary.",
        Documented "botocore 1.44.5 KMS service model, ImportKeyMaterial and RotationsListEntry";
    MULTI_REGION_IMPORTS_ROTATE: Fact = "KMS-IMP-16",
        "One parameter of RotateKeyOnDemand is still described as if multi-Region keys with imported material could not rotate; every other text describes how they do.",
        Documented "botocore 1.44.5 KMS service model, RotateKeyOnDemand and ImportKeyMaterial";
    NEW_MATERIAL_WAITS = "KMS-IMP-21",
        "New key material in a key that has a current one changes neither the current one nor the key state before the rotation.",
        Reported "responses recorded from AWS KMS by the LocalStack project";
    ONE_MATERIAL_WAITS = "KMS-IMP-9",
        "One new key material can wait for rotation at a time."
        => KMSInvalidStateException,
        Reported "responses recorded from AWS KMS by the LocalStack project";
    MATERIAL_TO_ROTATE_TO = "KMS-IMP-10",
        "RotateKeyOnDemand of a key with imported material needs new material in the primary and in every replica."
        => KMSInvalidStateException,
        Reported "responses recorded from AWS KMS by the LocalStack project";
    NEW_REPLICAS_ARE_WAITED_FOR = "KMS-IMP-18",
        "A replica made while new key material waits must receive it too before the rotation.",
        Assumed "rotation needs the material in every replica";

    // Expiry and deletion.
    MISSING_MATERIAL_STOPS_ONE_KEY = "KMS-IMP-6",
        "A key that lacks any material associated with it, never imported, expired or deleted, is PendingImport and refuses; related keys go on, and the same bytes mend it."
        => KMSInvalidStateException,
        Documented "AWS KMS Developer Guide, Importing key material for AWS KMS keys";
    WITHOUT_MATERIAL_PENDING_IMPORT = "KMS-ST-14",
        "An Enabled or Disabled key whose associated material is deleted or expires is PendingImport.",
        Documented "botocore 1.44.5 KMS service model, DeleteImportedKeyMaterial";
    DOOMED_KEYS_STAY_DOOMED = "KMS-ST-15",
        "Deleting the imported material of a key pending deletion leaves it pending deletion.",
        Documented "botocore 1.44.5 KMS service model, DeleteImportedKeyMaterial";
    PENDING_MATERIAL_GOES_QUIETLY = "KMS-IMP-11",
        "Deleting key material that waits for rotation changes no state; deleted at the primary it goes from every replica, deleted in a replica from that one.",
        Documented "botocore 1.44.5 KMS service model, DeleteImportedKeyMaterial";
    THE_CURRENT_MATERIAL_GOES = "KMS-IMP-12",
        "DeleteImportedKeyMaterial deletes the current key material unless another of the key's is named."
        => NotFoundException,
        Documented "botocore 1.44.5 KMS service model, DeleteImportedKeyMaterial; the error for an unknown ID is assumed";
}
