//! What the simulator holds true of Regions, planes, networks and prices.

crate::rules! {
    MADE_BEFOREHAND = "CP-2",
        "Replica keys, replicas, buckets and capacity exist before they are needed. Decrypting in the other Region takes its replica key and no UpdatePrimaryRegion.",
        Documented "AWS whitepaper AWS Fault Isolation Boundaries, Static stability";
    REGIONAL_STS: Fact = "CP-5",
        "Older SDKs call the Security Token Service in us-east-1 unless they are told to take the Region's own endpoint.",
        Documented "AWS whitepaper AWS Fault Isolation Boundaries, Global services";
    STRATEGIES_BY_COST: Fact = "DR-1",
        "Backup and restore, pilot light, warm standby, hot standby, multi-site active/active: in this order cost and complexity rise while RPO and RTO fall, from hours to near zero. AWS publishes no percentages.",
        Documented "Reliability Pillar, REL13-BP02; whitepaper Disaster Recovery of Workloads on AWS";
    FAILOVER_IS_A_DECISION: Fact = "DR-4",
        "A failover that nobody needed costs availability and data: people pull the trigger, machines take the steps.",
        Documented "AWS whitepaper Disaster Recovery of Workloads on AWS";
    ROUND_TRIPS_ARE_MEASURED: Fact = "NET-1",
        "Round trips between 32 Regions are one-year medians of TCP connects, both directions averaged, less what the same measurement shows within a Region; within one, 0.8 ms.",
        Reported "cloudping.co, captured 2025-05-29";
    PROBES_AGREE: Fact = "NET-2",
        "Against ICMP of June 2020 the 14 pairs below 25 ms are off by 0.40 ms in the median; all 171 shared pairs by 5.8 ms, since routes moved meanwhile.",
        Reported "fantoch, latency_aws/2020_06_05";
    NOT_FASTER_THAN_LIGHT: Fact = "NET-3",
        "Every pair takes longer than light in fibre along the great circle: 1.12 times at least, 1.74 in the median, 6.88 at most.",
        Assumed "our calculation with a refractive index of 1.468";
    RELAYING_CAN_WIN: Fact = "NET-4",
        "Of 496 pairs 82 are more than 5 % longer than some way over a third Region.",
        Reported "cloudping.co, captured 2025-05-29; our count";
    HALF_A_ROUND_TRIP: Fact = "NET-5",
        "One way is half of the round trip: nothing finer is measured, and both directions agree within 0.02 ms.",
        Reported "fantoch, latency_aws/2020_06_05";
    THE_BACKBONE_IS_STEADY: Fact = "NET-6",
        "Over an hour a pair's mean is 0.064 ms above its minimum in the median and 1.1 ms at the 90th percentile; the worst probe 1.2 and 8.0 ms. Some 6 % of pairs have two paths, 2 to 5 ms apart.",
        Reported "fantoch, latency_aws/2020_06_05";
    JITTER_IS_LOGNORMAL: Fact = "NET-7",
        "A link delays by half of the round trip and a lognormal jitter of median 0.03 ms and sigma 0.9.",
        Assumed "our fit to the probes of NET-6; the second path of few pairs is left out";
    LOSS_IS_RARE: Fact = "NET-8",
        "Paths within a cloud lose an order of magnitude less than the Internet's at the tail; no figure for pairs of AWS Regions is published. The default is none; AWS FIS drops 7 % unless told otherwise.",
        Reported "Haq, Raja and Dogar, Tufts TR-2016-01; AWS FIS User Guide, Actions reference";
    WITHIN_A_REGION: Fact = "NET-9",
        "Name lookup and connect to the Region's own DynamoDB endpoint take 1.2 to 8.2 ms, in the median of 32 Regions 2.96; a ping between Availability Zones about 0.8 ms.",
        Reported "cloudping.co, 2025-05-29; L. Liesis, 2022; FlashGrid, 2023";
    NO_PERCENTILES: Fact = "LAT-1",
        "AWS publishes no percentiles of KMS or Aurora, and single-digit milliseconds for DynamoDB: whatever is finer here is an assumption, and is listed as one.",
        Documented "USENIX ATC 2022, Amazon DynamoDB";
    DECRYPT_AS_SEEN: Fact = "LAT-2",
        "One user saw 19 warm Decrypt calls take 23 to 55 ms, 27.7 in the median, with the network; the first, with its TLS handshake, 80. Others report 300 ms in a cold function, and rarely more than 5 s.",
        Reported "aws-encryption-sdk-python issue 430; aws-encryption-sdk-javascript issue 371; aws-encryption-provider PR 31";
    LOGNORMAL_WILL_DO: Fact = "LAT-3",
        "Lognormal laws usually suffice for network and service times, the evidence for Pareto tails is mixed, and production stores were fitted with mixtures: all of them can be stated.",
        Reported "Downey, Computer Communications 2005; Bailis et al., PBS, VLDBJ 2014";
    PRODUCTION_STORES: Fact = "LAT-4",
        "PBS fits one way of LinkedIn's SSD store by 91 % Pareto(0.235 ms, 10) and 9 % exponential with rate 1.66; its disk store and Yammer's have far heavier tails.",
        Reported "Bailis et al., PBS, VLDBJ 2014, read in a re-implementation";
    LAGS_ARE_OURS: Fact = "LAT-5",
        "Replication takes half of a round trip and lognormal(500 ms, 0.35) for global tables, lognormal(300 ms, 0.5) for Aurora; lognormal(10 s, 1.45) for S3, whose p99.9 keeps within 900 s.",
        Assumed "our choice within the bounds that AWS publishes";
    HANDSHAKES_COUNT: Fact = "LAT-6",
        "A new TLS 1.3 connection costs two round trips before the request and TLS 1.2 three, so a cold call to another Region takes three times a warm one.",
        Documented "RFC 8446 and RFC 5246";
    REPLICATED_WRITES: Fact = "PRC-1",
        "A global table charges one write unit for each replica and KB at the price of a plain write since November 2024 ($0.625 a million on demand); a witness is free.",
        Documented "DynamoDB Developer Guide, Understanding billing for global tables; DynamoDB pricing, us-east-1";
    TRANSFER_OF_TABLES: Fact = "PRC-2",
        "The newest guide says that transfer between a global table's Regions is not charged; older editions said that it is.",
        Documented "DynamoDB Developer Guide, Understanding billing for global tables";
    A_KEY_A_MONTH: Fact = "PRC-3",
        "KMS charges $1 a month for each primary and each replica key, by the hour, as much for a retained rotation, nothing while a deletion is pending, and $0.03 for 10,000 requests after 20,000.",
        Documented "AWS KMS pricing";
    A_SECONDARY_CLUSTER: Fact = "PRC-4",
        "Aurora charges $0.20 a million replicated write I/Os, and in each secondary Region instances, storage and I/O; a headless one saves the instances.",
        Documented "Aurora pricing; AWS Solutions guidance";
    TRANSFER_BETWEEN_REGIONS: Fact = "PRC-5",
        "Transfer between Regions typically costs $0.02 a GB, between us-east-1 and us-east-2 $0.01; sources differ on other pairs.",
        Reported "third-party price lists, 2026";
    TIMED_COPIES: Fact = "PRC-6",
        "A copy of an EBS snapshot with a completion time costs $0.020 a GiB for 15 minutes, down to $0.005 for 16 hours and more.",
        Documented "EBS User Guide, Time-based copies";
}
