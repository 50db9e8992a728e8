//! Key policies, IAM policies and their condition keys.

crate::rules! {
    ALLOWED = "KMS-POL-3",
        "In its own account a request is allowed if nothing denies it and the key policy, an IAM policy that the key policy relies on, or a grant allows it.",
        Documented "AWS KMS Developer Guide, Troubleshooting key access";
}
