//! Condition expressions: comparisons and functions of attributes, joined by AND or by OR.

use serde_json::{Map, Value};
use std::cmp::Ordering;

/// An item's attributes in DynamoDB's JSON: `{"id": {"S": "o-1"}}`.
pub type Item = Map<String, Value>;

/// Whether a condition holds for an item (`None`: there is none); an error names what is not understood.
///
/// # Errors
/// What is not understood.
pub fn holds(text: &str, values: &Item, item: Option<&Item>) -> Result<bool, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let joined = |word: &str| words.iter().any(|other| other.eq_ignore_ascii_case(word));
    let (any, parts) = match (joined("AND"), joined("OR")) {
        (true, true) => return Err("AND and OR in one condition".to_owned()),
        (_, any) => (any, split(text, if any { "OR" } else { "AND" })),
    };
    let found: Result<Vec<bool>, String> = parts.iter().map(|part| one(part, values, item)).collect();
    let found = found?;
    Ok(if any { found.contains(&true) } else { found.iter().all(|holds| *holds) })
}

/// The parts between a word that joins them.
fn split(text: &str, word: &str) -> Vec<String> {
    let mut parts = vec![Vec::new()];
    for next in text.split_whitespace() {
        match next.eq_ignore_ascii_case(word) {
            true => parts.push(Vec::new()),
            false => parts.last_mut().into_iter().for_each(|part: &mut Vec<&str>| part.push(next)),
        }
    }
    parts.into_iter().map(|part| part.join(" ")).collect()
}

fn one(text: &str, values: &Item, item: Option<&Item>) -> Result<bool, String> {
    let attribute = |name: &str| item.and_then(|item| item.get(name.trim()));
    for (function, wanted) in [("attribute_exists", true), ("attribute_not_exists", false)] {
        if let Some(name) = text.strip_prefix(function).and_then(|rest| rest.trim().strip_prefix('(')) {
            let name = name.strip_suffix(')').ok_or_else(|| format!("`{text}`: a `)` is missing"))?;
            return Ok(attribute(name).is_some() == wanted);
        }
    }
    let operators = ["<>", "<=", ">=", "=", "<", ">"];
    let Some((operator, (name, value))) =
        operators.iter().find_map(|operator| Some((*operator, text.split_once(operator)?)))
    else {
        return Err(format!("`{text}` is not modelled"));
    };
    let value = value.trim();
    let stated = values.get(value).ok_or_else(|| format!("`{value}` is not among the attribute values"))?;
    let order = attribute(name).and_then(|there| compare(there, stated));
    Ok(match operator {
        "=" => order == Some(Ordering::Equal),
        "<>" => order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        ">" => order == Some(Ordering::Greater),
        _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    })
}

/// The order of two attributes of one type; none otherwise.
fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    let text = |value: &Value, kind: &str| value.get(kind).and_then(Value::as_str).map(str::to_owned);
    if let (Some(a), Some(b)) = (text(a, "S"), text(b, "S")) {
        return Some(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (text(a, "N"), text(b, "N")) {
        return a.parse::<f64>().ok()?.partial_cmp(&b.parse().ok()?);
    }
    (a == b).then_some(Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_read_as_dynamodb_reads_them() {
        let object = |value: Value| value.as_object().cloned().expect("an object");
        let item = object(json!({ "id": { "S": "a" }, "n": { "N": "7" } }));
        let values = object(json!({ ":n": { "N": "10" }, ":a": { "S": "a" } }));
        let cases = [
            ("attribute_exists(id)", Ok(true)),
            ("attribute_not_exists( id )", Ok(false)),
            ("n < :n AND id = :a", Ok(true)),
            ("n > :n or id = :a", Ok(true)),
            ("n >= :n", Ok(false)),
            ("id <> :a", Ok(false)),
            ("missing = :a", Ok(false)),
            ("missing <> :a", Ok(true)),
        ];
        for (text, wanted) in cases {
            assert_eq!(holds(text, &values, Some(&item)), wanted, "{text}");
        }
        assert_eq!(holds("attribute_not_exists(id)", &values, None), Ok(true));
        for wrong in ["n < :m", "size(id)", "n = :n AND id = :a OR id = :a", "attribute_exists(id"] {
            assert!(holds(wrong, &values, Some(&item)).is_err(), "{wrong}");
        }
    }
}
