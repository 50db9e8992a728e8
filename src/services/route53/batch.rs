//! The change batch of `ChangeResourceRecordSets`, cut down to what moves a client to another Region.

use serde::Deserialize;

/// What a batch changes.
#[derive(Debug, PartialEq, Eq)]
pub struct Change {
    /// The record's name.
    pub name: String,
    /// The Region that it shall answer.
    pub value: String,
    /// For how long resolvers may keep that, in seconds.
    pub ttl: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Batch {
    #[serde(default, rename = "Comment")]
    _comment: String,
    changes: Vec<Edit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Edit {
    action: String,
    resource_record_set: Set,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Set {
    name: String,
    r#type: String,
    #[serde(rename = "TTL")]
    ttl: u32,
    resource_records: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Value {
    value: String,
}

/// Reads a batch.
///
/// # Errors
/// Where it is no batch, or does more than one record's UPSERT.
pub fn parse(text: &str) -> Result<Change, String> {
    let batch: Batch = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let [edit] =
        <[Edit; 1]>::try_from(batch.changes).map_err(|_| "a batch has one change here".to_owned())?;
    if edit.action != "UPSERT" {
        return Err(format!("the action is UPSERT here, not {}", edit.action));
    }
    let set = edit.resource_record_set;
    if set.r#type != "CNAME" {
        return Err(format!("a record is a CNAME here, not {}", set.r#type));
    }
    let [value] =
        <[Value; 1]>::try_from(set.resource_records).map_err(|_| "a CNAME has one value".to_owned())?;
    Ok(Change { name: set.name.trim_end_matches('.').to_owned(), value: value.value, ttl: set.ttl })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"Changes":[{"Action":"UPSERT","ResourceRecordSet":{"Name":"shop.","Type":"CNAME","TTL":60,
        "ResourceRecords":[{"Value":"eu-west-1"}]}}]}"#;

    #[test]
    fn a_batch_is_one_upsert() {
        let change = Change { name: "shop".to_owned(), value: "eu-west-1".to_owned(), ttl: 60 };
        assert_eq!(parse(GOOD), Ok(change));
        for (from, to) in [
            ("UPSERT", "DELETE"),
            ("CNAME", "A"),
            ("\"TTL\":60", "\"TTL\":\"60\""),
            ("\"TTL\":60", "\"TTL\":60,\"Weight\":1"),
            ("[{\"Value\":\"eu-west-1\"}]", "[]"),
            ("}]}", "}"),
        ] {
            assert!(parse(&GOOD.replacen(from, to, 1)).is_err(), "{to}");
        }
    }
}
