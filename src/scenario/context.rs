//! What every part of a scenario may refer to: declared names, the length of the run, numbers taken from outside.

use super::defaults;
use super::files::Files;
use super::problem::{Problem, Sink, listing, nearest};
use super::source::{Sources, Span};
use super::tree::{Table, Value};
use super::value;
use crate::runlog::Assumption;
use crate::sim::{self, Law};
use crate::world::{LONGEST_TIMEOUT, MAX_REGIONS, RETRANSMISSION_TIMEOUT, RegionId};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The names of one kind that a scenario declares, in order.
#[derive(Debug, Default)]
pub struct Names {
    what: &'static str,
    list: Vec<(String, Span)>,
}

impl Names {
    /// No names yet of what is called so: `key`.
    pub fn new(what: &'static str) -> Names {
        Names { what, list: Vec::new() }
    }

    /// The keys of a table of the scenario.
    fn of(what: &'static str, scenario: &Table, table: &str) -> Names {
        let entries = scenario.tables(table);
        Names { what, list: entries.iter().map(|entry| (entry.key.clone(), entry.at.clone())).collect() }
    }

    /// One more.
    pub fn add(&mut self, name: impl Into<String>, at: Span) {
        self.list.push((name.into(), at));
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        self.list.iter().map(|(name, _)| name.as_str())
    }

    /// The index of a name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.iter().position(|known| known == name)
    }

    /// The index of a name written at a place.
    pub fn find_at(&self, name: &str, span: &Span) -> Result<usize, Problem> {
        self.position(name).ok_or_else(|| {
            let problem =
                Problem::error(span, format!("there is no {} `{name}` in this scenario", self.what));
            let near = nearest(name, self.iter());
            let help = match (near, self.list.len()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, 0) => format!("no {} is declared", self.what),
                (None, _) => format!("declared: {}", listing(self.iter())),
            };
            match near.and_then(|near| self.list.iter().find(|(known, _)| known == near)) {
                Some((near, at)) => problem.and(at, format!("`{near}` is declared here")).help(help),
                None => problem.help(help),
            }
        })
    }

    /// The index of the name that a value states.
    pub fn find(&self, value: &Value) -> Result<usize, Problem> {
        self.find_at(value::text(value)?, &value.span)
    }

    /// Where the name of an index is declared.
    pub fn at(&self, index: usize) -> Span {
        self.list.get(index).map_or(0..0, |(_, at)| at.clone())
    }

    /// The name of an index.
    pub fn name(&self, index: usize) -> &str {
        self.list.get(index).map_or("", |(name, _)| name)
    }
}

/// Shared by the readers of all parts.
pub struct Context<'a> {
    /// Where spans point.
    pub sources: &'a Sources,
    /// The whole scenario.
    pub scenario: &'a Table,
    /// Where problems go.
    pub sink: &'a Sink,
    /// Files that the scenario names.
    pub files: &'a Files<'a>,
    /// When the run ends.
    pub duration: sim::Span,
    /// Regions.
    pub regions: Names,
    /// Keys.
    pub keys: Names,
    /// Stores.
    pub stores: Names,
    /// Clients.
    pub clients: Names,
    /// Accounts.
    pub accounts: Names,
    /// Principals.
    pub principals: Names,
    assumed: RefCell<BTreeSet<usize>>,
    stated: RefCell<Vec<Assumption>>,
}

impl<'a> Context<'a> {
    /// Collects what is declared.
    pub fn new(
        sources: &'a Sources,
        scenario: &'a Table,
        sink: &'a Sink,
        files: &'a Files<'a>,
    ) -> Context<'a> {
        let duration = scenario.get("duration").and_then(|value| value::duration(value).ok());
        Context {
            sources,
            scenario,
            sink,
            files,
            duration: duration.unwrap_or(value::LONGEST),
            regions: regions(scenario),
            keys: Names::of("key", scenario, "keys"),
            stores: Names::of("store", scenario, "stores"),
            clients: Names::of("client", scenario, "clients"),
            accounts: Names::of("account", scenario, "accounts"),
            principals: Names::of("principal", scenario, "principals"),
            assumed: RefCell::default(),
            stated: RefCell::default(),
        }
    }

    /// The Region that a value names.
    pub fn region(&self, value: &Value) -> Result<RegionId, Problem> {
        self.regions.find(value).map(|index| RegionId(index as u8))
    }

    /// A time that the scenario does not state: taken from the built-in table, and listed with the run.
    pub fn default(&self, name: &'static str) -> Law {
        let (row, default) = defaults::find(name);
        self.assumed.borrow_mut().insert(row);
        default.law.clone()
    }

    /// The same for something that the run may have no use for: only what it leans on is listed.
    pub fn default_if(&self, used: bool, name: &'static str) -> Law {
        if used { self.default(name) } else { defaults::find(name).1.law.clone() }
    }

    /// Any other number of the outside world that the scenario does not state.
    pub fn assume(
        &self,
        what: impl Into<String>,
        value: impl Into<String>,
        basis: &'static str,
        source: impl Into<String>,
    ) {
        let row = Assumption { what: what.into(), value: value.into(), basis, source: source.into() };
        let mut stated = self.stated.borrow_mut();
        if !stated.contains(&row) {
            stated.push(row);
        }
    }

    /// How long a lost message waits before it is sent again.
    pub fn assume_retransmission(&self) {
        self.assume(
            "retransmission time-out of a lost message",
            format!("{RETRANSMISSION_TIMEOUT}, doubling up to {LONGEST_TIMEOUT}"),
            "assumed",
            "bounds of RFC 6298 as Linux sets them",
        );
    }

    /// Every number of the outside world that was taken.
    pub fn assumptions(&self) -> Vec<Assumption> {
        let stated = self.stated.borrow().clone();
        let rows = self.assumed.borrow();
        stated.into_iter().chain(rows.iter().map(|row| defaults::assumption(*row))).collect()
    }
}

fn regions(scenario: &Table) -> Names {
    let mut names = Names::new("Region");
    let listed = scenario.get("regions").map(Value::items).unwrap_or_default();
    for value in listed.iter().take(MAX_REGIONS) {
        if let Some(name) = value.text() {
            names.add(name, value.span.clone());
        }
    }
    names
}
