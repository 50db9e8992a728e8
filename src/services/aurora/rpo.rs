//! `rds.global_db_rpo`: commits wait while no secondary is in bound.

use super::{AuroraEvent, Engine, GlobalDatabase, Role, refuse, require, rules};
use crate::rulebook::RuleRef;
use crate::services::shorthand;
use crate::services::{ErrorCode, Outbox, Params, Refusal};
use crate::sim::{Span, Time};
use serde_json::{Value, json};

/// The parameter.
const PARAMETER: &str = "rds.global_db_rpo";

/// The values that it takes, in seconds (AUR-RPO-1).
pub const RANGE: std::ops::RangeInclusive<u64> = 20..=2_147_483_647;

impl GlobalDatabase {
    /// ModifyDBClusterParameterGroup: all clusters share the group, which has the database's name.
    pub(super) fn change_parameters(
        &mut self,
        params: &Params,
        out: &mut Outbox<AuroraEvent>,
    ) -> Result<Value, Refusal> {
        let fault = ErrorCode::InvalidParameterValue;
        let no = || refuse(rules::THE_BOUND_HAS_A_RANGE, fault);
        require(self.engine == Engine::PostgreSql, rules::THE_BOUND_HAS_A_RANGE, fault)?;
        let stated = params.get("Parameters").and_then(shorthand::structure).ok_or_else(no)?;
        let text = |name: &str| stated.get(name).and_then(Value::as_str);
        require(text("ParameterName") == Some(PARAMETER), rules::THE_BOUND_HAS_A_RANGE, fault)?;
        let value = text("ParameterValue").ok_or_else(no)?;
        self.rpo = match value.parse() {
            Ok(seconds) if RANGE.contains(&seconds) => Some(Span::secs(seconds)),
            _ if value == "-1" => None,
            _ => return Err(no()),
        };
        self.replicas.track_lag();
        if let Some(primary) = self.primary() {
            let change = ("changed", format!("{PARAMETER} = {value}"));
            let operation = "ModifyDBClusterParameterGroup";
            self.note_more(operation, primary, change, rules::THE_BOUND_HAS_A_RANGE, out);
        }
        Ok(json!({ "DBClusterParameterGroupName": self.name }))
    }

    /// The rule that makes commits at `source` wait. The RPO lag of a secondary is the age of the oldest commit that it
    /// lacks; one that is being rebuilt is in no bound. An old primary that was not fenced still looks at the secondaries
    /// that it had. A database without any secondary has nothing to wait for.
    pub(super) fn out_of_bound(&self, source: u8, now: Time, bound: Span) -> Option<RuleRef> {
        let role = self.role(source);
        if !matches!(role, Role::Writer | Role::Unfenced) || self.linked().count() == 1 {
            return None;
        }
        let counts = |member: &u8| role == Role::Unfenced || self.role(*member) == Role::Secondary;
        let lag = |member: u8| self.replicas.oldest(source, member).map_or(Span::ZERO, |oldest| now - oldest);
        let mut secondaries = self.linked().filter(|member| *member != source).filter(counts).peekable();
        if secondaries.peek().is_none() {
            return Some(rules::NOBODY_IS_IN_BOUND_AFTER_A_FAILOVER);
        }
        let in_bound = secondaries.any(|member| lag(member) < bound);
        (!in_bound).then_some(rules::COMMITS_WAIT_FOR_THE_BOUND)
    }
}
