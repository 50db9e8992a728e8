//! `[horizon]`: how a long time is played.

use super::context::Context;
use super::fields::Fields;
use super::problem::Problem;
use super::shape::{Form, Shape, field};
use super::timeline::Timeline;
use super::value;
use crate::client::ClientSetup;
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
        field(
            "lead",
            Form::Duration,
            "requests begin so long before such an event (10m, or as long as data keys are cached)",
        ),
        field(
            "settle",
            Form::Duration,
            "and end when every client has held its objective for so long, and as long again for what is then measured \
             (1h, or the longest window of an objective)",
        ),
    ],
};

/// A duration that must not be too short for some client.
struct Limit {
    field: &'static str,
    least: Span,
    /// The client's need, in words.
    why: Option<String>,
}

impl Limit {
    fn of(field: &'static str, least: Span) -> Limit {
        Limit { field, least, why: None }
    }

    fn at_least(&mut self, need: Span, why: String) {
        if need > self.least {
            (self.least, self.why) = (need, Some(why));
        }
    }

    /// What is stated, or the usual, if that is enough.
    fn read(&self, cx: &Context, fields: &Fields, usual: Span) -> Span {
        let usual = usual.max(self.least);
        let Some(why) = &self.why else {
            return fields.read(self.field, value::duration_from(self.least)).unwrap_or(usual);
        };
        let stated = fields.read(self.field, value::duration);
        if stated.is_some_and(|stated| stated < self.least) {
            let message = format!("`{}` is too short: {why}", self.field);
            let problem = Problem::error(&fields.value_place(self.field), message);
            cx.sink.report(problem.help(format!("at least {}; left out, it is long enough", self.least)));
        }
        stated.unwrap_or(usual)
    }
}

/// How the time is played; `None`: requests are simulated all the time.
pub fn read(cx: &Context, clients: &[ClientSetup]) -> Option<HorizonSetup> {
    let stated = cx.scenario.get("horizon")?;
    let fields = Fields::open(stated, &stated.span, &HORIZON, cx.sink)?;
    let around = fields.read("traffic", |v| value::one_of(v, &CHOICES)).unwrap_or(false);
    let (mut lead, mut settle) = (Limit::of("lead", Span::SECOND), Limit::of("settle", Span::MINUTE));
    for client in clients.iter().filter(|client| client.rate.is_some()) {
        if let Some(cache) = &client.cache {
            lead.at_least(
                cache.max_age,
                format!("client `{}` caches data keys for {}", client.name, cache.max_age),
            );
        }
        let why = format!("the objective of client `{}` spans {}", client.name, client.objective.window);
        settle.at_least(client.objective.window, why);
    }
    let lead = lead.read(cx, &fields, Span::secs(600));
    let settle = settle.read(cx, &fields, Span::HOUR);
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
