//! The bill against sums worked out by hand.

use super::*;
use crate::runlog::{ClientInfo, ItemsPoint, KeyInfo, StoreInfo, Totals};
use crate::sim::Time;

/// A run of 73 hours, a tenth of the month, in us-east-1, us-east-2 and eu-west-1.
fn log(design: Design) -> RunLog {
    let client = ClientInfo {
        principal: "app".to_owned(),
        account: "111122223333".to_owned(),
        name: "shop".into(),
        region: 0,
        store: 0,
        objective_share: 0.99,
        objective_window: Span::secs(60),
        traffic: true,
        keyring: "none".into(),
        moves: Vec::new(),
    };
    let store = StoreInfo {
        name: "orders".into(),
        kind: "dynamodb-global-table",
        regions: vec![0, 2],
        readers: vec!["shop".into()],
        writers: Vec::new(),
        states: Vec::new(),
    };
    let items = |region, items| ItemsPoint { time: Time::ZERO, store: 0, region, items };
    RunLog {
        name: String::new(),
        title: String::new(),
        variant: None,
        scenario_hash: String::new(),
        seed: 1,
        trial: 0,
        rule_set: "aws",
        duration: Span(73 * Span::HOUR.0),
        ended: Time::ZERO,
        bin: Span::HOUR,
        regions: ["us-east-1", "us-east-2", "eu-west-1"].map(str::to_owned).into(),
        clients: vec![client],
        stores: vec![store],
        keys: Vec::new(),
        links: Vec::new(),
        events: Vec::new(),
        answers: Vec::new(),
        calls: Vec::new(),
        faults: Vec::new(),
        skipped: Vec::new(),
        requests: Vec::new(),
        request_calls: Vec::new(),
        recorded: Vec::new(),
        latency: Vec::new(),
        latency_over_time: Vec::new(),
        availability: Vec::new(),
        seconds: Vec::new(),
        refusals: Vec::new(),
        ledger: Vec::new(),
        shares: Vec::new(),
        staleness: Vec::new(),
        items: vec![items(0, 1 << 20), items(2, 1 << 19)],
        replication: Vec::new(),
        losses: Vec::new(),
        design: Some(design),
        expectations: Vec::new(),
        rules: Default::default(),
        assumptions: Vec::new(),
        totals: Totals::default(),
        digest: 0,
    }
}

fn table(item_size: u64, write_capacity: Option<u64>, calls: Calls) -> Design {
    let by = Keeper::Table { write_capacity, witness: false };
    Design { stores: vec![Kept { item_size, by }], traffic: traffic(calls), ..Design::default() }
}

/// Calls in a tenth of the month, and 100 000 writes from us-east-1 to eu-west-1.
fn traffic(calls: Calls) -> Traffic {
    let replicated = Replicated { store: 0, from: 0, to: 2, writes: 100_000 };
    Traffic { over: Span(73 * Span::HOUR.0), calls: vec![calls], replicated: vec![replicated] }
}

const AT_HOME: Calls = Calls { client: 0, from: 0, to: 0, kms: 10_000, reads: 50_000, writes: 100_000 };

/// What a part comes to, to a millionth of a dollar.
fn part(log: &RunLog, group: Group) -> Option<f64> {
    total(&lines(log), Some(group), None).map(|usd| (usd * 1e6).round() / 1e6)
}

#[test]
fn a_table_is_charged_by_units_of_a_kib() {
    // 1 000 000 writes a month of 3 units each at $0.625 a million; as many replicated; and 100 000 calls to KMS, of
    // which 20 000 are free, at $0.03 for 10 000. 3 GiB and 1.5 GiB at $0.25, less what 2.5 KiB have of 3.
    let log = log(table(2_560, None, AT_HOME));
    assert_eq!(part(&log, Group::Requests), Some(1.875 + 0.24));
    assert_eq!(part(&log, Group::ReplicatedWrites), Some(1.875));
    assert_eq!(part(&log, Group::Storage), Some(0.625 + 0.3125));
    assert_eq!(part(&log, Group::Transfer), Some(0.0));
    assert_eq!(part(&log, Group::Standby), Some(0.0));
    assert_eq!(part(&log, Group::Keys), Some(0.0));
    let all = total(&lines(&log), None, None).unwrap();
    assert!((all - 4.9275).abs() < 1e-9, "{all}");
    let orders = total(&lines(&log), None, Some("orders")).unwrap();
    assert!((orders - 4.6875).abs() < 1e-9, "{orders}");
}

#[test]
fn provisioned_capacity_is_charged_whether_it_is_used_or_not() {
    // 10 units in each of two Regions over 730 hours at $0.00065.
    let log = log(table(1_024, Some(10), Calls { kms: 0, ..AT_HOME }));
    assert_eq!(part(&log, Group::ReplicatedWrites), Some(9.49));
    assert_eq!(part(&log, Group::Requests), None, "reads are not priced");
}

#[test]
fn what_is_not_priced_is_listed_and_in_no_sum() {
    let log = log(table(1_024, None, AT_HOME));
    let lines = lines(&log);
    let reads = lines.iter().find(|line| line.what.starts_with("reads of orders")).expect("a line");
    assert_eq!((reads.usd(), reads.quantity), (None, 500_000.0));
    assert!(lines.iter().all(|line| !line.price.source.is_empty()));
    let only_reads: Vec<Line> = lines.into_iter().filter(|line| line.price.usd.is_none()).collect();
    assert_eq!(total(&only_reads, None, None), None);
}

#[test]
fn transfer_has_a_price_by_its_source_region() {
    // 1 000 000 replicated items of 1 MiB a month: 976.5625 GiB at $0.02, if it is charged.
    let mib = 1 << 20;
    let charged = Design { table_transfer: true, ..table(mib, None, Calls::default()) };
    assert_eq!(part(&log(charged), Group::Transfer), Some(19.53125));
    // Reads in us-east-2 by instances in us-east-1 come over at $0.01; from eu-west-1 nobody knows.
    let reads = |to| Calls { to, kms: 0, reads: 100_000, writes: 0, ..AT_HOME };
    assert_eq!(part(&log(table(mib, None, reads(1))), Group::Transfer), Some(9.765625));
    let mut unknown = table(mib, None, reads(2));
    unknown.traffic.replicated.clear();
    assert_eq!(part(&log(unknown), Group::Transfer), None);
}

#[test]
fn requests_to_kms_are_free_up_to_twenty_thousand_in_all_regions_together() {
    let calls = |from, kms| Calls { from, to: from, kms, ..Calls::default() };
    let two = |kms| {
        let calls = vec![calls(0, kms), calls(2, kms)];
        let traffic = Traffic { calls, replicated: Vec::new(), ..traffic(AT_HOME) };
        Design { traffic, ..Design::default() }
    };
    assert_eq!(part(&log(two(1_000)), Group::Requests), Some(0.0));
    assert_eq!(part(&log(two(2_000)), Group::Requests), Some(0.06));
}

#[test]
fn a_database_pays_ios_and_its_secondary_instances_are_not_priced() {
    // 1 000 000 commits of 5 KiB, two I/Os each, here and as many replicated; 5 GiB and 2.5 GiB at $0.10; and
    // 5 000 000 KiB at $0.02 a GiB.
    let by = Keeper::Cluster { readers: 1 };
    let traffic = traffic(Calls { kms: 0, ..AT_HOME });
    let log = log(Design { stores: vec![Kept { item_size: 5 << 10, by }], traffic, ..Design::default() });
    assert_eq!(part(&log, Group::Requests), Some(0.4));
    assert_eq!(part(&log, Group::ReplicatedWrites), Some(0.4));
    assert_eq!(part(&log, Group::Storage), Some(0.75));
    assert_eq!(part(&log, Group::Transfer), Some(0.095367));
    assert_eq!(part(&log, Group::Standby), None);
}

#[test]
fn timed_copies_pay_for_what_has_changed() {
    // 730 copies a month of a tenth of 100 GiB, at $0.02 for the way and as much for the 15 minutes.
    let by = Keeper::Copies {
        every: Span::HOUR,
        size: 100 << 30,
        changes: 0.1,
        completion: Some(Span(15 * Span::MINUTE.0)),
    };
    let mut log = log(Design { stores: vec![Kept { item_size: 1_024, by }], ..Design::default() });
    log.replication.clear();
    assert_eq!(part(&log, Group::Transfer), Some(146.0 + 146.0));
    assert_eq!(part(&log, Group::Storage), None);
}

#[test]
fn instances_cost_what_the_client_says() {
    let standby = |price| Standby { client: 0, region: 2, instances: 4, price };
    let design = |price| Design { standby: vec![standby(price)], ..Design::default() };
    assert_eq!(part(&log(design(Some(0.1))), Group::Standby), Some(292.0));
    assert_eq!(part(&log(design(None)), Group::Standby), None);
    let checks = vec![("www".to_owned(), true)];
    assert_eq!(part(&log(Design { checks, ..Design::default() }), Group::Standby), Some(1.5));
}

#[test]
fn a_set_of_three_pays_for_each_key_and_rotation() {
    use crate::runlog::EventRow;
    let mut log = log(Design { surcharge_of_replicas: true, ..Design::default() });
    log.keys.push(KeyInfo {
        name: "k".into(),
        key_id: "mrk-1".into(),
        kind: "multi-region",
        primary: 0,
        replicas: vec![1, 2],
        moves: Vec::new(),
        states: (0..3).map(|region| (region, "Enabled".to_owned(), Time::ZERO)).collect(),
    });
    assert_eq!(part(&log, Group::Keys), Some(3.0));
    let rotation = |hours: u64, region| EventRow {
        time: Time::ZERO + Span(hours * Span::HOUR.0),
        region: Some(region),
        principal: "kms.amazonaws.com".into(),
        source: "service",
        operation: "RotateKey".into(),
        target: "arn:aws:kms:us-east-1:111122223333:key/mrk-1".into(),
        outcome: "AUTOMATIC".into(),
        error: String::new(),
        rule: None,
        detail: String::new(),
    };
    // Each Region tells of each rotation; the third one costs nothing (KMS-PRC-10).
    log.events = [0, 0, 0]
        .map(|hours| (0..3).map(move |region| rotation(hours, region)))
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(part(&log, Group::Keys), Some(6.0));
    log.events.push(rotation(36, 0));
    assert_eq!(part(&log, Group::Keys), Some(7.520548));
    log.events.push(rotation(37, 0));
    assert_eq!(part(&log, Group::Keys), Some(7.520548));
    log.design = Some(Design::default());
    assert_eq!(part(&log, Group::Keys), Some(4.506849), "the primary alone");
}
