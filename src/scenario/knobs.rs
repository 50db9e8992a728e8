//! `[timing]`, `[settings]` and `[rules]`: knobs of the KMS model.

use super::context::Context;
use super::fields::Fields;
use super::shape::{Form, Shape, field, later};
use super::value;
use crate::model::setup::RuleSet;
use crate::services::kms::{PendingDeletionError, Settings, Switches, Timing};
use crate::sim::Law;

/// `[timing]`
pub static TIMING: Shape = Shape {
    what: "`[timing]`",
    fields: &[
        field("creating", Form::Law, "ReplicateKey to a usable replica key (KMS-TIM-2)"),
        field("updating", Form::Law, "UpdatePrimaryRegion (KMS-TIM-3)"),
        field("synchronisation", Form::Law, "shared properties shown by related keys (KMS-TIM-4)"),
        field("deletion-lateness", Form::Law, "real deletion after the waiting period (KMS-TIM-9)"),
        later("propagation", "changes take effect at once in their Region"),
        later("rotation", "keys keep their first key material"),
        later("grant", "grants are not modelled yet"),
        later("alias-tag", "attribute-based access is not modelled yet"),
        later("table-key-recheck", "encryption at rest is not modelled yet"),
    ],
};

/// `[settings]`
pub static SETTINGS: Shape = Shape {
    what: "`[settings]`",
    fields: &[
        field(
            "pending-deletion-error",
            Form::OneOf(&["KMSInvalidStateException", "DisabledException"]),
            "what cryptography on a key pending deletion answers (KMS-UNV-4)",
        ),
        field(
            "strict-updating",
            Form::Flag,
            "UpdatePrimaryRegion is refused while the key is Updating (KMS-UNV-8)",
        ),
        later("rotation-waits-for-disabled-replica", "keys keep their first key material"),
        later("cancel-without-material", "imported key material is not modelled yet"),
        later("rotation-surcharge-per-replica", "cost is not modelled yet"),
        later("quota-vintage", "state the quota: `[[endpoint]]` with `service = \"kms\"` and `quota`"),
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
        field(
            "promote-from-replica-during-outage",
            Form::Flag,
            "a replica key is promoted from its own Region while the primary's is down (KMS-SEED-3)",
        ),
        field("replica-ready-immediately", Form::Flag, "a new replica key is Enabled at once (KMS-SEED-5)"),
        field("any-sdk-any-region", Form::Flag, "any client decrypts anywhere (KMS-SEED-18)"),
        later("policies-shared", "every key has the default key policy"),
        later("services-use-mrk-natively", "encryption at rest is not modelled yet"),
        later("unlimited-replicas", ""),
        later("always-mrk", "state the `kind` of each key"),
        later("twins", ""),
        later("dr-tip-seamless", "snapshots are not modelled yet"),
        later("rotation-instant", "keys keep their first key material"),
        later("lifecycle-independent", ""),
    ],
};

fn open<'a>(cx: &'a Context, name: &str, shape: &'static Shape) -> Option<Fields<'a>> {
    let entry = cx.scenario.entry(name)?;
    Fields::open(&entry.value, &entry.at, shape, cx.sink)
}

/// Reads `[timing]`. `called`: the KMS operations that the scenario calls, which decide what the run leans on.
pub fn timing(cx: &Context, called: &[&'static str]) -> Timing {
    let default = Timing::default();
    let fields = open(cx, "timing", &TIMING);
    let time = |key: &str, default: Law, what: &str, operations: &[&str], source: &str| {
        let stated = fields.as_ref().and_then(|fields| fields.read(key, value::law));
        if stated.is_none() && operations.iter().any(|operation| called.contains(operation)) {
            cx.assume(what, value::law_text(&default), "assumed", source);
        }
        stated.unwrap_or(default)
    };
    const DEVELOPER_GUIDE: &str = "AWS KMS Developer Guide, 2026";
    Timing {
        creating: time(
            "creating",
            default.creating,
            "time of ReplicateKey until the replica key is Enabled (KMS-TIM-2)",
            &["ReplicateKey"],
            &format!("{DEVELOPER_GUIDE}: a few seconds; minutes were reported"),
        ),
        updating: time(
            "updating",
            default.updating,
            "time of UpdatePrimaryRegion (KMS-TIM-3)",
            &["UpdatePrimaryRegion"],
            &format!("{DEVELOPER_GUIDE}: a few more seconds; a minute was reported"),
        ),
        synchronisation: time(
            "synchronisation",
            default.synchronisation,
            "time until related keys show a shared property (KMS-TIM-4)",
            &["ReplicateKey", "UpdatePrimaryRegion"],
            "our choice: AWS publishes none",
        ),
        deletion_lateness: time(
            "deletion-lateness",
            default.deletion_lateness,
            "time of the real deletion after the waiting period (KMS-TIM-9)",
            &["ScheduleKeyDeletion"],
            &format!("{DEVELOPER_GUIDE}: up to 24 hours"),
        ),
        propagation: Law::Constant(crate::sim::Span::ZERO),
        ..Timing::default()
    }
}

/// Reads `[settings]`.
pub fn settings(cx: &Context) -> Settings {
    let Some(fields) = open(cx, "settings", &SETTINGS) else { return Settings::default() };
    let errors = [
        ("KMSInvalidStateException", PendingDeletionError::KmsInvalidState),
        ("DisabledException", PendingDeletionError::Disabled),
    ];
    let pending_deletion_error = fields.read("pending-deletion-error", |v| value::one_of(v, &errors));
    Settings {
        pending_deletion_error: pending_deletion_error.unwrap_or_default(),
        strict_updating: fields.read("strict-updating", value::flag).unwrap_or(false),
        ..Settings::default()
    }
}

/// Reads `[rules]`; `asked` goes before its `base`.
pub fn rules(cx: &Context, asked: Option<RuleSet>) -> (RuleSet, Switches) {
    let fields = open(cx, "rules", &RULES);
    let bases = [("aws", RuleSet::Aws), ("notes", RuleSet::Notes)];
    let stated = fields.as_ref().and_then(|fields| fields.read("base", |v| value::one_of(v, &bases)));
    let base = asked.or(stated).unwrap_or(RuleSet::Aws);
    let mut switches = match base {
        RuleSet::Aws => Switches::default(),
        RuleSet::Notes => Switches::NOTES,
    };
    let set = |key: &str, switch: &mut bool| {
        let read = |fields: &Fields| fields.read(key, value::flag);
        *switch = fields.as_ref().and_then(read).unwrap_or(*switch);
    };
    set("delete-primary-cascades", &mut switches.delete_primary_cascades);
    set("promote-from-replica-during-outage", &mut switches.promote_from_replica_during_outage);
    set("replica-ready-immediately", &mut switches.replica_ready_immediately);
    set("any-sdk-any-region", &mut switches.any_sdk_any_region);
    (base, switches)
}
