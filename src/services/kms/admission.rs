//! May the operation be done with this key now? Role and state by AWS's table, and the rule behind a refusal.

use super::authorization::Asking;
use super::matrix::{self, Cell, ClassRule, Outcome, RoleRule};
use super::naming::Naming;
use super::request::{Request, refuse};
use super::spec::Algorithm;
use super::state::{KeyRef, KeyState};
use super::{KeyClass, KeyUsage, Kms, PendingDeletionError, rules};
use crate::rulebook::RuleRef;
use crate::services::{ErrorCode, Refusal, Remedy};
use crate::world::RegionId;

impl Kms {
    /// The key that an identifier names, if permission, role, state and class allow the operation: the part of the
    /// check order that every operation on a key begins with (KMS-ERR-20).
    pub(super) fn admit(
        &self,
        operation: &'static str,
        identifier: &str,
        at: RegionId,
        naming: Naming,
        asking: &Asking,
    ) -> Result<KeyRef, Refusal> {
        let key = self.resolve(identifier, at, naming, asking.principal)?;
        self.authorize(operation, key, asking.naming(identifier).as_ref().unwrap_or(asking))?;
        self.check_standing(operation, key)?;
        self.check_class(operation, key)?;
        Ok(key)
    }

    /// [`admit`](Kms::admit) for the key that `KeyId` names, which must work by the algorithm.
    pub(super) fn admit_with(
        &self,
        operation: &'static str,
        request: &Request,
        algorithm: Algorithm,
    ) -> Result<KeyRef, Refusal> {
        let key = self.admit_named(operation, request, "KeyId", Naming::KeyOrAlias)?;
        self.check_algorithm(key, algorithm).map(|()| key)
    }

    /// Whether the key works by the algorithm.
    pub(super) fn check_algorithm(&self, key: KeyRef, algorithm: Algorithm) -> Result<(), Refusal> {
        let class = self.set(key.set).class;
        if class.algorithms().contains(&algorithm) {
            return Ok(());
        }
        let message =
            format!("Algorithm {} is incompatible with key spec {}.", algorithm.name(), class.spec.name());
        Err(refuse(rules::THE_USAGE_MUST_FIT, ErrorCode::InvalidKeyUsageException, message))
    }

    /// Role and state, in the order that the operation's group has (KMS-ST-39).
    pub(super) fn check_standing(&self, operation: &'static str, key: KeyRef) -> Result<(), Refusal> {
        let rotates = self.cell_of(operation, key).is_some_and(|cell| cell.group == "rotation");
        match rotates && !self.config.settings.rotation_role_first {
            true => self.check_state(operation, key).and_then(|()| self.check_role(operation, key)),
            false => self.check_role(operation, key).and_then(|()| self.check_state(operation, key)),
        }
    }

    /// Whether the key has the role that the operation demands. A single-Region key fails the test of the operations
    /// on sets; what rotates it rotates like a primary.
    pub(super) fn check_role(&self, operation: &'static str, key: KeyRef) -> Result<(), Refusal> {
        let Some(cell) = self.cell_of(operation, key) else { return Ok(()) };
        let set = self.set(key.set);
        let rotates = cell.group == "rotation";
        if cell.role == RoleRule::Any || set.is_primary(key.region) || (rotates && !set.multi_region) {
            return Ok(());
        }
        let settings = &self.config.settings;
        let (error, rule) = match operation {
            "UpdatePrimaryRegion" => (settings.promote_on_replica_error, rules::ONLY_THE_PRIMARY_HANDS_OVER),
            "RotateKeyOnDemand" => (settings.rotation_on_replica_error, rules::ONLY_THE_PRIMARY_ROTATES),
            _ if rotates => (settings.rotation_on_replica_error, rules::ROTATION_IS_SET_ON_THE_PRIMARY),
            _ => (ErrorCode::UnsupportedOperationException, rules::ONLY_A_PRIMARY_IS_REPLICATED),
        };
        let message = format!("{} is not a multi-region primary key.", self.arn(key.set, key.region));
        Err(Refusal { error, message, rule, remedy: Remedy::None })
    }

    /// Whether the key's state allows the operation. Where AWS's cell names the class as the reason, the class is
    /// what decides (KMS-ST-30). The one other condition (UpdateAlias, footnote 10) spares the key that the alias
    /// leaves, and that key is never asked.
    pub(super) fn check_state(&self, operation: &'static str, key: KeyRef) -> Result<(), Refusal> {
        let Some(cell) = self.cell_of(operation, key) else { return Ok(()) };
        if self.config.settings.strict_updating
            && (operation, cell.state) == ("UpdatePrimaryRegion", KeyState::Updating)
        {
            let error = ErrorCode::KMSInvalidStateException;
            return Err(self.wrong_state(key, error, "is updating.", rules::NO_UPDATE_WHILE_UPDATING));
        }
        let by_class = match cell.footnote {
            "6" | "7" | "9" => true,
            "8/9" => !self.set(key.set).class.is_external(),
            _ => false,
        };
        match cell.outcome {
            Outcome::Allow => Ok(()),
            _ if by_class => self.check_class(operation, key),
            _ => {
                let (error, rule) = self.error_of(cell);
                Err(self.wrong_state(key, error, cell.message, rule))
            }
        }
    }

    /// Whether the operation is for keys of this class (spec, usage, origin), whatever their state.
    pub(super) fn check_class(&self, operation: &'static str, key: KeyRef) -> Result<(), Refusal> {
        let Some(cell) = self.cell_of(operation, key) else { return Ok(()) };
        let class = self.set(key.set).class;
        let spared = match operation {
            "GetKeyRotationStatus" if self.config.settings.rotation_status_of_imported => class.is_external(),
            "GetKeyRotationStatus" | "ListKeyRotations" => self.config.switches.rotation_instant,
            _ => cell.group == "rotation" && self.config.switches.rotation_instant,
        };
        if fits(cell.class, class) || spared {
            return Ok(());
        }
        let arn = self.arn(key.set, key.region);
        let error = cell.class_error.unwrap_or(ErrorCode::UnsupportedOperationException);
        let by_origin = matches!(
            cell.class,
            ClassRule::OriginExternal | ClassRule::AwsKmsOrigin | ClassRule::SymmetricDefaultAwsKms
        ) && (cell.class == ClassRule::OriginExternal || class.is_external());
        let message = match error {
            ErrorCode::InvalidKeyUsageException => {
                format!("{arn} key usage is {} which is not valid for {operation}.", class.usage.name())
            }
            _ if by_origin => {
                format!("{arn} origin is {} which is not valid for this operation.", class.origin.name())
            }
            // The service's own message is empty.
            _ => String::new(),
        };
        Err(Refusal { error, message, rule: rule_of_class(operation, class), remedy: Remedy::None })
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
            (_, Some(error @ ErrorCode::DisabledException)) if doomed && disabled => {
                (error, rules::DOOMED_KEYS_ARE_DISABLED)
            }
            (Some(error), _) => (error, rule_of(cell)),
            (None, _) => (ErrorCode::KMSInvalidStateException, rule_of(cell)),
        }
    }
}

/// Whether a key of this class is what the operation is for.
fn fits(wanted: ClassRule, class: KeyClass) -> bool {
    let hmac = class.usage == KeyUsage::GENERATE_VERIFY_MAC;
    match wanted {
        ClassRule::Any | ClassRule::MultiRegion => true,
        ClassRule::Asymmetric => !class.is_symmetric() && !hmac,
        ClassRule::AwsKmsOrigin => !class.is_external(),
        ClassRule::OriginExternal => class.is_external(),
        ClassRule::SymmetricDefault | ClassRule::SymmetricDefaultNotCustomKeyStore => class.is_symmetric(),
        ClassRule::SymmetricDefaultAwsKms => class.is_symmetric() && !class.is_external(),
        ClassRule::UsageEncapsulateDecapsulate => class.usage == KeyUsage::ENCAPSULATE_DECAPSULATE,
        ClassRule::UsageEncryptDecrypt => class.usage == KeyUsage::ENCRYPT_DECRYPT,
        ClassRule::UsageGenerateVerifyMac => hmac,
        ClassRule::UsageKeyAgreement => class.usage == KeyUsage::KEY_AGREEMENT,
        ClassRule::UsageSignVerify => class.usage == KeyUsage::SIGN_VERIFY,
    }
}

/// The most telling rule behind a refusal by class.
fn rule_of_class(operation: &str, class: KeyClass) -> RuleRef {
    match (operation, class.is_external()) {
        ("GetKeyRotationStatus", _) => rules::STATUS_OF_OWN_MATERIAL_ONLY,
        ("EnableKeyRotation" | "DisableKeyRotation", true) if class.is_symmetric() => {
            rules::IMPORTED_MATERIAL_ROTATES_ON_DEMAND
        }
        ("RotateKeyOnDemand" | "ListKeyRotations", _) => rules::ASYMMETRIC_KEYS_NEVER_ROTATE,
        ("EnableKeyRotation" | "DisableKeyRotation", _) => rules::SYMMETRIC_KEYS_ROTATE,
        ("GetPublicKey", _) => rules::ONLY_KEY_PAIRS_HAVE_A_PUBLIC_KEY,
        ("GetParametersForImport" | "ImportKeyMaterial" | "DeleteImportedKeyMaterial", _) => {
            rules::THE_CLASS_MUST_FIT
        }
        _ => rules::THE_USAGE_MUST_FIT,
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
        ("ReplicateKey", PendingImport) => rules::IMPORT_BEFORE_REPLICATION,
        ("ReplicateKey", _) => rules::REPLICATION_NEEDS_AN_ENABLED_PRIMARY,
        (_, PendingDeletion | PendingReplicaDeletion) => rules::DOOMED_KEYS_REFUSE,
        (_, Disabled) => rules::DISABLED_KEYS_REFUSE,
        (_, Creating) => rules::CREATING_KEYS_WAIT,
        (_, Updating) => rules::UPDATING_KEYS_WORK,
        (_, PendingImport) if cell.group == "crypto" => rules::MISSING_MATERIAL_STOPS_ONE_KEY,
        (_, Enabled | PendingImport | Unavailable) => rules::THE_STATE_MUST_FIT,
    }
}
