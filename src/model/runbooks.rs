//! Runbooks: a condition seen by monitoring, then what people and machines do, one step after the other.

use super::setup::{RunbookStep, Setup};
use super::{Event, Simulation};
use crate::client::{ClientId, rules};
use crate::runlog::EventRow;
use crate::sim::{Sampler, Span, Stream, Time};
use std::sync::Arc;

/// How often conditions are looked at.
pub const LOOK: Span = Span::SECOND;

/// Where a runbook stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// Its condition has held since this instant.
    Armed(Option<Time>),
    /// The step in hand (index); it goes on by itself.
    Running(usize),
    /// The step in hand waits until its condition holds.
    Waiting(usize),
    /// The step in hand was refused and is tried again later.
    Retrying(usize),
    /// The step in hand waits until people can sign in.
    SignIn(usize),
    /// It is through.
    Done,
}

/// Requests that finished in a second.
#[derive(Clone, Copy, Debug, Default)]
struct Finished {
    all: u64,
    good: u64,
}

/// The runbooks of a run and the monitoring that they look at.
#[derive(Clone, Debug)]
pub struct Runbooks {
    status: Vec<Status>,
    streams: Vec<Stream>,
    /// By client: the second in hand.
    now: Vec<Finished>,
    /// By client: the last full second in which a request finished.
    last: Vec<Option<Finished>>,
}

impl Runbooks {
    /// All armed.
    pub fn new(setup: &Setup, trial: u64) -> Runbooks {
        let stream = |name: &str| Stream::new(setup.seed, trial, &format!("{name}/wait"));
        Runbooks {
            status: vec![Status::Armed(None); setup.runbooks.len()],
            streams: setup.runbooks.iter().map(|runbook| stream(&runbook.name)).collect(),
            now: vec![Finished::default(); setup.clients.len()],
            last: vec![None; setup.clients.len()],
        }
    }

    /// Whether anybody looks at the monitoring.
    #[inline]
    pub fn watch(&self) -> bool {
        !self.status.is_empty()
    }

    /// Whether a step waits until a condition holds, or until it is accepted.
    pub fn somebody_waits(&self) -> bool {
        self.status.iter().any(|status| matches!(status, Status::Waiting(_) | Status::Retrying(_)))
    }

    /// Whether the step in hand of a runbook (index) was refused and is tried again.
    pub fn is_retrying(&self, runbook: u16) -> bool {
        matches!(self.status[usize::from(runbook)], Status::Retrying(_))
    }

    /// Nothing was heard of clients for a long time: what was heard before says nothing about now.
    pub fn forget(&mut self) {
        self.now.fill(Finished::default());
        self.last.fill(None);
        for status in &mut self.status {
            if let Status::Armed(since) = status {
                *since = None;
            }
        }
    }

    /// A request finished.
    #[inline]
    pub fn hear(&mut self, client: ClientId, good: bool) {
        if self.watch() {
            let now = &mut self.now[client.index()];
            now.all += 1;
            now.good += u64::from(good);
        }
    }

    /// The share of a client's requests that succeeded, of those that finished in the last full second in which any
    /// did.
    pub fn success(&self, client: usize) -> Option<f64> {
        self.last[client].map(|second| second.good as f64 / second.all as f64)
    }

    /// A second is over. `blind`: of these clients nobody hears. Whether that hid anything.
    fn end_second(&mut self, blind: impl Fn(usize) -> bool) -> bool {
        let mut hidden = false;
        for (client, (last, now)) in self.last.iter_mut().zip(&mut self.now).enumerate() {
            let second = std::mem::take(now);
            match second.all > 0 {
                true if blind(client) => hidden = true,
                true => *last = Some(second),
                false => {}
            }
        }
        hidden
    }
}

impl Simulation {
    /// A second is over: monitoring is brought up to date, conditions are looked at.
    pub(super) fn end_second(&mut self) {
        if let Some(horizon) = self.horizon.as_mut().filter(|horizon| horizon.is_asleep()) {
            return horizon.leave_unwatched();
        }
        self.settle_ledger();
        let (world, clients) = (&self.world, &self.clients);
        let blind = |client: usize| world.region(clients[client].home).monitoring.is_down();
        if self.runbooks.end_second(blind) {
            self.recorder.count_rule(rules::BLIND_MONITORING_STANDS_STILL);
        }
        let now = self.kernel.now();
        let setup = Arc::clone(&self.setup);
        for (i, runbook) in setup.runbooks.iter().enumerate() {
            match self.runbooks.status[i] {
                Status::Armed(since) => {
                    let holds = self.condition(&runbook.when).unwrap_or(false);
                    let since = holds.then(|| since.unwrap_or(Time(now.0.saturating_sub(LOOK.0))));
                    self.runbooks.status[i] = Status::Armed(since);
                    if since.is_some_and(|since| now - since >= runbook.held_for) {
                        self.note_runbook(i, "trigger", "started", "", "");
                        self.runbooks.status[i] = Status::Running(0);
                        self.go_on_with(i as u16);
                    }
                }
                Status::Waiting(step) => {
                    if let Some(RunbookStep::WaitUntil(condition)) = runbook.steps.get(step)
                        && self.condition(condition) == Some(true)
                    {
                        self.runbooks.status[i] = Status::Running(step + 1);
                        self.go_on_with(i as u16);
                    }
                }
                Status::Running(_) | Status::Retrying(_) | Status::SignIn(_) | Status::Done => {}
            }
        }
        if (now + LOOK).0 <= setup.duration.0 {
            self.kernel.schedule(now + LOOK, Event::Second);
        }
    }

    /// A runbook takes its next steps, until one takes time.
    pub(super) fn go_on_with(&mut self, index: u16) {
        let setup = Arc::clone(&self.setup);
        let i = usize::from(index);
        let runbook = &setup.runbooks[i];
        if let Status::Retrying(step) = self.runbooks.status[i] {
            self.runbooks.status[i] = Status::Running(step);
        }
        while let Status::Running(step) = self.runbooks.status[i] {
            let Some(action) = runbook.steps.get(step) else {
                self.note_runbook(i, "end", "done", "", "");
                self.runbooks.status[i] = if runbook.again { Status::Armed(None) } else { Status::Done };
                return;
            };
            if runbook.manual && self.is_locked_out(action) {
                self.note_lockout(i);
                self.runbooks.status[i] = Status::SignIn(step);
                return;
            }
            self.runbooks.status[i] = Status::Running(step + 1);
            match action {
                RunbookStep::Wait(law) => {
                    let draw = self.runbooks.streams[i].next_u64();
                    let pause = Sampler::new(law).sample(draw);
                    return self.plan(self.kernel.now() + pause, Event::Runbook(index));
                }
                RunbookStep::WaitUntil(condition) => {
                    if self.condition(condition) != Some(true) {
                        self.runbooks.status[i] = Status::Waiting(step);
                    }
                }
                RunbookStep::Route { client, region } => {
                    self.clients[*client].home = *region;
                    self.recorder.moved(*client, *region, self.kernel.now());
                    self.something_happens();
                    let place = &setup.world.regions[region.index()].name;
                    self.note_runbook(i, "route", &setup.clients[*client].name, "", place);
                }
                RunbookStep::Run { command, retry } => {
                    let principal = format!("runbook {}", runbook.name);
                    let answer = self.run_command(command, &principal, None);
                    let error = answer.as_ref().err().map(|no| no.error.clone());
                    self.note_command(i, command, answer);
                    match (error, retry) {
                        (None, _) => self.something_happens(),
                        (Some(_), Some(pause)) => {
                            self.runbooks.status[i] = Status::Retrying(step);
                            return self.kernel.schedule(self.kernel.now() + *pause, Event::Runbook(index));
                        }
                        (Some(error), None) => {
                            self.note_runbook(i, "end", "stopped", &error, "");
                            self.runbooks.status[i] = Status::Done;
                        }
                    }
                }
            }
        }
    }

    /// Whether people cannot take a step because they cannot sign in to the Region in which they would.
    fn is_locked_out(&self, step: &RunbookStep) -> bool {
        let region = match step {
            RunbookStep::Route { region, .. } => Some(*region),
            RunbookStep::Run { command, .. } => self.region_named(&command.region),
            RunbookStep::Wait(_) | RunbookStep::WaitUntil(_) => None,
        };
        region.is_some_and(|region| self.world.region(region).sign_in.is_down())
    }

    /// Faults started or lifted: people who could not sign in try again.
    pub(super) fn sign_in_again(&mut self) {
        for i in 0..self.runbooks.status.len() {
            if let Status::SignIn(step) = self.runbooks.status[i] {
                self.runbooks.status[i] = Status::Running(step);
                self.go_on_with(i as u16);
            }
        }
    }

    fn note_lockout(&mut self, index: usize) {
        self.recorder.event(EventRow {
            time: self.kernel.now(),
            region: None,
            principal: self.setup.runbooks[index].name.clone(),
            source: "runbook",
            operation: "sign-in".to_owned(),
            target: String::new(),
            outcome: "waits".to_owned(),
            error: String::new(),
            rule: Some(rules::MANUAL_STEPS_NEED_A_SIGN_IN),
            detail: String::new(),
        });
    }

    fn note_runbook(&mut self, index: usize, operation: &str, target: &str, error: &str, detail: &str) {
        let (target, outcome) = match operation {
            "route" => (target, detail),
            _ => ("", target),
        };
        self.recorder.event(EventRow {
            time: self.kernel.now(),
            region: None,
            principal: self.setup.runbooks[index].name.clone(),
            source: "runbook",
            operation: operation.to_owned(),
            target: target.to_owned(),
            outcome: outcome.to_owned(),
            error: error.to_owned(),
            rule: None,
            detail: String::new(),
        });
    }

    fn note_command(
        &mut self,
        index: usize,
        command: &crate::services::Command,
        answer: Result<serde_json::Value, super::commands::Refused>,
    ) {
        let (error, rule) = answer.err().map_or((String::new(), None), |no| (no.error, no.rule));
        self.recorder.event(EventRow {
            time: self.kernel.now(),
            region: self.region_named(&command.region).map(|region| region.index()),
            principal: self.setup.runbooks[index].name.clone(),
            source: "runbook",
            operation: command.operation.name.to_owned(),
            target: String::new(),
            outcome: if error.is_empty() { "ok" } else { "refused" }.to_owned(),
            error,
            rule,
            detail: command.text.clone(),
        });
    }
}
