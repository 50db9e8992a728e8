//! `[[timeline]]`: faults and steps.

use super::awscli;
use super::context::{Context, Names};
use super::faults;
use super::fields::Fields;
use super::messages::{self, DECRYPT, ENCRYPT};
use super::policy;
use super::problem::{Problem, did_you_mean, listing, nearest};
use super::shape::{Form, Shape, field};
use super::source::Span as Place;
use super::stores;
use super::tree::{Entry, Node, Table, Value};
use super::value;
use crate::faults::Fault;
use crate::model::setup::{Action, Chance, RuleSet, Step, StepExpectation, TimelineEntry};
use crate::services::kms::KeySetup;
use crate::services::reference::references;
use crate::services::{Command, ErrorCode};
use crate::sim::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};

/// The keys of `[[timeline]]` besides the faults.
pub static ENTRY: Shape = Shape {
    what: "an entry of the timeline",
    fields: &[
        field("name", Form::Text, "names the fault or step"),
        field("at", Form::Duration, "when, from the start of the run"),
        field(
            "for",
            Form::Law,
            "how long a fault lasts; absent: for good. Without `at` it may be a distribution",
        ),
        field(
            "every",
            Form::Law,
            "again and again, this long after the time before, until the end. Without `at` the fault comes by chance: so \
             long, or by this distribution, after the start and after each of its ends",
        ),
        field("run", Form::Text, "an AWS CLI command"),
        field(
            "expect",
            Form::Either(&[Form::Text, Form::Named(&Form::Any)]),
            "`ok`, an error name, or a table of response fields",
        ),
        field(
            "expect-notes",
            Form::Either(&[Form::Text, Form::Named(&Form::Any)]),
            "the same under the rule set `notes`, where that differs",
        ),
        field("save", Form::Text, "keeps the answer under this name"),
        field("as", Form::Text, "who types the command (administrator)"),
        field("from", Form::Text, "the Region in which it is typed"),
        field("encrypt", Form::Table(&ENCRYPT), "a call of the AWS Encryption SDK that makes a message"),
        field("decrypt", Form::Table(&DECRYPT), "a call of the AWS Encryption SDK that opens a message"),
    ],
};

/// Days between ScheduleKeyDeletion and the deletion, unless stated (KMS-DEL-1).
const LONGEST_WINDOW: u64 = 30;

/// The fields of a declared key that a reference can name. `KeyMaterial`: the bytes, in base64, of a key of origin
/// EXTERNAL, which its owner has kept.
const KEY_FIELDS: [&str; 3] = ["KeyId", "Arn", "KeyMaterial"];

/// The most times that a fault may be expected to come by chance.
const MOST_CHANCES: f64 = 10_000.0;

/// The most entries after repetition.
const MOST_ENTRIES: usize = 10_000;

/// The timeline and the names in it.
pub struct Timeline {
    /// Faults and steps, in file order.
    pub entries: Vec<TimelineEntry>,
    /// Faults that come by chance.
    pub chances: Vec<Chance>,
    /// Names of the faults.
    pub faults: Names,
    /// Names of the steps that have one.
    pub steps: Names,
}

/// A name under which an answer is kept, and from when.
struct Saved {
    name: String,
    at: Time,
    order: usize,
}

struct Reader<'a> {
    cx: &'a Context<'a>,
    keys: &'a [KeySetup],
    rule_set: RuleSet,
    saved: Vec<Saved>,
    /// Names of faults and steps so far.
    taken: BTreeSet<String>,
    /// Faults without a name so far, kind by kind.
    unnamed: BTreeMap<&'static str, usize>,
    out: Timeline,
}

/// Reads the timeline, as it is played under a rule set.
pub fn read(cx: &Context, keys: &[KeySetup], rule_set: RuleSet) -> Timeline {
    let value = cx.scenario.get("timeline");
    if let Some(value) = value.filter(|value| !matches!(value.node, Node::List(_))) {
        let problem = Problem::error(&value.span, format!("expected entries, found {}", value.kind()));
        cx.sink.report(problem.help("each entry begins with `[[timeline]]`"));
    }
    let items = value.map(Value::items).unwrap_or_default();
    let out = Timeline {
        entries: Vec::new(),
        chances: Vec::new(),
        faults: Names::new("fault"),
        steps: Names::new("step"),
    };
    let (taken, unnamed) = (BTreeSet::new(), BTreeMap::new());
    let mut reader = Reader { cx, keys, rule_set, saved: saved(items), taken, unnamed, out };
    for (order, item) in items.iter().enumerate() {
        reader.entry(order, item);
    }
    reader.out
}

fn saved(items: &[Value]) -> Vec<Saved> {
    let one = |(order, item): (usize, &Value)| {
        let table = item.table()?;
        let at = value::duration(table.get("at")?).ok()?;
        Some(Saved { name: table.get("save")?.text()?.to_owned(), at: Time::ZERO + at, order })
    };
    items.iter().enumerate().filter_map(one).collect()
}

impl Reader<'_> {
    fn entry(&mut self, order: usize, item: &Value) {
        let cx = self.cx;
        let Some(table) = item.table() else {
            let problem = Problem::error(&item.span, format!("expected a table, found {}", item.kind()));
            return cx.sink.report(problem);
        };
        let outer = without_faults(cx, table);
        let fields = Fields::of(&outer, &item.span, &ENTRY, cx.sink);
        let name = fields.read("name", value::name);
        if fields.get("at").is_none() && fields.get("every").is_some() {
            return self.chance(order, &fields, table, name);
        }
        let at = fields.need("at", |v| start(cx, v));
        let lasts = fields.read("for", by_the_clock);
        let lasts = lasts.or_else(|| pasted_duration(cx, table));
        let every = fields.read("every", by_the_clock);
        let Some(action) = self.action(order, &fields, table, at) else { return };
        let Some(at) = at else { return };
        let (at, lasts) = ramped(cx, table, at, lasts);
        if let (Some(_), Action::Fault { fault, .. }) = (lasts, &action)
            && fault.is_for_good()
        {
            let kind = fault.kind();
            let (message, help) = match fault {
                Fault::Data(_) => (format!("`{kind}` passes by itself"), "leave `for` out"),
                _ => {
                    (format!("what `{kind}` does is not undone"), "leave `for` out, and mend it with a step")
                }
            };
            cx.sink.report(Problem::error(&fields.place("for"), message).help(help));
        }
        if let (Some(lasts), Action::Fault { .. }) = (lasts, &action)
            && at + lasts > Time::ZERO + cx.duration
        {
            let problem = Problem::note(
                &fields.value_place("for"),
                format!("the fault lasts beyond the end, {}", cx.duration),
            );
            cx.sink.report(problem.help("it is never lifted within the run"));
        }
        if let (Some(lasts), Some(every)) = (lasts, every)
            && lasts >= every
        {
            let message = format!("the fault begins again after {every}, before it ends");
            cx.sink.report(Problem::error(&fields.place("every"), message));
            return;
        }
        match flaps(table, &action) {
            Some((down, up)) => {
                let until = lasts.map_or(Time::ZERO + cx.duration, |lasts| at + lasts);
                self.repeat(&fields, name, at, Some((down + up, until)), with_length(action, Some(down)));
            }
            None => {
                let every = every.map(|every| (every, Time::ZERO + cx.duration));
                self.repeat(&fields, name, at, every, with_length(action, lasts));
            }
        }
    }

    /// A fault that comes by chance.
    fn chance(&mut self, order: usize, fields: &Fields, table: &Table, name: Option<String>) {
        let cx = self.cx;
        let every = fields.read("every", value::law);
        let lasts = fields.read("for", value::law);
        let Some(action) = self.action(order, fields, table, None) else { return };
        let Action::Fault { fault, .. } = &action else {
            let problem = Problem::error(&fields.place("every"), "a step does not come by chance");
            return cx.sink.report(problem.help("say `at`; with `every` it is repeated from there"));
        };
        let pasted = table.entries.iter().any(|entry| faults::is_pasted(&entry.key));
        if pasted || faults::ramp(table).is_some() || flaps(table, &action).is_some() {
            let problem = Problem::error(&fields.place("every"), "this fault does not come by chance");
            return cx.sink.report(problem.help("say `at`; what flaps or is ramped has a time of its own"));
        }
        if let Some(place) = fields.get("for").filter(|_| fault.is_for_good()) {
            let problem = Problem::error(&place.span, format!("`{}` is not lifted", fault.kind()));
            return cx.sink.report(problem.help("leave `for` out: it comes once"));
        }
        let Some(every) = every else { return };
        let spell = every.mean().0.saturating_add(lasts.as_ref().map_or(u64::MAX, |lasts| lasts.mean().0));
        if every.mean() < Span::SECOND || cx.duration.0 as f64 / spell as f64 > MOST_CHANCES {
            let message = format!("the fault would come more than {MOST_CHANCES} times");
            let problem = Problem::error(&fields.value_place("every"), message);
            return cx.sink.report(problem.help("let it come less often, or end the run earlier"));
        }
        let fault = fault.clone();
        let Some(name) = self.named(fields, &name, 1, &action) else { return };
        let location = cx.sources.location(&fields.at);
        self.out.chances.push(Chance { name, fault, every, lasts, location });
    }

    /// The one thing that an entry does.
    fn action(&self, order: usize, fields: &Fields, table: &Table, at: Option<Time>) -> Option<Action> {
        let cx = self.cx;
        let kinds = table.entries.iter().filter_map(|entry| Some((faults::kind(&entry.key)?, entry)));
        let kinds: Vec<_> = kinds.collect();
        let reported = table.entries.iter().any(|entry| !is_known(&entry.key));
        let steps = ["run", "encrypt", "decrypt"].iter().filter_map(|key| Some((*key, fields.get(key)?)));
        let steps: Vec<_> = steps.collect();
        if fields.get("for").is_some() && !steps.is_empty() {
            cx.sink.report(Problem::error(&fields.place("for"), "a step takes no time: it has no `for`"));
        }
        match (kinds.as_slice(), steps.as_slice()) {
            ([(kind, entry)], []) => {
                for key in ["expect", "expect-notes", "save", "as", "from"] {
                    if fields.get(key).is_some() {
                        cx.sink.report(Problem::error(&fields.place(key), format!("a fault has no `{key}`")));
                    }
                }
                let fault = faults::read(cx, kind, entry, self.keys)?;
                Some(Action::Fault { fault, lasts: None })
            }
            ([], [("run", run)]) => self.step(order, fields, run, at).map(Action::Step),
            ([], [(job, call)]) => {
                let known = |name: &str| self.is_known(name, order, at);
                let expect = self.expected(fields, &known);
                messages::read(cx, fields, job, call, expect, &known).map(Action::Message)
            }
            ([], []) if reported => None,
            ([], []) => {
                let problem = Problem::error(&fields.at, "the entry does nothing");
                cx.sink.report(problem.help(format!(
                    "it needs `run`, `encrypt`, `decrypt` or one of the faults: {}",
                    known_faults()
                )));
                None
            }
            (several, steps) => {
                let step = steps.last().map_or(fields.at.clone(), |(key, _)| fields.place(key));
                let at = several.last().map_or(step, |(_, entry)| entry.at.clone());
                cx.sink.report(
                    Problem::error(&at, "an entry does exactly one thing")
                        .help("begin a new `[[timeline]]` entry"),
                );
                None
            }
        }
    }

    fn step(&self, order: usize, fields: &Fields, run: &Value, at: Option<Time>) -> Option<Step> {
        let cx = self.cx;
        let known = |name: &str| self.is_known(name, order, at);
        let command = cx.sink.take(command(cx, run, &known));
        let from = fields.read("from", |v| cx.region(v));
        let principal = fields.read("as", stores::principal).unwrap_or_else(|| "administrator".to_owned());
        let save = fields.read("save", |v| save(cx, v));
        let expect = self.expected(fields, &known);
        if let (Some(command), Some(at)) = (&command, at) {
            deletion(cx, command, run, at);
        }
        Some(Step { command: command?, from, principal, save, expect })
    }

    /// What a step's answer must be under the rule set.
    fn expected(&self, fields: &Fields, known: &dyn Fn(&str) -> bool) -> Option<StepExpectation> {
        let [usual, notes] =
            ["expect", "expect-notes"].map(|key| fields.read(key, |v| expectation(self.cx, v, known)));
        match self.rule_set {
            RuleSet::Aws => usual,
            RuleSet::Notes => notes.or(usual),
        }
    }

    /// Whether a name may be referred to by the entry: a key of the file, or what an earlier entry saved.
    fn is_known(&self, name: &str, order: usize, at: Option<Time>) -> bool {
        let earlier = |saved: &Saved| at.is_none_or(|at| (saved.at, saved.order) < (at, order));
        self.cx.keys.position(name).is_some()
            || self.saved.iter().any(|saved| saved.name == name && earlier(saved))
    }

    /// Adds the entry, and its repetitions after a time each, up to an instant.
    fn repeat(
        &mut self,
        fields: &Fields,
        name: Option<String>,
        at: Time,
        every: Option<(Span, Time)>,
        action: Action,
    ) {
        let cx = self.cx;
        let location = cx.sources.location(&fields.at);
        let mut time = at;
        for number in 1.. {
            if self.out.entries.len() >= MOST_ENTRIES {
                let problem =
                    Problem::error(&fields.place("every"), format!("more than {MOST_ENTRIES} entries"));
                return cx.sink.report(problem.help("repeat less often, or end the run earlier"));
            }
            let name = self.named(fields, &name, number, &action);
            self.out.entries.push(TimelineEntry {
                name,
                at: time,
                action: action.clone(),
                location: location.clone(),
            });
            let Some((every, until)) = every else { return };
            time += every;
            if time > until {
                return;
            }
        }
    }

    /// The name of an entry: faults without one get their kind and a number.
    fn named(
        &mut self,
        fields: &Fields,
        name: &Option<String>,
        number: usize,
        action: &Action,
    ) -> Option<String> {
        let name = match (name, action) {
            (Some(name), _) if number == 1 => name.clone(),
            (Some(name), _) => format!("{name}-{number}"),
            (None, Action::Step(_) | Action::Message(_)) => return None,
            (None, Action::Fault { fault, .. }) => {
                let count = self.unnamed.entry(fault.kind()).or_default();
                *count += 1;
                format!("{}-{count}", fault.kind())
            }
        };
        if !self.taken.insert(name.clone()) {
            let message = format!("two entries of the timeline are named `{name}`");
            self.cx.sink.report(Problem::error(&fields.value_place("name"), message));
        }
        let names = match action {
            Action::Fault { .. } => &mut self.out.faults,
            Action::Step(_) | Action::Message(_) => &mut self.out.steps,
        };
        names.add(name.clone(), fields.at.clone());
        Some(name)
    }
}

/// The name under which an answer is kept: no key's.
pub fn save(cx: &Context, v: &Value) -> Result<String, Problem> {
    let name = value::name(v)?;
    let Some(key) = cx.keys.position(&name) else { return Ok(name) };
    let problem = Problem::error(&v.span, format!("`{name}` is the name of a key"));
    let help = format!("`${name}` would mean both: save it under another name");
    Err(problem.and(&cx.keys.at(key), "the key").help(help))
}

/// Notes a key deletion that would happen after the end, as far as the command says when.
fn deletion(cx: &Context, command: &Command, run: &Value, at: Time) {
    let days = match command.arguments.get("PendingWindowInDays") {
        Some(days) => days.0.parse().ok(),
        None => Some(LONGEST_WINDOW),
    };
    let Some(days) = days.filter(|_| command.operation.name == "ScheduleKeyDeletion") else { return };
    let end = at + Span::days(days);
    if end > Time::ZERO + cx.duration {
        let message = format!("the waiting period ends at {end}, after the end of the run, {}", cx.duration);
        let problem = Problem::note(&run.span, message).help("the key is pending deletion until the end");
        cx.sink.report(problem.rule("KMS-ST-11"));
    }
}

/// The `duration` of an action that comes from a template of AWS FIS: it is what `for` says of other faults.
fn pasted_duration(cx: &Context, table: &Table) -> Option<Span> {
    let action = table.entries.iter().find(|entry| faults::is_pasted(&entry.key))?;
    let stated = action.value.table()?.get("duration")?;
    cx.sink.take(value::duration_from(Span::MILLISECOND)(stated))
}

/// When a fault takes hold, if that is after the start of its entry, and for how long.
fn ramped(cx: &Context, table: &Table, at: Time, lasts: Option<Span>) -> (Time, Option<Span>) {
    let Some(stated) = faults::ramp(table) else { return (at, lasts) };
    let Ok(ramp) = value::duration(stated) else { return (at, lasts) };
    match lasts {
        Some(lasts) if lasts <= ramp => {
            cx.sink.report(Problem::error(
                &stated.span,
                format!("the fault is over in {lasts}, before it takes hold"),
            ));
            (at, Some(lasts))
        }
        _ => (at + ramp, lasts.map(|lasts| Span(lasts.0 - ramp.0))),
    }
}

/// How long a flapping link is down and up in turn.
fn flaps(table: &Table, action: &Action) -> Option<(Span, Span)> {
    let Action::Fault { fault, .. } = action else { return None };
    let stated = table.entries.iter().find(|entry| faults::kind(&entry.key).is_some())?;
    faults::flaps(fault, &stated.value)
}

fn with_length(action: Action, lasts: Option<Span>) -> Action {
    match action {
        Action::Fault { fault, .. } => Action::Fault { fault, lasts },
        step => step,
    }
}

/// A duration of an entry that has its `at`: what has a time of its own does not come by chance.
fn by_the_clock(value: &Value) -> Result<Span, Problem> {
    value::duration_from(Span::MILLISECOND)(value).map_err(|problem| match value::law(value) {
        Ok(_) if value::duration(value).is_err() => {
            Problem::error(&value.span, "with `at`, a fault does not come by chance")
                .help("write a plain duration such as `90s`; or leave `at` out and say `every`, which may be a distribution")
        }
        _ => problem,
    })
}

/// When an entry begins: not after the end.
fn start(cx: &Context, v: &Value) -> Result<Time, Problem> {
    let at = value::duration(v)?;
    match at <= cx.duration {
        true => Ok(Time::ZERO + at),
        false => {
            let problem =
                Problem::error(&v.span, format!("this is after the end of the run, {}", cx.duration));
            Err(match cx.scenario.get("duration") {
                Some(duration) => problem.and(&duration.span, "the run ends here"),
                None => problem,
            })
        }
    }
}

/// The entry's other keys; faults that are not modelled and unknown keys are reported.
fn without_faults(cx: &Context, table: &Table) -> Table {
    let mut outer = Table::default();
    for entry in &table.entries {
        if is_outer(&entry.key) {
            outer.entries.push(entry.clone());
        } else if let Some(instead) = not_yet(&entry.key) {
            cx.sink.report(Problem::later(&entry.at, &entry.key, instead));
        } else if !is_known(&entry.key) {
            cx.sink.report(unknown(entry));
        }
    }
    outer
}

fn is_outer(key: &str) -> bool {
    ENTRY.fields.iter().any(|field| field.name == key)
}

fn is_known(key: &str) -> bool {
    is_outer(key) || faults::kind(key).is_some()
}

fn not_yet(key: &str) -> Option<&'static str> {
    match key.starts_with("aws:") && faults::kind(key).is_none() {
        true => Some("this AWS FIS action has no exact counterpart among the modelled faults"),
        false => faults::LATER.iter().find(|(name, _)| *name == key).map(|(_, instead)| *instead),
    }
}

fn unknown(entry: &Entry) -> Problem {
    let kinds = faults::kinds().map(|kind| kind.name);
    let known = ENTRY.modelled().map(|field| field.name).chain(kinds);
    let help = did_you_mean(&entry.key, "an entry of the timeline takes", known);
    let message = format!("an entry of the timeline has no `{}`", entry.key);
    Problem::error(&entry.at, message).label("unknown key").maybe_help(help)
}

fn known_faults() -> String {
    listing(faults::kinds().map(|kind| kind.name))
}

/// Reads an AWS CLI command; its references must name keys or saved answers.
pub fn command(cx: &Context, v: &Value, known: &dyn Fn(&str) -> bool) -> Result<Command, Problem> {
    let text = value::text(v)?;
    command_at(cx, v, text, 0, known)
}

/// The same for a command that stands `offset` bytes into a text.
pub fn command_at(
    cx: &Context,
    v: &Value,
    text: &str,
    offset: usize,
    known: &dyn Fn(&str) -> bool,
) -> Result<Command, Problem> {
    let whole = v.text().unwrap_or_default();
    // A Region that a fault adds stands beyond the end of what is written.
    let written = |at: usize| (at + offset).min(whole.len());
    let place = |range: std::ops::Range<usize>| {
        cx.sources.part(&v.span, whole, &(written(range.start)..written(range.end)))
    };
    let load = |name: &str| cx.files.bytes(cx, &v.span, name);
    let (command, region) = awscli::parse_with(text, &awscli::operations(), &load)
        .map_err(|error| Problem::error(&place(error.at), error.message).maybe_help(error.help))?;
    if references(&command.region).is_empty() {
        cx.regions.find_at(&command.region, &place(region))?;
    }
    resolved(cx, text, &place, known)?;
    // What a file says stands nowhere in the text.
    for argument in command.arguments.values() {
        resolved(cx, &argument.0, &|_| place(0..text.len()), known)?;
    }
    policy::of_command(cx, &place(0..text.len()), &command);
    Ok(command)
}

/// Checks that every reference names a key or an answer saved before.
pub fn resolved(
    cx: &Context,
    text: &str,
    place: &dyn Fn(std::ops::Range<usize>) -> Place,
    known: &dyn Fn(&str) -> bool,
) -> Result<(), Problem> {
    for reference in references(text) {
        let at = place(reference.range.clone());
        let is_key = cx.keys.position(&reference.name).is_some();
        if !known(&reference.name) {
            let entries = cx.scenario.get("timeline").map(Value::items).unwrap_or_default();
            let saves = entries.iter().filter_map(|entry| entry.table()?.get("save")?.text());
            let near =
                nearest(&reference.name, cx.keys.iter().chain(saves)).filter(|near| *near != reference.name);
            let help = match near {
                Some(near) => format!("did you mean `${near}`?"),
                None => "`$name` is a key of the file, or a `save` of an earlier step".to_owned(),
            };
            let message =
                format!("`${}` is neither a key nor an answer saved before this step", reference.name);
            return Err(Problem::error(&at, message).help(help));
        }
        if let Some(field) =
            reference.field.as_ref().filter(|field| is_key && !KEY_FIELDS.contains(&field.as_str()))
        {
            let message = format!("`{field}` of a key is not known before a step describes it");
            return Err(
                Problem::error(&at, message).help("a key has the fields `KeyId`, `Arn` and `KeyMaterial`")
            );
        }
        if let Some(region) = &reference.region {
            cx.regions.find_at(region, &at)?;
            if !is_key {
                let message = format!("`{}` is no key: only a key has an ARN in each Region", reference.name);
                return Err(Problem::error(&at, message));
            }
        }
    }
    Ok(())
}

/// `"ok"`, an error name, or a table of response fields.
fn expectation(cx: &Context, v: &Value, known: &dyn Fn(&str) -> bool) -> Result<StepExpectation, Problem> {
    match &v.node {
        Node::Text(text) if text == "ok" => Ok(StepExpectation::Ok),
        Node::Text(text) => match ErrorCode::ALL.iter().any(|code| code.name() == text) {
            true => Ok(StepExpectation::Error(text.clone())),
            false => {
                let names = ErrorCode::ALL.iter().map(|code| code.name());
                let near = nearest(text, names);
                Err(Problem::error(&v.span, format!("`{text}` is no error that a call can answer")).help(
                    match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => "write `ok`, an error name, or a table of response fields".to_owned(),
                    },
                ))
            }
        },
        Node::Table(table) => {
            let mut expected = Vec::new();
            response(cx, table, "", known, &mut expected)?;
            match expected.is_empty() {
                true => {
                    Err(Problem::error(&v.span, "the table expects nothing").help("write `ok` or fields"))
                }
                false => Ok(StepExpectation::Fields(expected)),
            }
        }
        _ => Err(Problem::error(&v.span, format!("expected a text or a table, found {}", v.kind()))),
    }
}

/// Flattens a table of response fields into paths and texts.
fn response(
    cx: &Context,
    table: &Table,
    path: &str,
    known: &dyn Fn(&str) -> bool,
    out: &mut Vec<(String, String)>,
) -> Result<(), Problem> {
    for entry in &table.entries {
        let path = if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
        match &entry.value.node {
            Node::Table(inner) => response(cx, inner, &path, known, out)?,
            Node::Text(text) => {
                let place = |range| cx.sources.part(&entry.value.span, text, &range);
                resolved(cx, text, &place, known)?;
                out.push((path, text.clone()));
            }
            Node::Integer(number) => out.push((path, number.to_string())),
            Node::Flag(flag) => out.push((path, flag.to_string())),
            _ => {
                let message =
                    format!("expected a text, a number or true or false, found {}", entry.value.kind());
                return Err(Problem::error(&entry.value.span, message));
            }
        }
    }
    Ok(())
}
