//! The JSON Schemas in `docs/` say what the reader accepts and what the program writes. `MRKSIM_BLESS=1` writes them anew.

#[expect(dead_code, reason = "other tests need more of it")]
mod common;

use common::setup;
use mrksim::compare::sweep::{Cell, Sweep};
use mrksim::compare::{self, Batch, Range, difference, stored};
use mrksim::model;
use mrksim::report;
use mrksim::scenario::{self, Request, STARTER, Source};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Where a schema is published, and what it is now.
fn published() -> [(&'static str, Value); 5] {
    [
        ("scenario", scenario::schema()),
        ("summary", report::json::summary_schema()),
        ("trials", stored::schema()),
        ("comparison", compare::json::comparison_schema()),
        ("sweep", compare::json::sweep_schema()),
    ]
}

fn schema_of(name: &str) -> Value {
    let (_, schema) = published().into_iter().find(|(known, _)| *known == name).expect("a schema");
    schema
}

/// What a value breaks of a schema (draft 2020-12), by path. Keywords that none of ours has are no schema of ours.
struct Validator {
    root: Value,
}

impl Validator {
    fn of(name: &str) -> Validator {
        Validator { root: schema_of(name) }
    }

    fn broken(&self, value: &Value) -> Vec<String> {
        self.at(&self.root, value, "$")
    }

    fn at(&self, schema: &Value, value: &Value, path: &str) -> Vec<String> {
        let Some(keywords) = schema.as_object() else {
            return if schema == &json!(false) {
                vec![format!("{path}: nothing may be here")]
            } else {
                Vec::new()
            };
        };
        let wrong =
            |holds: bool, why: String| if holds { Vec::new() } else { vec![format!("{path}: {why}")] };
        let mut found = Vec::new();
        for (keyword, said) in keywords {
            let texts = || said.as_array().expect("a list").iter();
            found.extend(match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" | "examples" | "format" | "default" => {
                    Vec::new()
                }
                "$ref" => {
                    let pointer =
                        said.as_str().and_then(|text| text.strip_prefix('#')).expect("a local name");
                    self.at(self.root.pointer(pointer).expect("a definition"), value, path)
                }
                "anyOf" => {
                    let fits = texts().any(|form| self.at(form, value, path).is_empty());
                    wrong(fits, "none of the forms".to_owned())
                }
                "enum" => wrong(texts().any(|choice| choice == value), format!("{value} is no choice")),
                "const" => wrong(said == value, format!("{value} is not {said}")),
                "type" => wrong(is_of(value, said), format!("{value} is no {said}")),
                "pattern" => wrong(fits(value, said), format!("{value} does not fit {said}")),
                "minimum" => wrong(value.as_f64() >= said.as_f64(), format!("{value} is too small")),
                "maximum" => wrong(value.as_f64() <= said.as_f64(), format!("{value} is too large")),
                "minItems" => wrong(
                    value.as_array().is_none_or(|list| list.len() as u64 >= said.as_u64().expect("a number")),
                    "too few".to_owned(),
                ),
                "maxItems" => wrong(
                    value.as_array().is_none_or(|list| list.len() as u64 <= said.as_u64().expect("a number")),
                    "too many".to_owned(),
                ),
                "required" => texts()
                    .filter(|name| value.is_object() && value.get(name.as_str().expect("a name")).is_none())
                    .map(|name| format!("{path}: {name} is missing"))
                    .collect(),
                "items" => {
                    let first = keywords.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
                    let items = value.as_array().into_iter().flatten().enumerate().skip(first);
                    items.flat_map(|(index, item)| self.at(said, item, &format!("{path}[{index}]"))).collect()
                }
                "prefixItems" => {
                    let items = value.as_array().into_iter().flatten().zip(texts());
                    items.flat_map(|(item, schema)| self.at(schema, item, path)).collect()
                }
                "properties" => self.properties(said, value, path),
                "additionalProperties" => {
                    let known = &keywords.get("properties").cloned().unwrap_or(json!({}));
                    let more =
                        value.as_object().into_iter().flatten().filter(|(key, _)| known.get(key).is_none());
                    more.flat_map(|(key, item)| self.at(said, item, &format!("{path}.{key}"))).collect()
                }
                other => panic!("the validator of this test does not know `{other}`"),
            });
        }
        found
    }

    fn properties(&self, said: &Value, value: &Value, path: &str) -> Vec<String> {
        let Some(object) = value.as_object() else { return Vec::new() };
        let known = object.iter().filter_map(|(key, item)| Some((key, item, said.get(key)?)));
        known.flat_map(|(key, item, schema)| self.at(schema, item, &format!("{path}.{key}"))).collect()
    }
}

fn is_of(value: &Value, kind: &Value) -> bool {
    match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| is_of(value, kind)),
        kind => match kind.as_str().expect("a type") {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_u64() || value.is_i64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("no type: {other}"),
        },
    }
}

/// The few patterns that our schemas have.
fn fits(value: &Value, pattern: &Value) -> bool {
    let Some(text) = value.as_str() else { return true };
    let number =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || "_.".contains(c));
    match pattern.as_str().expect("a pattern") {
        "^[0-9_.]+ */ *[smhd]$" => text.split_once('/').is_some_and(|(rate, unit)| {
            number(rate.trim_end_matches(' ')) && ["s", "m", "h", "d"].contains(&unit.trim_start_matches(' '))
        }),
        "^ *[0-9_.]+ *%$" => text.strip_suffix('%').is_some_and(|share| number(share.trim_matches(' '))),
        other => panic!("the validator of this test does not know the pattern {other}"),
    }
}

fn below(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => found.extend(below(&path.to_string_lossy())),
            false if path.extension().is_some_and(|ending| ending == "toml") => found.push(path),
            false => {}
        }
    }
    found.sort();
    found
}

fn as_json(text: &str) -> Value {
    toml::from_str(text).expect("TOML")
}

#[test]
fn every_scenario_that_is_valid_conforms() {
    let validator = Validator::of("scenario");
    assert_eq!(validator.broken(&as_json(STARTER)), [""; 0]);
    let files = [below("scenarios"), below("tests/scenarios-good")].concat();
    assert!(files.len() > 150);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("readable");
        assert_eq!(validator.broken(&as_json(&text)), [""; 0], "{}", file.display());
    }
}

#[test]
fn what_the_reader_refuses_does_not() {
    let value = json!({
        "duraton": "4h",
        "clients": { "a": { "rates": "5/s", "region": 1, "mix": { "read": 2.0 } } },
        "timeline": [{ "service-outage": { "ratio": "half" } }],
    });
    assert_eq!(
        Validator::of("scenario").broken(&value),
        [
            "$.duraton: nothing may be here",
            "$.clients.a.rates: nothing may be here",
            "$.clients.a.region: 1 is no \"string\"",
            "$.clients.a.mix.read: none of the forms",
            "$.timeline[0].service-outage.ratio: none of the forms",
        ]
    );
}

/// A short run with a fault, refusals, and a recovery that never comes.
fn request(set: &str) -> Request {
    let text = STARTER.replace("2h", "40m").replace("20/s", "2/s");
    Request { set: vec![set.to_owned()], ..Request::new(Source::Text { name: "starter.toml".into(), text }) }
}

fn batch(set: &str) -> Batch {
    let range = Range { first: 0, end: 3 };
    let batches =
        compare::trials::play_all(&[setup(&request(set))], range, 2, &AtomicBool::new(false), &|_| {});
    Batch { variant: Some(set.to_owned()), ..batches.into_iter().next().expect("a batch") }
}

fn summary(files: Vec<(String, String)>) -> Value {
    let (_, text) = files.into_iter().find(|(name, _)| name == "summary.json").expect("a summary");
    serde_json::from_str(&text).expect("JSON")
}

/// What the program writes conforms, and says nothing that its schema does not name.
#[test]
fn results_conform() {
    let log = model::run(&setup(&request("seed=3")), 0, &AtomicBool::new(false)).expect("nobody stops it");
    let run: Value = serde_json::from_str(&report::json::summary(&log)).expect("JSON");
    let (one, other) = (batch("keys.orders.kind=multi-region"), batch("keys.orders.kind=single-region"));
    let trials = summary(stored::files(&one));
    let comparison = summary(difference::files("x", &one, &[&other]));
    let axes = vec!["keys.orders.kind=multi-region,single-region".parse().expect("an axis")];
    let cell = |kind: &str, batch: Batch| Cell { values: vec![kind.to_owned()], batch };
    let cells = vec![cell("multi-region", one), cell("single-region", other)];
    let sweep = Sweep { axes, cells, metrics: vec!["cost".to_owned()], partial: false };
    let sweep = summary(sweep.files("x"));
    for (name, value) in [("summary", run), ("trials", trials), ("comparison", comparison), ("sweep", sweep)]
    {
        let validator = Validator::of(name);
        assert_eq!(validator.broken(&value), [""; 0], "{name}");
        let properties = &validator.root["properties"];
        for key in value.as_object().expect("an object").keys() {
            assert!(
                properties[key]["description"].is_string() || properties[key]["$ref"].is_string(),
                "{name}: {key}"
            );
            let mut without = value.clone();
            without.as_object_mut().expect("an object").remove(key);
            let may_be_absent =
                is_of(&Value::Null, &properties[key].get("type").cloned().unwrap_or(json!([])));
            assert!(may_be_absent || !validator.broken(&without).is_empty(), "{name} may lack {key}");
        }
    }
}

#[test]
fn the_published_schemas_are_current() {
    for (name, schema) in published() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/{name}.schema.json"));
        let current = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
        if std::env::var_os("MRKSIM_BLESS").is_some() {
            std::fs::write(&path, &current).expect("a published schema");
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(published == current, "bless {}", path.display());
    }
}
