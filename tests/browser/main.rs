//! Reports in a real browser: they load without an error and fetch nothing, show their drawings, fit a phone, can be
//! read in the dark and with a screen reader, and their tables sort with the keyboard.
//!
//! Where no Chromium is installed the tests say so and pass; `.ci/run` installs one.

mod devtools;

use devtools::Browser;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const RUN: [&str; 9] = [
    "Timeline",
    "Key states over time",
    "Decryptability over time",
    "Availability over time",
    "Latency over time",
    "Latency by phase",
    "Latency distribution",
    "Replication lag over time",
    "Topology",
];
const COMPARE: [&str; 4] =
    ["Recovery time of checkout", "Decryptability", "Timeline", "Key states over time"];
const SWEEP: [&str; 3] = ["Recovery time of checkout", "Timeline", "Key states over time"];

const HEADINGS: [&str; 3] = ["Rules that decided", "Assumptions", "See it again"];

/// The smallest letters, the widest overflow, and texts whose contrast is below 4.5 (WCAG 2.2, AA).
const LOOK: &str = r#"(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].reduce((sum, c, i) => {
    const part = c / 255;
    return sum + [0.2126, 0.7152, 0.0722][i] * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  }, 0);
  const ground = (element) => {
    const color = element && channels(getComputedStyle(element).backgroundColor);
    return !element ? [255, 255, 255] : color[3] === 0 ? ground(element.parentElement) : color;
  };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const faint = new Set();
  for (const part of document.querySelectorAll("h1, h2, p, a, td, th button, caption, figcaption, pre, .drawing text")) {
    const style = getComputedStyle(part);
    const letters = channels(part instanceof SVGElement ? style.fill : style.color);
    const onColour = ["0,0,0", "255,255,255"].includes(letters.slice(0, 3).join());
    if (!(part instanceof SVGElement && onColour) && contrast(letters, ground(part)) < 4.5) {
      faint.add(`${part.tagName} ${style.color} ${style.fill}`);
    }
  }
  const sizes = [...document.querySelectorAll(".drawing text")].map((text) => {
    const svg = text.ownerSVGElement;
    return (parseFloat(text.getAttribute("font-size")) * svg.clientWidth) / svg.viewBox.baseVal.width;
  });
  return { smallest: Math.min(...sizes), width: document.documentElement.scrollWidth, faint: [...faint] };
})()"#;

/// The first column of the table after a heading, and how it is sorted.
const COLUMN: &str = r#"(() => {
  const table = document.activeElement.closest("table");
  const head = document.activeElement.parentElement;
  const cells = [...table.tBodies[0].rows].map((row) => row.children[head.cellIndex].textContent);
  return { cells, sorted: head.getAttribute("aria-sort"), said: document.querySelector("[role=status]").textContent };
})()"#;

fn mrksim(arguments: &[&str]) {
    let ran = Command::new(env!("CARGO_BIN_EXE_mrksim")).args(arguments).output().expect("mrksim runs");
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// Plays a run, a comparison and a sweep into a directory.
fn play(dir: &Path) {
    let place = |name: &str| dir.join(name).to_string_lossy().into_owned();
    let small = ["tutorial/region-outage", "--set", "clients.checkout.rate=1/s", "-q"];
    mrksim(&[&["run", "--out", &place("run")], &small[..]].concat());
    mrksim(&[&["compare", "--trials", "3", "--out", &place("compare")], &small[..]].concat());
    let grid = ["--grid", "timeline.outage.for=5m,1h"];
    mrksim(&[&["sweep", "--out", &place("sweep")], &grid[..], &small].concat());
}

#[test]
fn reports_work_in_a_browser() {
    let Some(mut browser) = Browser::start() else {
        // Not `eprintln!`: the test harness keeps that to itself.
        let _ = writeln!(std::io::stderr(), "skipped: no Chromium is installed");
        return;
    };
    let dir: PathBuf = std::env::temp_dir().join(format!("mrksim-browser-{}", std::process::id()));
    play(&dir);
    let pages: [(&str, &[&str], &str); 3] =
        [("run", &RUN, "#what-happened"), ("compare", &COMPARE, "#objectives"), ("sweep", &SWEEP, "#cells")];
    for (name, drawings, table) in pages {
        let page = dir.join(name).join("report.html");
        for (width, dark) in [(1_280, false), (1_280, true), (390, false)] {
            browser.open(&page, width, dark);
            looks_well(&mut browser, name, width);
            is_quiet(&browser, name);
        }
        is_spoken(&mut browser, name, drawings);
        sorts(&mut browser, name, table);
        has_a_way_to_the_main_part(&mut browser, name);
    }
    std::fs::remove_dir_all(dir).expect("removable");
}

fn looks_well(browser: &mut Browser, name: &str, width: u32) {
    let look = browser.value(LOOK);
    let number = |of: &str| look[of].as_f64().expect("a number");
    assert!(number("width") <= f64::from(width), "{name} is wider than a screen of {width}: {look}");
    assert!(number("smallest") >= 10.0, "{name} has letters that are too small at {width}: {look}");
    assert_eq!(look["faint"], serde_json::json!([]), "{name} at {width}");
}

/// Nothing but the file itself was asked for, and nothing complained of.
fn is_quiet(browser: &Browser, name: &str) {
    for event in &browser.events {
        match event["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" => {
                let url = event["params"]["request"]["url"].as_str().unwrap_or_default();
                assert!(url.starts_with("file:") && url.ends_with("/report.html"), "{name} fetches {url}");
            }
            "Runtime.exceptionThrown" | "Runtime.consoleAPICalled" | "Log.entryAdded" => {
                panic!("{name} complains: {event}");
            }
            _ => {}
        }
    }
}

/// A screen reader finds the parts of the page, and each drawing says what is to be seen in it.
fn is_spoken(browser: &mut Browser, name: &str, drawings: &[&str]) {
    let spoken = browser.spoken();
    let names = |role: &str| {
        spoken.iter().filter(|(of, _)| of == role).map(|(_, name)| name.as_str()).collect::<Vec<_>>()
    };
    for landmark in ["banner", "navigation", "main"] {
        assert_eq!(names(landmark).len(), 1, "{name}: {landmark}");
    }
    for heading in HEADINGS {
        assert!(names("heading").contains(&heading), "{name} has no {heading}: {:?}", names("heading"));
    }
    let images = names("image");
    let count = browser.value("document.querySelectorAll('svg').length");
    assert_eq!(Value::from(images.len()), count, "{name}: every drawing is an image: {images:?}");
    for title in drawings {
        let said = images.iter().find_map(|image| image.strip_prefix(title)?.strip_prefix(". "));
        assert!(said.is_some_and(|said| said.len() > 10), "{name}: {title} is not among {images:?}");
    }
    for role in ["image", "button", "table", "group", "link"] {
        assert!(!names(role).is_empty() && names(role).iter().all(|name| !name.is_empty()), "{name}: {role}");
    }
}

/// Enter sorts a table upwards, Space then downwards; both are said.
fn sorts(browser: &mut Browser, name: &str, heading: &str) {
    browser.value(&format!("document.querySelector('{heading} ~ .scroll th button').focus()"));
    browser.press("Enter", 13, "\r");
    let rising = browser.value(COLUMN);
    browser.press(" ", 32, " ");
    let falling = browser.value(COLUMN);
    assert_eq!(
        (&rising["sorted"], &falling["sorted"]),
        (&"ascending".into(), &"descending".into()),
        "{name}"
    );
    assert!(falling["said"].as_str().is_some_and(|said| said.ends_with("descending.")), "{name}: {falling}");
    let cells = |of: &Value| of["cells"].as_array().expect("cells").clone();
    let mut turned = cells(&falling);
    turned.reverse();
    assert!(turned == cells(&rising) && turned.len() > 1, "{name}: {rising} {falling}");
    if name == "run" {
        let times: Vec<&str> = turned.iter().filter_map(Value::as_str).collect();
        assert_eq!((times[0], times[times.len() - 1]), ("50m", "3h 30m"), "durations of any unit");
    }
}

/// The first stop of the keyboard leads past the contents.
fn has_a_way_to_the_main_part(browser: &mut Browser, name: &str) {
    browser.value("document.activeElement.blur(), scrollTo(0, 0), getSelection().removeAllRanges()");
    browser.value("document.querySelector('.skip').focus()");
    browser.press("Enter", 13, "\r");
    assert_eq!(browser.value("document.activeElement.id"), "main", "{name}");
    let first = "document.querySelector('a, button, [tabindex=\"0\"]').className";
    assert_eq!(browser.value(first), "skip", "{name}: nothing stands before it");
}
