//! Grants, tags and what they allow.

crate::rules! {
    GRANTS_ARE_LOCAL = "KMS-GRT-1",
        "A grant allows listed operations on one key in one Region; it is not copied to replicas.",
        Documented "AWS KMS Developer Guide, Grants in AWS KMS";
}
