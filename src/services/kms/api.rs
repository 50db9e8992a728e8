//! The KMS operations that are modelled, with AWS's parameter names. What is not listed here is refused by the
//! command-line grammar as not modelled: imported material, rotation, grants, key policies, tags, custom key stores.

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
const DATA_KEY: &[Param] =
    &[KEY_ID, optional("KeySpec", Kind::Text), optional("NumberOfBytes", Kind::Integer), ENCRYPTION_CONTEXT];
const ALIAS_AND_TARGET: &[Param] = &[required("AliasName", Kind::Text), required("TargetKeyId", Kind::Text)];

/// Every operation, by its API name.
pub static OPERATIONS: &[Operation] = &[
    control(
        "CreateKey",
        &[
            optional("MultiRegion", Kind::Flag),
            optional("Description", Kind::Text),
            optional("KeySpec", Kind::Text),
            optional("CustomerMasterKeySpec", Kind::Text),
            optional("KeyUsage", Kind::Text),
            optional("Origin", Kind::Text),
        ],
    ),
    control(
        "ReplicateKey",
        &[KEY_ID, required("ReplicaRegion", Kind::Text), optional("Description", Kind::Text)],
    ),
    control("UpdatePrimaryRegion", &[KEY_ID, required("PrimaryRegion", Kind::Text)]),
    control("DescribeKey", &[KEY_ID]),
    control("UpdateKeyDescription", &[KEY_ID, required("Description", Kind::Text)]),
    control("EnableKey", &[KEY_ID]),
    control("DisableKey", &[KEY_ID]),
    control("ScheduleKeyDeletion", &[KEY_ID, optional("PendingWindowInDays", Kind::Integer)]),
    control("CancelKeyDeletion", &[KEY_ID]),
    control("CreateAlias", ALIAS_AND_TARGET),
    control("UpdateAlias", ALIAS_AND_TARGET),
    control("DeleteAlias", &[required("AliasName", Kind::Text)]),
    control("ListAliases", &[optional("KeyId", Kind::Text)]),
    control("ListKeys", &[]),
    data("Encrypt", &[KEY_ID, required("Plaintext", Kind::Blob), ENCRYPTION_CONTEXT, ENCRYPTION_ALGORITHM]),
    data(
        "Decrypt",
        &[
            required("CiphertextBlob", Kind::Blob),
            optional("KeyId", Kind::Text),
            ENCRYPTION_CONTEXT,
            ENCRYPTION_ALGORITHM,
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
        ],
    ),
    data("GenerateDataKey", DATA_KEY),
    data("GenerateDataKeyWithoutPlaintext", DATA_KEY),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kms::KeyState;
    use crate::services::kms::matrix;

    #[test]
    fn every_operation_on_a_key_has_its_row_in_the_state_table() {
        let about_no_key = ["CreateKey", "ListKeys"];
        for operation in OPERATIONS {
            let listed = matrix::cell(operation.name, KeyState::Enabled).is_some();
            assert_ne!(listed, about_no_key.contains(&operation.name), "{}", operation.name);
        }
    }
}
