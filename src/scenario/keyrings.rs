//! Keyrings of clients and of `encrypt` and `decrypt` steps.

use super::context::Context;
use super::fields::Fields;
use super::problem::Problem;
use super::shape::{Form, Shape, TEXTS, field};
use super::timeline::resolved;
use super::tree::{Node, Value};
use super::value;
use crate::client::{Filter, KeyName, Keyring};
use crate::services::kms::SetId;
use crate::services::reference::references;
use crate::world::RegionId;

const MRK: &str = "an MRK-aware keyring of this key";
const PLAIN: &str = "a keyring of this key that is not MRK-aware";
const DISCOVERED: &str = "a discovery keyring that is not MRK-aware; it cannot encrypt";
const MRK_DISCOVERED: &str =
    "an MRK-aware discovery keyring, or one for each of `regions`; it cannot encrypt";

/// `keyring`
pub static KEYRING: Shape = Shape {
    what: "a keyring",
    fields: &[
        field("mrk", Form::Text, MRK),
        field("plain", Form::Text, PLAIN),
        field(
            "multi",
            Form::Either(&[Form::List(&MEMBER), Form::Table(&MULTI)]),
            "a multi-keyring: a generator and children; a key alone stands for its MRK-aware keyring",
        ),
        field(
            "mrk-multi",
            Form::Either(&[TEXTS, Form::Table(&MRK_MULTI)]),
            "an MRK multi-keyring: a generator and children, no two of one set of keys",
        ),
        field("discovery", Form::Either(&[Form::Flag, Form::Table(&DISCOVERY)]), DISCOVERED),
        field("mrk-discovery", Form::Either(&[Form::Flag, Form::Table(&MRK_DISCOVERY)]), MRK_DISCOVERED),
    ],
};

const MEMBER: Form = Form::Either(&[Form::Text, Form::Table(&MEMBER_KEYRING)]);

/// A member of `multi`
static MEMBER_KEYRING: Shape = Shape {
    what: "a keyring in a multi-keyring",
    fields: &[
        field("mrk", Form::Text, MRK),
        field("plain", Form::Text, PLAIN),
        field("discovery", Form::Either(&[Form::Flag, Form::Table(&DISCOVERY)]), DISCOVERED),
        field("mrk-discovery", Form::Either(&[Form::Flag, Form::Table(&MRK_DISCOVERY)]), MRK_DISCOVERED),
    ],
};

/// `multi`
static MULTI: Shape = Shape {
    what: "a multi-keyring",
    fields: &[
        field("generator", MEMBER, "makes the data key; absent: it can only decrypt"),
        field("children", Form::List(&MEMBER), "wrap the data key too"),
    ],
};

/// `mrk-multi`
static MRK_MULTI: Shape = Shape {
    what: "an MRK multi-keyring",
    fields: &[
        field("generator", Form::Text, "the key that makes the data key; absent: it can only decrypt"),
        field("children", TEXTS, "the keys that wrap the data key too"),
    ],
};

/// `discovery`
static DISCOVERY: Shape = Shape {
    what: "a discovery keyring",
    fields: &[
        field("accounts", TEXTS, "accounts whose keys it takes, twelve digits each; absent: any"),
        field("partition", Form::Text, "with `accounts`: their partition (aws)"),
    ],
};

/// `mrk-discovery`
static MRK_DISCOVERY: Shape = Shape {
    what: "an MRK discovery keyring",
    fields: &[
        field("region", Form::Text, "its Region; absent: that of the instance"),
        field("regions", TEXTS, "an MRK discovery keyring for each of them, asked in this order"),
        field("accounts", TEXTS, "accounts whose keys it takes, twelve digits each; absent: any"),
        field("partition", Form::Text, "with `accounts`: their partition (aws)"),
    ],
};

/// Reads keyrings of one place of a scenario.
pub struct Reader<'a> {
    cx: &'a Context<'a>,
    /// Names of answers to which a key may refer, in a step; none in a client.
    saved: Option<&'a dyn Fn(&str) -> bool>,
}

impl<'a> Reader<'a> {
    /// For clients, whose keyrings are made before anything is saved.
    pub fn of_client(cx: &'a Context<'a>) -> Reader<'a> {
        Reader { cx, saved: None }
    }

    /// For a step: what may stand in a reference.
    pub fn of_step(cx: &'a Context<'a>, known: &'a dyn Fn(&str) -> bool) -> Reader<'a> {
        Reader { cx, saved: Some(known) }
    }

    /// Reads a keyring; nothing if that is wrong in a way that has been reported.
    pub fn read(&self, v: &Value) -> Result<Option<Keyring>, Problem> {
        let Some(fields) = Fields::open(v, &v.span, &KEYRING, self.cx.sink) else { return Ok(None) };
        one_of(v, &KEYRING)?;
        let multi = |v: &Value| match &v.node {
            Node::List(items) => Ok(self.all(items, |item| self.member(item)).map(|members| {
                let mut members = members.into_iter();
                let generator = members.next().map(Box::new);
                Keyring::Multi { generator, children: members.collect() }
            })),
            _ => self.multi(v),
        };
        let mrk_multi = |v: &Value| match &v.node {
            Node::List(items) => Ok(self.all(items, |item| self.key(item).map(Some)).map(|keys| {
                let mut keys = keys.into_iter();
                Keyring::MrkMulti { generator: keys.next(), children: keys.collect() }
            })),
            _ => self.mrk_multi(v),
        };
        let single = self.single(&fields);
        let multi = fields.read("multi", multi).flatten();
        Ok(single.or(multi).or_else(|| fields.read("mrk-multi", mrk_multi).flatten()))
    }

    /// A keyring that is no multi-keyring (but one of discovery keyrings).
    fn single(&self, fields: &Fields) -> Option<Keyring> {
        let plain = fields.read("plain", |v| self.key(v)).map(Keyring::Plain);
        let mrk = fields.read("mrk", |v| self.key(v)).map(Keyring::MrkAware);
        let discovery = fields.read("discovery", |v| self.discovery(v)).flatten();
        plain
            .or(mrk)
            .or(discovery)
            .or_else(|| fields.read("mrk-discovery", |v| self.mrk_discovery(v)).flatten())
    }

    /// A key alone stands for its MRK-aware keyring.
    fn member(&self, v: &Value) -> Result<Option<Keyring>, Problem> {
        if v.text().is_some() {
            return self.key(v).map(|key| Some(Keyring::MrkAware(key)));
        }
        let Some(fields) = Fields::open(v, &v.span, &MEMBER_KEYRING, self.cx.sink) else { return Ok(None) };
        one_of(v, &MEMBER_KEYRING)?;
        match self.single(&fields) {
            Some(Keyring::MrkDiscoveryMulti { .. }) => {
                Err(Problem::error(&v.span, "a multi-keyring stands in no other one")
                    .help("name one `region`"))
            }
            keyring => Ok(keyring),
        }
    }

    fn multi(&self, v: &Value) -> Result<Option<Keyring>, Problem> {
        let Some(fields) = Fields::open(v, &v.span, &MULTI, self.cx.sink) else { return Ok(None) };
        let one = |v: &Value| self.all(std::slice::from_ref(v), |v| self.member(v));
        let generator = fields.get("generator").map(one);
        let children = fields.get("children").map(|v| self.all(v.items(), |v| self.member(v)));
        Ok(whole(generator, children).map(|(generator, children)| {
            let generator = generator.map(Box::new);
            Keyring::Multi { generator, children }
        }))
    }

    fn mrk_multi(&self, v: &Value) -> Result<Option<Keyring>, Problem> {
        let Some(fields) = Fields::open(v, &v.span, &MRK_MULTI, self.cx.sink) else { return Ok(None) };
        let one = |v: &Value| self.all(std::slice::from_ref(v), |v| self.key(v).map(Some));
        let generator = fields.get("generator").map(one);
        let children = fields.get("children").map(|v| self.all(v.items(), |v| self.key(v).map(Some)));
        Ok(whole(generator, children).map(|(generator, children)| Keyring::MrkMulti { generator, children }))
    }

    /// Every one of some values; nothing if one is wrong, which is reported.
    fn all<T>(
        &self,
        values: &[Value],
        read: impl Fn(&Value) -> Result<Option<T>, Problem>,
    ) -> Option<Vec<T>> {
        // Each is looked at, so that each reports what is wrong with it.
        let read: Vec<Option<T>> = values.iter().map(|v| self.cx.sink.take(read(v)).flatten()).collect();
        read.into_iter().collect()
    }

    fn discovery(&self, v: &Value) -> Result<Option<Keyring>, Problem> {
        if is_true(v)? {
            return Ok(Some(Keyring::Discovery(None)));
        }
        let Some(fields) = Fields::open(v, &v.span, &DISCOVERY, self.cx.sink) else { return Ok(None) };
        Ok(Some(Keyring::Discovery(filter(&fields)?)))
    }

    fn mrk_discovery(&self, v: &Value) -> Result<Option<Keyring>, Problem> {
        if is_true(v)? {
            return Ok(Some(Keyring::MrkDiscovery { region: None, filter: None }));
        }
        let Some(fields) = Fields::open(v, &v.span, &MRK_DISCOVERY, self.cx.sink) else { return Ok(None) };
        let filter = filter(&fields)?;
        let region = fields.read("region", |v| self.cx.region(v));
        match fields.get("regions") {
            None => Ok(Some(Keyring::MrkDiscovery { region, filter })),
            Some(_) if fields.get("region").is_some() => {
                Err(Problem::error(&fields.place("regions"), "either `region` or `regions`")
                    .and(&fields.place("region"), "one Region is named here"))
            }
            Some(_) => {
                let regions = fields.each("regions", |v| self.cx.region(v));
                Ok(Some(Keyring::MrkDiscoveryMulti { regions, filter }))
            }
        }
    }

    /// A key of the file, its ARN in a Region, or else a literal ARN, key ID or alias.
    fn key(&self, v: &Value) -> Result<KeyName, Problem> {
        let written = value::text(v)?;
        if let Some(reference) = references(written).first() {
            let place = |range| self.cx.sources.part(&v.span, written, &range);
            let is_key = |name: &str| self.cx.keys.position(name).is_some();
            resolved(self.cx, written, &place, self.saved.unwrap_or(&is_key))?;
            let region = reference.region.as_deref().and_then(|region| self.cx.regions.position(region));
            let set = self.cx.keys.position(&reference.name);
            return match (set, region, self.saved) {
                (Some(set), Some(region), _) if reference.range == (0..written.len()) => {
                    Ok(KeyName::InRegion(SetId(set as u32), RegionId(region as u8)))
                }
                (.., Some(_)) => Ok(KeyName::Literal(written.to_owned())),
                (.., None) => {
                    let problem =
                        Problem::error(&v.span, format!("`{written}` names no key of a client's keyring"));
                    Err(problem.help("write the name of a key, or `$name@region` for its ARN in that Region"))
                }
            };
        }
        let hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        let literal = written.starts_with("arn:")
            || written.starts_with("alias/")
            || written.strip_prefix("mrk-").is_some_and(|rest| rest.len() == 32 && hex(rest))
            || (written.len() == 36 && hex(written));
        match self.cx.keys.position(written) {
            Some(index) => Ok(KeyName::Declared(SetId(index as u32))),
            None if literal => Ok(KeyName::Literal(written.to_owned())),
            None => self.cx.keys.find(v).map(|index| KeyName::Declared(SetId(index as u32))),
        }
    }

    /// Whether the SDK can make a keyring, as far as the file shows.
    pub fn unmakeable(&self, v: &Value, keyring: &Keyring) -> Option<Problem> {
        let keys = self.cx.scenario.tables("keys");
        let identifier = |key: &KeyName| match key {
            KeyName::Declared(set) | KeyName::InRegion(set, _) => {
                let kind = keys.get(set.0 as usize).and_then(|key| key.value.table()?.get("kind")?.text());
                let prefix = if kind == Some("multi-region") { "mrk-" } else { "" };
                format!("arn:aws:kms:::key/{prefix}{}", set.0)
            }
            // What a reference stands for is not known yet: no reason to refuse.
            KeyName::Literal(text) if text.contains('$') => format!("arn:aws:kms:::key/{text}"),
            KeyName::Literal(text) => text.clone(),
        };
        let rule = keyring.constructed(&identifier).err()?;
        Some(
            Problem::error(&v.span, "the Encryption SDK cannot make this keyring")
                .help(rule.says)
                .rule(rule.id),
        )
    }
}

/// A generator and children, if nothing is wrong with any of them.
fn whole<T>(
    generator: Option<Option<Vec<T>>>,
    children: Option<Option<Vec<T>>>,
) -> Option<(Option<T>, Vec<T>)> {
    let generator = generator.map_or(Some(Vec::new()), |one| one)?.pop();
    Some((generator, children.unwrap_or_else(|| Some(Vec::new()))?))
}

/// A keyring is exactly one of its kinds.
fn one_of(v: &Value, shape: &'static Shape) -> Result<(), Problem> {
    match v.table().map_or(0, |table| table.entries.len()) {
        1 => Ok(()),
        _ => {
            let kinds: Vec<String> = shape.fields.iter().map(|field| format!("`{}`", field.name)).collect();
            Err(Problem::error(&v.span, format!("{} is exactly one of {}", shape.what, kinds.join(", "))))
        }
    }
}

fn is_true(v: &Value) -> Result<bool, Problem> {
    match v.node {
        Node::Flag(true) => Ok(true),
        Node::Table(_) => Ok(false),
        Node::Flag(false) => {
            Err(Problem::error(&v.span, "a keyring is there or not").help("write `true`, or leave it out"))
        }
        _ => Err(Problem::error(&v.span, format!("expected true or a table, found {}", v.kind()))),
    }
}

fn filter(fields: &Fields) -> Result<Option<Filter>, Problem> {
    let accounts = fields.each("accounts", |v| match value::text(v)? {
        id if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) => Ok(id.to_owned()),
        other => Err(Problem::error(&v.span, format!("`{other}` is no account: twelve digits"))),
    });
    let partition = fields.read("partition", |v| value::text(v).map(str::to_owned));
    if fields.get("accounts").is_none() && partition.is_some() {
        let problem = Problem::error(&fields.place("partition"), "a filter needs `accounts`");
        return Err(problem.help("the Encryption SDK takes a partition with its accounts"));
    }
    let filter = Filter { partition: partition.unwrap_or_else(|| "aws".to_owned()), accounts };
    Ok(fields.get("accounts").map(|_| filter))
}
