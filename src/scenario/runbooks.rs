//! `[runbooks.<name>]`: a trigger, and what is then done, one step after the other.

use super::context::Context;
use super::expect;
use super::fields::Fields;
use super::problem::Problem;
use super::records;
use super::shape::{Form, Shape, TEXTS, field};
use super::source::Span as Place;
use super::timeline::{self, Timeline};
use super::tree::{Entry, Value};
use super::value;
use crate::model::setup::{RunbookSetup, RunbookStep};
use crate::runlog::expression::Expression;
use crate::runlog::parse::duration;
use crate::sim::Span;
use crate::world::RegionId;
use std::ops::Range;

/// `[runbooks.<name>]`
pub static RUNBOOK: Shape = Shape {
    what: "a runbook",
    fields: &[
        field("when", Form::Text, "the condition that starts it: \"success(checkout) < 50% for 60s\""),
        field(
            "steps",
            TEXTS,
            "\"wait 5m\", \"wait until ...\", \"route checkout to eu-west-1\", \"aws ...\", \"retry 30s: aws ...\"",
        ),
        field("again", Form::Flag, "whether it may start again (false)"),
        field("manual", Form::Flag, "people take its steps, who must be able to sign in (false)"),
    ],
};

/// Reads every runbook, in file order.
pub fn read(cx: &Context, timeline: &Timeline) -> Vec<RunbookSetup> {
    cx.scenario.tables("runbooks").iter().filter_map(|entry| runbook(cx, timeline, entry)).collect()
}

fn runbook(cx: &Context, timeline: &Timeline, entry: &Entry) -> Option<RunbookSetup> {
    if !value::is_name(&entry.key) {
        cx.sink.report(value::not_a_name(&entry.at, &entry.key));
    }
    let fields = Fields::open(&entry.value, &entry.at, &RUNBOOK, cx.sink)?;
    let when = fields.need("when", |v| when(cx, timeline, v));
    let again = fields.read("again", value::flag).unwrap_or(false);
    let manual = fields.read("manual", value::flag).unwrap_or(false);
    let steps = fields.each("steps", |v| step(cx, timeline, v));
    if fields.get("steps").is_none_or(|list| list.items().is_empty()) {
        fields.report(Problem::error(&fields.place("steps"), "a runbook needs `steps`"));
    }
    let (when, held_for) = when?;
    Some(RunbookSetup { name: entry.key.clone(), when, held_for, again, manual, steps })
}

/// A condition, and how long it must have held.
fn when(cx: &Context, timeline: &Timeline, v: &Value) -> Result<(Expression, Span), Problem> {
    let text = value::text(v)?;
    let place = |at: Range<usize>| cx.sources.part(&v.span, text, &at);
    let (condition, held_for) = match text.rsplit_once(" for ") {
        None => (text, Span::ZERO),
        Some((condition, time)) => {
            let at = place(text.len() - time.len()..text.len());
            (condition, duration(time.trim()).map_err(|why| Problem::error(&at, why))?)
        }
    };
    Ok((expect::condition(cx, timeline, condition, &place)?, held_for))
}

fn step(cx: &Context, timeline: &Timeline, v: &Value) -> Result<RunbookStep, Problem> {
    let text = value::text(v)?;
    let place = |at: Range<usize>| cx.sources.part(&v.span, text, &at);
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    let offset = text.len() - rest.len();
    match verb {
        "wait" => match rest.strip_prefix("until ") {
            Some(condition) => {
                let offset = text.len() - condition.len();
                let place = |at: Range<usize>| place(at.start + offset..at.end + offset);
                expect::condition(cx, timeline, condition, &place).map(RunbookStep::WaitUntil)
            }
            None => match value::parse_law(rest.trim()) {
                Ok(law) => Ok(RunbookStep::Wait(law)),
                Err(why) => Err(Problem::error(&place(offset..text.len()), why)
                    .help("write `wait 5m`, `wait uniform(5m, 15m)` or `wait until <condition>`")),
            },
        },
        "route" => route(cx, rest, &|at| place(at.start + offset..at.end + offset)),
        "aws" => run(cx, v, text, 0, None),
        "retry" => {
            let Some((pause, command)) = rest.split_once(':') else {
                let problem = Problem::error(&place(0..text.len()), "a retry needs a pause and a command");
                return Err(problem.help("write `retry 30s: aws ...`"));
            };
            let at = offset..offset + pause.len();
            let pause = duration(pause.trim()).map_err(|why| Problem::error(&place(at.clone()), why))?;
            if pause < Span::SECOND {
                return Err(Problem::error(&place(at), "expected a pause of at least 1s"));
            }
            let command = command.trim_start();
            run(cx, v, command, text.len() - command.len(), Some(pause))
        }
        _ => {
            let problem = Problem::error(&place(0..verb.len()), format!("there is no step `{verb}`"));
            Err(problem.help("steps are `wait ...`, `wait until ...`, `route <client> to <Region>`, `aws ...`, `retry 30s: aws ...`"))
        }
    }
}

fn run(
    cx: &Context,
    v: &Value,
    text: &str,
    offset: usize,
    retry: Option<Span>,
) -> Result<RunbookStep, Problem> {
    let saved = |name: &str| {
        let entries = cx.scenario.get("timeline").map(Value::items).unwrap_or_default();
        let save = |entry: &Value| entry.table()?.get("save")?.text().map(str::to_owned);
        cx.keys.position(name).is_some() || entries.iter().any(|entry| save(entry).as_deref() == Some(name))
    };
    let command = timeline::command_at(cx, v, text, offset, &saved)?;
    Ok(RunbookStep::Run { command, retry })
}

/// `<client> to <Region>`
fn route(cx: &Context, rest: &str, place: &dyn Fn(Range<usize>) -> Place) -> Result<RunbookStep, Problem> {
    let Some((client, region)) = rest.split_once(" to ") else {
        let problem = Problem::error(&place(0..rest.len()), "expected a client and a Region");
        return Err(problem.help("write `route checkout to eu-west-1`"));
    };
    let region_at = rest.len() - region.trim_start().len();
    let (client, region) = (client.trim_end(), region.trim());
    let client = cx.clients.find_at(client, &place(0..client.len()))?;
    if let Some(record) = records::of_client(cx, cx.clients.name(client)) {
        let message = format!("record `{}` says where this client's requests go", record.key);
        let problem = Problem::error(&place(0..rest.len()), message).and(&record.at, "the record");
        return Err(problem.help(
            "edit the record (`aws route53 change-resource-record-sets ...`), or give it a routing control",
        ));
    }
    let region = cx.regions.find_at(region, &place(region_at..region_at + region.len()))?;
    Ok(RunbookStep::Route { client, region: RegionId(region as u8) })
}
