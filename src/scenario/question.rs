//! `[question]`: an exam question, whose answer key is what the scenario comes to. A run ignores it.

use super::context::Context;
use super::expect;
use super::fields::Fields;
use super::problem::Problem;
use super::shape::{Form, Shape, TEXTS, field};
use super::timeline::Timeline;
use super::tree::Value;
use super::value;
use crate::model::setup::{Choice, Expectation, Question};
use std::ops::Range;

/// `[question]`
pub static QUESTION: Shape = Shape {
    what: "`[question]`",
    fields: &[
        field("text", Form::Text, "the question"),
        field("topic", Form::Text, "what it is about: \"deletion\""),
        field("facts", TEXTS, "the entries of the rulebook that it is about: \"KMS-EX-14\""),
        field("correct", Form::Integer, "how many choices hold, never which (1)"),
        field("choice", Form::List(&Form::Table(&CHOICE)), "`[[question.choice]]`: what may be answered"),
    ],
};

/// `[[question.choice]]`
static CHOICE: Shape = Shape {
    what: "a choice",
    fields: &[
        field("text", Form::Text, "the answer, in words"),
        field(
            "holds",
            Form::Either(&[Form::Text, TEXTS]),
            "the same as an expression, or as a list of which all must hold: \"state(orders, us-east-1) @ 8d == deleted\"",
        ),
    ],
};

/// The fewest choices of a question.
const FEWEST: usize = 2;

/// Reads the question, if the scenario is one.
pub fn read(cx: &Context, timeline: &Timeline) -> Option<Question> {
    let stated = cx.scenario.get("question")?;
    let fields = Fields::open(stated, &stated.span, &QUESTION, cx.sink)?;
    let text = fields.need("text", |v| value::text(v).map(str::to_owned));
    let topic = fields.need("topic", value::name);
    let facts = fields.each("facts", fact);
    let correct = fields.read("correct", |v| value::count(v, 1, 26)).unwrap_or(1) as usize;
    let choices = fields.each("choice", |v| choice(cx, timeline, v));
    let written = fields.get("choice").map_or(0, |list| list.items().len());
    if written < FEWEST {
        fields.report(Problem::error(&fields.place("choice"), "a question needs two choices or more"));
    }
    if correct >= written.max(FEWEST) {
        let message = format!("{correct} of {written} choices cannot be the right ones");
        fields.report(Problem::error(&fields.value_place("correct"), message));
    }
    (choices.len() == written).then_some(Question { text: text?, topic: topic?, facts, correct, choices })
}

fn fact(v: &Value) -> Result<String, Problem> {
    let id = value::text(v)?;
    let known = crate::model::rules();
    match known.iter().any(|rule| rule.id == id) {
        true => Ok(id.to_owned()),
        false => {
            let near = crate::runlog::parse::nearest(id, known.iter().map(|rule| rule.id));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            Err(Problem::error(&v.span, format!("the rulebook has no `{id}`")).maybe_help(help))
        }
    }
}

fn choice(cx: &Context, timeline: &Timeline, v: &Value) -> Result<Choice, Problem> {
    let nothing = || Problem::error(&v.span, "a choice needs `text` and `holds`");
    let fields = Fields::open(v, &v.span, &CHOICE, cx.sink).ok_or_else(nothing)?;
    let text = fields.need("text", |v| value::text(v).map(str::to_owned)).ok_or_else(nothing)?;
    let stated = fields.get("holds").ok_or_else(nothing)?;
    let each = match stated.items() {
        [] => std::slice::from_ref(stated),
        items => items,
    };
    let holds = each.iter().map(|v| expectation(cx, timeline, v)).collect::<Result<_, _>>()?;
    Ok(Choice { text, holds })
}

fn expectation(cx: &Context, timeline: &Timeline, v: &Value) -> Result<Expectation, Problem> {
    let written = value::text(v)?;
    let place = |at: Range<usize>| cx.sources.part(&v.span, written, &at);
    let expression = expect::expression(cx, timeline, written, &place)?;
    Ok(Expectation { text: written.to_owned(), expression, location: cx.sources.location(&v.span) })
}
