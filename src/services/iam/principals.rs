//! Whom a policy names: the `Principal` of its statements.

/// One principal as a policy names it. The partition of an ARN does not matter: the accounts of a run are the same
/// in all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// `"*"`
    Everyone,
    /// An account's ID, or the ARN of its root: whoever in it the account's own policies allow.
    Account(String),
    /// `arn:aws:iam::111122223333:role/app`, and every session of it.
    Role { account: String, name: String },
    /// `arn:aws:iam::111122223333:user/alice`
    User { account: String, name: String },
    /// A service, or who signs in elsewhere: nobody in a run.
    Elsewhere,
}

impl Named {
    /// A value of `"AWS"`; nothing if it names no principal. No wildcard stands within one.
    pub fn read(text: &str) -> Option<Named> {
        if text == "*" {
            return Some(Named::Everyone);
        }
        if is_account(text) {
            return Some(Named::Account(text.to_owned()));
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, "", account, who] = parts[..] else { return None };
        if !partition.starts_with("aws") || text.contains(['*', '?']) {
            return None;
        }
        let account = account.to_owned();
        match (service, who.split_once('/')) {
            ("iam", None) if who == "root" => Some(Named::Account(account)),
            ("iam", Some(("role", name))) if !name.is_empty() => {
                Some(Named::Role { account, name: name.to_owned() })
            }
            ("iam", Some(("user", name))) if !name.is_empty() => {
                Some(Named::User { account, name: name.to_owned() })
            }
            ("sts", Some(("assumed-role", session))) => {
                let (name, _) = session.split_once('/')?;
                Some(Named::Role { account, name: name.to_owned() })
            }
            ("sts", Some(("federated-user", _))) => Some(Named::Elsewhere),
            _ => None,
        }
    }
}

/// Twelve digits.
fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principals_are_named_in_aws_ways() {
        let account = "111122223333".to_owned();
        let role = |name: &str| Named::Role { account: account.clone(), name: name.to_owned() };
        for (text, named) in [
            ("*", Named::Everyone),
            ("111122223333", Named::Account(account.clone())),
            ("arn:aws:iam::111122223333:root", Named::Account(account.clone())),
            ("arn:aws-cn:iam::111122223333:role/team/app", role("team/app")),
            ("arn:aws:sts::111122223333:assumed-role/app/session", role("app")),
            (
                "arn:aws:iam::111122223333:user/alice",
                Named::User { account: account.clone(), name: "alice".to_owned() },
            ),
        ] {
            assert_eq!(Named::read(text), Some(named), "{text}");
        }
        for wrong in [
            "",
            "app",
            "11112222333",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam:us-east-1:111122223333:root",
            "arn:aws:sts::111122223333:assumed-role/app",
            "arn:aws:s3:::bucket",
        ] {
            assert_eq!(Named::read(wrong), None, "{wrong}");
        }
    }
}
