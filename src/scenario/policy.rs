//! Policies in AWS's JSON policy language: the name of a JSON file, or the policy itself as a table.

use super::context::Context;
use super::problem::Problem;
use super::shape::Form;
use super::source::Span;
use super::tree::{Node, Value};
use crate::services::iam::{Document, Malformed};
use crate::services::reference::references;
use serde_json::{Map, Number};

/// A policy.
pub const POLICY: Form = Form::Either(&[Form::Text, Form::Named(&Form::Any)]);
/// Several.
pub const POLICIES: Form = Form::List(&POLICY);

/// Reads a policy.
///
/// # Errors
/// At the place within a table, or with the path within a file.
pub fn document(cx: &Context, v: &Value) -> Result<Document, Problem> {
    let malformed = |error: Malformed| match v.text() {
        Some(file) => {
            let within = if error.path.is_empty() { String::new() } else { format!(" at `{}`", error.path) };
            Problem::error(&v.span, format!("`{file}` is no policy{within}: {}", error.message))
        }
        None => Problem::error(&place(v, &error.path), format!("this is no policy: {}", error.message)),
    };
    let text = match &v.node {
        Node::Text(file) => cx.files.text(cx, &v.span, file).map_err(|why| {
            Problem::error(&v.span, why)
                .help("a policy is a JSON file beside this one, or a table `{ Statement = [...] }`")
        })?,
        Node::Table(_) => json(v)?.to_string(),
        _ => {
            let message = format!("expected a policy, found {}", v.kind());
            return Err(Problem::error(&v.span, message)
                .help("write the name of a JSON file, or a table `{ Statement = [...] }`"));
        }
    };
    if let Some(key) = references(&text).iter().find(|found| cx.keys.position(&found.name).is_some()) {
        let message = format!("a policy knows no `${}`: key IDs are made when the run starts", key.name);
        return Err(Problem::error(&v.span, message).help(
            "name keys as `*`, by Region as `arn:aws:kms:eu-west-1:*:key/*`, or by the conditions \
             `aws:ResourceTag/...` and `kms:ResourceAliases`",
        ));
    }
    Document::parse(&text).map_err(malformed)
}

/// A value of TOML as JSON has it.
fn json(v: &Value) -> Result<serde_json::Value, Problem> {
    let not_json = || Problem::error(&v.span, "JSON has no such value").help("write it as a text");
    Ok(match &v.node {
        Node::Text(text) => text.as_str().into(),
        Node::Integer(number) => i64::try_from(*number).map_err(|_| not_json())?.into(),
        Node::Float(number) => Number::from_f64(*number).ok_or_else(not_json)?.into(),
        Node::Flag(flag) => (*flag).into(),
        Node::Date => return Err(not_json()),
        Node::List(items) => items.iter().map(json).collect::<Result<Vec<_>, _>>()?.into(),
        Node::Table(table) => {
            let one = |entry: &super::tree::Entry| Ok((entry.key.clone(), json(&entry.value)?));
            serde_json::Value::Object(table.entries.iter().map(one).collect::<Result<Map<_, _>, Problem>>()?)
        }
    })
}

/// Where a path such as `Statement[1].Effect` leads within a table: as far as it can be followed.
fn place(policy: &Value, path: &str) -> Span {
    let mut at = policy;
    for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
        let next = match step.strip_suffix(']').map(str::parse::<usize>) {
            Some(Ok(index)) => at.items().get(index),
            _ => at.table().and_then(|table| table.get(step)),
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    at.span.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::tree;

    #[test]
    fn a_path_leads_to_its_place_in_a_table() {
        let text = "p = { Statement = [{ Effect = 'Allow' }, { Action = ['kms:*', 'x'] }] }";
        let table = tree::parse(text, 0).unwrap();
        let at = |path: &str| &text[place(table.get("p").unwrap(), path)];
        assert_eq!(at("Statement[0].Effect"), "'Allow'");
        assert_eq!(at("Statement[1].Action[1]"), "'x'");
        assert_eq!(
            at("Statement[1].Resource"),
            "{ Action = ['kms:*', 'x'] }",
            "what is missing: where it should be"
        );
        assert_eq!(
            (at(""), at("Statement[7]")),
            (&text[4..], "[{ Effect = 'Allow' }, { Action = ['kms:*', 'x'] }]")
        );
    }
}
