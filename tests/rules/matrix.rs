//! AWS's table of key states, driven through the service cell by cell: each built operation on a key in each state
//! that a key of each role can be in.

use super::world::{World, immediate};
use mrksim::services::kms::matrix::{Cell, Outcome, Reachable, RoleRule, cell};
use mrksim::services::kms::{KeyState, PendingDeletionError, SetId, Settings, Switches, api};
use mrksim::sim::Span;
use mrksim::world::RegionId;
use std::collections::BTreeSet;

const HOME: RegionId = RegionId(0);
const OTHER: RegionId = RegionId(1);

/// What a key is to its set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    SingleRegion,
    LonePrimary,
    Primary,
    Replica,
}

const ROLES: [Role; 4] = [Role::SingleRegion, Role::LonePrimary, Role::Primary, Role::Replica];

/// A key brought into a state, with what the operations need around it.
struct Prepared {
    world: World,
    set: SetId,
    at: RegionId,
    blob: String,
}

/// Brings a key of a role into a state, if such a key can be in it.
fn prepare(role: Role, state: KeyState, settings: Settings) -> Option<Prepared> {
    let mut world = World::new(immediate(), settings, Switches::default());
    let regions: &[RegionId] = match role {
        Role::SingleRegion | Role::LonePrimary => &[HOME],
        Role::Primary | Role::Replica => &[HOME, OTHER],
    };
    let set = world.declare("tested", role != Role::SingleRegion, regions, None);
    let at = if role == Role::Replica { OTHER } else { HOME };
    world.declare("bystander", false, &[at], None);
    let id = world.kms.key_id(set).to_owned();
    let encrypted = world.ask("Encrypt", &[("KeyId", &id), ("Plaintext", "aGVsbG8=")], at).expect("Enabled");
    let blob = encrypted["CiphertextBlob"].as_str().expect("a blob").to_owned();
    let mut ask = |name, pairs: &[(&'static str, &str)]| world.ask(name, pairs, at).expect("allowed");
    let reached = match (state, role) {
        (KeyState::Enabled, _) => true,
        (KeyState::Disabled, _) => {
            ask("DisableKey", &[("KeyId", &id)]);
            true
        }
        (KeyState::PendingDeletion, Role::SingleRegion | Role::LonePrimary | Role::Replica)
        | (KeyState::PendingReplicaDeletion, Role::Primary) => {
            ask("ScheduleKeyDeletion", &[("KeyId", &id)]);
            true
        }
        (KeyState::Creating, Role::Replica) => return being_created(settings),
        (KeyState::Updating, Role::Primary) => {
            // The key in HOME is the new primary: it gets the role back from OTHER.
            world
                .ask("UpdatePrimaryRegion", &[("KeyId", &id), ("PrimaryRegion", "eu-west-1")], HOME)
                .expect("allowed");
            world.wait(Span::secs(10));
            world
                .ask("UpdatePrimaryRegion", &[("KeyId", &id), ("PrimaryRegion", "us-east-1")], OTHER)
                .expect("allowed");
            true
        }
        (KeyState::Updating, Role::Replica) => {
            world
                .ask("UpdatePrimaryRegion", &[("KeyId", &id), ("PrimaryRegion", "eu-west-1")], HOME)
                .expect("allowed");
            world.wait(Span::secs(10));
            world
                .ask("UpdatePrimaryRegion", &[("KeyId", &id), ("PrimaryRegion", "us-east-1")], OTHER)
                .expect("allowed");
            true
        }
        _ => false,
    };
    reached.then_some(Prepared { world, set, at, blob })
}

/// A replica that is still Creating; the blob comes from its primary.
fn being_created(settings: Settings) -> Option<Prepared> {
    let mut prepared = prepare(Role::LonePrimary, KeyState::Enabled, settings)?;
    let id = prepared.world.kms.key_id(prepared.set).to_owned();
    let pairs: [(&str, &str); 2] = [("KeyId", &id), ("ReplicaRegion", "eu-west-1")];
    prepared.world.ask("ReplicateKey", &pairs, HOME).expect("allowed");
    let pairs: [(&str, &str); 2] = [("AliasName", "alias/tested"), ("TargetKeyId", &id)];
    prepared.world.ask("CreateAlias", &pairs, OTHER).expect("allowed");
    prepared.world.declare("neighbour", false, &[OTHER], None);
    prepared.at = OTHER;
    Some(prepared)
}

/// The calls by which an operation is done with the key. UpdateAlias is its new target.
fn calls(operation: &str, prepared: &mut Prepared) -> Vec<Vec<(&'static str, String)>> {
    let Prepared { world, set, at, blob } = prepared;
    let id = world.kms.key_id(*set).to_owned();
    let key = || ("KeyId", id.clone());
    let text = str::to_owned;
    let bystander = "alias/bystander";
    let neighbour = match world.ask("DescribeKey", &[("KeyId", bystander)], *at) {
        Ok(_) => bystander,
        Err(_) => "alias/neighbour",
    };
    match operation {
        "Encrypt" => vec![vec![key(), ("Plaintext", text("aGVsbG8="))]],
        "Decrypt" => {
            vec![vec![("CiphertextBlob", blob.clone())], vec![key(), ("CiphertextBlob", blob.clone())]]
        }
        "ReEncrypt" => {
            let pairs = [("KeyId", neighbour), ("Plaintext", "aGVsbG8=")];
            let other = world.ask("Encrypt", &pairs, *at).expect("a usable key")["CiphertextBlob"].clone();
            let other = other.as_str().expect("a blob").to_owned();
            vec![
                vec![("CiphertextBlob", blob.clone()), ("DestinationKeyId", text(neighbour))],
                vec![
                    ("CiphertextBlob", blob.clone()),
                    ("SourceKeyId", id.clone()),
                    ("DestinationKeyId", text(neighbour)),
                ],
                vec![("CiphertextBlob", other), ("DestinationKeyId", id.clone())],
            ]
        }
        "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext" => {
            vec![vec![key(), ("KeySpec", text("AES_256"))]]
        }
        "ReplicateKey" => vec![vec![key(), ("ReplicaRegion", text("ap-southeast-2"))]],
        "UpdatePrimaryRegion" => vec![vec![key(), ("PrimaryRegion", text("eu-west-1"))]],
        "CreateAlias" => vec![vec![("AliasName", text("alias/new")), ("TargetKeyId", id.clone())]],
        "UpdateAlias" => vec![vec![("AliasName", text(neighbour)), ("TargetKeyId", id.clone())]],
        "DeleteAlias" => {
            let aliases = world.ask("ListAliases", &[("KeyId", &id)], *at).expect("allowed in every state");
            let of_key = aliases["Aliases"].as_array().expect("a list").first();
            of_key
                .map(|alias| vec![("AliasName", alias["AliasName"].as_str().expect("a name").to_owned())])
                .into_iter()
                .collect()
        }
        "UpdateKeyDescription" => vec![vec![key(), ("Description", text("new"))]],
        _ => vec![vec![key()]],
    }
}

/// Drives every cell that can be reached; returns the rules by which calls were refused.
pub fn drive(settings: Settings) -> BTreeSet<String> {
    let mut fired = BTreeSet::new();
    for operation in api::OPERATIONS {
        for cell in KeyState::ALL.into_iter().filter_map(|state| cell(operation.name, state)) {
            let driven: usize =
                ROLES.map(|role| drive_cell(cell, role, settings, &mut fired)).into_iter().sum();
            let exists = !matches!(cell.reachable, Reachable::No | Reachable::External);
            assert_eq!(driven > 0, exists, "{} in {:?}", cell.operation, cell.state);
        }
    }
    fired
}

fn drive_cell(cell: &Cell, role: Role, settings: Settings, fired: &mut BTreeSet<String>) -> usize {
    let Some(mut prepared) = prepare(role, cell.state, settings) else { return 0 };
    assert_ne!(cell.outcome, Outcome::NotApplicable);
    match cell.reachable {
        Reachable::Primary => assert_eq!(role, Role::Primary),
        Reachable::Replica => assert_eq!(role, Role::Replica),
        reachable => assert_eq!(reachable, Reachable::Any),
    }
    let calls = calls(cell.operation, &mut prepared);
    for (i, call) in calls.iter().enumerate() {
        // Each call meets the key as it was brought there.
        let Some(Prepared { mut world, set, at, .. }) = prepare(role, cell.state, settings) else { return i };
        let here = format!("{} on a {role:?} in {:?}: {call:?}", cell.operation, cell.state);
        assert_eq!(world.kms.state(set, at), Some(cell.state), "{here}");
        let arn = world.kms.arn(set, at);
        let pairs: Vec<(&'static str, &str)> =
            call.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = world.ask(cell.operation, &pairs, at);
        let after = world.kms.state(set, at).expect("a key");
        match (expected(cell, role, settings), answer) {
            (None, Ok(_)) if cell.resulting.is_empty() => assert_eq!(after, cell.state, "{here}"),
            (None, Ok(_)) => assert!(cell.resulting.contains(&after), "{here}: {after:?}"),
            (None, Err(refusal)) if cell.operation == "UpdatePrimaryRegion" && role == Role::LonePrimary => {
                assert_eq!(refusal.rule.id, "KMS-UPR-4", "{here}: {}", refusal.message);
            }
            (None, Err(refusal)) => panic!("{here}: {} {}", refusal.error.name(), refusal.message),
            (Some(wanted), Ok(_)) => panic!("{here}: accepted, not {wanted:?}"),
            (Some((error, message)), Err(refusal)) => {
                assert_eq!(refusal.error.name(), error, "{here}");
                assert_eq!(refusal.message, format!("{arn} {message}"), "{here}");
                assert_eq!(after, cell.state, "{here}");
                fired.insert(refusal.rule.id.to_owned());
            }
        }
    }
    calls.len()
}

/// The error and message suffix of the cell, for a key of that role; nothing if the call is allowed.
fn expected(cell: &Cell, role: Role, settings: Settings) -> Option<(&'static str, &'static str)> {
    if cell.role == RoleRule::PrimaryOnly && !matches!(role, Role::Primary | Role::LonePrimary) {
        return Some((cell.class_error?.name(), "is not a multi-region primary key."));
    }
    let doomed = matches!(cell.state, KeyState::PendingDeletion | KeyState::PendingReplicaDeletion);
    let alternative = cell
        .alternative
        .filter(|_| doomed && settings.pending_deletion_error == PendingDeletionError::Disabled);
    match cell.outcome {
        Outcome::Allow => None,
        _ => Some((alternative.or(cell.error)?.name(), cell.message)),
    }
}

#[test]
fn every_cell_answers_as_its_table_says() {
    drive(Settings::default());
}

#[test]
fn every_cell_answers_with_the_other_documented_error_if_asked_to() {
    let disabled = Settings { pending_deletion_error: PendingDeletionError::Disabled, ..Settings::default() };
    assert!(drive(disabled).contains("KMS-UNV-4"));
}

/// Footnote 10: an alias may leave a key that is to be deleted.
#[test]
fn an_alias_may_leave_a_key_in_any_state() {
    for state in KeyState::ALL {
        for role in ROLES {
            let Some(Prepared { mut world, at, .. }) = prepare(role, state, Settings::default()) else {
                continue;
            };
            let Ok(bystander) = world.ask("DescribeKey", &[("KeyId", "alias/bystander")], at) else {
                continue;
            };
            let id = bystander["KeyMetadata"]["KeyId"].as_str().expect("an ID").to_owned();
            world
                .ask("UpdateAlias", &[("AliasName", "alias/tested"), ("TargetKeyId", &id)], at)
                .expect("allowed");
        }
    }
}
