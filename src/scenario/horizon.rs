//! `[horizon]`: how a long time is played.

use super::context::Context;
use super::fields::Fields;
use super::problem::Problem;
use super::shape::{Form, Shape, field};
use super::timeline::Timeline;
use super::value;
use crate::model::setup::{HorizonSetup, RunbookSetup};
use crate::sim::Span;

const TRAFFIC: &[&str] = &["always", "around-faults"];
const CHOICES: [(&str, bool); 2] = [(TRAFFIC[0], false), (TRAFFIC[1], true)];

/// `[horizon]`
pub static HORIZON: Shape = Shape {
    what: "`[horizon]`",
    fields: &[
        field(
            "traffic",
            Form::OneOf(TRAFFIC),
            "`around-faults`: requests are simulated around faults, steps and changes of keys only, and the time between \
             counts like the last settled stretch (always)",
        ),
        field("lead", Form::Duration, "requests begin so long before such an event (10m)"),
        field("settle", Form::Duration, "and end when every client has held its objective for so long (1h)"),
    ],
};

/// How the time is played; `None`: requests are simulated all the time.
pub fn read(cx: &Context) -> Option<HorizonSetup> {
    let stated = cx.scenario.get("horizon")?;
    let fields = Fields::open(stated, &stated.span, &HORIZON, cx.sink)?;
    let around = fields.read("traffic", |v| value::one_of(v, &CHOICES)).unwrap_or(false);
    let lead = fields.read("lead", value::duration_from(Span::SECOND)).unwrap_or(Span::secs(600));
    let settle = fields.read("settle", value::duration_from(Span::MINUTE)).unwrap_or(Span::HOUR);
    if !around {
        return None;
    }
    let source = "our choice: what happens between two events is like the end of what was simulated";
    cx.assume(
        "traffic between the events of a long time",
        "as in the last settled stretch",
        "assumed",
        source,
    );
    Some(HorizonSetup { lead, settle })
}

/// A runbook that starts once answers only the first of many faults.
pub fn check(cx: &Context, timeline: &Timeline, runbooks: &[RunbookSetup]) {
    let Some(chance) = timeline.chances.iter().find(|chance| chance.lasts.is_some()) else { return };
    for entry in cx.scenario.tables("runbooks") {
        let once = runbooks.iter().find(|runbook| runbook.name == entry.key && !runbook.again);
        if once.is_some() {
            let message = format!("the runbook starts once, and `{}` comes again and again", chance.name);
            cx.sink.report(
                Problem::warning(&entry.at, message).help("say `again = true`, with steps that lead back"),
            );
        }
    }
}
