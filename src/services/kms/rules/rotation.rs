//! Rotation of key material.

crate::rules! {
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
    FIRST_ROTATION = "KMS-ROT-2",
        "The rotation period is 90 to 2560 days, 365 if none is given; the first rotation comes one period after it was enabled.",
        Documented "botocore 1.44.5 KMS service model, EnableKeyRotation";
}
