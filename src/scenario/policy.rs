//! Policies in AWS's JSON policy language: the name of a JSON file, or the policy itself as a table.

use super::context::Context;
use super::problem::Problem;
use super::shape::Form;
use super::source::Span;
use super::tree::{Node, Value};
use crate::services::Command;
use crate::services::iam::{Document, Malformed};
use crate::services::kms::vocabulary;
use crate::services::reference::references;
use serde_json::{Map, Number};

/// A policy.
pub const POLICY: Form = Form::Either(&[Form::Text, Form::Named(&Form::Any)]);
/// Several.
pub const POLICIES: Form = Form::List(&POLICY);

/// Whose a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Of keys: it says whom it speaks of.
    Keys,
    /// Of principals or their account: it speaks of them.
    Principals,
}

/// Reads a policy; what can have no effect in it is warned of.
///
/// # Errors
/// At the place within a table, or with the path within a file.
pub fn document(cx: &Context, v: &Value, of: Of) -> Result<Document, Problem> {
    let policy = parsed(cx, v)?;
    if policy.names_principals() != (of == Of::Keys) {
        let (message, help) = match of {
            Of::Keys => (
                "the policy of a key says in each statement whom it speaks of",
                "add a `Principal` to each, such as `{ AWS = \"arn:aws:iam::111122223333:root\" }`",
            ),
            Of::Principals => (
                "the policy of a principal or an account names no `Principal`",
                "leave `Principal` out: the policy speaks of those who hold it",
            ),
        };
        return Err(Problem::error(&v.span, message).help(help).rule("SIM-IAM-1"));
    }
    void(cx, &v.span, &policy);
    Ok(policy)
}

/// Warns of what can have no effect in the policy that a command puts on a key. What is wrong with a malformed one KMS
/// says when the command is run.
pub fn of_command(cx: &Context, at: &Span, command: &Command) {
    if let Some(Ok(policy)) = command.arguments.get("Policy").map(|argument| Document::parse(&argument.0)) {
        void(cx, at, &policy);
    }
}

fn void(cx: &Context, at: &Span, policy: &Document) {
    void_actions(cx, at, policy);
    void_conditions(cx, at, policy);
}

/// AWS takes a misspelt action without a word.
fn void_actions(cx: &Context, at: &Span, policy: &Document) {
    for (statement, action) in policy.unknown_actions("kms", &vocabulary::permissions()) {
        let problem =
            Problem::warning(at, format!("KMS has no action `{action}`, of which {statement} speaks"));
        cx.sink.report(problem.help(match action.as_str() {
            "kms:reencrypt" => {
                "ReEncrypt needs `kms:ReEncryptFrom` and `kms:ReEncryptTo`: write `kms:ReEncrypt*`"
            }
            _ => "nothing that is asked of KMS fits it: check its spelling",
        }));
    }
}

/// AWS takes a misspelt condition key without a word; and some keys are not modelled.
fn void_conditions(cx: &Context, at: &Span, policy: &Document) {
    let requests = cx
        .scenario
        .tables("principals")
        .iter()
        .filter_map(|entry| entry.value.table()?.get("request")?.table());
    let stated: Vec<&str> =
        requests.flat_map(|request| &request.entries).map(|entry| entry.key.as_str()).collect();
    for (statement, key) in policy.condition_keys("kms") {
        if vocabulary::knows(&key) || stated.iter().any(|stated| stated.eq_ignore_ascii_case(&key)) {
            continue;
        }
        let message = format!("no request has the condition key `{key}`, of which {statement} asks");
        cx.sink.report(Problem::warning(at, message).rule("SIM-IAM-2").help(
            "check its spelling, or say in `[principals.<name>.request]` with which value it comes with calls",
        ));
    }
}

fn parsed(cx: &Context, v: &Value) -> Result<Document, Problem> {
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
