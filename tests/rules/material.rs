//! Key material beyond the tables: what declared keys have, keys of other classes, and properties.

use super::world::{World, immediate};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use mrksim::services::Refusal;
use mrksim::services::kms::{
    Imported, KeyClass, KeySetup, KeySpec, KeyState, KeyUsage, Origin, SetId, Settings, Switches, Wrapping,
    material_bytes,
};
use mrksim::sim::{Span, Time};
use mrksim::world::RegionId;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

const HOME: RegionId = RegionId(0);
const OTHER: RegionId = RegionId(1);
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-2"];

fn world() -> World {
    World::new(immediate(), Settings::default(), Switches::default())
}

fn external(name: &str, class: KeyClass) -> KeySetup {
    let class = KeyClass { origin: Origin::EXTERNAL, ..class };
    KeySetup { class, ..KeySetup::multi_region(name, HOME, &[OTHER]) }
}

const HMAC: KeyClass =
    KeyClass { spec: KeySpec::HMAC_256, usage: KeyUsage::GENERATE_VERIFY_MAC, origin: Origin::AWS_KMS };

/// Imports bytes into the key there, with a token of its own and further parameters.
fn import(
    world: &mut World,
    set: SetId,
    at: RegionId,
    bytes: &[u8],
    more: &[(&'static str, &str)],
) -> Result<Value, Refusal> {
    let id = world.kms.key_id(set).to_owned();
    let wrapping = [("WrappingAlgorithm", "RSAES_OAEP_SHA_256"), ("WrappingKeySpec", "RSA_2048")];
    let answer =
        world.ask("GetParametersForImport", &[&[("KeyId", id.as_str())], &wrapping[..]].concat(), at)?;
    let token = answer["ImportToken"].as_str().expect("a token").to_owned();
    let bytes = BASE64.encode(bytes);
    let key = [("KeyId", id.as_str()), ("ImportToken", &token), ("EncryptedKeyMaterial", &bytes)];
    let parameters: Vec<_> = key.iter().chain(more).copied().collect();
    world.ask("ImportKeyMaterial", &parameters, at)
}

const FOR_EVER: (&str, &str) = ("ExpirationModel", "KEY_MATERIAL_DOES_NOT_EXPIRE");

fn refused(answer: Result<Value, Refusal>) -> String {
    answer.expect_err("refused").rule.id.to_owned()
}

/// KMS-IMP-14: keys of other classes have one material for life, and KMS-IMP-13: there ImportType has no place.
#[test]
fn hmac_keys_are_given_the_same_material_again() {
    let mut world = world();
    let own = world.declare_key(&external("own", HMAC));
    assert_eq!(refused(import(&mut world, own, HOME, &[1; 40], &[FOR_EVER])), "KMS-IMP-14");
    let typed = [FOR_EVER, ("ImportType", "NEW_KEY_MATERIAL")];
    assert_eq!(refused(import(&mut world, own, HOME, &[1; 40], &typed)), "KMS-IMP-13");
    let again = import(&mut world, own, HOME, &material_bytes("own"), &[FOR_EVER]).expect("the same bytes");
    assert_eq!(again["KeyMaterialId"], Value::Null);
}

/// KMS-ROT-8 and KMS-ROT-19: 25 rotations on demand in a key's life.
#[test]
fn twenty_sixth_rotation() {
    let mut world = world();
    let set = world.declare("busy", false, &[HOME], None);
    let id = world.kms.key_id(set).to_owned();
    for _ in 0..25 {
        world.ask("RotateKeyOnDemand", &[("KeyId", &id)], HOME).expect("allowed");
        world.wait(Span::MINUTE);
    }
    let refusal = world.ask("RotateKeyOnDemand", &[("KeyId", &id)], HOME).expect_err("the limit");
    let limit = "The on-demand rotations limit has been reached for the given keyId. No more on-demand rotations can be \
                 performed for this key: ";
    assert_eq!(refusal.message, format!("{limit}{}", world.kms.arn(set, HOME)));
    assert_eq!((refusal.error.name(), refusal.rule.id), ("LimitExceededException", "KMS-ROT-8"));
}

/// Imported material of the class of HMAC keys is any bytes, once and for all.
#[test]
fn other_classes_have_one_material() {
    let mut world = world();
    let setup = KeySetup { replicas: Vec::new(), ..external("own", HMAC) };
    let set = world.declare_key(&setup);
    assert_eq!(world.kms.state(set, HOME), Some(KeyState::PendingImport));
    import(&mut world, set, HOME, &[7; 40], &[FOR_EVER]).expect("the first");
    assert_eq!(world.kms.state(set, HOME), Some(KeyState::Enabled));
    assert_eq!(refused(import(&mut world, set, HOME, &[8; 40], &[FOR_EVER])), "KMS-IMP-14");
    import(&mut world, set, HOME, &[7; 40], &[FOR_EVER]).expect("the same");
}

#[test]
fn a_declared_key_has_its_material_until_it_expires_and_can_be_given_it_again() {
    let mut world = world();
    let expires = |expires| Imported { expires };
    let setup = KeySetup {
        replicas: vec![OTHER, RegionId(2)],
        material: BTreeMap::from([(HOME, expires(None)), (OTHER, expires(Some(Span::DAY)))]),
        ..external("orders", KeyClass::default())
    };
    let set = world.declare_key(&setup);
    let states = |world: &World| [0, 1, 2].map(|at| world.kms.state(set, RegionId(at)).expect("a key"));
    use KeyState::{Enabled, PendingImport};
    assert_eq!(states(&world), [Enabled, Enabled, PendingImport]);
    world.wait(Span::DAY);
    assert_eq!(states(&world), [Enabled, PendingImport, PendingImport]);
    let bytes = material_bytes("orders");
    for at in [OTHER, RegionId(2)] {
        import(&mut world, set, at, &bytes, &[FOR_EVER]).expect("the same bytes");
    }
    assert_eq!(states(&world), [Enabled; 3]);
    assert_ne!(material_bytes("orders"), material_bytes("order"));
}

#[test]
fn a_declared_key_rotates_by_its_period() {
    let mut world = world();
    let rotation = Some(Span::days(90));
    let set = world.declare_key(&KeySetup { rotation, ..KeySetup::multi_region("orders", HOME, &[OTHER]) });
    let id = world.kms.key_id(set).to_owned();
    let status = world.ask("GetKeyRotationStatus", &[("KeyId", &id)], OTHER).expect("answers");
    assert_eq!((&status["KeyRotationEnabled"], &status["RotationPeriodInDays"]), (&true.into(), &90.into()));
    world.wait(Span::days(181));
    let listed = world.ask("ListKeyRotations", &[("KeyId", &id)], OTHER).expect("answers");
    assert_eq!(listed["Rotations"].as_array().map(Vec::len), Some(2));
    assert_eq!(world.now, Time::ZERO + Span::days(181));
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Replicate(u8, u8),
    Promote(u8, u8),
    Rotate(u8),
    Schedule(u8),
    Cancel(u8),
    Enable(u8),
    Disable(u8),
    Every(u8),
    Import(u8, u8, bool),
    Drop(u8, bool),
    Wait(u32),
    Fail(u8),
    Lift(u8),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let at = || 0u8..3;
    let act = prop_oneof![
        3 => (at(), at()).prop_map(|(from, to)| Act::Replicate(from, to)),
        2 => (at(), at()).prop_map(|(from, to)| Act::Promote(from, to)),
        6 => at().prop_map(Act::Rotate),
        1 => at().prop_map(Act::Schedule),
        2 => at().prop_map(Act::Cancel),
        2 => at().prop_map(Act::Enable),
        1 => at().prop_map(Act::Disable),
        1 => at().prop_map(Act::Every),
        6 => (at(), 0u8..3, any::<bool>()).prop_map(|(at, which, new)| Act::Import(at, which, new)),
        2 => (at(), any::<bool>()).prop_map(|(at, last)| Act::Drop(at, last)),
        5 => (1u32..90).prop_map(Act::Wait),
        3 => (1u32..12).prop_map(|days| Act::Wait(days * 86_400)),
        1 => at().prop_map(Act::Fail),
        2 => at().prop_map(Act::Lift),
    ];
    prop::collection::vec(act, 1..60)
}

fn act(world: &mut World, set: SetId, act: Act) {
    let id = world.kms.key_id(set).to_owned();
    let key = ("KeyId", id.as_str());
    let (at, name, pairs) = match act {
        Act::Replicate(from, to) => {
            (from, "ReplicateKey", vec![key, ("ReplicaRegion", REGIONS[usize::from(to)])])
        }
        Act::Promote(from, to) => {
            (from, "UpdatePrimaryRegion", vec![key, ("PrimaryRegion", REGIONS[usize::from(to)])])
        }
        Act::Rotate(at) => (at, "RotateKeyOnDemand", vec![key]),
        Act::Schedule(at) => (at, "ScheduleKeyDeletion", vec![key, ("PendingWindowInDays", "7")]),
        Act::Cancel(at) => (at, "CancelKeyDeletion", vec![key]),
        Act::Enable(at) => (at, "EnableKey", vec![key]),
        Act::Disable(at) => (at, "DisableKey", vec![key]),
        Act::Every(at) => (at, "EnableKeyRotation", vec![key, ("RotationPeriodInDays", "90")]),
        Act::Import(at, which, new) => {
            let kind = if new { "NEW_KEY_MATERIAL" } else { "EXISTING_KEY_MATERIAL" };
            if !world.down.has(RegionId(at)) {
                let more = [FOR_EVER, ("ImportType", kind)];
                let _ = import(world, set, RegionId(at), &material_bytes(&format!("m{which}")), &more);
            }
            return;
        }
        Act::Drop(at, last) => {
            let listed = if last { materials(world, set, at) } else { Vec::new() };
            let named: Vec<_> = listed.last().map(|(id, ..)| id.clone()).into_iter().collect();
            let named = named.iter().map(|id| ("KeyMaterialId", id.as_str()));
            (at, "DeleteImportedKeyMaterial", std::iter::once(key).chain(named).collect::<Vec<_>>())
                .call(world);
            return;
        }
        Act::Wait(seconds) => return world.wait(Span::secs(u64::from(seconds))),
        Act::Fail(at) => return world.fail(RegionId(at)),
        Act::Lift(at) => return world.lift(RegionId(at)),
    };
    (at, name, pairs).call(world);
}

/// A call that is made if the Region is up.
trait Call {
    fn call(self, world: &mut World);
}

impl Call for (u8, &str, Vec<(&'static str, &str)>) {
    fn call(self, world: &mut World) {
        let (at, name, pairs) = self;
        if !world.down.has(RegionId(at)) {
            let _ = world.ask(name, &pairs, RegionId(at));
        }
    }
}

/// ID, state and whether it is there, of every key material that the key there shows.
fn materials(world: &mut World, set: SetId, at: u8) -> Vec<(String, String, bool)> {
    let id = world.kms.key_id(set).to_owned();
    let down = std::mem::take(&mut world.down);
    let pairs = [("KeyId", id.as_str()), ("IncludeKeyMaterial", "ALL_KEY_MATERIAL")];
    let listed = world.ask("ListKeyRotations", &pairs, RegionId(at));
    world.down = down;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let entry = |entry: &Value| {
        let there = entry["ImportState"] != "PENDING_IMPORT";
        (text(&entry["KeyMaterialId"]), text(&entry["KeyMaterialState"]), there)
    };
    let listed = listed.ok().and_then(|listed| listed["Rotations"].as_array().cloned()).unwrap_or_default();
    listed.iter().map(entry).collect()
}

/// The key material that waits for rotation.
fn waiting(world: &mut World, set: SetId) -> Option<String> {
    let all: Vec<_> = (0..3).flat_map(|at| materials(world, set, at)).collect();
    all.into_iter().find(|(_, state, _)| state.starts_with("PENDING")).map(|(id, ..)| id)
}

/// Exactly one material is current and the same everywhere; an Enabled key has every material up to it.
fn material_is_sound(world: &mut World, set: SetId) -> Result<(), TestCaseError> {
    let mut currents = Vec::new();
    for at in 0..3 {
        let Some(state) = world.kms.state(set, RegionId(at)) else { continue };
        let all = materials(world, set, at);
        let current: Vec<_> = all.iter().filter(|(_, state, _)| state == "CURRENT").collect();
        prop_assert_eq!(current.len(), usize::from(!all.is_empty()), "in {}: {:?}", at, all);
        currents.extend(current.into_iter().map(|(id, ..)| id.clone()));
        let pending = all.iter().filter(|(_, state, _)| state.starts_with("PENDING")).count();
        prop_assert!(pending <= 1);
        let complete = !all.is_empty()
            && all.iter().filter(|(_, state, _)| !state.starts_with("PENDING")).all(|(.., there)| *there);
        prop_assert!(
            complete || !matches!(state, KeyState::Enabled | KeyState::Updating),
            "in {}: {:?}",
            at,
            all
        );
        prop_assert!(!complete || state != KeyState::PendingImport, "in {}: {:?}", at, all);
    }
    currents.dedup();
    prop_assert!(currents.len() <= 1, "{currents:?}");
    Ok(())
}

/// Every ciphertext made so far decrypts in every usable key; new ones are added.
fn everything_decrypts(world: &mut World, set: SetId, blobs: &mut Vec<String>) -> Result<(), TestCaseError> {
    let id = world.kms.key_id(set).to_owned();
    let down = std::mem::take(&mut world.down);
    let usable = |world: &World, at: &u8| {
        matches!(world.kms.state(set, RegionId(*at)), Some(KeyState::Enabled | KeyState::Updating))
    };
    let usable: Vec<u8> = (0..3).filter(|at| usable(world, at)).collect();
    let mut wraps = Vec::new();
    for at in &usable {
        let made = world.ask("Encrypt", &[("KeyId", &id), ("Plaintext", "aGVsbG8=")], RegionId(*at));
        let made = made.map_err(|refusal| TestCaseError::fail(format!("{refusal:?}")))?;
        blobs.push(made["CiphertextBlob"].as_str().expect("a blob").to_owned());
        let wrap = world.kms.may_wrap(Wrapping::Encrypt, RegionId(*at), &id, "app", &BTreeMap::new());
        wraps.push(wrap.expect("allowed"));
    }
    for at in &usable {
        for blob in blobs.iter() {
            let opened = world.ask("Decrypt", &[("CiphertextBlob", blob)], RegionId(*at));
            prop_assert!(opened.is_ok(), "in {at}: {opened:?}");
        }
    }
    prop_assert!(wraps.windows(2).all(|pair| pair[0].material == pair[1].material), "{wraps:?}");
    // One blob of each version is enough.
    blobs.sort_by_key(|blob| BASE64.decode(blob).expect("base64")[16..18].to_vec());
    blobs.dedup_by_key(|blob| BASE64.decode(blob.as_str()).expect("base64")[16..18].to_vec());
    world.down = down;
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn material_stays_sound(acts in acts(), imported: bool, waits: bool, instant: bool) {
        let settings = Settings { rotation_waits_for_disabled_replica: waits, ..Settings::default() };
        let switches = Switches { rotation_instant: instant && !imported, ..Switches::default() };
        let mut world = World::new(immediate(), settings, switches);
        let never = |at| (at, Imported { expires: None });
        let set = world.declare_key(&match imported {
            false => KeySetup::multi_region("m0", HOME, &[OTHER]),
            true => KeySetup {
                material: BTreeMap::from([never(HOME), (OTHER, Imported { expires: Some(Span::days(20)) })]),
                ..external("m0", KeyClass::default())
            },
        });
        let mut blobs = Vec::new();
        for step in acts {
            let before = blobs.len();
            act(&mut world, set, step);
            material_is_sound(&mut world, set)?;
            everything_decrypts(&mut world, set, &mut blobs)?;
            prop_assert!(blobs.len() >= before);
        }
        // When all is well, what KMS has made is soon in use.
        for at in (0..3).map(RegionId) {
            world.lift(at);
        }
        world.wait(Span::DAY);
        let pending = waiting(&mut world, set);
        world.wait(Span::secs(120));
        if !imported && !waits {
            prop_assert!(pending.is_none() || pending != waiting(&mut world, set), "{pending:?} is stuck");
        }
    }
}
