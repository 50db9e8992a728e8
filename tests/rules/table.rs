//! The text tables of `tests/rules/`: one command a line, and what it must answer.
//!
//! ```text
//! key orders multi-region us-east-1 eu-west-1        declares $orders, before the case's first command
//! set pending-deletion-error = DisabledException     an open point; also `set strict-updating`
//! quotas                                             calls count against the request quotas
//! disabled R                                         an opt-in Region that the first account has not enabled
//! timing creating = 30s                              how long KMS takes
//! account NAME 222233334444 [management]             a further account; `account main …`: of the first
//! scp ACCOUNT {json} / rcp ACCOUNT {json}            its service control and resource control policies
//! principal NAME [ACCOUNT] {json}                    a role with exactly these IAM policies (several lines add up)
//! boundary NAME {json} / session NAME {json}         what limits it
//! tag NAME name=value / comes-with NAME key=value    its tags, and condition keys that come with its calls
//! policy KEY REGION {json}                           the key policy there; else the default one
//! tags KEY REGION name=value                         a tag of the key there
//! rules notes                                        every switch; `switch replica-ready-immediately`: one
//! case KMS-DEL-3 KMS-DEL-4: words                    a new world, and the rules that the case shows and keeps
//! counter KMS-DEL-3: words                           a new world in which the rule does not apply, and the outcome differs;
//!                                                    a rule that refuses needs none: each refusal by it breaks it
//! aws kms … --region R as:NAME => …                  who calls; default `administrator`
//! aws kms … --region R => ok Path=value …  as NAME   Path=absent, Path.#=2 (length), $NAME, $NAME.Path, $key@Region
//! aws kms … --region R => Error RULE-ID : message    the message may be left out
//! 5 aws kms … => …                                   the same five times at once
//! wait 7d                                            time passes
//! down R / up R                                      the Region's control plane
//! note KMS-ST-10                                     the last command or wait reported a change by this rule;
//!                                                    `note RotateKey KMS-ROT-4 : AUTOMATIC` by whom, and to what
//! notes R R                                          the Regions in which it reported changes, in order
//! state orders R = Enabled                           or `none`
//! lost orders = KMS-DEL-13                           or `no`
//! wrap $orders at R = ok                             or an error, its rule, and `denied`, `recoverable` or
//!                                                    `recoverable until 7d`
//! unwrap orders from R at R = KMS-CT-3               what orders wrapped in the first Region, read in the second;
//!                                                    `with $orders@R` names the key; refusals as above
//! ```

use super::people::{self, People};
use super::world::{World, immediate, region, span};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use mrksim::scenario::awscli;
use mrksim::services::iam::Document;
use mrksim::services::kms::{
    CancelWithoutMaterial, KeySetup, PendingDeletionError, QuotaVintage, SetId, Settings, Switches, Timing,
    Wrap, Wrapping, api,
};
use mrksim::services::{ErrorCode, Note, Params, Refusal, Remedy};
use mrksim::sim::Law;
use mrksim::world::{RegionId, RegionSet};
use serde_json::Value;
use std::collections::BTreeMap;

/// A key that a case declares: name, multi-Region, Regions, Regions of its alias.
type Declared = (String, bool, Vec<String>);

/// KMS's times, with changes that are seen at once unless a case says otherwise.
struct Instant(Timing);

impl Default for Instant {
    fn default() -> Self {
        Instant(immediate())
    }
}

#[derive(Default)]
pub struct Table {
    timing: Instant,
    settings: Settings,
    switches: Switches,
    disabled: RegionSet,
    metered: bool,
    keys: Vec<Declared>,
    people: People,
    /// Key policies and tags, by key and Region.
    policies: BTreeMap<(String, String), Document>,
    tags: BTreeMap<(String, String), BTreeMap<String, String>>,
    world: Option<World>,
    sets: BTreeMap<String, SetId>,
    saved: BTreeMap<String, Value>,
}

impl Table {
    /// Plays every case of a table.
    pub fn play(&mut self, text: &str, file: &str) {
        for (i, line) in text.lines().enumerate() {
            let line = line.split(" # ").next().unwrap_or_default().trim();
            if !line.is_empty() && !line.starts_with('#') {
                self.line(line, &format!("{file}:{}: {line}", i + 1));
            }
        }
    }

    fn line(&mut self, line: &str, here: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "case" | "counter" => {
                assert!(rest.contains(':'), "{here}: {word} RULE-IDS: words");
                *self = Table::default();
            }
            "key" => self.key(rest),
            "account" | "scp" | "rcp" | "principal" | "boundary" | "session" | "tag" | "comes-with" => {
                assert!(self.world.is_none(), "{here}: comes before the first command");
                self.people.line(word, rest, here);
            }
            "policy" | "tags" => self.own(word, rest, here),
            "set" | "switch" | "rules" | "timing" | "disabled" | "quotas" => self.configure(word, rest, here),
            times if times.parse::<u32>().is_ok() => {
                let command = rest.strip_prefix("aws ").unwrap_or_else(|| panic!("{here}: of what?"));
                (0..times.parse().unwrap_or(0)).for_each(|_| self.command(command, here));
            }
            "aws" => self.command(rest, here),
            "wait" => self.world().wait(span(rest)),
            "down" => self.world().fail(region(rest)),
            "up" => self.world().lift(region(rest)),
            "note" => self.note(rest, here),
            "notes" => {
                let regions: Vec<_> = rest.split_whitespace().map(region).collect();
                let notes = &self.world().notes;
                assert_eq!(notes.iter().map(|note| note.region).collect::<Vec<_>>(), regions, "{here}");
            }
            "wrap" => self.wrap(rest, here),
            "unwrap" => self.unwrap(rest, here),
            "state" => self.state(rest, here),
            "lost" => self.lost(rest, here),
            _ => panic!("{here}: what is that?"),
        }
    }

    fn key(&mut self, rest: &str) {
        let mut words = rest.split_whitespace().map(str::to_owned);
        let (name, kind) = (words.next().expect("a name"), words.next().expect("a kind"));
        self.keys.push((name, kind == "multi-region", words.collect()));
    }

    /// What a declared key has of its own in a Region.
    fn own(&mut self, word: &str, rest: &str, here: &str) {
        assert!(self.world.is_none(), "{here}: comes before the first command");
        let [key, place, what] = rest.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{here}") };
        let at = (key.to_owned(), place.to_owned());
        match word {
            "policy" => {
                self.policies.insert(at, people::document(what, here));
            }
            _ => people::insert(self.tags.entry(at).or_default(), what, here),
        }
    }

    /// What a case says of a key's Regions.
    fn by_region<T: Clone>(all: &BTreeMap<(String, String), T>, key: &str) -> BTreeMap<RegionId, T> {
        let of_key = all.iter().filter(|((name, _), _)| name == key);
        of_key.map(|((_, place), value)| (region(place), value.clone())).collect()
    }

    fn configure(&mut self, word: &str, rest: &str, here: &str) {
        assert!(self.world.is_none(), "{here}: comes before the first command");
        match (word, rest.split_once(" = ")) {
            ("set", _) => set(&mut self.settings, rest, here),
            ("switch", None) => switch(&mut self.switches, rest, here),
            ("disabled", None) => self.disabled = self.disabled.with(region(rest)),
            ("quotas", None) => self.metered = true,
            ("rules", None) if rest == "notes" => self.switches = Switches::NOTES,
            ("timing", Some((name, time))) => {
                let law = Law::Constant(span(time));
                match name {
                    "creating" => self.timing.0.creating = law,
                    "updating" => self.timing.0.updating = law,
                    "synchronisation" => self.timing.0.synchronisation = law,
                    "propagation" => self.timing.0.propagation = law,
                    "rotation" => self.timing.0.rotation = law,
                    "grant" => self.timing.0.grant = law,
                    "alias-tag" => self.timing.0.alias_tag = law,
                    "deletion-lateness" => self.timing.0.deletion_lateness = law,
                    _ => panic!("{here}: no such time"),
                }
            }
            _ => panic!("{here}: what is that?"),
        }
    }

    fn world(&mut self) -> &mut World {
        if self.world.is_none() {
            let directory = self.people.directory(self.disabled);
            let timing = self.timing.0.clone();
            let mut world = World::of(directory, timing, self.settings, self.switches);
            world.metered = self.metered;
            for (name, multi_region, regions) in &self.keys {
                let regions: Vec<_> = regions.iter().map(|name| region(name)).collect();
                let key = KeySetup {
                    multi_region: *multi_region,
                    replicas: regions[1..].to_vec(),
                    policies: Self::by_region(&self.policies, name),
                    tags: Self::by_region(&self.tags, name),
                    ..KeySetup::single_region(name, regions[0])
                };
                self.sets.insert(name.clone(), world.declare_key(&key));
            }
            self.world = Some(world);
        }
        self.world.as_mut().expect("made above")
    }

    fn command(&mut self, rest: &str, here: &str) {
        self.world();
        let (command, expected) = rest.split_once(" => ").unwrap_or_else(|| panic!("{here}: no =>"));
        let (command, principal) = match command.split_once(" as:") {
            Some((command, who)) => (command, who.trim()),
            None => (command, "administrator"),
        };
        let (command, _) = awscli::parse(&format!("aws {command}"), &[api::OPERATIONS])
            .unwrap_or_else(|error| panic!("{here}: {}", error.message));
        let arguments = command.arguments.iter().map(|(name, value)| (*name, self.fill(&value.0, here)));
        let (params, at) = (Params(arguments.collect()), self.fill(&command.region, here));
        let operation = command.operation;
        let answer = self.world().call_as(principal, operation, &params, region(&at));
        let (expected, message) = match expected.split_once(" : ") {
            Some((expected, message)) => (expected, Some(self.fill(message, here))),
            None => (expected, None),
        };
        let mut expected = expected.split_whitespace();
        match (expected.next().expect("an outcome"), answer) {
            ("ok", Ok(answer)) => self.check_answer(answer, &expected.collect::<Vec<_>>(), here),
            ("ok", Err(refusal)) => {
                panic!("{here}: {} by {}: {}", refusal.error.name(), refusal.rule, refusal.message)
            }
            (error, Ok(_)) => panic!("{here}: accepted, not {error}"),
            (error, Err(refusal)) => {
                let rule = expected.next().unwrap_or_else(|| panic!("{here}: by which rule?"));
                let got = format!("{} {}", refusal.error.name(), refusal.rule);
                assert_eq!(got, format!("{error} {rule}"), "{here}: {}", refusal.message);
                assert!(
                    message.is_none_or(|message| message == refusal.message),
                    "{here}: {}",
                    refusal.message
                );
            }
        }
    }

    fn check_answer(&mut self, answer: Value, words: &[&str], here: &str) {
        let (fields, name) = match words {
            [fields @ .., "as", name] => (fields, Some(*name)),
            fields => (fields, None),
        };
        for field in fields {
            let (path, wanted) =
                field.split_once('=').unwrap_or_else(|| panic!("{here}: {field} is no Path=value"));
            let wanted = self.fill(wanted, here);
            assert_eq!(at(&answer, path), wanted, "{here}: {path} of {answer:#}");
        }
        if let Some(name) = name {
            self.saved.insert(name.to_owned(), answer);
        }
    }

    /// Replaces `$name`, `$name.Path`, `$name@Region`, `$zeros-9` by nine bytes in base64, `$spaces-9` by nine spaces, and
    /// `$raw-hello` by `hello`, which the command's grammar has not seen.
    fn fill(&self, text: &str, here: &str) -> String {
        let Some((before, after)) = text.split_once('$') else { return text.to_owned() };
        let end =
            after.find(|c: char| !(c.is_ascii_alphanumeric() || "-.@".contains(c))).unwrap_or(after.len());
        let reference = after[..end].trim_end_matches('.');
        let rest = self.fill(&after[reference.len()..], here);
        let unknown = || panic!("{here}: no {reference}");
        if let Some(bytes) = reference.strip_prefix("zeros-").and_then(|n| n.parse().ok()) {
            return format!("{before}{}{rest}", BASE64.encode(vec![0u8; bytes]));
        }
        if let Some(spaces) = reference.strip_prefix("spaces-").and_then(|n| n.parse().ok()) {
            return format!("{before}{}{rest}", " ".repeat(spaces));
        }
        if let Some(raw) = reference.strip_prefix("raw-") {
            return format!("{before}{raw}{rest}");
        }
        let value = match reference.split_once(['@', '.']) {
            Some((key, place)) if reference.contains('@') => {
                self.world.as_ref().expect("a world").kms.arn(self.set(key, here), region(place))
            }
            Some((name, path)) => at(self.saved.get(name).unwrap_or_else(unknown), path),
            None => match self.saved.get(reference) {
                Some(answer) => identifier(answer),
                None => {
                    self.world.as_ref().expect("a world").kms.key_id(self.set(reference, here)).to_owned()
                }
            },
        };
        format!("{before}{value}{rest}")
    }

    /// A declared key, or one that an answer described.
    fn set(&self, name: &str, here: &str) -> SetId {
        let kms = &self.world.as_ref().expect("a world").kms;
        let described = || {
            let id = identifier(self.saved.get(name).unwrap_or_else(|| panic!("{here}: no {name}")));
            (0..kms.sets()).map(SetId).find(|set| kms.key_id(*set) == id).expect("a key ID")
        };
        self.sets.get(name).copied().unwrap_or_else(described)
    }

    fn note(&mut self, rest: &str, here: &str) {
        let text = |note: &Note| format!("{} {} : {}", note.operation, note.rule, note.outcome);
        let notes: Vec<String> = self.world().notes.iter().map(text).collect();
        let (wanted, outcome) = rest.split_once(" : ").unwrap_or((rest, ""));
        let (operation, rule) = wanted.rsplit_once(' ').unwrap_or(("", wanted));
        let is = |note: &String| {
            note.starts_with(operation)
                && note.contains(&format!(" {rule} : "))
                && (outcome.is_empty() || note.ends_with(&format!(" : {outcome}")))
        };
        assert!(notes.iter().any(is), "{here}: {notes:?}");
    }

    fn state(&mut self, rest: &str, here: &str) {
        self.world();
        let [name, place, "=", wanted] = rest.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{here}: state KEY REGION = STATE")
        };
        let set = self.set(name, here);
        let state = self.world().kms.state(set, region(place)).map_or("none", |state| state.name());
        assert_eq!(state, wanted, "{here}");
    }

    fn wrap(&mut self, rest: &str, here: &str) {
        self.world();
        let (question, wanted) =
            rest.split_once(" = ").unwrap_or_else(|| panic!("{here}: wrap KEY at REGION = …"));
        let [name, "at", place] = question.split(' ').collect::<Vec<_>>()[..] else { panic!("{here}") };
        let key = self.fill(name, here);
        let verdict = self.world().kms.may_wrap(
            Wrapping::GenerateDataKey,
            region(place),
            &key,
            "app",
            &BTreeMap::new(),
        );
        self.verdict(verdict.map(|_| "ok".to_owned()), wanted, here);
    }

    fn unwrap(&mut self, rest: &str, here: &str) {
        self.world();
        let (question, wanted) =
            rest.split_once(" = ").unwrap_or_else(|| panic!("{here}: unwrap KEY from REGION at REGION = …"));
        let (name, from, place, named) = match question.split(' ').collect::<Vec<_>>()[..] {
            [name, "from", from, "at", place] => (name, from, place, None),
            [name, "from", from, "at", place, "with", key] => (name, from, place, Some(self.fill(key, here))),
            _ => panic!("{here}"),
        };
        let wrap = Wrap { set: self.set(name, here), region: region(from), material: 0 };
        let verdict =
            self.world().kms.may_unwrap(region(place), named.as_deref(), wrap, "app", &BTreeMap::new());
        self.verdict(verdict.map(|rule| rule.to_string()), wanted, here);
    }

    fn verdict(&mut self, verdict: Result<String, Refusal>, wanted: &str, here: &str) {
        let got = verdict.unwrap_or_else(|refusal| {
            let remedy = match refusal.remedy {
                Remedy::None => "denied".to_owned(),
                Remedy::KeyOperation { deadline: None } => "recoverable".to_owned(),
                Remedy::KeyOperation { deadline: Some(deadline) } => format!("recoverable until {deadline}"),
            };
            format!("{} {} {remedy}", refusal.error.name(), refusal.rule)
        });
        assert_eq!(got, wanted, "{here}");
    }

    fn lost(&mut self, rest: &str, here: &str) {
        let (name, wanted) = rest.split_once(" = ").unwrap_or_else(|| panic!("{here}: lost KEY = RULE"));
        self.world();
        let set = self.set(name, here);
        let kms = &self.world().kms;
        let rule = kms.lost(Wrap { set, region: kms.home(set), material: 0 });
        assert_eq!(rule.map_or("no", |rule| rule.id), wanted, "{here}");
    }
}

/// An open point by its name in scenarios: `strict-updating`, `promote-missing-error = ValidationException`.
fn set(settings: &mut Settings, line: &str, here: &str) {
    let (name, value) = line.split_once(" = ").unwrap_or((line, ""));
    let error = || {
        *ErrorCode::ALL.iter().find(|code| code.name() == value).unwrap_or_else(|| panic!("{here}: no error"))
    };
    match name {
        "replicate-own-region-error" => settings.replicate_own_region_error = error(),
        "replicate-partition-error" => settings.replicate_partition_error = error(),
        "replicate-disabled-region-error" => settings.replicate_disabled_region_error = error(),
        "promote-missing-error" => settings.promote_missing_error = error(),
        "promote-own-region-error" => settings.promote_own_region_error = error(),
        "promote-on-replica-error" => settings.promote_on_replica_error = error(),
        "rotation-on-replica-error" => settings.rotation_on_replica_error = error(),
        "rotation-role-first" => settings.rotation_role_first = true,
        "pending-deletion-error" => {
            assert_eq!(error(), ErrorCode::DisabledException, "{here}");
            settings.pending_deletion_error = PendingDeletionError::Disabled;
        }
        "rotation-waits-for-disabled-replica" => settings.rotation_waits_for_disabled_replica = true,
        "cancel-without-material" => settings.cancel_without_material = CancelWithoutMaterial::PendingImport,
        "import-enables-disabled" => settings.import_enables_disabled = true,
        "strict-updating" => settings.strict_updating = true,
        "overlapping-rotation-error" => settings.overlapping_rotation_error = error(),
        "match-before-state" => settings.match_before_state = true,
        "import-new-in-replica-error" => settings.import_new_in_replica_error = error(),
        "rotation-status-of-imported" => settings.rotation_status_of_imported = true,
        "alias-not-taken-error" => settings.alias_not_taken_error = error(),
        "quota-vintage" => {
            assert_eq!(value, "2023", "{here}");
            settings.quota_vintage = QuotaVintage::Of2023;
        }
        "keys-per-region" => settings.keys_per_region = value.parse().expect("a number"),
        _ => panic!("{here}: no such setting"),
    }
}

/// A departure from documented behaviour by its name in scenarios.
fn switch(switches: &mut Switches, name: &str, here: &str) {
    *match name {
        "delete-primary-cascades" => &mut switches.delete_primary_cascades,
        "policies-shared" => &mut switches.policies_shared,
        "promote-from-replica-during-outage" => &mut switches.promote_from_replica_during_outage,
        "replica-ready-immediately" => &mut switches.replica_ready_immediately,
        "unlimited-replicas" => &mut switches.unlimited_replicas,
        "twins" => &mut switches.twins,
        "rotation-instant" => &mut switches.rotation_instant,
        "lifecycle-independent" => &mut switches.lifecycle_independent,
        "any-sdk-any-region" => &mut switches.any_sdk_any_region,
        _ => panic!("{here}: no such switch"),
    } = true;
}

/// The value at a path, as text.
fn at(answer: &Value, path: &str) -> String {
    let mut value = answer.clone();
    for step in path.split('.') {
        let next = match (step, &value) {
            ("#", Value::Array(list)) => return list.len().to_string(),
            (_, Value::Array(list)) => step.parse::<usize>().ok().and_then(|i| list.get(i)),
            // A policy is JSON in a text.
            (_, Value::String(text)) => match serde_json::from_str::<Value>(text) {
                Ok(inner) => {
                    value = inner;
                    value.get(step)
                }
                Err(_) => None,
            },
            _ => value.get(step),
        };
        match next.cloned() {
            Some(next) => value = next,
            None => return "absent".to_owned(),
        }
    }
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What `$name` stands for.
fn identifier(answer: &Value) -> String {
    let paths = ["CiphertextBlob", "KeyMetadata.KeyId", "ReplicaKeyMetadata.KeyId", "KeyId"];
    paths.iter().map(|path| at(answer, path)).find(|value| value != "absent").expect("an identifier")
}
