//! Files and overlays to a checked setup.

use mrksim::client::{KeyName, Keyring};
use mrksim::faults::{Fault, Mode};
use mrksim::model::setup::{Action, RuleSet, RunbookStep, StoreKind};
use mrksim::scenario::{Invalid, Loaded, Request, STARTER, Source, load_with, render};
use mrksim::services::kms::SetId;
use mrksim::sim::{Law, Span, Time};
use mrksim::world::{RegionId, Service};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// Files that exist only here.
type Files<'a> = BTreeMap<&'a str, &'a str>;

fn load(files: &[(&str, &str)], change: impl FnOnce(&mut Request)) -> Result<Loaded, Box<Invalid>> {
    let all: Files = files.iter().copied().collect();
    let mut request = Request::new(Source::Path(files[0].0.into()));
    change(&mut request);
    load_with(&request, &|path: &Path| {
        let text = all.get(path.to_str().unwrap_or_default());
        text.map(|text| (*text).to_owned()).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    })
}

fn good(files: &[(&str, &str)], change: impl FnOnce(&mut Request)) -> Loaded {
    load(files, change)
        .unwrap_or_else(|invalid| panic!("{}", render(&invalid.problems, &invalid.sources, false)))
}

fn nothing(_: &mut Request) {}

#[test]
fn the_starter_is_sound() {
    let loaded = good(&[("starter.toml", STARTER)], nothing);
    assert!(loaded.warnings.is_empty(), "{}", render(&loaded.warnings, &loaded.sources, false));
    let setup = loaded.setup;
    assert_eq!((setup.name.as_str(), setup.seed, setup.duration), ("starter", 7, Span::secs(7_200)));
    assert_eq!((setup.bin, setup.rule_set), (Span::secs(10), RuleSet::Aws));
    assert_eq!(setup.keys[0].replicas, [RegionId(1)]);
    let client = &setup.clients[0];
    assert_eq!(client.rate.map(|rate| rate.gap), Some(Span::millis(50)));
    assert_eq!(client.keyring, Some(Keyring::MrkAware(KeyName::Declared(SetId(0)))));
    assert_eq!(
        (client.connect_timeout_local, client.connect_timeout_across),
        (Span::millis(1_100), Span::millis(3_100))
    );
    assert_eq!(setup.stores[0].preload, Some(0));
    assert!(matches!(setup.stores[0].kind, StoreKind::DynamoDbGlobalTable));
    let outage = &setup.timeline[0];
    assert_eq!((outage.name.as_deref(), outage.at), (Some("outage"), Time(1_800_000_000_000)));
    let Action::Fault { fault: Fault::RegionOutage { region, mode }, lasts } = &outage.action else {
        panic!()
    };
    assert_eq!((*region, *mode, *lasts), (RegionId(0), Mode::Timeout, Some(Span::HOUR)));
    assert_eq!(setup.runbooks[0].held_for, Span::MINUTE);
    assert!(matches!(setup.runbooks[0].steps[1], RunbookStep::Route { client: 0, region: RegionId(1) }));
    assert_eq!(setup.expect[1].text, "recovery-time(checkout) <= 10m");
    assert_eq!(setup.expect[1].location, "starter.toml:48");
}

#[test]
fn the_world_is_as_measured() {
    let setup = good(&[("starter.toml", STARTER)], nothing).setup;
    let link = &setup.world.links[0][1];
    let expected =
        Law::ShiftedLogNormal { shift: Span::micros(32_750), median: Span::micros(30), sigma: 0.9 };
    assert_eq!(link.one_way, expected);
    let lag = Law::ShiftedLogNormal { shift: Span::micros(32_750), median: Span::millis(500), sigma: 0.35 };
    assert_eq!(setup.stores[0].lag[0][1], lag);
    assert_eq!(setup.world.endpoint(Service::Kms, RegionId(0)).quota, Some(100_000));
    let named: Vec<&str> = setup.assumptions.iter().map(|assumption| assumption.what.as_str()).collect();
    assert!(named.contains(&"latency between Regions") && named.contains(&"KMS service time"), "{named:?}");
    assert!(!named.iter().any(|what| what.contains("Aurora")), "{named:?}");
}
