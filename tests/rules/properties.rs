//! What holds whatever people do to a set of keys.

use super::world::{World, immediate};
use mrksim::services::Refusal;
use mrksim::services::kms::{KeyState, SetId, Settings, Switches, Timing, Wrap, Wrapping, api};
use mrksim::sim::{Law, Span};
use mrksim::world::{RegionId, RegionSet};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The Regions of one partition.
const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-2"];

#[derive(Clone, Copy, Debug)]
enum Act {
    Replicate(u8, u8),
    Promote(u8, u8),
    Schedule(u8, u8),
    Cancel(u8),
    Enable(u8),
    Disable(u8),
    NameIt(u8),
    Unname(u8),
    Wait(u32),
    Fail(u8),
    Lift(u8),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let at = || 0u8..3;
    let act = prop_oneof![
        4 => (at(), at()).prop_map(|(from, to)| Act::Replicate(from, to)),
        4 => (at(), at()).prop_map(|(from, to)| Act::Promote(from, to)),
        4 => (at(), 7u8..10).prop_map(|(at, days)| Act::Schedule(at, days)),
        2 => at().prop_map(Act::Cancel),
        2 => at().prop_map(Act::Enable),
        1 => at().prop_map(Act::Disable),
        1 => at().prop_map(Act::NameIt),
        1 => at().prop_map(Act::Unname),
        3 => (1u32..30).prop_map(Act::Wait),
        3 => (1u32..12).prop_map(|days| Act::Wait(days * 86_400)),
        1 => at().prop_map(Act::Fail),
        2 => at().prop_map(Act::Lift),
    ];
    prop::collection::vec(act, 1..60)
}

fn switches() -> impl Strategy<Value = Switches> {
    any::<[bool; 6]>().prop_map(|[cascade, promote, ready, unlimited, twins, alone]| Switches {
        delete_primary_cascades: cascade,
        promote_from_replica_during_outage: promote,
        replica_ready_immediately: ready,
        unlimited_replicas: unlimited,
        twins,
        lifecycle_independent: alone,
        ..Switches::default()
    })
}

/// The ranges that are documented or reported (KMS-TIM-1 to -4, -9).
fn any_documented_time() -> Timing {
    let between = |low, high| Law::Uniform { low: Span::secs(low), high: Span::secs(high) };
    Timing {
        propagation: between(0, 300),
        creating: between(1, 900),
        updating: between(1, 60),
        synchronisation: between(1, 3_600),
        deletion_lateness: between(0, 86_400),
        ..Timing::default()
    }
}

/// Every verdict there is on the set, and on a single-Region key beside it.
fn verdicts(world: &World, sets: &[SetId]) -> Vec<Result<String, Refusal>> {
    let mut all = Vec::new();
    for set in sets {
        for at in (0..3).map(RegionId) {
            let arn = world.kms.arn(*set, at);
            for name in [arn.as_str(), world.kms.key_id(*set), "alias/tested", "alias/second"] {
                for by in [Wrapping::GenerateDataKey, Wrapping::Encrypt] {
                    all.push(
                        world
                            .kms
                            .may_wrap(by, at, name, "app", &BTreeMap::new())
                            .map(|wrap| format!("{wrap:?}")),
                    );
                }
                let wrap = Wrap { set: *set, region: RegionId(0), material: 0 };
                all.push(
                    world
                        .kms
                        .may_unwrap(at, Some(name), wrap, "app", &BTreeMap::new())
                        .map(|rule| rule.to_string()),
                );
                all.push(
                    world
                        .kms
                        .may_unwrap(at, None, wrap, "app", &BTreeMap::new())
                        .map(|rule| rule.to_string()),
                );
                all.push(Ok(format!("{:?}", world.kms.lost(wrap))));
            }
        }
    }
    all
}

/// A verdict is what the operation answers: the same refusal, or acceptance.
fn verdicts_are_answers(world: &mut World, set: SetId, blob: &str) -> Result<(), TestCaseError> {
    let down = std::mem::take(&mut world.down);
    let wrap = Wrap { set, region: RegionId(0), material: 0 };
    for at in (0..3).map(RegionId) {
        let arn = world.kms.arn(set, at);
        for key in [arn.as_str(), "alias/tested", "alias/second"] {
            let spec = ("KeySpec", "AES_256");
            let generated = world.ask("GenerateDataKey", &[("KeyId", key), spec], at);
            let encrypted = world.ask("Encrypt", &[("KeyId", key), ("Plaintext", "aGVsbG8=")], at);
            let decrypted = world.ask("Decrypt", &[("KeyId", key), ("CiphertextBlob", blob)], at);
            let may_wrap = |by| world.kms.may_wrap(by, at, key, "app", &BTreeMap::new()).err();
            prop_assert_eq!(generated.err(), may_wrap(Wrapping::GenerateDataKey));
            prop_assert_eq!(encrypted.err(), may_wrap(Wrapping::Encrypt));
            prop_assert_eq!(
                decrypted.err(),
                world.kms.may_unwrap(at, Some(key), wrap, "app", &BTreeMap::new()).err()
            );
        }
        let decrypted = world.ask("Decrypt", &[("CiphertextBlob", blob)], at);
        prop_assert_eq!(decrypted.err(), world.kms.may_unwrap(at, None, wrap, "app", &BTreeMap::new()).err());
    }
    world.down = down;
    Ok(())
}

/// Does it, if the Region called is up. The answer, if there was a call.
fn act(world: &mut World, set: SetId, act: Act) -> Option<bool> {
    let id = world.kms.key_id(set).to_owned();
    let key = ("KeyId", id.as_str());
    let target = ("TargetKeyId", id.as_str());
    let (at, name, pairs) = match act {
        Act::Replicate(from, to) => {
            (from, "ReplicateKey", vec![key, ("ReplicaRegion", REGIONS[usize::from(to)])])
        }
        Act::Promote(from, to) => {
            (from, "UpdatePrimaryRegion", vec![key, ("PrimaryRegion", REGIONS[usize::from(to)])])
        }
        Act::Schedule(at, days) => {
            let days = days.to_string();
            let pairs = [key, ("PendingWindowInDays", days.as_str())];
            return call(world, at, "ScheduleKeyDeletion", &pairs);
        }
        Act::Cancel(at) => (at, "CancelKeyDeletion", vec![key]),
        Act::Enable(at) => (at, "EnableKey", vec![key]),
        Act::Disable(at) => (at, "DisableKey", vec![key]),
        Act::NameIt(at) => (at, "CreateAlias", vec![("AliasName", "alias/second"), target]),
        Act::Unname(at) => (at, "DeleteAlias", vec![("AliasName", "alias/second")]),
        Act::Wait(seconds) => {
            world.wait(Span::secs(u64::from(seconds)));
            return None;
        }
        Act::Fail(at) => {
            world.fail(RegionId(at));
            return None;
        }
        Act::Lift(at) => {
            world.lift(RegionId(at));
            return None;
        }
    };
    call(world, at, name, &pairs)
}

fn call(world: &mut World, at: u8, name: &str, pairs: &[(&'static str, &str)]) -> Option<bool> {
    (!world.down.has(RegionId(at))).then(|| world.ask(name, pairs, RegionId(at)).is_ok())
}

/// The Regions whose key says that it is the primary.
fn shown_primaries(world: &mut World, set: SetId) -> Vec<u8> {
    let id = world.kms.key_id(set).to_owned();
    let down = std::mem::take(&mut world.down);
    let mut primary = |at: &u8| {
        let shown = world.ask("DescribeKey", &[("KeyId", &id)], RegionId(*at));
        shown.is_ok_and(|shown| {
            shown["KeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"] == "PRIMARY"
        })
    };
    let primaries = (0..3).filter(&mut primary).collect();
    world.down = down;
    primaries
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_set_stays_sound(acts in acts(), switches in switches(), steady: bool) {
        let timing = if steady { immediate() } else { any_documented_time() };
        let mut world = World::new(timing, Settings::default(), switches);
        let set = world.declare("tested", true, &[RegionId(0), RegionId(1)], None);
        let alone = world.declare("alone", false, &[RegionId(2)], None);
        let pairs = [("KeyId", "alias/tested"), ("Plaintext", "aGVsbG8=")];
        let blob = world.ask("Encrypt", &pairs, RegionId(0)).expect("Enabled")["CiphertextBlob"].clone();
        let blob = blob.as_str().expect("a text");
        let mut before = verdicts(&world, &[set, alone]);
        for step in acts {
            let (epoch, had) = (world.kms.epoch(), world.kms.regions(set));
            let accepted = act(&mut world, set, step);

            let after = verdicts(&world, &[set, alone]);
            prop_assert!(before == after || world.kms.epoch() > epoch, "{step:?} changed a verdict in the same epoch");
            before = after;
            verdicts_are_answers(&mut world, set, blob)?;

            let (has, replicated) = (world.kms.regions(set), matches!(step, Act::Replicate(..)) && accepted == Some(true));
            let new = RegionSet(has.0 & !had.0);
            prop_assert!(new == RegionSet::default() || replicated, "{step:?} made a key");
            if let (Act::Cancel(at), Some(true)) = (step, accepted) {
                prop_assert_eq!(world.kms.state(set, RegionId(at)), Some(KeyState::Disabled));
            }
            if !switches.promote_from_replica_during_outage {
                let primaries = shown_primaries(&mut world, set);
                prop_assert!(primaries.len() <= 1, "{step:?}: primaries {primaries:?}");
            }
            prop_assert!(world.kms.primary(set).is_none_or(|primary| has.has(primary)));
            if !switches.delete_primary_cascades && !switches.lifecycle_independent {
                prop_assert!(has == RegionSet::default() || world.kms.primary(set).is_some(), "{step:?}: replicas without a primary");
            }
        }
        // When all is well until every deletion under way is done, every key left shows the same set.
        for at in (0..3).map(RegionId) {
            world.lift(at);
        }
        world.wait(Span::days(40));
        let expected: Vec<u8> = world.kms.primary(set).map(|primary| primary.0).into_iter().collect();
        prop_assert_eq!(shown_primaries(&mut world, set), expected);
        let listed = |at: u8| {
            let id = world.kms.key_id(set).to_owned();
            let mut world = world.clone();
            world.ask("DescribeKey", &[("KeyId", &id)], RegionId(at)).ok().map(|shown| shown["KeyMetadata"]["MultiRegionConfiguration"]["ReplicaKeys"].to_string())
        };
        let lists: std::collections::BTreeSet<String> = (0..3).filter_map(listed).collect();
        prop_assert!(lists.len() <= 1, "{lists:?}");
    }
}

/// Texts that people, and scripts gone wrong, write.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(arn:)?(aws|aws-cn)?:?(kms)?:?(us-east-1|eu-west-1)?:?(111122223333)?:?(key/|alias/)?[a-z0-9-]{0,40}",
        "mrk-[0-9a-fé]{30,33}",
        "alias/[a-z/_:]{0,20}",
        "[A-Za-z0-9+/]{0,200}={0,2}",
        "[0-9-]{0,22}",
        "\\{?\"?[a-z]{0,3}\"?[:=]?\"?[a-z]{0,3}\"?[,}]?",
        Just("alias/tested".to_owned()),
        Just("us-east-1".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_can_be_written_panics(texts in prop::collection::vec(text(), 7), which in 0..api::OPERATIONS.len()) {
        let mut world = World::new(immediate(), Settings::default(), Switches::NOTES);
        world.declare("tested", true, &[RegionId(0), RegionId(1)], None);
        let operation = &api::OPERATIONS[which];
        let pairs: Vec<_> = operation.params.iter().zip(&texts).map(|(param, text)| (param.name, text.as_str())).collect();
        for given in 0..=pairs.len() {
            let _ = world.ask(operation.name, &pairs[..given], RegionId(0));
        }
        for name in &texts {
            let _ = world.kms.may_wrap(Wrapping::Encrypt, RegionId(1), name, name, &BTreeMap::new());
        }
    }
}
