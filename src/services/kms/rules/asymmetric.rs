//! Asymmetric and HMAC keys.

crate::rules! {
    DIGEST_AND_MESSAGE = "KMS-ASY-1",
        "Related asymmetric and HMAC keys hold the same key: sign in one Region, verify in another.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
}
