//! How long requests took, by client and Region: over the whole run by kind and phase, and in each bin of the time
//! series.
//!
//! Every request counts in five histograms. Those of many clients are more memory than a processor has caches, so times
//! wait in a short list of their place and are counted together.

use super::requests::{Kind, Phases, Request};
use crate::runlog::{LatencyBin, LatencySeries};
use crate::sim::{Histogram, Span, Time};

/// Buckets an octave of whole latencies, and of phases and bins.
const TOTAL_STEPS: u32 = 1024;
const PHASE_STEPS: u32 = 128;

/// So many requests are counted together.
const TOGETHER: usize = 64;

/// One request that succeeded.
#[derive(Clone, Copy, Debug)]
struct Took {
    total: Span,
    spent: Phases,
}

/// Requests of one kind, of one client, that ran in one Region.
#[derive(Clone, Debug)]
struct Latency {
    waiting: Vec<Took>,
    /// How many of those waiting are counted in their bin.
    binned: usize,
    total: Histogram,
    network: Histogram,
    kms_queue: Histogram,
    kms_service: Histogram,
    store: Histogram,
}

impl Latency {
    #[cold]
    fn new() -> Latency {
        let phase = || Histogram::new(PHASE_STEPS);
        Latency {
            waiting: Vec::with_capacity(TOGETHER),
            binned: 0,
            total: Histogram::new(TOTAL_STEPS),
            network: phase(),
            kms_queue: phase(),
            kms_service: phase(),
            store: phase(),
        }
    }

    fn count_in(&mut self, bin: &mut Histogram) {
        bin.record_all(self.waiting[self.binned..].iter().map(|took| took.total));
        self.binned = self.waiting.len();
    }

    fn count(&mut self, bin: &mut Histogram) {
        self.count_in(bin);
        self.total.record_all(self.waiting.iter().map(|took| took.total));
        self.network.record_all(self.waiting.iter().map(|took| took.spent.network));
        self.kms_queue.record_all(self.waiting.iter().map(|took| took.spent.kms_queue));
        self.kms_service.record_all(self.waiting.iter().map(|took| took.spent.kms_service));
        self.store.record_all(self.waiting.iter().map(|took| took.spent.store));
        self.waiting.clear();
        self.binned = 0;
    }
}

/// Requests of one client that ran in one Region.
#[derive(Clone, Debug)]
struct Place {
    kinds: [Option<Latency>; Kind::ALL.len()],
    /// Whole latencies of all kinds, in this bin of the time series.
    bin: Histogram,
}

impl Place {
    #[cold]
    fn new() -> Box<Place> {
        Box::new(Place { kinds: [const { None }; Kind::ALL.len()], bin: Histogram::new(PHASE_STEPS) })
    }
}

/// The latencies of a run.
#[derive(Clone, Debug)]
pub struct Latencies {
    regions: usize,
    /// By client and Region; `None`: no request succeeded there.
    places: Vec<Option<Box<Place>>>,
    over_time: Vec<LatencyBin>,
}

impl Latencies {
    /// None yet.
    pub fn new(clients: usize, regions: usize) -> Latencies {
        Latencies { regions, places: vec![None; clients * regions], over_time: Vec::new() }
    }

    /// A request succeeded.
    #[inline]
    pub fn succeeded(&mut self, request: &Request, at: Time) {
        let place = &mut self.places[request.client.index() * self.regions + request.home.index()];
        let Place { kinds, bin } = &mut **place.get_or_insert_with(Place::new);
        let latency = kinds[request.kind as usize].get_or_insert_with(Latency::new);
        latency.waiting.push(Took { total: at - request.arrived, spent: request.spent });
        if latency.waiting.len() == TOGETHER {
            latency.count(bin);
        }
    }

    /// A bin is over that began at `time`.
    pub fn end_bin(&mut self, time: Time) {
        for (index, place) in self.places.iter_mut().enumerate() {
            let Some(place) = place else { continue };
            let Place { kinds, bin } = &mut **place;
            kinds.iter_mut().flatten().for_each(|latency| latency.count_in(bin));
            if bin.count() == 0 {
                continue;
            }
            self.over_time.push(LatencyBin {
                time,
                client: index / self.regions,
                region: index % self.regions,
                count: bin.count(),
                p50: bin.quantile(0.5),
                p99: bin.quantile(0.99),
            });
            bin.clear();
        }
    }

    /// Those of the whole run, and of its bins.
    pub fn finish(self) -> (Vec<LatencySeries>, Vec<LatencyBin>) {
        let mut series = Vec::new();
        for (index, place) in self.places.into_iter().enumerate() {
            let Some(place) = place else { continue };
            let Place { kinds, mut bin } = *place;
            for (kind, latency) in Kind::ALL.into_iter().zip(kinds) {
                let Some(mut latency) = latency else { continue };
                latency.count(&mut bin);
                let Latency { total, network, kms_queue, kms_service, store, .. } = latency;
                let phases = [
                    ("total", total),
                    ("network", network),
                    ("kms-queue", kms_queue),
                    ("kms-service", kms_service),
                    ("store", store),
                ];
                series.extend(phases.into_iter().map(|(phase, times)| LatencySeries {
                    client: index / self.regions,
                    region: index % self.regions,
                    operation: kind.name(),
                    phase,
                    times,
                }));
            }
        }
        (series, self.over_time)
    }
}
