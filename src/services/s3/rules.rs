//! What the simulator holds true of it.

crate::rules! {
    THE_BUCKET_EXISTS = "SIM-S3-1",
        "The named bucket must exist in the Region that is asked."
        => NoSuchBucket,
        Documented "botocore 1.44.5 S3 service model";
}
