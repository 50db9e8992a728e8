//! `[keys.<name>]`: KMS keys that exist at time 0.

use super::accounts;
use super::context::Context;
use super::fields::Fields;
use super::policy::{self, Of, POLICY};
use super::problem::{Problem, listing};
use super::shape::{Form, Shape, TEXT_BY_NAME, TEXTS, field};
use super::tree::{Entry, Value};
use super::value;
use crate::services::iam::{Directory, Document};
use crate::services::kms::{Imported, KeyClass, KeySetup, KeySpec, KeyUsage, Origin};
use crate::sim::Span;
use crate::world::{RegionId, regions};
use std::collections::BTreeMap;

const SPECS: &[&str] = &[
    "SYMMETRIC_DEFAULT",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "ECC_NIST_EDWARDS25519",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "SM2",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "ML_KEM_512",
    "ML_KEM_768",
    "ML_KEM_1024",
];
const USAGES: &[&str] =
    &["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT", "ENCAPSULATE_DECAPSULATE"];
const ORIGINS: &[(&str, Origin)] = &[("AWS_KMS", Origin::AWS_KMS), ("EXTERNAL", Origin::EXTERNAL)];

/// `[keys.<name>]`
pub static KEY: Shape = Shape {
    what: "a key",
    fields: &[
        field(
            "kind",
            Form::OneOf(&["multi-region", "single-region"]),
            "multi-Region (a primary key and replica keys) or single-Region",
        ),
        field("primary", Form::Text, "the Region of the primary key, or of the single-Region key"),
        field("replicas", TEXTS, "the Regions of the replica keys"),
        field("aliases", TEXTS, "the Regions in which `alias/<name>` exists; absent: wherever the key does"),
        field("spec", Form::OneOf(SPECS), "the key spec (SYMMETRIC_DEFAULT)"),
        field("usage", Form::OneOf(USAGES), "the key usage; may be left out for a symmetric key only"),
        field("origin", Form::OneOf(&["AWS_KMS", "EXTERNAL"]), "where the key material comes from (AWS_KMS)"),
        field("material", Form::Table(&MATERIAL), "imported key material; absent: in every Region, for good"),
        field(
            "rotation",
            Form::Duration,
            "the period of automatic rotation, 90d to 2560d, of a symmetric AWS_KMS key; absent: off",
        ),
        field("policy", POLICY, "the key policy in every Region; absent: the default key policy"),
        field("policies", Form::Named(&POLICY), "the key policy in a Region that has another"),
        field("tags", TEXT_BY_NAME, "the tags in every Region"),
        field("account", Form::Text, "the account that owns it (the first one declared)"),
    ],
};

/// `material`
pub static MATERIAL: Shape = Shape {
    what: "imported material",
    fields: &[
        field(
            "expires",
            Form::Either(&[Form::Duration, Form::Named(&Form::Duration)]),
            "when it expires, from the start of the run, up to 365d: everywhere, or Region by Region; absent: never",
        ),
        field("missing", TEXTS, "the Regions whose key has none: PendingImport"),
    ],
};

/// The periods of automatic rotation (KMS-ROT-2).
const ROTATION: std::ops::RangeInclusive<u64> = 90..=2560;
/// The longest validity of imported material (KMS-IMP-5).
const LONGEST_VALIDITY: Span = Span::days(365);

/// Reads every key, in file order.
pub fn read(cx: &Context, directory: &Directory) -> Vec<KeySetup> {
    cx.scenario.tables("keys").iter().filter_map(|entry| key(cx, directory, entry)).collect()
}

/// A key policy; of whom it speaks should be there.
fn key_policy(cx: &Context, directory: &Directory, v: &Value) -> Result<Document, Problem> {
    let policy = policy::document(cx, v, Of::Keys)?;
    if let Some(missing) = directory.missing_principal(&policy) {
        let message = format!("the key policy names `{missing}`, who is nobody in this scenario");
        let problem = Problem::warning(&v.span, message).rule("KMS-POL-11");
        cx.sink.report(problem.help("declare the account under `[accounts]`, the role or user under `[principals]`; KMS takes no policy that names nobody"));
    }
    Ok(policy)
}

fn key(cx: &Context, directory: &Directory, entry: &Entry) -> Option<KeySetup> {
    if !value::is_name(&entry.key) {
        cx.sink.report(value::not_a_name(&entry.at, &entry.key));
    }
    let fields = Fields::open(&entry.value, &entry.at, &KEY, cx.sink)?;
    let account = accounts::of(cx, &fields);
    let class = class(&fields);
    let tags = fields.read("tags", tags).unwrap_or_default();
    let whole = fields.read("policy", |v| key_policy(cx, directory, v));
    let place = place(cx, &fields)?;
    let mut policies: BTreeMap<RegionId, _> =
        whole.into_iter().flat_map(|policy| place.regions().map(move |at| (at, policy.clone()))).collect();
    if let Some(v) = fields.get("policies") {
        policies.extend(place.by_region(cx, v, "the key policy", |v| key_policy(cx, directory, v)));
    }
    Some(KeySetup {
        name: entry.key.clone(),
        multi_region: place.multi_region,
        primary: place.primary,
        aliases: aliases(cx, &fields, &place),
        class,
        account,
        rotation: rotation(&fields, class, &place),
        policies,
        tags: match tags.is_empty() {
            true => BTreeMap::new(),
            false => place.regions().map(|at| (at, tags.clone())).collect(),
        },
        material: material(cx, &fields, class, &place),
        replicas: place.replicas,
    })
}

/// In which Regions a key is.
struct Place {
    multi_region: bool,
    primary: RegionId,
    replicas: Vec<RegionId>,
    /// What a single-Region key says of replicas: it was multi-Region before something was laid over it, and all that
    /// it says of other Regions is without effect.
    ignored: Vec<RegionId>,
}

impl Place {
    fn regions(&self) -> impl Iterator<Item = RegionId> {
        std::iter::once(self.primary).chain(self.replicas.iter().copied())
    }

    /// The Region named at a place, if the key is there; nothing, and a warning, where it would be as multi-Region key.
    fn member(&self, cx: &Context, name: &str, at: &super::source::Span, what: &str) -> Option<RegionId> {
        let region = RegionId(cx.sink.take(cx.regions.find_at(name, at))? as u8);
        if self.regions().any(|own| own == region) {
            return Some(region);
        }
        cx.sink.report(match self.ignored.contains(&region) {
            true => Problem::warning(at, format!("{what} of a replica key: the key is single-Region"))
                .label("ignored"),
            false => {
                let names: Vec<&str> = self.regions().map(|own| cx.regions.name(own.index())).collect();
                Problem::error(at, format!("{what} needs a key in its Region"))
                    .help(format!("the key is in {}", listing(names)))
            }
        });
        None
    }

    /// What a table says Region by Region.
    fn by_region<T>(
        &self,
        cx: &Context,
        v: &Value,
        what: &str,
        read: impl Fn(&Value) -> Result<T, Problem>,
    ) -> BTreeMap<RegionId, T> {
        let Some(table) = v.table() else {
            let problem = Problem::error(&v.span, format!("expected a table, found {}", v.kind()));
            cx.sink.report(problem.help("write `{ eu-west-1 = ... }`"));
            return BTreeMap::new();
        };
        let one = |entry: &Entry| {
            let read = cx.sink.take(read(&entry.value));
            Some((self.member(cx, &entry.key, &entry.at, what)?, read?))
        };
        table.entries.iter().filter_map(one).collect()
    }
}

fn place(cx: &Context, fields: &Fields) -> Option<Place> {
    let kinds = [("multi-region", true), ("single-region", false)];
    let multi_region = fields.need("kind", |v| value::one_of(v, &kinds));
    let primary = fields.need("primary", |v| cx.region(v));
    let replicas = fields.each("replicas", |v| match (cx.region(v)?, primary) {
        (region, Some(primary)) if region == primary => {
            let problem = Problem::error(&v.span, "a replica key cannot be in the primary key's Region");
            Err(problem.and(&fields.place("primary"), "the primary key is here").rule("KMS-REP-4"))
        }
        (region, _) => Ok((region, v)),
    });
    for (index, (region, v)) in replicas.iter().enumerate() {
        if replicas[..index].iter().any(|(other, _)| other == region) {
            let message = format!("two replica keys in Region `{}`", cx.regions.name(region.index()));
            cx.sink.report(Problem::error(&v.span, message).rule("KMS-REP-4"));
        }
        let partition =
            |region: RegionId| regions::partition(cx.regions.name(region.index())).unwrap_or("aws");
        if primary.is_some_and(|primary| partition(primary) != partition(*region)) {
            cx.sink.report(
                Problem::error(&v.span, "related keys cannot be in different partitions")
                    .help("`aws`, `aws-cn`, `aws-us-gov` and `aws-eusc` are separate partitions")
                    .rule("KMS-REP-5"),
            );
        }
    }
    let replicas: Vec<RegionId> = replicas.into_iter().map(|(region, _)| region).collect();
    match (multi_region?, primary?) {
        (true, primary) => Some(Place { multi_region: true, primary, replicas, ignored: Vec::new() }),
        (false, primary) => {
            if !replicas.is_empty() {
                let problem =
                    Problem::warning(&fields.place("replicas"), "a single-Region key has no replicas");
                cx.sink
                    .report(problem.label("ignored").and(&fields.place("kind"), "the key is single-Region"));
            }
            Some(Place { multi_region: false, primary, replicas: Vec::new(), ignored: replicas })
        }
    }
}

fn aliases(cx: &Context, fields: &Fields, place: &Place) -> Option<Vec<RegionId>> {
    fields.get("aliases")?;
    let listed = fields.each("aliases", |v| Ok((value::text(v)?, v)));
    Some(listed.iter().filter_map(|(name, v)| place.member(cx, name, &v.span, "an alias")).collect())
}

/// Spec, usage and origin, if they fit (KMS-CRE-4, KMS-CRE-5).
fn class(fields: &Fields) -> KeyClass {
    let default = KeyClass::default();
    let specs: Vec<_> = KeySpec::ALL.iter().map(|spec| (spec.name(), *spec)).collect();
    let spec = fields.read("spec", |v| value::one_of(v, &specs)).unwrap_or(default.spec);
    let possible: Vec<KeyUsage> = spec.uses().iter().map(|(usage, _)| *usage).collect();
    let names = || listing(possible.iter().map(|usage| usage.name()));
    let every: Vec<_> = KeyUsage::ALL.iter().map(|usage| (usage.name(), *usage)).collect();
    let usage = fields.read("usage", |v| match value::one_of(v, &every)? {
        usage if possible.contains(&usage) => Ok(usage),
        usage => {
            let message = format!("a key of spec `{}` cannot be for {}", spec.name(), usage.name());
            Err(Problem::error(&v.span, message)
                .and(&fields.place("spec"), "its spec")
                .help(format!("it can be for {}", names()))
                .rule("KMS-CRE-5"))
        }
    });
    if fields.get("usage").is_none() && spec != KeySpec::SYMMETRIC_DEFAULT {
        let message = format!("a key of spec `{}` needs `usage`", spec.name());
        fields.report(
            Problem::error(&fields.value_place("spec"), message)
                .help(format!("it can be for {}", names()))
                .rule("KMS-CRE-5"),
        );
    }
    let origin = fields.read("origin", |v| match v.text() {
        Some(store @ ("AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE")) => {
            Err(Problem::later(&v.span, store, "custom key stores are outside the scope"))
        }
        _ => value::one_of(v, ORIGINS),
    });
    KeyClass { spec, usage: usage.unwrap_or(possible[0]), origin: origin.unwrap_or(default.origin) }
}

fn rotation(fields: &Fields, class: KeyClass, place: &Place) -> Option<Span> {
    let period = fields.read("rotation", |v| {
        let refused = |message, rule| Err(Problem::error(&v.span, message).rule(rule));
        match value::duration(v)? {
            _ if !class.is_symmetric() => refused("only symmetric keys rotate automatically", "KMS-ROT-1"),
            _ if class.is_external() => {
                refused("a key with imported material does not rotate automatically", "KMS-IMP-15")
            }
            period
                if period.0.is_multiple_of(Span::DAY.0) && ROTATION.contains(&(period.0 / Span::DAY.0)) =>
            {
                Ok(period)
            }
            _ => {
                let message = "a rotation period is a whole number of days from 90d to 2560d";
                Err(Problem::error(&v.span, message).help("AWS's default is `365d`").rule("KMS-ROT-2"))
            }
        }
    })?;
    if place.ignored.is_empty() {
        return Some(period);
    }
    let problem =
        Problem::warning(&fields.place("rotation"), "rotation of a set, but the key is single-Region");
    fields.report(problem.label("ignored").help("a single-Region key that states no `replicas` rotates"));
    None
}

/// The tags of a key, as TagResource takes them.
fn tags(v: &Value) -> Result<BTreeMap<String, String>, Problem> {
    let tags = value::texts(v)?;
    let fits = |entry: &&Entry| {
        let value = entry.value.text().unwrap_or_default();
        (1..=128).contains(&entry.key.chars().count())
            && value.chars().count() <= 256
            && !entry.key.to_lowercase().starts_with("aws:")
    };
    let entries = v.table().map(|table| table.entries.as_slice()).unwrap_or_default();
    match entries.iter().find(|entry| !fits(entry)) {
        Some(entry) => Err(Problem::error(&entry.at, format!("`{}` cannot be a tag of a key", entry.key))
            .help("a tag key has 1 to 128 characters and does not begin with `aws:`, a value has up to 256")),
        None => Ok(tags),
    }
}

/// Imported key material: everywhere and for good, unless the key says otherwise.
fn material(cx: &Context, fields: &Fields, class: KeyClass, place: &Place) -> BTreeMap<RegionId, Imported> {
    let stated = fields.get("material");
    if !class.is_external() {
        if stated.is_some() {
            let problem = Problem::error(&fields.place("material"), "KMS made this key's material itself");
            fields
                .report(problem.help("material is imported where `origin = \"EXTERNAL\"`").rule("KMS-IMP-1"));
        }
        return BTreeMap::new();
    }
    let mut found: BTreeMap<RegionId, Imported> =
        place.regions().map(|at| (at, Imported { expires: None })).collect();
    let Some(part) = stated.and_then(|v| Fields::open(v, &v.span, &MATERIAL, cx.sink)) else { return found };
    let mut expiring = BTreeMap::new();
    match part.get("expires") {
        Some(v) if v.table().is_some() => expiring = place.by_region(cx, v, "imported material", validity),
        Some(_) => {
            let expires = part.read("expires", validity);
            found.values_mut().for_each(|material| material.expires = expires);
        }
        None => {}
    }
    for (region, v) in part.each("missing", |v| Ok((value::text(v)?, v))) {
        let Some(at) = place.member(cx, region, &v.span, "imported material") else { continue };
        if expiring.remove(&at).is_some() {
            let problem = Problem::error(&v.span, "missing material does not expire");
            cx.sink.report(problem.and(&part.value_place("expires"), "its expiry is stated here"));
        }
        found.remove(&at);
    }
    found.extend(expiring.into_iter().map(|(at, expires)| (at, Imported { expires: Some(expires) })));
    found
}

fn validity(v: &Value) -> Result<Span, Problem> {
    match value::duration(v)? {
        Span::ZERO => Err(Problem::error(&v.span, "material that has expired already is none")
            .help("list the Region under `missing`")),
        span if span > LONGEST_VALIDITY => {
            Err(Problem::error(&v.span, "imported material is valid for at most 365d").rule("KMS-IMP-5"))
        }
        span => Ok(span),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_has_every_spec_and_usage() {
        assert_eq!(KeySpec::ALL.iter().map(|spec| spec.name()).collect::<Vec<_>>(), SPECS);
        assert_eq!(KeyUsage::ALL.iter().map(|usage| usage.name()).collect::<Vec<_>>(), USAGES);
    }
}
