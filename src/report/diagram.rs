//! Diagrams as text: Mermaid, which Markdown pages draw by themselves, and Graphviz.

use super::scene::{Kind, Place, Scene, Thing};
use crate::runlog::RunLog;
use std::fmt::Write;

/// An arrow between two things, by their identifiers.
struct Arrow {
    from: String,
    to: String,
    says: &'static str,
    /// Whether it follows by itself, as a replica does.
    follows: bool,
}

fn id(place: usize, thing: &Thing) -> String {
    format!("r{place}_{}_{}", thing.kind.name(), thing.name.replace('-', "_"))
}

/// Primary to replica keys, copy to copy, client to its store and to its keys.
fn arrows(log: &RunLog, scene: &Scene) -> Vec<Arrow> {
    let all = || {
        let things = scene.places.iter().enumerate();
        things.flat_map(|(place, held)| held.things.iter().map(move |thing| (place, thing)))
    };
    let of = |kind: Kind, name: &str| {
        let name = name.to_owned();
        all().filter(move |(_, thing)| thing.kind == kind && thing.name == name).collect::<Vec<_>>()
    };
    let mut arrows = Vec::new();
    let arrow = |from: (usize, &Thing), to: (usize, &Thing), says, follows| Arrow {
        from: id(from.0, from.1),
        to: id(to.0, to.1),
        says,
        follows,
    };
    for key in &log.keys {
        let keys = of(Kind::Key, &key.name);
        if let Some(primary) = keys.iter().find(|(_, key)| key.leads) {
            let replicas = keys.iter().filter(|(_, key)| !key.leads);
            arrows.extend(replicas.map(|replica| arrow(*primary, *replica, "key material", true)));
        }
    }
    for store in &log.stores {
        let copies = of(Kind::Store, &store.name);
        let first = copies.iter().find(|(_, copy)| copy.leads).or(copies.first());
        if let Some(first) = first {
            let others = copies.iter().filter(|(place, _)| *place != first.0);
            arrows.extend(others.map(|other| arrow(*first, *other, "replication", true)));
        }
    }
    for client in &log.clients {
        for (place, found) in of(Kind::Client, &client.name) {
            let here = |kind, name: &str| {
                let found = of(kind, name);
                found.iter().find(|(at, _)| *at == place).or(found.first()).copied()
            };
            if let Some(store) = here(Kind::Store, &log.stores[client.store].name) {
                arrows.push(arrow((place, found), store, "reads and writes", false));
            }
            let named =
                |name: &str| client.keyring.split(|c: char| "(), ".contains(c)).any(|word| word == name);
            for key in log.keys.iter().filter(|key| named(&key.name)) {
                if let Some(key) = here(Kind::Key, &key.name) {
                    arrows.push(arrow((place, found), key, "encrypts", false));
                }
            }
        }
    }
    arrows
}

/// A text in quotes that neither language can take for its own.
fn plain(text: &str) -> String {
    text.replace(['"', '\\', '\n'], " ").replace('<', "(").replace('>', ")")
}

fn label(thing: &Thing, line: &str) -> String {
    format!("{}{line}{}", plain(&thing.name), plain(&thing.role))
}

/// A flow chart for Mermaid.
pub fn mermaid(log: &RunLog, scene: &Scene) -> String {
    let mut text = format!("---\ntitle: \"{}, at {}\"\n---\nflowchart LR\n", plain(&scene.title), scene.at);
    for (index, place) in scene.places.iter().enumerate() {
        let _ = writeln!(text, "  subgraph r{index}[\"{}\"]", name(place));
        for thing in &place.things {
            let (id, label) = (id(index, thing), label(thing, "<br/>"));
            let node = match thing.kind {
                Kind::Key => format!("{{{{\"{label}\"}}}}"),
                Kind::Store => format!("[(\"{label}\")]"),
                Kind::Client => format!("([\"{label}\"])"),
                Kind::Fault => format!(">\"{label}\"]"),
            };
            let class = if thing.broken { ":::broken" } else { "" };
            let _ = writeln!(text, "    {id}{node}{class}");
        }
        text += "  end\n";
    }
    for arrow in arrows(log, scene) {
        let line = if arrow.follows { "-.->" } else { "-->" };
        let _ = writeln!(text, "  {} {line}|{}| {}", arrow.from, arrow.says, arrow.to);
    }
    for way in scene.ways.iter().filter(|way| way.down) {
        let _ = writeln!(text, "  r{} --x|cut| r{}", way.from, way.to);
    }
    text += "  classDef broken fill:#f6d5d5,stroke:#82162a,color:#82162a\n";
    for (index, _) in scene.places.iter().enumerate().filter(|(_, place)| place.down) {
        let _ = writeln!(text, "  style r{index} fill:#f6d5d5,stroke:#82162a");
    }
    text
}

fn name(place: &Place) -> String {
    match place.down {
        true => format!("{} ✗", plain(&place.name)),
        false => plain(&place.name),
    }
}

/// A graph for Graphviz's `dot`.
pub fn graphviz(log: &RunLog, scene: &Scene) -> String {
    let mut text = format!(
        "digraph scenario {{\n  label=\"{}, at {}\"; labelloc=t; rankdir=LR; fontname=\"Helvetica\";\n  node [fontname=\"Helvetica\", fontsize=11]; edge [fontname=\"Helvetica\", fontsize=9];\n",
        plain(&scene.title),
        scene.at
    );
    for (index, place) in scene.places.iter().enumerate() {
        let color = if place.down { "color=\"#82162a\"; bgcolor=\"#f6d5d5\"" } else { "color=\"#b0b7c0\"" };
        let _ = writeln!(text, "  subgraph cluster_{index} {{\n    label=\"{}\"; {color};", name(place));
        if place.things.is_empty() {
            let _ = writeln!(text, "    r{index}_nothing [shape=point, style=invis];");
        }
        for thing in &place.things {
            let shape = match thing.kind {
                Kind::Key => "hexagon",
                Kind::Store => "cylinder",
                Kind::Client => "ellipse",
                Kind::Fault => "note",
            };
            let broken = if thing.broken { ", color=\"#82162a\", fontcolor=\"#82162a\"" } else { "" };
            let label = label(thing, "\\n");
            let _ = writeln!(text, "    {} [label=\"{label}\", shape={shape}{broken}];", id(index, thing));
        }
        text += "  }\n";
    }
    for arrow in arrows(log, scene) {
        let style = if arrow.follows { ", style=dashed" } else { "" };
        let _ = writeln!(text, "  {} -> {} [label=\"{}\"{style}];", arrow.from, arrow.to, arrow.says);
    }
    text + "}\n"
}
