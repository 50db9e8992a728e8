//! Faults of keys: KMS's own operations on the key of one Region, by nobody whom a policy could refuse.

use super::accounts;
use super::context::Context;
use super::faults::Kind;
use super::fields::Fields;
use super::problem::{Problem, listing, nearest};
use super::shape::{Form, Shape, TEXTS, field};
use super::stores;
use super::tree::Value;
use super::value;
use crate::faults::Fault;
use crate::services::api::{Argument, kebab};
use crate::services::kms::{self, KeySetup, SetId, api};
use crate::services::reference::references;
use crate::services::{Command, Plane};
use crate::sim::Span;
use crate::world::{RegionId, regions};
use serde_json::{Map, Value as Json, json};

const KEY: super::shape::Field = field("key", Form::Text, "the key");
const REGION: super::shape::Field =
    field("region", Form::Text, "the Region whose key is hit; related keys are not touched");

static KEY_DISABLED: Shape = Shape { what: "a key-disabled fault", fields: &[KEY, REGION] };

static KEY_PENDING_DELETION: Shape = Shape {
    what: "a key-pending-deletion fault",
    fields: &[KEY, REGION, field("window", Form::Duration, "the waiting period, 7d to 30d (30d)")],
};

static KEY_DELETED: Shape = Shape { what: "a key-deleted fault", fields: &[KEY, REGION] };

static KEY_MATERIAL_EXPIRED: Shape = Shape { what: "a key-material-expired fault", fields: &[KEY, REGION] };

static KEY_POLICY_DENY: Shape = Shape {
    what: "a key-policy-deny fault",
    fields: &[
        KEY,
        REGION,
        field(
            "principal",
            Form::Text,
            "whom the key policy then refuses; the rest of it is as the file declares",
        ),
        field("operations", TEXTS, "what it refuses, such as \"Decrypt\"; absent: everything"),
    ],
};

static GRANT_REVOKED: Shape = Shape {
    what: "a grant-revoked fault",
    fields: &[KEY, REGION, field("grant", Form::Text, "the grant's ID: `$name` of the step that saved it")],
};

static ALIAS_REPOINTED: Shape = Shape {
    what: "an alias-repointed fault",
    fields: &[
        field("alias", Form::Text, "the alias: `alias/<key of the file>`"),
        field("region", Form::Text, "the Region in which it changes"),
        field("key", Form::Text, "the key that it then names"),
    ],
};

/// Every fault of keys.
pub static KINDS: &[Kind] = &[
    Kind { name: "key-disabled", aliases: &[], shape: &KEY_DISABLED, read: key_disabled },
    Kind {
        name: "key-pending-deletion",
        aliases: &[],
        shape: &KEY_PENDING_DELETION,
        read: key_pending_deletion,
    },
    Kind { name: "key-deleted", aliases: &[], shape: &KEY_DELETED, read: key_deleted },
    Kind {
        name: "key-material-expired",
        aliases: &[],
        shape: &KEY_MATERIAL_EXPIRED,
        read: key_material_expired,
    },
    Kind { name: "key-policy-deny", aliases: &[], shape: &KEY_POLICY_DENY, read: key_policy_deny },
    Kind { name: "grant-revoked", aliases: &[], shape: &GRANT_REVOKED, read: grant_revoked },
    Kind { name: "alias-repointed", aliases: &[], shape: &ALIAS_REPOINTED, read: alias_repointed },
];

/// The key that a fault hits, where.
struct Hit<'a> {
    cx: &'a Context<'a>,
    key: &'a KeySetup,
    set: SetId,
    region: RegionId,
}

impl Hit<'_> {
    /// A key of the file, and a Region. It may be there later only: a step can replicate it.
    fn read<'a>(cx: &'a Context, fields: &Fields, keys: &'a [KeySetup]) -> Option<Hit<'a>> {
        let key = fields.need("key", |v| cx.keys.find(v));
        let region = fields.need("region", |v| cx.region(v));
        let (index, region) = (key?, region?);
        let key = keys.iter().find(|known| known.name == cx.keys.name(index))?;
        let hit = Hit { cx, key, set: SetId(index as u32), region };
        if !hit.is_there() {
            let message = format!("key `{}` is not in this Region at the start", key.name);
            fields.report(Problem::warning(&fields.value_place("region"), message));
        }
        Some(hit)
    }

    fn is_there(&self) -> bool {
        self.key.primary == self.region || self.key.replicas.contains(&self.region)
    }

    fn place(&self) -> &str {
        self.cx.regions.name(self.region.index())
    }

    /// The key by its ARN, which names it whoever owns it.
    fn arn(&self) -> String {
        format!("${}@{}", self.key.name, self.place())
    }

    /// An operation as the AWS CLI has it. Flags have no value.
    fn command(&self, name: &str, params: &[(&'static str, String)]) -> Option<Command> {
        let operation = api::OPERATIONS.iter().find(|operation| operation.name == name)?;
        let mut text = format!("aws kms {}", operation.cli_name());
        for (param, value) in params {
            text += &match value.as_str() {
                "true" => format!(" --{}", kebab(param)),
                value if value.contains(' ') || value.contains('"') => {
                    format!(" --{} '{value}'", kebab(param))
                }
                value => format!(" --{} {value}", kebab(param)),
            };
        }
        let arguments = params.iter().map(|(param, value)| (*param, Argument(value.clone()))).collect();
        text += &format!(" --region {}", self.place());
        Some(Command { text, operation, arguments, region: self.place().to_owned() })
    }

    /// The same for an operation whose one parameter is the key.
    fn on_key(&self, name: &str) -> Option<Command> {
        self.command(name, &[("KeyId", self.arn())])
    }

    fn fault(&self, kind: &'static str, start: Vec<Command>, lift: Vec<Command>) -> Fault {
        Fault::Key { kind, key: self.set, region: self.region, start, lift }
    }
}

fn key_disabled(cx: &Context, fields: &Fields, keys: &[KeySetup]) -> Option<Fault> {
    let hit = Hit::read(cx, fields, keys)?;
    Some(hit.fault("key-disabled", vec![hit.on_key("DisableKey")?], vec![hit.on_key("EnableKey")?]))
}

fn key_pending_deletion(cx: &Context, fields: &Fields, keys: &[KeySetup]) -> Option<Fault> {
    let hit = Hit::read(cx, fields, keys);
    let days = fields.read("window", |v| match value::duration(v)? {
        window if window.0.is_multiple_of(Span::DAY.0) && (7..=30).contains(&(window.0 / Span::DAY.0)) => {
            Ok(window.0 / Span::DAY.0)
        }
        _ => Err(Problem::error(&v.span, "a waiting period is a whole number of days from 7d to 30d")
            .rule("KMS-DEL-1")),
    });
    let hit = hit?;
    let window = ("PendingWindowInDays", days.unwrap_or(30).to_string());
    let start = vec![hit.command("ScheduleKeyDeletion", &[("KeyId", hit.arn()), window])?];
    // A cancelled deletion leaves the key Disabled.
    let lift = vec![hit.on_key("CancelKeyDeletion")?, hit.on_key("EnableKey")?];
    Some(hit.fault("key-pending-deletion", start, lift))
}

fn key_deleted(cx: &Context, fields: &Fields, keys: &[KeySetup]) -> Option<Fault> {
    let hit = Hit::read(cx, fields, keys)?;
    Some(Fault::KeyDeleted { key: hit.set, region: hit.region })
}

fn key_material_expired(cx: &Context, fields: &Fields, keys: &[KeySetup]) -> Option<Fault> {
    let hit = Hit::read(cx, fields, keys)?;
    if !hit.key.class.is_external() {
        let message = format!("key `{}` has no imported material that could expire", hit.key.name);
        fields.report(
            Problem::error(&fields.value_place("key"), message)
                .and(&cx.keys.at(hit.set.0 as usize), "the key")
                .help("material expires where `origin = \"EXTERNAL\"`"),
        );
    }
    Some(hit.fault("key-material-expired", vec![hit.on_key("DeleteImportedKeyMaterial")?], Vec::new()))
}

fn key_policy_deny(cx: &Context, fields: &Fields, keys: &[KeySetup]) -> Option<Fault> {
    let hit = Hit::read(cx, fields, keys);
    let principal = fields.need("principal", |v| match stores::principal(v)? {
        root if stores::is_root(&root) => Err(Problem::error(&v.span, "this fault refuses a role or a user")
            .help("name a client, a reader, or an `as` of a step")),
        principal => Ok(principal),
    });
    let actions = fields.each("operations", action);
    let (hit, principal) = (hit?, principal?);
    let declared = hit.key.policies.get(&hit.region).map(|policy| policy.text().to_owned());
    let declared = declared.unwrap_or_else(|| default_policy(cx, hit.key, hit.region));
    let actions = if actions.is_empty() { vec!["kms:*".to_owned()] } else { actions };
    let name = if principal.starts_with("user/") { principal } else { format!("role/{principal}") };
    let denied = json!({
        "Sid": "key-policy-deny",
        "Effect": "Deny",
        "Principal": "*",
        "Action": actions,
        "Resource": "*",
        "Condition": { "StringLike": { "aws:PrincipalArn": format!("arn:*:iam::*:{name}") } },
    });
    let put = |policy: String| {
        let bypass = ("BypassPolicyLockoutSafetyCheck", "true".to_owned());
        hit.command("PutKeyPolicy", &[("KeyId", hit.arn()), ("Policy", policy), bypass])
    };
    let denying = with_statement(&declared, denied)?;
    Some(hit.fault("key-policy-deny", vec![put(denying)?], vec![put(declared)?]))
}

/// The permission that an operation asks for.
pub fn action(v: &Value) -> Result<String, Problem> {
    let written = value::text(v)?;
    let names = api::OPERATIONS.iter().map(|operation| operation.name);
    match names.clone().find(|name| *name == written) {
        Some("ReEncrypt") => Ok("kms:ReEncrypt*".to_owned()),
        Some(name) => Ok(format!("kms:{name}")),
        None => {
            let problem = Problem::error(&v.span, format!("`{written}` is no operation of KMS"));
            let data = api::OPERATIONS.iter().filter(|operation| operation.plane == Plane::Data);
            Err(problem.help(match nearest(written, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("for example {}", listing(data.map(|operation| operation.name).take(3))),
            }))
        }
    }
}

/// The policy of a key that declares none.
fn default_policy(cx: &Context, key: &KeySetup, region: RegionId) -> String {
    let partition = regions::partition(cx.regions.name(region.index())).unwrap_or("aws");
    kms::default_key_policy(partition, accounts::id_of(cx, key.account))
}

/// A policy with one statement more.
fn with_statement(policy: &str, statement: Json) -> Option<String> {
    let mut policy: Map<String, Json> = serde_json::from_str(policy).ok()?;
    let statements = match policy.remove("Statement") {
        Some(Json::Array(mut statements)) => {
            statements.push(statement);
            statements
        }
        single => single.into_iter().chain([statement]).collect(),
    };
    policy.insert("Statement".to_owned(), statements.into());
    Some(Json::Object(policy).to_string())
}

fn grant_revoked(cx: &Context, fields: &Fields, keys: &[KeySetup]) -> Option<Fault> {
    let hit = Hit::read(cx, fields, keys);
    let grant = fields.need("grant", |v| {
        let text = value::text(v)?;
        let entries = cx.scenario.get("timeline").map(Value::items).unwrap_or_default();
        let saved = |name: &str| {
            entries.iter().any(|entry| {
                entry.table().and_then(|table| table.get("save")).and_then(Value::text) == Some(name)
            })
        };
        match references(text).iter().find(|reference| !saved(&reference.name)) {
            Some(reference) => {
                let message = format!("no step saves its answer as `{}`", reference.name);
                Err(Problem::error(&v.span, message).help("give the step that creates the grant a `save`"))
            }
            None => Ok(text.to_owned()),
        }
    });
    let hit = hit?;
    let start = hit.command("RevokeGrant", &[("KeyId", hit.arn()), ("GrantId", grant?)])?;
    Some(hit.fault("grant-revoked", vec![start], Vec::new()))
}

fn alias_repointed(cx: &Context, fields: &Fields, keys: &[KeySetup]) -> Option<Fault> {
    let hit = Hit::read(cx, fields, keys);
    let before = fields.need("alias", |v| {
        let Some(name) = value::text(v)?.strip_prefix("alias/") else {
            let problem = Problem::error(&v.span, "an alias begins with `alias/`");
            return Err(problem.help("the alias of a key of the file is `alias/<its name>`"));
        };
        let index = cx.keys.find_at(name, &cx.sources.part(&v.span, name, &(0..name.len())))?;
        Ok(keys.iter().find(|key| key.name == cx.keys.name(index)))
    });
    let (hit, before) = (hit?, before.flatten()?);
    if (before.account, hit.key.account) != (0, 0) {
        let problem = Problem::error(
            &fields.value_place("alias"),
            "this fault repoints aliases of the first account only",
        );
        fields.report(problem.help("`run = \"aws kms update-alias ...\"` with `as` repoints any other"));
    }
    let place = hit.place();
    let point = |to: &str| {
        let alias = format!("alias/{}", before.name);
        hit.command("UpdateAlias", &[("AliasName", alias), ("TargetKeyId", format!("${to}@{place}"))])
    };
    Some(hit.fault("alias-repointed", vec![point(&hit.key.name)?], vec![point(&before.name)?]))
}
