//! For students: a session at the prompt, line by line; policies that prove themselves.

use mrksim::model;
use mrksim::scenario::{Request, Source, load, load_with, read_file};
use mrksim::sim::Time;
use mrksim::study::policies::FILES;
use mrksim::study::shell::{Reply, Session};
use serde_json::{Value, json};
use std::sync::Arc;

fn session(file: Option<&str>) -> Session {
    let request = file.map(|file| Request::new(Source::Path(file.into())));
    let origin = file.map(|file| format!("{}/{file}", env!("CARGO_MANIFEST_DIR")));
    Session::new(request, origin, read_file).unwrap_or_else(|no| panic!("{:?}", no.problems))
}

/// What a line prints.
fn said(session: &mut Session, line: &str) -> String {
    match session.line(line) {
        Reply::Text(text) => text,
        other => panic!("{line}: {other:?}"),
    }
}

fn wrong(session: &mut Session, line: &str) -> String {
    match session.line(line) {
        Reply::Wrong(why) => why,
        other => panic!("{line}: {other:?}"),
    }
}

/// The saved session, played up to the same instant, is the same history.
fn replays(session: &mut Session) {
    let Reply::Save(name, text) = session.line("save x.toml") else { panic!("nothing to save") };
    assert_eq!(name, "x.toml");
    let loaded = load(&Request::new(Source::Text { name, text: text.clone() }));
    let setup = loaded.unwrap_or_else(|no| panic!("{text}\n{:?}", no.problems)).setup;
    let again = model::run_until(&Arc::new(setup), 0, Time::ZERO + session.now());
    assert_eq!(again.digest, session.log().digest, "{text}");
}

#[test]
fn a_world_without_keys_is_built_by_commands() {
    let mut session = session(None);
    let made = said(&mut session, "k = aws kms create-key --multi-region --region us-east-1");
    assert!(made.contains("\"MultiRegionKeyType\": \"PRIMARY\""), "{made}");
    let id = "$k.KeyMetadata.KeyId";
    said(
        &mut session,
        &format!("aws kms replicate-key --key-id {id} --replica-region eu-west-1 --region us-east-1"),
    );
    let waited = said(&mut session, "wait 1m");
    assert!(waited.starts_with("It is 1m now.") && waited.contains("Enabled (KMS-ST-4)"), "{waited}");
    said(&mut session, &format!("c = aws kms encrypt --key-id {id} --plaintext aGVsbG8= --region us-east-1"));
    said(&mut session, "fail us-east-1");
    assert!(wrong(&mut session, "fail us-east-1").contains("already"));
    let refused =
        said(&mut session, &format!("aws kms encrypt --key-id {id} --plaintext aGVsbG8= --region us-east-1"));
    assert!(refused.contains("(ConnectTimeoutError)"), "{refused}");
    assert!(said(&mut session, "why").starts_with("SIM-DOWN-1: "));
    assert!(said(&mut session, "now").contains("us-east-1 since 1m"));
    let read = said(&mut session, "aws kms decrypt --ciphertext-blob $c --region eu-west-1");
    assert!(read.contains("\"Plaintext\": \"aGVsbG8=\""), "{read}");
    assert!(wrong(&mut session, "heal us-east-1").contains("no time has passed"));
    said(&mut session, "wait 2h");
    assert!(said(&mut session, "heal us-east-1").contains("after 2h"));
    assert_eq!(said(&mut session, "now"), "It is 2h 1m now.\n");
    let gone = said(
        &mut session,
        &format!("aws kms schedule-key-deletion --key-id {id} --pending-window-in-days 7 --region us-east-1"),
    );
    assert!(gone.contains("PendingReplicaDeletion"), "{gone}");
    said(&mut session, "wait 30d");
    let still = said(&mut session, &format!("aws kms describe-key --key-id {id} --region us-east-1"));
    assert!(still.contains("PendingReplicaDeletion"), "a primary waits for its replicas: {still}");
    replays(&mut session);
}

#[test]
fn a_scenario_goes_on_at_the_prompt() {
    let mut session = session(Some("scenarios/tutorial/primary-deletion.toml"));
    said(&mut session, "wait 12h");
    let before = said(&mut session, "who can read orders");
    assert!(before.contains("shop in eu-west-1: 100 % decryptable"), "{before}");
    said(&mut session, "aws kms disable-key --key-id $orders --region eu-west-1");
    said(&mut session, "wait 1m");
    let after = said(&mut session, "who can read orders");
    assert!(after.contains("shop in eu-west-1: 100 % recoverable (KMS-ERR-2)"), "{after}");
    assert!(said(&mut session, "rules").contains("KMS-ERR-2"));
    replays(&mut session);
    let back = said(&mut session, "undo");
    assert!(back.contains("disable-key"), "{back}");
    assert!(said(&mut session, "who can read orders").contains("shop in eu-west-1: 100 % decryptable"));
}

#[test]
fn what_is_not_understood_changes_nothing() {
    let mut session = session(None);
    for (line, part) in [
        ("wat 7d", "did you mean `wait`"),
        ("wait", "no duration"),
        ("wait 11y", "longest"),
        ("wait 9y", ""),
        ("wait 9y", "ten years"),
        ("fail us-east", "did you mean `us-east-1`"),
        ("fail", "write `fail us-east-1`"),
        ("heal us-east-1", "has not failed"),
        ("who can read orders", "no data"),
        ("undo", "nothing to take back"),
        ("save", "say where"),
        ("aws kms describe-kye --key-id x --region us-east-1", "did you mean `describe-key`"),
        ("aws kms describe-key --key-id $k --region us-east-1", "neither a key nor an answer"),
        ("fail kmz us-east-1", "kmz"),
        ("as", "as WHO"),
        ("\u{7}\u{0}", "no command"),
    ] {
        match session.line(line) {
            Reply::Wrong(why) => assert!(why.contains(part) && !part.is_empty(), "{line}: {why}"),
            Reply::Text(_) if part.is_empty() => {}
            other => panic!("{line}: {other:?}"),
        }
    }
    assert!(session.log().answers.is_empty() && session.log().faults.is_empty());
    assert_eq!(session.line("  # a remark"), Reply::Text(String::new()));
    assert_eq!(session.line("exit"), Reply::Exit);
}

#[test]
fn the_way_between_two_regions_fails_and_heals() {
    let mut session = session(Some("scenarios/tutorial/primary-deletion.toml"));
    said(&mut session, "wait 1h");
    assert_eq!(said(&mut session, "fail us-east-1  eu-west-1"), "us-east-1 eu-west-1 is down from now on.\n");
    let down = said(&mut session, "now");
    assert!(down.contains("us-east-1 <-> eu-west-1 since 1h"), "{down}");
    replays(&mut session);
    said(&mut session, "wait 1h");
    assert_eq!(said(&mut session, "heal us-east-1 eu-west-1"), "us-east-1 eu-west-1 is up again after 1h.\n");
    assert_eq!(said(&mut session, "now"), "It is 2h now.\n");
    replays(&mut session);
}

#[test]
fn what_was_answered_before_a_heal_stays_as_it_was() {
    let mut session = session(Some("scenarios/tutorial/primary-deletion.toml"));
    let write = "aws kms encrypt --key-id $orders --plaintext aGVsbG8= --region us-east-1";
    said(&mut session, "wait 1h");
    said(&mut session, "fail us-east-1");
    said(&mut session, "wait 1h");
    assert!(said(&mut session, write).contains("ConnectTimeoutError"));
    let healed = said(&mut session, "heal us-east-1");
    assert_eq!(healed, "us-east-1 is up again after 1h, a nanosecond after what was typed last.\n");
    assert!(said(&mut session, write).contains("CiphertextBlob"));
    let errors = |session: &Session| -> Vec<Option<String>> {
        session.log().answers.iter().map(|answer| answer.error.clone()).collect()
    };
    assert_eq!(errors(&session), [Some("ConnectTimeoutError".to_owned()), None]);
    replays(&mut session);
    // Back, step by step: the second write, the heal, the first write.
    said(&mut session, "undo");
    assert_eq!(said(&mut session, "undo"), "taken back: heal us-east-1\n");
    assert!(said(&mut session, "now").contains("us-east-1 since 1h"));
    assert_eq!(errors(&session), [Some("ConnectTimeoutError".to_owned())]);
    said(&mut session, "undo");
    assert!(session.log().answers.is_empty());
}

/// How many steps of the proof come as they are to, with another text in place of one of the files.
fn proven(changed: Option<(&str, &str)>) -> (usize, usize) {
    let text = |name: &str| {
        let known = FILES.iter().find(|(file, _)| *file == name).map(|(_, text)| *text);
        changed.filter(|(file, _)| *file == name).map(|(_, text)| text).or(known)
    };
    let proof = text("proof.toml").expect("the proof").to_owned();
    let request = Request::new(Source::Text { name: "proof.toml".into(), text: proof });
    let read = |path: &std::path::Path| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        Ok(text(&name).unwrap_or_else(|| panic!("{name} is asked for")).as_bytes().to_vec())
    };
    let loaded = load_with(&request, &read).unwrap_or_else(|no| panic!("{:?}", no.problems));
    let setup = Arc::new(loaded.setup);
    let log = model::run_until(&setup, 0, Time::ZERO + setup.duration);
    let expected: Vec<bool> =
        log.answers.iter().filter_map(|answer| Some(answer.expected.as_ref()?.1)).collect();
    (expected.iter().filter(|met| **met).count(), expected.len())
}

/// Every statement is needed: without it a step of the proof comes out otherwise.
#[test]
fn the_policies_hold_and_each_statement_is_needed() {
    let (met, of) = proven(None);
    assert!(met == of && of >= 14, "{met} of {of}");
    let mut statements = 0;
    for (file, text) in FILES.iter().filter(|(file, _)| file.ends_with(".json")) {
        let policy: Value = serde_json::from_str(text).expect("a policy");
        let count = policy["Statement"].as_array().expect("statements").len();
        for index in 0..count {
            let mut without = policy.clone();
            let all = without["Statement"].as_array_mut().expect("statements");
            let removed = all.remove(index);
            if all.is_empty() {
                // A policy has at least one: this one is about nothing here.
                all.push(json!({ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*" }));
            }
            let (met, of) = proven(Some((file, &without.to_string())));
            assert!(met < of, "{file} does as well without {}", removed["Sid"]);
            statements += 1;
        }
    }
    assert_eq!(statements, 9);
}

#[test]
fn what_stands_in_quotes_is_no_comment() {
    let mut session = session(None);
    said(&mut session, "k = aws kms create-key --description 'number #1' --region us-east-1 # the first");
    let shown = said(&mut session, "aws kms describe-key --key-id $k --region us-east-1");
    assert!(shown.contains("\"Description\": \"number #1\""), "{shown}");
    assert_eq!(said(&mut session, "# nothing"), "");
}
