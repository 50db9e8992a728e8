//! The states of every key in every Region over time.

use super::canvas::Color;
use super::strips::{Group, Strip, draw};
use super::{MOST, first};
use crate::report::region;
use crate::runlog::{KeyInfo, RunLog};
use crate::sim::Time;

/// The states as AWS calls them, and `deleted`. Their colours differ in lightness, too.
const STATES: [(&str, Color); 9] = [
    ("Enabled", Color(64, 162, 143)),
    ("Disabled", Color(242, 183, 64)),
    ("PendingDeletion", Color(213, 94, 0)),
    ("PendingReplicaDeletion", Color(66, 114, 184)),
    ("PendingImport", Color(178, 184, 192)),
    ("Creating", Color(148, 203, 209)),
    ("Updating", Color(204, 121, 167)),
    ("Unavailable", Color(107, 114, 124)),
    ("deleted", Color(130, 22, 42)),
];

/// A strip for each key and Region. `None`: there are no keys.
pub fn keys(log: &RunLog) -> Option<String> {
    let groups: Vec<Group> = log.keys.iter().take(MOST).map(|key| group(log, key)).collect();
    let occurs = |name: &str| log.keys.iter().flat_map(|key| &key.states).any(|(_, state, _)| state == name);
    let legend: Vec<(Color, String)> = STATES
        .iter()
        .filter(|(name, _)| occurs(name))
        .map(|(name, color)| (*color, (*name).to_owned()))
        .collect();
    let subtitle = "The state of each key in each Region".to_owned() + &first(MOST, log.keys.len());
    draw(log, ("Key states", &subtitle), &legend, &groups)
}

fn group(log: &RunLog, key: &KeyInfo) -> Group {
    let mut strips: Vec<(usize, Strip)> = Vec::new();
    let end = Time::ZERO + log.duration;
    for (place, state, since) in key.states.iter().filter(|(_, _, since)| *since < end) {
        let color = STATES.iter().find(|(name, _)| name == state).map_or(super::GREY, |(_, color)| *color);
        let at = strips.iter().position(|(of, _)| of == place).unwrap_or_else(|| {
            let strip = Strip {
                name: region(log, *place).to_owned(),
                detail: role(key, *place),
                steps: Vec::new(),
                last: String::new(),
            };
            strips.push((*place, strip));
            strips.len() - 1
        });
        let steps = &mut strips[at].1.steps;
        // Of several states of one instant the last one stays.
        steps.retain(|(time, _)| time != since);
        steps.push((*since, vec![(color, 1.0)]));
    }
    let strips = strips.into_iter().map(|(_, strip)| strip).collect();
    Group { name: format!("{} ({} key)", key.name, key.kind.replace("region", "Region")), strips }
}

/// What the key is there: at the start, and what it became.
fn role(key: &KeyInfo, place: usize) -> String {
    let became = key.moves.iter().find(|(to, _)| *to == place && key.primary != place);
    match (key.kind, became) {
        ("single-region", _) => "single-Region key".to_owned(),
        (_, Some((_, since))) => format!("replica, primary at {since}"),
        _ if key.primary == place => "primary key".to_owned(),
        _ => "replica key".to_owned(),
    }
}
