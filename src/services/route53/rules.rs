//! What the simulator holds true of Route 53 and of routing controls.

crate::rules! {
    A_CHECK_TURNS_AT_ITS_THRESHOLD = "R53-1",
        "A health check is probed every 30 or 10 seconds from several Regions. It turns after 1 to 10 consecutive probes with the other result, is unhealthy when at most 18 % of the checkers find it healthy, and starts healthy; a failover record answers accordingly.",
        Documented "Route 53 Developer Guide, How Route 53 determines whether a health check is healthy";
    A_FAILOVER_TAKES_CHECK_AND_CACHES: Fact = "R53-2",
        "A failover by health check takes up to interval x threshold, then the record's TTL, then whatever clients cache: 150 s with 30 s, 3 and a TTL of 60 s; 90 s with 10 s, 3; 70 s with 10 s, 1.",
        Documented "AWS News Blog, Route 53 health check improvements; the sums are ours";
    CHANGES_ARE_POSSIBLE_AGAIN = "R53-3",
        "With accelerated recovery a public zone's records can be changed again about 60 minutes after the control plane in us-east-1 was impaired, although it still is.",
        Documented "Route 53 Developer Guide, Accelerated recovery";
    THREE_OF_FIVE_ENDPOINTS = "ARC-1",
        "A routing control is switched through any of its cluster's five Regional endpoints, data plane all of them: the caller tries them in turn, and three that work are enough."
        => EndpointTemporarilyUnavailableException,
        Documented "Application Recovery Controller Developer Guide, Best practices for routing control";
    A_PLAN_RUNS_WHERE_IT_IS_LEFT_FOR: Fact = "ARC-2",
        "A Region switch plan is carried out by a data plane in each Region, so it does not depend on the Region that is being left.",
        Documented "Application Recovery Controller Developer Guide, Region switch";
    A_BATCH_CHANGES_A_RECORD = "SIM-R53-1",
        "A change batch is one UPSERT of a record of the scenario with simple routing, whose value is one of its Regions."
        => InvalidChangeBatch,
        Assumed "the batch is cut down to what moves a client; AWS too refuses a simple record beside failover records of that name";
    A_CHANGE_PROPAGATES = "SIM-R53-2",
        "A change of a record is answered by the name servers once it has propagated, which usually takes at most 60 seconds; changes do not overtake each other.",
        Assumed "Route 53 Developer Guide names the 60 seconds; the distribution within is ours";
    A_CONTROL_IS_A_RECORD_AND_A_REGION = "SIM-ARC-1",
        "A routing control is named by its record and the Region that it switches; its state is On or Off. The record answers the first Region that is On, and the primary if none is."
        => ResourceNotFoundException,
        Assumed "ARNs are cut down to what matters; with every health check unhealthy Route 53 answers as if all were healthy";
}
