//! What a fuzzer calls, on nightly through `cargo fuzz` and on stable through `tests/fuzz.rs`: nothing that a user can write
//! makes the program panic.

use mrksim::model::{self, setup::Setup};
use mrksim::report::{json, terminal, trail};
use mrksim::runlog::parse;
use mrksim::scenario::{Request, Source, awscli, load_with, render};
use mrksim::services::iam::{AccountSetup, Asked, Directory, Document, PrincipalSetup, ResourcePolicy};
use mrksim::sim::{Span, Time};
use mrksim::study::shell::{Reply, Session};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

fn no_file(_: &Path) -> io::Result<Vec<u8>> {
    Err(io::ErrorKind::NotFound.into())
}

/// A scenario file: it is refused with reasons, or its first seconds are played and reported. Lines that begin with
/// `#set ` are arguments of `--set`.
pub fn scenario(data: &[u8]) {
    let text = text(data);
    let set = text.lines().filter_map(|line| line.strip_prefix("#set ")).map(str::to_owned).collect();
    let source = Source::Text { name: "fuzz.toml".to_owned(), text: text.clone() };
    match load_with(&Request { set, ..Request::new(source) }, &no_file) {
        Ok(loaded) => {
            render(&loaded.warnings, &loaded.sources, true);
            play(Arc::new(loaded.setup));
        }
        Err(invalid) => {
            assert!(!invalid.problems.is_empty(), "refused without a reason");
            render(&invalid.problems, &invalid.sources, false);
        }
    }
}

/// The first ten seconds, if they are few events.
fn play(setup: Arc<Setup>) {
    let gap = |client: &mrksim::client::ClientSetup| client.rate.as_ref().map(|rate| rate.gap);
    let items: u64 = setup.stores.iter().map(|store| store.items).sum();
    let is_small =
        setup.clients.iter().filter_map(gap).all(|gap| gap >= Span::millis(20)) && items <= 100_000;
    if !is_small {
        return;
    }
    let end = setup.duration.min(Span::secs(10));
    let log = model::run_until(&setup, 0, Time::ZERO + end);
    terminal::render(&log, &terminal::Options { color: false, width: 100, reproduce: String::new() });
    json::summary(&log);
    trail::trail(&log);
}

/// Lines of AWS CLI commands and of the shell: each is carried out, or refused with a reason.
pub fn command(data: &[u8]) {
    let text = text(data);
    let tables = awscli::operations();
    let load = |name: &str| Ok(name.as_bytes().to_vec());
    let Ok(mut session) = Session::new(Some(world()), None, no_file) else { panic!("the world is valid") };
    for line in text.lines().take(MOST_LINES) {
        // The same word for word, where files can be read.
        if let Err(refused) = awscli::parse_with(line, &tables, &load) {
            assert!(!refused.message.is_empty(), "refused without a reason");
        }
        match session.line(line) {
            Reply::Wrong(why) => assert!(!why.is_empty(), "refused without a reason"),
            Reply::Exit => return,
            Reply::Text(_) | Reply::Save(..) => {}
        }
    }
}

/// Each line plays the world again.
const MOST_LINES: usize = 8;

fn world() -> Request {
    let text = r#"
title = "a world to type in"
duration = "30d"
regions = ["us-east-1", "eu-west-1", "ap-southeast-2"]
[keys.orders]
kind = "multi-region"
primary = "us-east-1"
replicas = ["eu-west-1"]
[stores.orders]
kind = "dynamodb-global-table"
regions = ["us-east-1", "eu-west-1"]
items = 10
preload = "shop"
[clients.shop]
region = "us-east-1"
store = "orders"
keyring = { mrk = "orders" }
"#;
    Request::new(Source::Text { name: "world.toml".to_owned(), text: text.to_owned() })
}

/// A policy document: it is refused with a reason, or asked about a request, as every kind of policy.
pub fn policy(data: &[u8]) {
    const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/mrk-1";
    let document = match Document::parse(&text(data)) {
        Ok(document) => document,
        Err(malformed) => return assert!(!malformed.to_string().is_empty(), "refused without a reason"),
    };
    document.unknown_actions("kms", &["kms:Decrypt"]);
    document.condition_keys("kms");
    let directory = directory(&document);
    directory.missing_principal(&document);
    for name in ["app", "user/alice", "root", "nobody"] {
        let principal = directory.principal(name);
        let keys = |name: &str| match name {
            "kms:viaservice" => Vec::new(),
            name => [principal.key(name, "aws"), vec!["true".to_owned(), "7".to_owned()]].concat(),
        };
        let asked = Asked { action: "kms:Decrypt", resource: KEY, keys: &keys };
        let resource = ResourcePolicy { name: "key policy", document: &document, account: 0, keys: &keys };
        resource.allows(&asked, &principal);
        // Whatever it answers, it says why.
        if let Err(denied) = directory.within_limits(&asked, &principal, Some(resource)) {
            assert!(!denied.to_string().is_empty());
        }
        let _ = directory.allowed_by_identity(&asked, &principal);
    }
}

fn directory(document: &Document) -> Directory {
    let account = AccountSetup {
        name: "main".to_owned(),
        id: "111122223333".to_owned(),
        service_control: vec![document.clone()],
        resource_control: vec![document.clone()],
        disabled: Default::default(),
        management: false,
    };
    let principal = |name: &str| PrincipalSetup {
        name: name.to_owned(),
        account: 0,
        policies: vec![document.clone()],
        boundary: Some(document.clone()),
        session: Some(document.clone()),
        tags: BTreeMap::from([("Team".to_owned(), "red".to_owned())]),
        request: BTreeMap::new(),
    };
    Directory::new(vec![account], vec![principal("app"), principal("user/alice")])
}

/// An expression, a duration, a distribution: what is understood is understood again as it is shown.
pub fn expression(data: &[u8]) {
    for line in text(data).lines() {
        if let Ok(expression) = parse::parse(line) {
            let shown = format!("{} >= 0", expression.metric);
            let again = parse::parse(&shown).map(|again| again.metric.to_string());
            assert_eq!(again.ok(), Some(expression.metric.to_string()), "{line}");
        }
        if let Ok(span) = parse::duration(line) {
            assert_eq!(parse::duration(&mrksim::scenario::short(span)), Ok(span), "{line}");
        }
    }
}
