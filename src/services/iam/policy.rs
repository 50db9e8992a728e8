//! Policy documents: AWS's JSON policy language, read strictly.

use super::conditions::{Condition, Operator};
use super::json::Strict;
use super::pattern::Pattern;
use super::principals::Named;
use serde_json::{Map, Value};

/// A policy in AWS's JSON policy language, read and checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    text: String,
    pub(super) statements: Vec<Statement>,
}

/// One statement: to whom, what, on what and when it says Allow or Deny.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// `Sid` if it has one, else its place: `Statement[1]`.
    pub name: String,
    pub effect: Effect,
    /// Absent in the policies of principals, accounts and sessions.
    pub principals: Option<Choice<Named>>,
    pub actions: Choice<Pattern>,
    pub resources: Choice<Pattern>,
    pub conditions: Vec<Condition>,
}

/// What a statement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// `Action` or `NotAction`, `Principal` or `NotPrincipal`, `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice<T> {
    /// All but these.
    pub except: bool,
    pub among: Vec<T>,
}

/// Why a text is no policy document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Malformed {
    /// What is wrong, in one line.
    pub message: String,
    /// Where, as a path: `Statement[1].Effect`; empty: the document.
    pub path: String,
}

impl Document {
    /// The longest document, in characters: what the service model of KMS allows a key policy (KMS-POL-12).
    pub const LONGEST: usize = 131_072;

    /// Reads a policy document.
    ///
    /// # Errors
    /// If the text is longer than [`LONGEST`](Document::LONGEST), is no JSON object or departs from the policy grammar.
    pub fn parse(text: &str) -> Result<Document, Malformed> {
        if text.len() > Document::LONGEST && text.chars().count() > Document::LONGEST {
            return Err(at("", format!("the policy has more than {} characters", Document::LONGEST)));
        }
        let Strict(value) = serde_json::from_str(text).map_err(|error| at("", error.to_string()))?;
        let policy = object(&value, "")?;
        known(policy, "", &["Version", "Id", "Statement"])?;
        let variables = match policy.get("Version").map(|version| text_of(version, "Version")).transpose()? {
            None | Some("2008-10-17") => false,
            Some("2012-10-17") => true,
            Some(other) => {
                return Err(at("Version", format!("`{other}` is neither 2012-10-17 nor 2008-10-17")));
            }
        };
        policy.get("Id").map(|id| text_of(id, "Id")).transpose()?;
        let statements = match policy.get("Statement") {
            None => return Err(at("", "the policy has no Statement")),
            Some(Value::Array(list)) if list.is_empty() => return Err(at("Statement", "the list is empty")),
            Some(Value::Array(list)) => {
                let each = |(i, value)| statement(value, &format!("Statement[{i}]"), variables);
                list.iter().enumerate().map(each).collect::<Result<Vec<_>, _>>()?
            }
            Some(value) => vec![statement(value, "Statement", variables)?],
        };
        let first = statements[0].principals.is_some();
        if let Some(odd) = statements.iter().find(|statement| statement.principals.is_some() != first) {
            let message =
                "some statements name principals and some do not: a policy is that of a resource or not";
            return Err(at(&odd.name, message));
        }
        Ok(Document { text: text.to_owned(), statements })
    }

    /// The document as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether its statements name principals: so do the policies of resources (key policies, resource control
    /// policies) and no others.
    pub fn names_principals(&self) -> bool {
        self.statements.iter().all(|statement| statement.principals.is_some())
    }
}

fn statement(value: &Value, path: &str, variables: bool) -> Result<Statement, Malformed> {
    let fields = object(value, path)?;
    let elements = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    known(fields, path, &elements)?;
    let sid = fields.get("Sid").map(|sid| text_of(sid, &under(path, "Sid"))).transpose()?;
    let effect = match fields.get("Effect").and_then(Value::as_str) {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err(at(&under(path, "Effect"), "Effect must be Allow or Deny")),
    };
    let principals = match choice(fields, path, "Principal", "NotPrincipal")? {
        None => None,
        Some((true, _, path)) if effect == Effect::Allow => {
            return Err(at(
                &path,
                "NotPrincipal stands with Deny only: with Allow it would let everyone else in",
            ));
        }
        Some((except, value, path)) => Some(Choice { except, among: principals(value, &path)? }),
    };
    let Some((except, value, at_action)) = choice(fields, path, "Action", "NotAction")? else {
        return Err(at(path, "the statement has neither Action nor NotAction"));
    };
    let actions = Choice { except, among: patterns(value, &at_action, action)? };
    let Some((except, value, at_resource)) = choice(fields, path, "Resource", "NotResource")? else {
        return Err(at(path, "the statement has neither Resource nor NotResource"));
    };
    let read = |text: &str| resource(text, variables);
    let resources = Choice { except, among: patterns(value, &at_resource, read)? };
    let conditions = match fields.get("Condition") {
        None => Vec::new(),
        Some(value) => conditions(value, &under(path, "Condition"), variables)?,
    };
    let name = sid.filter(|sid| !sid.is_empty()).map_or_else(|| path.to_owned(), |sid| format!("\"{sid}\""));
    Ok(Statement { name, effect, principals, actions, resources, conditions })
}

/// One of two elements that exclude each other: whether it is the second, its value and path.
fn choice<'a>(
    fields: &'a Map<String, Value>,
    path: &str,
    these: &str,
    all_but_these: &str,
) -> Result<Option<(bool, &'a Value, String)>, Malformed> {
    match (fields.get(these), fields.get(all_but_these)) {
        (None, None) => Ok(None),
        (Some(value), None) => Ok(Some((false, value, under(path, these)))),
        (None, Some(value)) => Ok(Some((true, value, under(path, all_but_these)))),
        (Some(_), Some(_)) => Err(at(path, format!("{these} and {all_but_these} exclude each other"))),
    }
}

/// `"*"`, or an object of kinds of principal.
fn principals(value: &Value, path: &str) -> Result<Vec<Named>, Malformed> {
    if value.as_str() == Some("*") {
        return Ok(vec![Named::Everyone]);
    }
    let kinds = object(value, path)?;
    known(kinds, path, &["AWS", "Service", "Federated", "CanonicalUser"])?;
    let mut named = Vec::new();
    for (kind, value) in kinds {
        let path = under(path, kind);
        for text in texts(value, &path)? {
            named.push(match kind.as_str() {
                "AWS" => Named::read(&text)
                    .ok_or_else(|| at(&path, format!("`{text}` is no account, role, user or session")))?,
                _ => Named::Elsewhere,
            });
        }
    }
    match named.is_empty() {
        true => Err(at(path, "no principal is named")),
        false => Ok(named),
    }
}

fn patterns(
    value: &Value,
    path: &str,
    read: impl Fn(&str) -> Result<Pattern, String>,
) -> Result<Vec<Pattern>, Malformed> {
    texts(value, path)?.iter().map(|text| read(text).map_err(|message| at(path, message))).collect()
}

/// `*`, or a service and its action; case does not matter.
fn action(text: &str) -> Result<Pattern, String> {
    let service = |service: &str| {
        !service.is_empty() && service.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match text.split_once(':') {
        Some((prefix, name)) if service(prefix) && !name.is_empty() => {}
        None if text == "*" => {}
        _ => return Err(format!("`{text}` is neither * nor an action such as kms:Decrypt")),
    }
    Pattern::read(&text.to_ascii_lowercase(), false)
}

/// `*` or an ARN.
fn resource(text: &str, variables: bool) -> Result<Pattern, String> {
    match text == "*" || text.starts_with("arn:") {
        true => Pattern::read(text, variables),
        false => Err(format!("`{text}` is neither * nor an ARN")),
    }
}

fn conditions(value: &Value, path: &str, variables: bool) -> Result<Vec<Condition>, Malformed> {
    let mut found = Vec::new();
    for (name, keys) in object(value, path)? {
        let path = under(path, name);
        let operator = Operator::read(name)
            .ok_or_else(|| at(&path, format!("there is no condition operator `{name}`")))?;
        for (key, value) in object(keys, &path)? {
            let path = under(&path, key);
            if key.is_empty() {
                return Err(at(&path, "the condition key has no name"));
            }
            let values = texts(value, &path)?;
            found.push(
                Condition::read(operator, key, &values, variables).map_err(|message| at(&path, message))?,
            );
        }
    }
    Ok(found)
}

/// A text, number or truth value, or a list of them that is not empty.
fn texts(value: &Value, path: &str) -> Result<Vec<String>, Malformed> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(at(path, "a text or a list of texts is expected")),
    };
    match value {
        Value::Array(list) if list.is_empty() => Err(at(path, "the list is empty")),
        Value::Array(list) => list.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

fn text_of<'a>(value: &'a Value, path: &str) -> Result<&'a str, Malformed> {
    value.as_str().ok_or_else(|| at(path, "a text is expected"))
}

fn object<'a>(value: &'a Value, path: &str) -> Result<&'a Map<String, Value>, Malformed> {
    value.as_object().ok_or_else(|| at(path, "a JSON object is expected"))
}

fn known(fields: &Map<String, Value>, path: &str, elements: &[&str]) -> Result<(), Malformed> {
    match fields.keys().find(|name| !elements.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(at(&under(path, name), format!("there is no element `{name}` here"))),
    }
}

fn under(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn at(path: &str, message: impl Into<String>) -> Malformed {
    Malformed { message: message.into(), path: path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> (String, String) {
        let Malformed { message, path } = Document::parse(text).expect_err(text);
        (path, message)
    }

    #[test]
    fn both_ways_of_writing_are_read() {
        let list = r#"{"Version": "2012-10-17", "Id": "x", "Statement": [{"Sid": "A b", "Effect": "Allow",
            "Principal": {"AWS": ["111122223333", "*"], "Service": "s3.amazonaws.com"},
            "Action": ["kms:*", "kms:Get*"], "Resource": ["*"],
            "Condition": {"Bool": {"kms:MultiRegion": true}, "NumericLessThan": {"x:y": [1, "2.5"]}}}]}"#;
        let document = Document::parse(list).expect("well formed");
        assert_eq!((document.text(), document.names_principals()), (list, true));
        assert_eq!(document.statements[0].name, "\"A b\"");
        let single =
            r#"{"Statement": {"Effect": "Deny", "NotAction": "*", "NotResource": "arn:aws:kms:*:*:key/*"}}"#;
        let document = Document::parse(single).expect("well formed");
        assert!(!document.names_principals() && document.statements[0].actions.except);
    }

    #[test]
    fn departures_are_told_with_their_place() {
        let statement =
            |statement: &str| wrong(&format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#)).0;
        for (text, path) in [
            (r#"{"Effect":"allow","Action":"*","Resource":"*"}"#, "Statement[0].Effect"),
            (r#"{"Action":"*","Resource":"*"}"#, "Statement[0].Effect"),
            (r#"{"Effect":"Deny","Resource":"*"}"#, "Statement[0]"),
            (r#"{"Effect":"Deny","Action":"*"}"#, "Statement[0]"),
            (r#"{"Effect":"Deny","Action":"*","NotAction":"*","Resource":"*"}"#, "Statement[0]"),
            (r#"{"Effect":"Deny","Action":"*","Resource":"*","Conditions":{}}"#, "Statement[0].Conditions"),
            (r#"{"Effect":"Deny","Action":[],"Resource":"*"}"#, "Statement[0].Action"),
            (r#"{"Effect":"Deny","Action":"Decrypt","Resource":"*"}"#, "Statement[0].Action"),
            (r#"{"Effect":"Deny","Action":"*","Resource":"key/*"}"#, "Statement[0].Resource"),
            (r#"{"Effect":"Deny","Action":"*","Resource":"arn:aws:kms:${"}"#, "Statement[0].Resource"),
            (r#"{"Effect":"Deny","Action":"*","Resource":{}}"#, "Statement[0].Resource"),
            (
                r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringIs":{"a:b":"c"}}}"#,
                "Statement[0].Condition.StringIs",
            ),
            (
                r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NullIfExists":{"a:b":"true"}}}"#,
                "Statement[0].Condition.NullIfExists",
            ),
            (
                r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"a:b":"yes"}}}"#,
                "Statement[0].Condition.Bool.a:b",
            ),
            (
                r#"{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:role/*"},"Action":"*","Resource":"*"}"#,
                "Statement[0].Principal.AWS",
            ),
            (
                r#"{"Effect":"Deny","Principal":{"Person":"me"},"Action":"*","Resource":"*"}"#,
                "Statement[0].Principal.Person",
            ),
            (
                r#"{"Effect":"Allow","NotPrincipal":"*","Action":"*","Resource":"*"}"#,
                "Statement[0].NotPrincipal",
            ),
            (
                r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"}"#,
                "Statement[1]",
            ),
        ] {
            assert_eq!(statement(text), path, "{text}");
        }
        for (text, path) in [
            ("", ""),
            ("[]", ""),
            ("{", ""),
            ("{}", ""),
            (r#"{"Version":"2024-01-01","Statement":[]}"#, "Version"),
            (r#"{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}"#, ""),
            (r#"{"Statement":[]}"#, "Statement"),
            (r#"{"Statement":["x"]}"#, "Statement[0]"),
            (r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"},"Name":"x"}"#, "Name"),
        ] {
            assert_eq!(wrong(text).0, path, "{text}");
        }
        assert!(wrong(r#"{"Id":"a","Id":"b"}"#).1.contains("`Id` stands twice"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,60}", value in r#"(\*|arn:|kms:|\$\{|\}|:|,|'|[a-z]|é){0,12}"#) {
            let _ = Document::parse(&text);
            let value = serde_json::Value::from(value.as_str());
            for element in ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"] {
                let mut statement = serde_json::json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
                statement[element] = value.clone();
                let _ = Document::parse(&serde_json::json!({"Version": "2012-10-17", "Statement": statement}).to_string());
            }
        }
    }

    #[test]
    fn a_huge_text_is_refused_and_a_long_one_read() {
        let policy = |id: &str| {
            format!(r#"{{"Id":"{id}","Statement":{{"Effect":"Deny","Action":"*","Resource":"*"}}}}"#)
        };
        let frame = policy("").len();
        assert!(Document::parse(&policy(&"é".repeat(Document::LONGEST - frame))).is_ok());
        assert!(Document::parse(&policy(&"é".repeat(Document::LONGEST - frame + 1))).is_err());
        assert!(Document::parse(&"[".repeat(1_000_000)).is_err());
        assert!(Document::parse(&"[".repeat(100_000)).is_err());
    }
}
