//! What policies say about a request, and which statement says it.

use super::Keys;
use super::directory::{Directory, Principal};
use super::policy::{Choice, Document, Effect, Statement};
use super::principals::Named;
use std::fmt;

/// A request as policies see it.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// `kms:Decrypt`
    pub action: &'a str,
    /// The ARN of what it is about.
    pub resource: &'a str,
    /// Its condition keys.
    pub keys: &'a Keys<'a>,
}

/// The policy of the resource that a request is about.
#[derive(Clone, Copy)]
pub struct ResourcePolicy<'a> {
    /// What it is called in a denial: `the key policy of arn:…`.
    pub name: &'a str,
    /// What it says.
    pub document: &'a Document,
    /// The account of the resource, by index.
    pub account: usize,
    /// The condition keys of the request as this policy sees them.
    pub keys: &'a Keys<'a>,
}

impl ResourcePolicy<'_> {
    /// Whom it allows the request, and by which statement.
    pub fn allows(&self, asked: &Asked, principal: &Principal) -> Option<(Standing, &str)> {
        self.document.allows(&Asked { keys: self.keys, ..*asked }, principal)
    }

    fn denies(&self, asked: &Asked, principal: &Principal) -> Option<&str> {
        self.document.denies(&Asked { keys: self.keys, ..*asked }, principal)
    }
}

/// Whom the policy of a resource allows a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The principal itself, or everyone.
    Direct,
    /// Its account, whose own policies decide.
    ThroughAccount,
}

/// The kinds of policy that can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// Of an organisation, for the principals of an account.
    ServiceControl,
    /// Of an organisation, for the resources of an account.
    ResourceControl,
    /// The most that a principal's own policies can allow.
    Boundary,
    /// The most that a session can be allowed.
    Session,
    /// Of a principal.
    Identity,
    /// Of a resource.
    Resource,
}

/// Why a request is denied: which statement decided, or which is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The kind of policy that decided.
    pub by: PolicyKind,
    /// A statement says Deny; otherwise none says Allow.
    pub explicit: bool,
    /// The action.
    pub action: String,
    /// The statement, or where it is missing.
    pub because: String,
}

impl PolicyKind {
    fn name(self) -> &'static str {
        match self {
            PolicyKind::ServiceControl => "service control policy",
            PolicyKind::ResourceControl => "resource control policy",
            PolicyKind::Boundary => "permissions boundary",
            PolicyKind::Session => "session policy",
            PolicyKind::Identity => "identity-based policy",
            PolicyKind::Resource => "resource-based policy",
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (kind, action) = (self.by.name(), &self.action);
        let article = if self.by == PolicyKind::Identity { "an" } else { "a" };
        match self.explicit {
            true => write!(f, "with an explicit deny in {article} {kind}: {}", self.because),
            false => write!(f, "because no {kind} allows the {action} action: {}", self.because),
        }
    }
}

impl Statement {
    /// Whether it speaks of this request, and to whom.
    fn speaks(&self, asked: &Asked, principal: &Principal) -> Option<Standing> {
        let action = asked.action.to_ascii_lowercase();
        if self.actions.among.iter().any(|pattern| pattern.fits(&action, asked.keys)) == self.actions.except {
            return None;
        }
        let named = |pattern: &super::pattern::Pattern| pattern.fits_arn(asked.resource, asked.keys);
        if self.resources.among.iter().any(named) == self.resources.except {
            return None;
        }
        let standing =
            self.principals.as_ref().map_or(Some(Standing::Direct), |who| who.standing(principal))?;
        self.conditions.iter().all(|condition| condition.holds(asked.keys)).then_some(standing)
    }
}

impl Choice<Named> {
    /// How a principal stands to those named; whoever is named in any way is not among all but these.
    fn standing(&self, principal: &Principal) -> Option<Standing> {
        let closest = self.among.iter().filter_map(|named| principal.standing(named)).min();
        match self.except {
            true => closest.is_none().then_some(Standing::Direct),
            false => closest,
        }
    }
}

impl Document {
    /// The first statement that denies the request, by name.
    pub(super) fn denies(&self, asked: &Asked, principal: &Principal) -> Option<&str> {
        let denies = |statement: &&Statement| {
            statement.effect == Effect::Deny && statement.speaks(asked, principal).is_some()
        };
        self.statements.iter().find(denies).map(|statement| statement.name.as_str())
    }

    /// Whom it allows the request, as directly as any statement does, and the name of that statement.
    pub(super) fn allows(&self, asked: &Asked, principal: &Principal) -> Option<(Standing, &str)> {
        let allowing = self.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        let speaking =
            allowing.filter_map(|statement| Some((statement.speaks(asked, principal)?, &statement.name)));
        let closest = speaking.min_by_key(|(standing, _)| *standing);
        closest.map(|(standing, name)| (standing, name.as_str()))
    }

    fn only_denies(&self) -> bool {
        self.statements.iter().all(|statement| statement.effect == Effect::Deny)
    }
}

impl Directory {
    /// Whether nothing denies the request, and every policy that limits what others allow leaves it allowed
    /// (KMS-POL-5): first each explicit deny, then the limits, in the order of [`PolicyKind`].
    ///
    /// # Errors
    /// The statement that denies, or the limit that does not allow.
    pub fn within_limits(
        &self,
        asked: &Asked,
        principal: &Principal,
        resource: Option<ResourcePolicy>,
    ) -> Result<(), Denied> {
        let limits = self.limits(principal, resource.map(|resource| resource.account));
        let own = principal.policies();
        for held in limits.iter().chain(&own) {
            if let Some(statement) = held.document.denies(asked, principal) {
                return Err(held.denied(asked, true, format!("statement {statement} of {}", held.name)));
            }
        }
        let of_resource = resource.as_ref();
        let denial = of_resource.and_then(|policy| Some((policy.name, policy.denies(asked, principal)?)));
        if let Some((name, statement)) = denial {
            return Err(Denied {
                by: PolicyKind::Resource,
                explicit: true,
                action: asked.action.to_owned(),
                because: format!("statement {statement} of {name}"),
            });
        }
        for held in &limits {
            // An organisation that only denies keeps FullAWSAccess beside what it attaches.
            let organisation = matches!(held.kind, PolicyKind::ServiceControl | PolicyKind::ResourceControl);
            let leaves = (organisation && held.document.only_denies())
                || held.document.allows(asked, principal).is_some();
            if !leaves {
                return Err(held.denied(asked, false, format!("no statement of {} does", held.name)));
            }
        }
        Ok(())
    }

    /// Whether the principal's own policies allow the request; a root needs none.
    ///
    /// # Errors
    /// If none does.
    pub fn allowed_by_identity(&self, asked: &Asked, principal: &Principal) -> Result<(), Denied> {
        let own = principal.policies();
        if principal.is_root() || own.iter().any(|held| held.document.allows(asked, principal).is_some()) {
            return Ok(());
        }
        let because = match own.len() {
            0 => format!("{} has no IAM policy", principal.arn("aws")),
            n => format!("no statement of the {n} IAM policies of {} does", principal.name()),
        };
        Err(Denied { by: PolicyKind::Identity, explicit: false, action: asked.action.to_owned(), because })
    }

    /// The policies that allow nothing and must each leave a request allowed.
    fn limits<'a>(&'a self, principal: &'a Principal, owner: Option<usize>) -> Vec<Held<'a>> {
        let of_organisation = |kind: PolicyKind, account: usize| {
            let found = self.account(account).filter(|account| !account.management);
            let documents = found.map_or(&[][..], |account| match kind {
                PolicyKind::ServiceControl => &account.service_control,
                _ => &account.resource_control,
            });
            let id = self.account_id(account);
            let held = move |(i, document)| Held {
                kind,
                name: format!("{} {} of account {id}", kind.name(), i + 1),
                document,
            };
            documents.iter().enumerate().map(held)
        };
        let of_principal = |kind: PolicyKind, document: Option<&'a Document>| {
            let name = format!("the {} of {}", kind.name(), principal.name());
            document.map(|document| Held { kind, name, document })
        };
        let mut limits: Vec<Held> =
            of_organisation(PolicyKind::ServiceControl, principal.account()).collect();
        limits
            .extend(owner.into_iter().flat_map(|owner| of_organisation(PolicyKind::ResourceControl, owner)));
        limits.extend(of_principal(PolicyKind::Boundary, principal.boundary()));
        limits.extend(of_principal(PolicyKind::Session, principal.session()));
        limits
    }
}

/// A policy and whose it is.
pub(super) struct Held<'a> {
    pub kind: PolicyKind,
    pub name: String,
    pub document: &'a Document,
}

impl Held<'_> {
    fn denied(&self, asked: &Asked, explicit: bool, because: String) -> Denied {
        Denied { by: self.kind, explicit, action: asked.action.to_owned(), because }
    }
}
