//! Request quotas, resource quotas, and what takes time to be seen.

crate::rules! {
    KEYS_PER_REGION = "KMS-QUO-20",
        "An account has at most 100,000 customer managed keys in a Region, whatever their state.",
        Documented "AWS KMS Developer Guide, Resource quotas";
}
