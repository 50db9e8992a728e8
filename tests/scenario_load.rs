//! Files and overlays to a checked setup.

use mrksim::client::{KeyName, Keyring};
use mrksim::faults::{Fault, Mode, Scope};
use mrksim::model::setup::{Action, RuleSet, RunbookStep, StoreKind};
use mrksim::scenario::{Invalid, Loaded, Request, STARTER, Source, load_with, render};
use mrksim::services::aurora::ClusterSetup;
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
        text.map(|text| text.as_bytes().to_vec()).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
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
    assert!(matches!(setup.stores[0].kind, StoreKind::DynamoDb(_)));
    let outage = &setup.timeline[0];
    assert_eq!((outage.name.as_deref(), outage.at), (Some("outage"), Time(1_800_000_000_000)));
    let Action::Fault { fault: Fault::Scope(Scope::RegionOutage { region, mode, lost: false }), lasts } =
        &outage.action
    else {
        panic!()
    };
    assert_eq!((*region, *mode, *lasts), (RegionId(0), Mode::Timeout, Some(Span::HOUR)));
    assert_eq!(setup.runbooks[0].held_for, Span::MINUTE);
    assert!(matches!(setup.runbooks[0].steps[1], RunbookStep::Route { client: 0, region: RegionId(1) }));
    assert_eq!(setup.expect[1].text, "recovery-time(checkout) <= 10m");
    assert_eq!(setup.expect[1].location, "starter.toml:51");
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

fn messages(result: Result<Loaded, Box<Invalid>>) -> Vec<String> {
    result.expect_err("the scenario is invalid").problems.into_iter().map(|problem| problem.message).collect()
}

const EVERYTHING: &str = include_str!("scenarios-good/everything.toml");

#[test]
fn everything_is_read() {
    let loaded = good(&[("everything.toml", EVERYTHING)], nothing);
    assert_eq!(loaded.variants, ["single", "long"]);
    let setup = loaded.setup;
    assert_eq!(setup.world.links[0][1].one_way, Law::Constant(Span::millis(40)));
    assert_eq!(setup.world.links[2][0].one_way, Law::Constant(Span::millis(1_300)));
    assert_eq!(setup.world.links[2][0].loss, 0.01);
    assert_eq!(
        setup.world.links[1][2].one_way,
        Law::Constant(Span::micros(1_332_750)),
        "a Region without a link of its own is reached over the fastest way"
    );
    assert_eq!(setup.stores[0].lag[0][1], Law::Constant(Span::secs(2)));
    assert_eq!(setup.stores[0].lag[2][0], Law::Quantiles(vec![(0.0, Span::SECOND), (1.0, Span::secs(9))]));
    assert_eq!(setup.stores[0].catch_up, Some(Span::millis(2)));
    let kms = setup.world.endpoint(Service::Kms, RegionId(2));
    assert_eq!((kms.servers, kms.quota, kms.network), (Some(4), Some(50), false));
    assert_eq!(setup.world.endpoint(Service::Kms, RegionId(0)).servers, None);
    let StoreKind::Aurora(ClusterSetup { writer, promotion, .. }) = &setup.stores[1].kind else { panic!() };
    assert_eq!((*writer, promotion), (RegionId(1), &Law::Constant(Span::secs(90))));
    assert!(matches!(&setup.clients[0].keyring, Some(Keyring::Multi { children, .. })
            if matches!(children[0], Keyring::MrkAware(KeyName::Literal(_)))));
    assert_eq!(setup.keys[0].aliases, Some(vec![RegionId(0)]));
    assert_eq!(setup.rule_set, RuleSet::Notes);
    assert!(setup.switches.delete_primary_cascades && !setup.switches.any_sdk_any_region);
    let named: Vec<_> = setup.timeline.iter().filter_map(|entry| entry.name.as_deref()).collect();
    assert_eq!(
        named[..5],
        ["outage", "service-outage-1", "service-outage-2", "service-outage-3", "service-outage-4"]
    );
    let expected: Vec<&str> = setup.expect.iter().map(|expectation| expectation.text.as_str()).collect();
    let notes = [
        "decryptable(orders, eu-west-1, dba) @ 2h >= 100%",
        "error(encrypt) == ok",
        "requests(checkout) == 100",
    ];
    assert_eq!(expected, notes, "under the notes, what differs is replaced and the rest is added");
    let aws = good(&[("everything.toml", EVERYTHING)], |request| request.rules = Some(RuleSet::Aws)).setup;
    assert_eq!(aws.expect[1].text, "error(encrypt) == DisabledException");
    assert_eq!(aws.expect.len(), 2);
}

#[test]
fn overlays_apply_in_order() {
    let base = STARTER.replace("2h", "3h");
    let over = "extends = 'base.toml'\nseed = 8\n[clients.checkout]\nrate = '1/s'\ninstances = 2\n[variants.x]\nseed = 9\nclients.checkout.rate = '2/s'";
    let files = [
        ("dir/over.toml", over),
        ("dir/base.toml", base.as_str()),
        ("with.toml", "clients.checkout.rate = '3/s'\ntitle = 'with'"),
    ];
    let gap = |loaded: &Loaded| loaded.setup.clients[0].rate.map(|rate| Span::SECOND.0 / rate.gap.0);
    let plain = good(&files, nothing);
    assert_eq!((plain.setup.duration, plain.setup.seed, gap(&plain)), (Span::secs(10_800), 8, Some(1)));
    assert_eq!(plain.setup.name, "over");
    let with = good(&files, |request| request.with = vec!["with.toml".into()]);
    assert_eq!(
        (with.setup.title.as_str(), gap(&with), with.setup.clients[0].instances),
        ("with", Some(3), 2)
    );
    let variant = |request: &mut Request| {
        request.with = vec!["with.toml".into()];
        request.variant = Some("x".into());
    };
    let played = good(&files, variant);
    assert_eq!((played.setup.seed, gap(&played), played.setup.variant.as_deref()), (9, Some(2), Some("x")));
    let set = good(&files, |request| {
        variant(request);
        request.set = vec![
            "clients.checkout.rate=4/s".into(),
            "seed = 11".into(),
            "timeline.outage.for=\"20m\"".into(),
        ];
    });
    assert_eq!((set.setup.seed, gap(&set)), (11, Some(4)));
    assert!(
        matches!(set.setup.timeline[0].action, Action::Fault { lasts: Some(span), .. } if span == Span::secs(1_200))
    );
    assert_eq!(good(&files, |request| request.seed = Some(5)).setup.seed, 5);
    let hashes = [&plain, &with, &played, &set].map(|loaded| loaded.setup.hash.clone());
    assert!(hashes.iter().all(|hash| hash.len() == 32));
    assert!(
        (1..4).all(|i| hashes[..i].iter().all(|earlier| *earlier != hashes[i])),
        "each overlay has its own hash"
    );
    assert_eq!(good(&files, nothing).setup.hash, plain.setup.hash);
}

#[test]
fn an_overlay_says_what_it_requires() {
    let over =
        "requires = ['keys.orders', 'clients.checkout', 'clients.reader', 'oops', 'stores.Up']\nseed = 3";
    let files = [("starter.toml", STARTER), ("over.toml", over), ("list.toml", "requires = 'keys.orders'")];
    let found = messages(load(&files, |request| request.with = vec!["over.toml".into()]));
    let wanted = [
        "the scenario below this overlay has no `[clients.reader]`",
        "expected a name such as `keys.app`, found `oops`",
        "expected a name such as `keys.app`, found `stores.Up`",
    ];
    assert_eq!(found, wanted);
    let found = messages(load(&files, |request| request.with = vec!["list.toml".into()]));
    assert_eq!(found, ["expected a list of names, found a text"]);
    let found = messages(load(&files[1..], nothing));
    assert!(
        found[0].starts_with("this file is an overlay, to be laid over what has `keys.orders`"),
        "{found:?}"
    );
    // Of a scenario that cannot be read nothing is missing.
    let found = messages(load(&files[1..], |request| {
        request.file = Source::Path("gone.toml".into());
        request.with = vec!["over.toml".into()];
    }));
    assert_eq!(found, ["cannot read `gone.toml`: there is no such file"]);
    let right = "requires = ['keys.orders', 'clients.checkout']\nseed = 3";
    let files = [("starter.toml", STARTER), ("more.toml", "extends = 'over.toml'"), ("over.toml", right)];
    for name in ["over.toml", "more.toml"] {
        let loaded = good(&files, |request| request.with = vec![name.into()]);
        assert_eq!(loaded.setup.seed, 3, "{name}");
    }
}

#[test]
fn another_keyring_and_another_kind_of_store_take_the_place_of_the_old_ones() {
    let with = |over: &str| {
        let files = [("starter.toml", STARTER), ("over.toml", over)];
        good(&files, |request| request.with = vec!["over.toml".into()]).setup
    };
    let plain = with("clients.checkout.keyring = { plain = 'orders' }");
    assert_eq!(plain.clients[0].keyring, Some(Keyring::Plain(KeyName::Declared(SetId(0)))));
    assert_eq!(with("clients.checkout.keyring = false").clients[0].keyring, None);
    let files = [("starter.toml", STARTER)];
    let set = good(&files, |request| {
        let of = ["ttl=\"30d\"", "kind=secret", "rotation=\"30d\""];
        request.set = of.iter().map(|key| format!("stores.orders.{key}")).collect();
    });
    assert!(matches!(set.setup.stores[0].kind, StoreKind::Secret(_)), "what only a table has is gone");
}

#[test]
fn timeline_entries_are_addressed_by_name_or_appended() {
    let over = "[[timeline]]\nname = 'outage'\nfor = '10m'\n[[timeline]]\nat = '1h'\nkms-throttle = { region = 'eu-west-1', quota = 1 }";
    let files = [("starter.toml", STARTER), ("over.toml", over)];
    let setup = good(&files, |request| request.with = vec!["over.toml".into()]).setup;
    assert_eq!(setup.timeline.len(), 2);
    assert!(
        matches!(setup.timeline[0].action, Action::Fault { lasts: Some(span), .. } if span == Span::secs(600))
    );
    assert_eq!(setup.timeline[0].at, Time(1_800_000_000_000), "what the overlay does not say stays");
    assert_eq!(setup.timeline[1].name.as_deref(), Some("throttle-1"));
}

#[test]
fn a_whole_question_in_one_argument() {
    let loaded = good(&[("starter.toml", STARTER)], |request| {
        request.set = vec!["keys.orders.kind=single-region".into()]
    });
    assert!(!loaded.setup.keys[0].multi_region && loaded.setup.keys[0].replicas.is_empty());
    let warned: Vec<&str> = loaded.warnings.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        warned,
        [
            "a single-Region key has no replicas",
            "data of `orders` is replicated to `eu-west-1`, where key `orders` is not"
        ]
    );
}

#[test]
fn problems_point_into_arguments() {
    let set = |argument: &str| {
        let invalid =
            load(&[("starter.toml", STARTER)], |request| request.set = vec![argument.into()]).unwrap_err();
        render(&invalid.problems, &invalid.sources, false)
    };
    let shown = set("clients.checkout.region=eu-west-9");
    let expected = "\
error: there is no Region `eu-west-9` in this scenario
  --> --set:1:25
   |
 1 | clients.checkout.region=eu-west-9
   |                         ^^^^^^^^^
   |
  ::: starter.toml:14:26
   |
14 | regions  = [\"us-east-1\", \"eu-west-1\"]
   |                          ----------- `eu-west-1` is declared here
   |
   = help: did you mean `eu-west-1`?
";
    assert_eq!(shown, expected);
    assert!(set("clients.checkout").contains("expected `path=value`"));
    assert!(set("variants.x.seed=1").contains("`variants` cannot be set"));
    assert!(set("timeline.outag.for=1h").contains("did you mean `outage`?"));
}

#[test]
fn circles_and_missing_files() {
    let circle = [("a.toml", "extends = './dir/../b.toml'"), ("b.toml", "extends = 'a.toml'")];
    let found = messages(load(&[circle[0], ("./dir/../b.toml", circle[1].1)], nothing));
    assert_eq!(found, ["`a.toml` extends itself"], "however the path is written");
    let found =
        messages(load(&[("a.toml", "extends = 'b.toml'"), ("b.toml", "extends = 'a.toml'")], nothing));
    assert_eq!(found, ["`a.toml` extends itself"]);
    let missing = load(&[("a.toml", "extends = 'b.toml'")], nothing).unwrap_err();
    assert_eq!(missing.io, Some(io::ErrorKind::NotFound));
    assert!(missing.problems[0].primary.is_some(), "the place that names the file is shown");
    let invalid = load(&[("a.toml", "duration = 1")], nothing).unwrap_err();
    assert_eq!(invalid.io, None);
    let mut request = Request::new(Source::Path("big.toml".into()));
    request.with = vec!["latin.toml".into()];
    let read = |path: &Path| match path.to_str() {
        Some("big.toml") => Ok(vec![b'#'; 17 << 20]),
        _ => Ok(vec![0xff]),
    };
    let found = messages(load_with(&request, &read));
    assert_eq!(
        found,
        [
            "cannot read `big.toml`: it is larger than 16 MiB",
            "cannot read `latin.toml`: it is not UTF-8 text"
        ]
    );
}

#[test]
fn every_variant_is_checked_whatever_is_played() {
    let text = format!(
        "{STARTER}\n[variants.bad]\nclients.checkout.region = 'eu-west-9'\n[variants.good]\nseed = 1\n"
    );
    for variant in [None, Some("good"), Some("bad")] {
        let found =
            messages(load(&[("a.toml", &text)], |request| request.variant = variant.map(str::to_owned)));
        let place = if variant == Some("bad") { "" } else { ", in variant `bad`" };
        assert_eq!(found, [format!("there is no Region `eu-west-9` in this scenario{place}")]);
    }
    let found = load(&[("a.toml", STARTER)], |request| request.variant = Some("x".into())).unwrap_err();
    assert_eq!(found.problems[0].message, "the scenario has no variant `x`");
}

#[test]
fn what_is_stated_is_not_assumed() {
    let all = |text: &str| good(&[("a.toml", text)], nothing).setup.assumptions;
    let what = |text: &str| all(text).into_iter().map(|assumption| assumption.what).collect::<Vec<_>>();
    let starter = what(STARTER);
    for expected in
        ["KMS servers", "KMS request quota", "DynamoDB service time of a read", "jitter of a link"]
    {
        assert!(starter.iter().any(|what| what == expected), "{expected} is missing in {starter:?}");
    }
    assert!(
        !starter.iter().any(|what| what.contains("KMS-TIM")),
        "no key operation, none of KMS's own times"
    );
    let stated = format!("{STARTER}\n[[endpoint]]\nservice = 'kms'\ntime = '5ms'\nquota = 10\nservers = 4\n");
    assert!(!what(&stated).iter().any(|what| what.starts_with("KMS s") || what.starts_with("KMS r")));
    let deleting = STARTER.replace("[expect]", "[[timeline]]\nat = '1h'\nrun = 'aws kms schedule-key-deletion --key-id $orders --region us-east-1'\n[expect]");
    assert!(what(&deleting).iter().any(|what| what.contains("KMS-TIM-9")));
    for row in all(EVERYTHING) {
        assert!(!row.value.is_empty() && !row.source.is_empty(), "{row:?}");
    }
}
