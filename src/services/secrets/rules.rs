//! What the simulator holds true of it.

crate::rules! {
    THE_SECRET_EXISTS = "SEC-1a",
        "The named secret must exist in the Region that is asked."
        => ResourceNotFoundException,
        Documented "botocore 1.44.5 Secrets Manager service model";
}
