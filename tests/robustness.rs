//! The program against what the world does to it: disks and pipes that are full or closed, runs in each other's way,
//! scenarios larger than anybody writes.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A fresh directory of this test's own.
fn empty(test: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("robustness-{test}"));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).expect("a directory");
    dir
}

fn mrksim(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mrksim"));
    command.args(arguments).stdin(Stdio::null());
    command
}

const SHORT: [&str; 4] = ["run", "tutorial/region-outage", "--set", "clients.checkout.rate=1/s"];

fn done(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = command.output().expect("the program runs");
    let told = String::from_utf8(stderr).expect("UTF-8");
    assert!(!told.contains("panicked"), "{told}");
    (status.code(), told)
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a directory");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn standard_output_that_takes_no_more_is_an_error() {
    let Ok(full) = File::options().write(true).open("/dev/full") else { return };
    let (code, told) = done(mrksim(&["rules"]).stdout(full));
    assert_eq!(code, Some(1));
    assert!(told.starts_with("error: standard output could not be written"), "{told}");
}

#[test]
fn a_reader_who_has_gone_away_is_none() {
    let mut child =
        mrksim(&["rules"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
    assert_eq!((status.code(), String::from_utf8_lossy(&stderr).into_owned()), (Some(0), String::new()));
}

#[test]
fn a_place_that_cannot_be_written_to_is_named_with_a_remedy() {
    let dir = empty("place");
    fs::write(dir.join("file"), "in the way").expect("written");
    let place = dir.join("file/results");
    let place = place.to_str().expect("UTF-8");
    let (code, told) = done(mrksim(&SHORT).args(["--out", place]));
    assert_eq!(code, Some(1));
    assert!(told.contains("file") && told.contains("--out DIR"), "{told}");
    assert_eq!(names(&dir), ["file"]);
}

#[test]
fn runs_into_one_directory_at_once_leave_one_whole_result() {
    let dir = empty("crowd");
    let place = dir.join("run");
    let start = |seed: u32| {
        let mut command = mrksim(&SHORT);
        command.args(["--quiet", "--seed", &seed.to_string(), "--out"]).arg(&place);
        command.stderr(Stdio::piped()).spawn().expect("it runs")
    };
    let all: Vec<_> = (1..=6).map(start).collect();
    for child in all {
        let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
        // What the scenario expects may fail under another seed; the results are written all the same.
        assert!(matches!(status.code(), Some(0 | 4)), "{}", String::from_utf8_lossy(&stderr));
    }
    assert_eq!(names(&dir), ["run"]);
    let summary = fs::read_to_string(place.join("summary.json")).expect("a summary");
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    let page = fs::read_to_string(place.join("report.html")).expect("a page");
    assert!(page.contains(summary["digest"].as_str().expect("a digest")), "files of two runs are mixed");
}

/// So many keys over all 32 Regions, with a table and an application.
fn large(keys: usize) -> String {
    let regions: Vec<&str> = mrksim_regions();
    let list = |names: &[&str]| {
        format!("[{}]", names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "))
    };
    let mut text = format!("title = \"large\"\nduration = \"1m\"\nregions = {}\n", list(&regions));
    for key in 0..keys {
        let at = |step: usize| regions[(key + step) % regions.len()];
        text += &format!(
            "[keys.k{key}]\nkind = \"multi-region\"\nprimary = \"{}\"\nreplicas = {}\n",
            at(0),
            list(&[at(1), at(2), at(3)])
        );
    }
    text + "[stores.s]\nkind = \"dynamodb-global-table\"\nregions = [\"us-east-1\"]\nitems = 10\npreload = \"c\"\n\
            [clients.c]\nregion = \"us-east-1\"\nstore = \"s\"\nrate = \"1/s\"\nmix = { read = 1.0 }\nkeyring = { mrk = \"k0\" }\n"
}

/// The Regions with measured latencies: the header of the table.
fn mrksim_regions() -> Vec<&'static str> {
    let table = include_str!("../src/world/data/rtt-ms.csv");
    let head = table.lines().find(|line| line.starts_with("region,")).expect("a header");
    head.split(',').skip(1).collect()
}

#[test]
fn a_scenario_of_a_megabyte_with_ten_thousand_keys_in_every_region_is_played() {
    let dir = empty("large");
    let text = large(10_000);
    assert!(text.len() > 1_000_000 && mrksim_regions().len() == 32);
    fs::write(dir.join("large.toml"), text).expect("written");
    let (file, out) = (dir.join("large.toml"), dir.join("out"));
    let (code, told) = done(mrksim(&["run", "--quiet", "--out"]).arg(&out).arg(&file));
    assert_eq!((code, told.as_str()), (Some(0), ""));
    let page = fs::metadata(out.join("report.html")).expect("a page").len();
    assert!(page < 8 << 20, "nobody opens a page of {page} bytes");
}

#[test]
fn more_than_can_be_read_is_refused() {
    let dir = empty("too-large");
    fs::write(dir.join("keys.toml"), large(20_001)).expect("written");
    let (code, told) = done(mrksim(&["check"]).arg(dir.join("keys.toml")));
    assert_eq!(code, Some(3));
    assert!(told.contains("at most 20000 keys"), "{told}");
    let file = File::create(dir.join("file.toml")).expect("created");
    file.set_len(17 << 20).expect("as long as that");
    let (code, told) = done(mrksim(&["check"]).arg(dir.join("file.toml")));
    assert_eq!(code, Some(1));
    assert!(told.contains("larger than 16 MiB"), "{told}");
}
