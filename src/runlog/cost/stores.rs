//! What data costs: its requests, what replication writes, what is kept, what goes from Region to Region.

use super::{Design, GB, Group, HOURS, Keeper, Kept, Line, Month, prices, transfer};
use crate::runlog::RunLog;
use crate::sim::{Span, Time};

/// Bytes of a DynamoDB write unit (PRC-1).
const WRITE_UNIT: u64 = 1 << 10;

/// Bytes of an Aurora write I/O: a commit of an item makes as many of them as it is long. Our reading of Aurora's
/// price list, which counts write I/Os in units of 4 KB.
const WRITE_IO: u64 = 4 << 10;

/// The lines of every store.
pub fn lines(log: &RunLog, design: &Design, month: Month) -> Vec<Line> {
    let one = |(index, kept): (usize, &Kept)| {
        let store = Store { log, design, month, index, kept: *kept };
        match kept.by {
            Keeper::Table { write_capacity, witness } => store.table(write_capacity, witness),
            Keeper::Cluster { readers } => store.cluster(readers),
            Keeper::Buckets { time_control } => store.buckets(time_control),
            Keeper::Copies { every, size, changes, completion } => {
                store.copies(size as f64 / GB, changes * month_over(every), completion)
            }
            Keeper::Secrets => store.secrets(),
        }
    };
    design.stores.iter().enumerate().flat_map(one).collect()
}

/// How often a period comes in a month.
fn month_over(period: Span) -> f64 {
    HOURS * 3_600.0 / period.as_secs_f64().max(f64::MIN_POSITIVE)
}

struct Store<'a> {
    log: &'a RunLog,
    design: &'a Design,
    month: Month,
    index: usize,
    kept: Kept,
}

impl Store<'_> {
    fn name(&self) -> &str {
        &self.log.stores[self.index].name
    }

    fn line(&self, group: Group, what: String, quantity: f64, price: &str, rule: &'static str) -> Line {
        Line::new(group, what, Some(self.name().to_owned()), quantity, prices::find(price)).by(rule)
    }

    /// Units of this size that an item fills.
    fn units(&self, bytes: u64) -> u64 {
        self.kept.item_size.div_ceil(bytes)
    }

    /// Items that clients read and wrote a month, in a Region.
    fn requests(&self, region: usize) -> (f64, f64) {
        let mine = |client: usize| self.log.clients[client].store == self.index;
        let calls = self.design.traffic.calls.iter().filter(|calls| calls.to == region && mine(calls.client));
        let (reads, writes) = calls.fold((0, 0), |sum, calls| (sum.0 + calls.reads, sum.1 + calls.writes));
        (self.month.of(reads), self.month.of(writes))
    }

    /// Writes that replication brought a month, by (from, to).
    fn replicated(&self) -> impl Iterator<Item = ((usize, usize), f64)> + '_ {
        let rows = self.design.traffic.replicated.iter().filter(|row| row.store == self.index);
        rows.map(|row| ((row.from, row.to), self.month.of(row.writes)))
    }

    /// GB kept in a Region, in the mean of the run.
    fn gigabytes(&self, region: usize) -> f64 {
        let points =
            self.log.items.iter().filter(|point| (point.store, point.region) == (self.index, region));
        let points: Vec<(Time, u64)> = points.map(|point| (point.time, point.items)).collect();
        mean(&points, self.log.duration) * self.kept.item_size as f64 / GB
    }

    /// Reads and writes of each Region: (price, units an item fills, rule).
    fn by_region(&self, read: (&str, &'static str), write: Option<(&str, u64, &'static str)>) -> Vec<Line> {
        let name = self.name();
        let one = |region: usize| {
            let (reads, writes) = self.requests(region);
            let at = &self.log.regions[region];
            let reads = self.line(Group::Requests, format!("reads of {name} in {at}"), reads, read.0, read.1);
            let writes = write.map(|(price, units, rule)| {
                let what = format!("writes to {name} in {at}");
                self.line(Group::Requests, what, writes * units as f64, price, rule)
            });
            [Some(reads), writes].into_iter().flatten()
        };
        self.log.replicas(self.index).into_iter().flat_map(one).collect()
    }

    fn replicated_writes(&self, price: &str, units: u64, rule: &'static str) -> Vec<Line> {
        let one = |((from, to), writes): ((usize, usize), f64)| {
            let (from, to) = (&self.log.regions[from], &self.log.regions[to]);
            let what = format!("writes to {} in {to}, replicated from {from}", self.name());
            self.line(Group::ReplicatedWrites, what, writes * units as f64, price, rule)
        };
        self.replicated().map(one).collect()
    }

    fn storage(&self, price: &str, rule: &'static str) -> Vec<Line> {
        let one = |region: usize| {
            let what = format!("{} in {}", self.name(), self.log.regions[region]);
            self.line(Group::Storage, what, self.gigabytes(region), price, rule)
        };
        self.log.replicas(self.index).into_iter().map(one).collect()
    }

    fn transfer(&self) -> Vec<Line> {
        let bytes = |writes: f64| writes * self.kept.item_size as f64;
        let one = |(way, writes)| transfer(self.log, self.name(), "replication", way, bytes(writes));
        self.replicated().map(one).collect()
    }

    fn table(&self, write_capacity: Option<u64>, witness: bool) -> Vec<Line> {
        let (name, units) = (self.name(), self.units(WRITE_UNIT));
        let on_demand = write_capacity.is_none().then_some(("dynamodb-write", units, "PRC-1"));
        let mut lines = self.by_region(("dynamodb-read", ""), on_demand);
        match write_capacity {
            None => lines.extend(self.replicated_writes("dynamodb-replicated-write", units, "PRC-1")),
            Some(capacity) => lines.extend(self.capacity(capacity)),
        }
        if witness {
            let writes: f64 =
                self.log.replicas(self.index).iter().map(|region| self.requests(*region).1).sum();
            let what = format!("writes to the witness of {name}");
            let units = writes * units as f64;
            lines.push(self.line(Group::ReplicatedWrites, what, units, "dynamodb-witness", "PRC-1"));
        }
        lines.extend(self.storage("dynamodb-storage", ""));
        lines.extend(self.transfer().into_iter().map(|line| match self.design.table_transfer {
            true => line,
            false => Line { price: prices::find("dynamodb-transfer").clone(), rule: "PRC-2", ..line },
        }));
        lines
    }

    /// Provisioned write capacity of each replica, which its own and replicated writes share.
    fn capacity(&self, units: u64) -> Vec<Line> {
        let regions = &self.log.stores[self.index].regions;
        let (group, price) = match regions.len() {
            1 => (Group::Requests, "dynamodb-capacity"),
            _ => (Group::ReplicatedWrites, "dynamodb-replicated-capacity"),
        };
        let one = |region: &usize| {
            let what = format!("write capacity of {} in {}", self.name(), self.log.regions[*region]);
            self.line(group, what, units as f64 * HOURS, price, "PRC-1")
        };
        regions.iter().map(one).collect()
    }

    fn cluster(&self, readers: u64) -> Vec<Line> {
        let units = self.units(WRITE_IO);
        let mut lines = self.by_region(("aurora-read", "PRC-4"), Some(("aurora-io", units, "PRC-4")));
        lines.extend(self.replicated_writes("aurora-replicated-io", units, "PRC-4"));
        lines.extend(self.storage("aurora-storage", "PRC-4"));
        lines.extend(self.transfer());
        let what = format!("instances of {} in secondary Regions", self.name());
        let hours = readers as f64 * HOURS;
        lines.push(self.line(Group::Standby, what, hours, "aurora-instance", "PRC-4"));
        lines
    }

    fn buckets(&self, time_control: bool) -> Vec<Line> {
        let mut lines = self.by_region(("s3-request", ""), Some(("s3-request", 1, "")));
        lines.extend(self.replicated_writes("s3-request", 1, ""));
        lines.extend(self.storage("s3-storage", ""));
        let transfer = self.transfer();
        if time_control {
            let all = transfer.iter().map(|line| line.quantity).sum();
            let what = format!("replication time control of {}", self.name());
            lines.push(self.line(Group::ReplicatedWrites, what, all, "s3-time-control", ""));
        }
        lines.extend(transfer);
        lines
    }

    /// Of a volume of so many GB, each month so many times its size is copied to each other Region.
    fn copies(&self, size: f64, copied: f64, completion: Option<Span>) -> Vec<Line> {
        let regions = &self.log.stores[self.index].regions;
        let what = format!("snapshots and copies of {}", self.name());
        let kept = size * regions.len() as f64;
        let mut lines = vec![self.line(Group::Storage, what, kept, "snapshot-storage", "")];
        let first = regions.first().copied().unwrap_or_default();
        for other in regions.iter().skip(1) {
            lines.push(transfer(self.log, self.name(), "copies", (first, *other), size * copied * GB));
            lines.extend(completion.map(|completion| {
                let what =
                    format!("completion time of copies of {} to {}", self.name(), self.log.regions[*other]);
                self.line(Group::Transfer, what, size * copied, timed_copy(completion), "PRC-6")
            }));
        }
        lines
    }

    fn secrets(&self) -> Vec<Line> {
        let mut lines = self.by_region(("secret-request", ""), Some(("secret-request", 1, "")));
        let one = |region: usize| {
            let what = format!("secrets of {} in {}", self.name(), self.log.regions[region]);
            let kept = self.gigabytes(region) * GB / self.kept.item_size as f64;
            self.line(Group::Storage, what, kept, "secret", "")
        };
        lines.extend(self.log.replicas(self.index).into_iter().map(one));
        lines.extend(self.transfer());
        lines
    }
}

/// The price of a copy that is to complete within a time.
fn timed_copy(completion: Span) -> &'static str {
    let from = [
        (16, "ebs-copy-16h"),
        (8, "ebs-copy-8h"),
        (4, "ebs-copy-4h"),
        (2, "ebs-copy-2h"),
        (1, "ebs-copy-1h"),
    ];
    let hours = from.into_iter().find(|(hours, _)| completion.0 >= hours * Span::HOUR.0);
    match hours {
        Some((_, price)) => price,
        None if completion.0 >= 30 * Span::MINUTE.0 => "ebs-copy-30m",
        None => "ebs-copy-15m",
    }
}

/// The mean over the run of a number that is written down when it changes.
fn mean(points: &[(Time, u64)], duration: Span) -> f64 {
    let end = Time::ZERO + duration;
    let until = |index: usize| points.get(index + 1).map_or(end, |(time, _)| *time).0.min(end.0);
    let held = points.iter().enumerate().map(|(index, (since, items))| {
        *items as f64 * until(index).saturating_sub(since.0) as f64 / duration.0.max(1) as f64
    });
    held.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_a_mean_over_time() {
        let at = |hours| Time::ZERO + Span(hours * Span::HOUR.0);
        let points = [(at(0), 100), (at(1), 300), (at(5), 9)];
        assert_eq!(mean(&points, Span(4 * Span::HOUR.0)), 0.25 * 100.0 + 0.75 * 300.0);
        assert_eq!(mean(&[], Span::HOUR), 0.0);
    }

    #[test]
    fn sooner_copies_cost_more() {
        let minutes = [15, 30, 60, 120, 240, 480, 960, 2_880];
        let usd = minutes.map(|minutes| prices::find(timed_copy(Span(minutes * Span::MINUTE.0))).usd);
        assert_eq!(usd, [0.02, 0.018, 0.016, 0.014, 0.012, 0.01, 0.005, 0.005].map(Some));
    }
}
