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
    /// What it is called: `key policy`.
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
                return Err(held.denied(
                    asked,
                    true,
                    format!("statement {statement} of {}", held.name(principal)),
                ));
            }
        }
        let of_resource = resource.as_ref();
        let denial = of_resource.and_then(|policy| Some((policy.name, policy.denies(asked, principal)?)));
        if let Some((name, statement)) = denial {
            return Err(Denied {
                by: PolicyKind::Resource,
                explicit: true,
                action: asked.action.to_owned(),
                because: format!("statement {statement} of the {name} of {}", asked.resource),
            });
        }
        for held in &limits {
            // An organisation that only denies keeps FullAWSAccess beside what it attaches.
            let organisation = matches!(held.kind, PolicyKind::ServiceControl | PolicyKind::ResourceControl);
            let leaves = (organisation && held.document.only_denies())
                || held.document.allows(asked, principal).is_some();
            if !leaves {
                return Err(held.denied(
                    asked,
                    false,
                    format!("no statement of {} does", held.name(principal)),
                ));
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
            0 => format!("{} has no IAM policy", principal.name()),
            n => format!("no statement of the {n} IAM policies of {} does", principal.name()),
        };
        Err(Denied { by: PolicyKind::Identity, explicit: false, action: asked.action.to_owned(), because })
    }

    /// The policies that allow nothing and must each leave a request allowed.
    fn limits<'a>(&'a self, principal: &Principal<'a>, owner: Option<usize>) -> Vec<Held<'a>> {
        let of_organisation = |kind: PolicyKind, account: usize| {
            let found = self.account(account).filter(|account| !account.management);
            let documents = found.map_or(&[][..], |account| match kind {
                PolicyKind::ServiceControl => &account.service_control,
                _ => &account.resource_control,
            });
            let of = self.account_id(account);
            documents.iter().zip(1..).map(move |(document, number)| Held { kind, number, of, document })
        };
        let of_principal = |kind: PolicyKind, document: Option<&'a Document>| {
            document.map(|document| Held { kind, number: 1, of: "", document })
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
    /// Which of its kind, from 1.
    pub number: usize,
    /// The account whose organisation's it is; else it is the principal's.
    pub of: &'a str,
    pub document: &'a Document,
}

impl Held<'_> {
    fn name(&self, principal: &Principal) -> String {
        let (kind, number) = (self.kind.name(), self.number);
        match self.kind {
            PolicyKind::ServiceControl | PolicyKind::ResourceControl => {
                format!("{kind} {number} of account {}", self.of)
            }
            PolicyKind::Identity => format!("IAM policy {number} of {}", principal.name()),
            _ => format!("the {kind} of {}", principal.name()),
        }
    }

    fn denied(&self, asked: &Asked, explicit: bool, because: String) -> Denied {
        Denied { by: self.kind, explicit, action: asked.action.to_owned(), because }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AccountSetup, PrincipalSetup};
    use super::*;
    use std::collections::BTreeMap;

    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1";

    fn document(statements: &str) -> Document {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        Document::parse(&text).unwrap_or_else(|error| panic!("{statements}: {error}"))
    }

    /// Role `app`, with one IAM policy, of an account with one service control policy if given.
    fn directory(iam: &str, organisation: Option<&str>) -> Directory {
        let account = AccountSetup {
            name: "main".to_owned(),
            id: "111122223333".to_owned(),
            service_control: organisation.map(document).into_iter().collect(),
            resource_control: Vec::new(),
            disabled: Default::default(),
            management: false,
        };
        let principal = PrincipalSetup {
            name: "app".to_owned(),
            account: 0,
            policies: vec![document(iam)],
            boundary: None,
            session: None,
            tags: BTreeMap::from([("Team".to_owned(), "red".to_owned())]),
            request: BTreeMap::new(),
        };
        Directory::new(vec![account], vec![principal])
    }

    fn decide(directory: &Directory, action: &str) -> Result<(), String> {
        let principal = directory.principal("app");
        let keys = |name: &str| principal.key(name, "aws");
        let asked = Asked { action, resource: KEY, keys: &keys };
        let within = directory.within_limits(&asked, &principal, None);
        within
            .and_then(|()| directory.allowed_by_identity(&asked, &principal))
            .map_err(|denied| denied.to_string())
    }

    #[test]
    fn statements_speak_of_action_and_resource() {
        for (statement, action, allowed) in [
            (r#"{"Effect":"Allow","Action":"KMS:de*","Resource":"*"}"#, "kms:Decrypt", true),
            (r#"{"Effect":"Allow","Action":"kms:de?rypt","Resource":"*"}"#, "kms:Decrypt", true),
            (r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#, "kms:Decrypt", false),
            (r#"{"Effect":"Allow","NotAction":"kms:Decrypt","Resource":"*"}"#, "kms:Decrypt", false),
            (r#"{"Effect":"Allow","NotAction":"kms:Decrypt","Resource":"*"}"#, "kms:Encrypt", true),
            (
                r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:kms:eu-*:111122223333:key/mrk-?"}"#,
                "kms:Encrypt",
                true,
            ),
            (
                r#"{"Effect":"Allow","Action":"*","Resource":"arn:aws:kms:us-*:*:key/*"}"#,
                "kms:Encrypt",
                false,
            ),
            (r#"{"Effect":"Allow","Action":"*","NotResource":"arn:aws:kms:eu-*"}"#, "kms:Encrypt", false),
            (
                r#"{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"red"}}}"#,
                "kms:Encrypt",
                true,
            ),
            (
                r#"{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"kms:Enc*","Resource":"*"}"#,
                "kms:Encrypt",
                false,
            ),
        ] {
            assert_eq!(decide(&directory(statement, None), action).is_ok(), allowed, "{statement} {action}");
        }
    }

    #[test]
    fn a_denial_names_its_statement() {
        let everything = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
        let denies = r#"{"Sid":"No","Effect":"Deny","Action":"kms:Decrypt","Resource":"*"}"#;
        let both = format!("{everything},{denies}");
        assert_eq!(
            decide(&directory(&both, None), "kms:Decrypt").expect_err("denied"),
            "with an explicit deny in an identity-based policy: statement \"No\" of IAM policy 1 of role/app"
        );
        assert_eq!(
            decide(&directory(everything, Some(denies)), "kms:Decrypt").expect_err("denied"),
            "with an explicit deny in a service control policy: statement \"No\" of service control policy 1 of account \
             111122223333"
        );
        assert_eq!(decide(&directory(everything, Some(denies)), "kms:Encrypt"), Ok(()));
        let describes = r#"{"Effect":"Allow","Action":"kms:Describe*","Resource":"*"}"#;
        assert_eq!(
            decide(&directory(everything, Some(describes)), "kms:Encrypt").expect_err("denied"),
            "because no service control policy allows the kms:Encrypt action: no statement of service control policy 1 \
             of account 111122223333 does"
        );
        assert!(decide(&directory(describes, Some(everything)), "kms:Encrypt").is_err());
    }

    #[test]
    fn a_policy_of_a_resource_says_to_whom() {
        let directory = directory(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#, None);
        let standing = |principal: &str, element: &str, who: &str| {
            let effect = if element == "Principal" { "Allow" } else { "Deny" };
            let document = document(&format!(
                r#"{{"Effect":"{effect}","{element}":{who},"Action":"*","Resource":"*"}}"#
            ));
            let principal = directory.principal(principal);
            let asked = Asked { action: "kms:Encrypt", resource: KEY, keys: &|_: &str| Vec::new() };
            match document.denies(&asked, &principal) {
                Some(_) => Some(Standing::Direct),
                None => document.allows(&asked, &principal).map(|(standing, _)| standing),
            }
        };
        let (direct, account) = (Some(Standing::Direct), Some(Standing::ThroughAccount));
        let everyone = r#""*""#;
        let main = r#"{"AWS":"111122223333"}"#;
        let app = r#"{"AWS":"arn:aws:iam::111122223333:role/app"}"#;
        let both = r#"{"AWS":["111122223333","arn:aws:iam::111122223333:role/app"]}"#;
        let alice = r#"{"AWS":"arn:aws-cn:iam::111122223333:user/alice"}"#;
        let service = r#"{"Service":"dynamodb.amazonaws.com"}"#;
        for (principal, element, who, expected) in [
            ("app", "Principal", everyone, direct),
            ("app", "Principal", main, account),
            ("app", "Principal", app, direct),
            ("app", "Principal", both, direct),
            ("app", "Principal", service, None),
            ("other", "Principal", app, None),
            ("root", "Principal", main, account),
            ("root", "Principal", app, None),
            ("user/alice", "Principal", alice, direct),
            ("alice", "Principal", alice, None),
            ("app", "NotPrincipal", app, None),
            ("other", "NotPrincipal", app, direct),
            ("other", "NotPrincipal", main, None),
        ] {
            assert_eq!(standing(principal, element, who), expected, "{principal} {element} {who}");
        }
    }
}
