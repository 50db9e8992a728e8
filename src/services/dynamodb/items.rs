//! Commands on items: what an operator types to look at one, or to change one or several under conditions.
//!
//! The partition key is the attribute `id`. A number below the store's `items`, as text or as number, is that item key,
//! which clients write as well; any other value names an item of its own.

use super::conditions::{self, Item};
use super::{GlobalTable, refuse, rules};
use crate::services::replication::{ABSENT, ClassId, Record};
use crate::services::store::{Effects, Put};
use crate::services::{Caller, ErrorCode, Operation, Params, Refusal};
use crate::world::endpoint::Work;
use serde_json::{Value, json};

/// The class of what a command writes: the application did not encrypt it.
const PLAIN: ClassId = 0;

/// The most items of a transaction.
const MOST_IN_A_TRANSACTION: usize = 100;

/// A write that a command asks for.
struct Change {
    item: u32,
    /// What is there then; `None`: nothing.
    then: Option<Item>,
}

impl GlobalTable {
    /// Carries out a command on items; `None`: it is none.
    pub(super) fn call_items(
        &mut self,
        replica: u8,
        operation: &Operation,
        params: &Params,
        _caller: &Caller,
    ) -> Option<Result<(Value, Effects), Refusal>> {
        Some(match operation.name {
            "GetItem" => self.get_item(replica, params),
            "PutItem" | "UpdateItem" | "DeleteItem" => self.change_item(replica, operation.name, params),
            "TransactWriteItems" => self.transact_write(replica, params),
            "TransactGetItems" => self.transact_get(replica, params),
            _ => return None,
        })
    }

    fn admitted(&self, replica: u8, work: Work, strongly: bool) -> Result<(), Refusal> {
        use crate::services::store::Stored;
        let answer = match (work, strongly) {
            (Work::Read, true) => self.may_read_strongly(replica),
            _ => self.may(replica, work),
        };
        answer.map_err(|barrier| refuse(barrier.rule, barrier.error, barrier.rule.says))
    }

    fn get_item(&mut self, replica: u8, params: &Params) -> Result<(Value, Effects), Refusal> {
        let strongly = params.flag("ConsistentRead");
        self.admitted(replica, Work::Read, strongly)?;
        let key = object(params.get("Key").unwrap_or_default(), "Key")?;
        let item = self.item_of(&key)?;
        let found = self.read(replica, item, strongly);
        let effects = Effects { decided: self.local_read(strongly), ..Effects::default() };
        Ok((found.map_or(json!({}), |found| json!({ "Item": found })), effects))
    }

    /// The rule by which a strong read or a condition sees this Region only.
    fn local_read(&self, strongly: bool) -> Vec<crate::rulebook::RuleRef> {
        let others = self.members.iter().filter(|member| member.takes_part()).count() > 1;
        if strongly && others && !self.is_strong() { vec![rules::STRONG_READS_ARE_LOCAL] } else { Vec::new() }
    }

    /// The item as a replica has it, or, read strongly from a table with strong consistency, the newest.
    fn read(&self, replica: u8, item: u32, strongly: bool) -> Option<Item> {
        let record = match strongly && self.is_strong() {
            true => self.replicas.newest(item),
            false => self.replicas.tables[usize::from(replica)].get(item),
        }?;
        Some(self.shown(item, &record))
    }

    fn shown(&self, item: u32, record: &Record) -> Item {
        match self.replicas.value(item, record).and_then(Value::as_object) {
            Some(written) => written.clone(),
            // A client wrote it: what it wrote is nobody's business but its own.
            None => {
                let written = crate::services::dates::date(record.written);
                let value = json!({ "id": { "S": item.to_string() }, "writtenAt": { "S": written } });
                value.as_object().cloned().unwrap_or_default()
            }
        }
    }

    /// The item key of a primary key.
    fn item_of(&mut self, key: &Item) -> Result<u32, Refusal> {
        let id = key.get("id").and_then(|id| id.get("S").or(id.get("N"))).and_then(Value::as_str);
        let id = id.ok_or_else(|| invalid("the key is the attribute `id`, a text or a number"))?;
        Ok(self.keys.key_of(id, &mut self.replicas))
    }

    fn change_item(&mut self, replica: u8, name: &str, params: &Params) -> Result<(Value, Effects), Refusal> {
        self.admitted(replica, Work::Write, true)?;
        let condition = params.get("ConditionExpression");
        let values = match params.get("ExpressionAttributeValues") {
            Some(text) => object(text, "ExpressionAttributeValues")?,
            None => Item::new(),
        };
        let change = self.change(replica, name, &|field| params.get(field).map(str::to_owned), &values)?;
        if let Some(condition) = condition {
            self.require(replica, change.item, condition, &values)?;
        }
        let decided = self.local_read(condition.is_some());
        let writes = vec![put(replica, change)];
        Ok((json!({}), Effects { writes, decided, ..Effects::default() }))
    }

    /// What a Put, Update or Delete makes of its item.
    fn change(
        &mut self,
        replica: u8,
        name: &str,
        field: &dyn Fn(&str) -> Option<String>,
        values: &Item,
    ) -> Result<Change, Refusal> {
        if name == "PutItem" {
            let then = object(&field("Item").unwrap_or_default(), "Item")?;
            return Ok(Change { item: self.item_of(&then)?, then: Some(then) });
        }
        let key = object(&field("Key").unwrap_or_default(), "Key")?;
        let item = self.item_of(&key)?;
        if name == "DeleteItem" {
            return Ok(Change { item, then: None });
        }
        let mut then = self.read(replica, item, true).unwrap_or(key);
        update(&mut then, &field("UpdateExpression").unwrap_or_default(), values).map_err(invalid)?;
        Ok(Change { item, then: Some(then) })
    }

    /// A condition is looked at where the command is carried out.
    fn require(&self, replica: u8, item: u32, condition: &str, values: &Item) -> Result<(), Refusal> {
        let there = self.read(replica, item, true);
        match conditions::holds(condition, values, there.as_ref()).map_err(invalid)? {
            true => Ok(()),
            false => {
                let message = "The conditional request failed";
                Err(refuse(rules::CONDITIONS_MUST_HOLD, ErrorCode::ConditionalCheckFailedException, message))
            }
        }
    }

    fn transact_write(&mut self, replica: u8, params: &Params) -> Result<(Value, Effects), Refusal> {
        if self.is_strong() {
            let message = "transactions are not supported with multi-Region strong consistency";
            return Err(refuse(
                rules::STRONG_TABLES_TAKE_NO_TRANSACTIONS,
                ErrorCode::ValidationException,
                message,
            ));
        }
        self.admitted(replica, Work::Write, true)?;
        let parts = list(params)?;
        let mut writes: Vec<Put> = Vec::new();
        for part in &parts {
            let (kind, part) = part.as_object().and_then(|part| part.iter().next()).ok_or_else(one_action)?;
            let name = match kind.as_str() {
                "Put" => "PutItem",
                "Update" => "UpdateItem",
                "Delete" | "ConditionCheck" => "DeleteItem",
                _ => return Err(one_action()),
            };
            let values = part.get("ExpressionAttributeValues").and_then(Value::as_object).cloned();
            let values = values.unwrap_or_default();
            let field = |field: &str| {
                part.get(field).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            };
            let change = self.change(replica, name, &field, &values)?;
            if writes.iter().any(|write| write.item == change.item) {
                return Err(invalid("a transaction takes one action an item"));
            }
            if let Some(condition) = field("ConditionExpression") {
                self.require(replica, change.item, &condition, &values).map_err(|no| match no.error {
                    ErrorCode::ConditionalCheckFailedException => {
                        let message = "Transaction cancelled: a condition failed";
                        refuse(no.rule, ErrorCode::TransactionCanceledException, message)
                    }
                    _ => no,
                })?;
            }
            if kind != "ConditionCheck" {
                writes.push(put(replica, change));
            }
        }
        let others = self.members.iter().filter(|member| member.takes_part()).count() > 1;
        let decided = if others { vec![rules::TRANSACTIONS_ARE_LOCAL] } else { Vec::new() };
        Ok((json!({}), Effects { writes, decided, ..Effects::default() }))
    }

    fn transact_get(&mut self, replica: u8, params: &Params) -> Result<(Value, Effects), Refusal> {
        if self.is_strong() {
            let message = "transactions are not supported with multi-Region strong consistency";
            return Err(refuse(
                rules::STRONG_TABLES_TAKE_NO_TRANSACTIONS,
                ErrorCode::ValidationException,
                message,
            ));
        }
        self.admitted(replica, Work::Read, true)?;
        let mut found = Vec::new();
        for part in list(params)? {
            let key = part.pointer("/Get/Key").and_then(Value::as_object).cloned().ok_or_else(one_action)?;
            let item = self.item_of(&key)?;
            found.push(self.read(replica, item, true).map_or(json!({}), |item| json!({ "Item": item })));
        }
        let decided = self.local_read(true);
        Ok((json!({ "Responses": found }), Effects { decided, ..Effects::default() }))
    }

    /// Whether every part of a transaction is about this table.
    pub(super) fn is_of_transaction(&self, params: &Params) -> bool {
        let Ok(parts) = list(params) else { return false };
        let named = |part: &Value| {
            let part = part.as_object().and_then(|part| part.values().next());
            part.and_then(|part| part.get("TableName")).and_then(Value::as_str) == Some(&self.name)
        };
        !parts.is_empty() && parts.iter().all(named)
    }
}

fn put(source: u8, change: Change) -> Put {
    let class = if change.then.is_some() { PLAIN } else { ABSENT };
    Put { source, item: change.item, class, value: change.then.map(Value::Object) }
}

fn invalid(message: impl Into<String>) -> Refusal {
    refuse(rules::VALID_INPUT, ErrorCode::ValidationException, message)
}

fn one_action() -> Refusal {
    invalid("each part of a transaction is one Put, Update, Delete, ConditionCheck or Get")
}

/// An object in DynamoDB's JSON.
fn object(text: &str, name: &str) -> Result<Item, Refusal> {
    serde_json::from_str(text).map_err(|_| invalid(format!("{name} is no JSON object of attributes")))
}

fn list(params: &Params) -> Result<Vec<Value>, Refusal> {
    let text = params.get("TransactItems").unwrap_or_default();
    let parts: Vec<Value> =
        serde_json::from_str(text).map_err(|_| invalid("TransactItems is no JSON list"))?;
    match (1..=MOST_IN_A_TRANSACTION).contains(&parts.len()) {
        true => Ok(parts),
        false => Err(invalid(format!("a transaction has 1 to {MOST_IN_A_TRANSACTION} items"))),
    }
}

/// `SET a = :v, b = b + :n`.
fn update(item: &mut Item, expression: &str, values: &Item) -> Result<(), String> {
    let assignments = expression.trim().strip_prefix("SET ").ok_or("only SET is modelled")?;
    for assignment in assignments.split(',') {
        let (name, value) =
            assignment.split_once('=').ok_or_else(|| format!("`{assignment}` assigns nothing"))?;
        let stated = |name: &str| values.get(name).ok_or_else(|| format!("`{name}` has no value"));
        let (name, value) = (name.trim(), value.trim());
        if name == "id" {
            return Err("the key of an item is not changed".to_owned());
        }
        let result = match value.split_once('+') {
            None => stated(value)?.clone(),
            Some((attribute, addend)) => {
                let number = |value: &Value| value.get("N")?.as_str()?.parse::<i64>().ok();
                let there = item.get(attribute.trim()).and_then(number);
                let sum = there.zip(number(stated(addend.trim())?)).and_then(|(a, b)| a.checked_add(b));
                json!({ "N": sum.ok_or_else(|| format!("`{value}` is no sum of whole numbers"))?.to_string() })
            }
        };
        item.insert(name.to_owned(), result);
    }
    Ok(())
}
