//! Imported key material.

crate::rules! {
    IMPORTED_MATERIAL_ROTATES_ON_DEMAND = "KMS-IMP-15",
        "Imported key material is never rotated automatically."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, EnableKeyRotation";
    NO_MATERIAL_YET = "KMS-ST-2",
        "A key for imported material starts in PendingImport.",
        Documented "botocore 1.44.5 KMS service model, CreateKey";
}
