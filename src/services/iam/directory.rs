//! Accounts and principals: who there is, and which policies go with them.

use super::Document;
use super::evaluate::{Held, PolicyKind, Standing};
use super::principals::Named;
use crate::world::{RegionId, RegionSet};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The IAM policy of a principal that the scenario does not declare: it may do whatever key policies leave to IAM, and
/// make the role that synchronises multi-Region keys.
static UNDECLARED: LazyLock<Document> = LazyLock::new(|| {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*",
        "Action": ["kms:*", "iam:CreateServiceLinkedRole"]}}"#;
    match Document::parse(text) {
        Ok(document) => document,
        Err(malformed) => panic!("the policy of undeclared principals: {malformed}"),
    }
});

/// An account as the scenario declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountSetup {
    /// Its name in the scenario.
    pub name: String,
    /// Its twelve digits.
    pub id: String,
    /// Service control policies that bind it (KMS-POL-6); each must leave an action allowed.
    pub service_control: Vec<Document>,
    /// Resource control policies that bind its keys.
    pub resource_control: Vec<Document>,
    /// The opt-in Regions that it has not enabled (KMS-REP-6).
    pub disabled: RegionSet,
    /// The organisation's management account, which service control policies do not bind.
    pub management: bool,
}

/// A principal as the scenario declares it: a role of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalSetup {
    /// Its name in the scenario, in `as`, and as client or reader. `user/alice` is a user, not a role.
    pub name: String,
    /// Index of its account.
    pub account: usize,
    /// Its IAM identity policies.
    pub policies: Vec<Document>,
    /// Its permissions boundary.
    pub boundary: Option<Document>,
    /// The session policy with which the role was assumed.
    pub session: Option<Document>,
    /// Its tags (`aws:PrincipalTag/…`).
    pub tags: BTreeMap<String, String>,
    /// Condition keys that come with its calls: `aws:SourceVpce`, `kms:ViaService`.
    pub request: BTreeMap<String, String>,
}

/// Every account and principal of a run. The first account owns what the scenario declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    accounts: Vec<AccountSetup>,
    principals: BTreeMap<String, PrincipalSetup>,
}

impl Directory {
    /// From what the scenario declares. There is at least one account.
    pub fn new(accounts: Vec<AccountSetup>, principals: Vec<PrincipalSetup>) -> Directory {
        let principals = principals.into_iter().map(|one| (one.name.clone(), one)).collect();
        Directory { accounts, principals }
    }

    /// One account in which every principal may do everything that key policies leave to IAM.
    pub fn of_one_account(id: &str) -> Directory {
        let account = AccountSetup {
            name: "main".to_owned(),
            id: id.to_owned(),
            service_control: Vec::new(),
            resource_control: Vec::new(),
            disabled: RegionSet::default(),
            management: false,
        };
        Directory::new(vec![account], Vec::new())
    }

    /// How many accounts there are.
    pub fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// The twelve digits of an account.
    pub fn account_id(&self, account: usize) -> &str {
        self.accounts.get(account).map_or("", |account| account.id.as_str())
    }

    /// The account with these twelve digits, if there is one.
    pub fn account_named(&self, id: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.id == id)
    }

    /// The opt-in Regions that an account has not enabled.
    pub fn disabled(&self, account: usize) -> RegionSet {
        self.accounts.get(account).map_or(RegionSet::default(), |account| account.disabled)
    }

    /// A Region is disabled or enabled for an account.
    pub fn opt(&mut self, account: usize, region: RegionId, enabled: bool) {
        if let Some(account) = self.accounts.get_mut(account) {
            account.disabled =
                if enabled { account.disabled.without(region) } else { account.disabled.with(region) };
        }
    }

    /// A service control policy is attached to an account.
    pub fn attach(&mut self, account: usize, policy: Document) {
        if let Some(account) = self.accounts.get_mut(account) {
            account.service_control.push(policy);
        }
    }

    /// One service control policy like this is taken away from an account.
    pub fn detach(&mut self, account: usize, policy: &Document) {
        if let Some(account) = self.accounts.get_mut(account)
            && let Some(at) = account.service_control.iter().rposition(|held| held == policy)
        {
            account.service_control.remove(at);
        }
    }

    /// The name of an account in the scenario.
    pub fn account_name(&self, account: usize) -> &str {
        self.accounts.get(account).map_or("", |account| account.name.as_str())
    }

    /// The account of a principal, as [`principal`](Directory::principal) finds it.
    pub fn account_of(&self, principal: &str) -> usize {
        self.principal(principal).account()
    }

    /// An account, if there is one.
    pub(super) fn account(&self, account: usize) -> Option<&AccountSetup> {
        self.accounts.get(account)
    }

    /// A principal by its name in the scenario: one that is declared; `root` of the first account, or
    /// `<account>/root`; `user/<name>`, a user of the first account; any other name is a role of the first account.
    pub fn principal<'a>(&'a self, name: &'a str) -> Principal<'a> {
        let declared = self.principals.get(name);
        let root = match name.strip_suffix("/root").filter(|account| *account != "user") {
            Some(account) => self.accounts.iter().position(|known| known.name == account),
            None => (name == "root").then_some(0),
        };
        let account = declared.map_or(root.unwrap_or(0), |declared| declared.account);
        let kind = match (declared, root, name.strip_prefix("user/")) {
            (None, Some(_), _) => PrincipalKind::Root,
            (_, _, Some(user)) => PrincipalKind::User(user),
            (_, _, None) => PrincipalKind::Role(name),
        };
        Principal { kind, account, account_id: self.account_id(account), declared }
    }

    /// A principal of a policy that does not exist: its account is none of the directory's, or its account is not the
    /// first and does not declare it.
    pub fn missing_principal(&self, document: &Document) -> Option<String> {
        let named = document.statements.iter().filter_map(|statement| statement.principals.as_ref());
        let missing = |named: &&Named| match named {
            Named::Everyone | Named::Elsewhere => false,
            Named::Account(id) => self.account_named(id).is_none(),
            Named::Role { account, name } => !self.has(account, name),
            Named::User { account, name } => !self.has(account, &format!("user/{name}")),
        };
        named.flat_map(|named| &named.among).find(missing).map(|named| match named {
            Named::Account(id) => id.clone(),
            Named::Role { account, name } => format!("arn:aws:iam::{account}:role/{name}"),
            Named::User { account, name } => format!("arn:aws:iam::{account}:user/{name}"),
            Named::Everyone | Named::Elsewhere => String::new(),
        })
    }

    fn has(&self, account: &str, principal: &str) -> bool {
        let account = self.account_named(account);
        account.is_some_and(|account| match self.principals.get(principal) {
            Some(declared) => declared.account == account,
            None => account == 0,
        })
    }
}

/// Somebody who calls.
#[derive(Clone, Copy, Debug)]
pub struct Principal<'a> {
    kind: PrincipalKind<'a>,
    account: usize,
    account_id: &'a str,
    declared: Option<&'a PrincipalSetup>,
}

#[derive(Clone, Copy, Debug)]
enum PrincipalKind<'a> {
    Root,
    User(&'a str),
    Role(&'a str),
}

impl<'a> Principal<'a> {
    /// Its account, as an index of the directory.
    pub fn account(&self) -> usize {
        self.account
    }

    /// The account's root.
    pub fn is_root(&self) -> bool {
        matches!(self.kind, PrincipalKind::Root)
    }

    /// Its ARN in a partition. A role is called by its own ARN, not by that of a session.
    pub fn arn(&self, partition: &str) -> String {
        format!("arn:{partition}:iam::{}:{}", self.account_id, self.name())
    }

    /// `role/app`
    pub fn name(&self) -> String {
        match self.kind {
            PrincipalKind::Root => "root".to_owned(),
            PrincipalKind::User(name) => format!("user/{name}"),
            PrincipalKind::Role(name) => format!("role/{name}"),
        }
    }

    /// A condition key of its own (`aws:Principal…`, or one that comes with its calls), by its name in lower case.
    pub fn key(&self, name: &str, partition: &str) -> Vec<String> {
        if let Some(tag) = name.strip_prefix("aws:principaltag/") {
            return self.declared.map_or_else(Vec::new, |declared| values_of(&declared.tags, tag));
        }
        match (name, self.kind) {
            ("aws:principalarn", _) => vec![self.arn(partition)],
            ("aws:principalaccount", _) => vec![self.account_id.to_owned()],
            ("aws:principaltype", PrincipalKind::Root) => vec!["Account".to_owned()],
            ("aws:principaltype", PrincipalKind::User(_)) => vec!["User".to_owned()],
            ("aws:principaltype", PrincipalKind::Role(_)) => vec!["AssumedRole".to_owned()],
            ("aws:username", PrincipalKind::User(user)) => vec![user.to_owned()],
            _ => self.declared.map_or_else(Vec::new, |declared| values_of(&declared.request, name)),
        }
    }

    /// How it stands to a principal that a policy names.
    pub(super) fn standing(&self, named: &Named) -> Option<Standing> {
        let same = |account: &str| account == self.account_id;
        match (named, self.kind) {
            (Named::Everyone, _) => Some(Standing::Direct),
            (Named::Account(account), _) if same(account) => Some(Standing::ThroughAccount),
            (Named::Role { account, name }, PrincipalKind::Role(own)) if same(account) && name == own => {
                Some(Standing::Direct)
            }
            (Named::User { account, name }, PrincipalKind::User(own)) if same(account) && name == own => {
                Some(Standing::Direct)
            }
            _ => None,
        }
    }

    pub(super) fn boundary(&self) -> Option<&'a Document> {
        self.declared.and_then(|declared| declared.boundary.as_ref())
    }

    pub(super) fn session(&self) -> Option<&'a Document> {
        self.declared.and_then(|declared| declared.session.as_ref())
    }

    /// Its IAM policies; a root has none.
    pub(super) fn policies(&self) -> Vec<Held<'a>> {
        let documents: &'a [Document] = match (self.declared, self.kind) {
            (Some(declared), _) => &declared.policies,
            (None, PrincipalKind::Root) => &[],
            (None, _) => std::slice::from_ref(&*UNDECLARED),
        };
        let held = |(document, number)| Held { kind: PolicyKind::Identity, number, of: "", document };
        documents.iter().zip(1..).map(held).collect()
    }
}

/// The values under a name in which case does not matter; `name` is in lower case.
fn values_of(pairs: &BTreeMap<String, String>, name: &str) -> Vec<String> {
    let same = pairs.iter().filter(|(key, _)| key.to_ascii_lowercase() == name);
    same.map(|(_, value)| value.clone()).collect()
}
