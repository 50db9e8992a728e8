//! Asymmetric and HMAC keys.

crate::rules! {
    ASYMMETRIC_KEYS_NEVER_ROTATE = "KMS-ASY-2",
        "Asymmetric and HMAC keys have one key material for life: no rotation of any kind."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, RotateKeyOnDemand";
    ONLY_KEY_PAIRS_HAVE_A_PUBLIC_KEY = "KMS-ASY-7",
        "GetPublicKey is for asymmetric keys; the answers of signing operations name the local key's ARN."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, GetPublicKey";
    DIGEST_AND_MESSAGE = "KMS-ASY-1",
        "Related asymmetric and HMAC keys hold the same key: sign in one Region, verify in another.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
}
