//! The JSON Schema of a scenario file, made from what the reader accepts.

use super::faults;
use super::shape::{Form, Shape};
use super::whole::SCENARIO;
use serde_json::{Map, Value, json};

/// The JSON Schema (draft 2020-12) of a scenario file.
pub fn schema() -> Value {
    let mut schema = object(&SCENARIO);
    let faults = faults::kinds().flat_map(|kind| {
        let names = std::iter::once(&kind.name).chain(kind.aliases);
        names.map(|name| {
            let mut schema = object(kind.shape);
            if faults::is_pasted(name) {
                as_template(&mut schema);
            }
            ((*name).to_owned(), schema)
        })
    });
    if let Some(entry) = schema["properties"]["timeline"]["items"]["properties"].as_object_mut() {
        entry.extend(faults);
    }
    let mut whole = Map::new();
    whole.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    whole.insert("title".to_owned(), json!("mrksim scenario"));
    if let Value::Object(schema) = schema {
        whole.extend(schema);
    }
    Value::Object(whole)
}

/// The parameters of an AWS FIS action are taken as its templates have them, too.
fn as_template(schema: &mut Value) {
    let Some(properties) = schema["properties"].as_object_mut() else { return };
    properties.insert("duration".to_owned(), of(Form::Duration));
    if properties.contains_key("ratio") {
        let percent = json!({ "anyOf": [{ "type": "number" }, { "type": "string" }] });
        properties.insert("percentage".to_owned(), percent);
    }
    if let Some(operations) = properties.get_mut("operations") {
        *operations = json!({ "anyOf": [operations.take(), { "type": "string" }] });
    }
}

fn object(shape: &Shape) -> Value {
    let property = |field: &super::shape::Field| {
        let mut schema = of(field.form);
        schema["description"] = json!(field.says);
        (field.name.to_owned(), schema)
    };
    let properties: Map<String, Value> = shape.modelled().map(property).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn of(form: Form) -> Value {
    match form {
        Form::Text => json!({ "type": "string" }),
        Form::Integer => json!({ "type": "integer", "minimum": 0 }),
        Form::Share => json!({ "anyOf": [
            { "type": "number", "minimum": 0, "maximum": 1 },
            { "type": "string", "pattern": "^ *[0-9_.]+ *%$", "examples": ["50%"] },
        ] }),
        Form::Factor => json!({ "type": "number", "minimum": 1, "maximum": 1_000_000 }),
        Form::Price => json!({ "type": "number", "minimum": 0, "maximum": 1_000_000 }),
        Form::Flag => json!({ "type": "boolean" }),
        Form::OneOf(choices) => json!({ "enum": choices }),
        Form::OneOfNumbers(choices) => json!({ "enum": choices }),
        Form::Duration => json!({ "type": "string", "examples": ["90s", "1h30m", "PT10M"] }),
        Form::Law => {
            json!({ "type": "string", "examples": ["5s", "uniform(1s, 5s)", "lognormal(3.5ms, 0.5)"] })
        }
        Form::Rate => {
            json!({ "type": "string", "pattern": "^[0-9_.]+ */ *[smhd]$", "examples": ["50/s", "3/h"] })
        }
        Form::List(each) => json!({ "type": "array", "items": of(*each) }),
        Form::Table(shape) => object(shape),
        Form::Named(each) => json!({ "type": "object", "additionalProperties": of(*each) }),
        Form::Either(forms) => json!({ "anyOf": forms.iter().map(|form| of(*form)).collect::<Vec<_>>() }),
        Form::Any | Form::Later(_) => json!({}),
    }
}
