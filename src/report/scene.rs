//! What there is at a moment: Regions with their keys, data and applications, what has failed, and the ways between.
//! Diagrams are drawn of it: SVG, Mermaid, Graphviz.

use crate::runlog::RunLog;
use crate::sim::{Span, Time};
use serde_json::json;

/// What a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A KMS key.
    Key,
    /// A copy of a store.
    Store,
    /// A client.
    Client,
    /// Something that has failed.
    Fault,
}

impl Kind {
    /// `key`, …
    pub fn name(self) -> &'static str {
        match self {
            Kind::Key => "key",
            Kind::Store => "store",
            Kind::Client => "client",
            Kind::Fault => "fault",
        }
    }

    /// `keys`, …
    pub fn plural(self) -> &'static str {
        match self {
            Kind::Key => "keys",
            Kind::Store => "stores",
            Kind::Client => "clients",
            Kind::Fault => "faults",
        }
    }
}

/// A thing in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: Kind,
    /// Whether others follow it: a primary key, a writer, a client that sends requests.
    pub leads: bool,
    /// Its name in the scenario.
    pub name: String,
    /// `primary key`, `replica key, Disabled`, `writer`; of a client its keyring.
    pub role: String,
    /// Whether it cannot do its work by itself: a key that is not Enabled.
    pub broken: bool,
}

/// A Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Whether a fault holds all of it down.
    pub down: bool,
    /// What it holds, faults first.
    pub things: Vec<Thing>,
}

/// A directed way between two Regions (indices).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// From.
    pub from: usize,
    /// To.
    pub to: usize,
    /// Mean one-way latency.
    pub latency: Span,
    /// Whether a fault holds it down.
    pub down: bool,
}

/// Everything at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scene {
    /// The scenario's title.
    pub title: String,
    /// The moment.
    pub at: Time,
    /// In the order of the scenario.
    pub places: Vec<Place>,
    /// The ways between them.
    pub ways: Vec<Way>,
}

/// States in which a key or a copy is as it should be, which need not be said.
const WELL: [&str; 5] = ["Enabled", "ACTIVE", "available", "InSync", "enabled"];

impl Scene {
    /// The scene for scripts: Regions with what they hold, and the ways between them.
    pub fn json(&self) -> String {
        let thing = |thing: &Thing| {
            json!({
                "kind": thing.kind.name(),
                "name": thing.name,
                "role": thing.role,
                "leads": thing.leads,
                "broken": thing.broken,
            })
        };
        let place = |place: &Place| {
            let things: Vec<_> = place.things.iter().map(thing).collect();
            json!({ "name": place.name, "down": place.down, "things": things })
        };
        let way = |way: &Way| {
            let (from, to) = (&self.places[way.from].name, &self.places[way.to].name);
            json!({ "from": from, "to": to, "latency_ms": way.latency.as_secs_f64() * 1e3, "down": way.down })
        };
        let scene = json!({
            "title": self.title,
            "at_s": self.at.as_secs_f64(),
            "regions": self.places.iter().map(place).collect::<Vec<_>>(),
            "links": self.ways.iter().map(way).collect::<Vec<_>>(),
        });
        format!("{scene:#}\n")
    }

    /// The scene of a run at a moment: the run must reach it.
    pub fn of(log: &RunLog, at: Time) -> Scene {
        let active =
            || log.faults.iter().filter(|fault| fault.start <= at && fault.end.is_none_or(|end| at < end));
        let places = (0..log.regions.len()).map(|place| {
            let mine = || active().filter(|fault| fault.region == Some(place));
            let fault = |fault: &crate::runlog::FaultSpan| Thing {
                kind: Kind::Fault,
                leads: true,
                name: fault.name.clone(),
                role: match fault.scope == log.regions[place] {
                    true => fault.kind.to_owned(),
                    false => format!("{} {}", fault.kind, fault.scope),
                },
                broken: true,
            };
            let things = mine().map(fault).chain(held(log, place, at)).collect();
            let down = mine().any(|fault| ["region-outage", "region-loss"].contains(&fault.kind));
            Place { name: log.regions[place].clone(), down, things }
        });
        let ways = log.links.iter().map(|(from, to, latency)| {
            let (a, b) = (&log.regions[*from], &log.regions[*to]);
            let cuts = |scope: &str| {
                scope.contains(&format!("{a} -> {b}"))
                    || [format!("{a} <-> {b}"), format!("{b} <-> {a}")].iter().any(|way| scope.contains(way))
            };
            let down = active().any(|fault| cuts(&fault.scope));
            Way { from: *from, to: *to, latency: *latency, down }
        });
        Scene { title: log.title.clone(), at, places: places.collect(), ways: ways.collect() }
    }
}

/// Keys, copies and clients of a Region.
fn held(log: &RunLog, place: usize, at: Time) -> Vec<Thing> {
    let with = |role: &str, state: Option<&str>| match state.filter(|state| !WELL.contains(state)) {
        Some(state) => format!("{role}, {state}"),
        None => role.to_owned(),
    };
    let mut things = Vec::new();
    for key in &log.keys {
        let Some(state) = key.state(place, at).filter(|state| *state != "deleted") else { continue };
        let leads = key.primary_at(at) == place;
        let role = match (leads, key.kind) {
            (true, "single-region") => "single-Region key",
            (true, _) => "primary key",
            (false, _) => "replica key",
        };
        let (name, role, broken) = (key.name.clone(), with(role, Some(state)), state != "Enabled");
        things.push(Thing { kind: Kind::Key, leads, name, role, broken });
    }
    for (index, store) in log.stores.iter().enumerate() {
        let known = if at == Time::ZERO { store.regions.clone() } else { log.replicas(index) };
        if !known.contains(&place) {
            continue;
        }
        let writer = store.writers.iter().rev().find(|(_, since)| *since <= at).map(|(region, _)| *region);
        let role = match writer {
            Some(region) if region == place => "writer",
            Some(_) => "read only",
            None => "replica",
        };
        let state = store.status(place, at);
        let broken = state.is_some_and(|state| !WELL.contains(&state));
        let (leads, name, role) = (writer == Some(place), store.name.clone(), with(role, state));
        things.push(Thing { kind: Kind::Store, leads, name, role, broken });
    }
    for client in log.clients.iter().filter(|client| client.home(at) == place) {
        let (leads, name, role) = (client.traffic, client.name.clone(), client.keyring.clone());
        things.push(Thing { kind: Kind::Client, leads, name, role, broken: false });
    }
    things
}
