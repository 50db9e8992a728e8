//! Asymmetric and HMAC keys.

crate::rules! {
    ALGORITHMS_OF_A_SPEC = "KMS-ID-15",
        "Each key spec has its algorithms, and each algorithm its message types: ED25519_SHA_512 and ML_DSA_SHAKE_256 take no DIGEST, ED25519_PH_SHA_512 nothing else, EXTERNAL_MU is ML-DSA's alone."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, CreateKey and Sign; the error's name is assumed";
    SOME_SPECS_ARE_REGIONAL = "SIM-ASY-1",
        "SM2 exists in China Regions only, ML-KEM in all but these."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, CreateKey; the error's name is assumed";
    RELATED_KEYS_SIGN_ALIKE = "KMS-ASY-1",
        "Related asymmetric and HMAC keys hold the same key: what one signs, tags or encrypts, any other verifies or decrypts, and all have one public key.",
        Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
    ASYMMETRIC_KEYS_NEVER_ROTATE = "KMS-ASY-2",
        "Asymmetric and HMAC keys have one key material for life: no rotation of any kind."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, RotateKeyOnDemand";
    PUBLIC_KEYS_NEED_NO_KMS: Fact = "KMS-ASY-3",
        "A downloaded public key verifies and encrypts without KMS, and so through any outage of it; signing and decryption need KMS.",
        Documented "AWS KMS Developer Guide, Asymmetric keys in AWS KMS";
    SERVICES_USE_SYMMETRIC_KEYS: Fact = "KMS-ASY-4",
        "AWS services that encrypt with KMS use symmetric encryption keys, and no others.",
        Documented "botocore 1.44.5 KMS service model, CreateKey";
    SIGNATURES_ARE_VERIFIED = "KMS-ASY-5",
        "Verify takes what this key or a related one signed, by the same algorithm; a message and its digest count as the same."
        => KMSInvalidSignatureException,
        Documented "botocore 1.44.5 KMS service model, Sign and Verify";
    DIGESTS_HAVE_A_LENGTH = "KMS-ASY-5a",
        "A digest must be as long as those of the signing algorithm."
        => ValidationException,
        Reported "responses recorded from AWS KMS by the LocalStack project";
    MACS_ARE_VERIFIED = "KMS-ASY-6",
        "VerifyMac takes the tag that this key and every related one makes of the message, and no other."
        => KMSInvalidMacException,
        Documented "botocore 1.44.5 KMS service model, GenerateMac and VerifyMac";
    ONLY_KEY_PAIRS_HAVE_A_PUBLIC_KEY = "KMS-ASY-7",
        "GetPublicKey is for asymmetric keys; the answers of signing operations name the local key's ARN."
        => UnsupportedOperationException,
        Documented "botocore 1.44.5 KMS service model, GetPublicKey";
    PUBLIC_KEYS_STAY_VISIBLE = "KMS-ST-35",
        "GetPublicKey works while the key is Disabled; until 2023 the table of key states said otherwise.",
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    NO_CONTEXT_WITHOUT_SYMMETRY = "SIM-ASY-2",
        "Asymmetric encryption has no encryption context."
        => ValidationException,
        Documented "botocore 1.44.5 KMS service model, Encrypt; the error's name is assumed";
    DATA_KEY_PAIRS = "KMS-CT-15",
        "A symmetric encryption key, also a multi-Region one, wraps the private key of a data key pair as it does a data key; asymmetric keys and keys in custom key stores wrap none.",
        Documented "AWS KMS Developer Guide, Key states of AWS KMS keys";
    ENCAPSULATION_HAS_NO_STATES_OF_ITS_OWN: Fact = "KMS-ST-38",
        "The table of key states has no row for Encapsulate and Decapsulate; here they are allowed and refused as DeriveSharedSecret is.",
        Assumed "the service model gives the three operations the same errors about the key's state";
    DECAPSULATION_REJECTS_SILENTLY = "SIM-ASY-3",
        "Decapsulate refuses an encapsulated secret of another key spec's length; of any other altered or foreign one it makes a secret that nobody shares."
        => InvalidCiphertextException,
        Documented "AWS KMS API Reference, Decapsulate";
    USAGE_ERRORS: Fact = "KMS-ERR-11",
        "InvalidKeyUsageException: the operation is not for keys of this usage, or the key spec lacks the algorithm. Decided by KMS-CT-11.",
        Documented "botocore 1.44.5 KMS service model, InvalidKeyUsageException";
    A_NEGATIVE_ANSWER_IS_AN_ERROR: Fact = "KMS-ERR-17",
        "Verify and VerifyMac answer true or fail; they never answer false. Decided by KMS-ASY-5 and KMS-ASY-6.",
        Documented "botocore 1.44.5 KMS service model, Verify and VerifyMac";
}
