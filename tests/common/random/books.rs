//! What holds of the run log of every scenario.

use mrksim::runlog::{LatencySeries, LedgerRow, RunLog};
use mrksim::sim::{Span, Time};
use std::collections::{BTreeMap, BTreeSet};

/// Every request that arrived ended, and every table counts it once.
pub fn requests_are_conserved(log: &RunLog) {
    let totals = log.totals;
    assert_eq!(totals.requests, totals.succeeded + totals.failed);
    let seconds = || log.seconds.iter().flatten();
    assert_eq!(seconds().map(|row| row.total).sum::<u64>(), totals.requests);
    assert_eq!(seconds().map(|row| row.good).sum::<u64>(), totals.succeeded);
    let rows = |good| log.availability.iter().filter(move |row| row.error.is_none() == good);
    assert_eq!(rows(true).map(|row| row.count).sum::<u64>(), totals.succeeded);
    assert_eq!(rows(false).map(|row| row.count).sum::<u64>(), totals.failed);
    // Refusals count calls: a failed request had at least one, and a retry may have mended others.
    assert!(log.refusals.iter().map(|row| row.count).sum::<u64>() >= totals.failed);
    for phase in ["total", "network", "kms-queue", "kms-service", "store"] {
        let series = log.latency.iter().filter(|series| series.phase == phase);
        assert_eq!(series.map(|series| series.times.count()).sum::<u64>(), totals.succeeded, "{phase}");
    }
}

/// No request spent more time in its phases than it took.
pub fn phases_fit_into_the_whole(log: &RunLog) {
    for total in log.latency.iter().filter(|series| series.phase == "total") {
        let place = |series: &LatencySeries| (series.client, series.region, series.operation);
        let parts =
            log.latency.iter().filter(|series| place(series) == place(total) && series.phase != "total");
        let (mut sum, mut longest) = (0, 0);
        for part in parts {
            sum += part.times.mean().0;
            longest = longest.max(part.times.max().0);
        }
        // Means are rounded down.
        assert!(sum <= total.times.mean().0 && longest <= total.times.max().0, "{:?}", place(total));
    }
}

/// Every item of every replica is in exactly one class, for every reader alike.
pub fn items_are_in_one_class(log: &RunLog) {
    let mut groups: BTreeMap<(Time, usize, usize, usize), Vec<&LedgerRow>> = BTreeMap::new();
    for row in &log.ledger {
        assert!(row.items > 0);
        groups.entry((row.time, row.store, row.region, row.reader)).or_default().push(row);
    }
    let mut totals: BTreeMap<(Time, usize, usize), u64> = BTreeMap::new();
    let mut last: BTreeMap<(usize, usize, usize), u64> = BTreeMap::new();
    for ((time, store, region, reader), rows) in groups {
        let verdicts: BTreeSet<_> = rows.iter().map(|row| (row.class, row.rule, row.deadline)).collect();
        assert_eq!(verdicts.len(), rows.len(), "{time}: one row a class and rule");
        let items = rows.iter().map(|row| row.items).sum();
        let first = *totals.entry((time, store, region)).or_insert(items);
        assert_eq!(items, first, "{time}: readers of one replica see the same items");
        last.insert((store, region, reader), items);
    }
    // What is empty in the end has no row that says so.
    let empty = |store: &usize, region: &usize| {
        let end = log.shares.iter().filter(|shares| (shares.store, shares.region) == (*store, *region));
        end.into_iter().all(|shares| shares.end.is_none())
    };
    for ((store, region, _), items) in last.iter().filter(|((store, region, _), _)| !empty(store, region)) {
        let same = last.iter().filter(|((s, r, _), _)| (s, r) == (store, region));
        assert!(same.map(|(_, n)| n).all(|n| n == items), "at the end all readers see the same items");
        let readers = log.stores[*store].readers.len();
        let seen = last.keys().filter(|(s, r, _)| (s, r) == (store, region)).count();
        assert_eq!(seen, readers, "every reader is asked");
    }
    for shares in &log.shares {
        // A volume may be replaced by an empty one.
        assert!(shares.extreme.is_some() || shares.end.is_none());
        let (Some(extreme), Some(end)) = (shares.extreme, shares.end) else { continue };
        assert!((end.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{end:?}");
        assert!(extreme[0] <= end[0] && (1..5).all(|class| extreme[class] >= end[class]));
        assert!(extreme.iter().chain(&end).all(|share| (0.0..=1.0).contains(share)));
    }
}

fn rising<T: PartialOrd>(what: &str, times: impl Iterator<Item = T>) {
    let times: Vec<T> = times.collect();
    assert!(times.is_sorted(), "{what} are in the order of time");
}

/// Time never runs backwards, and nothing but what was under way happens after the duration.
pub fn time_goes_on(log: &RunLog) {
    let end = Time(log.duration.0);
    rising("events", log.events.iter().map(|row| row.time));
    rising("answers", log.answers.iter().map(|row| row.time));
    rising("ledger rows", log.ledger.iter().map(|row| row.time));
    rising("latency", log.latency_over_time.iter().map(|row| row.time));
    rising("availability", log.availability.iter().map(|row| row.time));
    rising("staleness", log.staleness.iter().map(|row| row.time));
    for seconds in &log.seconds {
        rising("seconds", seconds.iter().map(|row| row.second));
        assert!(seconds.iter().all(|row| row.second <= end.second()));
    }
    assert!(log.ended >= end);
    // A failover is part of a request that was under way.
    let changes = log.events.iter().filter(|row| row.source != "client");
    for row in changes {
        assert!(row.time <= end, "after the end: {row:?}");
    }
    assert!(log.answers.iter().all(|row| row.time <= end));
    assert!(log.ledger.iter().all(|row| row.time <= end));
    assert!(log.events.iter().all(|row| row.time <= log.ended));
    for key in &log.keys {
        rising("states", key.states.iter().map(|(.., since)| *since));
        rising("moves", key.moves.iter().map(|(_, since)| *since));
        assert!(key.states.iter().all(|(.., since)| *since <= end));
    }
    for store in &log.stores {
        rising("writers", store.writers.iter().map(|(_, since)| *since));
    }
}

/// A set of related keys has one primary key, a global database one writer.
pub fn one_primary(log: &RunLog) {
    for answer in &log.answers {
        let shown = &answer.response["KeyMetadata"]["MultiRegionConfiguration"];
        if let Some(replicas) = shown["ReplicaKeys"].as_array() {
            let regions: Vec<&str> = replicas.iter().filter_map(|key| key["Region"].as_str()).collect();
            let primary = shown["PrimaryKey"]["Region"].as_str().expect("a primary key");
            assert!(!regions.contains(&primary), "{shown}");
            assert_eq!(regions.iter().collect::<BTreeSet<_>>().len(), regions.len(), "{shown}");
        }
        if let Some(members) = answer.response["GlobalCluster"]["GlobalClusterMembers"].as_array() {
            assert!(members.iter().filter(|member| member["IsWriter"] == true).count() <= 1);
        }
    }
    for key in &log.keys {
        let mut primary = key.primary;
        for (region, _) in &key.moves {
            assert_ne!(*region, primary, "a move goes somewhere else");
            primary = *region;
        }
    }
}

/// A ciphertext opens exactly where a related key is that can be used.
pub fn ciphertexts_open_where_a_key_is(log: &RunLog) -> u64 {
    let mut asked = 0;
    for answer in log.answers.iter().filter(|answer| answer.command.contains("kms decrypt")) {
        let message = answer.command.split(['$', ' ']).find(|word| word.starts_with('m')).expect("a message");
        let mut saved = log.answers.iter().filter(|other| other.saved.as_deref() == Some(message));
        let Some(made) = saved.find(|made| made.error.is_none()) else { continue };
        let key =
            log.keys.iter().find(|key| made.command.contains(&format!("${}", key.name))).expect("a key");
        let here = |(region, ..): &&(usize, String, Time)| log.regions[*region] == answer.region;
        // What changed at this very instant may have changed before or after, and a change takes a second to be seen.
        let fresh =
            |since: Time| since > Time::ZERO && since <= answer.time && answer.time <= since + Span::SECOND;
        if key.states.iter().any(|(.., since)| fresh(*since)) {
            continue;
        }
        let before = key.states.iter().filter(here).rfind(|(.., since)| *since <= answer.time);
        let usable = before.is_some_and(|(_, state, _)| state == "Enabled" || state == "Updating");
        let throttled = answer.error.as_deref() == Some("ThrottlingException");
        let by_the_rules = !throttled && answer.rule.is_some_and(|rule| rule.id.starts_with("KMS-"));
        if answer.error.is_none() || by_the_rules {
            assert_eq!(answer.error.is_none(), usable, "{answer:?}");
            asked += 1;
        }
    }
    asked
}
