//! What the simulator holds true of Amazon EC2 Auto Scaling.

crate::rules! {
    THE_GROUP_EXISTS = "SIM-ASG-1",
        "A client's instances in a Region are an Auto Scaling group of the client's name."
        => ValidationError,
        Assumed "a group of one name in each Region, as infrastructure as code makes it; how many instances are ready at the start is the client's `standby`";
    DESIRED_CAPACITY_IS_BOUNDED = "SIM-ASG-2",
        "A desired capacity is a whole number up to the client's `instances`, which is each group's maximum size."
        => ValidationError,
        Assumed "SetDesiredCapacity refuses more than the group's maximum; that this is the client's `instances` is ours";
    CAPACITY_IS_LAUNCHED = "SIM-ASG-3",
        "SetDesiredCapacity answers at once; instances are launched, and are ready a while later. Instances beyond the desired capacity stop at once.",
        Assumed "Amazon EC2 Auto Scaling API Reference, SetDesiredCapacity; how long a launch takes is the application's affair";
    LAUNCHES_NEED_CAPACITY = "SIM-ASG-4",
        "Where capacity is insufficient a launch fails, and Auto Scaling tries it again a while later."
        => InsufficientInstanceCapacity,
        Assumed "Amazon EC2 User Guide, Troubleshoot instance launch issues: one is to wait and try again; the pause is ours";
}
