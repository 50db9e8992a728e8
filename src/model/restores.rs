//! Restores of tables: what one store has kept becomes another.

use super::Simulation;
use super::commands::Refused;
use crate::services::dynamodb::rules;
use crate::services::store::KeyHealth;
use crate::services::{Caller, ErrorCode, NOBODY, Operation, Outbox, Params, Refusal, Remedy};
use serde_json::Value;

impl Simulation {
    /// RestoreTableFromBackup and RestoreTableToPointInTime, of a store, in the Region that is called.
    pub(super) fn restore_table(
        &mut self,
        source: usize,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
    ) -> Result<Value, Refused> {
        let no = |rule, error, message: &str| {
            Refused::from(Refusal { error, message: message.to_owned(), rule, remedy: Remedy::None })
        };
        let missing = || {
            let message = "the scenario has no table of the target's name: a store with `exists = false`";
            no(rules::VALID_INPUT, ErrorCode::ValidationException, message)
        };
        let table = self.stores[source].table().ok_or_else(missing)?;
        let from = table.restorable(operation.name, params, caller)?;
        let region = self.stores[source].replicas().regions[usize::from(from.replica)];
        if !caller.reach.has(region) || !self.stores[source].has(from.replica) {
            let message = "the Region that holds the backup does not answer";
            return Err(no(rules::BACKUPS_STAY_IN_THEIR_REGION, ErrorCode::InternalServerError, message));
        }
        let key = match &from.backup {
            Some(arn) => self.keys.of_backups.get(arn).copied().flatten(),
            None => self.key_at_rest(source, from.replica),
        };
        if key.is_some_and(|set| self.key_health(set, region, NOBODY) != KeyHealth::Usable) {
            let message = "the key under which the backup was made cannot be used";
            return Err(no(rules::A_SWITCH_REWRAPS, ErrorCode::AccessDeniedException, message));
        }
        let wanted = params.get("TargetTableName").unwrap_or_default();
        let target = self.setup.stores.iter().position(|store| store.name == wanted).ok_or_else(missing)?;
        let table = self.stores[target].table_mut().ok_or_else(missing)?;
        let mut out = Outbox::default();
        let answer = table.begin_restore(from, caller, &mut out)?;
        self.take_out(target as u16, out.map(super::data::StoreEvent::Table));
        Ok(answer)
    }
}
