//! Commands as people type them: references are filled in, health is checked, the service decides.

use super::Simulation;
use super::calls::down;
use super::setup::{Step, StepExpectation};
use crate::client::{Failure, rules};
use crate::rulebook::RuleRef;
use crate::runlog::{Answer, Call, EventRow};
use crate::services::kms::SetId;
use crate::services::reference::references;
use crate::services::{Caller, Command, ErrorCode, Operation, Outbox, Params, Plane, Refusal, Service, kms};
use crate::sim::Stream;
use crate::world::RegionId;
use crate::world::endpoint::Mode;
use serde_json::Value;

/// Why a command did not succeed.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The error that the caller sees.
    pub error: String,
    /// Its message.
    pub message: String,
    /// The rule that decided.
    pub rule: Option<RuleRef>,
}

impl From<Refusal> for Refused {
    fn from(no: Refusal) -> Refused {
        Refused { error: no.error.name().to_owned(), message: no.message, rule: Some(no.rule) }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Refused {
        Refused {
            error: failure.error.name().to_owned(),
            message: failure.rule.says.to_owned(),
            rule: Some(failure.rule),
        }
    }
}

/// `disable-key` as AWS's API names it: `DisableKey`.
pub fn api_name(cli_name: &str) -> String {
    let operations = kms::api::OPERATIONS.iter();
    let mut found = operations.filter(|operation| operation.cli_name() == cli_name);
    found.next().map_or(cli_name, |operation| operation.name).to_owned()
}

/// A response's field by its path: `KeyMetadata.KeyState`.
fn field<'a>(response: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(response, |value, name| match name.parse::<usize>() {
        Ok(index) if value.is_array() => value.get(index),
        _ => value.get(name),
    })
}

/// A JSON value as a user compares it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What `$name` stands for: the identifier that the next command needs.
fn natural(response: &Value) -> Option<String> {
    const IN_ORDER: [&str; 6] =
        ["CiphertextBlob", "KeyMetadata.KeyId", "ReplicaKeyMetadata.KeyId", "Plaintext", "KeyId", "KeyState"];
    IN_ORDER.iter().find_map(|path| field(response, path)).map(text)
}

impl Simulation {
    /// Takes a step of the timeline and writes its answer down.
    pub(super) fn take_step(&mut self, step: &Step, name: Option<&str>, location: &str) {
        let now = self.kernel.now();
        let answer = self.run_command(&step.command, &step.principal, step.from);
        let expected = step.expect.as_ref().map(|expect| self.compare(expect, &answer));
        let (error, message, rule, response) = match answer {
            Ok(response) => (None, String::new(), None, response),
            Err(no) => (Some(no.error), no.message, no.rule, Value::Null),
        };
        self.recorder.event(EventRow {
            time: now,
            region: self.region_named(&step.command.region).map(RegionId::index),
            principal: step.principal.clone(),
            source: "step",
            operation: step.command.operation.name.to_owned(),
            target: name.unwrap_or_default().to_owned(),
            outcome: if error.is_none() { "ok" } else { "refused" }.to_owned(),
            error: error.clone().unwrap_or_default(),
            rule,
            detail: step.command.text.clone(),
        });
        self.recorder.answer(Answer {
            time: now,
            command: step.command.text.clone(),
            name: name.map(str::to_owned),
            saved: step.save.clone(),
            region: step.command.region.clone(),
            principal: step.principal.clone(),
            error,
            message,
            rule,
            response,
            expected,
            location: location.to_owned(),
        });
    }

    /// Carries a command out, now and once.
    pub(super) fn run_command(
        &mut self,
        command: &Command,
        principal: &str,
        from: Option<RegionId>,
    ) -> Result<Value, Refused> {
        let operation = command.operation;
        let place = self.resolve(&command.region)?;
        let region = self.region_named(&place).ok_or_else(|| Refused {
            error: "UnknownRegion".to_owned(),
            message: format!("`{place}` is not a Region of this scenario"),
            rule: None,
        })?;
        let mut params = Params::default();
        for (name, argument) in &command.arguments {
            params.0.insert(name, self.resolve(&argument.0)?);
        }
        self.health(operation, region, from)?;
        let occurrence = self.recorder.answers.iter().filter(|a| a.command == command.text).count();
        let name = format!("{}#{occurrence}/fresh", command.text);
        let fresh = Stream::new(self.setup.seed, self.trial, &name).next_u128();
        let caller = Caller {
            now: self.kernel.now(),
            region,
            principal,
            reach: self.world.reach(operation.service, region),
            fresh,
        };
        let before = self.recorder.rows();
        let answer = match operation.service {
            Service::Kms => {
                let mut out = Outbox::default();
                let answer = self.kms.call(operation, &params, &caller, &mut out);
                self.take_kms(principal, out);
                answer.map_err(Refused::from)
            }
            _ => self.call_aurora(operation, &params, &caller),
        };
        self.note_call(operation, &params, &caller, &answer, before);
        answer
    }

    /// Writes down a call that a service received, whose changes are the rows from `before` on.
    fn note_call(
        &mut self,
        operation: &'static Operation,
        params: &Params,
        caller: &Caller,
        answer: &Result<Value, Refused>,
        before: usize,
    ) {
        let directory = &self.setup.directory;
        let refused = answer.as_ref().err();
        self.recorder.call(Call {
            time: caller.now,
            operation,
            region: caller.region.index(),
            principal: caller.principal.to_owned(),
            account: directory.account_id(directory.account_of(caller.principal)).to_owned(),
            parameters: params.clone(),
            error: refused.map(|no| no.error.clone()),
            message: refused.map_or(String::new(), |no| no.message.clone()),
            response: answer.as_ref().map_or(Value::Null, Value::clone),
            changes: before..self.recorder.rows(),
        });
    }

    fn call_aurora(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
    ) -> Result<Value, Refused> {
        let wanted = params.get("GlobalClusterIdentifier").unwrap_or_default();
        let named = |store: &super::Store| store.database().is_some_and(|database| database.name() == wanted);
        let Some(index) = self.stores.iter().position(named) else {
            let rule = crate::services::aurora::rules::THE_CLUSTER_EXISTS;
            return Err(Failure::new(ErrorCode::GlobalClusterNotFoundFault, rule).into());
        };
        let mut out = Outbox::default();
        let Some(database) = self.stores[index].database_mut() else { return Ok(Value::Null) };
        let (response, takeover) = database.call(operation, params, caller, &mut out)?;
        self.take_over(index as u16, takeover);
        self.take_aurora(index as u16, out);
        Ok(response)
    }

    /// A key operation by a fault: health and references play no part.
    pub(super) fn call_kms_directly(
        &mut self,
        cli_name: &str,
        key: SetId,
        region: RegionId,
        principal: &str,
    ) -> Result<(), Refusal> {
        let mut operations = kms::api::OPERATIONS.iter();
        let Some(operation) = operations.find(|operation| operation.cli_name() == cli_name) else {
            return Ok(());
        };
        let mut params = Params::default();
        params.0.insert("KeyId", self.kms.key_id(key).to_owned());
        let reach = self.world.reach(Service::Kms, region);
        let caller = Caller { now: self.kernel.now(), region, principal, reach, fresh: 0 };
        let mut out = Outbox::default();
        let before = self.recorder.rows();
        let answer = self.kms.call(operation, &params, &caller, &mut out);
        self.take_kms(principal, out);
        let received = answer.clone().map_err(Refused::from);
        self.note_call(operation, &params, &caller, &received, before);
        answer.map(drop)
    }

    /// Whether the endpoint answers such a command now, and can be reached from where it is typed.
    fn health(&self, operation: &Operation, at: RegionId, from: Option<RegionId>) -> Result<(), Failure> {
        let endpoint = self.world.endpoint(operation.service, at);
        let cut = |from: RegionId| from != at && !self.world.connected(from, at);
        if from.is_some_and(|from| cut(from) || self.world.region(from).is_down()) {
            return Err(down(operation.service, Mode::Timeout));
        }
        match (operation.plane, endpoint.outage()) {
            (_, Some(mode)) if endpoint.crashed.is_down() => Err(down(operation.service, mode)),
            (Plane::Data, Some(mode)) => Err(down(operation.service, mode)),
            (Plane::Control, _) if endpoint.control.is_down() => {
                let error = down(operation.service, Mode::Error).error;
                Err(Failure::new(error, rules::A_CONTROL_PLANE_IS_SEPARATE))
            }
            _ => Ok(()),
        }
    }

    /// The Region of that name.
    pub(super) fn region_named(&self, name: &str) -> Option<RegionId> {
        let found = self.setup.world.regions.iter().position(|region| region.name == name);
        found.map(|i| RegionId(i as u8))
    }

    /// Fills `$` references in.
    fn resolve(&self, written: &str) -> Result<String, Refused> {
        let mut filled = String::new();
        let mut done = 0;
        for reference in references(written) {
            let value =
                self.value_of(&reference.name, reference.field.as_deref(), reference.region.as_deref());
            filled.push_str(&written[done..reference.range.start]);
            filled.push_str(&value.ok_or_else(|| Refused {
                error: "UnresolvedReference".to_owned(),
                message: format!("`{}` has no value yet", &written[reference.range.clone()]),
                rule: None,
            })?);
            done = reference.range.end;
        }
        filled.push_str(&written[done..]);
        Ok(filled)
    }

    fn value_of(&self, name: &str, path: Option<&str>, region: Option<&str>) -> Option<String> {
        if let Some(set) = self.setup.keys.iter().position(|key| key.name == name) {
            let set = SetId(set as u32);
            return match (region, path) {
                (Some(region), _) => self.region_named(region).map(|region| self.kms.arn(set, region)),
                (None, None | Some("KeyId")) => Some(self.kms.key_id(set).to_owned()),
                (None, Some("Arn")) => self.kms.primary(set).map(|region| self.kms.arn(set, region)),
                (None, Some(_)) => None,
            };
        }
        let mut saved = self.recorder.answers.iter().rev();
        let answer = saved.find(|answer| answer.saved.as_deref() == Some(name) && answer.error.is_none())?;
        match (region, path) {
            (Some(region), _) => {
                let arns = ["KeyMetadata.Arn", "ReplicaKeyMetadata.Arn"];
                let arn = arns.iter().find_map(|path| field(&answer.response, path)).map(text)?;
                let mut parts: Vec<&str> = arn.split(':').collect();
                *parts.get_mut(3)? = region;
                Some(parts.join(":"))
            }
            (None, Some(path)) => field(&answer.response, path).map(text),
            (None, None) => natural(&answer.response),
        }
    }

    /// What was expected, in words, and whether it came so.
    fn compare(&self, expect: &StepExpectation, answer: &Result<Value, Refused>) -> (String, bool) {
        match expect {
            StepExpectation::Ok => ("ok".to_owned(), answer.is_ok()),
            StepExpectation::Error(name) => {
                (name.clone(), answer.as_ref().err().is_some_and(|no| no.error == *name))
            }
            StepExpectation::Fields(fields) => {
                let holds = |(path, wanted): &(String, String)| {
                    let found = answer.as_ref().ok().and_then(|response| field(response, path)).map(text);
                    found.is_some_and(|found| self.resolve(wanted).is_ok_and(|wanted| wanted == found))
                };
                let words: Vec<String> =
                    fields.iter().map(|(path, wanted)| format!("{path} = {wanted}")).collect();
                (words.join(", "), fields.iter().all(holds))
            }
        }
    }
}
