//! Designs of encryption over several Regions, as they fare when the home Region is down.

crate::facts! {
    Strategy "KMS-STR-1",
        "A single-Region key at home, which clients of the DR Region call from afar: slow in good times, and nothing is readable while home is down.",
        Reported "decided by KMS-CT-6, KMS-CT-16, KMS-OUT-11";
    Strategy "KMS-STR-2",
        "A multi-keyring over an unrelated key in each Region: reads survive, but each write needs KMS in both Regions and stops with either.",
        Documented "decided by KMS-ESDK-7";
    Strategy "KMS-STR-3",
        "A multi-Region key with an MRK-aware keyring in each Region: writes and reads need the local KMS only; the weakest key policy of the set protects all.",
        Documented "decided by KMS-CT-3, KMS-ESDK-3, KMS-POL-14";
    Strategy "KMS-STR-4",
        "A multi-Region key and readers with a discovery keyring: they read anywhere and encrypt nowhere, and need a filter against foreign keys.",
        Documented "decided by KMS-ESDK-5";
    Strategy "KMS-STR-5",
        "A multi-Region key with a plain keyring: a silent mistake, for the DR Region cannot read what home wrote.",
        Documented "decided by KMS-ESDK-8";
    Strategy "KMS-STR-6",
        "Encryption by the service with a key of its own in each Region: what was copied is readable while the local key is healthy.",
        Documented "decided by KMS-SVC-1, KMS-SVC-12, KMS-DDB-1, KMS-AUR-1";
    Strategy "KMS-STR-7",
        "Re-encryption while copying: both Regions are needed during the copy, and what was not copied yet is missing.",
        Documented "decided by KMS-CT-10";
    Strategy "KMS-STR-8",
        "Any of these with cached data keys: fewer calls, and what is cached outlives KMS; a revoked permission is noticed later.",
        Documented "decided by KMS-CACHE-1, KMS-CACHE-4, KMS-CACHE-5";
    Strategy "KMS-STR-9",
        "A replica key that is made only when disaster strikes: it cannot be made then, because that needs the primary's Region.",
        Assumed "decided by KMS-OUT-3, which follows from what ReplicateKey needs";
    Strategy "KMS-STR-10",
        "Imported key material kept outside AWS and imported in each Region: each Region has its own expiry, and a deleted symmetric set cannot be made anew because ciphertext is bound to the key ID.",
        Documented "decided by KMS-IMP-1, KMS-IMP-5, KMS-IMP-17, KMS-DEL-12";
}
