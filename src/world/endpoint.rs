//! One Region's front door of one service: servers, FIFO queue, request quota, health.

use super::EndpointSetup;
use super::calls::{Call, Calls};
use super::names::Names;
use super::outage::Holds;
use super::quota::Bucket;
use super::site::ZONES;
use crate::sim::{Draws, Sampler, Span, Tables, Time};

/// How something that is down answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Not at all: `ConnectTimeoutError`.
    Timeout,
    /// At once: `EndpointConnectionError` after one round trip.
    Refuse,
    /// With the service's 5xx.
    Error,
}

/// What becomes of a request that arrives at an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Served from `start` to `finish`.
    Accepted {
        /// When a server takes it.
        start: Time,
        /// When it is done.
        finish: Time,
    },
    /// Over the request quota.
    Throttled,
    /// The endpoint is down in this way.
    Down(Mode),
    /// A fault fails the call with the error of this number, which whoever states the fault gives a meaning.
    Failed(u16),
}

/// The kinds of work an endpoint times differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// GetItem, SELECT, a cryptographic operation.
    Read,
    /// PutItem, COMMIT.
    Write,
}

/// One Region's endpoint of one service.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Whether calls cross the network at all.
    pub network: bool,
    read_time: Sampler,
    write_time: Sampler,
    servers: Servers,
    quota: Bucket,
    /// The whole Region is down: that empties the servers.
    pub crashed: Holds,
    /// The control plane is down.
    pub control: Holds,
    /// The private way of applications in its own Region is down.
    pub private: Holds,
    /// Its name.
    pub names: Names,
    /// Faults that stop some operations of the control plane.
    control_stopped: Vec<(u32, Calls)>,
    /// Faults that stop the data plane now. The first that hits decides.
    down: Vec<(u32, Mode, Calls)>,
    /// Faults that fail calls of either plane with an error.
    failing: Vec<(u32, u16, Calls)>,
    /// Faults that lengthen the service time.
    slowed: Vec<(u32, Sampler, Calls)>,
    /// Faults that throttle only some calls: those over the quota, or all.
    throttled: Vec<(u32, Option<Bucket>, Calls)>,
}

impl Endpoint {
    /// A healthy, idle endpoint.
    pub fn new(setup: &EndpointSetup, tables: &mut Tables) -> Endpoint {
        Endpoint {
            network: setup.network,
            read_time: tables.sampler(&setup.read_time),
            write_time: tables.sampler(&setup.write_time),
            servers: Servers::new(setup.servers),
            quota: Bucket::new(setup.quota),
            crashed: Holds::default(),
            control: Holds::default(),
            private: Holds::default(),
            names: Names::default(),
            control_stopped: Vec::new(),
            down: Vec::new(),
            failing: Vec::new(),
            slowed: Vec::new(),
            throttled: Vec::new(),
        }
    }

    /// Decides on a request that arrives now. Its queueing and service times are then known: the queue is
    /// first in, first out, so nobody who comes later can change them.
    #[inline]
    pub fn admit<'a>(
        &mut self,
        now: Time,
        work: Work,
        service_draw: u64,
        call: impl Fn() -> Call<'a>,
    ) -> Admission {
        if self.is_troubled()
            && let Some(refused) = self.trouble(now, &call())
        {
            return refused;
        }
        if !self.within_quota(now) {
            return Admission::Throttled;
        }
        let mut time = match work {
            Work::Read => self.read_time.sample(service_draw),
            Work::Write => self.write_time.sample(service_draw),
        };
        if !self.slowed.is_empty() {
            time += self.delay(&call());
        }
        let start = self.servers.take(now, time);
        Admission::Accepted { start, finish: start + time }
    }

    #[inline]
    fn is_troubled(&self) -> bool {
        !(self.down.is_empty() && self.failing.is_empty() && self.throttled.is_empty())
    }

    /// What faults make of a call, if one hits it.
    #[cold]
    fn trouble(&mut self, now: Time, call: &Call) -> Option<Admission> {
        if let Some((_, mode, _)) = self.down.iter().find(|(fault, _, calls)| calls.hit(*fault, call)) {
            return Some(Admission::Down(*mode));
        }
        if let Some(error) = self.failure(call) {
            return Some(Admission::Failed(error));
        }
        self.throttles(now, call).then_some(Admission::Throttled)
    }

    /// The number of the error with which a fault fails a call of either plane, if one does.
    pub fn failure(&self, call: &Call) -> Option<u16> {
        let hit = self.failing.iter().find(|(fault, _, calls)| calls.hit(*fault, call));
        hit.map(|(_, error, _)| *error)
    }

    /// Whether a fault that throttles only some calls refuses this one.
    pub fn throttles(&mut self, now: Time, call: &Call) -> bool {
        let mut hit = self.throttled.iter_mut().filter(|(fault, _, calls)| calls.hit(*fault, call));
        hit.any(|(_, quota, _)| quota.as_mut().is_none_or(|quota| !quota.take(now)))
    }

    /// What faults add to the service time of a call.
    fn delay(&self, call: &Call) -> Span {
        let hit = self.slowed.iter().filter(|(fault, _, calls)| calls.hit(*fault, call));
        hit.fold(Span::ZERO, |sum, (fault, added, _)| sum + added.sample(Draws(call.draw).at(1, *fault)))
    }

    /// Whether every request is admitted and served at once, so that their order does not matter.
    #[inline]
    pub fn is_open(&self) -> bool {
        !self.is_troubled() && self.quota.is_unlimited() && matches!(self.servers, Servers::Unlimited)
    }

    /// How the data plane fails, if a fault stops every request.
    pub fn outage(&self) -> Option<Mode> {
        self.down.iter().find(|(.., calls)| calls.are_all()).map(|(_, mode, _)| *mode)
    }

    /// Whether a fault keeps every request out.
    pub fn is_shut(&self) -> bool {
        self.outage().is_some() || self.quota.is_nothing()
    }

    /// How it fails for everybody who calls an operation of the data plane, if a fault sees to that.
    pub fn stopped(&self, operation: &str) -> Option<Mode> {
        let down = self.down.iter().find(|(.., calls)| calls.are_every(operation)).map(|(_, mode, _)| *mode);
        down.or_else(|| {
            self.failing.iter().any(|(.., calls)| calls.are_every(operation)).then_some(Mode::Error)
        })
    }

    /// How it fails for a call of the data plane, if it does.
    pub fn outage_for(&self, call: &Call) -> Option<Mode> {
        self.down.iter().find(|(fault, _, calls)| calls.hit(*fault, call)).map(|(_, mode, _)| *mode)
    }

    /// Whether the control plane carries an operation out.
    pub fn controls(&self, call: &Call) -> bool {
        !self.control.is_down() && !self.control_stopped.iter().any(|(fault, calls)| calls.hit(*fault, call))
    }

    /// A fault stops some operations of the control plane.
    pub fn stop_control(&mut self, fault: u32, calls: Calls) {
        self.control_stopped.push((fault, calls));
    }

    /// A fault fails calls with the error of this number.
    pub fn fail(&mut self, fault: u32, error: u16, calls: Calls) {
        self.failing.push((fault, error, calls));
    }

    /// A fault lengthens the service time of calls.
    pub fn slow(&mut self, fault: u32, added: Sampler, calls: Calls) {
        self.slowed.push((fault, added, calls));
    }

    /// A fault throttles some calls: those over the quota, or all.
    pub fn throttle_some(&mut self, fault: u32, quota: Option<u64>, calls: Calls) {
        self.throttled.push((fault, quota.map(|quota| Bucket::new(Some(quota))), calls));
    }

    /// A fault takes a share of the servers away.
    pub fn shrink(&mut self, fault: u32, share: f64) {
        self.servers.shrink(fault, share);
    }

    /// That fault is lifted, whatever it did here besides crashing the endpoint or holding its control plane down.
    pub fn clear(&mut self, fault: u32) {
        self.down.retain(|(f, ..)| *f != fault);
        self.failing.retain(|(f, ..)| *f != fault);
        self.slowed.retain(|(f, ..)| *f != fault);
        self.throttled.retain(|(f, ..)| *f != fault);
        self.control_stopped.retain(|(f, _)| *f != fault);
        self.quota.restore(fault);
        self.servers.restore(fault);
    }

    /// A fault stops calls of the data plane.
    pub fn stop(&mut self, fault: u32, mode: Mode, calls: Calls) {
        self.down.push((fault, mode, calls));
    }

    /// The whole Region stops: whatever is queued or in service is dropped.
    pub fn crash(&mut self, now: Time, fault: u32, mode: Mode) {
        self.crashed.hold(now);
        self.control.hold(now);
        self.stop(fault, mode, Calls::all());
    }

    /// The Region is back: servers are empty.
    pub fn recover(&mut self, fault: u32) {
        self.control.lift();
        self.clear(fault);
        if self.crashed.lift() {
            self.servers.clear();
        }
    }

    /// So many zones are left, each with an equal share of the servers; what is in service goes on.
    pub fn keep_zones(&mut self, left: usize) {
        if let Servers::Limited(servers) = &mut self.servers {
            servers.zones = left;
            servers.resize();
        }
    }

    /// Takes one request's share of the quota, if there is one left.
    #[inline]
    pub fn within_quota(&mut self, now: Time) -> bool {
        self.quota.take(now)
    }

    /// A throttle fault lowers the quota.
    pub fn throttle(&mut self, fault: u32, quota: u64) {
        self.quota.lower(fault, quota);
    }
}

/// Servers and their FIFO queue, as the instants at which each server is free again.
#[derive(Clone, Debug)]
enum Servers {
    Unlimited,
    Limited(Limited),
}

/// A limited number of servers.
#[derive(Clone, Debug)]
struct Limited {
    /// When each server is free: a binary heap, earliest first.
    free: Vec<Time>,
    /// How many there are while no fault takes any away.
    number: usize,
    /// Shares that faults take away now.
    lost: Vec<(u32, f64)>,
    /// Availability Zones that are left, each with an equal share.
    zones: usize,
}

impl Servers {
    fn new(number: Option<u32>) -> Servers {
        match number {
            None => Servers::Unlimited,
            Some(number) => {
                let number = number.max(1) as usize;
                Servers::Limited(Limited {
                    free: vec![Time::ZERO; number],
                    number,
                    lost: Vec::new(),
                    zones: ZONES,
                })
            }
        }
    }

    /// Gives the request to the server that is free first; answers when it starts.
    #[inline]
    fn take(&mut self, now: Time, time: Span) -> Time {
        let Servers::Limited(Limited { free, .. }) = self else { return now };
        let start = free[0].max(now);
        sift_down(free, start + time);
        start
    }

    fn clear(&mut self) {
        if let Servers::Limited(Limited { free, .. }) = self {
            free.fill(Time::ZERO);
        }
    }

    fn shrink(&mut self, fault: u32, share: f64) {
        if let Servers::Limited(servers) = self {
            servers.lost.push((fault, share));
            servers.resize();
        }
    }

    fn restore(&mut self, fault: u32) {
        if let Servers::Limited(servers) = self
            && servers.lost.iter().any(|(f, _)| *f == fault)
        {
            servers.lost.retain(|(f, _)| *f != fault);
            servers.resize();
        }
    }
}

impl Limited {
    /// As many servers as faults leave, one at least. The first to be free go; what they have in hand is finished. New
    /// ones are free at once.
    fn resize(&mut self) {
        let kept = self.lost.iter().fold(1.0, |kept, (_, share)| kept * (1.0 - share));
        let there = self.number * self.zones / ZONES;
        let number = ((there as f64 * kept) as usize).max(1);
        self.free.sort_unstable();
        let gone = self.free.len().saturating_sub(number);
        self.free.drain(..gone);
        while self.free.len() < number {
            self.free.insert(0, Time::ZERO);
        }
    }
}

/// Replaces the root of a binary min-heap.
#[inline]
fn sift_down(heap: &mut [Time], value: Time) {
    let mut hole = 0;
    loop {
        let left = 2 * hole + 1;
        let child = match (heap.get(left), heap.get(left + 1)) {
            (Some(a), Some(b)) => left + usize::from(b < a),
            (Some(_), None) => left,
            _ => break,
        };
        if heap[child] >= value {
            break;
        }
        heap[hole] = heap[child];
        hole = child;
    }
    heap[hole] = value;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Law;

    fn endpoint(servers: Option<u32>, quota: Option<u64>) -> Endpoint {
        let time = Law::Constant(Span::millis(10));
        let setup =
            EndpointSetup { servers, read_time: time.clone(), write_time: time, quota, network: true };
        Endpoint::new(&setup, &mut Tables::default())
    }

    fn call() -> Call<'static> {
        Call { operation: "GetItem", principal: "app", draw: 0 }
    }

    fn times(endpoint: &mut Endpoint, now: u64) -> (u64, u64) {
        match endpoint.admit(Time(now * 1_000_000), Work::Read, 0, call) {
            Admission::Accepted { start, finish } => (start.0 / 1_000_000, finish.0 / 1_000_000),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_servers_serve_first_come_first_served() {
        let mut endpoint = endpoint(Some(2), None);
        assert_eq!(times(&mut endpoint, 0), (0, 10));
        assert_eq!(times(&mut endpoint, 1), (1, 11));
        assert_eq!(times(&mut endpoint, 2), (10, 20));
        assert_eq!(times(&mut endpoint, 3), (11, 21));
        assert_eq!(times(&mut endpoint, 30), (30, 40));
    }

    #[test]
    fn a_crash_empties_the_servers() {
        let mut endpoint = endpoint(Some(1), None);
        times(&mut endpoint, 0);
        times(&mut endpoint, 0);
        endpoint.crash(Time(5_000_000), 1, Mode::Timeout);
        assert_eq!(endpoint.admit(Time(6_000_000), Work::Read, 0, call), Admission::Down(Mode::Timeout));
        endpoint.recover(1);
        assert_eq!(times(&mut endpoint, 8), (8, 18));
    }

    #[test]
    fn lost_servers_are_those_that_come_free_first() {
        let mut endpoint = endpoint(Some(4), None);
        for _ in 0..4 {
            times(&mut endpoint, 0);
        }
        endpoint.shrink(1, 0.5);
        assert_eq!(times(&mut endpoint, 1), (10, 20));
        assert_eq!(times(&mut endpoint, 1), (10, 20));
        assert_eq!(times(&mut endpoint, 1), (20, 30));
        endpoint.clear(1);
        assert_eq!(times(&mut endpoint, 2), (2, 12));
    }
}
