//! The KMS operations that are modelled, with AWS's parameter names. What is not listed here is refused by the
//! command-line grammar as not modelled: custom key stores, `--dry-run`, paging by `--starting-token`.

use crate::services::api::{Kind, Operation, Param, Plane, Service};

const fn required(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: true }
}

const fn optional(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: false }
}

const fn control(name: &'static str, params: &'static [Param]) -> Operation {
    Operation { service: Service::Kms, name, plane: Plane::Control, params }
}

const fn data(name: &'static str, params: &'static [Param]) -> Operation {
    Operation { service: Service::Kms, name, plane: Plane::Data, params }
}

const KEY_ID: Param = required("KeyId", Kind::Text);
const ENCRYPTION_CONTEXT: Param = optional("EncryptionContext", Kind::Map);
const ENCRYPTION_ALGORITHM: Param = optional("EncryptionAlgorithm", Kind::Text);
const GRANT_TOKENS: Param = optional("GrantTokens", Kind::List);
const MESSAGE: Param = required("Message", Kind::Blob);
const MESSAGE_TYPE: Param = optional("MessageType", Kind::Text);
const SIGNING_ALGORITHM: Param = required("SigningAlgorithm", Kind::Text);
const MAC_ALGORITHM: Param = required("MacAlgorithm", Kind::Text);
const ENCAPSULATION_ALGORITHM: Param = required("EncapsulationAlgorithm", Kind::Text);
const LIMIT: Param = optional("Limit", Kind::Integer);
const MARKER: Param = optional("Marker", Kind::Text);
const DESCRIPTION: Param = optional("Description", Kind::Text);
const POLICY_NAME: Param = optional("PolicyName", Kind::Text);
const TAGS: Param = optional("Tags", Kind::Tags);
const BYPASS: Param = optional("BypassPolicyLockoutSafetyCheck", Kind::Flag);
const DATA_KEY: &[Param] = &[
    KEY_ID,
    optional("KeySpec", Kind::Text),
    optional("NumberOfBytes", Kind::Integer),
    ENCRYPTION_CONTEXT,
    GRANT_TOKENS,
];
const DATA_KEY_PAIR: &[Param] =
    &[KEY_ID, required("KeyPairSpec", Kind::Text), ENCRYPTION_CONTEXT, GRANT_TOKENS];
const ALIAS_AND_TARGET: &[Param] = &[required("AliasName", Kind::Text), required("TargetKeyId", Kind::Text)];

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[
    // Keys.
    control(
        "CreateKey",
        &[
            optional("MultiRegion", Kind::Flag),
            DESCRIPTION,
            optional("KeySpec", Kind::Text),
            optional("CustomerMasterKeySpec", Kind::Text),
            optional("KeyUsage", Kind::Text),
            optional("Origin", Kind::Text),
            optional("CustomKeyStoreId", Kind::Text),
            optional("Policy", Kind::Text),
            TAGS,
            BYPASS,
        ],
    ),
    control("DescribeKey", &[KEY_ID, GRANT_TOKENS]),
    control("UpdateKeyDescription", &[KEY_ID, required("Description", Kind::Text)]),
    control("EnableKey", &[KEY_ID]),
    control("DisableKey", &[KEY_ID]),
    control("ScheduleKeyDeletion", &[KEY_ID, optional("PendingWindowInDays", Kind::Integer)]),
    control("CancelKeyDeletion", &[KEY_ID]),
    control("ListKeys", &[LIMIT, MARKER]),
    control("GetKeyLastUsage", &[KEY_ID]),
    // Related keys.
    control(
        "ReplicateKey",
        &[
            KEY_ID,
            required("ReplicaRegion", Kind::Text),
            DESCRIPTION,
            optional("Policy", Kind::Text),
            TAGS,
            BYPASS,
        ],
    ),
    control("UpdatePrimaryRegion", &[KEY_ID, required("PrimaryRegion", Kind::Text)]),
    // Rotation.
    control("EnableKeyRotation", &[KEY_ID, optional("RotationPeriodInDays", Kind::Integer)]),
    control("DisableKeyRotation", &[KEY_ID]),
    control("GetKeyRotationStatus", &[KEY_ID]),
    control("RotateKeyOnDemand", &[KEY_ID]),
    control("ListKeyRotations", &[KEY_ID, optional("IncludeKeyMaterial", Kind::Text), LIMIT, MARKER]),
    // Imported key material.
    control(
        "GetParametersForImport",
        &[KEY_ID, required("WrappingAlgorithm", Kind::Text), required("WrappingKeySpec", Kind::Text)],
    ),
    control(
        "ImportKeyMaterial",
        &[
            KEY_ID,
            required("ImportToken", Kind::Blob),
            required("EncryptedKeyMaterial", Kind::Blob),
            optional("ValidTo", Kind::Text),
            optional("ExpirationModel", Kind::Text),
            optional("ImportType", Kind::Text),
            optional("KeyMaterialDescription", Kind::Text),
            optional("KeyMaterialId", Kind::Text),
        ],
    ),
    control("DeleteImportedKeyMaterial", &[KEY_ID, optional("KeyMaterialId", Kind::Text)]),
    // Aliases and tags.
    control("CreateAlias", ALIAS_AND_TARGET),
    control("UpdateAlias", ALIAS_AND_TARGET),
    control("DeleteAlias", &[required("AliasName", Kind::Text)]),
    control("ListAliases", &[optional("KeyId", Kind::Text), LIMIT, MARKER]),
    control("TagResource", &[KEY_ID, required("Tags", Kind::Tags)]),
    control("UntagResource", &[KEY_ID, required("TagKeys", Kind::List)]),
    control("ListResourceTags", &[KEY_ID, LIMIT, MARKER]),
    // Permissions.
    control("PutKeyPolicy", &[KEY_ID, POLICY_NAME, required("Policy", Kind::Text), BYPASS]),
    control("GetKeyPolicy", &[KEY_ID, POLICY_NAME]),
    control("ListKeyPolicies", &[KEY_ID, LIMIT, MARKER]),
    control(
        "CreateGrant",
        &[
            KEY_ID,
            required("GranteePrincipal", Kind::Text),
            optional("RetiringPrincipal", Kind::Text),
            required("Operations", Kind::List),
            optional("Constraints", Kind::Structure),
            GRANT_TOKENS,
            optional("Name", Kind::Text),
        ],
    ),
    control(
        "RetireGrant",
        &[optional("GrantToken", Kind::Text), optional("KeyId", Kind::Text), optional("GrantId", Kind::Text)],
    ),
    control("RevokeGrant", &[KEY_ID, required("GrantId", Kind::Text)]),
    control(
        "ListGrants",
        &[KEY_ID, optional("GrantId", Kind::Text), optional("GranteePrincipal", Kind::Text), LIMIT, MARKER],
    ),
    control("ListRetirableGrants", &[required("RetiringPrincipal", Kind::Text), LIMIT, MARKER]),
    // Symmetric cryptography, and RSA encryption.
    data(
        "Encrypt",
        &[KEY_ID, required("Plaintext", Kind::Blob), ENCRYPTION_CONTEXT, ENCRYPTION_ALGORITHM, GRANT_TOKENS],
    ),
    data(
        "Decrypt",
        &[
            required("CiphertextBlob", Kind::Blob),
            optional("KeyId", Kind::Text),
            ENCRYPTION_CONTEXT,
            ENCRYPTION_ALGORITHM,
            GRANT_TOKENS,
        ],
    ),
    data(
        "ReEncrypt",
        &[
            required("CiphertextBlob", Kind::Blob),
            optional("SourceKeyId", Kind::Text),
            optional("SourceEncryptionContext", Kind::Map),
            optional("SourceEncryptionAlgorithm", Kind::Text),
            required("DestinationKeyId", Kind::Text),
            optional("DestinationEncryptionContext", Kind::Map),
            optional("DestinationEncryptionAlgorithm", Kind::Text),
            GRANT_TOKENS,
        ],
    ),
    data("GenerateDataKey", DATA_KEY),
    data("GenerateDataKeyWithoutPlaintext", DATA_KEY),
    data("GenerateDataKeyPair", DATA_KEY_PAIR),
    data("GenerateDataKeyPairWithoutPlaintext", DATA_KEY_PAIR),
    data("GenerateRandom", &[required("NumberOfBytes", Kind::Integer)]),
    // Asymmetric and HMAC cryptography.
    data("GetPublicKey", &[KEY_ID, GRANT_TOKENS]),
    data("Sign", &[KEY_ID, MESSAGE, MESSAGE_TYPE, SIGNING_ALGORITHM, GRANT_TOKENS]),
    data(
        "Verify",
        &[KEY_ID, MESSAGE, MESSAGE_TYPE, required("Signature", Kind::Blob), SIGNING_ALGORITHM, GRANT_TOKENS],
    ),
    data("GenerateMac", &[KEY_ID, MESSAGE, MAC_ALGORITHM, GRANT_TOKENS]),
    data("VerifyMac", &[KEY_ID, MESSAGE, required("Mac", Kind::Blob), MAC_ALGORITHM, GRANT_TOKENS]),
    data(
        "DeriveSharedSecret",
        &[
            KEY_ID,
            required("KeyAgreementAlgorithm", Kind::Text),
            required("PublicKey", Kind::Blob),
            GRANT_TOKENS,
        ],
    ),
    data("Encapsulate", &[KEY_ID, ENCAPSULATION_ALGORITHM, GRANT_TOKENS]),
    data(
        "Decapsulate",
        &[KEY_ID, required("SharedSecretCiphertextBlob", Kind::Blob), ENCAPSULATION_ALGORITHM, GRANT_TOKENS],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kms::KeyState;
    use crate::services::kms::matrix;

    #[test]
    fn every_operation_on_a_key_has_its_row_in_the_state_table() {
        let about_no_key = ["CreateKey", "ListKeys", "ListRetirableGrants", "GenerateRandom"];
        for operation in OPERATIONS {
            let listed = matrix::cell(operation.name, KeyState::Enabled).is_some();
            assert_ne!(listed, about_no_key.contains(&operation.name), "{}", operation.name);
        }
    }
}
