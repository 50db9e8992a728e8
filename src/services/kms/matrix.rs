//! AWS's table of key states: for each operation and key state, whether it is allowed and how it is refused.
//!
//! `key-state-matrix.tsv` holds the table of the KMS Developer Guide (page "Key states of AWS KMS keys", 2026) with
//! the messages that the service was seen to send. Checks read it; no operation has a state check of its own.

use super::KeyState;
use crate::services::ErrorCode;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a cell of the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Allowed.
    Allow,
    /// Refused with the cell's error.
    Deny,
    /// Refused with the cell's error unless the condition in `remark` holds.
    Conditional,
    /// The key cannot be in that state.
    NotApplicable,
}

/// Which role a key must have (KMS-ST-39).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleRule {
    /// Any.
    Any,
    /// The primary of a set of multi-Region keys.
    PrimaryOnly,
}

/// Which class of key an operation is for, whatever the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "key specs, usages and origins by AWS's names")]
pub enum ClassRule {
    Any,
    Asymmetric,
    AwsKmsOrigin,
    MultiRegion,
    OriginExternal,
    SymmetricDefault,
    SymmetricDefaultAwsKms,
    SymmetricDefaultNotCustomKeyStore,
    UsageEncapsulateDecapsulate,
    UsageEncryptDecrypt,
    UsageGenerateVerifyMac,
    UsageKeyAgreement,
    UsageSignVerify,
}

/// Which keys of a set can be in the state at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reachable {
    /// Any key.
    Any,
    /// No multi-Region key.
    No,
    /// A primary only.
    Primary,
    /// A replica only.
    Replica,
    /// A key with imported key material only.
    External,
}

/// One row of the table: an operation on a key in a state.
#[derive(Debug)]
pub struct Cell {
    /// AWS's API name.
    pub operation: &'static str,
    /// The key's state.
    pub state: KeyState,
    /// `crypto`, `read`, `state`, `rotation`, `import`, `mrk`, `policy` or `metadata`.
    pub group: &'static str,
    /// What it says.
    pub outcome: Outcome,
    /// The error, if refused.
    pub error: Option<ErrorCode>,
    /// Another error, as well documented.
    pub alternative: Option<ErrorCode>,
    /// What follows the key's ARN in the message.
    pub message: &'static str,
    /// The states it may lead to.
    pub resulting: Vec<KeyState>,
    /// The role demanded.
    pub role: RoleRule,
    /// The class demanded …
    pub class: ClassRule,
    /// … and the error if it is another.
    pub class_error: Option<ErrorCode>,
    /// Who can be in that state.
    pub reachable: Reachable,
    /// AWS's footnote numbers.
    pub footnote: &'static str,
    /// Conditions and doubts.
    pub remark: &'static str,
    /// Where the row comes from.
    pub source: &'static str,
}

type Table = BTreeMap<(&'static str, KeyState), Cell>;

static TABLE: LazyLock<Table> = LazyLock::new(|| match read(include_str!("key-state-matrix.tsv")) {
    Ok(table) => table,
    Err(line) => panic!("key-state-matrix.tsv: cannot read the row {line:?}"),
});

/// Every row, by operation and state.
pub fn cells() -> impl Iterator<Item = &'static Cell> {
    TABLE.values()
}

/// The row of an operation on a key in a state, if AWS's table has one.
pub fn cell(operation: &'static str, state: KeyState) -> Option<&'static Cell> {
    TABLE.get(&(operation, state))
}

/// Reads the table; the error is the row that cannot be read.
fn read(text: &'static str) -> Result<Table, &'static str> {
    let rows = text.lines().skip(1);
    rows.map(|line| row(line).map(|cell| ((cell.operation, cell.state), cell)).ok_or(line)).collect()
}

fn row(line: &'static str) -> Option<Cell> {
    let fields: Vec<&'static str> = line.split('\t').collect();
    let fields: [&'static str; 15] = fields.try_into().ok()?;
    let [operation, state, group, outcome, error, alternative, message, resulting, ..] = fields;
    let [.., role, class, class_error, reachable, footnote, remark, source] = fields;
    Some(Cell {
        operation,
        state: key_state(state)?,
        group,
        outcome: match outcome {
            "ALLOW" => Outcome::Allow,
            "DENY" => Outcome::Deny,
            "COND" => Outcome::Conditional,
            "NA" => Outcome::NotApplicable,
            _ => return None,
        },
        error: error_code(error)?,
        alternative: error_code(alternative)?,
        message,
        resulting: resulting.split('|').filter(|s| !s.is_empty()).map(key_state).collect::<Option<_>>()?,
        role: match role {
            "ANY" => RoleRule::Any,
            "MRK_PRIMARY_ONLY" => RoleRule::PrimaryOnly,
            _ => return None,
        },
        class: class_rule(class)?,
        class_error: error_code(class_error)?,
        reachable: match reachable {
            "yes" => Reachable::Any,
            "no" => Reachable::No,
            "primary" => Reachable::Primary,
            "replica" => Reachable::Replica,
            "external" => Reachable::External,
            _ => return None,
        },
        footnote,
        remark,
        source,
    })
}

fn key_state(name: &str) -> Option<KeyState> {
    KeyState::ALL.into_iter().find(|state| state.name() == name)
}

/// Nothing for an empty field; the outer `None` is a name that is no error code.
fn error_code(name: &str) -> Option<Option<ErrorCode>> {
    match name {
        "" => Some(None),
        _ => ErrorCode::ALL.iter().find(|code| code.name() == name).map(|code| Some(*code)),
    }
}

fn class_rule(name: &str) -> Option<ClassRule> {
    Some(match name {
        "ANY" => ClassRule::Any,
        "ASYMMETRIC" => ClassRule::Asymmetric,
        "AWS_KMS_ORIGIN" => ClassRule::AwsKmsOrigin,
        "MULTI_REGION" => ClassRule::MultiRegion,
        "ORIGIN_EXTERNAL" => ClassRule::OriginExternal,
        "SYMMETRIC_DEFAULT" => ClassRule::SymmetricDefault,
        "SYMMETRIC_DEFAULT_AWS_KMS" => ClassRule::SymmetricDefaultAwsKms,
        "SYMMETRIC_DEFAULT_NOT_CKS" => ClassRule::SymmetricDefaultNotCustomKeyStore,
        "USAGE_ENCAPSULATE_DECAPSULATE" => ClassRule::UsageEncapsulateDecapsulate,
        "USAGE_ENCRYPT_DECRYPT" => ClassRule::UsageEncryptDecrypt,
        "USAGE_GENERATE_VERIFY_MAC" => ClassRule::UsageGenerateVerifyMac,
        "USAGE_KEY_AGREEMENT" => ClassRule::UsageKeyAgreement,
        "USAGE_SIGN_VERIFY" => ClassRule::UsageSignVerify,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(cells().count(), 46 * KeyState::ALL.len());
        for cell in cells() {
            let refuses = matches!(cell.outcome, Outcome::Deny | Outcome::Conditional);
            assert_eq!(refuses, cell.error.is_some(), "{} {:?}", cell.operation, cell.state);
        }
    }

    #[test]
    fn a_row_that_is_no_row_is_reported() {
        assert_eq!(read("header\nEncrypt\tSleeping").err(), Some("Encrypt\tSleeping"));
    }

    #[test]
    fn cells_say_what_the_developer_guide_says() {
        let updating = cell("UpdatePrimaryRegion", KeyState::Updating).unwrap();
        assert_eq!(updating.outcome, Outcome::Allow);
        let schedule = cell("ScheduleKeyDeletion", KeyState::Enabled).unwrap();
        assert_eq!(schedule.resulting, [KeyState::PendingDeletion, KeyState::PendingReplicaDeletion]);
        let cancel = cell("CancelKeyDeletion", KeyState::Enabled).unwrap();
        assert_eq!(
            (cancel.error, cancel.message),
            (Some(ErrorCode::KMSInvalidStateException), "is not pending deletion.")
        );
        assert!(cell("GenerateRandom", KeyState::Enabled).is_none());
    }
}
