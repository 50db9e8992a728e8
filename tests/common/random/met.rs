//! What a run has met, for those who ask whether the scenarios are strange enough.

use super::books::ciphertexts_open_where_a_key_is;
use super::{Kind, Scenario};
use mrksim::runlog::{Class, LossRow, NOBODY_TOOK_OVER, ReplicationRow, RunLog};

/// What there is to meet, and whether a run has met it.
pub fn seen(scenario: &Scenario, log: &RunLog) -> Vec<(String, bool)> {
    let parts = [of_clients(log), of_keys(log), of_pairs(log), of_databases(log), of_rules(log)];
    let seen = parts.into_iter().flatten().chain(of_snapshots(scenario, log));
    let mut seen: Vec<(String, bool)> = seen.map(|(what, is)| (what.to_owned(), is)).collect();
    let text = scenario.text();
    seen.extend(fault_kinds().into_iter().map(|kind| {
        let is = text.contains(&format!("\n{kind} = "));
        (kind, is)
    }));
    seen
}

/// Every fault that there is, by the schema of the scenario language. A fault without a generator is never met.
fn fault_kinds() -> Vec<String> {
    let schema = mrksim::scenario::schema();
    let entry = schema.pointer("/properties/timeline/items/properties").and_then(|entry| entry.as_object());
    let is_fault = |(name, shape): &(&String, &serde_json::Value)| {
        shape["type"] == "object" && !name.contains(':') && !["encrypt", "decrypt"].contains(&name.as_str())
    };
    entry.expect("entries").iter().filter(is_fault).map(|(name, _)| name.clone()).collect()
}

type Seen = Vec<(&'static str, bool)>;

fn event(log: &RunLog, what: &str) -> bool {
    log.events.iter().any(|row| row.operation == what && row.error.is_empty())
}

fn change(log: &RunLog, what: &str, outcome: &str) -> bool {
    log.events.iter().any(|row| row.operation == what && row.outcome == outcome)
}

fn of_clients(log: &RunLog) -> Seen {
    let class = |class| log.ledger.iter().any(|row| row.class == class);
    vec![
        ("failed requests", log.totals.failed > 0),
        ("failover of a client", event(log, "failover")),
        ("a runbook's route", event(log, "route")),
        ("a health check that turns", event(log, "HealthCheckStatus")),
        ("an edited record", event(log, "ChangeResourceRecordSets")),
        ("a routing control", event(log, "UpdateRoutingControlState")),
        ("decryptable", class(Class::Decryptable)),
        ("unreachable", class(Class::Unreachable)),
        ("recoverable", class(Class::Recoverable)),
        ("denied", class(Class::Denied)),
        ("lost items", class(Class::Lost)),
    ]
}

fn of_keys(log: &RunLog) -> Seen {
    let state = |what: &str| log.keys.iter().flat_map(|key| &key.states).any(|(_, state, _)| state == what);
    vec![
        ("a move of a primary key", log.keys.iter().any(|key| !key.moves.is_empty())),
        ("Creating", state("Creating")),
        ("Disabled", state("Disabled")),
        ("PendingDeletion", state("PendingDeletion")),
        ("PendingReplicaDeletion", state("PendingReplicaDeletion")),
        ("PendingImport", state("PendingImport")),
        ("a deleted key", state("deleted")),
        ("a decrypt step", ciphertexts_open_where_a_key_is(log) > 0),
    ]
}

/// How pairs of write and replica end, store by store, and those that a takeover finds open.
fn of_pairs(log: &RunLog) -> Seen {
    let ended = |count: fn(&ReplicationRow) -> u64| log.replication.iter().any(|row| count(row) > 0);
    let taken = |count: fn(&LossRow) -> u64| {
        log.losses.iter().any(|row| row.how != NOBODY_TOOK_OVER && count(row) > 0)
    };
    vec![
        ("a first write elsewhere", log.losses.iter().any(|row| row.how == "first write elsewhere")),
        ("applied", ended(|row| row.applied)),
        ("superseded", ended(|row| row.superseded)),
        ("pending", ended(|row| row.pending)),
        ("lost", ended(|row| row.lost)),
        ("data loss", log.losses.iter().any(|row| row.writes > 0)),
        ("a write that a takeover lacked: delayed", taken(|row| row.delayed)),
        ("a write that a takeover lacked: suppressed", taken(|row| row.suppressed)),
        ("a write that a takeover lacked: lost", taken(|row| row.lost)),
        ("a write that a takeover lacked: pending", taken(|row| row.pending)),
    ]
}

fn of_databases(log: &RunLog) -> Seen {
    vec![
        ("promotion", event(log, "PromoteGlobalCluster")),
        ("rebuilding", event(log, "RebuildSecondaryCluster")),
        ("detaching", event(log, "RemoveFromGlobalCluster")),
        ("a fence", change(log, "FenceWrites", "succeeded")),
        ("split brain", change(log, "FenceWrites", "timed out")),
        ("an old primary that is replaced", event(log, "CreateDBClusterSnapshot")),
        ("commits that wait", change(log, "COMMIT", "blocked")),
        ("commits that go on", change(log, "COMMIT", "resumed")),
        ("a restart", event(log, "FailoverDBCluster")),
        ("a first instance", event(log, "CreateDBInstance")),
        ("a stop", change(log, "StopDBCluster", "stopped")),
        ("a cluster without its key", change(log, "StopDBCluster", "terminal")),
    ]
}

/// Copies of snapshots of each kind, and what becomes of them.
fn of_snapshots(scenario: &Scenario, log: &RunLog) -> Seen {
    let copies = || log.stores.iter().zip(&scenario.stores).filter(|(_, store)| store.kind == Kind::Copies);
    let shows = |of: &str, what: &str| {
        copies().any(|(info, store)| {
            store.of == of
                && info.states.iter().any(|(place, status, _)| *place != info.regions[0] && status == what)
        })
    };
    let kinds = ["ebs-volume", "rds-snapshot", "rds-automated-backup", "backup-vault"];
    let any = |what: &str| kinds.iter().any(|of| shows(of, what));
    vec![
        ("a copy that fails", any("error")),
        ("a volume that is restored", shows(kinds[0], "available")),
        ("an RDS snapshot that is restored", shows(kinds[1], "available")),
        ("an automated backup that is restored", shows(kinds[2], "available")),
        ("a recovery point that is restored", shows(kinds[3], "available")),
    ]
}

/// Rules that decide only where a generator does what it is for.
fn of_rules(log: &RunLog) -> Seen {
    let rules = [
        ("AUR-WF-1", "a forwarded write"),
        ("DDB-MREC-2", "the last writer wins"),
        ("DDB-MREC-3", "changes that are merged"),
        ("DDB-MREC-5", "a strong read of its own Region"),
        ("DDB-MREC-7", "a replica that comes or goes"),
        ("DDB-GT-7", "a table's capacity that is used up"),
        ("DDB-KEY-2", "a replica whose key is gone"),
        ("DDB-KEY-3", "the same, with strong consistency"),
        ("DDB-KEY-4", "a table whose key is gone"),
        ("DDB-KEY-5", "replication that is not authorized"),
        ("DDB-ERR-1c", "a condition that fails"),
        ("DDB-TX-1", "a transaction"),
        ("DDB-MREC-8", "items that expire"),
        ("DDB-GT-5a", "TTL that is switched"),
        ("DDB-KEY-8", "a table's key that is switched"),
        ("DDB-KEY-9", "items that expire without a key"),
        ("DDB-PITR-1", "a state that is restored"),
        ("DDB-PITR-1a", "a restored table"),
        ("DDB-PITR-2", "the backup of a deleted table"),
        ("DDB-MRSC-2", "another participant has it first"),
        ("DDB-MRSC-3", "strong writes that conflict"),
        ("DDB-MRSC-6", "a participant that is alone"),
        ("S3-1", "time control that is late"),
        ("S3-2", "a deletion that is not replicated"),
        ("S3-3", "versions that survive"),
        ("S3-KMS-1", "objects that need the opt-in"),
        ("S3-KMS-2", "a role without its key"),
        ("S3-KMS-2a", "a bucket without its key"),
        ("S3-KMS-3", "related keys of buckets"),
        ("S3-KMS-4", "a bad key that shows later"),
        ("S3-KMS-5", "replication that waits for KMS"),
        ("SNP-1", "a copy of a volume"),
        ("SNP-2", "a copy whose key fails"),
        ("SNP-3", "a copy that is asked to be in time"),
        ("RDS-1", "a copy of logs"),
        ("RDS-2", "a copy of an RDS snapshot"),
        ("BKP-1", "a copy in a vault"),
        ("SEC-1", "a replica that becomes a secret of its own"),
        ("SEC-1b", "a secret without its key"),
        ("SEC-1d", "a secret that does not replicate"),
        ("SEC-1e", "a secret that is rotated"),
        ("SEC-1f", "a replica of a secret that comes or goes"),
    ];
    let decided = |id: &str| {
        log.rules.keys().any(|rule| rule.id == id)
            || log.answers.iter().filter_map(|answer| answer.rule).any(|rule| rule.id == id)
    };
    rules.iter().map(|(id, what)| (*what, decided(id))).collect()
}
