//! The grammar of the AWS CLI, version 2: `aws <service> <operation> --option value …`.

use super::problem::nearest;
use super::shell_words::{Word, words};
use crate::runlog::parse::ParseError;
use crate::services::api::{Argument, Command, Kind, Operation, Param, Service, kebab};
use crate::services::reference::references;
use crate::services::{aurora, autoscaling, dynamodb, kms, route53, s3, secrets, shorthand, snapshot};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::collections::BTreeMap;
use std::ops::Range;

/// The operations that are modelled, service by service.
pub fn operations() -> Vec<&'static [Operation]> {
    vec![
        kms::api::OPERATIONS,
        aurora::api::OPERATIONS,
        autoscaling::api::OPERATIONS,
        dynamodb::api::OPERATIONS,
        route53::api::OPERATIONS,
        s3::api::OPERATIONS,
        secrets::api::OPERATIONS,
        snapshot::api::OPERATIONS,
    ]
}

/// Finds the bytes of a file by its name, or says why not.
pub type Load<'a> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'a;

/// Reads a command of which no value stands in a file; also answers where the value of `--region` stands.
///
/// # Errors
/// Where the line departs from the AWS CLI, or names something that is not modelled.
pub fn parse(text: &str, tables: &[&'static [Operation]]) -> Result<(Command, Range<usize>), ParseError> {
    parse_with(text, tables, &|_| Err("values from files are not modelled here".to_owned()))
}

/// The same where values may stand in files: `file://policy.json`, `fileb://material.bin`.
///
/// # Errors
/// Also if a file cannot be read.
pub fn parse_with(
    text: &str,
    tables: &[&'static [Operation]],
    load: &Load,
) -> Result<(Command, Range<usize>), ParseError> {
    let mut words = words(text)?.into_iter().peekable();
    let end = text.len()..text.len();
    match words.next() {
        Some(word) if word.text == "aws" => {}
        Some(word) => return Err(ParseError::new(word.at, "a command begins with `aws`")),
        None => return Err(ParseError::new(end, "the command is empty")),
    }
    let mut options = Options::default();
    let mut positional = Vec::new();
    while positional.len() < 2 {
        match words.peek() {
            Some(word) if word.text.starts_with("--") => options.global(&mut words)?,
            Some(_) => positional.extend(words.next()),
            None => break,
        }
    }
    let mut positional = positional.into_iter();
    let service = positional.next().ok_or_else(|| {
        ParseError::new(end.clone(), "a service is missing").help("for example `aws kms describe-key ...`")
    })?;
    let name = positional.next().ok_or_else(|| ParseError::new(end.clone(), "an operation is missing"))?;
    let operation = operation(&service, &name, tables)?;
    while let Some(word) = words.peek() {
        if !word.text.starts_with("--") {
            return Err(ParseError::new(word.at.clone(), format!("`{}` belongs to no option", word.text)));
        }
        options.next(operation, &mut words, load)?;
    }
    for param in operation.params.iter().filter(|param| param.required) {
        if !options.given.contains_key(param.name) {
            let message = format!("`{}` needs `--{}`", operation.cli_name(), kebab(param.name));
            return Err(ParseError::new(name.at, message));
        }
    }
    let Some(region) = options.region else {
        let problem = ParseError::new(service.at.start..name.at.end, "the command needs `--region`");
        return Err(problem.help("there is no default Region: it decides which endpoint is called"));
    };
    let command = Command { text: text.to_owned(), operation, arguments: options.given, region: region.text };
    Ok((command, region.at))
}

fn operation(
    service: &Word,
    name: &Word,
    tables: &[&'static [Operation]],
) -> Result<&'static Operation, ParseError> {
    let all = || tables.iter().flat_map(|table| table.iter());
    let Some(known) = Service::ALL.into_iter().find(|known| known.cli_name() == service.text) else {
        let error =
            ParseError::new(service.at.clone(), format!("service `{}` is not modelled", service.text));
        let names = Service::ALL.map(Service::cli_name);
        return Err(error.help(match nearest(&service.text, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("services: {}", names.join(", ")),
        }));
    };
    let of_service = || all().filter(|operation| operation.service == known);
    if let Some(found) = of_service().find(|operation| operation.cli_name() == name.text) {
        return Ok(found);
    }
    let names: Vec<String> = of_service().map(Operation::cli_name).collect();
    let error =
        ParseError::new(name.at.clone(), format!("`aws {} {}` is not modelled", service.text, name.text));
    Err(match (nearest(&name.text, names.iter().map(String::as_str)), names.is_empty()) {
        (Some(near), _) => error.help(format!("did you mean `{near}`?")),
        (None, true) => error.help(format!("no operation of {} is modelled", service.text)),
        (None, false) => error.help(format!("operations: {}", names.join(", "))),
    })
}

/// The options read so far.
#[derive(Default)]
struct Options {
    given: BTreeMap<&'static str, Argument>,
    region: Option<Word>,
    seen: Vec<String>,
}

/// Options of every command that the simulator has no use for, or refuses.
const GLOBAL_LATER: &[&str] = &[
    "ca-bundle",
    "cli-binary-format",
    "cli-connect-timeout",
    "cli-read-timeout",
    "color",
    "debug",
    "endpoint-url",
    "no-paginate",
    "no-sign-request",
    "no-verify-ssl",
    "profile",
    "query",
];

type Words = std::iter::Peekable<std::vec::IntoIter<Word>>;

impl Options {
    /// An option that may stand before the service.
    fn global(&mut self, words: &mut Words) -> Result<(), ParseError> {
        let Some((name, inline, at)) = split(words) else { return Ok(()) };
        match self.is_global(&name, inline, &at, words)? {
            true => Ok(()),
            false => Err(ParseError::new(at, format!("`--{name}` cannot stand before the operation"))),
        }
    }

    /// An option after the operation.
    fn next(
        &mut self,
        operation: &'static Operation,
        words: &mut Words,
        load: &Load,
    ) -> Result<(), ParseError> {
        let Some((name, inline, at)) = split(words) else { return Ok(()) };
        if self.is_global(&name, inline.clone(), &at, words)? {
            return Ok(());
        }
        let params = operation.params;
        let positive = params.iter().find(|param| kebab(param.name) == name);
        let negative = name.strip_prefix("no-").and_then(|name| {
            params.iter().find(|param| param.kind == Kind::Flag && kebab(param.name) == name)
        });
        let (param, value) = match (positive, negative, inline) {
            (Some(param), _, None) if param.kind == Kind::Flag => (param, flag(true, &at)),
            (None, Some(param), None) => (param, flag(false, &at)),
            (Some(param), _, Some(_)) if param.kind == Kind::Flag => {
                let help = format!("write `--{name}` or `--no-{name}`");
                return Err(ParseError::new(at, format!("`--{name}` takes no value")).help(help));
            }
            (Some(param), _, inline) => (param, values(param, &name, inline, &at, words)?),
            _ => return Err(unknown(operation, &name, at)),
        };
        let argument = from_file(param, &value, load)?;
        check(param, &argument, &value)?;
        if self.given.insert(param.name, Argument(argument)).is_some() {
            return Err(ParseError::new(at, format!("`--{}` is given twice", kebab(param.name))));
        }
        Ok(())
    }

    fn is_global(
        &mut self,
        name: &str,
        inline: Option<Word>,
        at: &Range<usize>,
        words: &mut Words,
    ) -> Result<bool, ParseError> {
        if !["region", "output", "no-cli-pager"].contains(&name) {
            return match GLOBAL_LATER.contains(&name) {
                true => Err(ParseError::new(at.clone(), format!("`--{name}` is not modelled"))),
                false => Ok(false),
            };
        }
        if self.seen.iter().any(|seen| seen == name) {
            return Err(ParseError::new(at.clone(), format!("`--{name}` is given twice")));
        }
        self.seen.push(name.to_owned());
        if name == "no-cli-pager" {
            return Ok(true);
        }
        let value = one(name, inline, at, words)?;
        match name {
            "region" => self.region = Some(value),
            _ if value.text == "json" => {}
            _ => {
                let message = format!("output format `{}` is not modelled", value.text);
                return Err(ParseError::new(value.at, message).help("answers are JSON: `--output json`"));
            }
        }
        Ok(true)
    }
}

fn flag(on: bool, at: &Range<usize>) -> Word {
    Word { text: on.to_string(), at: at.clone() }
}

/// The name of the next option, and its value if it is written `--name=value`.
fn split(words: &mut Words) -> Option<(String, Option<Word>, Range<usize>)> {
    let word = words.next()?;
    let body = word.text.trim_start_matches("--");
    Some(match body.split_once('=') {
        Some((name, value)) => {
            let value = Word { text: value.to_owned(), at: word.at.clone() };
            (name.to_owned(), Some(value), word.at)
        }
        None => (body.to_owned(), None, word.at),
    })
}

/// The one value of an option.
fn one(name: &str, inline: Option<Word>, at: &Range<usize>, words: &mut Words) -> Result<Word, ParseError> {
    let next = || words.next_if(|word| !word.text.starts_with("--"));
    inline.or_else(next).ok_or_else(|| ParseError::new(at.clone(), format!("`--{name}` needs a value")))
}

/// The value of an option; structures may take several words.
fn values(
    param: &Param,
    name: &str,
    inline: Option<Word>,
    at: &Range<usize>,
    words: &mut Words,
) -> Result<Word, ParseError> {
    let mut value = one(name, inline, at, words)?;
    if matches!(param.kind, Kind::Map | Kind::Tags | Kind::List | Kind::Structure | Kind::Structures) {
        while let Some(more) = words.next_if(|word| !word.text.starts_with("--")) {
            value.text = format!("{} {}", value.text, more.text);
            value.at.end = more.at.end;
        }
    }
    Ok(value)
}

fn unknown(operation: &Operation, name: &str, at: Range<usize>) -> ParseError {
    let names: Vec<String> = operation.params.iter().map(|param| kebab(param.name)).collect();
    let error = ParseError::new(at, format!("`--{name}` of `{}` is not modelled", operation.cli_name()));
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `--{near}`?")),
        None => {
            let all: Vec<String> = names.iter().map(|name| format!("--{name}")).collect();
            error.help(format!("options: {}", all.join(", ")))
        }
    }
}

/// What a value says: itself, or what the file says that it names.
fn from_file(param: &Param, value: &Word, load: &Load) -> Result<String, ParseError> {
    let binary = value.text.strip_prefix("fileb://");
    let Some(name) = binary.or(value.text.strip_prefix("file://")) else { return Ok(value.text.clone()) };
    let wrong = |message: String, help: &str| ParseError::new(value.at.clone(), message).help(help);
    if binary.is_some() && param.kind != Kind::Blob {
        let message = format!("`--{}` takes no blob", kebab(param.name));
        return Err(wrong(message, "write `file://`: `fileb://` is for blobs"));
    }
    let bytes = load(name).map_err(|why| wrong(why, "or write the value itself; blobs are base64"))?;
    if binary.is_some() {
        return Ok(BASE64.encode(bytes));
    }
    let text = String::from_utf8(bytes);
    let text =
        text.map_err(|_| wrong(format!("`{name}` is not UTF-8 text"), "bytes are read by `fileb://`"))?;
    Ok(if param.kind == Kind::Blob { text.trim().to_owned() } else { text })
}

/// Checks the form of a value in which no reference stands.
fn check(param: &Param, text: &str, value: &Word) -> Result<(), ParseError> {
    if !references(text).is_empty() {
        return Ok(());
    }
    let wrong = match param.kind {
        Kind::Text | Kind::Flag => None,
        Kind::Integer => text.parse::<i64>().err().map(|_| "is no whole number"),
        Kind::Blob => BASE64.decode(text).err().map(|_| "is not base64"),
        Kind::Map => (!is_map(text)).then_some("is neither `key=value,...` nor a JSON object"),
        Kind::List => shorthand::list(text).is_none().then_some("is neither words nor a JSON list of texts"),
        Kind::Structure => {
            shorthand::structure(text).is_none().then_some("is neither `name=value,...` nor a JSON object")
        }
        Kind::Structures => {
            shorthand::structures(text).is_none().then_some("is neither `name=value,...` nor a JSON list")
        }
        Kind::Tags => (!is_tags(text)).then_some("is neither `TagKey=...,TagValue=...` nor a JSON list"),
    };
    match wrong {
        None => Ok(()),
        Some(wrong) => {
            let message = format!("`{}` {wrong}", value.text);
            Err(ParseError::new(value.at.clone(), message)
                .help(format!("value of `--{}`", kebab(param.name))))
        }
    }
}

fn is_map(text: &str) -> bool {
    match text.starts_with('{') {
        true => serde_json::from_str::<BTreeMap<String, serde_json::Value>>(text).is_ok(),
        false => {
            text.split([',', ' ']).all(|pair| pair.split_once('=').is_some_and(|(key, _)| !key.is_empty()))
        }
    }
}

fn is_tags(text: &str) -> bool {
    let is_tag = |tag: &serde_json::Map<String, serde_json::Value>| {
        tag.len() == 2
            && ["TagKey", "TagValue"].iter().all(|name| tag.get(*name).is_some_and(|v| v.is_string()))
    };
    shorthand::structures(text).is_some_and(|tags| tags.iter().all(is_tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::api::Plane;

    const fn param(name: &'static str, kind: Kind, required: bool) -> Param {
        Param { name, kind, required }
    }

    static TABLE: &[Operation] = &[Operation {
        service: Service::Kms,
        name: "CreateThing",
        plane: Plane::Control,
        params: &[
            param("ThingId", Kind::Text, true),
            param("Days", Kind::Integer, false),
            param("MultiRegion", Kind::Flag, false),
            param("Blob", Kind::Blob, false),
            param("Context", Kind::Map, false),
            param("Tags", Kind::Tags, false),
        ],
    }];

    fn arguments(line: &str) -> Vec<(&'static str, String)> {
        let (command, region) = parse(line, &[TABLE]).unwrap_or_else(|error| panic!("{line}: {error:?}"));
        assert_eq!(&line[region], command.region);
        command.arguments.into_iter().map(|(name, argument)| (name, argument.0)).collect()
    }

    #[test]
    fn options_are_read_as_the_cli_reads_them() {
        let thing = |rest: &str| arguments(&format!("aws kms create-thing {rest} --region us-east-1"));
        assert_eq!(thing("--thing-id a"), [("ThingId", "a".into())]);
        assert_eq!(thing("--thing-id=a=b"), [("ThingId", "a=b".into())]);
        assert_eq!(thing(r#"--thing-id 'a b'"c \"d\""\ e"#), [("ThingId", "a bc \"d\" e".into())]);
        assert_eq!(thing("--thing-id ''"), [("ThingId", "".into())]);
        assert_eq!(thing("--thing-id a \\\n --days 7"), [("Days", "7".into()), ("ThingId", "a".into())]);
        assert_eq!(thing("--thing-id a --multi-region")[0], ("MultiRegion", "true".into()));
        assert_eq!(thing("--thing-id a --no-multi-region")[0], ("MultiRegion", "false".into()));
        assert_eq!(thing("--thing-id a --context a=1,b=2")[0], ("Context", "a=1,b=2".into()));
        assert_eq!(thing(r#"--thing-id a --context '{"a": "1"}'"#)[0], ("Context", r#"{"a": "1"}"#.into()));
        let tags = "TagKey=a,TagValue=1 TagKey=b,TagValue=2";
        assert_eq!(thing(&format!("--thing-id a --tags {tags}"))[0], ("Tags", tags.into()));
        assert_eq!(
            thing("--thing-id a --days $x.Days --blob $c1").len(),
            3,
            "references are filled in later"
        );
        arguments("aws --region us-east-1 --output json kms create-thing --no-cli-pager --thing-id a");
    }

    #[test]
    fn values_may_stand_in_files() {
        let load = |name: &str| match name {
            "a.json" => Ok(br#"["x"] "#.to_vec()),
            "a.b64" => Ok(b"aGVsbG8=\n".to_vec()),
            "a.bin" => Ok(vec![0xff, 0x00]),
            _ => Err("there is no such file".to_owned()),
        };
        let thing = |rest: &str| {
            let line = format!("aws kms create-thing --thing-id x {rest} --region r");
            let found = parse_with(&line, &[TABLE], &load);
            found
                .map(|(command, _)| command.arguments.into_values().map(|argument| argument.0).next())
                .map_err(|error| (error.message, line[error.at].to_owned()))
        };
        assert_eq!(thing("--blob fileb://a.bin"), Ok(Some("/wA=".to_owned())));
        assert_eq!(thing("--blob file://a.b64"), Ok(Some("aGVsbG8=".to_owned())));
        let refused = |rest: &str| thing(rest).unwrap_err();
        assert_eq!(
            refused("--blob file://a.bin"),
            ("`a.bin` is not UTF-8 text".into(), "file://a.bin".into())
        );
        assert_eq!(refused("--days fileb://a.bin").0, "`--days` takes no blob");
        assert_eq!(
            refused("--context=file://a.json").0,
            "`file://a.json` is neither `key=value,...` nor a JSON object"
        );
        assert_eq!(refused("--tags file://none"), ("there is no such file".into(), "file://none".into()));
    }

    #[test]
    fn errors_point_at_their_place() {
        let cases = [
            ("aws kms create-thing --region r", "create-thing", "`create-thing` needs `--thing-id`"),
            ("aws kms create-thing --thing-id --region r", "--thing-id", "`--thing-id` needs a value"),
            ("aws kms create-thing --thing-id a b --region r", "b", "`b` belongs to no option"),
            (
                "aws kms create-thing --multi-region=true --region r",
                "--multi-region=true",
                "`--multi-region` takes no value",
            ),
            (
                "aws kms create-thing --no-thing-id --region r",
                "--no-thing-id",
                "`--no-thing-id` of `create-thing` is not modelled",
            ),
            ("aws kms create-thing --thing-id a --days 1.5", "1.5", "`1.5` is no whole number"),
            ("aws kms create-thing --thing-id a --blob a", "a", "`a` is not base64"),
            (
                "aws kms create-thing --thing-id a --context a",
                "a",
                "`a` is neither `key=value,...` nor a JSON object",
            ),
            (
                "aws kms create-thing --thing-id file://a",
                "file://a",
                "values from files are not modelled here",
            ),
            ("aws kms create-thing --region a --region b", "--region", "`--region` is given twice"),
            ("aws kms create-thing --profile x", "--profile", "`--profile` is not modelled"),
            ("aws --thing-id kms", "--thing-id", "`--thing-id` cannot stand before the operation"),
            ("aws kms create-thing --thing-id 'a", "'", "the ' is never closed"),
            ("aws kms", "", "an operation is missing"),
            ("aws rds create-thing", "create-thing", "`aws rds create-thing` is not modelled"),
            ("", "", "the command is empty"),
        ];
        for (line, place, message) in cases {
            let error = parse(line, &[TABLE]).expect_err(line);
            assert_eq!((&line[error.at.clone()], error.message.as_str()), (place, message), "{line}");
        }
        let error = parse("aws kms create-thnig --region r", &[TABLE]).unwrap_err();
        assert_eq!(error.help.as_deref(), Some("did you mean `create-thing`?"));
    }
}
