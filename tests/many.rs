//! Reports of a world with many of everything: told shortly, the worst first, with a count of the rest.

mod common;

use common::{play, setup};
use mrksim::report::terminal::{self, Options};
use mrksim::report::{svg, verdict};
use mrksim::runlog::RunLog;
use mrksim::runlog::rows::Rows;
use mrksim::scenario::{Request, Source};
use std::fmt::Write;

const STORES: usize = 8;
/// Of each store, each with a key of its own.
const CLIENTS: usize = 8;

/// Their Region fails and does not come back, but for the last client's, who runs elsewhere.
fn many() -> RunLog {
    let mut text = r#"
        title    = "many of everything"
        duration = "60s"
        regions  = ["us-east-1", "eu-west-1"]
        [[timeline]]
        at = "30s"
        region-outage = { region = "us-east-1" }
    "#
    .to_owned();
    for store in 0..STORES {
        let _ = writeln!(
            text,
            "[stores.s{store}]\nkind = \"dynamodb-global-table\"\nregions = [\"us-east-1\", \"eu-west-1\"]\nitems = 20\npreload = \"c{store}-0\""
        );
        for client in 0..CLIENTS {
            let name = format!("{store}-{client}");
            let is_last = store + 1 == STORES && client + 1 == CLIENTS;
            let region = if is_last { "eu-west-1" } else { "us-east-1" };
            let mix = if is_last { "{ write = 1.0 }" } else { "{ read = 0.5, write = 0.5 }" };
            let _ = writeln!(
                text,
                "[keys.k{name}]\nkind = \"multi-region\"\nprimary = \"us-east-1\"\nreplicas = [\"eu-west-1\"]\n\
                 [clients.c{name}]\nregion = \"{region}\"\nstore = \"s{store}\"\nrate = \"4/s\"\nmix = {mix}\nkeyring = {{ mrk = \"k{name}\" }}"
            );
        }
    }
    play(&setup(&Request::new(Source::Text { name: "many.toml".to_owned(), text })), 0)
}

#[test]
fn the_verdict_names_a_few_and_counts_the_rest() {
    let log = many();
    let sentence = verdict::sentence(&Rows::of(&log));
    assert!(
        sentence.contains("c0-0, c0-1, c0-2, c0-3, c0-4, c0-5 and 57 more did not recover"),
        "{sentence}"
    );
    assert!(sentence.contains("c7-7 kept the objective"), "{sentence}");
    assert!(sentence.starts_with("every Region can read none of s0 at the end (denied); "), "{sentence}");
    assert!(sentence.contains("can read none of s3 at the end (denied); and 7 more; c0-0"), "{sentence}");
    let lost = sentence.matches("not yet replicated when the fault began").count();
    assert!(lost == 6 && sentence.contains("; and 2 more; nothing was lost"), "{sentence}");
    assert!(sentence.len() < 1_200, "{} characters: {sentence}", sentence.len());
}

#[test]
fn the_report_stays_short() {
    let options = Options { color: false, width: 100, reproduce: "mrksim run many.toml".to_owned() };
    let text = terminal::render(&many(), &options);
    assert!(text.lines().count() < 100, "{} lines:\n{text}", text.lines().count());
    for file in ["summary.json", "latency.csv", "decryptability.csv"] {
        assert!(text.contains(&format!("more, in {file}")), "{text}");
    }
}

#[test]
fn the_drawing_shows_as_much_as_anybody_looks_at() {
    let drawings = svg::drawings(&many());
    let (_, text) = drawings.iter().find(|(name, _)| *name == "decryptability.svg").expect("items");
    assert!(text.contains("the first 4 of 8"), "six readers of two replicas make twelve strips a store");
    assert_eq!(text.matches("the first 6 of each Region").count(), 4);
    assert!(
        text.contains("s3 (dynamodb") && !text.contains("s4 (dynamodb"),
        "no store is begun that is not shown"
    );
}
