//! Drawings: what is on them, and that they are valid and repeatable. Cargo's directory for temporary
//! files keeps them, to be looked at.

use crate::sample::*;
use mrksim::report::svg;
use mrksim::runlog::{Class, RunLog, StalenessPoint};
use mrksim::sim::{Span, Time};
use std::fs;
use std::path::Path;

fn drawing(name: &str, log: &RunLog) -> String {
    let found = svg::drawings(log).into_iter().find(|(each, _)| *each == name);
    found.unwrap_or_else(|| panic!("no {name}")).1
}

#[test]
fn every_drawing_is_there_and_repeatable() {
    let drawings = svg::drawings(&outage_run());
    let names: Vec<&str> = drawings.iter().map(|(name, _)| *name).collect();
    let expected = [
        "timeline.svg",
        "decryptability.svg",
        "success.svg",
        "latency.svg",
        "latency_phases.svg",
        "latency_distribution.svg",
        "lag.svg",
        "keys.svg",
        "topology.svg",
    ];
    assert_eq!(names, expected);
    assert_eq!(drawings, svg::drawings(&outage_run()));
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("drawings");
    fs::create_dir_all(&dir).unwrap();
    for (name, text) in &drawings {
        fs::write(dir.join(name), text).unwrap();
    }
    for (name, text) in svg::drawings(&crowded_run()) {
        fs::write(dir.join(format!("crowded_{name}")), text).unwrap();
    }
}

/// Twelve Regions, hostile names, a hundred faults, thirty days.
fn crowded_run() -> RunLog {
    let mut log = outage_run();
    log.title = "<Tom & \"Jerry\"> \u{7} 'quoted'".into();
    log.duration = Span::days(30);
    for n in 3..12 {
        log.regions.push(format!("made-up-region-{n}"));
        log.stores[0].regions.push(n);
    }
    log.links = (0..12).flat_map(|from| (0..12).map(move |to| (from, to, Span::millis(50)))).collect();
    log.clients[0].name = "a-client-with-a-name-that-goes-on-and-on".into();
    for day in 0..29 {
        for n in 0..4 {
            let start = Time::ZERO + Span::days(day);
            let name = format!("fault-with-quite-a-long-name-{day}-{n}");
            log.faults.push(outage(&name, 0, start, Some(start + Span::HOUR)));
        }
    }
    log
}

/// (attributes, content) of every element of that name.
fn elements<'a>(svg: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let opening = format!("<{name} ");
    let parts = svg.split(opening.as_str()).skip(1);
    parts
        .map(|part| part.split_once('>').expect("a closed tag"))
        .map(|(tag, rest)| (tag, rest.split('<').next().unwrap_or_default().trim()))
        .collect()
}

fn number(attributes: &str, name: &str) -> f64 {
    let (_, rest) =
        attributes.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("no {name} in {attributes}"));
    rest.split('"').next().unwrap().parse().unwrap()
}

#[test]
fn they_are_well_formed_xml_whatever_the_names() {
    for log in [outage_run(), crowded_run()] {
        for (name, svg) in svg::drawings(&log) {
            let mut open = Vec::new();
            for part in svg.split('<').skip(1) {
                let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("{name}: <{part}"));
                assert_eq!(tag.matches('"').count() % 2, 0, "{name}: {tag}");
                let word = tag.split_whitespace().next().unwrap();
                match word.strip_prefix('/') {
                    Some(closed) => assert_eq!(open.pop(), Some(closed), "{name}"),
                    None if !tag.ends_with('/') => open.push(word),
                    None => {}
                }
                assert!(!text.contains('>'), "{name}: {text}");
                for entity in text.split('&').skip(1) {
                    assert!(
                        ["lt;", "gt;", "amp;", "quot;", "apos;"].iter().any(|e| entity.starts_with(e)),
                        "{entity}"
                    );
                }
            }
            assert!(open.is_empty(), "{name}: {open:?}");
            assert!(!svg.chars().any(|each| each.is_control() && each != '\n'), "{name}");
        }
    }
}

#[test]
fn no_text_runs_over_the_edge() {
    for log in [outage_run(), crowded_run(), quiet()] {
        for (name, svg) in svg::drawings(&log) {
            let view = svg.split_once("viewBox=\"0 0 ").unwrap().1;
            let size: Vec<f64> =
                view.split('"').next().unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
            for (tag, text) in elements(&svg, "text") {
                let (x, y) = (number(tag, "x"), number(tag, "y"));
                let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
                let width = text.chars().count() as f64 * number(tag, "font-size") * 0.55;
                let left = match tag {
                    tag if tag.contains("\"start\"") => x,
                    tag if tag.contains("\"middle\"") => x - width / 2.0,
                    _ => x - width,
                };
                assert!(
                    left >= 0.0 && left + width <= size[0],
                    "{name}: {text:?} from {left} of {}",
                    size[0]
                );
                assert!(y > 0.0 && y < size[1], "{name}: {text:?} at {y} of {}", size[1]);
            }
        }
    }
}

#[test]
fn colours_stand_for_what_the_ledger_says() {
    let recoverable = "#4272B8";
    let mut log = outage_run();
    assert!(drawing("decryptability.svg", &log).contains(recoverable));
    log.ledger.retain(|row| row.class != Class::Recoverable);
    assert!(!drawing("decryptability.svg", &log).contains(recoverable), "neither strip nor legend");
}

#[test]
fn faults_are_shaded_and_named() {
    let mut log = outage_run();
    let shades =
        |svg: &str| elements(svg, "rect").iter().filter(|(tag, _)| tag.contains("opacity=\"0.16\"")).count();
    for name in ["decryptability.svg", "success.svg", "latency.svg", "lag.svg"] {
        let svg = drawing(name, &log);
        assert_eq!(shades(&svg), 2, "{name}");
        assert!(svg.contains("outage: region-outage us-east-1"), "{name}");
    }
    log.faults.clear();
    assert_eq!(shades(&drawing("lag.svg", &log)), 0);
}

#[test]
fn what_has_no_data_is_not_drawn() {
    let names: Vec<&str> = svg::drawings(&quiet()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["keys.svg", "topology.svg"]);
}

#[test]
fn the_topology_shows_keys_stores_clients_and_latencies() {
    let svg = drawing("topology.svg", &outage_run());
    let texts: Vec<&str> = elements(&svg, "text").into_iter().map(|(_, text)| text).collect();
    for expected in [
        "us-east-1",
        "orders (primary key)",
        "orders (replica key)",
        "ledger (single-Region key)",
        "ledger (writer)",
        "ledger (read only)",
        "checkout: mrk(orders)",
        "99ms / 98ms",
        "34ms",
    ] {
        assert!(texts.contains(&expected), "{expected} is not among {texts:?}");
    }
}

#[test]
fn no_lag_has_a_line_of_its_own_below_the_logarithmic_axis() {
    let mut log = quiet();
    let point = |time, staleness| StalenessPoint { time, store: 0, region: 1, staleness };
    log.staleness = vec![point(at(0, 0, 0), Span::SECOND), point(at(1, 0, 0), Span::millis(20))];
    let zeros = |log: &RunLog| {
        let svg = drawing("lag.svg", log);
        elements(&svg, "text").iter().filter(|(_, text)| *text == "0").count()
    };
    assert_eq!(zeros(&log), 1, "of the time axis");
    log.staleness.push(point(at(2, 0, 0), Span::ZERO));
    assert_eq!(zeros(&log), 2);
}

#[test]
fn the_timeline_has_a_bar_for_a_fault_and_a_mark_for_a_deed() {
    let svg = drawing("timeline.svg", &outage_run());
    let texts: Vec<&str> = elements(&svg, "text").into_iter().map(|(_, text)| text).collect();
    for expected in ["outage", "region-outage us-east-1", "Steps"] {
        assert!(texts.contains(&expected), "{expected} is not among {texts:?}");
    }
    assert!(!elements(&svg, "circle").is_empty());
}

#[test]
fn every_state_of_a_key_is_drawn_and_named() {
    let mut log = outage_run();
    log.keys[0].states.push((0, "PendingDeletion".into(), at(1, 0, 0)));
    log.keys[0].states.push((0, "deleted".into(), at(3, 0, 0)));
    let svg = drawing("keys.svg", &log);
    let times = |wanted: &str| elements(&svg, "text").iter().filter(|(_, text)| *text == wanted).count();
    assert_eq!(times("deleted"), 2, "in the legend and in the strip: {svg}");
    assert_eq!(times("PendingDeletion"), 3, "and in another Region");
}

#[test]
fn the_phases_of_a_latency_stand_side_by_side() {
    let svg = drawing("latency_phases.svg", &outage_run());
    let texts: Vec<&str> = elements(&svg, "text").into_iter().map(|(_, text)| text).collect();
    for phase in ["network", "kms-queue", "kms-service", "store"] {
        assert!(texts.contains(&phase), "{phase} is not among {texts:?}");
    }
}
