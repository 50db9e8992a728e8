//! Replicated data in the running world: writes on their way, what holds them up, what operations do to them.

pub use super::DataEvent;
use super::requests::RequestId;
pub use super::store::{Slowed, Store, StoreEvent};
use super::{Event, Simulation, requests};
use crate::client::Failure;
use crate::rulebook::RuleRef;
use crate::services::dynamodb::rules as dynamodb;
use crate::services::replication::{ABSENT, Change, ClassId, End, Ended, Write, WriteId};
use crate::services::s3;
use crate::services::store::{Effects, Put};
use crate::services::{Outbox, Service};
use crate::sim::{Span, Stream, Time};
use crate::world::RegionId;
use crate::world::endpoint::Work;

/// Who is said to have done what a service does by itself.
pub(super) fn principal(service: Service) -> &'static str {
    match service {
        Service::DynamoDb => "dynamodb.amazonaws.com",
        Service::S3 => "s3.amazonaws.com",
        Service::Ec2 => "ec2.amazonaws.com",
        Service::SecretsManager => "secretsmanager.amazonaws.com",
        _ => "rds.amazonaws.com",
    }
}

impl Simulation {
    /// Puts the preloaded items in place, encrypted as their client would have.
    pub(super) fn preload(&mut self) {
        for (client, setup) in self.clients.iter_mut().zip(&self.setup.clients) {
            if setup.keyring.is_some() {
                client.start = self.classes.start(&setup.context);
            }
        }
        for store in 0..self.stores.len() {
            let Some(client) = self.setup.stores[store].preload else { continue };
            let home = self.setup.clients[client].region;
            let class = self.wrapped(client, home);
            let store = &mut self.stores[store];
            let source = store.writer().or_else(|| store.replicas().replica_in(home)).unwrap_or(0);
            store.replicas_mut().preload(class, source);
            store.preloaded();
            for replica in 0..store.replicas().regions.len() as u8 {
                if !store.is_present(replica) {
                    store.replicas_mut().clear(replica);
                }
            }
        }
    }

    /// The class of an item that a client encrypts in a Region, as far as its calls come through.
    pub(super) fn wrapped(&mut self, client: usize, home: RegionId) -> ClassId {
        let mut class = self.clients[client].start;
        let mut key = 0;
        while let Some(calls) = self.plans.wrap(client, home, key, &self.kms, &self.setup) {
            if let Some(Ok(next)) = calls.first_mut().map(|call| call.outcome(class, &mut self.classes)) {
                class = next;
            }
            key += 1;
        }
        class
    }

    /// Something happens to replicated data.
    pub(super) fn handle_data(&mut self, event: DataEvent) {
        match event {
            DataEvent::Commit { .. } => self.commit(event),
            DataEvent::Arrive { store, to, write } => self.arrive_at_replica(store, to, write),
            DataEvent::Overdue { store, ticket } => self.give_up_waiting(store, ticket),
            DataEvent::Release { store: index, from, to } => {
                let store = &mut self.stores[usize::from(index)];
                store.pair_mut(from, to).draining = false;
                self.release_one(index, from, to);
                self.release(index, from, to);
            }
        }
    }

    #[inline]
    fn arrive_at_replica(&mut self, index: u16, to: u8, write: WriteId) {
        let source = self.stores[usize::from(index)].replicas().write(write).source;
        let mut flows = self.flows(index, source, to);
        if let Some(rule) = self.strands(index, source, to).filter(|_| flows) {
            self.stores[usize::from(index)].replicas_mut().strand(write, to);
            return self.recorder.count_rule(rule);
        }
        flows &= self.kms_replicates(index, source, to);
        let store = &mut self.stores[usize::from(index)];
        if flows && store.capacity_pause(to).is_some() && !store.replicas().holds(source, to) {
            flows = store.take_capacity(to, Work::Write, self.kernel.now()).is_ok();
        }
        let ended = match flows || store.has(to) {
            true => store.replicas_mut().arrive(write, to, flows),
            false => store.replicas_mut().arrive_nowhere(write, to),
        };
        if let Some(ended) = ended {
            if !flows && ended.end == End::Superseded {
                store.pair_mut(source, to).merged += 1;
            }
            self.pair_ended(index, &ended);
        } else if !flows {
            // What only capacity holds up goes on by itself.
            self.release(index, source, to);
        }
    }

    /// Whether a write from one replica to another goes through now. With strong consistency whoever has it can send
    /// it: it is enough that the other one is in touch with any participant.
    #[inline]
    fn flows(&self, index: u16, from: u8, to: u8) -> bool {
        let store = &self.stores[usize::from(index)];
        match store.is_strong() {
            true => self.is_in_touch(usize::from(index), to),
            false => store.is_open(from, to),
        }
    }

    /// The rule by which a write that reaches another replica now is never stored there.
    #[inline]
    fn strands(&self, index: u16, from: u8, to: u8) -> Option<RuleRef> {
        let store = &self.stores[usize::from(index)];
        if store.service != Service::S3 {
            return None;
        }
        let stranded = store.strands(from, to);
        let denied = || !self.role_may_replicate(usize::from(index), from, to);
        stranded.or_else(|| denied().then_some(s3::rules::THE_ROLE_NEEDS_BOTH_KEYS))
    }

    /// Whether KMS takes the requests that a replicated object needs, in both Regions (S3-KMS-5). If not, it is tried
    /// again a second later.
    #[inline]
    fn kms_replicates(&mut self, index: u16, from: u8, to: u8) -> bool {
        let store = &self.stores[usize::from(index)];
        if store.service != Service::S3 || !(store.asks_kms(from) && store.asks_kms(to)) {
            return true;
        }
        let now = self.kernel.now();
        let places = [from, to].map(|replica| store.replicas().regions[usize::from(replica)]);
        let admitted = places.map(|region| {
            let kms = self.world.endpoint_mut(Service::Kms, region);
            kms.outage().is_none() && kms.within_quota(now)
        });
        if admitted == [true, true] {
            return true;
        }
        self.recorder.count_rule(s3::rules::REPLICATION_TAKES_QUOTA);
        if self.kms_never_replicates(index, from, to) {
            return false;
        }
        let store = &mut self.stores[usize::from(index)];
        if !std::mem::replace(&mut store.pair_mut(from, to).draining, true) {
            let event = DataEvent::Release { store: index, from, to };
            self.kernel.schedule(now + Span::SECOND, Event::Data(event));
        }
        false
    }

    /// Whether KMS is kept from it for good: after the end no fault lifts any more.
    fn kms_never_replicates(&self, index: u16, from: u8, to: u8) -> bool {
        let store = &self.stores[usize::from(index)];
        let shut = |replica: u8| {
            let region = store.replicas().regions[usize::from(replica)];
            self.world.endpoint(Service::Kms, region).is_shut()
        };
        let asks = || store.service == Service::S3 && store.asks_kms(from) && store.asks_kms(to);
        self.closed && asks() && (shut(from) || shut(to))
    }

    /// Lets the oldest held write of a pair through, if nothing holds it up.
    fn release_one(&mut self, index: u16, from: u8, to: u8) -> bool {
        let now = self.kernel.now();
        let holds = self.stores[usize::from(index)].replicas().holds(from, to);
        if !holds || !self.flows(index, from, to) {
            return false;
        }
        if let Some(rule) = self.strands(index, from, to) {
            self.recorder.count_rule(rule);
            return self.stores[usize::from(index)].replicas_mut().strand_held(from, to);
        }
        if !self.kms_replicates(index, from, to) {
            return false;
        }
        let store = &mut self.stores[usize::from(index)];
        if store.capacity_pause(to).is_some()
            && (!store.replicas().holds(from, to) || store.take_capacity(to, Work::Write, now).is_err())
        {
            return false;
        }
        let Some(ended) = store.replicas_mut().release(from, to) else { return false };
        let pair = store.pair_mut(from, to);
        pair.released += 1;
        pair.suppressed += u64::from(ended.end == End::Superseded);
        self.pair_ended(index, &ended);
        true
    }

    fn commit(&mut self, event: DataEvent) {
        let DataEvent::Commit { store: index, spell, write, request } = event else { return };
        let store = &mut self.stores[usize::from(index)];
        let Write { source, item, .. } = *store.replicas().write(write);
        store.end_write(source, item);
        let region = store.replicas().regions[usize::from(source)];
        let survived = self.world.endpoint(store.service, region).crashed.spell() == spell;
        let carried_out = if survived { store.may_commit(source) } else { Ok(()) };
        if !survived || carried_out.is_err() {
            store.replicas_mut().drop_write(write);
            return match request {
                Some(request) if survived => self.committed(request, carried_out.map_err(Failure::from)),
                Some(request) => self.dropped(request),
                None => {}
            };
        }
        if let Some(rule) = self.stores[usize::from(index)].holds_commits(source, self.kernel.now()) {
            return self.hold_commit(index, rule, event);
        }
        self.carry_out(index, write, request);
        if let Some(request) = request {
            if self.requests.read(request).forwarded {
                self.note_session(index, source, request);
            }
            self.committed(request, Ok(()));
        }
    }

    /// A write is stored where it was taken, and sent to the other replicas.
    #[inline]
    fn carry_out(&mut self, index: u16, write: WriteId, request: Option<RequestId>) {
        let now = self.kernel.now();
        let store = &mut self.stores[usize::from(index)];
        let Write { source, class, draw, .. } = *store.replicas().write(write);
        let deletes = class == ABSENT;
        let targets = store.targets(source, deletes);
        let change = store.replicas_mut().commit(write, now, targets);
        let item = store.replicas().write(write).item;
        let consenting = match store.is_strong() {
            true => self.consenting(usize::from(index), source).filter(|other| targets >> other & 1 == 1),
            false => None,
        };
        let store = &mut self.stores[usize::from(index)];
        let mut rest = targets & !consenting.map_or(0, |other| 1 << other);
        while rest != 0 {
            let to = rest.trailing_zeros() as u8;
            rest &= rest - 1;
            let mut lag = store.pair(source, to).delay_of(requests::lag_draw(draw, to));
            if let Some(longest) = store.longest_lag() {
                lag = lag.min(longest);
            }
            if self.slow {
                let regions = &store.replicas().regions;
                let (a, b) = (regions[usize::from(source)], regions[usize::from(to)]);
                lag += self.world.link_mut(a, b).burden(now, requests::lag_draw(draw, to));
            }
            let at = store.replicas_mut().due(source, to, now + lag);
            self.kernel.schedule(at, Event::Data(DataEvent::Arrive { store: index, to, write }));
        }
        if let Some(other) = consenting {
            self.recorder.count_rule(dynamodb::ANOTHER_HAS_IT_FIRST);
            let store = &mut self.stores[usize::from(index)];
            if let Some(ended) = store.replicas_mut().arrive(write, other, true) {
                self.pair_ended(index, &ended);
            }
        }
        self.recorder.totals.writes += 1;
        self.note_change(index, source, change);
        if self.stores[usize::from(index)].keeps_changes(source) {
            self.note_stored(index, source, item, now);
        }
        if self.losses.watching() {
            self.watch_takeover(index, source, request);
        }
    }

    #[inline]
    fn note_change(&mut self, store: u16, replica: u8, change: Change) {
        if change.from != change.to {
            self.ledger.changed(usize::from(store), replica, change, self.kernel.now());
        }
    }

    /// A store that keeps the changes of a replica hears of one.
    #[cold]
    fn note_stored(&mut self, index: u16, replica: u8, item: u32, now: Time) {
        let out = self.stores[usize::from(index)].stored(replica, item, now);
        self.take_out(index, out);
    }

    /// A pair of write and replica has ended.
    #[inline]
    pub(super) fn pair_ended(&mut self, index: u16, ended: &Ended) {
        let now = self.ended;
        let store = &mut self.stores[usize::from(index)];
        let delay = now - ended.write.acked;
        let pair = store.pair_mut(ended.write.source, ended.to);
        match ended.end {
            End::Applied => pair.applied += 1,
            End::Superseded => pair.superseded += 1,
            End::Pending => pair.pending += 1,
            End::Lost => pair.lost += 1,
        }
        if matches!(ended.end, End::Applied | End::Superseded) {
            pair.delay.record(delay);
        }
        if ended.end == End::Applied && store.service == Service::S3 {
            let decided = store.replicated(ended.write.source, ended.to, delay);
            decided.into_iter().for_each(|rule| self.recorder.count_rule(rule));
        }
        let store = &mut self.stores[usize::from(index)];
        let stalest = &mut store.stalest[usize::from(ended.to)];
        *stalest = (*stalest).max(delay);
        let keeps = ended.end == End::Applied && store.keeps_changes(ended.to);
        self.recorder.replicated(index, ended, now);
        if keeps {
            self.note_stored(index, ended.to, ended.write.item, now);
        }
        if let Some(change) = ended.change {
            self.note_change(index, ended.to, change);
        }
        if self.losses.watching() {
            self.losses.ended(index, ended);
        }
        let store = &mut self.stores[usize::from(index)];
        if store.hears_ends() {
            let out = store.heard_of_end(now);
            self.take_out(index, out);
        }
    }

    /// A fault starts (`block`) or stops holding a pair's replication up.
    pub(super) fn block(&mut self, index: u16, from: u8, to: u8, block: bool) {
        let store = &mut self.stores[usize::from(index)];
        let count = &mut store.pair_mut(from, to).blocked;
        *count = if block { *count + 1 } else { count.saturating_sub(1) };
        if !block {
            self.release(index, from, to);
        }
    }

    /// Lets held writes of a pair through, if nothing holds it up: all at once, or one after the other at the
    /// catch-up rate.
    pub(super) fn release(&mut self, index: u16, from: u8, to: u8) {
        let flows = self.flows(index, from, to) && !self.kms_never_replicates(index, from, to);
        let store = &mut self.stores[usize::from(index)];
        if !flows || !store.replicas().holds(from, to) {
            return;
        }
        match store.catch_up.max(store.capacity_pause(to)) {
            Some(_) if store.pair(from, to).draining => {}
            Some(pause) => {
                store.pair_mut(from, to).draining = true;
                let event = DataEvent::Release { store: index, from, to };
                self.kernel.schedule(self.kernel.now() + pause, Event::Data(event));
            }
            None => while self.release_one(index, from, to) {},
        }
    }

    /// A timer of a store fires.
    pub(super) fn handle_store(&mut self, index: u16, region: RegionId, event: StoreEvent) {
        let service = self.stores[usize::from(index)].service;
        if self.world.endpoint(service, region).control.is_down() {
            return self.timers.hold(service, region, Event::Store(index, region, event));
        }
        let now = self.kernel.now();
        let (effects, out) = match event {
            StoreEvent::Key(replica) => self.try_key(index, replica),
            StoreEvent::Rewrapped(replica) => self.rewrapped(index, replica),
            event => self.stores[usize::from(index)].handle(event, now),
        };
        self.take_effects(index, effects);
        self.take_out(index, out);
        self.release_all(index);
    }

    /// Schedules a store's timers, sends its messages and records what it reports.
    pub(super) fn take_out(&mut self, index: u16, out: Outbox<StoreEvent>) {
        for (at, region, event) in out.timers {
            self.kernel.schedule(at, Event::Store(index, region, event));
        }
        let service = self.stores[usize::from(index)].service;
        for (from, to, event) in out.tells {
            self.tell(service, from, to, Event::Store(index, to, event));
        }
        self.let_go_on(index);
        // Once the run is over, what is still followed to its end changes no state that anybody looks at.
        if out.notes.is_empty() || self.closed {
            return;
        }
        let source = principal(service);
        for note in out.notes {
            self.recorder.note(self.kernel.now(), source, note);
        }
        self.weather_changed();
        self.note_status(index);
    }

    /// What an operation, or the end of a process, did to the data.
    pub(super) fn take_effects(&mut self, index: u16, effects: Effects) {
        let now = self.kernel.now();
        if let Some((from, to)) = effects.takeover {
            self.promoted(index, from, to, &effects.ended);
            let store = &self.stores[usize::from(index)];
            if store.writer() == Some(to) {
                let region = store.replicas().regions[usize::from(to)];
                self.recorder.writer(usize::from(index), region, now);
            }
        }
        for ended in &effects.ended {
            self.pair_ended(index, ended);
        }
        if effects.replaced {
            self.ledger.changed_everywhere(now);
            self.note_status(index);
        }
        effects.decided.into_iter().for_each(|rule| self.recorder.count_rule(rule));
        if let Some((replica, arn)) = effects.backup {
            self.keys.of_backups.insert(arn, self.key_at_rest(usize::from(index), replica));
        }
        for put in effects.writes {
            self.put(index, put);
        }
    }

    /// Writes down what the service shows of each replica, where that has changed.
    pub(super) fn note_status(&mut self, index: u16) {
        let store = &self.stores[usize::from(index)];
        let mut is_new = false;
        for (replica, region) in store.replicas().regions.iter().enumerate() {
            let status = store.status(replica as u8);
            is_new |= self.recorder.status(usize::from(index), *region, status, self.kernel.now());
        }
        if is_new {
            self.something_happens();
        }
    }

    /// Writes down how many items each replica holds.
    pub(super) fn sample_items(&mut self) {
        for (index, store) in self.stores.iter().enumerate() {
            for (replica, region) in store.replicas().regions.iter().enumerate() {
                self.recorder.items(index, *region, store.items(replica as u8), self.kernel.now());
            }
        }
    }

    /// A replica of a store is gone for good, by this rule.
    pub(super) fn lose_replica(&mut self, index: u16, replica: u8, rule: RuleRef) {
        let store = &mut self.stores[usize::from(index)];
        if store.gone.insert(replica, rule).is_some() {
            return;
        }
        let mut ended = Vec::new();
        let others = (0..store.stalest.len() as u8).filter(|other| *other != replica);
        // With strong consistency another participant has whatever was acknowledged.
        for other in others.clone().filter(|_| store.is_strong()).collect::<Vec<_>>() {
            if store.has(other) {
                ended.extend(store.replicas_mut().deliver(replica, other));
            }
        }
        ended.extend(store.replicas_mut().lose(replica));
        for other in others.collect::<Vec<_>>() {
            self.block(index, replica, other, true);
            self.block(index, other, replica, true);
        }
        ended.iter().for_each(|ended| self.pair_ended(index, ended));
        self.recorder.count_rule(rule);
        self.sample_items();
    }

    /// A command or a fault writes an item: it is carried out at once and replicates as any other write.
    pub(super) fn put(&mut self, index: u16, put: Put) {
        let now = self.kernel.now();
        let Put { source, item, class, value } = put;
        // Nothing of others' writes: their number would let them shift this one's luck.
        let name = &self.setup.stores[usize::from(index)].name;
        let purpose = format!("{name}/put/{source}/{item}/{}", now.0);
        let draw = Stream::new(self.setup.seed, self.trial, &purpose).next_u64();
        let store = &mut self.stores[usize::from(index)];
        let write = store.replicas_mut().accept(now, item, class, source, draw);
        self.carry_out(index, write, None);
        if let Some(value) = value {
            self.stores[usize::from(index)].replicas_mut().note_value(item, now, source, value);
        }
    }

    pub(super) fn release_all(&mut self, index: u16) {
        let n = self.stores[usize::from(index)].stalest.len() as u8;
        for from in 0..n {
            for to in (0..n).filter(|to| *to != from) {
                self.release(index, from, to);
            }
        }
    }

    /// Samples the staleness of every replica: the largest since the last sample.
    pub(super) fn sample_staleness(&mut self, now: Time) {
        for (index, store) in self.stores.iter_mut().enumerate() {
            for to in 0..store.stalest.len() {
                let open = store.replicas().staleness(to as u8, now);
                let stalest = std::mem::take(&mut store.stalest[to]).max(open);
                let region = store.replicas().regions[to];
                self.recorder.staleness(index, region, now, stalest);
            }
        }
    }

    /// At the end of the run: what nothing delivers any more is pending.
    pub(super) fn end_open_writes(&mut self) {
        let now = self.ended;
        self.sample_staleness(now);
        for index in 0..self.stores.len() {
            for source in 0..self.stores[index].stalest.len() as u8 {
                for ended in self.stores[index].replicas_mut().end_all(source, End::Pending) {
                    self.pair_ended(index as u16, &ended);
                }
            }
        }
    }
}
