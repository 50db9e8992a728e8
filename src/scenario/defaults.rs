//! The built-in times that a scenario need not state: `world/data/defaults.csv`.

use super::value::parse_law;
use crate::runlog::Assumption;
use crate::sim::Law;
use std::sync::LazyLock;

/// A time with its source.
pub struct Default {
    name: String,
    what: String,
    value: String,
    basis: &'static str,
    source: String,
    /// The time.
    pub law: Law,
}

static DEFAULTS: LazyLock<Vec<Default>> = LazyLock::new(|| {
    let text = include_str!("../world/data/defaults.csv");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.records().filter_map(Result::ok).filter_map(|row| of(&row)).collect()
});

fn of(row: &csv::StringRecord) -> Option<Default> {
    let basis = ["assumed", "documented", "measured", "reported"];
    Some(Default {
        name: row.get(0)?.to_owned(),
        what: row.get(1)?.to_owned(),
        value: row.get(2)?.to_owned(),
        basis: basis.into_iter().find(|known| row.get(3) == Some(known))?,
        source: row.get(4)?.to_owned(),
        law: parse_law(row.get(2)?).ok()?,
    })
}

/// The number and the row of a name.
///
/// # Panics
/// On a name that the table does not have: the names stand in this program, not in scenarios.
pub fn find(name: &str) -> (usize, &'static Default) {
    let row = DEFAULTS.iter().position(|row| row.name == name).expect("a name of defaults.csv");
    (row, &DEFAULTS[row])
}

/// A row as a run lists it.
pub fn assumption(row: usize) -> Assumption {
    let row = &DEFAULTS[row];
    Assumption {
        what: row.what.clone(),
        value: row.value.clone(),
        basis: row.basis,
        source: row.source.clone(),
    }
}
