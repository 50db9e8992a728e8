//! What kinds of key there are: specs, usages, origins, and the algorithms of each (KMS-ID-9, KMS-ID-15).

/// An enumeration of AWS's with its names.
macro_rules! names {
    ($(#[$doc:meta])* $type:ident { $($name:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the names are AWS's own")]
        #[expect(non_camel_case_types, reason = "the names are AWS's own")]
        pub enum $type { $($name,)* }

        impl $type {
            /// Every one.
            pub const ALL: [$type; [$(stringify!($name)),*].len()] = [$($type::$name),*];

            /// AWS's name.
            pub fn name(self) -> &'static str {
                match self { $($type::$name => stringify!($name),)* }
            }

            /// The one of that name.
            pub fn named(text: &str) -> Option<$type> {
                $type::ALL.into_iter().find(|one| one.name() == text)
            }
        }
    };
}

names! {
    /// A key spec, by AWS's name.
    KeySpec {
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
        ML_KEM_512,
        ML_KEM_768,
        ML_KEM_1024,
    }
}

names! {
    /// What a key may do, by AWS's name.
    KeyUsage {
        ENCRYPT_DECRYPT,
        SIGN_VERIFY,
        GENERATE_VERIFY_MAC,
        KEY_AGREEMENT,
        ENCAPSULATE_DECAPSULATE,
    }
}

names! {
    /// Where key material comes from, by AWS's name. Custom key stores are not modelled.
    Origin {
        AWS_KMS,
        EXTERNAL,
    }
}

names! {
    /// What a key works by, by AWS's name.
    Algorithm {
        SYMMETRIC_DEFAULT,
        RSAES_OAEP_SHA_1,
        RSAES_OAEP_SHA_256,
        SM2PKE,
        RSASSA_PSS_SHA_256,
        RSASSA_PSS_SHA_384,
        RSASSA_PSS_SHA_512,
        RSASSA_PKCS1_V1_5_SHA_256,
        RSASSA_PKCS1_V1_5_SHA_384,
        RSASSA_PKCS1_V1_5_SHA_512,
        ECDSA_SHA_256,
        ECDSA_SHA_384,
        ECDSA_SHA_512,
        SM2DSA,
        ML_DSA_SHAKE_256,
        ED25519_SHA_512,
        ED25519_PH_SHA_512,
        HMAC_SHA_224,
        HMAC_SHA_256,
        HMAC_SHA_384,
        HMAC_SHA_512,
        ECDH,
        ML_KEM,
    }
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

    /// The algorithms that such a key works by; none if the spec cannot have the usage.
    pub fn algorithms(self) -> &'static [Algorithm] {
        let uses = self.spec.uses().iter();
        uses.filter(|(usage, _)| *usage == self.usage)
            .map(|(_, algorithms)| *algorithms)
            .next()
            .unwrap_or(&[])
    }
}

/// A usage with its algorithms.
pub type Use = (KeyUsage, &'static [Algorithm]);

/// Either of these on its own is what an RSA key does.
const RSA: &[Use] = {
    use Algorithm::*;
    &[
        (KeyUsage::ENCRYPT_DECRYPT, &[RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256]),
        (
            KeyUsage::SIGN_VERIFY,
            &[
                RSASSA_PKCS1_V1_5_SHA_256,
                RSASSA_PKCS1_V1_5_SHA_384,
                RSASSA_PKCS1_V1_5_SHA_512,
                RSASSA_PSS_SHA_256,
                RSASSA_PSS_SHA_384,
                RSASSA_PSS_SHA_512,
            ],
        ),
    ]
};

impl KeySpec {
    /// The usages of which a key of this spec has one, each with its algorithms (KMS-ID-15, KMS-CRE-5; botocore 1.44.5
    /// KMS service model, CreateKey; KMS Developer Guide, Key spec reference).
    pub fn uses(self) -> &'static [Use] {
        use Algorithm::*;
        use KeyUsage::*;
        match self {
            KeySpec::SYMMETRIC_DEFAULT => &[(ENCRYPT_DECRYPT, &[SYMMETRIC_DEFAULT])],
            KeySpec::RSA_2048 | KeySpec::RSA_3072 | KeySpec::RSA_4096 => RSA,
            KeySpec::ECC_NIST_P256 => &[(SIGN_VERIFY, &[ECDSA_SHA_256]), (KEY_AGREEMENT, &[ECDH])],
            KeySpec::ECC_NIST_P384 => &[(SIGN_VERIFY, &[ECDSA_SHA_384]), (KEY_AGREEMENT, &[ECDH])],
            KeySpec::ECC_NIST_P521 => &[(SIGN_VERIFY, &[ECDSA_SHA_512]), (KEY_AGREEMENT, &[ECDH])],
            KeySpec::ECC_SECG_P256K1 => &[(SIGN_VERIFY, &[ECDSA_SHA_256])],
            KeySpec::ECC_NIST_EDWARDS25519 => &[(SIGN_VERIFY, &[ED25519_SHA_512, ED25519_PH_SHA_512])],
            KeySpec::HMAC_224 => &[(GENERATE_VERIFY_MAC, &[HMAC_SHA_224])],
            KeySpec::HMAC_256 => &[(GENERATE_VERIFY_MAC, &[HMAC_SHA_256])],
            KeySpec::HMAC_384 => &[(GENERATE_VERIFY_MAC, &[HMAC_SHA_384])],
            KeySpec::HMAC_512 => &[(GENERATE_VERIFY_MAC, &[HMAC_SHA_512])],
            KeySpec::SM2 => {
                &[(ENCRYPT_DECRYPT, &[SM2PKE]), (SIGN_VERIFY, &[SM2DSA]), (KEY_AGREEMENT, &[ECDH])]
            }
            KeySpec::ML_DSA_44 | KeySpec::ML_DSA_65 | KeySpec::ML_DSA_87 => {
                &[(SIGN_VERIFY, &[ML_DSA_SHAKE_256])]
            }
            KeySpec::ML_KEM_512 | KeySpec::ML_KEM_768 | KeySpec::ML_KEM_1024 => {
                &[(ENCAPSULATE_DECAPSULATE, &[ML_KEM])]
            }
        }
    }

    /// Whether a key of this spec can have the usage.
    pub fn can(self, usage: KeyUsage) -> bool {
        self.uses().iter().any(|(one, _)| *one == usage)
    }

    /// Whether the Regions of a partition have the spec: SM2 is of China alone, ML-KEM of everywhere else (botocore
    /// 1.44.5 KMS service model, CreateKey).
    pub fn exists_in(self, partition: &str) -> bool {
        let china = partition == "aws-cn";
        match self {
            KeySpec::SM2 => china,
            KeySpec::ML_KEM_512 | KeySpec::ML_KEM_768 | KeySpec::ML_KEM_1024 => !china,
            _ => true,
        }
    }

    /// Whether GenerateDataKeyPair makes pairs of this spec (botocore 1.44.5 KMS service model, DataKeyPairSpec).
    pub fn makes_data_key_pairs(self) -> bool {
        !(self == KeySpec::SYMMETRIC_DEFAULT || self.can(KeyUsage::GENERATE_VERIFY_MAC) || self.is_ml_dsa())
    }

    /// A spec of ML-DSA key pairs.
    pub fn is_ml_dsa(self) -> bool {
        matches!(self, KeySpec::ML_DSA_44 | KeySpec::ML_DSA_65 | KeySpec::ML_DSA_87)
    }
}

impl KeyUsage {
    /// The field of metadata and GetPublicKey that lists the algorithms of a key with this usage (KMS-ID-14).
    pub fn list(self) -> &'static str {
        match self {
            KeyUsage::ENCRYPT_DECRYPT => "EncryptionAlgorithms",
            KeyUsage::SIGN_VERIFY => "SigningAlgorithms",
            KeyUsage::GENERATE_VERIFY_MAC => "MacAlgorithms",
            KeyUsage::KEY_AGREEMENT => "KeyAgreementAlgorithms",
            KeyUsage::ENCAPSULATE_DECAPSULATE => "EncapsulationAlgorithms",
        }
    }
}

impl Algorithm {
    /// Whether keys of a usage work by it.
    pub fn serves(self, usage: KeyUsage) -> bool {
        let uses = KeySpec::ALL.into_iter().flat_map(KeySpec::uses);
        uses.filter(|(one, _)| *one == usage).any(|(_, algorithms)| algorithms.contains(&self))
    }

    /// The length, in bits, of the SHA-2 digest that it is named for and begins with, if it does.
    pub fn sha2(self) -> Option<usize> {
        let sizes = [("_SHA_224", 224), ("_SHA_256", 256), ("_SHA_384", 384), ("_SHA_512", 512)];
        sizes.into_iter().find(|(suffix, _)| self.name().ends_with(suffix)).map(|(_, bits)| bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_algorithm_belongs_to_one_usage() {
        for algorithm in Algorithm::ALL {
            let usages = KeyUsage::ALL.into_iter().filter(|usage| algorithm.serves(*usage));
            assert_eq!(usages.count(), 1, "{}", algorithm.name());
        }
    }

    #[test]
    fn a_spec_lacks_the_algorithms_of_usages_that_it_cannot_have() {
        for (spec, usage) in
            KeySpec::ALL.into_iter().flat_map(|spec| KeyUsage::ALL.map(|usage| (spec, usage)))
        {
            let class = KeyClass { spec, usage, origin: Origin::AWS_KMS };
            assert_eq!(class.algorithms().is_empty(), !spec.can(usage), "{class:?}");
        }
    }
}
