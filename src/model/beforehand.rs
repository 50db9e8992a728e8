//! What can be known beforehand: a write that reaches a store whose answer nothing can change meanwhile needs no event
//! for its arrival.

use super::setup::{Action, AtRest, RunbookStep, Setup, StoreKind, StoreSetup};
use crate::services::dynamodb::Consistency;

/// Operations after which a table may answer otherwise.
const CHANGE_TABLES: [&str; 2] = ["UpdateTable", "DeleteTable"];

/// Whether nothing but a fault changes what a store answers to a write: no capacity is used up, no other replica must
/// consent, no key of the account's own locks it, and no command lets its replicas come and go.
pub fn is_steady(store: &StoreSetup, setup: &Setup) -> bool {
    let StoreKind::DynamoDb(table) = &store.kind else { return false };
    table.consistency == Consistency::Eventual
        && table.write_capacity.is_none()
        && !store.encryption.iter().any(|key| matches!(key, AtRest::Customer(_)))
        && !called(setup).any(|operation| CHANGE_TABLES.contains(&operation))
}

/// The operations that somebody calls.
fn called(setup: &Setup) -> impl Iterator<Item = &'static str> + '_ {
    let timeline = setup.timeline.iter().flat_map(|entry| match &entry.action {
        Action::Step(step) => vec![step.command.operation.name],
        Action::Fault { fault, .. } => fault.operations(),
        Action::Message(_) => Vec::new(),
    });
    let runbooks = setup.runbooks.iter().flat_map(|runbook| &runbook.steps).filter_map(|step| match step {
        RunbookStep::Run { command, .. } => Some(command.operation.name),
        RunbookStep::Wait(_) | RunbookStep::WaitUntil(_) | RunbookStep::Route { .. } => None,
    });
    timeline.chain(runbooks)
}
