//! Commands as people type them: references are filled in, health is checked, the service decides.

use super::Simulation;
use super::calls::down;
use super::setup::{Step, StepExpectation};
use crate::client::{Failure, rules};
use crate::rulebook::RuleRef;
use crate::runlog::{Answer, Call, EventRow};
use crate::services::kms::{SetId, material_bytes};
use crate::services::reference::references;
use crate::services::{
    Caller, Command, ErrorCode, NOBODY, Operation, Outbox, Params, Plane, Refusal, Service,
};
use crate::services::{aurora, dynamodb, s3, secrets, snapshot};
use crate::sim::Stream;
use crate::world::endpoint::Mode;
use crate::world::{self, RegionId};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
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

/// A response's field by its path: `KeyMetadata.KeyState`.
fn field<'a>(response: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(response, |value, name| match name.parse::<usize>() {
        Ok(index) if value.is_array() => value.get(index),
        _ => value.get(name),
    })
}

/// A field as a user compares it; `Path.#` is the length of a list.
fn shown(response: &Value, path: &str) -> Option<String> {
    match path.strip_suffix(".#") {
        Some(list) => field(response, list)?.as_array().map(|list| list.len().to_string()),
        None => field(response, path).map(text),
    }
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
    const IN_ORDER: [&str; 8] = [
        "Message",
        "CiphertextBlob",
        "KeyMetadata.KeyId",
        "ReplicaKeyMetadata.KeyId",
        "Plaintext",
        "KeyId",
        "GrantId",
        "KeyState",
    ];
    IN_ORDER.iter().find_map(|path| field(response, path)).map(text)
}

/// A step that was taken.
pub(super) struct Taken<'a> {
    pub command: &'a str,
    pub operation: &'a str,
    /// What it is about, unless it has a name.
    pub subject: &'a str,
    pub region: &'a str,
    pub principal: &'a str,
    pub save: Option<&'a str>,
    pub expect: Option<&'a StepExpectation>,
}

impl Simulation {
    /// Takes a step of the timeline and writes its answer down.
    pub(super) fn take_step(&mut self, step: &Step, name: Option<&str>, location: &str) {
        let answer = self.run_command(&step.command, &step.principal, step.from);
        let (refused, response) = match answer {
            Ok(response) => (None, response),
            Err(no) => (Some(no), Value::Null),
        };
        let taken = Taken {
            command: &step.command.text,
            operation: step.command.operation.name,
            subject: step.command.subject(),
            region: &step.command.region,
            principal: &step.principal,
            save: step.save.as_deref(),
            expect: step.expect.as_ref(),
        };
        self.write_down(&taken, name, location, refused, response);
    }

    /// Writes the answer to a step down, and whether it came as expected.
    pub(super) fn write_down(
        &mut self,
        step: &Taken,
        name: Option<&str>,
        location: &str,
        refused: Option<Refused>,
        response: Value,
    ) {
        let error = refused.as_ref().map(|no| no.error.clone());
        let expected = step.expect.map(|expect| self.compare(expect, error.as_deref(), &response));
        let rule = refused.as_ref().and_then(|no| no.rule);
        self.recorder.event(EventRow {
            time: self.kernel.now(),
            region: self.region_named(step.region).map(RegionId::index),
            principal: step.principal.to_owned(),
            source: "step",
            operation: step.operation.to_owned(),
            target: name.unwrap_or(step.subject).to_owned(),
            outcome: if error.is_none() { "ok" } else { "refused" }.to_owned(),
            error: error.clone().unwrap_or_default(),
            rule,
            detail: step.command.to_owned(),
        });
        self.recorder.answer(Answer {
            time: self.kernel.now(),
            command: step.command.to_owned(),
            name: name.map(str::to_owned),
            saved: step.save.map(str::to_owned),
            region: step.region.to_owned(),
            principal: step.principal.to_owned(),
            error,
            message: refused.map_or(String::new(), |no| no.message),
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
        let params = self.params(command)?;
        match operation.service {
            Service::Route53 => self.route53_answers(operation, &params, from, principal)?,
            _ => self.health(operation, region, from, principal)?,
        }
        let fresh = self.fresh(&command.text).next_u128();
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
            Service::Route53 | Service::RecoveryCluster => self.call_routing(operation, &params, &caller),
            Service::AutoScaling => {
                let mut out = Outbox::default();
                let answer = self.capacity.groups.set_desired_capacity(&params, &caller, &mut out);
                self.take_groups(out);
                answer.map_err(Refused::from)
            }
            _ => self.call_store(operation, &params, &caller),
        };
        self.note_call(operation, &params, &caller, &answer, before);
        answer
    }

    /// Writes down a call that a service received, whose changes are the rows from `before` on.
    pub(super) fn note_call(
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

    /// Random bits of a step's own: the same step again has others.
    pub(super) fn fresh(&self, text: &str) -> Stream {
        let occurrence = self.recorder.answers.iter().filter(|answer| answer.command == text).count();
        Stream::new(self.setup.seed, self.trial, &format!("{text}#{occurrence}/fresh"))
    }

    /// An operation of a service that holds data: the store that it names carries it out.
    fn call_store(
        &mut self,
        operation: &Operation,
        params: &Params,
        caller: &Caller,
    ) -> Result<Value, Refused> {
        let Some(index) = self.stores.iter().position(|store| store.is_meant(operation, params)) else {
            return Err(unknown(operation).into());
        };
        if operation.name.starts_with("RestoreTable") {
            return self.restore_table(index, operation, params, caller);
        }
        let (answer, out) = self.stores[index].call(operation, params, caller);
        let (response, effects) = answer?;
        if let Some((replica, key)) = &effects.rekey {
            self.switch_key(index as u16, (*replica, key.as_deref()), caller)?;
        }
        self.take_effects(index as u16, effects);
        self.take_out(index as u16, out);
        Ok(response)
    }

    /// A key operation by a fault: health, authorization and request quotas play no part.
    pub(super) fn call_kms_directly(
        &mut self,
        command: &Command,
        region: RegionId,
        name: &str,
    ) -> Result<(), Refused> {
        let params = self.params(command)?;
        let reach = self.world.reach(Service::Kms, region);
        let caller = Caller { now: self.kernel.now(), region, principal: NOBODY, reach, fresh: 0 };
        let mut out = Outbox::default();
        let before = self.recorder.rows();
        let answer = self.kms.carry_out(command.operation, &params, &caller, &mut out);
        self.take_kms(name, out);
        let received = answer.map_err(Refused::from);
        self.note_call(command.operation, &params, &Caller { principal: name, ..caller }, &received, before);
        received.map(drop)
    }

    /// The parameters of a command, with every reference filled in.
    fn params(&self, command: &Command) -> Result<Params, Refused> {
        let mut params = Params::default();
        for (name, argument) in &command.arguments {
            params.0.insert(name, self.resolve(&argument.0)?);
        }
        Ok(params)
    }

    /// Whether the endpoint answers such a command now, and can be reached from where it is typed. Commands of the data
    /// plane share its request quota with the clients.
    pub(super) fn health(
        &mut self,
        operation: &Operation,
        at: RegionId,
        from: Option<RegionId>,
        principal: &str,
    ) -> Result<(), Failure> {
        let now = self.kernel.now();
        let (service, name) = (operation.service, operation.name);
        let cut = |from: RegionId| from != at && !self.world.connected(from, at);
        if from.is_some_and(|from| cut(from) || self.world.region(from).is_down()) {
            return Err(down(service, Mode::Timeout));
        }
        if let Some((home, rule)) = home(operation)
            && let Some(home) = self.region_named(home)
            && !self.world.control_answers(service, home)
        {
            return Err(Failure::new(down(service, Mode::Error).error, rule));
        }
        let luck = format!("{principal}/{name}/{}/{}", now.0, self.recorder.rows());
        let draw = Stream::new(self.setup.seed, self.trial, &luck).next_u64();
        let call = world::calls::Call { operation: name, principal, draw };
        let endpoint = self.world.endpoint_mut(service, at);
        if endpoint.names.fresh().is_some() {
            return Err(Failure::new(ErrorCode::EndpointConnectionError, rules::NAMES_MUST_RESOLVE));
        }
        if from == Some(at) && endpoint.private.is_down() {
            return Err(down(service, Mode::Timeout));
        }
        if let Some(mode) = endpoint.outage().filter(|_| endpoint.control.is_down()) {
            return Err(down(service, mode));
        }
        if let Some(error) = endpoint.failure(&call) {
            return Err(Failure::new(ErrorCode::from_number(error), rules::A_FAULT_ANSWERS));
        }
        if endpoint.throttles(now, &call) {
            return Err(Failure::new(ErrorCode::ThrottlingException, rules::OVER_QUOTA_IS_THROTTLED));
        }
        match operation.plane {
            Plane::Control if !endpoint.controls(&call) => {
                let error = down(service, Mode::Error).error;
                Err(Failure::new(error, rules::A_CONTROL_PLANE_IS_SEPARATE))
            }
            Plane::Control => Ok(()),
            Plane::Data => match endpoint.outage_for(&call) {
                Some(mode) => Err(down(service, mode)),
                None if !endpoint.within_quota(now) => {
                    Err(Failure::new(ErrorCode::ThrottlingException, rules::OVER_QUOTA_IS_THROTTLED))
                }
                None => Ok(()),
            },
        }
    }

    /// The Region of that name.
    pub(super) fn region_named(&self, name: &str) -> Option<RegionId> {
        let found = self.setup.world.regions.iter().position(|region| region.name == name);
        found.map(|i| RegionId(i as u8))
    }

    /// Fills `$` references in.
    pub(super) fn resolve(&self, written: &str) -> Result<String, Refused> {
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
                (None, Some("KeyMaterial")) => Some(BASE64.encode(material_bytes(name))),
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

    /// What was expected, in words, and whether it came so. Fields are looked for in the response, which a failed step
    /// has if it made calls.
    fn compare(&self, expect: &StepExpectation, error: Option<&str>, response: &Value) -> (String, bool) {
        match expect {
            StepExpectation::Ok => ("ok".to_owned(), error.is_none()),
            StepExpectation::Error(name) => (name.clone(), error == Some(name)),
            StepExpectation::Fields(fields) => {
                let holds = |(path, wanted): &(String, String)| {
                    let found = shown(response, path);
                    found.is_some_and(|found| self.resolve(wanted).is_ok_and(|wanted| wanted == found))
                };
                let words: Vec<String> =
                    fields.iter().map(|(path, wanted)| format!("{path} = {wanted}")).collect();
                (words.join(", "), fields.iter().all(holds))
            }
        }
    }
}

/// The Region on which a control-plane operation depends, wherever it is called, and the rule.
fn home(operation: &Operation) -> Option<(&'static str, RuleRef)> {
    let configures = ["CreateBucket", "DeleteBucket", "PutBucket"];
    match (operation.plane, operation.service) {
        (Plane::Control, Service::S3) => configures
            .iter()
            .any(|begins| operation.name.starts_with(begins))
            .then_some((world::BUCKETS_HOME, rules::BUCKET_CONFIGURATION_HAS_A_HOME)),
        (Plane::Control, service) => service.home().map(|home| (home, rules::GLOBAL_SERVICES_HAVE_A_HOME)),
        (Plane::Data, _) => None,
    }
}

/// What a service answers to a name that it does not know.
fn unknown(operation: &Operation) -> Failure {
    let (error, rule) = match operation.service {
        Service::DynamoDb => dynamodb::unknown(operation),
        Service::S3 => s3::unknown(operation),
        Service::SecretsManager => secrets::unknown(operation),
        Service::Ec2 | Service::Backup => snapshot::unknown(operation),
        _ => aurora::unknown(operation),
    };
    Failure::new(error, rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(service: Service, name: &'static str, plane: Plane) -> Operation {
        Operation { service, name, plane, params: &[] }
    }

    #[test]
    fn only_control_planes_have_a_home() {
        let of =
            |service, name, plane| home(&operation(service, name, plane)).map(|(home, rule)| (home, rule.id));
        let records = "ChangeResourceRecordSets";
        assert_eq!(of(Service::Route53, records, Plane::Control), Some(("us-east-1", "CP-3")));
        assert_eq!(of(Service::Route53, records, Plane::Data), None);
        assert_eq!(
            of(Service::RecoveryCluster, "CreateCluster", Plane::Control),
            Some(("us-west-2", "CP-3"))
        );
        assert_eq!(of(Service::S3, "PutBucketReplication", Plane::Control), Some(("us-east-1", "CP-4")));
        assert_eq!(of(Service::S3, "GetBucketReplication", Plane::Control), None);
        assert_eq!(of(Service::Kms, "CreateKey", Plane::Control), None);
    }
}
