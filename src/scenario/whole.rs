//! A scenario as a whole: its keys, and the parts put together.

use super::context::Context;
use super::fields::Fields;
use super::files::Files;
use super::overlay::{Assembly, Read};
use super::problem::{Problem, Sink};
use super::shape::{Form, Shape, TEXT_BY_NAME, TEXTS, field};
use super::stores::Kind;
use super::timeline::Timeline;
use super::tree::{Node, Table};
use super::{
    Request, accounts, clients, cost, designs, expect, horizon, keys, knobs, question, records, runbooks,
    stores, timeline, value, world,
};
use crate::model::setup::{Action, Record, RunbookSetup, RunbookStep, Setup};
use crate::services::kms::KeySetup;
use crate::sim::Span;
use crate::world::Service;
use std::io;

/// The most keys, stores, clients or runbooks.
const MOST_OF_A_KIND: usize = 20_000;

/// A scenario file.
pub static SCENARIO: Shape = Shape {
    what: "a scenario",
    fields: &[
        field("title", Form::Text, "what the scenario is about"),
        field("seed", Form::Integer, "the seed of every random stream (1)"),
        field("duration", Form::Duration, "when arrivals stop"),
        field("bin", Form::Duration, "width of a row of the time series (duration / 720, rounded up)"),
        field("regions", TEXTS, "AWS Regions, or made-up ones with `[[link]]`"),
        field("extends", Form::Text, "another scenario file, over which this one is laid"),
        field(
            "requires",
            TEXTS,
            "makes the file an overlay: what the scenario below it must have, such as \"keys.app\"",
        ),
        field("keys", Form::Named(&Form::Table(&keys::KEY)), "KMS keys that exist at time 0"),
        field("stores", Form::Named(&Form::Table(&stores::STORE)), "replicated data"),
        field("clients", Form::Named(&Form::Table(&clients::CLIENT)), "applications"),
        field(
            "records",
            Form::Named(&Form::Table(&records::RECORD)),
            "DNS records, by which clients find a Region",
        ),
        field("runbooks", Form::Named(&Form::Table(&runbooks::RUNBOOK)), "triggers and what is then done"),
        field("timeline", Form::List(&Form::Table(&timeline::ENTRY)), "faults and steps"),
        field("expect", Form::Named(&Form::Either(&[Form::Text, TEXT_BY_NAME])), "what must hold at the end"),
        field(
            "cost",
            Form::Table(&cost::COST),
            "what a month of the design costs is asked for; without it, an expectation `cost` asks",
        ),
        field(
            "question",
            Form::Table(&question::QUESTION),
            "makes the scenario an exam question: `mrksim quiz`",
        ),
        field("horizon", Form::Table(&horizon::HORIZON), "how a long time is played"),
        field("link", Form::List(&Form::Table(&world::LINK)), "network links, instead of the measured ones"),
        field("endpoint", Form::List(&Form::Table(&world::ENDPOINT)), "service endpoints, where they differ"),
        field("timing", Form::Table(&knobs::TIMING), "how long KMS's own processes take"),
        field("settings", Form::Table(&knobs::SETTINGS), "what AWS's documents leave open"),
        field("rules", Form::Table(&knobs::RULES), "whose rules are played"),
        field("variants", Form::Named(&Form::Any), "named overlays of this scenario"),
        field(
            "accounts",
            Form::Named(&Form::Table(&accounts::ACCOUNT_SHAPE)),
            "AWS accounts; the first one owns what names no other; absent: one account owns everything",
        ),
        field(
            "principals",
            Form::Named(&Form::Table(&accounts::PRINCIPAL)),
            "who calls: the clients, `readers` and `as` of these names. One that is not declared may do everything that key policies leave to IAM",
        ),
    ],
};

/// The scenario with one variant, or without.
pub struct View {
    /// What the model needs, unless nothing can be said.
    pub setup: Option<Setup>,
    /// Everything wrong, and warnings.
    pub problems: Vec<Problem>,
    /// Set if a file that it names could not be read.
    pub io: Option<io::ErrorKind>,
}

/// Reads and checks the scenario with one variant, or without; `read` finds the files that it names.
pub fn read(request: &Request, assembly: &Assembly, read: &Read, variant: Option<&str>) -> View {
    let (scenario, mut problems) = assembly.view(variant);
    let (sink, files) = (Sink::default(), Files::new(read));
    let setup = setup(request, &Context::new(&assembly.sources, &scenario, &sink, &files), variant);
    problems.extend(sink.into_problems());
    problems.sort_by_key(|problem| problem.primary.as_ref().map(|label| label.span.start));
    problems.dedup();
    View { setup, problems, io: files.io() }
}

fn setup(request: &Request, cx: &Context, variant: Option<&str>) -> Option<Setup> {
    let (scenario, sink) = (cx.scenario, cx.sink);
    let top = Fields::of(scenario, &(0..0), &SCENARIO, sink);
    sections(&top, scenario)?;
    let title = top.read("title", |v| value::text(v).map(str::to_owned));
    let seed = top.read("seed", |v| value::count(v, 0, i64::MAX as u64));
    let duration = top.need("duration", value::duration_from(Span::MILLISECOND));
    let bin = top.read("bin", value::duration_from(Span::SECOND));
    top.need("regions", |_| Ok(()));

    let settings = knobs::settings(cx);
    let world = world::read(cx, &used(scenario), settings.quota_vintage);
    let directory = accounts::read(cx);
    let keys = keys::read(cx, &directory);
    let stores = stores::read(cx, &world);
    let clients = clients::read(cx);
    let records = records::read(cx, &clients);
    let rules = knobs::rules(cx, request.rules);
    let timeline = timeline::read(cx, &keys, rules.base);
    let runbooks = runbooks::read(cx, &timeline);
    let expect = expect::read(cx, &timeline, rules.base);
    let cost = cost::read(cx, &expect);
    let question = question::read(cx, &timeline);
    let horizon = horizon::read(cx, &clients);
    horizon::check(cx, &timeline, &runbooks);
    let called = called(&timeline, &runbooks, &keys, cx.duration);
    let launches = called.contains(&"SetDesiredCapacity");
    let timing = knobs::timing(cx, &called);

    let name = stem(request);
    let duration = duration?;
    let mut setup = Setup {
        title: title.unwrap_or_else(|| name.clone()),
        name,
        variant: variant.map(str::to_owned),
        hash: hash(cx, variant),
        seed: request.seed.or(seed).unwrap_or(1),
        duration,
        bin: bin.unwrap_or_else(|| bin_of(duration)),
        rule_set: rules.base,
        world: world.setup,
        directory,
        keys,
        timing,
        settings,
        switches: rules.switches,
        table_key_recheck: knobs::table_key_recheck(cx, &stores),
        launch: knobs::time(cx, "launch", launches),
        launch_retry: knobs::time(cx, "launch-retry", launches).mean(),
        stores,
        clients,
        records,
        runbooks,
        timeline: timeline.entries,
        chances: timeline.chances,
        horizon,
        expect,
        question,
        record: Record::Nothing,
        cost,
        assumptions: Vec::new(),
    };
    setup.assumptions = cx.assumptions();
    designs::check(cx, &setup, rules.always_mrk);
    Some(setup)
}

/// The parts that have a name for each.
const NAMED: [&str; 7] = ["keys", "stores", "clients", "records", "runbooks", "accounts", "principals"];

/// Checks that what comes in tables or entries does, and in no more than can be read.
fn sections(top: &Fields, scenario: &Table) -> Option<()> {
    let crowded = |key: &&&str| scenario.tables(key).len() > MOST_OF_A_KIND;
    if let Some(key) = NAMED.iter().find(crowded) {
        let message = format!("a scenario has at most {MOST_OF_A_KIND} {key}");
        top.report(Problem::error(&top.place(key), message).help("play them in several scenarios"));
        return None;
    }
    for key in NAMED {
        if let Some(value) = top.get(key).filter(|value| value.table().is_none()) {
            let problem = Problem::error(
                &value.span,
                format!("expected a table with a name for each, found {}", value.kind()),
            );
            top.report(problem.help(format!("write `[{key}.<name>]`")));
        }
    }
    for key in ["link", "endpoint"] {
        if let Some(value) = top.get(key).filter(|value| !matches!(value.node, Node::List(_))) {
            let problem = Problem::error(&value.span, format!("expected entries, found {}", value.kind()));
            top.report(problem.help(format!("each entry begins with `[[{key}]]`")));
        }
    }
    Some(())
}

/// The services that the scenario has anything to do with.
fn used(scenario: &Table) -> Vec<Service> {
    let kinds: Vec<Kind> = scenario.tables("stores").iter().filter_map(stores::kind_of).collect();
    let uses = |service: &Service| match service {
        Service::Kms => !scenario.tables("keys").is_empty(),
        service => kinds.iter().any(|kind| kind.service() == Some(*service)),
    };
    Service::ALL.into_iter().filter(uses).collect()
}

/// The operations that steps, runbooks and faults call, and those that KMS carries out on its own.
fn called(
    timeline: &Timeline,
    runbooks: &[RunbookSetup],
    keys: &[KeySetup],
    duration: Span,
) -> Vec<&'static str> {
    let steps = timeline.entries.iter().flat_map(|entry| match &entry.action {
        Action::Step(step) => vec![step.command.operation.name],
        Action::Fault { fault, .. } => fault.operations(),
        Action::Message(_) => Vec::new(),
    });
    let chances = timeline.chances.iter().flat_map(|chance| chance.fault.operations());
    let runs = runbooks.iter().flat_map(|runbook| &runbook.steps).filter_map(|step| match step {
        RunbookStep::Run { command, .. } => Some(command.operation.name),
        _ => None,
    });
    let rotates = |key: &KeySetup| key.rotation.is_some_and(|period| period <= duration);
    let rotation = keys.iter().any(rotates).then_some("RotateKey");
    steps.chain(chances).chain(runs).chain(rotation).collect()
}

/// The file's name without its ending.
fn stem(request: &Request) -> String {
    let path = match &request.file {
        super::Source::Path(path) => path.as_path(),
        super::Source::Text { name, .. } => std::path::Path::new(name),
    };
    path.file_stem().map_or_else(|| "scenario".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// The hash of all that was read, and of which variant was chosen.
fn hash(cx: &Context, variant: Option<&str>) -> String {
    let files = cx.files.contents();
    cx.sources.hash(files.iter().map(Vec::as_slice).chain(variant.map(str::as_bytes)))
}

/// The duration in at most 720 rows of a round length.
fn bin_of(duration: Span) -> Span {
    let round = [1, 2, 5, 10, 15, 30].map(Span::secs).into_iter();
    let round = round.chain([1, 2, 5, 10, 15, 30].map(|minutes| Span::secs(60 * minutes)));
    let mut round = round.chain([1, 2, 6, 12, 24].map(|hours| Span::secs(3_600 * hours)));
    let least = duration.0.div_ceil(720);
    round.find(|bin| bin.0 >= least).unwrap_or_else(|| Span::days(least.div_ceil(Span::DAY.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_round() {
        let cases = [
            ("1s", 1),
            ("12m", 1),
            ("12m1s", 2),
            ("4h", 30),
            ("30d", 3_600),
            ("365d", 86_400),
            ("3650d", 518_400),
        ];
        for (duration, seconds) in cases {
            let duration = crate::runlog::parse::duration(duration).unwrap();
            assert_eq!(bin_of(duration), Span::secs(seconds), "{duration}");
        }
    }
}
