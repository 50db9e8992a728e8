//! Rotation of key material.

crate::rules! {
    FIRST_ROTATION = "KMS-ROT-2",
        "The rotation period is 90 to 2560 days, 365 if none is given; the first rotation comes one period after it was enabled.",
        Documented "botocore 1.44.5 KMS service model, EnableKeyRotation";
}
