//! The keyrings of the AWS Encryption SDK, as an application configures them.

use super::rules;
use crate::rulebook::RuleRef;
use crate::services::kms::SetId;
use crate::world::RegionId;

/// A keyring of the AWS Encryption SDK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyring {
    /// Strict, not MRK-aware: decrypts only what names exactly its own key ARN (KMS-ESDK-8).
    Plain(KeyName),
    /// Strict, MRK-aware: decrypts what any related key wrapped, with the configured one (KMS-ESDK-3).
    MrkAware(KeyName),
    /// A multi-keyring: its generator makes the data key, every child wraps it too, any one decrypts (KMS-ESDK-7).
    Multi {
        /// None: it can only decrypt.
        generator: Option<Box<Keyring>>,
        /// Keyrings that are no multi-keyrings themselves.
        children: Vec<Keyring>,
    },
    /// An MRK multi-keyring: an MRK-aware keyring for each key, no two of which may be related (KMS-ESDK-6).
    MrkMulti {
        /// None: it can only decrypt.
        generator: Option<KeyName>,
        /// The other keys.
        children: Vec<KeyName>,
    },
    /// Decrypts with the key that the message names, as it names it, at its own Region's endpoint.
    Discovery(Option<Filter>),
    /// The same with the related key in its own Region (KMS-ESDK-5).
    MrkDiscovery {
        /// Its Region; none: that of the instance.
        region: Option<RegionId>,
        /// Whose keys it takes.
        filter: Option<Filter>,
    },
    /// An MRK discovery keyring for each Region, asked in this order (KMS-ESDK-13).
    MrkDiscoveryMulti {
        /// Their Regions.
        regions: Vec<RegionId>,
        /// Whose keys they take.
        filter: Option<Filter>,
    },
}

/// Whose keys a discovery keyring takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// `aws`, `aws-cn`, …
    pub partition: String,
    /// Twelve digits each.
    pub accounts: Vec<String>,
}

impl Filter {
    /// Whether it lets a key ARN through.
    pub fn takes(&self, arn: &str) -> bool {
        let parts: Vec<&str> = arn.split(':').collect();
        let account = |account: &&str| self.accounts.iter().any(|known| known == account);
        parts.get(1) == Some(&self.partition.as_str()) && parts.get(4).is_some_and(account)
    }
}

/// How a keyring names a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyName {
    /// A key of the file: configured with its ARN in the instance's own Region, or the primary's where there is none.
    Declared(SetId),
    /// The ARN of a key of the file in one Region.
    InRegion(SetId, RegionId),
    /// A literal key ID, ARN or alias, taken as written.
    Literal(String),
}

/// A keyring that is no multi-keyring.
#[derive(Clone, Copy, Debug)]
pub(super) enum Member<'a> {
    /// With a key.
    Strict { key: &'a KeyName, aware: bool },
    /// With a Region; none: the instance's.
    Discovery { aware: bool, region: Option<RegionId>, filter: Option<&'a Filter> },
}

impl Keyring {
    /// Its members, in the order in which they are asked; the generator first.
    pub(super) fn members(&self) -> Vec<Member<'_>> {
        let aware = |key| Member::Strict { key, aware: true };
        match self {
            Keyring::Plain(key) => vec![Member::Strict { key, aware: false }],
            Keyring::MrkAware(key) => vec![aware(key)],
            Keyring::Multi { generator, children } => {
                generator.as_deref().into_iter().chain(children).flat_map(Keyring::members).collect()
            }
            Keyring::MrkMulti { generator, children } => {
                generator.iter().chain(children).map(aware).collect()
            }
            Keyring::Discovery(filter) => {
                vec![Member::Discovery { aware: false, region: None, filter: filter.as_ref() }]
            }
            Keyring::MrkDiscovery { region, filter } => {
                vec![Member::Discovery { aware: true, region: *region, filter: filter.as_ref() }]
            }
            Keyring::MrkDiscoveryMulti { regions, filter } => {
                let member = |region: &RegionId| Member::Discovery {
                    aware: true,
                    region: Some(*region),
                    filter: filter.as_ref(),
                };
                regions.iter().map(member).collect()
            }
        }
    }

    /// The keys with which it is configured.
    pub fn keys(&self) -> impl Iterator<Item = &KeyName> {
        self.members().into_iter().filter_map(|member| match member {
            Member::Strict { key, .. } => Some(key),
            Member::Discovery { .. } => None,
        })
    }

    /// The same, to change them.
    pub fn keys_mut(&mut self) -> Vec<&mut KeyName> {
        match self {
            Keyring::Plain(key) | Keyring::MrkAware(key) => vec![key],
            Keyring::Multi { generator, children } => {
                generator.as_deref_mut().into_iter().chain(children).flat_map(Keyring::keys_mut).collect()
            }
            Keyring::MrkMulti { generator, children } => generator.iter_mut().chain(children).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the SDK can make it, given the identifier of each key.
    ///
    /// # Errors
    /// The rule by which its constructor fails.
    pub fn constructed(&self, identifier: &dyn Fn(&KeyName) -> String) -> Result<(), RuleRef> {
        match self {
            Keyring::Multi { .. } | Keyring::MrkMulti { .. } if self.members().is_empty() => {
                Err(rules::EVERY_CHILD_WRAPS)
            }
            Keyring::MrkDiscoveryMulti { regions, .. } if regions.is_empty() => {
                Err(rules::A_DISCOVERY_KEYRING_FOR_EACH_REGION)
            }
            Keyring::MrkMulti { .. } => {
                let keys: Vec<String> = self.keys().map(identifier).collect();
                let twice = |(i, key): (usize, &String)| {
                    resource(key).is_some_and(|resource| {
                        resource.starts_with("key/mrk-")
                            && keys[..i].iter().any(|other| self::resource(other) == Some(resource))
                    })
                };
                match keys.iter().any(|key| resource(key).is_none()) || keys.iter().enumerate().any(twice) {
                    true => Err(rules::RELATED_KEYS_IN_ONE_KEYRING),
                    false => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Whether it can encrypt at all.
    ///
    /// # Errors
    /// The rule by which it never can.
    pub fn encrypts(&self) -> Result<(), RuleRef> {
        match self {
            Keyring::Multi { generator: None, .. } | Keyring::MrkMulti { generator: None, .. } => {
                Err(rules::EVERY_CHILD_WRAPS)
            }
            Keyring::MrkDiscoveryMulti { .. } => Err(rules::A_DISCOVERY_KEYRING_FOR_EACH_REGION),
            _ if self.members().iter().any(|member| matches!(member, Member::Discovery { .. })) => {
                Err(rules::DISCOVERY_ONLY_DECRYPTS)
            }
            _ => Ok(()),
        }
    }

    /// For people: `mrk(orders)`.
    pub fn in_words<'a>(
        &self,
        key: &dyn Fn(SetId) -> &'a str,
        region: &dyn Fn(RegionId) -> &'a str,
    ) -> String {
        let word = |name: &KeyName| match name {
            KeyName::Declared(set) => key(*set).to_owned(),
            KeyName::InRegion(set, at) => format!("{}@{}", key(*set), region(*at)),
            KeyName::Literal(text) => text.clone(),
        };
        let all = |names: Vec<String>| names.join(", ");
        match self {
            Keyring::Plain(key) => format!("plain({})", word(key)),
            Keyring::MrkAware(key) => format!("mrk({})", word(key)),
            Keyring::Multi { generator, children } => {
                // An MRK-aware member is the usual one: its key says it.
                let member = |member: &Keyring| match member {
                    Keyring::MrkAware(key) => word(key),
                    other => other.in_words(key, region),
                };
                let none = generator.is_none().then(|| "no generator".to_owned());
                let members = generator.as_deref().into_iter().chain(children).map(member);
                format!("multi({})", all(none.into_iter().chain(members).collect()))
            }
            Keyring::MrkMulti { generator, children } => {
                let none = generator.is_none().then(|| "no generator".to_owned());
                format!(
                    "mrk-multi({})",
                    all(none.into_iter().chain(generator.iter().chain(children).map(word)).collect())
                )
            }
            Keyring::Discovery(filter) => format!("discovery({})", all(filter_in_words(filter))),
            Keyring::MrkDiscovery { region: at, filter } => {
                let at = at.iter().map(|at| region(*at).to_owned());
                format!("mrk-discovery({})", all(at.chain(filter_in_words(filter)).collect()))
            }
            Keyring::MrkDiscoveryMulti { regions, filter } => {
                let regions = regions.iter().map(|at| region(*at).to_owned());
                format!("mrk-discovery({})", all(regions.chain(filter_in_words(filter)).collect()))
            }
        }
    }
}

fn filter_in_words(filter: &Option<Filter>) -> Vec<String> {
    filter
        .iter()
        .flat_map(|filter| std::iter::once(&filter.partition).chain(&filter.accounts))
        .cloned()
        .collect()
}

/// What of a KMS ARN follows the account; nothing if it is no ARN of a key or an alias.
fn resource(identifier: &str) -> Option<&str> {
    let parts: Vec<&str> = identifier.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, "kms", _, _, resource]
            if resource.starts_with("key/") || resource.starts_with("alias/") =>
        {
            Some(resource)
        }
        _ => None,
    }
}
