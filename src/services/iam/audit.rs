//! What stands in a policy to no effect: AWS takes it without a word, and the statement says something else than meant.

use super::Document;
use super::policy::Statement;

/// The name of a statement and what stands in it.
pub type Named<'a> = (&'a str, String);

impl Document {
    /// The actions of a service that fit none of those known; a wildcard fits what it covers.
    pub fn unknown_actions(&self, service: &str, known: &[&str]) -> Vec<Named<'_>> {
        let prefix = format!("{service}:");
        let known: Vec<String> =
            known.iter().map(|name| format!("{prefix}{}", name.to_lowercase())).collect();
        let unknown = |statement: &Statement| {
            let texts = statement.actions.among.iter().filter_map(|action| {
                let fits = known.iter().any(|known| action.fits(known, &|_| Vec::new()));
                action.literal(&|_| Vec::new()).filter(|text| !fits && text.starts_with(&prefix))
            });
            texts.collect::<Vec<String>>()
        };
        self.each(unknown)
    }

    /// The condition keys, in lower case, of the statements that speak of a service.
    pub fn condition_keys(&self, service: &str) -> Vec<Named<'_>> {
        let prefix = format!("{service}:");
        let keys = |statement: &Statement| {
            let actions = &statement.actions;
            let speaks = actions.except
                || actions
                    .among
                    .iter()
                    .filter_map(|action| action.literal(&|_| Vec::new()))
                    .any(|text| text == "*" || text.starts_with(&prefix));
            let keys = statement.conditions.iter().map(|condition| condition.key().to_owned());
            keys.filter(|_| speaks).collect::<Vec<String>>()
        };
        self.each(keys)
    }

    fn each(&self, found: impl Fn(&Statement) -> Vec<String>) -> Vec<Named<'_>> {
        let named = |statement| found(statement).into_iter().map(|text| (statement.name.as_str(), text));
        self.statements.iter().flat_map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(statements: &str) -> Document {
        Document::parse(&format!(r#"{{"Statement": [{statements}]}}"#)).unwrap()
    }

    fn texts(found: Vec<Named>) -> Vec<String> {
        found.into_iter().map(|(statement, text)| format!("{statement} {text}")).collect()
    }

    #[test]
    fn actions_that_nothing_fits_are_found() {
        let policy = document(
            r#"{"Sid": "A", "Effect": "Allow", "Action": ["kms:Decrpyt", "kms:de*", "kms:ReEncrypt", "s3:Get"], "Resource": "*"},
               {"Effect": "Deny", "NotAction": ["KMS:Foo*", "*"], "Resource": "*"}"#,
        );
        let known = ["Decrypt", "DescribeKey", "ReEncryptFrom"];
        let expected = [r#""A" kms:decrpyt"#, r#""A" kms:reencrypt"#, "Statement[1] kms:foo*"];
        assert_eq!(texts(policy.unknown_actions("kms", &known)), expected);
    }

    #[test]
    fn condition_keys_count_where_the_service_is_spoken_of() {
        let policy = document(
            r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"s3:X": "true"}}},
               {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Condition": {"Bool": {"kms:X": "true"}}},
               {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Null": {"aws:Y": "true"}}},
               {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*", "Condition": {"Null": {"aws:Z": "true"}}}"#,
        );
        let expected = ["Statement[1] kms:x", "Statement[2] aws:y", "Statement[3] aws:z"];
        assert_eq!(texts(policy.condition_keys("kms")), expected);
    }
}
