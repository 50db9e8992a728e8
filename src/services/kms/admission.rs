//! May the operation be done with this key now? Role and state by AWS's table, and the rule behind a refusal.

use super::authorization::Asking;
use super::matrix::{self, Cell, Outcome, RoleRule};
use super::naming::Naming;
use super::state::{KeyRef, KeyState};
use super::{Kms, PendingDeletionError, rules};
use crate::rulebook::RuleRef;
use crate::services::{ErrorCode, Refusal, Remedy};
use crate::world::RegionId;

impl Kms {
    /// The key that an identifier names, if role and state allow the operation: the part of the check order that
    /// every operation on a key begins with (KMS-ERR-20).
    pub(super) fn admit(
        &self,
        operation: &'static str,
        identifier: &str,
        at: RegionId,
        naming: Naming,
        asking: &Asking,
    ) -> Result<KeyRef, Refusal> {
        let key = self.resolve(identifier, at, naming, asking.principal)?;
        self.authorize(operation, key, asking)?;
        self.check_role(operation, key)?;
        self.check_state(operation, key)?;
        Ok(key)
    }

    /// Role before state (KMS-ST-39). A single-Region key fails the same test.
    pub(super) fn check_role(&self, operation: &'static str, key: KeyRef) -> Result<(), Refusal> {
        let Some(cell) = self.cell_of(operation, key) else { return Ok(()) };
        if cell.role == RoleRule::Any || self.set(key.set).is_primary(key.region) {
            return Ok(());
        }
        Err(Refusal {
            error: cell.class_error.unwrap_or(ErrorCode::UnsupportedOperationException),
            message: format!("{} is not a multi-region primary key.", self.arn(key.set, key.region)),
            rule: match operation {
                "UpdatePrimaryRegion" => rules::ONLY_THE_PRIMARY_HANDS_OVER,
                _ => rules::ONLY_A_PRIMARY_IS_REPLICATED,
            },
            remedy: Remedy::None,
        })
    }

    /// Whether the key's state allows the operation. The one condition among the operations built (UpdateAlias,
    /// footnote 10) spares the key that the alias leaves, and that key is never asked.
    pub(super) fn check_state(&self, operation: &'static str, key: KeyRef) -> Result<(), Refusal> {
        let Some(cell) = self.cell_of(operation, key) else { return Ok(()) };
        if self.config.settings.strict_updating
            && (operation, cell.state) == ("UpdatePrimaryRegion", KeyState::Updating)
        {
            let error = ErrorCode::KMSInvalidStateException;
            return Err(self.wrong_state(key, error, "is updating.", rules::NO_UPDATE_WHILE_UPDATING));
        }
        if cell.outcome == Outcome::Allow {
            return Ok(());
        }
        let (error, rule) = self.error_of(cell);
        Err(self.wrong_state(key, error, cell.message, rule))
    }

    /// The state check of the key that is to become primary. While Creating it is refused by its state: footnote 14
    /// in a cell whose footnote 16 is about the key named in the call.
    pub(super) fn check_promotion(&self, key: KeyRef) -> Result<(), Refusal> {
        match self.cell_of("UpdatePrimaryRegion", key) {
            Some(Cell { state: KeyState::Creating, alternative: Some(error), .. }) => {
                Err(self.wrong_state(key, *error, "is creating.", rules::BOTH_KEYS_ENABLED))
            }
            _ => self.check_state("UpdatePrimaryRegion", key),
        }
    }

    fn cell_of(&self, operation: &'static str, key: KeyRef) -> Option<&'static Cell> {
        let key = self.set(key.set).keys.get(&key.region)?;
        matrix::cell(operation, key.state)
    }

    fn wrong_state(&self, key: KeyRef, error: ErrorCode, what: &str, rule: RuleRef) -> Refusal {
        let message = format!("{} {what}", self.arn(key.set, key.region));
        Refusal { error, message, rule, remedy: self.remedy_of_state(key) }
    }

    /// The cell's error, or its documented alternative where a setting chooses it, with the rule that decided.
    fn error_of(&self, cell: &Cell) -> (ErrorCode, RuleRef) {
        let doomed = matches!(cell.state, KeyState::PendingDeletion | KeyState::PendingReplicaDeletion);
        let disabled = self.config.settings.pending_deletion_error == PendingDeletionError::Disabled;
        match (cell.error, cell.alternative) {
            (_, Some(error)) if doomed && disabled => (error, rules::DOOMED_KEYS_ARE_DISABLED),
            (Some(error), _) => (error, rule_of(cell)),
            (None, _) => (ErrorCode::KMSInvalidStateException, rule_of(cell)),
        }
    }
}

/// The most telling rule behind a refusal by state.
fn rule_of(cell: &Cell) -> RuleRef {
    use KeyState::*;
    match (cell.operation, cell.state) {
        ("CancelKeyDeletion", _) => rules::CANCEL_WHAT_IS_PENDING,
        ("ScheduleKeyDeletion", _) => rules::PENDING_ONCE,
        ("EnableKey" | "DisableKey", PendingDeletion | PendingReplicaDeletion) => rules::CANCEL_THEN_ENABLE,
        ("UpdatePrimaryRegion", PendingReplicaDeletion) => rules::NO_HANDOVER_WHILE_DOOMED,
        ("UpdatePrimaryRegion", _) => rules::BOTH_KEYS_ENABLED,
        ("ReplicateKey", _) => rules::REPLICATION_NEEDS_AN_ENABLED_PRIMARY,
        (_, PendingDeletion | PendingReplicaDeletion) => rules::DOOMED_KEYS_REFUSE,
        (_, Disabled) => rules::DISABLED_KEYS_REFUSE,
        (_, Creating) => rules::CREATING_KEYS_WAIT,
        (_, Updating) => rules::UPDATING_KEYS_WORK,
        (_, Enabled | PendingImport | Unavailable) => rules::THE_STATE_MUST_FIT,
    }
}
