//! Faults that overlap or follow each other.

mod common;

use common::{play, setup};
use mrksim::runlog::{NOBODY_TOOK_OVER, RunLog};
use mrksim::scenario::{Request, Source};

const WORLD: &str = r#"
title    = "two Regions"
duration = "10m"
regions  = ["a-1", "b-1"]
link     = [{ between = ["a-1", "b-1"], one-way = "50ms" }, { within = ["a-1", "b-1"], one-way = "1ms" }]

[keys.k]
kind     = "multi-region"
primary  = "a-1"
replicas = ["b-1"]

[stores.t]
kind    = "dynamodb-global-table"
regions = ["a-1", "b-1"]
items   = 100_000
preload = "c"
lag     = [{ between = ["a-1", "b-1"], delay = "1s" }]

[clients.c]
region  = "a-1"
store   = "t"
rate    = "10/s"
mix     = { read = 0.5, write = 0.5 }
keyring = { mrk = "k" }
"#;

/// The expectations that the run of the two Regions with `more` does not meet, and its log.
fn unmet(more: &str) -> (Vec<String>, RunLog) {
    let text = format!("{WORLD}\n{more}");
    let log = play(&setup(&Request::new(Source::Text { name: "faults.toml".to_owned(), text })), 0);
    let unmet = log.expectations.iter().filter(|expectation| !expectation.met);
    (unmet.map(|expectation| format!("{}: {}", expectation.text, expectation.value)).collect(), log)
}

#[test]
fn a_key_is_enabled_when_no_fault_holds_it_disabled() {
    let (unmet, _) = unmet(
        r#"
        [[timeline]]
        at  = "1m"
        for = "2m"
        key-disabled = { key = "k", region = "a-1" }

        [[timeline]]
        at  = "2m"
        for = "3m"
        key-disabled = { key = "k", region = "a-1" }

        [expect]
        "state(k, a-1) @ 90s" = "== Disabled"
        "state(k, a-1) @ 4m"  = "== Disabled"
        "state(k, a-1) @ 6m"  = "== Enabled"
        "recoverable(t, a-1) @ 4m" = ">= 100%"
        "#,
    );
    assert_eq!(unmet, [""; 0]);
}

#[test]
fn a_deletion_that_a_fault_schedules_is_cancelled_at_its_lift() {
    let (unmet, log) = unmet(
        r#"
        [[timeline]]
        name = "doom"
        at  = "1m"
        for = "3m"
        key-pending-deletion = { key = "k", region = "b-1", window = "7d" }

        [[timeline]]
        at  = "2m"
        for = "1m"
        key-disabled = { key = "k", region = "b-1" }

        [[timeline]]
        at  = "5m"
        for = "2m"
        key-disabled = { key = "k", region = "b-1" }

        [[timeline]]
        at  = "6m"
        for = "2m"
        key-pending-deletion = { key = "k", region = "b-1" }

        [expect]
        "state(k, b-1) @ 90s"   = "== PendingDeletion"
        "state(k, a-1) @ 90s"   = "== Enabled"
        "state(k, b-1) @ 210s"  = "== PendingDeletion"
        "state(k, b-1) @ 270s"  = "== Enabled"
        "state(k, b-1) @ 390s"  = "== PendingDeletion"
        "state(k, b-1) @ 450s"  = "== PendingDeletion"
        "state(k, b-1) @ 490s"  = "== Enabled"
        "#,
    );
    assert_eq!(unmet, [""; 0]);
    let by_faults: Vec<_> = log.events.iter().filter(|row| row.source == "fault").collect();
    let doom = by_faults.iter().find(|row| row.operation == "ScheduleKeyDeletion").expect("an event");
    assert_eq!((doom.principal.as_str(), doom.outcome.as_str()), ("doom", "ok"));
    assert!(doom.detail.contains("--key-id arn:aws:kms:b-1:"), "{}", doom.detail);
    let refused = by_faults.iter().filter(|row| row.outcome == "refused").count();
    assert_eq!(refused, 1, "a key pending deletion cannot be disabled, and the log says so");
}

#[test]
fn a_key_policy_denies_one_principal_in_one_region_until_the_lift() {
    let (unmet, _) = unmet(
        r#"
        [[timeline]]
        at  = "1m"
        for = "2m"
        key-policy-deny = { key = "k", region = "b-1", principal = "c", operations = ["Decrypt"] }

        [expect]
        "denied(t, b-1, c) @ 90s"      = ">= 100%"
        "decryptable(t, a-1, c) @ 90s" = ">= 100%"
        "decryptable(t, b-1, c) @ 5m"  = ">= 99%"
        "#,
    );
    assert_eq!(unmet, [""; 0]);
}

#[test]
fn no_key_policy_refuses_a_fault() {
    let (unmet, _) = unmet(
        r#"
        [keys.locked]
        kind    = "single-region"
        primary = "a-1"
        policy  = { Version = "2012-10-17", Statement = [{ Effect = "Deny", Principal = "*", Action = "kms:*", Resource = "*" }] }

        [[timeline]]
        at = "1m"
        key-disabled = { key = "locked", region = "a-1" }

        [expect]
        "state(locked, a-1) @ end" = "== Disabled"
        "#,
    );
    assert_eq!(unmet, [""; 0]);
}

#[test]
fn a_takeover_is_not_due_to_a_fault_that_was_over_before() {
    let (unmet, log) = unmet(
        r#"
        [runbooks.evacuate]
        when  = "success(c) < 50% for 20s"
        steps = ["route c to b-1"]

        [[timeline]]
        name = "short"
        at   = "1m"
        for  = "10s"
        region-outage = { region = "a-1" }

        [[timeline]]
        name = "long"
        at   = "5m"
        for  = "1m"
        region-outage = { region = "a-1" }

        [expect]
        "data-loss(t, short)" = "> 0s"
        "data-loss(t, long)"  = "> 0s"
        "#,
    );
    assert_eq!(unmet, [""; 0]);
    let hows: Vec<_> = log.losses.iter().map(|loss| (loss.fault.as_str(), loss.how)).collect();
    assert_eq!(hows, [("short", NOBODY_TOOK_OVER), ("long", "first write elsewhere")]);
}

#[test]
fn among_endpoints_that_are_all_down_the_best_one_decides() {
    let (unmet, _) = unmet(
        r#"
        [clients.r]
        region   = "a-1"
        store    = "t"
        keyring  = { mrk = "k" }
        failover = ["b-1"]

        [[timeline]]
        at = "1m"
        key-disabled = { key = "k", region = "a-1" }

        [[timeline]]
        at = "2m"
        service-outage = { region = "a-1", service = "kms" }

        [[timeline]]
        at = "3m"
        service-outage = { region = "b-1", service = "kms" }

        [expect]
        "recoverable(t, a-1, r) @ 90s" = ">= 100%"
        "decryptable(t, a-1, r) @ 150s" = ">= 100%"
        "unreachable(t, a-1, r) @ 4m" = ">= 100%"
        "#,
    );
    assert_eq!(unmet, [""; 0]);
}

#[test]
fn under_the_study_notes_their_claim_is_named_where_it_decides() {
    let (unmet, log) = unmet(
        r#"
        [clients.plain]
        region  = "b-1"
        store   = "t"
        keyring = { plain = "k" }

        [rules]
        any-sdk-any-region = true

        [expect]
        "decryptable(t, b-1, plain)" = ">= 100%"
        "#,
    );
    assert_eq!(unmet, [""; 0]);
    let (store, _) = log.store("t").expect("the store");
    let region = log.region("b-1").expect("the Region");
    let rule = |reader: usize| {
        let row =
            log.ledger.iter().find(|row| (row.store, row.region, row.reader) == (store, region, reader));
        row.map(|row| row.rule.id)
    };
    assert_eq!((rule(0), rule(1)), (Some("KMS-CT-3"), Some("KMS-SEED-18")));
}

/// Commands of the data plane share the endpoint's request quota with the clients; each operation has KMS's own.
#[test]
fn commands_are_throttled_as_clients_are_and_faults_are_not() {
    let step = |run: &str, expect: &str| {
        format!("[[timeline]]\nat = \"90s\"\nrun = \"aws kms {run} --region a-1\"\nexpect = \"{expect}\"\n")
    };
    let random = "generate-random --number-of-bytes 1";
    let enable = step("enable-key --key-id $k", "ok");
    let fault = "[[timeline]]\nat = \"2m\"\nkey-disabled = { key = \"k\", region = \"a-1\" }\n";
    let throttle = "throttle = { region = \"a-1\", service = \"kms\", quota = 0 }";
    let timeline = [
        format!("[[timeline]]\nat = \"1m\"\nfor = \"1m\"\n{throttle}\n"),
        step(random, "ThrottlingException"),
        step("describe-key --key-id $k", "ok"),
        enable.repeat(5),
        step("enable-key --key-id $k", "ThrottlingException"),
        step(random, "ok").replace("90s", "3m"),
        fault.repeat(7),
    ];
    let (unmet, log) = unmet(&timeline.concat());
    assert_eq!(unmet, [""; 0]);
    let answers = log.answers.iter().map(|answer| (answer.expected.clone(), answer.rule.map(|rule| rule.id)));
    let answers: Vec<_> = answers.collect();
    assert!(
        answers.iter().all(|(expected, _)| expected.as_ref().is_some_and(|(_, met)| *met)),
        "{answers:?}"
    );
    let rules: Vec<&str> = answers.iter().filter_map(|(_, rule)| *rule).collect();
    assert_eq!(rules, ["KMS-QUO-11", "KMS-QUO-5"]);
    let faults = log.events.iter().filter(|event| event.source == "fault" && event.operation == "DisableKey");
    assert_eq!(faults.filter(|event| event.outcome == "ok").count(), 7);
}
