//! Which popular belief a rule answers: what study notes claim, and `--rules notes` plays.

use crate::model;
use crate::rulebook::RuleRef;

/// (rules and facts, the switch that plays the belief that they answer). Our reading of the notes (2026-11).
const ANSWERED: [(&[&str], &str); 9] = [
    (&["KMS-DEL-3", "KMS-DEL-4", "KMS-ST-10", "KMS-EX-5", "KMS-EX-6"], "KMS-SEED-1"),
    (&["KMS-POL-14", "KMS-EX-27", "KMS-EX-28"], "KMS-SEED-2"),
    (&["KMS-OUT-1", "KMS-OUT-3", "KMS-EX-13", "KMS-EX-14"], "KMS-SEED-3"),
    (&["KMS-ST-3", "KMS-ST-4", "KMS-EX-75"], "KMS-SEED-5"),
    (&["KMS-REP-4", "KMS-REP-5", "KMS-REP-6", "KMS-EX-19", "KMS-EX-23"], "KMS-SEED-8"),
    (&["KMS-ST-6", "KMS-EX-2", "KMS-EX-16", "KMS-EX-29", "KMS-EX-31", "KMS-EX-80"], "KMS-SEED-10"),
    (&["KMS-ROT-4", "KMS-EX-35", "KMS-EX-36"], "KMS-SEED-15"),
    (&["KMS-DEL-8", "KMS-EX-8", "KMS-EX-9"], "KMS-SEED-17"),
    (&["KMS-ESDK-3", "KMS-ESDK-4", "KMS-EX-48"], "KMS-SEED-18"),
];

/// The switch that plays the belief which a rule answers.
pub fn answered_by(id: &str) -> Option<RuleRef> {
    let (_, switch) = ANSWERED.iter().find(|(ids, _)| ids.contains(&id))?;
    model::rules().into_iter().find(|rule| rule.id == *switch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::RuleKind;

    #[test]
    fn every_belief_is_a_switch_and_every_answer_an_entry() {
        let known = model::rules();
        for (ids, switch) in ANSWERED {
            assert!(
                answered_by(ids[0]).is_some_and(|rule| rule.id == switch && rule.kind == RuleKind::Switch)
            );
            for id in ids {
                assert!(known.iter().any(|rule| rule.id == *id), "{id}");
            }
        }
        let switches = known.iter().filter(|rule| rule.kind == RuleKind::Switch);
        assert!(switches.clone().all(|rule| ANSWERED.iter().any(|(_, switch)| *switch == rule.id)));
    }
}
