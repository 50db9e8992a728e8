//! A scenario as a whole: its keys, and the parts put together.

use super::context::Context;
use super::fields::Fields;
use super::overlay::Assembly;
use super::problem::{Problem, Sink};
use super::shape::{Form, Shape, TEXT_BY_NAME, TEXTS, field, later};
use super::source::Sources;
use super::stores::Kind;
use super::tree::{Node, Table};
use super::{Request, clients, designs, expect, keys, knobs, runbooks, stores, timeline, value, world};
use crate::model::setup::{Action, RunbookSetup, RunbookStep, Setup, TimelineEntry};
use crate::services::Operation;
use crate::services::iam::Directory;
use crate::sim::Span;
use crate::world::Service;

/// The account that owns everything.
const ACCOUNT: &str = "111122223333";

/// The most keys, stores, clients or runbooks.
const MOST_OF_A_KIND: usize = 1_000;

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
        field("keys", Form::Named(&Form::Table(&keys::KEY)), "KMS keys that exist at time 0"),
        field("stores", Form::Named(&Form::Table(&stores::STORE)), "replicated data"),
        field("clients", Form::Named(&Form::Table(&clients::CLIENT)), "applications"),
        field("runbooks", Form::Named(&Form::Table(&runbooks::RUNBOOK)), "triggers and what is then done"),
        field("timeline", Form::List(&Form::Table(&timeline::ENTRY)), "faults and steps"),
        field("expect", Form::Named(&Form::Either(&[Form::Text, TEXT_BY_NAME])), "what must hold at the end"),
        field("link", Form::List(&Form::Table(&world::LINK)), "network links, instead of the measured ones"),
        field("endpoint", Form::List(&Form::Table(&world::ENDPOINT)), "service endpoints, where they differ"),
        field("timing", Form::Table(&knobs::TIMING), "how long KMS's own processes take"),
        field("settings", Form::Table(&knobs::SETTINGS), "what AWS's documents leave open"),
        field("rules", Form::Table(&knobs::RULES), "whose rules are played"),
        field("variants", Form::Named(&Form::Any), "named overlays of this scenario"),
        later("accounts", "one account owns everything"),
        later(
            "principals",
            "every principal of the account may do everything that the default key policy allows",
        ),
    ],
};

/// Reads and checks the scenario with one variant, or without.
pub fn read(request: &Request, assembly: &Assembly, variant: Option<&str>) -> (Option<Setup>, Vec<Problem>) {
    let (scenario, mut problems) = assembly.view(variant);
    let sink = Sink::default();
    let setup = setup(request, &assembly.sources, &scenario, variant, &sink);
    problems.extend(sink.into_problems());
    problems.sort_by_key(|problem| problem.primary.as_ref().map(|label| label.span.start));
    problems.dedup();
    (setup, problems)
}

fn setup(
    request: &Request,
    sources: &Sources,
    scenario: &Table,
    variant: Option<&str>,
    sink: &Sink,
) -> Option<Setup> {
    let cx = &Context::new(sources, scenario, sink);
    let top = Fields::of(scenario, &(0..0), &SCENARIO, sink);
    sections(&top, scenario)?;
    let title = top.read("title", |v| value::text(v).map(str::to_owned));
    let seed = top.read("seed", |v| value::count(v, 0, i64::MAX as u64));
    let duration = top.need("duration", value::duration_from(Span::MILLISECOND));
    let bin = top.read("bin", value::duration_from(Span::SECOND));
    top.need("regions", |_| Ok(()));

    let world = world::read(cx, &used(scenario));
    let keys = keys::read(cx);
    let stores = stores::read(cx, &world);
    let clients = clients::read(cx);
    let timeline = timeline::read(cx, &keys);
    let runbooks = runbooks::read(cx, &timeline);
    let (rule_set, switches) = knobs::rules(cx, request.rules);
    let expect = expect::read(cx, &timeline, rule_set);
    let timing = knobs::timing(cx, &called(&timeline.entries, &runbooks));
    let settings = knobs::settings(cx);

    let name = stem(request);
    let duration = duration?;
    let mut setup = Setup {
        title: title.unwrap_or_else(|| name.clone()),
        name,
        variant: variant.map(str::to_owned),
        hash: hash(sources, variant),
        seed: request.seed.or(seed).unwrap_or(1),
        duration,
        bin: bin.unwrap_or_else(|| bin_of(duration)),
        rule_set,
        world: world.setup,
        directory: Directory::of_one_account(ACCOUNT),
        keys,
        timing,
        settings,
        switches,
        stores,
        clients,
        runbooks,
        timeline: timeline.entries,
        expect,
        assumptions: Vec::new(),
    };
    setup.assumptions = cx.assumptions();
    designs::check(cx, &setup);
    Some(setup)
}

/// Checks that what comes in tables or entries does, and in no more than can be read.
fn sections(top: &Fields, scenario: &Table) -> Option<()> {
    let crowded = |key: &&&str| scenario.tables(key).len() > MOST_OF_A_KIND;
    if let Some(key) = ["keys", "stores", "clients", "runbooks"].iter().find(crowded) {
        top.report(Problem::error(&top.place(key), format!("a scenario has at most {MOST_OF_A_KIND} {key}")));
        return None;
    }
    for key in ["keys", "stores", "clients", "runbooks"] {
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
        Service::DynamoDb => kinds.contains(&Kind::GlobalTable),
        Service::Rds => kinds.contains(&Kind::GlobalDatabase),
    };
    Service::ALL.into_iter().filter(uses).collect()
}

/// The operations that steps and runbooks call.
fn called(timeline: &[TimelineEntry], runbooks: &[RunbookSetup]) -> Vec<&'static str> {
    let steps = timeline.iter().filter_map(|entry| match &entry.action {
        Action::Step(step) => Some(step.command.operation),
        Action::Message(_) | Action::Fault { .. } => None,
    });
    let runs = runbooks.iter().flat_map(|runbook| &runbook.steps).filter_map(|step| match step {
        RunbookStep::Run { command, .. } => Some(command.operation),
        _ => None,
    });
    steps.chain(runs).map(|operation: &'static Operation| operation.name).collect()
}

/// The file's name without its ending.
fn stem(request: &Request) -> String {
    let path = match &request.file {
        super::Source::Path(path) => path.as_path(),
        super::Source::Text { name, .. } => std::path::Path::new(name),
    };
    path.file_stem().map_or_else(|| "scenario".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn hash(sources: &Sources, variant: Option<&str>) -> String {
    let mut all = sources.clone();
    if let Some(variant) = variant {
        all.add("--variant", variant);
    }
    all.hash()
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
