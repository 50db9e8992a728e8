//! KMS against its rulebook: text tables, AWS's table of key states cell by cell, and properties.

#[path = "rules/algorithms.rs"]
mod algorithms;
#[path = "rules/material.rs"]
mod material;
#[path = "rules/matrix.rs"]
mod matrix;
#[path = "rules/people.rs"]
mod people;
#[path = "rules/properties.rs"]
mod properties;
#[path = "rules/table.rs"]
mod table;
#[path = "rules/world.rs"]
mod world;

use mrksim::services::kms::{Timing, rules};
use mrksim::sim::{Law, Span};
use std::collections::BTreeSet;
use std::path::Path;

/// Rules that no table can show, and why.
const NOT_SHOWN: &[(&str, &str)] = &[
    ("KMS-ROT-13", "is about keys of AWS's own, which a scenario does not have"),
    ("KMS-IMP-16", "says why a document is not followed"),
];

/// The names and texts of the tables.
fn tables() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let files = std::fs::read_dir(folder)
        .expect("the folder of the tables")
        .map(|entry| entry.expect("a file").path());
    let tables = files.filter(|path| path.extension().is_some_and(|extension| extension == "rules"));
    let mut tables: Vec<_> = tables
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a readable table");
            (path.file_name().expect("a name").to_string_lossy().into_owned(), text)
        })
        .collect();
    tables.sort();
    assert!(!tables.is_empty());
    tables
}

/// The rule that refuses a key its 51st alias.
fn fifty_first_alias() -> String {
    let mut world = world::World::new(Default::default(), Default::default(), Default::default());
    let home = world::region("us-east-1");
    let set = world.declare("busy", false, &[home], None);
    let id = world.kms.key_id(set).to_owned();
    let mut name = |n: u32| {
        let alias = format!("alias/busy-{n}");
        world.ask("CreateAlias", &[("AliasName", &alias), ("TargetKeyId", &id)], home)
    };
    assert!((2..=50).all(|n| name(n).is_ok()));
    let refusal = name(51).expect_err("the limit");
    assert_eq!(refusal.error.name(), "LimitExceededException");
    refusal.rule.id.to_owned()
}

/// The rule that refuses a key its 50,001st grant.
fn grant_too_many() -> String {
    let timing = Timing { grant: Law::Constant(Span::ZERO), ..Timing::default() };
    let mut world = world::World::new(timing, Default::default(), Default::default());
    let home = world::region("us-east-1");
    let set = world.declare("busy", false, &[home], None);
    let id = world.kms.key_id(set).to_owned();
    let reader = "arn:aws:iam::111122223333:role/reader";
    let grant = [("KeyId", id.as_str()), ("GranteePrincipal", reader), ("Operations", "Decrypt")];
    let mut first = None;
    for _ in 0..50_000 {
        let answer = world.ask("CreateGrant", &grant, home).expect("room");
        first.get_or_insert_with(|| answer["GrantId"].as_str().expect("an ID").to_owned());
    }
    let refusal = world.ask("CreateGrant", &grant, home).expect_err("the limit");
    assert_eq!(refusal.error.name(), "LimitExceededException");
    let first = first.expect("made above");
    world.ask("RevokeGrant", &[("KeyId", &id), ("GrantId", &first)], home).expect("allowed");
    world.ask("CreateGrant", &grant, home).expect("room again");
    refusal.rule.id.to_owned()
}

/// SIM-TAG-1: fifty tags in all, however they come.
#[test]
fn a_key_has_fifty_tags_at_most() {
    let mut world = world::World::new(Default::default(), Default::default(), Default::default());
    let home = world::region("us-east-1");
    let set = world.declare("orders", false, &[home], None);
    let id = world.kms.key_id(set).to_owned();
    let tags = |range: std::ops::Range<u32>| {
        range.map(|n| format!("TagKey=k{n},TagValue=v")).collect::<Vec<_>>().join(" ")
    };
    let mut tag = |tags: &str| world.ask("TagResource", &[("KeyId", &id), ("Tags", tags)], home);
    assert_eq!(tag(&tags(0..51)).expect_err("too many").error.name(), "TagException");
    tag(&tags(0..50)).expect("room");
    tag(&tags(3..9)).expect("the same keys");
    let refusal = tag(&tags(50..51)).expect_err("the limit");
    assert_eq!((refusal.error.name(), refusal.rule.id), ("TagException", "SIM-TAG-1"));
    let (key, value) = ("k".repeat(128), "é".repeat(256));
    for malformed in ["TagKey=a", "Key=a,Value=1", r#"[{"TagKey": "a", "TagValue": 1}]"#, "a"] {
        let pairs = [("KeyId", id.as_str()), ("Tags", malformed)];
        let refusal = world.ask("TagResource", &pairs, home).expect_err(malformed);
        assert_eq!(refusal.rule.id, "KMS-ERR-15", "{malformed}");
    }
    let mut make = |key: &str, value: &str| {
        let tags = format!("TagKey={key},TagValue={value}");
        world.ask("CreateKey", &[("Tags", &tags)], home).map_err(|refusal| refusal.error.name())
    };
    assert!(make(&key, &value).is_ok());
    assert_eq!(make(&format!("{key}k"), &value), Err("ValidationException"));
    assert_eq!(make(&key, &format!("{value}é")), Err("ValidationException"));
}

/// KMS-REP-11: the policy in ReplicateKey's answer is the documented default one, of the replica's account.
#[test]
fn a_replica_made_without_a_policy_has_the_default_one() {
    let mut world = world::World::new(Default::default(), Default::default(), Default::default());
    let home = world::region("us-east-1");
    let set = world.declare("orders", true, &[home], None);
    let id = world.kms.key_id(set).to_owned();
    let answer =
        world.ask("ReplicateKey", &[("KeyId", &id), ("ReplicaRegion", "eu-west-1")], home).expect("allowed");
    let policy = answer["ReplicaPolicy"].as_str().expect("a text");
    let policy: serde_json::Value = serde_json::from_str(policy).expect("JSON");
    assert_eq!(policy["Statement"][0]["Principal"]["AWS"], "arn:aws:iam::111122223333:root");
    assert_eq!(policy["Statement"][0]["Action"], "kms:*");
}

/// KMS-ID-4: an alias without a key in its Region would name nothing.
#[test]
fn an_alias_is_declared_only_where_its_key_is() {
    let mut world = world::World::new(Default::default(), Default::default(), Default::default());
    let regions = ["us-east-1", "eu-west-1", "ap-southeast-2"].map(world::region);
    world.declare("orders", true, &regions[..2], Some(vec![regions[1], regions[2]]));
    let found = regions.map(|at| world.ask("DescribeKey", &[("KeyId", "alias/orders")], at).is_ok());
    assert_eq!(found, [false, true, false]);
}

/// A replica that is deleted, but of which the primary has not heard, is neither promoted nor made anew.
#[test]
fn a_replica_of_which_the_primary_knows_too_much() {
    let mut world = world::World::new(Default::default(), Default::default(), Default::default());
    let (home, other) = (world::region("us-east-1"), world::region("eu-west-1"));
    let set = world.declare("orders", true, &[home, other], None);
    let id = world.kms.key_id(set).to_owned();
    let key = ("KeyId", id.as_str());
    world.ask("ScheduleKeyDeletion", &[key, ("PendingWindowInDays", "7")], other).expect("allowed");
    world.fail(home);
    world.wait(world::span("7d"));
    // The Region is back; the message is still under way.
    world.down = Default::default();
    let promoted = world.ask("UpdatePrimaryRegion", &[key, ("PrimaryRegion", "eu-west-1")], home);
    assert_eq!(promoted.expect_err("no key").rule.id, "KMS-UPR-4");
    let replicated = world.ask("ReplicateKey", &[key, ("ReplicaRegion", "eu-west-1")], home);
    assert_eq!(replicated.expect_err("still listed").rule.id, "KMS-REP-4");
    world.lift(home);
    world.ask("ReplicateKey", &[key, ("ReplicaRegion", "eu-west-1")], home).expect("allowed");
}

#[test]
fn every_table_holds_and_every_rule_is_shown() {
    let mut table = table::Table::default();
    for (file, text) in tables() {
        table.play(&text, &file);
    }
    table.shown.extend(matrix::drive(Default::default()));
    table.shown.insert(fifty_first_alias());
    table.kept.extend(material::KEPT.map(str::to_owned));
    for refused in material::refusals() {
        table.broken.insert(refused.clone());
        table.shown.insert(refused);
    }
    table.shown.insert(grant_too_many());
    let known: BTreeSet<&str> = rules::ALL.concat().iter().map(|rule| rule.id).collect();
    // Exam questions and open points are stated apart from what is carried out.
    let stated_apart = |id: &str| id.starts_with("KMS-EX-") || id.starts_with("KMS-UNV-");
    let unknown = table
        .shown
        .iter()
        .filter(|id| id.starts_with("KMS-") && !known.contains(id.as_str()) && !stated_apart(id));
    assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&String>::new(), "cited but not in the rulebook");
    let described = |id: &str| NOT_SHOWN.iter().any(|(rule, _)| *rule == id);
    let silent: Vec<&str> =
        known.into_iter().filter(|id| !table.shown.contains(*id) && !described(id)).collect();
    assert_eq!(silent, Vec::<&str>::new(), "in the rulebook, but no table shows them");
}
