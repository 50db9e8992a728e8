//! `[accounts.<name>]` and `[principals.<name>]`: who owns, who asks, and which IAM policies go with them.

use super::context::Context;
use super::fields::Fields;
use super::policy::{self, Of, POLICIES, POLICY};
use super::problem::{Problem, nearest};
use super::shape::{Form, Shape, TEXT_BY_NAME, TEXTS, field};
use super::stores;
use super::tree::{Entry, Node, Value};
use super::value;
use crate::services::iam::{AccountSetup, Directory, PrincipalSetup};
use crate::services::kms::vocabulary;
use crate::world::RegionSet;

/// The account that owns everything where none is declared.
const ACCOUNT: &str = "111122223333";

/// `[accounts.<name>]`
pub static ACCOUNT_SHAPE: Shape = Shape {
    what: "an account",
    fields: &[
        field("id", Form::Text, "its twelve digits"),
        field("scp", POLICIES, "service control policies: each must leave an action allowed (KMS-POL-6)"),
        field("rcp", POLICIES, "resource control policies that bind its keys"),
        field("disabled-regions", TEXTS, "opt-in Regions that it has not enabled (KMS-REP-6)"),
        field(
            "management",
            Form::Flag,
            "the organisation's management account, which service control policies do not bind (false)",
        ),
    ],
};

/// `[principals.<name>]`
pub static PRINCIPAL: Shape = Shape {
    what: "a principal",
    fields: &[
        field("account", Form::Text, "its account (the first one declared)"),
        field("policies", POLICIES, "its IAM identity policies: these and no others; absent: none"),
        field("boundary", POLICY, "its permissions boundary"),
        field("session", POLICY, "the session policy with which the role was assumed"),
        field("tags", TEXT_BY_NAME, "its tags, which policies see as `aws:PrincipalTag/...`"),
        field(
            "request",
            TEXT_BY_NAME,
            "condition keys that come with its calls, such as `\"aws:SourceVpce\" = \"vpce-1\"`",
        ),
    ],
};

/// Reads every account and principal, in file order.
pub fn read(cx: &Context) -> Directory {
    let accounts: Vec<AccountSetup> =
        cx.scenario.tables("accounts").iter().map(|one| account(cx, one)).collect();
    let managing = cx.scenario.tables("accounts").iter().zip(&accounts).filter(|(_, one)| one.management);
    if let Some((entry, _)) = managing.skip(1).last() {
        cx.sink.report(Problem::error(&entry.at, "an organisation has one management account"));
    }
    let principals =
        cx.scenario.tables("principals").iter().filter_map(|entry| principal(cx, entry)).collect();
    misspelt(cx);
    match accounts.is_empty() {
        true => Directory::new(vec![nameless("main", ACCOUNT)], principals),
        false => Directory::new(accounts, principals),
    }
}

/// The account that a part names; the first one if it names none.
pub fn of(cx: &Context, fields: &Fields) -> usize {
    fields.read("account", |v| cx.accounts.find(v)).unwrap_or(0)
}

/// The twelve digits that an account states.
pub fn id_of<'a>(cx: &'a Context, account: usize) -> &'a str {
    let entry = cx.scenario.tables("accounts").get(account);
    entry.and_then(|entry| entry.value.table()?.get("id")?.text()).unwrap_or(ACCOUNT)
}

/// An account without any policies.
fn nameless(name: &str, id: &str) -> AccountSetup {
    AccountSetup {
        name: name.to_owned(),
        id: id.to_owned(),
        service_control: Vec::new(),
        resource_control: Vec::new(),
        disabled: RegionSet::default(),
        management: false,
    }
}

/// One account; what is wrong in it is reported, and it keeps its place, since others name it.
fn account(cx: &Context, entry: &Entry) -> AccountSetup {
    let unread = nameless(&entry.key, "000000000000");
    if !value::is_name(&entry.key) {
        cx.sink.report(value::not_a_name(&entry.at, &entry.key));
    }
    let Some(fields) = Fields::open(&entry.value, &entry.at, &ACCOUNT_SHAPE, cx.sink) else { return unread };
    let id = fields.need("id", |v| id(cx, v, entry));
    let service_control = fields.each("scp", |v| policy::document(cx, v, Of::Principals));
    let resource_control = fields.each("rcp", |v| policy::document(cx, v, Of::Keys));
    let disabled = fields.each("disabled-regions", |v| cx.region(v));
    let disabled = disabled.into_iter().fold(RegionSet::default(), RegionSet::with);
    let management = fields.read("management", value::flag).unwrap_or(false);
    if management && !service_control.is_empty() {
        let problem =
            Problem::warning(&fields.place("scp"), "service control policies do not bind this account");
        let problem = problem.and(&fields.place("management"), "it is the management account");
        fields.report(problem.label("without effect").rule("KMS-POL-6"));
    }
    AccountSetup {
        id: id.unwrap_or(unread.id),
        service_control,
        resource_control,
        disabled,
        management,
        ..unread
    }
}

/// Twelve digits that no other account has.
fn id(cx: &Context, v: &Value, own: &Entry) -> Result<String, Problem> {
    let Some(id) = v.text() else {
        return Err(Problem::error(&v.span, format!("expected twelve digits as a text, found {}", v.kind()))
            .help("write `id = \"111122223333\"`: a number would lose its leading zeros"));
    };
    if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        let problem = Problem::error(&v.span, format!("`{id}` is no account ID"));
        return Err(problem.help("an account ID has twelve digits, such as `111122223333`"));
    }
    let same = |other: &&Entry| {
        let its = other.value.table().and_then(|table| table.get("id")).and_then(Value::text);
        its == Some(id) && other.key != own.key
    };
    match cx.scenario.tables("accounts").iter().find(same) {
        Some(other) if other.at.start < own.at.start => {
            Err(Problem::error(&v.span, format!("two accounts have the ID `{id}`"))
                .and(&other.at, "the other account"))
        }
        _ => Ok(id.to_owned()),
    }
}

fn principal(cx: &Context, entry: &Entry) -> Option<PrincipalSetup> {
    if let Err(problem) = stores::principal_name(&entry.key, &entry.at) {
        cx.sink.report(problem);
    }
    if stores::is_root(&entry.key) {
        let problem = Problem::error(&entry.at, "the root of an account is not declared");
        cx.sink.report(problem.help("it has no policies: it may do whatever its account may"));
    }
    let fields = Fields::open(&entry.value, &entry.at, &PRINCIPAL, cx.sink)?;
    let document = |key| fields.read(key, |v| policy::document(cx, v, Of::Principals));
    Some(PrincipalSetup {
        name: entry.key.clone(),
        account: of(cx, &fields),
        policies: fields.each("policies", |v| policy::document(cx, v, Of::Principals)),
        boundary: document("boundary"),
        session: document("session"),
        tags: fields.read("tags", value::texts).unwrap_or_default(),
        request: fields.read("request", condition_keys).unwrap_or_default(),
    })
}

/// Condition keys have a prefix; a key without one would never be looked at.
fn condition_keys(v: &Value) -> Result<std::collections::BTreeMap<String, String>, Problem> {
    let keys = value::texts(v)?;
    let entries = v.table().map(|table| table.entries.as_slice()).unwrap_or_default();
    match entries.iter().find(|entry| !entry.key.starts_with("aws:") && !entry.key.starts_with("kms:")) {
        Some(entry) => {
            let message = format!("`{}` is no condition key of AWS or KMS", entry.key);
            Err(Problem::error(&entry.at, message)
                .help("a condition key begins with `aws:` or `kms:`, such as `aws:SourceVpce`"))
        }
        None => match entries.iter().find(|entry| vocabulary::is_settled(&entry.key)) {
            None => Ok(keys),
            Some(entry) => {
                let message = format!("`{}` follows from who calls and what is asked", entry.key);
                Err(Problem::error(&entry.at, message).help("leave it out"))
            }
        },
    }
}

/// Every place at which a scenario names who asks.
fn named(cx: &Context) -> Vec<Value> {
    let mut found = Vec::new();
    for entry in cx.scenario.get("timeline").map(Value::items).unwrap_or_default() {
        let Some(table) = entry.table() else { continue };
        let refused = table.get("key-policy-deny").and_then(|fault| fault.table()?.get("principal"));
        let attacker = table.get("account-compromise").and_then(|fault| fault.table()?.get("principal"));
        found.extend(table.get("as").into_iter().chain(refused).chain(attacker).cloned());
    }
    for (part, key) in [("stores", "readers"), ("clients", "principal")] {
        for v in cx.scenario.tables(part).iter().filter_map(|entry| entry.value.table()?.get(key)) {
            match &v.node {
                Node::List(several) => found.extend(several.iter().cloned()),
                _ => found.push(v.clone()),
            }
        }
    }
    found
}

/// An undeclared principal may do everything that key policies leave to IAM: a misspelt name must not slip through.
fn misspelt(cx: &Context) {
    for v in named(cx) {
        let Some(name) = v.text().filter(|name| cx.principals.position(name).is_none()) else { continue };
        if let Some(account) = name.strip_suffix("/root").filter(|_| stores::is_root(name)) {
            if let Err(problem) = cx.accounts.find_at(account, &v.span) {
                cx.sink.report(problem);
            }
            continue;
        }
        if let Some(near) = nearest(name, cx.principals.iter()) {
            let at = cx.principals.position(near).map_or(v.span.clone(), |index| cx.principals.at(index));
            cx.sink.report(
                Problem::warning(&v.span, format!("principal `{name}` is not declared"))
                    .and(&at, format!("`{near}` is declared here"))
                    .help(format!(
                        "did you mean `{near}`? An undeclared principal may do everything that key policies leave to IAM"
                    )),
            );
        }
    }
}
