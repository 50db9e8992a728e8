//! `[timing]`, `[settings]` and `[rules]`: knobs of the KMS model.

use super::context::Context;
use super::fields::Fields;
use super::problem::Problem;
use super::shape::{Form, Shape, field, later};
use super::tree::Value;
use super::value;
use crate::model::setup::{AtRest, RuleSet, StoreSetup};
use crate::services::kms::{
    self, CancelWithoutMaterial, PendingDeletionError, QuotaVintage, Settings, Switches, Timing,
};
use crate::services::{ErrorCode, Plane};
use crate::sim::{Law, Span};
use std::ops::RangeInclusive;

/// `[timing]`
pub static TIMING: Shape = Shape {
    what: "`[timing]`",
    fields: &[
        field("propagation", Form::Law, "a change until cryptographic operations act by it (KMS-TIM-1)"),
        field("creating", Form::Law, "ReplicateKey to a usable replica key (KMS-TIM-2)"),
        field("updating", Form::Law, "UpdatePrimaryRegion (KMS-TIM-3)"),
        field("synchronisation", Form::Law, "shared properties shown by related keys (KMS-TIM-4)"),
        field("rotation", Form::Law, "new key material in the primary key and every replica (KMS-TIM-5)"),
        field("grant", Form::Law, "a grant, or its revocation, until it holds (KMS-TIM-6)"),
        field("alias-tag", Form::Law, "an alias or a tag until policies go by it (KMS-TIM-7)"),
        field("deletion-lateness", Form::Law, "real deletion after the waiting period (KMS-TIM-9)"),
        field("table-key-recheck", Form::Law, "until a store notices that its key has changed (DDB-KEY-7)"),
        field("launch", Form::Law, "launch of an instance until it serves (SIM-ASG-3)"),
        field("launch-retry", Form::Law, "until a launch that found no capacity is tried again (SIM-ASG-4)"),
    ],
};

const UNSUPPORTED: &str = "UnsupportedOperationException";
const NOT_FOUND: &str = "NotFoundException";
const INVALID: &str = "ValidationException";
const STATE: &str = "KMSInvalidStateException";

/// `[settings]`
pub static SETTINGS: Shape = Shape {
    what: "`[settings]`",
    fields: &[
        field(
            "replicate-own-region-error",
            Form::OneOf(&["AlreadyExistsException", UNSUPPORTED, INVALID]),
            "what ReplicateKey to the primary key's own Region answers (KMS-UNV-1)",
        ),
        field(
            "replicate-partition-error",
            Form::OneOf(&[UNSUPPORTED, INVALID]),
            "what ReplicateKey to another partition answers (KMS-UNV-1)",
        ),
        field(
            "replicate-disabled-region-error",
            Form::OneOf(&[UNSUPPORTED, INVALID]),
            "what ReplicateKey to a Region that the account has not enabled answers (KMS-UNV-1)",
        ),
        field(
            "promote-missing-error",
            Form::OneOf(&[NOT_FOUND, UNSUPPORTED, STATE, INVALID]),
            "what UpdatePrimaryRegion to a Region without a replica key answers (KMS-UNV-2)",
        ),
        field(
            "promote-own-region-error",
            Form::OneOf(&[UNSUPPORTED, STATE, INVALID]),
            "what UpdatePrimaryRegion to the primary key's own Region answers (KMS-UNV-2)",
        ),
        field(
            "promote-on-replica-error",
            Form::OneOf(&[UNSUPPORTED, STATE, INVALID]),
            "what UpdatePrimaryRegion on a replica key answers (KMS-UNV-2)",
        ),
        field(
            "rotation-on-replica-error",
            Form::OneOf(&[UNSUPPORTED, STATE, INVALID]),
            "what rotation operations on a replica key answer (KMS-UNV-3)",
        ),
        field(
            "rotation-role-first",
            Form::Flag,
            "rotation operations look at a key's role before its state (KMS-UNV-3)",
        ),
        field(
            "pending-deletion-error",
            Form::OneOf(&[STATE, "DisabledException"]),
            "what a key pending deletion answers where AWS documents two errors (KMS-UNV-4)",
        ),
        field(
            "rotation-waits-for-disabled-replica",
            Form::Flag,
            "a replica key that is Disabled or pending deletion holds up the rotation of its set (KMS-UNV-5)",
        ),
        field(
            "cancel-without-material",
            Form::OneOf(&["Disabled", "PendingImport"]),
            "the state in which CancelKeyDeletion leaves a key whose imported material is missing (KMS-UNV-6)",
        ),
        field(
            "import-enables-disabled",
            Form::Flag,
            "ImportKeyMaterial makes a Disabled key Enabled (KMS-UNV-7)",
        ),
        field(
            "strict-updating",
            Form::Flag,
            "UpdatePrimaryRegion is refused while the key is Updating (KMS-UNV-8)",
        ),
        field(
            "overlapping-rotation-error",
            Form::OneOf(&["ConflictException", STATE, "LimitExceededException"]),
            "what RotateKeyOnDemand answers while a rotation of the set is pending (KMS-UNV-9)",
        ),
        field(
            "keys-per-region",
            Form::Integer,
            "the most KMS keys of an account in a Region, adjustable (100 000, KMS-QUO-20)",
        ),
        field(
            "match-before-state",
            Form::Flag,
            "the named key is matched with the ciphertext before authorization and state (KMS-UNV-13, KMS-UNV-17)",
        ),
        field(
            "import-new-in-replica-error",
            Form::OneOf(&["IncorrectKeyMaterialException", UNSUPPORTED]),
            "what importing new material straight into a replica key answers (KMS-UNV-14)",
        ),
        field(
            "rotation-status-of-imported",
            Form::Flag,
            "GetKeyRotationStatus answers for a key with imported material (KMS-UNV-16)",
        ),
        field(
            "alias-not-taken-error",
            Form::OneOf(&[NOT_FOUND, INVALID, "InvalidArnException"]),
            "what an operation that takes no alias answers to one (KMS-UNV-18)",
        ),
        field(
            "quota-vintage",
            Form::OneOfNumbers(&[2026, 2023]),
            "whose year's request quotas hold: today's, or those that older exam material quotes (KMS-QUO-1L)",
        ),
        later("rotation-surcharge-per-replica", "cost is not modelled yet"),
        later("pending-replica-deletion-billed", "cost is not modelled yet"),
    ],
};

/// `[rules]`
pub static RULES: Shape = Shape {
    what: "`[rules]`",
    fields: &[
        field(
            "base",
            Form::OneOf(&["aws", "notes"]),
            "documented behaviour, or what popular study notes claim",
        ),
        field(
            "delete-primary-cascades",
            Form::Flag,
            "deleting the primary key deletes its replicas (KMS-SEED-1)",
        ),
        field("policies-shared", Form::Flag, "a replica key gets the primary key's policy (KMS-SEED-2)"),
        field(
            "promote-from-replica-during-outage",
            Form::Flag,
            "a replica key is promoted from its own Region while the primary's is down (KMS-SEED-3)",
        ),
        field("replica-ready-immediately", Form::Flag, "a new replica key is Enabled at once (KMS-SEED-5)"),
        field("unlimited-replicas", Form::Flag, "any number of replica keys, in any partition (KMS-SEED-8)"),
        field("always-mrk", Form::Flag, "advice to make every key multi-Region (KMS-SEED-9)"),
        field(
            "twins",
            Form::Flag,
            "state, policy, tags and aliases of related keys are mirrored (KMS-SEED-10)",
        ),
        field("rotation-instant", Form::Flag, "rotation shows at once in every Region (KMS-SEED-15)"),
        field(
            "lifecycle-independent",
            Form::Flag,
            "a primary key is deleted at any time, by its own clock (KMS-SEED-17)",
        ),
        field("any-sdk-any-region", Form::Flag, "any client decrypts anywhere (KMS-SEED-18)"),
        field(
            "services-use-mrk-natively",
            Form::Flag,
            "services encrypt a replica with the source's multi-Region key (KMS-SEED-6, KMS-SEED-12)",
        ),
        field(
            "dr-tip-seamless",
            Form::Flag,
            "a copied resource is readable wherever a related key of the source's is (KMS-SEED-11)",
        ),
    ],
};

/// Path (`settings.strict-updating`) and meaning of each knob of the KMS model, with the rules that it is about.
pub fn knobs() -> impl Iterator<Item = (String, &'static str)> {
    let parts = [("timing", &TIMING), ("settings", &SETTINGS), ("rules", &RULES)];
    parts.into_iter().flat_map(|(part, shape)| {
        shape.fields.iter().map(move |field| (format!("{part}.{}", field.name), field.says))
    })
}

fn open<'a>(cx: &'a Context, name: &str, shape: &'static Shape) -> Option<Fields<'a>> {
    let entry = cx.scenario.entry(name)?;
    Fields::open(&entry.value, &entry.at, shape, cx.sink)
}

const DEVELOPER_GUIDE: &str = "AWS KMS Developer Guide, 2026";

/// A time of KMS's own processes.
struct Process {
    key: &'static str,
    what: &'static str,
    rule: &'static str,
    /// What is documented or was reported, in seconds.
    range: RangeInclusive<u64>,
    /// What is known of it.
    source: &'static str,
}

const PROPAGATION: Process = Process {
    key: "propagation",
    what: "time of a change until cryptographic operations act by it",
    rule: "KMS-TIM-1",
    range: 0..=300,
    source: "a few seconds; several minutes are possible",
};
const CREATING: Process = Process {
    key: "creating",
    what: "time of ReplicateKey until the replica key is Enabled",
    rule: "KMS-TIM-2",
    range: 1..=900,
    source: "a few seconds; minutes were reported",
};
const UPDATING: Process = Process {
    key: "updating",
    what: "time of UpdatePrimaryRegion",
    rule: "KMS-TIM-3",
    range: 1..=60,
    source: "a few more seconds; a minute was reported",
};
const SYNCHRONISATION: Process = Process {
    key: "synchronisation",
    what: "time until related keys show a shared property",
    rule: "KMS-TIM-4",
    range: 1..=3_600,
    source: "",
};
const ROTATION: Process = Process {
    key: "rotation",
    what: "time until new key material is in the primary key and every replica",
    rule: "KMS-TIM-5",
    range: 1..=3_600,
    source: "",
};
const GRANT: Process = Process {
    key: "grant",
    what: "time of a grant, or its revocation, until it holds",
    rule: "KMS-TIM-6",
    range: 0..=300,
    source: "usually less than five minutes",
};
const ALIAS_TAG: Process = Process {
    key: "alias-tag",
    what: "time of an alias or a tag until policies go by it",
    rule: "KMS-TIM-7",
    range: 0..=300,
    source: "up to five minutes",
};
const DELETION_LATENESS: Process = Process {
    key: "deletion-lateness",
    what: "time of the real deletion after the waiting period",
    rule: "KMS-TIM-9",
    range: 0..=86_400,
    source: "up to 24 hours",
};

/// Reads `[timing]`. `called`: the KMS operations that the scenario calls, which decide what the run leans on.
pub fn timing(cx: &Context, called: &[&'static str]) -> Timing {
    let default = Timing::default();
    let fields = open(cx, "timing", &TIMING);
    let time = |process: &Process, default: Law, used: bool| {
        let stated = fields.as_ref().and_then(|fields| {
            let law = fields.read(process.key, value::law)?;
            check_range(process, &law, fields);
            Some(law)
        });
        if stated.is_none() && used {
            let source = match process.source {
                "" => "our choice: AWS publishes none".to_owned(),
                source => format!("{DEVELOPER_GUIDE}: {source}"),
            };
            let what = format!("{} ({})", process.what, process.rule);
            cx.assume(what, value::law_text(&default), "assumed", source);
        }
        stated.unwrap_or(default)
    };
    let any = |operations: &[&str]| operations.iter().any(|operation| called.contains(operation));
    Timing {
        propagation: time(&PROPAGATION, default.propagation, called.iter().any(|name| changes(name))),
        creating: time(&CREATING, default.creating, any(&["ReplicateKey"])),
        updating: time(&UPDATING, default.updating, any(&["UpdatePrimaryRegion"])),
        synchronisation: time(
            &SYNCHRONISATION,
            default.synchronisation,
            any(&["ReplicateKey", "UpdatePrimaryRegion", "EnableKeyRotation", "DisableKeyRotation"]),
        ),
        rotation: time(
            &ROTATION,
            default.rotation,
            any(&["EnableKeyRotation", "RotateKeyOnDemand", "RotateKey"]),
        ),
        grant: time(&GRANT, default.grant, any(&["CreateGrant", "RetireGrant", "RevokeGrant"])),
        alias_tag: time(
            &ALIAS_TAG,
            default.alias_tag,
            any(&["CreateAlias", "UpdateAlias", "DeleteAlias", "TagResource", "UntagResource"]),
        ),
        deletion_lateness: time(&DELETION_LATENESS, default.deletion_lateness, any(&["ScheduleKeyDeletion"])),
    }
}

/// How long stores go on with a key that has changed.
pub fn table_key_recheck(cx: &Context, stores: &[StoreSetup]) -> Law {
    let customer = |key: &AtRest| matches!(key, AtRest::Customer(_));
    let used = stores.iter().any(|store| store.encryption.iter().any(customer));
    time(cx, "table-key-recheck", used)
}

/// A time of `[timing]` that is not KMS's, or its default, which the run lists if it is used.
pub fn time(cx: &Context, name: &'static str, used: bool) -> Law {
    let stated = open(cx, "timing", &TIMING).and_then(|fields| fields.read(name, value::law));
    stated.unwrap_or_else(|| cx.default_if(used, name))
}

/// Whether an operation of KMS changes something that cryptographic operations go by.
fn changes(name: &str) -> bool {
    let known = kms::api::OPERATIONS.iter().find(|operation| operation.name == name);
    let reads = ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb));
    known.is_some_and(|operation| operation.plane == Plane::Control) && !reads
}

/// Warns of a time that nobody has seen: of a distribution without an end, its typical value counts.
fn check_range(process: &Process, law: &Law, fields: &Fields) {
    let (shortest, longest) = match law {
        Law::Constant(time) | Law::Exponential { mean: time } | Law::LogNormal { median: time, .. } => {
            (*time, *time)
        }
        Law::ShiftedLogNormal { shift, median, .. } => (*shift + *median, *shift + *median),
        Law::Uniform { low, high } => (*low, *high),
        Law::Quantiles(points) => {
            let time = |point: Option<&(f64, Span)>| point.map_or(Span::ZERO, |(_, time)| *time);
            (time(points.first()), time(points.last()))
        }
    };
    let (least, most) = (Span::secs(*process.range.start()), Span::secs(*process.range.end()));
    if shortest < least || longest > most {
        let message = format!("`{}` lies outside what is documented or was reported", process.key);
        fields.report(
            Problem::warning(&fields.value_place(process.key), message)
                .help(format!("{}: {} to {}", process.what, value::short(least), value::short(most)))
                .rule(process.rule),
        );
    }
}

/// One of the errors that a setting lists.
fn error(v: &Value, key: &str) -> Result<ErrorCode, Problem> {
    let form = SETTINGS.fields.iter().find(|field| field.name == key).map(|field| field.form);
    let Some(Form::OneOf(names)) = form else { return value::one_of(v, &[]) };
    let plausible = |code: &&ErrorCode| names.contains(&code.name());
    let choices: Vec<_> = ErrorCode::ALL.iter().filter(plausible).map(|code| (code.name(), *code)).collect();
    value::one_of(v, &choices)
}

/// Reads `[settings]`.
pub fn settings(cx: &Context) -> Settings {
    let default = Settings::default();
    let Some(fields) = open(cx, "settings", &SETTINGS) else { return default };
    let code = |key: &str, default| fields.read(key, |v| error(v, key)).unwrap_or(default);
    let flag = |key: &str, default| fields.read(key, value::flag).unwrap_or(default);
    let pending_deletion = [
        ("KMSInvalidStateException", PendingDeletionError::KmsInvalidState),
        ("DisabledException", PendingDeletionError::Disabled),
    ];
    let without_material = [
        ("Disabled", CancelWithoutMaterial::Disabled),
        ("PendingImport", CancelWithoutMaterial::PendingImport),
    ];
    let vintages = [(2026, QuotaVintage::Of2026), (2023, QuotaVintage::Of2023)];
    Settings {
        replicate_own_region_error: code("replicate-own-region-error", default.replicate_own_region_error),
        replicate_partition_error: code("replicate-partition-error", default.replicate_partition_error),
        replicate_disabled_region_error: code(
            "replicate-disabled-region-error",
            default.replicate_disabled_region_error,
        ),
        promote_missing_error: code("promote-missing-error", default.promote_missing_error),
        promote_own_region_error: code("promote-own-region-error", default.promote_own_region_error),
        promote_on_replica_error: code("promote-on-replica-error", default.promote_on_replica_error),
        rotation_on_replica_error: code("rotation-on-replica-error", default.rotation_on_replica_error),
        rotation_role_first: flag("rotation-role-first", default.rotation_role_first),
        pending_deletion_error: fields
            .read("pending-deletion-error", |v| value::one_of(v, &pending_deletion))
            .unwrap_or(default.pending_deletion_error),
        rotation_waits_for_disabled_replica: flag(
            "rotation-waits-for-disabled-replica",
            default.rotation_waits_for_disabled_replica,
        ),
        cancel_without_material: fields
            .read("cancel-without-material", |v| value::one_of(v, &without_material))
            .unwrap_or(default.cancel_without_material),
        import_enables_disabled: flag("import-enables-disabled", default.import_enables_disabled),
        strict_updating: flag("strict-updating", default.strict_updating),
        overlapping_rotation_error: code("overlapping-rotation-error", default.overlapping_rotation_error),
        keys_per_region: fields
            .read("keys-per-region", |v| value::count(v, 1, u64::from(u32::MAX)))
            .map_or(default.keys_per_region, |most| most as u32),
        match_before_state: flag("match-before-state", default.match_before_state),
        import_new_in_replica_error: code("import-new-in-replica-error", default.import_new_in_replica_error),
        rotation_status_of_imported: flag("rotation-status-of-imported", default.rotation_status_of_imported),
        alias_not_taken_error: code("alias-not-taken-error", default.alias_not_taken_error),
        quota_vintage: fields
            .read("quota-vintage", |v| value::number_of(v, &vintages))
            .unwrap_or(default.quota_vintage),
    }
}

/// What `[rules]` says.
pub struct Rules {
    /// Whose rules are the base.
    pub base: RuleSet,
    /// The departures of KMS and its clients.
    pub switches: Switches,
    /// Advice to make every key multi-Region: nothing in a run depends on it.
    pub always_mrk: bool,
}

/// Reads `[rules]`; `asked` goes before its `base`.
pub fn rules(cx: &Context, asked: Option<RuleSet>) -> Rules {
    let fields = open(cx, "rules", &RULES);
    let bases = [("aws", RuleSet::Aws), ("notes", RuleSet::Notes)];
    let stated = fields.as_ref().and_then(|fields| fields.read("base", |v| value::one_of(v, &bases)));
    let base = asked.or(stated).unwrap_or(RuleSet::Aws);
    let of_base = match base {
        RuleSet::Aws => Switches::default(),
        RuleSet::Notes => Switches::NOTES,
    };
    let switch = |key: &str, of_base: bool| {
        let read = |fields: &Fields| fields.read(key, value::flag);
        fields.as_ref().and_then(read).unwrap_or(of_base)
    };
    let switches = Switches {
        delete_primary_cascades: switch("delete-primary-cascades", of_base.delete_primary_cascades),
        policies_shared: switch("policies-shared", of_base.policies_shared),
        promote_from_replica_during_outage: switch(
            "promote-from-replica-during-outage",
            of_base.promote_from_replica_during_outage,
        ),
        replica_ready_immediately: switch("replica-ready-immediately", of_base.replica_ready_immediately),
        services_use_mrk_natively: switch("services-use-mrk-natively", of_base.services_use_mrk_natively),
        dr_tip_seamless: switch("dr-tip-seamless", of_base.dr_tip_seamless),
        unlimited_replicas: switch("unlimited-replicas", of_base.unlimited_replicas),
        twins: switch("twins", of_base.twins),
        rotation_instant: switch("rotation-instant", of_base.rotation_instant),
        lifecycle_independent: switch("lifecycle-independent", of_base.lifecycle_independent),
        any_sdk_any_region: switch("any-sdk-any-region", of_base.any_sdk_any_region),
    };
    Rules { base, switches, always_mrk: switch("always-mrk", false) }
}
