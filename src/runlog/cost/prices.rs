//! The dated price table, `runlog/data/prices.csv`.

use std::sync::LazyLock;

/// What a unit of something costs, and who says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// Its name in the table.
    pub id: String,
    /// What is priced.
    pub item: String,
    /// US dollars for `per` units; `None`: not priced.
    pub usd: Option<f64>,
    /// So many units cost that.
    pub per: f64,
    /// `key-month`, `request`, `GB-month`.
    pub unit: String,
    /// The Region whose price it is; `all`: the same everywhere.
    pub region: String,
    /// When it held.
    pub as_of: String,
    /// `documented`, `reported`, `stated`; `not priced`.
    pub basis: String,
    /// Who says so; or why it is not priced.
    pub source: String,
}

static TABLE: LazyLock<Vec<Price>> = LazyLock::new(|| {
    let text = include_str!("../data/prices.csv");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    reader.records().filter_map(Result::ok).filter_map(|row| of(&row)).collect()
});

fn of(row: &csv::StringRecord) -> Option<Price> {
    let text = |column| row.get(column).map(str::to_owned);
    let usd = match row.get(2)? {
        "" => None,
        usd => Some(usd.parse().ok()?),
    };
    Some(Price {
        id: text(0)?,
        item: text(1)?,
        usd,
        per: row.get(3)?.parse().ok()?,
        unit: text(4)?,
        region: text(5)?,
        as_of: text(6)?,
        basis: text(7)?,
        source: text(8)?,
    })
}

/// Every price.
pub fn all() -> &'static [Price] {
    &TABLE
}

/// The price of a name.
///
/// # Panics
/// On a name that the table does not have: the names stand in this program, not in scenarios.
pub fn find(id: &str) -> &'static Price {
    TABLE.iter().find(|price| price.id == id).expect("a name of prices.csv")
}

impl Price {
    /// What the scenario itself states for an application instance, in US dollars an hour.
    pub fn stated(usd: f64) -> Price {
        let (basis, source) = ("stated".to_owned(), "`instance-price` of the client".to_owned());
        Price { usd: Some(usd), basis, source, ..find("instance").clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_says_where_it_comes_from() {
        let lines = include_str!("../data/prices.csv").lines().filter(|line| !line.starts_with('#'));
        assert_eq!(all().len(), lines.count() - 1);
        for price in all() {
            let whole = [&price.id, &price.item, &price.unit, &price.region, &price.source];
            assert!(whole.iter().all(|text| !text.is_empty()), "{price:?}");
            assert!(price.per > 0.0, "{price:?}");
            match price.usd {
                Some(usd) => {
                    assert!(usd >= 0.0 && !price.as_of.is_empty(), "{price:?}");
                    assert!(["documented", "reported"].contains(&price.basis.as_str()), "{price:?}");
                }
                None => assert!(price.basis == "not priced" && price.as_of.is_empty(), "{price:?}"),
            }
        }
    }

    #[test]
    fn names_stand_once() {
        for price in all() {
            assert_eq!(all().iter().filter(|other| other.id == price.id).count(), 1, "{}", price.id);
        }
    }
}
