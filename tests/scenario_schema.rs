//! The JSON Schema says what the reader accepts. `MRKSIM_BLESS=1` writes `docs/scenario.schema.json` anew.

use mrksim::scenario::{STARTER, schema};
use serde_json::Value;

const EVERYTHING: &str = include_str!("scenarios-good/everything.toml");
const KEYS: &str = include_str!("scenarios-good/keys.toml");

/// What a value breaks of a schema, by path: types, unknown keys, choices.
fn broken(schema: &Value, value: &Value, path: &str) -> Vec<String> {
    if let Some(forms) = schema["anyOf"].as_array() {
        let fits = forms.iter().any(|form| broken(form, value, path).is_empty());
        return if fits { Vec::new() } else { vec![format!("{path}: none of the forms")] };
    }
    if let Some(choices) = schema["enum"].as_array() {
        return if choices.contains(value) {
            Vec::new()
        } else {
            vec![format!("{path}: {value} is no choice")]
        };
    }
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        _ => true,
    };
    if !fits {
        return vec![format!("{path}: {value} is no {}", schema["type"])];
    }
    let mut found = Vec::new();
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(broken(&schema["items"], item, &format!("{path}[{index}]")));
    }
    for (key, item) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => found.push(format!("{path}: unknown")),
            (Value::Null, more) => found.extend(broken(more, item, &path)),
            (known, _) => found.extend(broken(known, item, &path)),
        }
    }
    found
}

#[test]
fn what_the_reader_accepts_conforms() {
    for text in [STARTER, EVERYTHING, KEYS] {
        let mut value: Value = toml::from_str(text).unwrap();
        // The reader takes these where the schema, for completion in editors, lists the plain form only.
        for entry in value["timeline"].as_array_mut().into_iter().flatten() {
            if let Some(fault) = entry["service-outage"].as_object_mut() {
                fault.insert("ratio".into(), 0.5.into());
                fault.insert("service".into(), "rds".into());
            }
            entry.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        }
        assert_eq!(broken(&schema(), &value, "scenario"), Vec::<String>::new());
    }
}

#[test]
fn what_the_reader_refuses_does_not() {
    let value = serde_json::json!({ "duraton": "4h", "clients": { "a": { "rates": "5/s", "region": 1 } } });
    let found = broken(&schema(), &value, "scenario");
    assert_eq!(
        found,
        [
            "scenario.duraton: unknown",
            "scenario.clients.a.rates: unknown",
            "scenario.clients.a.region: 1 is no \"string\""
        ]
    );
}

#[test]
fn the_published_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scenario.schema.json");
    let current = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("MRKSIM_BLESS").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap_or_default() == current, "bless docs/scenario.schema.json");
}
