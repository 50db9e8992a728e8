//! One Region's front door of one service: servers, FIFO queue, request quota, health.

use super::EndpointSetup;
use super::outage::Holds;
use super::quota::Bucket;
use super::site::ZONES;
use crate::sim::rng::unit;
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
    /// Servers while every zone is there.
    all_servers: u32,
    quota: Bucket,
    /// The whole Region is down: that empties the servers.
    pub crashed: Holds,
    /// The control plane is down.
    pub control: Holds,
    /// Faults that stop the data plane now: (fault, how, share of requests). The first that hits decides.
    down: Vec<(u32, Mode, f64)>,
}

impl Endpoint {
    /// A healthy, idle endpoint.
    pub fn new(setup: &EndpointSetup, tables: &mut Tables) -> Endpoint {
        Endpoint {
            network: setup.network,
            read_time: tables.sampler(&setup.read_time),
            write_time: tables.sampler(&setup.write_time),
            servers: Servers::new(setup.servers),
            all_servers: setup.servers.unwrap_or(0).max(1),
            quota: Bucket::new(setup.quota),
            crashed: Holds::default(),
            control: Holds::default(),
            down: Vec::new(),
        }
    }

    /// Decides on a request that arrives now. Its queueing and service times are then known: the queue is
    /// first in, first out, so nobody who comes later can change them.
    #[inline]
    pub fn admit(
        &mut self,
        now: Time,
        work: Work,
        service_draw: u64,
        fault_draw: impl FnOnce() -> u64,
    ) -> Admission {
        if !self.down.is_empty()
            && let Some(mode) = self.failure(fault_draw())
        {
            return Admission::Down(mode);
        }
        if !self.within_quota(now) {
            return Admission::Throttled;
        }
        let time = match work {
            Work::Read => self.read_time.sample(service_draw),
            Work::Write => self.write_time.sample(service_draw),
        };
        let start = self.servers.take(now, time);
        Admission::Accepted { start, finish: start + time }
    }

    fn failure(&self, draw: u64) -> Option<Mode> {
        let hit = |fault: u32, share: f64| share >= 1.0 || unit(Draws(draw).at(0, fault)) < share;
        self.down.iter().find(|(fault, _, share)| hit(*fault, *share)).map(|(_, mode, _)| *mode)
    }

    /// Whether every request is admitted and served at once, so that their order does not matter.
    #[inline]
    pub fn is_open(&self) -> bool {
        self.down.is_empty() && self.quota.is_unlimited() && matches!(self.servers, Servers::Unlimited)
    }

    /// How the data plane fails, if a fault stops every request.
    pub fn outage(&self) -> Option<Mode> {
        self.down.iter().find(|(.., share)| *share >= 1.0).map(|(_, mode, _)| *mode)
    }

    /// A fault stops a share of the requests.
    pub fn stop(&mut self, fault: u32, mode: Mode, share: f64) {
        self.down.push((fault, mode, share));
    }

    /// That fault is lifted.
    pub fn restart(&mut self, fault: u32) {
        self.down.retain(|(f, ..)| *f != fault);
    }

    /// The whole Region stops: whatever is queued or in service is dropped.
    pub fn crash(&mut self, now: Time, fault: u32, mode: Mode) {
        self.crashed.hold(now);
        self.control.hold(now);
        self.stop(fault, mode, 1.0);
    }

    /// The Region is back: servers are empty.
    pub fn recover(&mut self, fault: u32) {
        self.control.lift();
        self.restart(fault);
        if self.crashed.lift() {
            self.servers.clear();
        }
    }

    /// So many zones are left, each with an equal share of the servers; what is in service goes on.
    pub fn keep_zones(&mut self, left: usize, now: Time) {
        let share = u64::from(self.all_servers) * left as u64 / ZONES as u64;
        self.servers.resize(share.max(1) as usize, now);
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

    /// The throttle is lifted.
    pub fn unthrottle(&mut self, fault: u32) {
        self.quota.restore(fault);
    }
}

/// Servers and their FIFO queue, as the instants at which each server is free again.
#[derive(Clone, Debug)]
enum Servers {
    Unlimited,
    /// A binary heap, earliest first.
    Limited(Vec<Time>),
}

impl Servers {
    fn new(number: Option<u32>) -> Servers {
        match number {
            None => Servers::Unlimited,
            Some(number) => Servers::Limited(vec![Time::ZERO; number.max(1) as usize]),
        }
    }

    /// Gives the request to the server that is free first; answers when it starts.
    #[inline]
    fn take(&mut self, now: Time, time: Span) -> Time {
        let Servers::Limited(free) = self else { return now };
        let start = free[0].max(now);
        sift_down(free, start + time);
        start
    }

    /// Fewer or more of them: those that are busy longest stay, new ones are free now.
    fn resize(&mut self, number: usize, now: Time) {
        if let Servers::Limited(free) = self {
            free.sort_unstable();
            free.drain(..free.len().saturating_sub(number));
            free.resize(number, now);
            // In rising order it is a heap.
            free.sort_unstable();
        }
    }

    fn clear(&mut self) {
        if let Servers::Limited(free) = self {
            free.fill(Time::ZERO);
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

    fn times(endpoint: &mut Endpoint, now: u64) -> (u64, u64) {
        match endpoint.admit(Time(now * 1_000_000), Work::Read, 0, || 0) {
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
        assert_eq!(endpoint.admit(Time(6_000_000), Work::Read, 0, || 0), Admission::Down(Mode::Timeout));
        endpoint.recover(1);
        assert_eq!(times(&mut endpoint, 8), (8, 18));
    }
}
