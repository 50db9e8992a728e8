//! What waits inside a store for replication: commits while no secondary is in bound, reads until their copy has caught
//! up. Whoever asked waits with it, until its time-out.

use super::data::DataEvent;
use super::requests::{Request, RequestId};
use super::{Event, Moment, Simulation};
use crate::client::{Failure, rules};
use crate::rulebook::RuleRef;
use crate::services::aurora::rules as aurora;
use crate::services::replication::Replicas;
use crate::services::store::Awaited;
use crate::services::{ErrorCode, Note};
use crate::sim::Time;
use crate::world::RegionId;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

/// A read that waits.
#[derive(Clone, Copy, Debug)]
struct Reading {
    request: RequestId,
    /// The log and the position in it that the copy must reach: (from, to, position).
    needs: (u8, u8, u64),
    /// When the endpoint would have been done with it.
    finish: Time,
}

/// What waits in one store, by ticket, in the order of arrival.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    tickets: u32,
    /// By the replica that would commit, and ticket: since when, and the commit.
    commits: BTreeMap<(u8, u32), (Time, DataEvent)>,
    reads: BTreeMap<u32, Reading>,
    /// The reads by what they need: (from, to, position, ticket).
    needed: BTreeSet<(u8, u8, u64, u32)>,
    /// What each session wrote last: by (client, instance, Region), the log's source and the position in it.
    sessions: BTreeMap<(u16, u16, RegionId), (u8, u64)>,
}

impl Waiting {
    /// Whether nothing does.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty() && self.reads.is_empty()
    }

    /// Whether commits of a replica wait.
    fn holds_back(&self, source: u8) -> bool {
        self.commits.range((source, 0)..=(source, u32::MAX)).next().is_some()
    }

    /// The commits of a replica, which no longer wait.
    fn take_commits(&mut self, source: u8) -> Vec<(Time, DataEvent)> {
        self.commits.extract_if((source, 0)..=(source, u32::MAX), |_, _| true).map(|(_, held)| held).collect()
    }

    /// The tickets of the reads whose copy has what they need.
    fn take_level(&mut self, replicas: &Replicas) -> Vec<Reading> {
        let mut level = Vec::new();
        let mut next = self.needed.first().copied();
        while let Some(need) = next {
            let (from, to, position, ticket) = need;
            let reached = replicas.has_reached(from, to, position);
            // Of one log, what needs more cannot be level before.
            let after = if reached { need } else { (from, to, u64::MAX, u32::MAX) };
            next = self.needed.range((Excluded(after), Unbounded)).next().copied();
            if reached {
                self.needed.remove(&need);
                level.extend(self.reads.remove(&ticket));
            }
        }
        level
    }

    fn ticket(&mut self) -> u32 {
        self.tickets += 1;
        self.tickets
    }
}

/// The session of a request: one for each instance.
fn session(r: &Request) -> (u16, u16, RegionId) {
    (r.client.0, r.instance, r.home)
}

impl Simulation {
    /// A commit waits until the rule that holds it lets it go.
    #[cold]
    pub(super) fn hold_commit(&mut self, index: u16, rule: RuleRef, commit: DataEvent) {
        let DataEvent::Commit { write, request, .. } = commit else { return };
        let now = self.kernel.now();
        let store = &mut self.stores[usize::from(index)];
        let ticket = store.waiting.ticket();
        let source = store.replicas().write(write).source;
        let first = !store.waiting.holds_back(source);
        store.waiting.commits.insert((source, ticket), (now, commit));
        if first {
            self.note_commits(index, source, "blocked", rule);
        }
        if let Some(request) = request {
            self.wait_for(index, ticket, request);
        }
    }

    fn note_commits(&mut self, index: u16, source: u8, outcome: &str, rule: RuleRef) {
        if self.closed {
            return;
        }
        let store = &self.stores[usize::from(index)];
        let region = store.replicas().regions[usize::from(source)];
        let service = super::data::principal(store.service);
        let note = Note {
            region,
            operation: "COMMIT",
            target: self.setup.stores[usize::from(index)].name.clone(),
            outcome: outcome.to_owned(),
            rule,
            detail: String::new(),
        };
        self.recorder.note(self.kernel.now(), service, note);
    }

    /// Whoever sent the request gives up at its deadline.
    fn wait_for(&mut self, index: u16, ticket: u32, request: RequestId) {
        let deadline = self.requests.read(request).deadline;
        let event = DataEvent::Overdue { store: index, ticket };
        self.kernel.schedule(deadline.max(self.kernel.now()), Event::Data(event));
    }

    /// The log position that a read needs, if its copy has not reached it.
    #[inline]
    pub(super) fn lacks(&self, index: usize, r: &Request) -> Option<(u8, u8, u64)> {
        let store = &self.stores[index];
        let (from, position) = match store.awaited(r.replica)? {
            Awaited::All(from) => (from, store.replicas().position(from, r.replica)),
            Awaited::Own(from) => {
                let (source, position) = *store.waiting.sessions.get(&session(r))?;
                (from, if source == from { position } else { 0 })
            }
        };
        let reached = store.replicas().has_reached(from, r.replica, position);
        (!reached).then_some((from, r.replica, position))
    }

    /// A read waits until its copy has reached a position.
    #[cold]
    pub(super) fn hold_read(&mut self, index: u16, id: RequestId, needs: (u8, u8, u64), finish: Time) {
        self.recorder.count_rule(aurora::WRITES_ARE_FORWARDED);
        let waiting = &mut self.stores[usize::from(index)].waiting;
        let ticket = waiting.ticket();
        waiting.reads.insert(ticket, Reading { request: id, needs, finish });
        waiting.needed.insert((needs.0, needs.1, needs.2, ticket));
        self.wait_for(index, ticket, id);
    }

    /// A session has written through a copy that passes writes on: it will want to see that.
    pub(super) fn note_session(&mut self, index: u16, source: u8, request: RequestId) {
        let r = self.requests.read(request);
        let store = &mut self.stores[usize::from(index)];
        let Some(local) = store.replicas().replica_in(r.home).filter(|local| *local != source) else {
            return;
        };
        let position = store.replicas().position(source, local);
        store.waiting.sessions.insert(session(r), (source, position));
    }

    /// Lets go on what no longer has to wait.
    pub(super) fn let_go_on(&mut self, index: u16) {
        let now = self.kernel.now();
        if self.stores[usize::from(index)].waiting.is_empty() {
            return;
        }
        for source in 0..self.setup.stores[usize::from(index)].regions.len() as u8 {
            let store = &mut self.stores[usize::from(index)];
            if !store.waiting.holds_back(source) || store.holds_commits(source, now).is_some() {
                continue;
            }
            for (since, commit) in store.waiting.take_commits(source) {
                if let DataEvent::Commit { request: Some(request), .. } = commit {
                    self.requests.get(request).spent.store += now - since;
                }
                self.kernel.schedule(now, Event::Data(commit));
            }
            self.note_commits(index, source, "resumed", aurora::COMMITS_WAIT_FOR_THE_BOUND);
        }
        let store = &mut self.stores[usize::from(index)];
        let mut waiting = std::mem::take(&mut store.waiting);
        let level = waiting.take_level(store.replicas());
        store.waiting = waiting;
        for reading in level {
            let at = reading.finish.max(now);
            self.requests.get(reading.request).spent.store += at - reading.finish;
            self.kernel.schedule(at, Event::Request(reading.request, Moment::StoreLevel));
        }
    }

    /// A read has waited for its replica to catch up.
    pub(super) fn read_after_all(&mut self, id: RequestId) {
        let r = self.requests.read(id);
        let index = self.clients[r.client.index()].store;
        match self.world.endpoint(r.service, r.endpoint).crashed.spell() == r.endpoint_spell {
            true => self.read_item(id, index, self.kernel.now()),
            false => self.answer_lost(id),
        }
    }

    /// Whoever waits for something in a store gives up, if it still does. A commit may yet come about.
    pub(super) fn give_up_waiting(&mut self, index: u16, ticket: u32) {
        let sources = 0..self.setup.stores[usize::from(index)].regions.len() as u8;
        let waiting = &mut self.stores[usize::from(index)].waiting;
        let held = sources.map(|source| (source, ticket)).find(|held| waiting.commits.contains_key(held));
        let commit = held.and_then(|held| waiting.commits.get_mut(&held));
        let request = if let Some((_, DataEvent::Commit { request, .. })) = commit {
            request.take()
        } else if let Some(reading) = waiting.reads.remove(&ticket) {
            let (from, to, position) = reading.needs;
            waiting.needed.remove(&(from, to, position, ticket));
            Some(reading.request)
        } else {
            None
        };
        if let Some(id) = request {
            let failure = Failure::new(ErrorCode::ReadTimeoutError, rules::A_LOST_ANSWER);
            self.requests.get(id).answer = Err(failure);
            self.go_on(id, Moment::TimedOut);
        }
    }
}
