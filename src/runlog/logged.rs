//! What AWS CloudTrail logs of a run (KMS-LOG-1 to -10).

use super::{Call, EventRow, RunLog};

/// What KMS does by itself, without a call.
pub const MADE_BY_KMS: [&str; 4] =
    ["SynchronizeMultiRegionKey", "RotateKey", "DeleteKey", "DeleteExpiredKeyMaterial"];

/// What a record is about.
#[derive(Clone, Copy, Debug)]
pub enum Logged<'a> {
    /// A call that a service received.
    Call(&'a Call),
    /// What a call made KMS log in another Region.
    Invoked(&'a Call, &'a EventRow),
    /// What KMS did without a call.
    ByItself(&'a EventRow),
}

impl Logged<'_> {
    /// The event's name and the index of its Region.
    pub fn what_and_where(&self) -> (&str, Option<usize>) {
        match self {
            Logged::Call(call) => (call.operation.name, Some(call.region)),
            Logged::Invoked(_, row) | Logged::ByItself(row) => (&row.operation, row.region),
        }
    }
}

/// Every record, in the order of time.
pub fn logged(log: &RunLog) -> Vec<Logged<'_>> {
    let by_itself = |row: &EventRow| row.source == "service" && MADE_BY_KMS.contains(&row.operation.as_str());
    let between = |rows: std::ops::Range<usize>| {
        log.events[rows].iter().filter(|row| by_itself(row)).map(Logged::ByItself)
    };
    let mut all = Vec::new();
    let mut told = 0;
    for call in &log.calls {
        all.extend(between(told..call.changes.start));
        all.push(Logged::Call(call));
        for row in &log.events[call.changes.clone()] {
            let elsewhere = row.region != Some(call.region);
            match (call.operation.name, row.operation.as_str()) {
                ("ReplicateKey", "CreateKey") => all.push(Logged::Invoked(call, row)),
                ("UpdatePrimaryRegion", "UpdatePrimaryRegion") if elsewhere => {
                    all.push(Logged::Invoked(call, row));
                }
                _ if by_itself(row) => all.push(Logged::ByItself(row)),
                _ => {}
            }
        }
        told = call.changes.end;
    }
    all.extend(between(told..log.events.len()));
    all
}
