//! The operations of the services as the AWS CLI names them: which exist, which options they take.

pub use crate::world::Service;
use std::collections::BTreeMap;

/// Which half of a service carries an operation out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plane {
    /// Create, change, delete, describe, list.
    Control,
    /// Cryptography, reads and writes of items.
    Data,
}

/// The kind of value an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A flag with a `--no-` form.
    Flag,
    /// Base64 bytes (AWS CLI v2).
    Blob,
    /// `k=v,k=v` or JSON object.
    Map,
    /// `a b c` or a JSON array of texts ([`shorthand::list`](super::shorthand::list)).
    List,
    /// `Name=value,…` or a JSON object ([`shorthand::structure`](super::shorthand::structure)).
    Structure,
    /// Structures, each a word, or a JSON array ([`shorthand::structures`](super::shorthand::structures)).
    Structures,
    /// The same of `TagKey=…,TagValue=…`.
    Tags,
}

/// One option of an operation.
#[derive(Debug)]
pub struct Param {
    /// AWS's parameter name: `KeyId`. The CLI option is its kebab form, `--key-id`.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether the CLI insists on it.
    pub required: bool,
}

/// One operation that is modelled.
#[derive(Debug)]
pub struct Operation {
    /// The service.
    pub service: Service,
    /// AWS's API name: `ReplicateKey`. The CLI name is its kebab form.
    pub name: &'static str,
    /// Data or control plane.
    pub plane: Plane,
    /// Its options besides the global ones.
    pub params: &'static [Param],
}

impl Operation {
    /// The CLI name: `replicate-key`.
    pub fn cli_name(&self) -> String {
        kebab(self.name)
    }
}

/// `ReplicaRegion` as the CLI writes it: `replica-region`.
pub fn kebab(name: &str) -> String {
    let mut out = String::new();
    for (i, c) in name.char_indices() {
        if c.is_ascii_uppercase() && i > 0 {
            let before = name.as_bytes()[i - 1];
            let after = name.as_bytes().get(i + 1);
            if before.is_ascii_lowercase() || after.is_some_and(u8::is_ascii_lowercase) {
                out.push('-');
            }
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// An option's value as written, before `$name` references are filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument(pub String);

/// A parsed `aws …` line: known operation, known options, references still open.
#[derive(Clone, Debug)]
pub struct Command {
    /// The line as the user wrote it.
    pub text: String,
    /// The operation.
    pub operation: &'static Operation,
    /// Parameter name → value as written (`"true"`/`"false"` for flags).
    pub arguments: BTreeMap<&'static str, Argument>,
    /// `--region`, as written.
    pub region: String,
}

impl Command {
    /// What it is about, as it was written but for `$` and `@…`: the key, alias or cluster that it names; empty: none.
    pub fn subject(&self) -> &str {
        const IN_ORDER: [&str; 6] = [
            "KeyId",
            "AliasName",
            "SourceKeyId",
            "DestinationKeyId",
            "GlobalClusterIdentifier",
            "RoutingControlArn",
        ];
        let named = IN_ORDER.iter().find_map(|name| self.arguments.get(name));
        let text = named.map_or("", |argument| argument.0.trim_start_matches('$'));
        text.split('@').next().unwrap_or_default()
    }
}

/// A call's parameters with every reference filled in: parameter name → text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(pub BTreeMap<&'static str, String>);

impl Params {
    /// The text of a parameter, if given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether a flag is given and true.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }
}
