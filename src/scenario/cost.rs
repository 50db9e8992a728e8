//! `[cost]`: that the cost of the design is asked for, and what AWS's documents leave open about it.

use super::context::Context;
use super::fields::Fields;
use super::shape::{Form, Shape, field};
use super::value;
use crate::model::setup::{CostSetup, Expectation};
use crate::runlog::expression::MetricName;

/// `[cost]`
pub static COST: Shape = Shape {
    what: "`[cost]`",
    fields: &[
        field(
            "table-transfer",
            Form::Flag,
            "transfer between the Regions of a global table is charged (false, PRC-2)",
        ),
        field(
            "surcharge-of-replicas",
            Form::Flag,
            "each replica key bears the surcharge of a rotation (true, KMS-UNV-11)",
        ),
    ],
};

/// Bytes of an item, unless stated.
pub const ITEM_SIZE: u64 = 1 << 10;

/// How the cost is reckoned, if `[cost]` is there or an expectation asks for it.
pub fn read(cx: &Context, expect: &[Expectation]) -> Option<CostSetup> {
    let asks = |expectation: &Expectation| expectation.expression.metric.name == MetricName::Cost;
    let stated = cx.scenario.get("cost");
    if stated.is_none() && !expect.iter().any(asks) {
        return None;
    }
    let fields = stated.and_then(|value| Fields::open(value, &value.span, &COST, cx.sink));
    let flag = |key, usual| fields.as_ref().and_then(|fields| fields.read(key, value::flag)).unwrap_or(usual);
    assume(cx);
    Some(CostSetup {
        table_transfer: flag("table-transfer", false),
        surcharge_of_replicas: flag("surcharge-of-replicas", true),
    })
}

/// What the bill leans on besides prices, which it lists itself.
fn assume(cx: &Context) {
    let stores = cx.scenario.tables("stores").iter().filter_map(|entry| entry.value.table());
    if stores.clone().any(|store| store.get("item-size").is_none()) {
        cx.assume("size of an item, for its cost", "1KiB", "assumed", "our choice: `item-size` states it");
    }
    if stores.clone().next().is_some() {
        let source = "our choice: `costs.csv` says whose price each line has";
        cx.assume("prices of data in other Regions", "those of us-east-1", "assumed", source);
    }
    cx.assume("a month of the bill", "730 hours like the run", "assumed", "our choice");
}
