//! A run's directory of results.

use crate::sample::*;
use mrksim::report::files::{Options, WriteError, write};
use std::fs;
use std::path::{Path, PathBuf};

const FORCE: Options = Options { force: true, trail: false, trace: false, reproduce: String::new() };

/// An empty directory of this test's own.
fn empty(test: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("files-{test}"));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_file_is_there_and_nothing_beside() {
    let parent = empty("whole");
    let dir = parent.join("results/region-outage");
    write(&outage_run(), &dir, &Options::default()).unwrap();
    let expected = [
        "answers.jsonl",
        "availability.csv",
        "data_loss.csv",
        "decryptability.csv",
        "decryptability.svg",
        "events.csv",
        "keys.svg",
        "lag.svg",
        "latency.csv",
        "latency.svg",
        "latency_distribution.svg",
        "latency_over_time.csv",
        "latency_phases.svg",
        "refusals.csv",
        "replication.csv",
        "report.html",
        "staleness.csv",
        "success.svg",
        "summary.json",
        "timeline.svg",
        "topology.svg",
    ];
    assert_eq!(names(&dir), expected);
    assert_eq!(names(&parent.join("results")), ["region-outage"], "no temporary directory is left");
}

#[test]
fn the_trail_is_written_on_request() {
    let dir = empty("trail").join("run");
    write(&outage_run(), &dir, &Options { trail: true, ..Options::default() }).unwrap();
    assert!(dir.join("trail.jsonl").exists());
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let parent = empty("bytes");
    let [one, two] = ["one", "two"].map(|name| parent.join(name));
    write(&outage_run(), &one, &Options::default()).unwrap();
    write(&outage_run(), &two, &Options::default()).unwrap();
    for name in names(&one) {
        assert_eq!(fs::read(one.join(&name)).unwrap(), fs::read(two.join(&name)).unwrap(), "{name}");
    }
}

#[test]
fn an_earlier_result_of_the_same_name_and_title_is_replaced() {
    let dir = empty("again").join("run");
    write(&outage_run(), &dir, &Options::default()).unwrap();
    fs::write(dir.join("stray.txt"), "of the earlier result").unwrap();
    let mut again = outage_run();
    again.seed = 8;
    write(&again, &dir, &Options::default()).unwrap();
    assert!(fs::read_to_string(dir.join("summary.json")).unwrap().contains("\"seed\": 8"));
    assert!(!dir.join("stray.txt").exists());
}

#[test]
fn an_empty_directory_is_taken() {
    let dir = empty("empty");
    write(&quiet(), &dir, &Options::default()).unwrap();
    assert!(dir.join("summary.json").exists());
}

#[test]
fn anything_else_is_refused_until_forced() {
    let parent = empty("foreign");
    let other = parent.join("other-title");
    let mut earlier = outage_run();
    earlier.title = "Another title".into();
    write(&earlier, &other, &Options::default()).unwrap();
    let foreign = parent.join("photos");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("cat.jpg"), "meow").unwrap();
    let file = parent.join("notes.txt");
    fs::write(&file, "a file").unwrap();

    for (dir, what) in
        [(&other, "the results of \"Another title\""), (&foreign, "something else"), (&file, "a file")]
    {
        let error = write(&outage_run(), dir, &Options::default()).unwrap_err();
        assert!(matches!(error, WriteError::Occupied { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(what) && text.contains("--out DIR") && text.contains("--force"), "{text}");
    }
    assert_eq!(fs::read_to_string(foreign.join("cat.jpg")).unwrap(), "meow");
    assert_eq!(fs::read_to_string(&file).unwrap(), "a file");

    for dir in [&other, &foreign, &file] {
        write(&outage_run(), dir, &FORCE).unwrap();
        assert!(dir.join("summary.json").exists());
        assert!(!dir.join("cat.jpg").exists());
    }
    assert_eq!(names(&parent), ["notes.txt", "other-title", "photos"]);
}

#[test]
fn a_parent_that_cannot_hold_directories_is_an_error_with_a_remedy() {
    let parent = empty("parent").join("file");
    fs::write(&parent, "not a directory").unwrap();
    for options in [Options::default(), FORCE] {
        let error = write(&quiet(), &parent.join("run"), &options).unwrap_err();
        assert!(matches!(error, WriteError::Io { .. }), "{error:?}");
        assert!(error.to_string().contains("--out DIR"), "{error}");
    }
    assert_eq!(fs::read_to_string(&parent).unwrap(), "not a directory");
}
