//! What KMS keys cost: a dollar a month each, by the time that they stand, and one for each of two rotations.

use super::{Design, Group, Line, prices};
use crate::runlog::{KeyInfo, RunLog};
use crate::sim::{Span, Time};

/// Rotations after the second cost nothing (KMS-PRC-2).
const MOST_SURCHARGES: usize = 2;

/// The lines of every key that the scenario declares, by Region; and keys that the run made.
pub fn lines(log: &RunLog, design: &Design) -> Vec<Line> {
    let mut lines: Vec<Line> = log.keys.iter().flat_map(|key| of_set(log, design, key)).collect();
    let made = log.calls.iter().filter(|call| call.operation.name == "CreateKey" && call.error.is_none());
    let what = "keys that steps made".to_owned();
    lines.push(Line::new(Group::Keys, what, None, made.count() as f64, prices::find("kms-created-key")));
    lines
}

fn of_set(log: &RunLog, design: &Design, key: &KeyInfo) -> Vec<Line> {
    let end = Time::ZERO + log.duration;
    let share = |span: Span| span.0 as f64 / log.duration.0.max(1) as f64;
    let mut lines = Vec::new();
    for region in key.regions() {
        let stands = standing(key, region, end);
        let rotations = rotations(log, key);
        let surcharged =
            rotations.iter().take(MOST_SURCHARGES).map(|since| share(length(&stands.billed, *since)));
        let bears = region == key.primary_at(end) || design.surcharge_of_replicas;
        let surcharge = if bears { surcharged.sum() } else { 0.0 };
        let mut line = |what: String, quantity, price, rule| {
            let of = Some(key.name.clone());
            lines.push(Line::new(Group::Keys, what, of, quantity, prices::find(price)).by(rule));
        };
        let name = format!("key {} in {}", key.name, log.regions[region]);
        let pending = format!("{name}, pending deletion");
        line(name.clone(), share(length(&stands.billed, Time::ZERO)), "kms-key", "KMS-PRC-1");
        line(format!("{name}, rotations"), surcharge, "kms-rotation", "KMS-PRC-2");
        line(pending, share(length(&stands.free, Time::ZERO)), "kms-pending-deletion", "KMS-PRC-4");
    }
    lines
}

/// Stretches of time, from and to.
type Stretches = Vec<(Time, Time)>;

/// When the key of a set in a Region was there.
#[derive(Debug, Default, PartialEq)]
struct Standing {
    /// Billed. A deletion that is cancelled is billed as if it had never been scheduled (KMS-PRC-4).
    billed: Stretches,
    /// Pending deletion, and not cancelled.
    free: Stretches,
}

fn standing(key: &KeyInfo, region: usize, end: Time) -> Standing {
    let states: Vec<(&str, Time)> = (key.states.iter())
        .filter(|(place, _, since)| *place == region && *since < end)
        .map(|(_, state, since)| (state.as_str(), *since))
        .collect();
    let mut standing = Standing::default();
    let mut waiting = Stretches::new();
    for (index, (state, since)) in states.iter().enumerate() {
        let stretch = (*since, states.get(index + 1).map_or(end, |(_, next)| *next));
        match *state {
            "PendingDeletion" | "PendingReplicaDeletion" => waiting.push(stretch),
            "deleted" => standing.free.append(&mut waiting),
            _ => {
                standing.billed.append(&mut waiting);
                standing.billed.push(stretch);
            }
        }
    }
    standing.free.append(&mut waiting);
    standing
}

/// How long the stretches are, after an instant.
fn length(stretches: &[(Time, Time)], since: Time) -> Span {
    let lengths = stretches.iter().map(|(from, to)| to.0.saturating_sub(from.0.max(since.0)));
    Span(lengths.sum())
}

/// When the set's rotations came into effect: each Region tells of the same ones.
fn rotations(log: &RunLog, key: &KeyInfo) -> Vec<Time> {
    let told = log.events.iter().filter(|event| {
        event.source == "service" && event.operation == "RotateKey" && event.target.ends_with(&key.key_id)
    });
    let mut times: Vec<Time> = told.map(|event| event.time).collect();
    times.dedup();
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u64) -> Time {
        Time::ZERO + Span::days(number)
    }

    fn key(states: &[(usize, &str, u64)]) -> KeyInfo {
        KeyInfo {
            name: "k".into(),
            key_id: "mrk-1".into(),
            kind: "multi-region",
            primary: 0,
            replicas: Vec::new(),
            moves: Vec::new(),
            states: states
                .iter()
                .map(|(region, state, at)| (*region, (*state).to_owned(), day(*at)))
                .collect(),
        }
    }

    #[test]
    fn a_deletion_is_free_and_a_cancelled_one_is_not() {
        let gone = key(&[(0, "Enabled", 0), (0, "PendingDeletion", 3), (0, "deleted", 10)]);
        let stands = standing(&gone, 0, day(30));
        assert_eq!(length(&stands.billed, Time::ZERO), Span::days(3));
        assert_eq!(length(&stands.free, Time::ZERO), Span::days(7));
        let kept = key(&[(0, "Enabled", 0), (0, "PendingDeletion", 3), (0, "Disabled", 9)]);
        let stands = standing(&kept, 0, day(30));
        assert_eq!((length(&stands.billed, Time::ZERO), stands.free), (Span::days(30), vec![]));
    }

    #[test]
    fn a_primary_that_waits_for_its_replicas_is_pending_too() {
        let waits = key(&[(0, "Enabled", 0), (0, "PendingReplicaDeletion", 5), (0, "PendingDeletion", 12)]);
        let stands = standing(&waits, 0, day(20));
        assert_eq!(length(&stands.billed, Time::ZERO), Span::days(5));
        assert_eq!(length(&stands.free, Time::ZERO), Span::days(15));
    }

    #[test]
    fn a_replica_is_billed_from_when_it_is_made_and_alone() {
        let set = key(&[(0, "Enabled", 0), (1, "Creating", 10), (1, "Enabled", 10), (0, "Disabled", 15)]);
        assert_eq!(length(&standing(&set, 1, day(30)).billed, Time::ZERO), Span::days(20));
        assert_eq!(length(&standing(&set, 0, day(30)).billed, Time::ZERO), Span::days(30));
        assert_eq!(length(&standing(&set, 0, day(30)).billed, day(12)), Span::days(18));
        assert_eq!(standing(&set, 2, day(30)), Standing::default());
    }
}
