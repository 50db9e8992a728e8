//! Every key spec in every usage against every algorithm that exists (KMS-ID-15, KMS-CT-11).

use super::world::{World, immediate};
use mrksim::services::Refusal;
use mrksim::services::kms::{Algorithm, KeySpec, KeyUsage, Wrapping};
use mrksim::world::RegionId;
use serde_json::Value;
use std::collections::BTreeMap;

/// Uses a key by an algorithm: with the operation for keys of the usage.
fn work(
    world: &mut World,
    at: RegionId,
    (key, usage): (&str, KeyUsage),
    algorithm: Algorithm,
) -> Result<Value, Refusal> {
    let (key, name) = (("KeyId", key), algorithm.name());
    let digest = "CwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCwsLCw==";
    let hello = ("Message", "aGVsbG8=");
    match usage {
        KeyUsage::ENCRYPT_DECRYPT => {
            world.ask("Encrypt", &[key, ("Plaintext", "aGVsbG8="), ("EncryptionAlgorithm", name)], at)
        }
        KeyUsage::SIGN_VERIFY if algorithm == Algorithm::ED25519_PH_SHA_512 => {
            let message = [("Message", digest), ("MessageType", "DIGEST")];
            world.ask("Sign", &[key, message[0], message[1], ("SigningAlgorithm", name)], at)
        }
        KeyUsage::SIGN_VERIFY => world.ask("Sign", &[key, hello, ("SigningAlgorithm", name)], at),
        KeyUsage::GENERATE_VERIFY_MAC => world.ask("GenerateMac", &[key, hello, ("MacAlgorithm", name)], at),
        KeyUsage::KEY_AGREEMENT => {
            let public = world.ask("GetPublicKey", &[key], at).expect("a key pair")["PublicKey"].clone();
            let public = ("PublicKey", public.as_str().expect("a blob"));
            world.ask("DeriveSharedSecret", &[key, public, ("KeyAgreementAlgorithm", name)], at)
        }
        KeyUsage::ENCAPSULATE_DECAPSULATE => {
            world.ask("Encapsulate", &[key, ("EncapsulationAlgorithm", name)], at)
        }
    }
}

#[test]
fn a_key_works_by_the_algorithms_of_its_spec_and_usage_and_by_no_other() {
    let mut worked = 0;
    for spec in KeySpec::ALL {
        let at = super::world::region(if spec == KeySpec::SM2 { "cn-north-1" } else { "us-east-1" });
        for usage in KeyUsage::ALL {
            let mut world = World::new(immediate(), Default::default(), Default::default());
            let class = [("KeySpec", spec.name()), ("KeyUsage", usage.name())];
            let created = world.ask("CreateKey", &class, at);
            if !spec.can(usage) {
                assert_eq!(created.expect_err("no such key").rule.id, "KMS-CRE-5");
                continue;
            }
            let metadata = &created.expect("a key")["KeyMetadata"];
            let id = metadata["KeyId"].as_str().expect("an ID");
            let listed = metadata[usage.list()].as_array().expect("a list");
            for algorithm in Algorithm::ALL {
                let answer = work(&mut world, at, (id, usage), algorithm);
                let here = format!("{} to {} by {}", spec.name(), usage.name(), algorithm.name());
                match (listed.contains(&Value::from(algorithm.name())), answer) {
                    (true, answer) => drop(answer.unwrap_or_else(|refusal| panic!("{here}: {refusal:?}"))),
                    (false, Ok(_)) => panic!("{here}: accepted"),
                    (false, Err(refusal)) => {
                        let wanted = if algorithm.serves(usage) {
                            "InvalidKeyUsageException"
                        } else {
                            "ValidationException"
                        };
                        assert_eq!(refusal.error.name(), wanted, "{here}");
                        continue;
                    }
                }
                worked += 1;
            }
        }
    }
    assert_eq!(worked, 47, "1 symmetric, 24 RSA, 9 ECC, 4 HMAC, 3 SM2, 3 ML-DSA, 3 ML-KEM");
}

/// KMS-ASY-4: what wraps data keys is symmetric, also where a keyring would do it by Encrypt.
#[test]
fn an_rsa_key_wraps_no_data_key() {
    let mut world = World::new(immediate(), Default::default(), Default::default());
    let at = super::world::region("us-east-1");
    let class = [("KeySpec", "RSA_2048"), ("KeyUsage", "ENCRYPT_DECRYPT")];
    let created = world.ask("CreateKey", &class, at).expect("a key");
    let id = created["KeyMetadata"]["KeyId"].as_str().expect("an ID");
    for by in [Wrapping::GenerateDataKey, Wrapping::Encrypt] {
        let refusal = world.kms.may_wrap(by, at, id, "app", &BTreeMap::new()).expect_err("no symmetric key");
        assert_eq!(refusal.error.name(), "InvalidKeyUsageException", "{by:?}");
    }
}
