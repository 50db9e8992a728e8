//! Accounts and principals: who there is, and which policies go with them.

use super::Document;
use std::collections::BTreeMap;

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
    /// The organisation's management account, which service control policies do not bind.
    pub management: bool,
}

/// A principal as the scenario declares it: a role of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalSetup {
    /// Its name in the scenario, in `as`, and as client or reader.
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

    /// The account of a principal; one that is not declared belongs to the first.
    pub fn account_of(&self, principal: &str) -> usize {
        self.principals.get(principal).map_or(0, |principal| principal.account)
    }
}
