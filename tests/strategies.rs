//! `scenarios/strategies/`: every DR strategy with every key strategy under every event, and what they are known for.

mod common;

use common::{play, setup};
use mrksim::model::setup::Setup;
use mrksim::runlog::expression::Value;
use mrksim::runlog::metrics;
use mrksim::scenario::{Request, Source};
use std::path::PathBuf;
use std::sync::Arc;

/// From the slowest to the fastest.
const DR: [&str; 4] = ["dr-backup-and-restore", "dr-pilot-light", "dr-warm-standby", "dr-active-active"];
const KEYS: [&str; 10] = [
    "key-single-region",
    "key-multi-keyring",
    "key-mrk",
    "key-discovery",
    "key-plain-keyring",
    "key-service-side",
    "key-reencrypt-on-copy",
    "key-caching",
    "key-replica-at-failover",
    "key-imported-material",
];
const EVENTS: [&str; 4] = ["event-region-outage", "event-region-loss", "event-key-deletion", "event-ransom"];

/// In the middle of the outage.
const DR_READS: &str = "decryptable(app, us-west-2, app-dr) @ 3h";
const ONLY_WRITES: [&str; 2] = ["clients.app.mix.read=0", "clients.app.mix.write=1"];

fn file(name: &str) -> PathBuf {
    format!("scenarios/strategies/{name}.toml").into()
}

/// An event met with some overlays.
fn met(event: &str, with: &[&str], set: &[&str]) -> Arc<Setup> {
    let mut request = Request::new(Source::Path(file(event)));
    request.with = with.iter().map(|name| file(name)).collect();
    request.set = set.iter().map(|&argument| argument.to_owned()).collect();
    setup(&request)
}

/// Plays it and holds it to bounds.
fn expect(event: &str, with: &[&str], set: &[&str], bounds: &[(&str, &str)]) {
    let bounds: Vec<String> =
        bounds.iter().map(|(metric, bound)| format!("expect.\"{metric}\"=\"{bound}\"")).collect();
    let set: Vec<&str> = set.iter().copied().chain(bounds.iter().map(String::as_str)).collect();
    let log = play(&met(event, with, &set), 0);
    assert_eq!(log.expectations.len(), bounds.len());
    for checked in &log.expectations {
        assert!(checked.met, "{event} with {with:?}: {} came to {}", checked.text, checked.value);
    }
}

#[test]
fn every_combination_can_be_played() {
    for event in EVENTS {
        for key in KEYS {
            for dr in DR {
                let few = ["clients.app.rate=1/m", "stores.app.items=200"];
                let both = ["clients.app.rate=1/m", "stores.app.items=200", "clients.app-dr.rate=1/m"];
                let set = if dr == "dr-active-active" { &both[..] } else { &few };
                let log = play(&met(event, &[key, dr], set), 0);
                assert_eq!(log.faults.len(), 1, "{event} {key} {dr}");
            }
        }
    }
}

#[test]
fn there_is_a_file_for_each() {
    let files = std::fs::read_dir("scenarios/strategies").expect("the folder");
    let mut found: Vec<String> = files
        .map(|entry| {
            entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned()
        })
        .collect();
    let mut wanted: Vec<String> =
        [&DR[..], &KEYS, &EVENTS, &["application"]].concat().into_iter().map(str::to_owned).collect();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
}

#[test]
fn what_costs_more_recovers_sooner() {
    let recovery = |dr: &str| {
        let log = play(&met("event-region-outage", &["key-mrk", dr], &[]), 0);
        match metrics::table(&log).into_iter().find(|(name, _)| name == "recovery-time(app)") {
            Some((_, Value::Duration(time))) => time.0 / 1_000_000_000 / 60,
            other => panic!("{dr}: {other:?}"),
        }
    };
    let minutes = DR.map(recovery);
    assert!(minutes.windows(2).all(|two| two[0] > two[1]), "{minutes:?}");
    assert!(minutes[0] >= 120 && minutes[1] <= 30 && minutes[2] <= 15 && minutes[3] <= 3, "{minutes:?}");
}

/// KMS-STR-1, -3, -5, -6, -7, -8.
#[test]
fn who_reads_in_the_dr_region_while_home_is_down() {
    let reads = |key: &str, bound: &str| {
        expect("event-region-outage", &[key, "dr-warm-standby"], &[], &[(DR_READS, bound)]);
    };
    reads("key-single-region", "== 0%");
    // Of what was written there since the failover a little is read.
    reads("key-plain-keyring", "<= 10%");
    for key in ["key-multi-keyring", "key-mrk", "key-discovery", "key-service-side", "key-caching"] {
        reads(key, "== 100%");
    }
    reads("key-reencrypt-on-copy", "== 100%");
    reads("key-imported-material", "== 100%");
}

/// KMS-STR-2: and reads go on, whichever Region is out.
#[test]
fn with_two_independent_keys_either_region_stops_the_writes() {
    let outage = |key: &str, region: &str, bound: &str| {
        let region = format!("timeline.disaster.region-outage.region={region}");
        let set = [ONLY_WRITES[0], ONLY_WRITES[1], &region];
        expect("event-region-outage", &[key, "dr-warm-standby"], &set, &[("recovery-time(app)", bound)]);
    };
    outage("key-multi-keyring", "us-east-1", ">= 239m");
    outage("key-multi-keyring", "us-west-2", ">= 239m");
    outage("key-mrk", "us-east-1", "<= 15m");
    outage("key-mrk", "us-west-2", "<= 0s");
}

/// KMS-STR-4: a discovery keyring encrypts nothing.
#[test]
fn readers_that_discover_cannot_write() {
    let writes = |key: &str, bounds: &[(&str, &str)]| {
        expect("application", &[key, "dr-active-active"], &[], bounds);
    };
    writes("key-discovery", &[("success(app-dr)", "<= 92%"), ("failures(app-dr, InvalidKeyring)", "> 0")]);
    writes("key-mrk", &[("success(app-dr)", ">= 100%")]);
}

/// KMS-STR-7: what had not been copied is missing.
#[test]
fn the_lag_of_the_copy_is_the_loss() {
    let loses = |key: &str, bound: &str| {
        let bounds = [("data-loss(app)", bound)];
        expect("event-region-outage", &[key, "dr-warm-standby"], &[], &bounds);
    };
    loses("key-reencrypt-on-copy", ">= 1m");
    loses("key-service-side", "<= 5s");
}

/// KMS-STR-8: what is cached outlives the key.
#[test]
fn a_cache_hides_a_deletion_for_a_while() {
    let writes = |with: &[&str], bound: &str| {
        let set = [ONLY_WRITES[0], ONLY_WRITES[1], "clients.app.rate=1/s", "duration=3h"];
        expect("event-key-deletion", with, &set, &[("success(app)", bound)]);
    };
    writes(&["key-single-region"], "<= 60%");
    writes(&["key-single-region", "key-caching"], ">= 64%");
}

/// KMS-STR-9.
#[test]
fn a_replica_key_cannot_be_made_when_it_is_needed() {
    let with = ["key-replica-at-failover", "dr-warm-standby"];
    let bounds = [(DR_READS, "== 0%"), ("decryptable(app, us-west-2, app-dr) @ end", "== 100%")];
    expect("event-region-outage", &with, &[], &bounds);
    expect("event-region-loss", &with, &[], &[("lost(app, us-west-2) @ end", "== 100%")]);
}

/// KMS-STR-10: each Region's material expires by itself.
#[test]
fn imported_material_expires_region_by_region() {
    let set = ["keys.app.material.expires.us-west-2=1h"];
    let with = ["key-imported-material", "dr-warm-standby"];
    expect("event-region-outage", &with, &set, &[(DR_READS, "== 0%")]);
}

/// A replica key goes on without its primary; a single-Region key has nobody to go on.
#[test]
fn a_failover_helps_against_a_deletion_where_there_is_a_replica_key() {
    for dr in DR {
        expect("event-key-deletion", &["key-mrk", dr], &[], &[("success(app)", ">= 98%")]);
        let lost = [("lost(app, us-west-2) @ end", "== 100%"), ("success(app)", "<= 5%")];
        expect("event-key-deletion", &["key-single-region", dr], &[], &lost);
    }
    // The deep health check sees that the table refuses.
    let with = ["key-service-side", "dr-active-active"];
    expect("event-key-deletion", &with, &[], &[("recovery-time(app)", "<= 10m")]);
}

/// DR-3.
#[test]
fn only_a_backup_survives_an_attack_on_the_data() {
    let bound = |dr| if dr == "dr-backup-and-restore" { "== 100%" } else { "<= 50%" };
    for dr in DR {
        let bounds = [("decryptable(app, us-west-2, app-dr) @ end", bound(dr))];
        expect("event-ransom", &["key-mrk", dr], &[], &bounds);
    }
}
