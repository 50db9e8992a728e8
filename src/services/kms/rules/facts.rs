//! What there is nothing to carry out for: why things are as they are.

crate::facts! {
    // Identity.
    Fact "KMS-ID-10",
        "KMS and AWS services never create, replicate or promote a multi-Region key on their own; somebody asked for every key of a set.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
    Fact "KMS-ID-11",
        "A set of related keys stays in one account and one partition.",
        Documented "botocore 1.44.5 KMS service model, ReplicateKey";
    Fact "KMS-QUO-23",
        "The 25 rotations on demand of a key's life are no adjustable quota.",
        Documented "AWS KMS Developer Guide, Resource quotas; decided by KMS-ROT-8";
    Fact "KMS-ST-18",
        "A key in a custom key store is Unavailable while the store is disconnected; multi-Region keys are in none.",
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";

    // Errors that other rules give.
    Fact "KMS-ERR-7",
        "LimitExceededException means a resource quota, a length limit or one rotation on demand too many; SDKs take it for throttling and try again." => LimitExceededException,
        Documented "AWS SDKs and Tools Reference, Retry behavior; decided by KMS-QUO-20, KMS-QUO-21, KMS-QUO-22 and KMS-ROT-8";
    Fact "KMS-ERR-8",
        "ThrottlingException means that a request quota is used up; SDKs try again." => ThrottlingException,
        Documented "AWS KMS API Reference, Common errors; decided by KMS-QUO-11";
    Fact "KMS-ERR-9",
        "IncorrectKeyException means that the key named is not the one that encrypted, nor related to it." => IncorrectKeyException,
        Documented "botocore 1.44.5 KMS service model, Decrypt; decided by KMS-CT-5";
    Fact "KMS-ERR-10",
        "InvalidCiphertextException means a damaged ciphertext or another encryption context; it comes without a message." => InvalidCiphertextException,
        Documented "botocore 1.44.5 KMS service model, Decrypt; decided by KMS-CT-8";
    Fact "KMS-ERR-14",
        "KMSInternalException, DependencyTimeoutException and KeyUnavailableException are the service's own failures, with status 500; SDKs try again.",
        Documented "AWS KMS API Reference, Common errors";

    // Multi-Region operations.
    Fact "KMS-REP-17",
        "Key material goes from one hardware security module to another, wrapped under a key agreed for the purpose; nobody can export it.",
        Documented "AWS KMS Cryptographic Details, Replicating multi-Region keys";
    Fact "KMS-UPR-9",
        "The primary role is moved to be near its administrators, or to free a Region from it. A failover needs no such move: replicas already work.",
        Documented "AWS KMS Developer Guide, Change the primary key in a set of multi-Region keys";
    Fact "KMS-DEL-15",
        "A key pending deletion costs nothing; that this holds for PendingReplicaDeletion too is inferred.",
        Assumed "the price list speaks of keys scheduled for deletion; see KMS-PRC-4";
    Fact "KMS-DEL-16",
        "CloudTrail has ScheduleKeyDeletion and CancelKeyDeletion when they are called, and DeleteKey when the key is really deleted.",
        Documented "AWS KMS Developer Guide, Logging AWS KMS API calls with AWS CloudTrail";

    // Ciphertext.
    Fact "KMS-CT-14",
        "Disabling or deleting a key takes effect with the next call to KMS: data keys in plaintext, an attached volume or a cache go on until then.",
        Documented "AWS KMS Developer Guide, How unusable KMS keys affect data keys";
    Fact "KMS-CT-16",
        "KMS never calls another Region to encrypt or decrypt for a client. To use a single-Region key from afar the client calls its Region, with that Region's latency, quota and outages.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";

    // Outages.
    Fact "KMS-OUT-0",
        "KMS is isolated by Region: the failure of one does not impair another, and nothing fails over by itself; the client must call another endpoint and key.",
        Documented "AWS KMS Developer Guide, Resilience in AWS KMS";
    Fact "KMS-OUT-12",
        "The Region that takes over carries all requests on its own, unchanged request quota.",
        Documented "AWS KMS Developer Guide, Request quotas; decided by KMS-QUO-9";
    Fact "KMS-OUT-13",
        "Data keys that an application holds in plaintext work on through an outage until the cache or the session ends.",
        Documented "AWS KMS Developer Guide, How unusable KMS keys affect data keys; decided by KMS-CACHE-4 and KMS-CT-14";
    Fact "KMS-OUT-20",
        "Nobody published what a client sees when a whole Region is out: a time-out, a refused connection or a server error, all of which SDKs retry.",
        Assumed "the scenario chooses the mode of an outage: see SIM-DOWN-1, SIM-DOWN-2 and SIM-DOWN-3";

    // Prices.
    Fact "KMS-PRC-1",
        "A customer managed key costs one dollar a month, by the hour; the primary and each replica are counted separately.",
        Documented "AWS KMS pricing page";
    Fact "KMS-PRC-2",
        "The first and the second rotation of a key add a dollar a month each, later ones nothing: three dollars a month at most.",
        Documented "AWS KMS pricing page";
    Fact "KMS-PRC-3",
        "The surcharge of a rotation falls on each key of a set.",
        Assumed "a replica is priced as a key of its own";
    Fact "KMS-PRC-4",
        "A key pending deletion costs nothing; if the deletion is cancelled it is billed as if it had never been scheduled.",
        Documented "AWS KMS pricing page";
    Fact "KMS-PRC-5",
        "A disabled key is billed. Keys that AWS manages or owns have no monthly fee.",
        Documented "AWS KMS pricing page";
    Fact "KMS-PRC-6",
        "Ten thousand requests cost 3 cents with symmetric and RSA_2048 keys, 15 cents with other asymmetric keys; data key pairs cost 10 cents (ECC) or 12 dollars (RSA).",
        Reported "AWS KMS pricing page for symmetric keys; second-hand price lists for the others";
    Fact "KMS-PRC-7",
        "20,000 requests a month are free, over all Regions together, but not asymmetric ones or data key pairs.",
        Documented "AWS KMS pricing page";
    Fact "KMS-PRC-8",
        "Requests that an AWS service makes for its customer are billed; a request for another account's key is paid by the caller.",
        Documented "AWS KMS pricing page";
    Fact "KMS-PRC-9",
        "No fee beyond the request is known for replication, synchronisation or a change of primary.",
        Assumed "no price list names one";
    Fact "KMS-PRC-10",
        "A primary with two replicas costs 3 dollars a month, 6 after one rotation, 9 after two or more.",
        Assumed "follows from KMS-PRC-1, KMS-PRC-2 and KMS-PRC-3";
}
