//! What policies can speak of: the permissions of KMS, and the condition keys of its requests.

use super::api;
use super::condition_keys::PARAMETERS;

/// Permissions that are not called like a modelled operation (AWS Service Authorization Reference, "Actions, resources,
/// and condition keys for AWS Key Management Service", 2026).
const FURTHER: &[&str] = &[
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "DeleteCustomKeyStore",
    "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore",
    "ReEncryptFrom",
    "ReEncryptTo",
    "SynchronizeMultiRegionKey",
    "UpdateCustomKeyStore",
];

/// Condition keys of requests, in lower case, besides the parameters: [`Seen`](super::condition_keys::Seen) knows their
/// values.
const OF_REQUESTS: &[&str] = &[
    "aws:principalisawsservice",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:tagkeys",
    "aws:viaawsservice",
    "iam:awsservicename",
    "kms:bypasspolicylockoutsafetycheck",
    "kms:grantconstrainttype",
    "kms:grantisforawsresource",
    "kms:grantoperations",
    "kms:keyorigin",
    "kms:keyspec",
    "kms:keyusage",
    "kms:multiregion",
    "kms:multiregionkeytype",
    "kms:policyname",
    "kms:requestalias",
    "kms:resourcealiases",
];

/// Condition keys that follow from who calls and what is asked, whatever a scenario would say.
const SETTLED: &[&str] = &[
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:username",
    "kms:calleraccount",
    "kms:encryptioncontextkeys",
];

/// The same, each of which has a name of its own behind it.
const SETTLED_FAMILIES: &[&str] =
    &["aws:principaltag/", "aws:requesttag/", "aws:resourcetag/", "kms:encryptioncontext:"];

/// Condition keys that a call rightly lacks unless a scenario says that it comes with them: through a service, from
/// inside a network, after a second factor, from an enclave.
const OF_SOME_CALLS: &[&str] = &[
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpcsourceip",
    "kms:viaservice",
];

/// The permissions of KMS. There is none called ReEncrypt.
pub fn permissions() -> Vec<&'static str> {
    let operations = api::OPERATIONS.iter().map(|operation| operation.name);
    operations.filter(|name| *name != "ReEncrypt").chain(FURTHER.iter().copied()).collect()
}

/// Whether the value of a condition key follows from who calls and what is asked.
pub fn is_settled(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SETTLED.contains(&key.as_str()) || SETTLED_FAMILIES.iter().any(|family| key.starts_with(family))
}

/// Whether a policy can ask about a condition key and be answered as by AWS.
pub fn knows(key: &str) -> bool {
    let parameter = PARAMETERS.iter().any(|(_, known)| known.eq_ignore_ascii_case(key));
    let key = key.to_ascii_lowercase();
    let enclave = key.starts_with("kms:recipientattestation:");
    let named = |keys: &[&str]| keys.contains(&key.as_str());
    parameter || enclave || named(OF_REQUESTS) || named(OF_SOME_CALLS) || is_settled(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_policies_are_known() {
        let permissions = permissions();
        assert!(["Decrypt", "ReEncryptTo", "ReplicateKey"].iter().all(|name| permissions.contains(name)));
        assert!(!permissions.contains(&"ReEncrypt"));
        let twice = |name: &&&str| permissions.iter().filter(|other| other == name).count() > 1;
        assert_eq!(permissions.iter().find(twice), None);
        for key in ["kms:ReplicaRegion", "KMS:multiregion", "kms:EncryptionContext:app", "aws:SourceVpce"] {
            assert!(knows(key), "{key}");
        }
        assert!(!knows("kms:MultiRegoin") && !knows("aws:CurrentTime") && !knows("s3:prefix"));
        assert!(is_settled("kms:CallerAccount") && !is_settled("kms:ViaService"));
    }
}
