//! Imported key material.

crate::rules! {
    NO_MATERIAL_YET = "KMS-ST-2",
        "A key for imported material starts in PendingImport.",
        Documented "botocore 1.44.5 KMS service model, CreateKey";
}
