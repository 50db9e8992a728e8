//! KMS against its rulebook: text tables, AWS's table of key states cell by cell, and properties.

#[path = "rules/matrix.rs"]
mod matrix;
#[path = "rules/properties.rs"]
mod properties;
#[path = "rules/table.rs"]
mod table;
#[path = "rules/world.rs"]
mod world;

use std::path::Path;

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

/// KMS-QUO-21: a key has 50 aliases, and not one more.
#[test]
fn fifty_first_alias() {
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
    assert_eq!(refusal.rule.id, "KMS-QUO-21");
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
fn every_table_holds() {
    for (file, text) in tables() {
        table::Table::default().play(&text, &file);
    }
}
