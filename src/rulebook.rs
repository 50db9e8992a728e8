//! What a rule is: a named statement about the outside world with its source and how sure we are.
//!
//! Each service states its rules in its own `rules.rs` with the [`rules!`](crate::rules) macro, in the order
//! in which they are checked. Every refusal, key-state change and lost item carries the rule that decided it.

use std::fmt;

/// One rule of the rulebook.
#[derive(Debug)]
pub struct Rule {
    /// The rulebook's id: `KMS-DEL-3`.
    pub id: &'static str,
    /// The rule in one or two sentences, in AWS's words for AWS's things.
    pub says: &'static str,
    /// The AWS exception with which it refuses, if it refuses.
    pub error: Option<&'static str>,
    /// What it is for.
    pub kind: RuleKind,
    /// How we know.
    pub basis: Basis,
}

/// What a rule does in the simulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleKind {
    /// Refuses, allows or changes something.
    Rule,
    /// There is nothing to carry out; it says why things are as they are.
    Fact,
    /// How long something takes.
    Timing,
    /// An open point with its default.
    Setting,
    /// A departure from documented behaviour that can be played.
    Switch,
    /// A design to compare.
    Strategy,
    /// A question of the exams.
    Exam,
}

impl RuleKind {
    /// Every kind.
    pub const ALL: [RuleKind; 7] = [
        RuleKind::Rule,
        RuleKind::Fact,
        RuleKind::Timing,
        RuleKind::Setting,
        RuleKind::Switch,
        RuleKind::Strategy,
        RuleKind::Exam,
    ];

    /// `rule`, `fact`, …
    pub fn name(self) -> &'static str {
        match self {
            RuleKind::Rule => "rule",
            RuleKind::Fact => "fact",
            RuleKind::Timing => "timing",
            RuleKind::Setting => "setting",
            RuleKind::Switch => "switch",
            RuleKind::Strategy => "strategy",
            RuleKind::Exam => "exam",
        }
    }

    /// `rules`, `facts`, … for headings.
    pub fn plural(self) -> &'static str {
        match self {
            RuleKind::Rule => "rules",
            RuleKind::Fact => "facts",
            RuleKind::Timing => "times",
            RuleKind::Setting => "settings",
            RuleKind::Switch => "switches",
            RuleKind::Strategy => "strategies",
            RuleKind::Exam => "questions",
        }
    }
}

/// The topics of the rulebook as people read it: how the ids begin, and a heading.
pub const TOPICS: [(&str, &str); 48] = [
    ("KMS-ID", "Identity and properties of keys"),
    ("KMS-ST", "Key states"),
    ("KMS-ERR", "Errors"),
    ("KMS-CRE", "CreateKey"),
    ("KMS-REP", "ReplicateKey"),
    ("KMS-UPR", "UpdatePrimaryRegion"),
    ("KMS-DEL", "Deletion"),
    ("KMS-ROT", "Rotation"),
    ("KMS-IMP", "Imported key material"),
    ("KMS-ASY", "Asymmetric and HMAC keys"),
    ("KMS-OUT", "When a Region is down"),
    ("KMS-POL", "Policies"),
    ("KMS-GRT", "Grants"),
    ("KMS-CON", "Condition keys"),
    ("KMS-CT", "Ciphertext"),
    ("KMS-ESDK", "AWS Encryption SDK"),
    ("KMS-CACHE", "Data-key caching"),
    ("KMS-SVC", "AWS services and their keys"),
    ("KMS-DDB", "DynamoDB's keys"),
    ("KMS-AUR", "Aurora's and RDS's keys"),
    ("KMS-STR", "Strategies"),
    ("KMS-QUO", "Quotas"),
    ("KMS-RET", "Retries"),
    ("KMS-EC", "Consistency"),
    ("KMS-TIM", "Times"),
    ("KMS-PRC", "Prices"),
    ("KMS-LOG", "Logs, events and metrics"),
    ("KMS-UNV", "Open points"),
    ("KMS-SEED", "Claims of popular study notes"),
    ("KMS-EX", "Exam questions"),
    ("DDB", "DynamoDB"),
    ("AUR", "Aurora"),
    ("S3", "S3 replication"),
    ("SNP", "EBS snapshots"),
    ("RDS", "RDS snapshots and automated backups"),
    ("BKP", "AWS Backup"),
    ("SEC", "Secrets Manager"),
    ("DR", "Disaster recovery"),
    ("CP", "Control planes"),
    ("R53", "Route 53"),
    ("ARC", "Routing control"),
    ("DNS", "DNS"),
    ("NET", "Network"),
    ("LAT", "Latencies"),
    ("FIS", "Fault injection"),
    ("HUB", "Resilience Hub"),
    ("PRC", "Prices of data"),
    ("SIM", "Choices of this simulator"),
];

impl Rule {
    /// Its place in [`TOPICS`]; an id of no topic comes after them all.
    pub fn topic(&self) -> usize {
        let begins = |(prefix, _): &(&str, &str)| {
            self.id.strip_prefix(*prefix).is_some_and(|rest| rest.starts_with('-'))
        };
        TOPICS.iter().position(begins).unwrap_or(TOPICS.len())
    }

    /// Orders rules as people read them: by topic, kind and number.
    pub fn reading_order(&self) -> impl Ord + use<> {
        let (head, tail) = self.id.rsplit_once('-').unwrap_or((self.id, ""));
        let digits = tail.trim_end_matches(|c: char| !c.is_ascii_digit());
        (self.topic(), self.kind, head, digits.parse::<u32>().unwrap_or(u32::MAX), tail)
    }
}

/// How we know that a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// AWS says so; the page or model.
    Documented(&'static str),
    /// Somebody saw it; who.
    Reported(&'static str),
    /// Nobody says; why we assume it.
    Assumed(&'static str),
}

impl Basis {
    /// `documented`, `reported` or `assumed`.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Documented(_) => "documented",
            Basis::Reported(_) => "reported",
            Basis::Assumed(_) => "assumed",
        }
    }

    /// The page, the witness or the reason.
    pub fn text(self) -> &'static str {
        match self {
            Basis::Documented(text) | Basis::Reported(text) | Basis::Assumed(text) => text,
        }
    }
}

/// A rule by reference: two are equal if they have the same id.
#[derive(Clone, Copy)]
pub struct RuleRef(pub &'static Rule);

impl std::ops::Deref for RuleRef {
    type Target = Rule;
    fn deref(&self) -> &Rule {
        self.0
    }
}
impl PartialEq for RuleRef {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || self.id == other.id
    }
}
impl Eq for RuleRef {}
impl PartialOrd for RuleRef {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for RuleRef {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.id.cmp(other.id)
    }
}
impl fmt::Debug for RuleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}
impl fmt::Display for RuleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// States rules: a constant for each, and `ALL`, the list of them in the order of the file. A kind after the name is
/// that of [`RuleKind`]; without one it is a `Rule`.
///
/// ```
/// mrksim::rules! {
///     ONLY_A_PRIMARY_IS_REPLICATED = "KMS-REP-2",
///         "Only a primary key can be replicated; a replica or a single-Region key as source is refused."
///         => UnsupportedOperationException,
///         Documented "AWS KMS API Reference, ReplicateKey";
///     NO_GLOBAL_KEY: Fact = "KMS-ID-12",
///         "Each related key is a resource of its own.",
///         Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
/// }
/// assert_eq!(ONLY_A_PRIMARY_IS_REPLICATED.id, "KMS-REP-2");
/// assert_eq!(ALL.len(), 2);
/// ```
#[macro_export]
macro_rules! rules {
    ($($name:ident $(: $kind:ident)? = $id:literal, $says:literal $(=> $error:ident)?, $basis:ident $text:literal;)*) => {
        $(
            #[doc = concat!($id, ": ", $says)]
            pub const $name: $crate::rulebook::RuleRef = {
                static RULE: $crate::rulebook::Rule = $crate::rulebook::Rule {
                    id: $id,
                    says: $says,
                    error: $crate::rules!(@error $($error)?),
                    kind: $crate::rules!(@kind $($kind)?),
                    basis: $crate::rulebook::Basis::$basis($text),
                };
                $crate::rulebook::RuleRef(&RULE)
            };
        )*
        /// Every rule of this file, in its order.
        pub const ALL: &[$crate::rulebook::RuleRef] = &[$($name),*];
    };
    (@kind) => { $crate::rulebook::RuleKind::Rule };
    (@kind $kind:ident) => { $crate::rulebook::RuleKind::$kind };
    (@error) => { None };
    (@error $error:ident) => { Some(stringify!($error)) };
}

/// States what nothing carries out: facts, times, open points, exam questions. They have no constants, so no code can
/// decide by them; `ALL` lists them in the order of the file.
///
/// ```
/// mrksim::facts! {
///     Fact "KMS-ID-12",
///         "Each related key is a resource of its own.",
///         Documented "AWS KMS Developer Guide, Multi-Region keys in AWS KMS";
/// }
/// assert_eq!(ALL[0].kind, mrksim::rulebook::RuleKind::Fact);
/// ```
#[macro_export]
macro_rules! facts {
    ($($kind:ident $id:literal, $says:literal $(=> $error:ident)?, $basis:ident $text:literal;)*) => {
        /// Every statement of this file, in its order.
        pub const ALL: &[$crate::rulebook::RuleRef] = &[$({
            static RULE: $crate::rulebook::Rule = $crate::rulebook::Rule {
                id: $id,
                says: $says,
                error: $crate::rules!(@error $($error)?),
                kind: $crate::rulebook::RuleKind::$kind,
                basis: $crate::rulebook::Basis::$basis($text),
            };
            $crate::rulebook::RuleRef(&RULE)
        }),*];
    };
}
