//! What the simulator holds true of it.

crate::rules! {
    THE_SNAPSHOT_EXISTS = "SIM-SNP-1",
        "The named snapshot must exist in the Region that is asked."
        => SnapshotNotFound,
        Documented "botocore 1.44.5 EC2 service model";
}
