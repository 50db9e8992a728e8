//! The `Condition` of a statement: what the keys of a request must be.

use super::pattern::Pattern;
use super::{Keys, values};

/// One key under one operator. It holds, or the statement says nothing about the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    operator: Operator,
    /// In lower case: the names of condition keys have none.
    key: String,
    values: Vec<Pattern>,
}

/// A condition operator, with what stands before and after its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    quantifier: Option<Quantifier>,
    comparison: Comparison,
    negated: bool,
    if_exists: bool,
}

/// How the several values of a key count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    AllValues,
    AnyValue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Text,
    TextWithoutCase,
    TextLike,
    Bool,
    Number(Relation),
    Date(Relation),
    Address,
    Arn,
    Null,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Every operator: its name, what it compares, whether it is negated.
const OPERATORS: &[(&str, Comparison, bool)] = &[
    ("StringEquals", Comparison::Text, false),
    ("StringNotEquals", Comparison::Text, true),
    ("StringEqualsIgnoreCase", Comparison::TextWithoutCase, false),
    ("StringNotEqualsIgnoreCase", Comparison::TextWithoutCase, true),
    ("StringLike", Comparison::TextLike, false),
    ("StringNotLike", Comparison::TextLike, true),
    ("NumericEquals", Comparison::Number(Relation::Equal), false),
    ("NumericNotEquals", Comparison::Number(Relation::Equal), true),
    ("NumericLessThan", Comparison::Number(Relation::Less), false),
    ("NumericLessThanEquals", Comparison::Number(Relation::LessOrEqual), false),
    ("NumericGreaterThan", Comparison::Number(Relation::Greater), false),
    ("NumericGreaterThanEquals", Comparison::Number(Relation::GreaterOrEqual), false),
    ("DateEquals", Comparison::Date(Relation::Equal), false),
    ("DateNotEquals", Comparison::Date(Relation::Equal), true),
    ("DateLessThan", Comparison::Date(Relation::Less), false),
    ("DateLessThanEquals", Comparison::Date(Relation::LessOrEqual), false),
    ("DateGreaterThan", Comparison::Date(Relation::Greater), false),
    ("DateGreaterThanEquals", Comparison::Date(Relation::GreaterOrEqual), false),
    ("Bool", Comparison::Bool, false),
    ("BinaryEquals", Comparison::Text, false),
    ("IpAddress", Comparison::Address, false),
    ("NotIpAddress", Comparison::Address, true),
    ("ArnEquals", Comparison::Arn, false),
    ("ArnNotEquals", Comparison::Arn, true),
    ("ArnLike", Comparison::Arn, false),
    ("ArnNotLike", Comparison::Arn, true),
    ("Null", Comparison::Null, false),
];

impl Operator {
    /// `ForAllValues:StringLikeIfExists`; nothing if there is no such operator.
    pub fn read(text: &str) -> Option<Operator> {
        let (quantifier, name) = match text.split_once(':') {
            None => (None, text),
            Some(("ForAllValues", name)) => (Some(Quantifier::AllValues), name),
            Some(("ForAnyValue", name)) => (Some(Quantifier::AnyValue), name),
            Some(_) => return None,
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (_, comparison, negated) = *OPERATORS.iter().find(|(known, ..)| *known == name)?;
        let about_presence = if_exists || quantifier.is_some();
        let operator = Operator { quantifier, comparison, negated, if_exists };
        (comparison != Comparison::Null || !about_presence).then_some(operator)
    }

    /// What is wrong with a value of this operator in a policy, if anything is.
    fn objection(self, value: &str) -> Option<&'static str> {
        let fits = match self.comparison {
            Comparison::Bool | Comparison::Null => matches!(value, "true" | "false"),
            Comparison::Number(_) => values::number(value).is_some(),
            Comparison::Date(_) => values::date(value).is_some(),
            Comparison::Address => values::network(value).is_some(),
            _ => true,
        };
        let wanted = match self.comparison {
            Comparison::Number(_) => "is no number",
            Comparison::Date(_) => "is neither a date nor seconds since 1970",
            Comparison::Address => "is neither an IP address nor a CIDR block",
            _ => "is neither true nor false",
        };
        (!fits).then_some(wanted)
    }
}

impl Condition {
    /// A condition from its parts; the error says what is wrong with which value.
    pub fn read(
        operator: Operator,
        key: &str,
        texts: &[String],
        variables: bool,
    ) -> Result<Condition, String> {
        let mut values = Vec::with_capacity(texts.len());
        for text in texts {
            if let Some(objection) = operator.objection(text) {
                return Err(format!("`{text}` {objection}"));
            }
            values.push(Pattern::read(text, variables)?);
        }
        Ok(Condition { operator, key: key.to_ascii_lowercase(), values })
    }

    /// The condition key, in lower case.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether the request meets it. A key that the request has not meets no operator but the negated ones, `IfExists`,
    /// `ForAllValues` and `Null`.
    pub fn holds(&self, keys: &Keys) -> bool {
        let Operator { quantifier, comparison, negated, if_exists } = self.operator;
        let found = keys(&self.key);
        if comparison == Comparison::Null {
            let absent = if found.is_empty() { "true" } else { "false" };
            return self.values.iter().any(|wanted| wanted.fits(absent, keys));
        }
        if found.is_empty() {
            let by_default = match quantifier {
                Some(Quantifier::AllValues) => true,
                Some(Quantifier::AnyValue) => false,
                None => negated,
            };
            return if_exists || by_default;
        }
        let meets =
            |value: &String| self.values.iter().any(|wanted| self.compare(value, wanted, keys)) != negated;
        match quantifier {
            Some(Quantifier::AllValues) => found.iter().all(meets),
            None if negated => found.iter().all(meets),
            _ => found.iter().any(meets),
        }
    }

    fn compare(&self, value: &str, wanted: &Pattern, keys: &Keys) -> bool {
        let same = |compare: fn(&str, &str) -> bool| {
            wanted.literal(keys).is_some_and(|wanted| compare(value, &wanted))
        };
        match self.operator.comparison {
            Comparison::Text => same(|value, wanted| value == wanted),
            Comparison::TextWithoutCase => {
                same(|value, wanted| value.to_lowercase() == wanted.to_lowercase())
            }
            Comparison::Bool => same(|value, wanted| value.eq_ignore_ascii_case(wanted)),
            Comparison::TextLike => wanted.fits(value, keys),
            Comparison::Arn => wanted.fits_arn(value, keys),
            Comparison::Number(relation) => {
                let wanted = wanted.literal(keys).and_then(|text| values::number(&text));
                relation.holds(values::number(value), wanted)
            }
            Comparison::Date(relation) => {
                let wanted = wanted.literal(keys).and_then(|text| values::date(&text));
                relation.holds(values::date(value), wanted)
            }
            Comparison::Address => {
                let block = wanted.literal(keys).and_then(|text| values::network(&text));
                block.zip(value.parse().ok()).is_some_and(|(block, address)| values::contains(block, address))
            }
            Comparison::Null => false,
        }
    }
}

impl Relation {
    fn holds<T: PartialOrd>(self, value: Option<T>, wanted: Option<T>) -> bool {
        let (Some(value), Some(wanted)) = (value, wanted) else { return false };
        match self {
            Relation::Equal => value == wanted,
            Relation::Less => value < wanted,
            Relation::LessOrEqual => value <= wanted,
            Relation::Greater => value > wanted,
            Relation::GreaterOrEqual => value >= wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request: `a:one` has one value, `a:many` two, `a:none` none.
    fn request(key: &str) -> Vec<String> {
        let values: &[&str] = match key {
            "a:one" => &["eu-west-1"],
            "a:many" => &["app", "tier"],
            "a:flag" => &["true"],
            "a:days" => &["30"],
            "a:date" => &["2026-01-01T00:00:00Z"],
            "a:address" => &["203.0.113.9"],
            "a:arn" => &["arn:aws:iam::111122223333:role/team/app"],
            _ => &[],
        };
        values.iter().map(|value| value.to_string()).collect()
    }

    fn holds(operator: &str, key: &str, values: &[&str]) -> bool {
        let operator = Operator::read(operator).unwrap_or_else(|| panic!("{operator}"));
        let values: Vec<String> = values.iter().map(|value| value.to_string()).collect();
        Condition::read(operator, key, &values, true).expect("well formed").holds(&request)
    }

    #[test]
    fn operators_compare() {
        for (operator, key, values, holding) in [
            ("StringEquals", "A:One", &["us-east-1", "eu-west-1"][..], true),
            ("StringEquals", "a:one", &["EU-WEST-1"], false),
            ("StringEquals", "a:one", &["eu-*"], false),
            ("StringEqualsIgnoreCase", "a:one", &["EU-WEST-1"], true),
            ("StringNotEqualsIgnoreCase", "a:one", &["EU-WEST-1"], false),
            ("StringNotEquals", "a:one", &["us-east-1", "eu-west-1"], false),
            ("StringNotEquals", "a:one", &["us-east-1"], true),
            ("StringLike", "a:one", &["eu-*-?"], true),
            ("StringNotLike", "a:one", &["eu-*"], false),
            ("StringLike", "a:one", &["${a:one}"], true),
            ("StringLike", "a:one", &["${a:none}"], false),
            ("StringNotLike", "a:one", &["${a:none}"], true),
            ("Bool", "a:flag", &["true"], true),
            ("Bool", "a:flag", &["false"], false),
            ("NumericEquals", "a:days", &["30.0"], true),
            ("NumericNotEquals", "a:days", &["30"], false),
            ("NumericLessThan", "a:days", &["30"], false),
            ("NumericLessThanEquals", "a:days", &["30"], true),
            ("NumericGreaterThan", "a:days", &["29"], true),
            ("NumericGreaterThanEquals", "a:days", &["31"], false),
            ("NumericLessThan", "a:one", &["30"], false),
            ("DateLessThan", "a:date", &["2026-01-01T00:00:01Z"], true),
            ("DateGreaterThan", "a:date", &["2026-01-01"], false),
            ("DateEquals", "a:date", &["1767225600"], true),
            ("IpAddress", "a:address", &["10.0.0.0/8", "203.0.113.0/24"], true),
            ("NotIpAddress", "a:address", &["203.0.113.0/24"], false),
            ("ArnLike", "a:arn", &["arn:aws:iam::*:role/*"], true),
            ("ArnEquals", "a:arn", &["arn:aws:iam::*:role/team/app"], true),
            ("ArnLike", "a:arn", &["arn:*:role/team/app"], false),
            ("ArnNotLike", "a:arn", &["arn:aws:iam::999988887777:*"], true),
        ] {
            assert_eq!(holds(operator, key, values), holding, "{operator} {key} {values:?}");
        }
    }

    #[test]
    fn what_is_absent_meets_the_negated_and_the_conditional() {
        for (operator, values, holding) in [
            ("StringEquals", &["x"][..], false),
            ("StringNotEquals", &["x"], true),
            ("StringEqualsIfExists", &["x"], true),
            ("BoolIfExists", &["true"], true),
            ("NumericLessThan", &["5"], false),
            ("ForAllValues:StringEquals", &["x"], true),
            ("ForAnyValue:StringEquals", &["x"], false),
            ("ForAnyValue:StringNotEquals", &["x"], false),
            ("Null", &["true"], true),
            ("Null", &["false"], false),
        ] {
            assert_eq!(holds(operator, "a:none", values), holding, "{operator} {values:?}");
        }
        assert!(holds("Null", "a:one", &["false"]) && !holds("Null", "a:one", &["true"]));
        assert!(!holds("StringEqualsIfExists", "a:one", &["x"]));
    }

    #[test]
    fn several_values_count_each() {
        for (operator, values, holding) in [
            ("ForAllValues:StringEquals", &["app", "tier", "x"][..], true),
            ("ForAllValues:StringEquals", &["app"], false),
            ("ForAnyValue:StringEquals", &["app"], true),
            ("ForAnyValue:StringEquals", &["x"], false),
            ("ForAllValues:StringNotEquals", &["x"], true),
            ("ForAllValues:StringNotEquals", &["app"], false),
            ("ForAnyValue:StringNotLike", &["a*"], true),
            ("ForAnyValue:StringNotLike", &["*"], false),
        ] {
            assert_eq!(holds(operator, "a:many", values), holding, "{operator} {values:?}");
        }
    }

    #[test]
    fn there_are_no_other_operators() {
        for name in
            ["", "stringEquals", "StringEqualsifexists", "ForSomeValues:StringEquals", "NullIfExists", "Like"]
        {
            assert_eq!(Operator::read(name), None, "{name}");
        }
    }
}
