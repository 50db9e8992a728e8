//! Trials: the same on any number of threads, alone or in a batch, stored and joined without loss; and what is said of
//! differences.

#[expect(dead_code, reason = "other tests need more of it")]
mod common;

use common::setup;
use mrksim::compare::difference::{self, Verdict};
use mrksim::compare::{Batch, Played, Range, stored, trials};
use mrksim::model::setup::Setup;
use mrksim::scenario::{Request, Source};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

fn example(set: &[&str]) -> Arc<Setup> {
    let mut request = Request::new(Source::Path("scenarios/tutorial/region-outage.toml".into()));
    request.set.push("clients.checkout.rate=1/s".to_owned());
    request.set.extend(set.iter().map(|set| (*set).to_owned()));
    setup(&request)
}

fn played(setup: &Arc<Setup>, first: u64, end: u64, threads: usize) -> Batch {
    match trials::play(setup, Range { first, end }, threads, &AtomicBool::new(false), &|_| {}) {
        Played::Whole(batch) => batch,
        Played::Partial(_) => panic!("nobody stops it"),
    }
}

/// Writes a batch where only this test looks, and reads it back.
fn stored(batch: &Batch, name: &str) -> (PathBuf, Batch) {
    let dir = std::env::temp_dir().join(format!("mrksim-trials-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a directory");
    for (name, text) in stored::files(batch) {
        std::fs::write(dir.join(name), text).expect("written");
    }
    let read = stored::read(&dir).expect("readable");
    std::fs::remove_dir_all(&dir).expect("removable");
    (dir, read)
}

#[test]
fn threads_and_slices_change_nothing() {
    let setup = example(&[]);
    let whole = played(&setup, 0, 6, 1);
    assert_eq!(whole, played(&setup, 0, 6, 4));
    let slices = [(4, 6), (0, 1), (1, 4)].map(|(first, end)| {
        let (path, slice) = stored(&played(&setup, first, end, 2), &format!("{first}"));
        assert_eq!(slice.trials.len() as u64, end - first);
        (path, slice)
    });
    let joined = stored::merge(slices.into()).expect("they belong together").expect("some");
    assert_eq!(stored::files(&joined), stored::files(&whole));
    assert_eq!(stored(&whole, "whole").1, whole);
}

#[test]
fn slices_of_other_things_are_not_joined() {
    let (a, b) = (example(&[]), example(&["clients.checkout.rate=2/s"]));
    let (one, other) = (played(&a, 0, 1, 1), played(&b, 1, 2, 1));
    let wrong =
        stored::merge(vec![("a".into(), one.clone()), ("b".into(), other)]).expect_err("two scenarios");
    assert!(wrong.to_string().contains("scenario"), "{wrong}");
    let twice =
        stored::merge(vec![("a".into(), one.clone()), ("b".into(), one)]).expect_err("one trial twice");
    assert!(twice.to_string().contains("trial 0"), "{twice}");
}

#[test]
fn a_planted_effect_is_found_and_nothing_is_found_where_there_is_none() {
    let base = played(&example(&[]), 0, 20, 2);
    let same = difference::of(&base, &base, "data-loss(orders)");
    assert_eq!((same.verdict, same.differ), (Verdict::Same, 0));
    let steps = "runbooks.evacuate.steps=[\"wait 8m\", \"route checkout to eu-west-1\"]";
    let slower = played(&example(&[steps]), 0, 20, 2);
    let difference = difference::of(&base, &slower, "recovery-time(checkout)");
    let paired = difference.paired.expect("both recover");
    assert_eq!(difference.verdict, Verdict::More);
    assert!(paired.holds(180.0) && paired.half_width() < 5.0, "three minutes later: {paired:?}");
    let back = difference::of(&slower, &base, "recovery-time(checkout)");
    assert_eq!(back.verdict, Verdict::Less);
    // A bystander has the same luck in both: common random numbers.
    let before = difference::of(&base, &slower, "requests(checkout)");
    assert_eq!(before.verdict, Verdict::Same);
}
