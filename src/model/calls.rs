//! What a request goes through between its arrival and its end: KMS calls, the store, retries, failover.
//!
//! ```text
//! write:  Arrival -> (KMS call for each key of the keyring) -> store -> replication
//! read:   Arrival -> store -> (KMS calls until a data key is unwrapped)
//!
//! KMS call:  send -> AtKms -> [KmsDone] -> [KmsAnswer]
//! store:     send -> [AtStore] -> Commit / [StoreDone] -> [StoreAnswer]
//!            lost or late: TimedOut        failed: Retry, or the next Region
//! ```
//!
//! In brackets: left out where nothing can happen on the way. A queue is first in, first out, so an endpoint
//! knows on arrival when it will be done; only a fault in between could matter, and the next one is known.

use super::cost::Called;
use super::data::DataEvent;
use super::requests::{Kind, Request, RequestId, purpose};
use super::{Event, Moment, Simulation};
use crate::client::classes::PLAINTEXT;
use crate::client::{Failure, RetryMode, rules};
use crate::services::dynamodb::rules as dynamodb;
use crate::services::error::RetryClass;
use crate::services::replication::{ClassId, NEW_ITEM};
use crate::services::store::Barrier;
use crate::services::{ErrorCode, Service};
use crate::sim::rng::fnv1a;
use crate::sim::{Draws, Span, Time};
use crate::world::RegionId;
use crate::world::calls::Call;
use crate::world::endpoint::{Admission, Mode, Work};
use crate::world::names::Resolution;

impl Simulation {
    /// Something happens to a request.
    pub(super) fn go_on(&mut self, id: RequestId, moment: Moment) {
        match moment {
            Moment::AtKms => return self.at_kms(id),
            Moment::AtStore => return self.at_store(id, self.kernel.now()),
            Moment::StoreLevel => return self.read_after_all(id),
            Moment::KmsDone | Moment::StoreDone => return self.leave(id),
            _ => {}
        }
        let r = self.requests.get(id);
        let spell = self.world.region(r.home).spell();
        if spell != r.spell {
            r.spell = spell;
            if let Some((since, failure)) = self.stopped(id) {
                return self.stop(id, since, failure);
            }
        }
        let r = self.requests.get(id);
        match (moment, r.answer) {
            (Moment::Retry, _) => self.send(id),
            (Moment::Paced, _) => self.depart(id, self.kernel.now()),
            (Moment::TimedOut, Err(failure)) => self.attempt_failed(id, failure),
            _ if self.way_back_is_cut(id) => self.answer_lost(id),
            (_, Err(failure)) => self.attempt_failed(id, failure),
            (_, Ok(class)) => self.answered(id, class),
        }
    }

    #[inline]
    fn way_back_is_cut(&mut self, id: RequestId) -> bool {
        let r = self.requests.get(id);
        self.world.link(r.endpoint, r.home).app.is_down()
            && self.world.endpoint(r.service, r.endpoint).network
    }

    fn send(&mut self, id: RequestId) {
        match self.requests.get(id).service {
            Service::Kms => self.send_to_kms(id),
            _ => self.send_to_store(id, self.kernel.now()),
        }
    }

    pub(super) fn send_to_kms(&mut self, id: RequestId) {
        let r = self.requests.get(id);
        let ((client, home), path) = (r.place(), usize::from(r.path));
        let endpoint = match r.kind {
            Kind::Read => {
                let with = (&*self.setup, &self.classes);
                match self.plans.unwrap(client, home, (r.class, r.key), &self.kms, with) {
                    Ok(calls) => calls.and_then(|calls| calls.get(path)).map(|call| call.endpoint),
                    Err(failure) => return self.give_up(id, failure),
                }
            }
            _ => {
                let calls = self.plans.wrap(client, home, r.key, &self.kms, &self.setup);
                calls.and_then(|calls| calls.get(path)).map(|call| call.endpoint)
            }
        };
        match endpoint {
            Some(endpoint) => {
                r.endpoint = endpoint;
                self.dispatch(id, self.kernel.now());
            }
            None => {
                let encrypts = r.kind != Kind::Read;
                let why_not = self.plans.why_not_wrap(client, home).filter(|_| encrypts);
                self.give_up(id, why_not.unwrap_or_else(no_such_call));
            }
        }
    }

    /// Sends the attempt in hand to its endpoint at `now`, which may be later than the clock where nothing can happen
    /// before. In adaptive mode it may have to wait first.
    #[inline]
    fn dispatch(&mut self, id: RequestId, now: Time) {
        let r = self.requests.get(id);
        if let Some(pace) = self.clients[r.client.index()].pace(r) {
            let wait = pace.wait(now);
            if wait > Span::ZERO {
                return self.kernel.schedule(now + wait, Event::Request(id, Moment::Paced));
            }
        }
        self.depart(id, now);
    }

    /// The attempt in hand leaves.
    fn depart(&mut self, id: RequestId, now: Time) {
        let r = self.requests.get(id);
        let arrival = if r.service == Service::Kms { Moment::AtKms } else { Moment::AtStore };
        r.sent = now;
        r.deadline = now + self.clients[r.client.index()].attempt_timeout;
        r.tries += 1;
        let endpoint = self.world.endpoint(r.service, r.endpoint);
        if r.home == r.endpoint && endpoint.private.is_down() {
            return self.no_connection(id);
        }
        if !endpoint.names.are_fine()
            && let Some(answers) =
                endpoint.names.resolve(now, caller(r, &self.setup.clients[r.client.index()].name))
        {
            return self.unresolved(id, answers, now);
        }
        let at = match endpoint.network {
            true => {
                let link = self.world.link(r.home, r.endpoint);
                if link.app.is_down() {
                    return self.no_connection(id);
                }
                let mut delay = link.delay(r.draw(purpose::OUT));
                if link.is_narrow() {
                    delay += self.world.link_mut(r.home, r.endpoint).queue(now);
                }
                if now + delay > r.deadline {
                    return self.answer_lost(id);
                }
                r.spent.network += delay;
                now + delay
            }
            false => now,
        };
        let endpoint = self.world.endpoint(r.service, r.endpoint);
        let known = at == now && endpoint.is_open();
        match arrival {
            Moment::AtStore
                if at == self.kernel.now()
                    || (known && self.stores[self.clients[r.client.index()].store].steady) =>
            {
                self.at_store(id, at);
            }
            _ if at == self.kernel.now() => self.at_kms(id),
            _ => self.kernel.schedule(at, Event::Request(id, arrival)),
        }
    }

    /// The name of the endpoint does not resolve, or to an address at which nobody is.
    #[cold]
    fn unresolved(&mut self, id: RequestId, answers: Resolution, now: Time) {
        if answers == Resolution::Stale {
            return self.no_connection(id);
        }
        let r = self.requests.get(id);
        r.answer = Err(Failure::new(ErrorCode::EndpointConnectionError, rules::NAMES_MUST_RESOLVE));
        self.kernel.schedule(now, Event::Request(id, Moment::TimedOut));
    }

    /// Nobody answers: the connection times out.
    #[cold]
    fn no_connection(&mut self, id: RequestId) {
        let r = self.requests.get(id);
        let client = &self.setup.clients[r.client.index()];
        let timeout =
            if r.home == r.endpoint { client.connect_timeout_local } else { client.connect_timeout_across };
        r.answer = Err(down(r.service, Mode::Timeout));
        self.kernel.schedule(r.sent + timeout, Event::Request(id, Moment::TimedOut));
    }

    /// The answer is lost or will come too late: the attempt times out.
    #[cold]
    pub(super) fn answer_lost(&mut self, id: RequestId) {
        let r = self.requests.get(id);
        r.answer = Err(Failure::new(ErrorCode::ReadTimeoutError, rules::A_LOST_ANSWER));
        self.kernel.schedule(r.deadline, Event::Request(id, Moment::TimedOut));
    }

    /// The endpoint admits a call or not; `None` if that is settled.
    #[inline]
    fn admit(&mut self, id: RequestId, work: Work, now: Time) -> Option<(Time, Time)> {
        let r = self.requests.get(id);
        let cut = self.world.link(r.home, r.endpoint).app.is_down();
        let endpoint = self.world.endpoint_mut(r.service, r.endpoint);
        if cut && endpoint.network {
            self.no_connection(id);
            return None;
        }
        let principal = self.setup.clients[r.client.index()].principal.as_str();
        let call = || Call { operation: r.operation(), principal, draw: r.draw(purpose::FAULT) };
        let refused = match endpoint.admit(now, work, r.draw(purpose::SERVICE), call) {
            Admission::Accepted { start, finish } => {
                r.endpoint_spell = endpoint.crashed.spell();
                return Some((start, finish));
            }
            Admission::Down(Mode::Timeout) => {
                self.no_connection(id);
                return None;
            }
            Admission::Down(mode) => down(r.service, mode),
            Admission::Failed(error) => Failure::new(ErrorCode::from_number(error), rules::A_FAULT_ANSWERS),
            Admission::Throttled => {
                let rule = match r.service {
                    Service::Kms => rules::OVER_QUOTA_IS_THROTTLED,
                    _ => crate::services::dynamodb::rules::THE_TABLE_THROTTLES,
                };
                Failure::new(ErrorCode::ThrottlingException, rule)
            }
        };
        self.answer_at(id, now, Err(refused));
        None
    }

    fn at_kms(&mut self, id: RequestId) {
        let now = self.kernel.now();
        let Some((start, finish)) = self.admit(id, Work::Read, now) else { return };
        self.recorder.counter.count(self.requests.read(id), Called::Kms);
        let answer = self.kms_verdict(id);
        let r = self.requests.get(id);
        if finish <= r.deadline {
            r.spent.kms_queue += start - now;
            r.spent.kms_service += finish - start;
        }
        self.answer_at(id, finish, answer);
    }

    /// What the rules of KMS answer to the call that arrives now.
    #[inline]
    fn kms_verdict(&mut self, id: RequestId) -> Result<ClassId, Failure> {
        let r = self.requests.get(id);
        let ((client, home), path) = (r.place(), usize::from(r.path));
        match r.kind {
            Kind::Read => {
                let with = (&*self.setup, &self.classes);
                let calls = self.plans.unwrap(client, home, (r.class, r.key), &self.kms, with)?;
                let call = calls.and_then(|calls| calls.get_mut(path)).ok_or_else(no_such_call)?;
                call.verdict?;
                call.uses += 1;
                Ok(r.class)
            }
            _ => {
                let calls = self.plans.wrap(client, home, r.key, &self.kms, &self.setup);
                let call = calls.and_then(|calls| calls.get_mut(path)).ok_or_else(no_such_call)?;
                call.outcome(r.class, &mut self.classes)
            }
        }
    }

    /// The endpoint's answer leaves at `at`. If no fault starts or ends before, its way is known now.
    #[inline]
    pub(super) fn answer_at(&mut self, id: RequestId, at: Time, answer: Result<ClassId, Failure>) {
        let r = self.requests.get(id);
        r.answer = answer;
        if at > r.deadline {
            self.answer_lost(id);
        } else if at == self.kernel.now() || (self.elide && at < self.timers.next_change()) {
            self.leave_at(id, at);
        } else {
            let moment = if r.service == Service::Kms { Moment::KmsDone } else { Moment::StoreDone };
            self.kernel.schedule(at, Event::Request(id, moment));
        }
    }

    /// The answer leaves now, unless the endpoint went down meanwhile.
    fn leave(&mut self, id: RequestId) {
        let r = self.requests.get(id);
        match self.world.endpoint(r.service, r.endpoint).crashed.spell() == r.endpoint_spell {
            true => self.leave_at(id, self.kernel.now()),
            false => self.answer_lost(id),
        }
    }

    #[inline]
    fn leave_at(&mut self, id: RequestId, at: Time) {
        if self.recorder.keeps_requests() {
            self.keep_call(id, at);
        }
        let r = self.requests.get(id);
        let moment = if r.service == Service::Kms { Moment::KmsAnswer } else { Moment::StoreAnswer };
        let delay = match self.world.endpoint(r.service, r.endpoint).network {
            false => Span::ZERO,
            true => {
                let link = self.world.link(r.endpoint, r.home);
                if link.app.is_down() {
                    return self.answer_lost(id);
                }
                let delay = link.delay(r.draw(purpose::BACK));
                match link.is_narrow() {
                    true => delay + self.world.link_mut(r.endpoint, r.home).queue(at),
                    false => delay,
                }
            }
        };
        let arrival = at + delay;
        if arrival > r.deadline {
            return self.answer_lost(id);
        }
        r.spent.network += delay;
        if moment == Moment::KmsAnswer && self.turns_to_store_by_itself(id, arrival) {
            return self.turn_to_store(id, arrival);
        }
        match arrival == self.kernel.now() {
            true => self.go_on(id, moment),
            false => self.kernel.schedule(arrival, Event::Request(id, moment)),
        }
    }

    /// Whether it is known now that the answer of KMS arrives and that the item is then put into the store: no fault
    /// comes first, none has stopped the instance since it last looked, no other key wraps, nothing is cached, and there
    /// is no retry budget that others' failures meanwhile could empty.
    #[inline]
    fn turns_to_store_by_itself(&mut self, id: RequestId, arrival: Time) -> bool {
        let r = self.requests.get(id);
        let client = &self.clients[r.client.index()];
        let Ok(class) = r.answer else { return false };
        let known = self.elide
            && r.kind != Kind::Read
            && arrival < self.timers.next_change()
            && self.world.region(r.home).spell() == r.spell
            && client.retry == RetryMode::None
            && client.caching.is_none()
            && !self.stores[client.store].routes();
        let (place, home) = r.place();
        if known && self.plans.wrap(place, home, r.key + 1, &self.kms, &self.setup).is_none() {
            r.class = class;
            return true;
        }
        false
    }

    /// The call in hand was answered well.
    #[inline]
    fn answered(&mut self, id: RequestId, class: ClassId) {
        let r = self.requests.get(id);
        r.class = class;
        let client = &mut self.clients[r.client.index()];
        let budgets = &mut client.budgets[usize::from(r.instance)];
        budgets[usize::from(r.service != Service::Kms)].succeeded(r.tries, r.paid);
        if let Some(pace) = client.pace(r) {
            pace.answered(false, self.kernel.now());
        }
        match (r.service, r.kind) {
            (Service::Kms, Kind::Read) => {
                self.keep_decrypted(id);
                self.end(id, Ok(()));
            }
            (Service::Kms, _) => {
                let (client, home) = r.place();
                match self.plans.wrap(client, home, r.key + 1, &self.kms, &self.setup).is_some() {
                    true => self.next_call(id),
                    false => {
                        self.keep_generated(id);
                        self.turn_to_store(id, self.kernel.now());
                    }
                }
            }
            (_, Kind::Read) if class != PLAINTEXT && !self.decrypt_from_cache(id) => {
                self.requests.get(id).turn_to(Service::Kms);
                self.send_to_kms(id);
            }
            _ => self.end(id, Ok(())),
        }
    }

    /// The next KMS call of the plan, at home again.
    fn next_call(&mut self, id: RequestId) {
        let r = self.requests.get(id);
        r.key += 1;
        r.path = 0;
        r.tries = 0;
        r.attempt += 1;
        self.send_to_kms(id);
    }

    /// The attempt in hand failed: again after a pause, in the next Region, or not at all.
    #[cold]
    fn attempt_failed(&mut self, id: RequestId, failure: Failure) {
        let now = self.kernel.now();
        let r = self.requests.get(id);
        self.recorder.refused(r, r.operation(), failure, now);
        let class = failure.error.retry_class();
        let draw = r.draw(purpose::BACKOFF);
        r.attempt += 1;
        let client = &mut self.clients[r.client.index()];
        if let Some(pace) = client.pace(r) {
            pace.answered(class == RetryClass::Throttling, now);
        }
        let budget = &mut client.budgets[usize::from(r.instance)][usize::from(r.service != Service::Kms)];
        if let Some(retry) = budget.retry(client.retry, r.service, failure.error, r.tries, draw) {
            r.paid = retry.paid;
            return self.kernel.schedule(now + retry.pause, Event::Request(id, Moment::Retry));
        }
        if class == RetryClass::Never || !self.has_next_path(id) {
            return self.call_failed(id, failure);
        }
        let r = self.requests.get(id);
        let from = r.endpoint;
        r.path += 1;
        r.tries = 0;
        self.send(id);
        self.note_failover(id, from);
    }

    fn has_next_path(&mut self, id: RequestId) -> bool {
        let r = *self.requests.get(id);
        let ((client, home), next) = (r.place(), usize::from(r.path) + 1);
        match (r.service, r.kind) {
            (Service::Kms, Kind::Read) => {
                let with = (&*self.setup, &self.classes);
                let calls = self.plans.unwrap(client, home, (r.class, r.key), &self.kms, with);
                calls.is_ok_and(|calls| calls.is_some_and(|calls| next < calls.len()))
            }
            (Service::Kms, _) => {
                let calls = self.plans.wrap(client, home, r.key, &self.kms, &self.setup);
                calls.is_some_and(|calls| next < calls.len())
            }
            _ => self.store_target(&r, r.path + 1).is_some(),
        }
    }

    /// No Region answered the call in hand. A keyring that decrypts goes on to the next data key.
    fn call_failed(&mut self, id: RequestId, failure: Failure) {
        let r = self.requests.get(id);
        if r.service == Service::Kms && r.kind == Kind::Read {
            let (client, home) = r.place();
            let with = (&*self.setup, &self.classes);
            let next = (r.class, r.key + 1);
            if let Ok(Some(_)) = self.plans.unwrap(client, home, next, &self.kms, with) {
                return self.next_call(id);
            }
        }
        self.end(id, Err(failure));
    }

    pub(super) fn turn_to_store(&mut self, id: RequestId, now: Time) {
        let r = self.requests.get(id);
        r.turn_to(self.stores[self.clients[r.client.index()].store].service);
        self.send_to_store(id, now);
    }

    /// The Region and replica that the call goes to.
    #[inline]
    fn store_target(&self, r: &Request, path: u8) -> Option<(RegionId, u8)> {
        let client = &self.clients[r.client.index()];
        self.stores[client.store].target(&client.replicas[r.home.index()], r.home, r.kind == Kind::Read, path)
    }

    fn send_to_store(&mut self, id: RequestId, now: Time) {
        let r = self.requests.read(id);
        let Some((endpoint, replica)) = self.store_target(r, r.path) else {
            // The service's endpoint names nobody any more.
            let failure = down(r.service, Mode::Refuse);
            return self.give_up(id, failure);
        };
        let r = self.requests.get(id);
        r.endpoint = endpoint;
        r.replica = replica;
        r.forwarded = false;
        self.dispatch(id, now);
    }

    fn at_store(&mut self, id: RequestId, now: Time) {
        let r = self.requests.get(id);
        let kind = r.kind;
        let index = self.clients[r.client.index()].store;
        let primary = if kind == Kind::Read { None } else { self.stores[index].forwards(r.replica) };
        // A replica that passes a write on only reads it.
        let work = if kind == Kind::Read || primary.is_some() { Work::Read } else { Work::Write };
        let Some((_, finish)) = self.admit(id, work, now) else { return };
        let r = self.requests.get(id);
        if self.stores[index].hangs(r.replica) {
            return self.answer_lost(id);
        }
        if finish <= r.deadline {
            r.spent.store += finish - now;
        }
        match (kind, primary) {
            (Kind::Read, _) => self.read_from_store(id, index, finish),
            (_, Some(primary)) => self.forward(id, index, (primary, finish)),
            _ => self.write_to_store(id, index, (now, finish)),
        }
    }

    fn read_from_store(&mut self, id: RequestId, index: usize, finish: Time) {
        let r = self.requests.read(id);
        match self.lacks(index, r).filter(|_| finish <= r.deadline) {
            Some(needs) => self.hold_read(index as u16, id, needs, finish),
            None => self.read_item(id, index, finish),
        }
    }

    pub(super) fn read_item(&mut self, id: RequestId, index: usize, finish: Time) {
        let now = self.kernel.now();
        let kms = self.kms_answers(index, id);
        let r = self.requests.read(id);
        let store = &mut self.stores[index];
        let may = kms.and_then(|()| store.may(r.replica, Work::Read));
        if let Err(barrier) = may.and_then(|()| store.take_capacity(r.replica, Work::Read, now)) {
            return self.answer_at(id, finish, Err(barrier.into()));
        }
        self.recorder.counter.count(r, Called::Read);
        if self.setup.clients[r.client.index()].consistent_reads {
            return self.read_strongly(id, index, finish);
        }
        let record = store.replicas().tables[usize::from(r.replica)].get(r.item);
        self.requests.get(id).data_key = record.map_or(0, |record| record.data_key);
        self.answer_at(id, finish, Ok(record.map_or(PLAINTEXT, |record| record.class)));
    }

    /// A store that asks KMS for each item needs its endpoint there.
    #[inline]
    fn kms_answers(&mut self, index: usize, id: RequestId) -> Result<(), Barrier> {
        let r = self.requests.read(id);
        if !self.stores[index].asks_kms(r.replica) {
            return Ok(());
        }
        match self.world.endpoint(Service::Kms, r.endpoint).outage() {
            None => {
                self.recorder.counter.count_of_store(r);
                Ok(())
            }
            Some(mode) => {
                let failure = down(Service::Kms, mode);
                Err(Barrier::passes(failure.error, failure.rule))
            }
        }
    }

    /// A strongly consistent read: of its own Region's newest version, or, with strong consistency over Regions, of the
    /// newest there is.
    fn read_strongly(&mut self, id: RequestId, index: usize, finish: Time) {
        let r = self.requests.read(id);
        let store = &self.stores[index];
        if let Err(barrier) = store.may_read_strongly(r.replica) {
            return self.answer_at(id, finish, Err(barrier.into()));
        }
        let (replicas, place) = (store.replicas(), usize::from(r.replica));
        let (record, finish) = match store.is_strong() {
            true => (replicas.newest(r.item), finish + self.consent(id, index)),
            false => {
                let record = replicas.tables[place].get(r.item);
                if store.service == Service::DynamoDb {
                    self.recorder.count_rule(dynamodb::STRONG_READS_ARE_LOCAL);
                }
                (record, finish)
            }
        };
        self.requests.get(id).data_key = record.map_or(0, |record| record.data_key);
        self.answer_at(id, finish, Ok(record.map_or(PLAINTEXT, |record| record.class)));
    }

    fn write_to_store(&mut self, id: RequestId, index: usize, (now, finish): (Time, Time)) {
        let kms = self.kms_answers(index, id);
        let r = self.requests.get(id);
        let store = &mut self.stores[index];
        let may = kms.and_then(|()| store.may(r.replica, Work::Write));
        let may = may.and_then(|()| store.take_capacity(r.replica, Work::Write, now));
        let may = may.and_then(|()| match r.item {
            NEW_ITEM => Ok(()),
            item => store.begin_write(r.replica, item),
        });
        if let Err(barrier) = may {
            return self.answer_at(id, finish, Err(barrier.into()));
        }
        self.recorder.counter.count(r, Called::Write);
        let finish = match store.is_strong() {
            true => finish + self.consent(id, index),
            false => finish,
        };
        let r = self.requests.get(id);
        let in_time = finish <= r.deadline;
        let store = &mut self.stores[index];
        let write = store.replicas_mut().accept(now, r.item, r.class, r.replica, r.draws.0);
        if store.replicas().tracks_data_keys() {
            if r.data_key == 0 {
                r.data_key = self.data_keys.next();
            }
            store.replicas_mut().note_data_key(write, r.data_key);
        }
        let commit = DataEvent::Commit {
            store: index as u16,
            spell: r.endpoint_spell,
            write,
            request: in_time.then_some(id),
        };
        if !in_time {
            self.answer_lost(id);
        }
        self.kernel.schedule(finish, Event::Data(commit));
    }

    /// The store carried the request's write out (or refused it in the end): the answer leaves.
    #[inline]
    pub(super) fn committed(&mut self, id: RequestId, outcome: Result<(), Failure>) {
        let r = self.requests.get(id);
        r.answer = outcome.map(|()| r.class);
        self.leave_at(id, self.kernel.now());
    }

    /// The store dropped the request's write with everything else it had in hand.
    pub(super) fn dropped(&mut self, id: RequestId) {
        self.answer_lost(id);
    }
}

/// What decides for whom a name still works: a number of each instance's own.
fn caller(r: &Request, client: &str) -> Draws {
    Draws(fnv1a(client.as_bytes()) ^ u64::from(r.instance) << 8 ^ u64::from(r.home.0))
}

/// The keys moved while the call was on its way: its endpoint is no longer one that the keyring would call.
fn no_such_call() -> Failure {
    Failure::new(ErrorCode::NotFoundException, rules::THE_ARN_NAMES_THE_REGION)
}

/// What a caller sees of an endpoint that is down.
pub fn down(service: Service, mode: Mode) -> Failure {
    match mode {
        Mode::Timeout => Failure::new(ErrorCode::ConnectTimeoutError, rules::SILENCE_IS_A_CONNECT_TIMEOUT),
        Mode::Refuse => Failure::new(ErrorCode::EndpointConnectionError, rules::A_REFUSED_CONNECTION),
        Mode::Error => {
            let error = match service {
                Service::Kms => ErrorCode::KMSInternalException,
                Service::DynamoDb => ErrorCode::InternalServerError,
                Service::S3 | Service::Rds => ErrorCode::InternalFailure,
                _ => ErrorCode::InternalFailure,
            };
            Failure::new(error, rules::A_SERVER_ERROR)
        }
    }
}
