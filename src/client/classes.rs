//! Envelope classes: items whose data keys are wrapped under the same keys with the same encryption context
//! share their fate, so everything is counted by class.

use crate::services::kms::Wrap;
use crate::services::replication::ClassId;
use std::collections::BTreeMap;

/// The class of items that the application did not encrypt.
pub const PLAINTEXT: ClassId = 0;

/// The class of items that were overwritten with rubbish.
pub const CORRUPT: ClassId = 1;

/// The class of items that an attacker has encrypted under a key of his own.
pub const FOREIGN_KEY: ClassId = 2;

/// An encryption context.
pub type Context = BTreeMap<String, String>;

/// A class is the one before it with one more wrap; the first of a row has a context and no wrap yet.
#[derive(Clone, Copy, Debug)]
struct Node {
    context: u16,
    before: Option<(ClassId, Wrap)>,
}

/// Every class met so far, with an index from a class and one more wrap to the next.
#[derive(Clone, Debug)]
pub struct Classes {
    /// Each context with the class to start from.
    contexts: Vec<(Context, ClassId)>,
    nodes: Vec<Node>,
    next: BTreeMap<(ClassId, Wrap), ClassId>,
}

impl Default for Classes {
    fn default() -> Self {
        Classes {
            contexts: Vec::new(),
            // The three classes without a key of ours.
            nodes: vec![Node { context: u16::MAX, before: None }; 3],
            next: BTreeMap::new(),
        }
    }
}

impl Classes {
    /// The class to start from when a message with this context is encrypted: no wrap yet.
    pub fn start(&mut self, context: &Context) -> ClassId {
        if let Some((_, class)) = self.contexts.iter().find(|(known, _)| known == context) {
            return *class;
        }
        let class = self.nodes.len() as ClassId;
        self.nodes.push(Node { context: self.contexts.len() as u16, before: None });
        self.contexts.push((context.clone(), class));
        class
    }

    /// The class with one more wrap.
    pub fn with(&mut self, class: ClassId, wrap: Wrap) -> ClassId {
        if let Some(next) = self.next.get(&(class, wrap)) {
            return *next;
        }
        let context = self.nodes[usize::from(class)].context;
        self.nodes.push(Node { context, before: Some((class, wrap)) });
        let next = self.nodes.len() as ClassId - 1;
        self.next.insert((class, wrap), next);
        next
    }

    /// The wraps of a class, the generator's first.
    pub fn wraps(&self, class: ClassId) -> Vec<Wrap> {
        let mut wraps = Vec::new();
        let mut node = self.nodes[usize::from(class)];
        while let Some((before, wrap)) = node.before {
            wraps.push(wrap);
            node = self.nodes[usize::from(before)];
        }
        wraps.reverse();
        wraps
    }

    /// The encryption context that a class's messages carry; `None` for plaintext.
    pub fn context(&self, class: ClassId) -> Option<&Context> {
        self.contexts.get(usize::from(self.nodes[usize::from(class)].context)).map(|(context, _)| context)
    }
}

/// KMS-ESDK-15: whether a reader who states `stated` accepts a message that carries `carried`.
pub fn agrees(stated: &Context, carried: &Context) -> bool {
    stated.iter().all(|(name, value)| carried.get(name).is_none_or(|other| other == value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::kms::SetId;
    use crate::world::RegionId;

    fn wrap(set: u32, material: u16) -> Wrap {
        Wrap { set: SetId(set), region: RegionId(0), material }
    }

    #[test]
    fn the_same_wraps_in_the_same_order_are_one_class() {
        let mut classes = Classes::default();
        let start = classes.start(&Context::new());
        let one = classes.with(start, wrap(0, 0));
        let two = classes.with(one, wrap(1, 0));
        assert_eq!(classes.with(start, wrap(0, 0)), one);
        assert_eq!(classes.wraps(two), [wrap(0, 0), wrap(1, 0)]);
        assert_ne!(classes.with(start, wrap(0, 1)), one, "another key material version");
        assert_eq!(classes.start(&Context::new()), start);
        assert_ne!(start, PLAINTEXT);
        assert!(classes.wraps(PLAINTEXT).is_empty());
    }

    #[test]
    fn contexts_are_compared_pair_by_pair() {
        let context = |pairs: &[(&str, &str)]| -> Context {
            pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()
        };
        let carried = context(&[("tenant", "blue")]);
        assert!(agrees(&context(&[]), &carried));
        assert!(agrees(&context(&[("tenant", "blue"), ("app", "x")]), &carried));
        assert!(!agrees(&context(&[("tenant", "red")]), &carried));
    }
}
