//! A grant: what it allows to whom, under which encryption context, and the tokens that name it.

use super::authorization::Asking;
use super::request::{Context, Request, invalid, not_modelled, refuse};
use super::rules;
use crate::services::{ErrorCode, Refusal};
use crate::sim::Time;
use crate::sim::rng::{Draws, fnv1a};
use serde_json::{Map, Value, json};

/// What a grant can allow (botocore 1.44.5 KMS service model, GrantOperation).
const OPERATIONS: [&str; 19] = [
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "Sign",
    "Verify",
    "GetPublicKey",
    "CreateGrant",
    "RetireGrant",
    "DescribeKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateMac",
    "VerifyMac",
    "DeriveSharedSecret",
    "Encapsulate",
    "Decapsulate",
];
/// Most pairs of a constraint, and most characters of a value in it (botocore 1.44.5 KMS service model, CreateGrant).
const PAIRS: usize = 8;
const VALUE: usize = 384;
/// Longest name, longest principal, most tokens of one request (the same).
const NAME: usize = 256;
const PRINCIPAL: usize = 256;
const TOKENS: usize = 10;
/// Digits of a grant ID.
const ID: usize = 64;

/// A permission on one key in one Region.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub id: String,
    pub terms: Terms,
    pub created: Time,
    /// Index of the account of whoever made it.
    pub issuer: usize,
    /// Holds without its token: true a while after CreateGrant.
    pub in_force: bool,
    /// Neither retired nor revoked; what is no longer listed still allows for a while (KMS-GRT-5).
    pub listed: bool,
}

/// What CreateGrant was asked for. A request with the same terms and a name means the same grant (KMS-GRT-7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    pub name: Option<String>,
    pub grantee: String,
    pub retiring: Option<String>,
    pub operations: Vec<&'static str>,
    pub constraint: Option<Constraint>,
}

/// The encryption context under which a grant allows (KMS-GRT-4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Constraint {
    /// `EncryptionContextEquals` rather than `EncryptionContextSubset`.
    pub exact: bool,
    pub pairs: Context,
}

impl Grant {
    /// Whether it allows what is asked, in force or by its token.
    pub fn allows(&self, operation: &str, caller: &str, asking: &Asking) -> bool {
        let named =
            || asking.grant_tokens.iter().any(|token| Token::read(token).is_some_and(|t| t.grant == self.id));
        self.terms.grantee == caller && (self.in_force || named()) && self.terms.permit(operation, asking)
    }

    /// As ListGrants shows it.
    pub fn shown(&self, key: &str, issuer: &str) -> Value {
        let terms = &self.terms;
        let mut shown = json!({
            "KeyId": key,
            "GrantId": self.id,
            "CreationDate": crate::services::dates::date(self.created),
            "GranteePrincipal": terms.grantee,
            "IssuingAccount": issuer,
            "Operations": terms.operations,
        });
        if let Some(name) = &terms.name {
            shown["Name"] = json!(name);
        }
        if let Some(retiring) = &terms.retiring {
            shown["RetiringPrincipal"] = json!(retiring);
        }
        if let Some(constraint) = &terms.constraint {
            shown["Constraints"] = json!({ constraint.kind(): constraint.pairs });
        }
        shown
    }
}

impl Terms {
    /// What stands in the request.
    ///
    /// # Errors
    /// If a parameter is malformed, or an operation is none that a grant can allow.
    pub fn of(request: &Request, partition: &str) -> Result<Terms, Refusal> {
        let given = request.list("Operations")?;
        if let Some(wrong) = given.iter().find(|given| !OPERATIONS.contains(&given.as_str())) {
            let message = format!("'{wrong}' is no operation that a grant can allow");
            return Err(refuse(rules::GRANTABLE_OPERATIONS, ErrorCode::ValidationException, message));
        }
        if given.is_empty() {
            return Err(invalid("Operations must not be empty"));
        }
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b":/_-".contains(&b);
        let name = request.text("Name");
        if name.is_some_and(|name| name.is_empty() || name.len() > NAME || !name.bytes().all(allowed)) {
            return Err(invalid(format!("Name must be 1 to {NAME} letters, digits, and :/_-")));
        }
        let constraints = request.structure("Constraints")?.unwrap_or_default();
        Ok(Terms {
            name: name.map(str::to_owned),
            grantee: principal(request.required("GranteePrincipal")?, partition)?,
            retiring: request.text("RetiringPrincipal").map(|text| principal(text, partition)).transpose()?,
            operations: OPERATIONS
                .into_iter()
                .filter(|known| given.iter().any(|given| given == known))
                .collect(),
            constraint: constraint(&constraints)?,
        })
    }

    fn permit(&self, operation: &str, asking: &Asking) -> bool {
        let met = |constraint: &Constraint| match operation {
            "DescribeKey" | "RetireGrant" => true,
            "CreateGrant" => constraint.binds(asking),
            _ => constraint.met_by(&asking.context),
        };
        let wider = |(key, value): &(&str, String)| {
            operation == "CreateGrant"
                && *key == "kms:GrantOperations"
                && !self.operations.contains(&value.as_str())
        };
        self.operations.contains(&operation)
            && self.constraint.as_ref().is_none_or(met)
            && !asking.keys.iter().any(wider)
    }
}

impl Constraint {
    fn kind(&self) -> &'static str {
        if self.exact { "EncryptionContextEquals" } else { "EncryptionContextSubset" }
    }

    /// Names are compared without case, values with it.
    fn met_by(&self, context: &Context) -> bool {
        contains(context, &self.pairs) && (!self.exact || contains(&self.pairs, context))
    }

    /// Whether a grant made under this one is as strict: its constraint stands in what is asked (KMS-CON-10).
    fn binds(&self, asking: &Asking) -> bool {
        let exact = asking
            .keys
            .iter()
            .any(|(key, value)| *key == "kms:GrantConstraintType" && value == "EncryptionContextEquals");
        (exact || !self.exact) && self.met_by(&asking.context)
    }
}

fn contains(all: &Context, some: &Context) -> bool {
    some.iter().all(|(name, value)| {
        all.iter().any(|(other, its)| other.to_lowercase() == name.to_lowercase() && its == value)
    })
}

/// The constraint of `--constraints`: one of the two.
fn constraint(given: &Map<String, Value>) -> Result<Option<Constraint>, Refusal> {
    let refused = |message: String| Err(refuse(rules::CONSTRAINTS, ErrorCode::ValidationException, message));
    let (name, value) = match given.iter().collect::<Vec<_>>()[..] {
        [] => return Ok(None),
        [one] => one,
        _ => return Err(not_modelled("more than one grant constraint is not modelled".to_owned())),
    };
    let exact = match name.as_str() {
        "EncryptionContextEquals" => true,
        "EncryptionContextSubset" => false,
        "SourceArn" => return Err(not_modelled("the grant constraint SourceArn is not modelled".to_owned())),
        _ => return refused(format!("'{name}' is no grant constraint")),
    };
    let Ok(pairs) = serde_json::from_value::<Context>(value.clone()) else {
        return refused(format!("{name} must be pairs of texts"));
    };
    if pairs.len() > PAIRS || pairs.values().any(|value| value.chars().count() > VALUE) {
        return refused(format!(
            "{name} has at most {PAIRS} pairs with values of at most {VALUE} characters"
        ));
    }
    Ok(Some(Constraint { exact, pairs }))
}

/// The ARN of a user, a role or a session of one.
fn principal(text: &str, partition: &str) -> Result<String, Refusal> {
    let refused = || {
        let message = format!("'{text}' is no ARN of a principal in this partition");
        refuse(rules::PRINCIPALS_BY_ARN, ErrorCode::InvalidArnException, message)
    };
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", here, service, "", account, resource] = parts[..] else { return Err(refused()) };
    let account_is = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    if text.len() > PRINCIPAL || here != partition || !account_is {
        return Err(refused());
    }
    match (service, resource.split_once('/')) {
        ("iam", Some(("user" | "role", name))) | ("sts", Some(("assumed-role" | "federated-user", name)))
            if !name.is_empty() =>
        {
            Ok(text.to_owned())
        }
        ("iam", None) if resource == "root" => {
            Err(not_modelled("a grant to a whole account is not modelled; name a role".to_owned()))
        }
        _ => Err(refused()),
    }
}

/// The grant ID that a parameter gives.
pub(super) fn grant_id<'a>(request: &Request<'a>) -> Result<&'a str, Refusal> {
    let text = request.required("GrantId")?;
    match text.len() == ID && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        true => Ok(text),
        false => {
            let message = format!("'{text}' is no grant ID");
            Err(refuse(rules::GRANT_IDS, ErrorCode::InvalidGrantIdException, message))
        }
    }
}

/// The grant ID made of a call's random bits.
pub(super) fn new_id(fresh: u128) -> String {
    let draws = Draws(fnv1a(&fresh.to_be_bytes()));
    (0..4).map(|i| format!("{:016x}", draws.at(2, i))).collect()
}

/// What a grant token says: it names its grant and the grant's key, and nobody can make one up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// The 128 bits of the key ID.
    pub key: u128,
    /// The grant ID.
    pub grant: String,
}

impl Token {
    /// The text of a token; `fresh` makes it another one for each call.
    pub fn text(&self, fresh: u128) -> String {
        let body = format!("{:032x}{}{:016x}", self.key, self.grant, fnv1a(&fresh.to_be_bytes()));
        let seal = fnv1a(body.as_bytes());
        format!("{body}{seal:016x}")
    }

    /// Reads a token.
    pub fn read(text: &str) -> Option<Token> {
        let (body, seal) = text.split_at_checked(32 + ID + 16)?;
        if format!("{:016x}", fnv1a(body.as_bytes())) != seal {
            return None;
        }
        let key = u128::from_str_radix(body.get(..32)?, 16).ok()?;
        Some(Token { key, grant: body.get(32..32 + ID)?.to_owned() })
    }
}

/// The grant tokens that come with a request.
///
/// # Errors
/// If there are too many, or one is no grant token.
pub(super) fn tokens(request: &Request) -> Result<Vec<String>, Refusal> {
    let tokens = request.list("GrantTokens")?;
    if tokens.len() > TOKENS {
        return Err(invalid(format!("GrantTokens must be at most {TOKENS}")));
    }
    match tokens.iter().find(|token| Token::read(token).is_none()) {
        None => Ok(tokens),
        Some(_) => Err(wrong_token()),
    }
}

/// The text is no grant token, or its grant is gone.
pub(super) fn wrong_token() -> Refusal {
    refuse(rules::GRANT_TOKENS, ErrorCode::InvalidGrantTokenException, "The grant token is not valid.")
}
