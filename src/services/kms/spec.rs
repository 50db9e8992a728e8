//! What kinds of key there are: specs, usages, origins, and the algorithms of each (KMS-ID-9, KMS-ID-15).

/// A key spec, by AWS's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are AWS's own")]
#[expect(non_camel_case_types, reason = "the names are AWS's own")]
pub enum KeySpec {
    SYMMETRIC_DEFAULT,
    RSA_2048,
    RSA_3072,
    RSA_4096,
    ECC_NIST_P256,
    ECC_NIST_P384,
    ECC_NIST_P521,
    ECC_SECG_P256K1,
    ECC_NIST_EDWARDS25519,
    HMAC_224,
    HMAC_256,
    HMAC_384,
    HMAC_512,
    SM2,
    ML_DSA_44,
    ML_DSA_65,
    ML_DSA_87,
}

/// What a key may do, by AWS's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are AWS's own")]
#[expect(non_camel_case_types, reason = "the names are AWS's own")]
pub enum KeyUsage {
    ENCRYPT_DECRYPT,
    SIGN_VERIFY,
    GENERATE_VERIFY_MAC,
    KEY_AGREEMENT,
}

/// Where key material comes from, by AWS's name. Custom key stores are not modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are AWS's own")]
#[expect(non_camel_case_types, reason = "the names are AWS's own")]
pub enum Origin {
    AWS_KMS,
    EXTERNAL,
}

/// The class of a key: shared by related keys and fixed at creation (KMS-ID-20).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyClass {
    /// Its spec.
    pub spec: KeySpec,
    /// Its usage.
    pub usage: KeyUsage,
    /// Where its material comes from.
    pub origin: Origin,
}

impl Default for KeyClass {
    /// What CreateKey makes unless told otherwise (KMS-CRE-4).
    fn default() -> Self {
        KeyClass {
            spec: KeySpec::SYMMETRIC_DEFAULT,
            usage: KeyUsage::ENCRYPT_DECRYPT,
            origin: Origin::AWS_KMS,
        }
    }
}

impl KeyClass {
    /// A symmetric encryption key.
    pub fn is_symmetric(self) -> bool {
        self.spec == KeySpec::SYMMETRIC_DEFAULT
    }

    /// A key with imported material.
    pub fn is_external(self) -> bool {
        self.origin == Origin::EXTERNAL
    }
}

impl KeySpec {
    /// Every spec.
    pub const ALL: [KeySpec; 17] = [
        KeySpec::SYMMETRIC_DEFAULT,
        KeySpec::RSA_2048,
        KeySpec::RSA_3072,
        KeySpec::RSA_4096,
        KeySpec::ECC_NIST_P256,
        KeySpec::ECC_NIST_P384,
        KeySpec::ECC_NIST_P521,
        KeySpec::ECC_SECG_P256K1,
        KeySpec::ECC_NIST_EDWARDS25519,
        KeySpec::HMAC_224,
        KeySpec::HMAC_256,
        KeySpec::HMAC_384,
        KeySpec::HMAC_512,
        KeySpec::SM2,
        KeySpec::ML_DSA_44,
        KeySpec::ML_DSA_65,
        KeySpec::ML_DSA_87,
    ];

    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            KeySpec::SYMMETRIC_DEFAULT => "SYMMETRIC_DEFAULT",
            KeySpec::RSA_2048 => "RSA_2048",
            KeySpec::RSA_3072 => "RSA_3072",
            KeySpec::RSA_4096 => "RSA_4096",
            KeySpec::ECC_NIST_P256 => "ECC_NIST_P256",
            KeySpec::ECC_NIST_P384 => "ECC_NIST_P384",
            KeySpec::ECC_NIST_P521 => "ECC_NIST_P521",
            KeySpec::ECC_SECG_P256K1 => "ECC_SECG_P256K1",
            KeySpec::ECC_NIST_EDWARDS25519 => "ECC_NIST_EDWARDS25519",
            KeySpec::HMAC_224 => "HMAC_224",
            KeySpec::HMAC_256 => "HMAC_256",
            KeySpec::HMAC_384 => "HMAC_384",
            KeySpec::HMAC_512 => "HMAC_512",
            KeySpec::SM2 => "SM2",
            KeySpec::ML_DSA_44 => "ML_DSA_44",
            KeySpec::ML_DSA_65 => "ML_DSA_65",
            KeySpec::ML_DSA_87 => "ML_DSA_87",
        }
    }
}

impl KeyUsage {
    /// Every usage.
    pub const ALL: [KeyUsage; 4] = [
        KeyUsage::ENCRYPT_DECRYPT,
        KeyUsage::SIGN_VERIFY,
        KeyUsage::GENERATE_VERIFY_MAC,
        KeyUsage::KEY_AGREEMENT,
    ];

    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            KeyUsage::ENCRYPT_DECRYPT => "ENCRYPT_DECRYPT",
            KeyUsage::SIGN_VERIFY => "SIGN_VERIFY",
            KeyUsage::GENERATE_VERIFY_MAC => "GENERATE_VERIFY_MAC",
            KeyUsage::KEY_AGREEMENT => "KEY_AGREEMENT",
        }
    }
}

impl Origin {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            Origin::AWS_KMS => "AWS_KMS",
            Origin::EXTERNAL => "EXTERNAL",
        }
    }
}
