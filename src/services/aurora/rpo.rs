//! `rds.global_db_rpo`: commits wait while no secondary is in bound.

use super::{GlobalDatabase, Role, rules};
use crate::rulebook::RuleRef;
use crate::sim::{Span, Time};

impl GlobalDatabase {
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
