//! The accounts and principals of a table's case.

use mrksim::services::iam::{AccountSetup, Directory, Document, PrincipalSetup};
use std::collections::BTreeMap;

/// Who there is, line by line.
#[derive(Default)]
pub struct People {
    accounts: Vec<AccountSetup>,
    principals: Vec<PrincipalSetup>,
}

impl People {
    pub fn line(&mut self, word: &str, rest: &str, here: &str) {
        let (names, json) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
        let names: Vec<&str> = names.split_whitespace().collect();
        let document = || document(json, here);
        match (word, &names[..]) {
            ("account", [name, id, rest @ ..]) => {
                let management = match rest {
                    [] => false,
                    ["management"] => true,
                    _ => panic!("{here}: account NAME ID [management]"),
                };
                let account = self.account(name, here);
                let id = id.to_string();
                self.accounts[account] = AccountSetup { id, management, ..self.accounts[account].clone() };
            }
            ("scp", [account]) => {
                let account = self.account(account, here);
                self.accounts[account].service_control.push(document());
            }
            ("rcp", [account]) => {
                let account = self.account(account, here);
                self.accounts[account].resource_control.push(document());
            }
            ("principal", [name, account @ ..]) => {
                let account = account.first().map_or(0, |account| self.account(account, here));
                let principal = self.principal(name);
                principal.account = account;
                if !json.is_empty() {
                    principal.policies.push(document());
                }
            }
            ("boundary", [name]) => self.principal(name).boundary = Some(document()),
            ("session", [name]) => self.principal(name).session = Some(document()),
            ("tag", [name, pair]) => insert(&mut self.principal(name).tags, pair, here),
            ("comes-with", [name, pair]) => insert(&mut self.principal(name).request, pair, here),
            _ => panic!("{here}: what is that?"),
        }
    }

    pub fn directory(&self) -> Directory {
        let mut accounts = self.accounts.clone();
        if accounts.is_empty() {
            accounts.push(main());
        }
        Directory::new(accounts, self.principals.clone())
    }

    /// An account by name; the first is `main`, and one that is new is added.
    fn account(&mut self, name: &str, here: &str) -> usize {
        if self.accounts.is_empty() {
            self.accounts.push(main());
        }
        if let Some(found) = self.accounts.iter().position(|account| account.name == name) {
            return found;
        }
        assert!(here.contains(": account "), "{here}: no account {name}");
        self.accounts.push(AccountSetup { name: name.to_owned(), ..main() });
        self.accounts.len() - 1
    }

    fn principal(&mut self, name: &str) -> &mut PrincipalSetup {
        let found = self.principals.iter().position(|principal| principal.name == name);
        let index = found.unwrap_or_else(|| {
            self.principals.push(PrincipalSetup {
                name: name.to_owned(),
                account: 0,
                policies: Vec::new(),
                boundary: None,
                session: None,
                tags: BTreeMap::new(),
                request: BTreeMap::new(),
            });
            self.principals.len() - 1
        });
        &mut self.principals[index]
    }
}

pub fn document(json: &str, here: &str) -> Document {
    Document::parse(json).unwrap_or_else(|error| panic!("{here}: {}: {error}", error.path))
}

/// `name=value`
pub fn insert(pairs: &mut BTreeMap<String, String>, pair: &str, here: &str) {
    let (name, value) = pair.split_once('=').unwrap_or_else(|| panic!("{here}: {pair} is no name=value"));
    pairs.insert(name.to_owned(), value.to_owned());
}

fn main() -> AccountSetup {
    AccountSetup {
        name: "main".to_owned(),
        id: "111122223333".to_owned(),
        service_control: Vec::new(),
        resource_control: Vec::new(),
        management: false,
    }
}
