//! What is kept of single requests, for CloudTrail's records of them.

use super::Simulation;
use super::requests::{Kind, RequestId};
use crate::client::Failure;
use crate::client::classes::Context;
use crate::runlog::RequestCall;
use crate::services::replication::ClassId;
use crate::services::{ErrorCode, Service};
use crate::sim::Time;

/// What a call to KMS names.
#[derive(Default)]
struct Named {
    target: String,
    key: Option<String>,
    context: Context,
}

impl Simulation {
    /// A service has answered the call in hand of a request that may be kept: KMS, or Secrets Manager, whose calls are
    /// management events. Items of tables and objects of buckets are data events, which a trail logs only if it is told
    /// to; SQL is none of CloudTrail's business (AWS CloudTrail User Guide, Logging data events).
    #[cold]
    pub(super) fn keep_call(&mut self, id: RequestId, at: Time) {
        let r = *self.requests.read(id);
        let error = r.answer.err().map(|failure| failure.error);
        if !self.recorder.keeps(&r) || error == Some(ErrorCode::EndpointConnectionError) {
            return;
        }
        let named = match r.service {
            Service::Kms => self.named(id, r.answer),
            Service::SecretsManager => {
                let store = self.clients[r.client.index()].store;
                Named { target: self.setup.stores[store].name.clone(), ..Named::default() }
            }
            _ => return,
        };
        self.recorder.request_call(RequestCall {
            time: at,
            client: r.client.index(),
            service: r.service,
            operation: r.operation(),
            region: r.endpoint.index(),
            target: named.target,
            key: named.key,
            context: named.context,
            error,
        });
    }

    fn named(&mut self, id: RequestId, answer: Result<ClassId, Failure>) -> Named {
        let r = *self.requests.read(id);
        let ((client, home), path) = (r.place(), usize::from(r.path));
        let stated = &self.setup.clients[client].context;
        if r.kind == Kind::Read {
            let with = (&*self.setup, &self.classes);
            let calls = self.plans.unwrap(client, home, (r.class, r.key), &self.kms, with);
            let call = calls.ok().flatten().and_then(|calls| calls.get(path));
            let target = call.map_or(String::new(), |call| call.identifier.clone());
            let key = Some(target.clone()).filter(|arn| arn.contains(":key/"));
            let context = self.classes.context(r.class).unwrap_or(stated).clone();
            return Named { target, key, context };
        }
        let calls = self.plans.wrap(client, home, r.key, &self.kms, &self.setup);
        let call = calls.and_then(|calls| calls.get(path));
        let target = call.map_or(String::new(), |call| call.identifier.clone());
        let made = call.and_then(|call| call.verdict.ok()).filter(|_| answer.is_ok());
        let used = made.map(|wrap| self.kms.arn(wrap.set, wrap.region));
        let key = used.or_else(|| Some(target.clone()).filter(|arn| arn.contains(":key/")));
        Named { target, key, context: stated.clone() }
    }
}
