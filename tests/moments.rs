//! What an expectation says of a moment does not depend on how finely the time series are written.

mod common;

use common::{play, setup};
use mrksim::runlog::expression::Value;
use mrksim::scenario::{Request, Source};

const FILLING_UP: &str = r#"
title    = "two writers fill a table, one of them encrypts"
duration = "10m"
regions  = ["a-1"]
link     = [{ within = ["a-1"], one-way = "1ms" }]

[keys.k]
kind    = "single-region"
primary = "a-1"

[stores.t]
kind    = "dynamodb-global-table"
regions = ["a-1"]
items   = 1_000

[clients.encrypts]
region  = "a-1"
store   = "t"
rate    = "10/s"
mix     = { write = 1.0 }
keyring = { plain = "k" }

[clients.open]
region = "a-1"
store  = "t"
rate   = "5/s"
mix    = { write = 1.0 }

[expect]
"denied(t, a-1, open) @ 34s" = ">= 0%"
"denied(t, a-1, open) @ 65s" = ">= 0%"
"#;

fn values(bin: &str) -> Vec<Value> {
    let mut request =
        Request::new(Source::Text { name: "filling-up.toml".to_owned(), text: FILLING_UP.to_owned() });
    request.set.push(format!("bin={bin}"));
    play(&setup(&request), 0).expectations.into_iter().map(|checked| checked.value).collect()
}

#[test]
fn shares_at_a_moment_are_exact() {
    let (fine, coarse) = (values("1s"), values("1m"));
    assert_eq!(fine, coarse);
    assert_ne!(fine[0], fine[1], "the share moves");
}
