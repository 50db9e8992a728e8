//! AWS's table of key states, driven through the service cell by cell: each operation on a key of each class in each
//! state that a key of each role can be in.

use super::world::World;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use mrksim::services::kms::matrix::{Cell, ClassRule, Outcome, Reachable, RoleRule, cell};
use mrksim::services::kms::{KeyState, PendingDeletionError, SetId, Settings, Switches, Timing, api};
use mrksim::sim::{Law, Span};
use mrksim::world::RegionId;
use serde_json::Value;
use std::collections::BTreeSet;

const HOME: RegionId = RegionId(0);
const OTHER: RegionId = RegionId(1);

/// What a key is to its set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    SingleRegion,
    LonePrimary,
    Primary,
    Replica,
}

const ROLES: [Role; 4] = [Role::SingleRegion, Role::LonePrimary, Role::Primary, Role::Replica];

/// A class of key, in AWS's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Class {
    spec: &'static str,
    usage: &'static str,
    origin: &'static str,
}

const fn class(spec: &'static str, usage: &'static str, origin: &'static str) -> Class {
    Class { spec, usage, origin }
}

const SYMMETRIC: Class = class("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "AWS_KMS");

const CLASSES: [Class; 8] = [
    SYMMETRIC,
    class("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "EXTERNAL"),
    class("RSA_2048", "ENCRYPT_DECRYPT", "AWS_KMS"),
    class("RSA_2048", "SIGN_VERIFY", "AWS_KMS"),
    class("ECC_NIST_P256", "KEY_AGREEMENT", "AWS_KMS"),
    class("ML_KEM_768", "ENCAPSULATE_DECAPSULATE", "AWS_KMS"),
    class("HMAC_256", "GENERATE_VERIFY_MAC", "AWS_KMS"),
    class("HMAC_256", "GENERATE_VERIFY_MAC", "EXTERNAL"),
];

impl Class {
    fn symmetric(self) -> bool {
        self.spec == "SYMMETRIC_DEFAULT"
    }

    fn external(self) -> bool {
        self.origin == "EXTERNAL"
    }

    /// Whether it is the class that an operation wants.
    fn is(self, wanted: ClassRule) -> bool {
        match wanted {
            ClassRule::Any | ClassRule::MultiRegion => true,
            ClassRule::Asymmetric => ["RSA", "ECC", "ML_KEM"].iter().any(|kind| self.spec.starts_with(kind)),
            ClassRule::AwsKmsOrigin => !self.external(),
            ClassRule::OriginExternal => self.external(),
            ClassRule::SymmetricDefault | ClassRule::SymmetricDefaultNotCustomKeyStore => self.symmetric(),
            ClassRule::SymmetricDefaultAwsKms => self == SYMMETRIC,
            ClassRule::UsageEncryptDecrypt => self.usage == "ENCRYPT_DECRYPT",
            ClassRule::UsageGenerateVerifyMac => self.usage == "GENERATE_VERIFY_MAC",
            ClassRule::UsageKeyAgreement => self.usage == "KEY_AGREEMENT",
            ClassRule::UsageSignVerify => self.usage == "SIGN_VERIFY",
            ClassRule::UsageEncapsulateDecapsulate => self.usage == "ENCAPSULATE_DECAPSULATE",
        }
    }

    /// The algorithm that Encrypt and Decrypt must name.
    fn encryption_algorithm(self) -> &'static str {
        if self.symmetric() { "SYMMETRIC_DEFAULT" } else { "RSAES_OAEP_SHA_256" }
    }
}

/// A key brought into a state, with what the operations need around it.
#[derive(Clone)]
struct Prepared {
    world: World,
    id: String,
    at: RegionId,
    /// What was made with the key, or in its Region, while it was Enabled.
    blob: String,
    neighbours_blob: String,
    signature: String,
    mac: String,
    public_key: String,
    shared_secret: String,
    token: String,
    grant: String,
    policy: String,
}

/// Changes are seen at once: the table is about states, not about when they show.
fn timing() -> Timing {
    let none = || Law::Constant(Span::ZERO);
    Timing { propagation: none(), grant: none(), alias_tag: none(), ..Timing::default() }
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer:#}")).to_owned()
}

fn allowed(world: &mut World, name: &str, pairs: &[(&'static str, &str)], at: RegionId) -> Value {
    world
        .ask(name, pairs, at)
        .unwrap_or_else(|no| panic!("{name} {pairs:?}: {} {}", no.error.name(), no.message))
}

/// Imports the key material of every EXTERNAL key here.
fn import(world: &mut World, id: &str, class: Class, at: RegionId) {
    let bytes = BASE64.encode([7u8; 32]);
    let token = token(world, id, at);
    let pairs = [
        ("KeyId", id),
        ("ImportToken", token.as_str()),
        ("EncryptedKeyMaterial", bytes.as_str()),
        ("ExpirationModel", "KEY_MATERIAL_DOES_NOT_EXPIRE"),
    ];
    assert!(class.external());
    allowed(world, "ImportKeyMaterial", &pairs, at);
}

fn token(world: &mut World, id: &str, at: RegionId) -> String {
    let pairs = [("KeyId", id), ("WrappingAlgorithm", "RSAES_OAEP_SHA_256"), ("WrappingKeySpec", "RSA_3072")];
    text(&allowed(world, "GetParametersForImport", &pairs, at), "ImportToken")
}

/// An Enabled key of a role and class, and what is made with it.
fn enabled(role: Role, class: Class, settings: Settings) -> Prepared {
    let mut world = World::new(timing(), settings, Switches::default());
    let multi_region = if role == Role::SingleRegion { "false" } else { "true" };
    let pairs = [
        ("MultiRegion", multi_region),
        ("KeySpec", class.spec),
        ("KeyUsage", class.usage),
        ("Origin", class.origin),
    ];
    let created = allowed(&mut world, "CreateKey", &pairs, HOME);
    let id = text(&created["KeyMetadata"], "KeyId");
    if class.external() {
        import(&mut world, &id, class, HOME);
    }
    if matches!(role, Role::Primary | Role::Replica) {
        allowed(&mut world, "ReplicateKey", &[("KeyId", &id), ("ReplicaRegion", "eu-west-1")], HOME);
        world.wait(Span::secs(120));
        if class.external() {
            import(&mut world, &id, class, OTHER);
        }
    }
    let at = if role == Role::Replica { OTHER } else { HOME };
    world.declare("bystander", false, &[at], None);
    let alias = [("AliasName", "alias/tested"), ("TargetKeyId", id.as_str())];
    allowed(&mut world, "CreateAlias", &alias, at);
    make(world, id, class, at)
}

/// What the operations need, made while the key is Enabled. What the class cannot do stays nonsense.
fn make(mut world: World, id: String, class: Class, at: RegionId) -> Prepared {
    let nonsense = || "AAAA".to_owned();
    let (mut blob, mut signature, mut mac) = (nonsense(), nonsense(), nonsense());
    let (mut public_key, mut shared_secret, mut token) = (nonsense(), nonsense(), nonsense());
    let key = ("KeyId", id.as_str());
    let world_of = &mut world;
    match class.usage {
        "ENCRYPT_DECRYPT" => {
            let algorithm = ("EncryptionAlgorithm", class.encryption_algorithm());
            let encrypted = allowed(world_of, "Encrypt", &[key, ("Plaintext", "aGVsbG8="), algorithm], at);
            blob = text(&encrypted, "CiphertextBlob");
        }
        "SIGN_VERIFY" => {
            let pairs = [key, ("Message", "aGVsbG8="), ("SigningAlgorithm", "RSASSA_PSS_SHA_256")];
            signature = text(&allowed(world_of, "Sign", &pairs, at), "Signature");
        }
        "GENERATE_VERIFY_MAC" => {
            let pairs = [key, ("Message", "aGVsbG8="), ("MacAlgorithm", "HMAC_SHA_256")];
            mac = text(&allowed(world_of, "GenerateMac", &pairs, at), "Mac");
        }
        "ENCAPSULATE_DECAPSULATE" => {
            let pairs = [key, ("EncapsulationAlgorithm", "ML_KEM")];
            let made = allowed(world_of, "Encapsulate", &pairs, at);
            shared_secret = text(&made, "SharedSecretCiphertextBlob");
        }
        _ => public_key = text(&allowed(world_of, "GetPublicKey", &[key], at), "PublicKey"),
    }
    if class.external() {
        token = self::token(world_of, &id, at);
    }
    let pairs = [
        key,
        ("GranteePrincipal", "arn:aws:iam::111122223333:role/app"),
        ("Operations", r#"["DescribeKey"]"#),
    ];
    let grant = text(&allowed(world_of, "CreateGrant", &pairs, at), "GrantId");
    let policy = text(&allowed(world_of, "GetKeyPolicy", &[key], at), "Policy");
    let pairs = [("KeyId", "alias/bystander"), ("Plaintext", "aGVsbG8=")];
    let neighbours_blob = text(&allowed(world_of, "Encrypt", &pairs, at), "CiphertextBlob");
    Prepared {
        world,
        id,
        at,
        blob,
        neighbours_blob,
        signature,
        mac,
        public_key,
        shared_secret,
        token,
        grant,
        policy,
    }
}

/// Brings the key into a state, if a key of this role and class can be in it.
fn bring(mut key: Prepared, role: Role, class: Class, state: KeyState) -> Option<Prepared> {
    let id = key.id.clone();
    let named = ("KeyId", id.as_str());
    let at = key.at;
    let world = &mut key.world;
    match (state, role) {
        (KeyState::Enabled, _) => {}
        (KeyState::Disabled, _) => {
            allowed(world, "DisableKey", &[named], at);
        }
        (KeyState::PendingImport, _) if class.external() => {
            allowed(world, "DeleteImportedKeyMaterial", &[named], at);
        }
        (KeyState::PendingDeletion, Role::SingleRegion | Role::LonePrimary | Role::Replica)
        | (KeyState::PendingReplicaDeletion, Role::Primary) => {
            allowed(world, "ScheduleKeyDeletion", &[named], at);
        }
        (KeyState::Creating, Role::Replica) => {
            // It goes, and comes again.
            allowed(world, "ScheduleKeyDeletion", &[named, ("PendingWindowInDays", "7")], at);
            world.wait(Span::days(8));
            allowed(world, "ReplicateKey", &[named, ("ReplicaRegion", "eu-west-1")], HOME);
            allowed(world, "CreateAlias", &[("AliasName", "alias/tested"), ("TargetKeyId", &id)], OTHER);
        }
        (KeyState::Updating, Role::Primary | Role::Replica) => {
            // The key in HOME is the new primary: it gets the role back from OTHER.
            allowed(world, "UpdatePrimaryRegion", &[named, ("PrimaryRegion", "eu-west-1")], HOME);
            world.wait(Span::secs(10));
            allowed(world, "UpdatePrimaryRegion", &[named, ("PrimaryRegion", "us-east-1")], OTHER);
        }
        _ => return None,
    }
    Some(key)
}

type Call = Vec<(&'static str, String)>;

/// The calls by which an operation is done with the key. UpdateAlias is its new target.
fn calls(operation: &str, class: Class, prepared: &mut Prepared) -> Vec<Call> {
    let key = || ("KeyId", prepared.id.clone());
    let own = |name, value: &str| (name, value.to_owned());
    let message = || own("Message", "aGVsbG8=");
    let signing = || own("SigningAlgorithm", "RSASSA_PSS_SHA_256");
    let hmac = || own("MacAlgorithm", "HMAC_SHA_256");
    let algorithm = |name| own(name, class.encryption_algorithm());
    let blob = || ("CiphertextBlob", prepared.blob.clone());
    match operation {
        "Encrypt" => vec![vec![key(), own("Plaintext", "aGVsbG8="), algorithm("EncryptionAlgorithm")]],
        // With a key of another class the ciphertext does not fit, and that is said first (KMS-ERR-20).
        "Decrypt" | "ReEncrypt" if class.usage != "ENCRYPT_DECRYPT" => match operation {
            "ReEncrypt" => vec![vec![
                own("CiphertextBlob", &prepared.neighbours_blob),
                ("DestinationKeyId", prepared.id.clone()),
            ]],
            _ => vec![],
        },
        "Decrypt" if class.symmetric() => vec![vec![blob()], vec![key(), blob()]],
        "Decrypt" => vec![vec![key(), blob(), algorithm("EncryptionAlgorithm")]],
        "ReEncrypt" => {
            let source = ("SourceKeyId", prepared.id.clone());
            let to = own("DestinationKeyId", "alias/bystander");
            vec![
                vec![blob(), source, algorithm("SourceEncryptionAlgorithm"), to],
                vec![
                    own("CiphertextBlob", &prepared.neighbours_blob),
                    ("DestinationKeyId", prepared.id.clone()),
                    algorithm("DestinationEncryptionAlgorithm"),
                ],
            ]
        }
        "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext" => vec![vec![key(), own("KeySpec", "AES_256")]],
        "GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext" => {
            vec![vec![key(), own("KeyPairSpec", "RSA_2048")]]
        }
        "Sign" => vec![vec![key(), message(), signing()]],
        "Verify" => vec![vec![key(), message(), signing(), own("Signature", &prepared.signature)]],
        "GenerateMac" => vec![vec![key(), message(), hmac()]],
        "VerifyMac" => vec![vec![key(), message(), hmac(), own("Mac", &prepared.mac)]],
        "DeriveSharedSecret" => {
            vec![vec![key(), own("KeyAgreementAlgorithm", "ECDH"), own("PublicKey", &prepared.public_key)]]
        }
        "Encapsulate" => vec![vec![key(), own("EncapsulationAlgorithm", "ML_KEM")]],
        "Decapsulate" => vec![vec![
            key(),
            own("EncapsulationAlgorithm", "ML_KEM"),
            own("SharedSecretCiphertextBlob", &prepared.shared_secret),
        ]],
        _ => management(operation, prepared),
    }
}

fn management(operation: &str, prepared: &mut Prepared) -> Vec<Call> {
    let id = prepared.id.clone();
    let key = || ("KeyId", id.clone());
    let own = |name, value: &str| (name, value.to_owned());
    match operation {
        "ReplicateKey" => vec![vec![key(), own("ReplicaRegion", "ap-southeast-2")]],
        "UpdatePrimaryRegion" => vec![vec![key(), own("PrimaryRegion", "eu-west-1")]],
        "CreateAlias" => vec![vec![own("AliasName", "alias/new"), ("TargetKeyId", id.clone())]],
        "UpdateAlias" => vec![vec![own("AliasName", "alias/tested"), ("TargetKeyId", id.clone())]],
        "DeleteAlias" => vec![vec![own("AliasName", "alias/tested")]],
        "UpdateKeyDescription" => vec![vec![key(), own("Description", "new")]],
        "TagResource" => vec![vec![key(), own("Tags", "TagKey=team,TagValue=x")]],
        "UntagResource" => vec![vec![key(), own("TagKeys", "team")]],
        "PutKeyPolicy" => vec![vec![key(), own("Policy", &prepared.policy)]],
        "CreateGrant" => vec![vec![
            key(),
            own("GranteePrincipal", "arn:aws:iam::111122223333:role/app"),
            own("Operations", "DescribeKey"),
        ]],
        "RetireGrant" | "RevokeGrant" => {
            // A replica that came again has no grants, and while Creating it gets none.
            let listed = prepared.world.ask("ListGrants", &[("KeyId", &id)], prepared.at).expect("allowed");
            let has = listed["Grants"].as_array().is_some_and(|grants| !grants.is_empty());
            if has { vec![vec![key(), own("GrantId", &prepared.grant)]] } else { vec![] }
        }
        "GetParametersForImport" => vec![vec![
            key(),
            own("WrappingAlgorithm", "RSAES_OAEP_SHA_256"),
            own("WrappingKeySpec", "RSA_3072"),
        ]],
        "ImportKeyMaterial" => vec![vec![
            key(),
            own("ImportToken", &prepared.token),
            own("EncryptedKeyMaterial", &BASE64.encode([7u8; 32])),
            own("ExpirationModel", "KEY_MATERIAL_DOES_NOT_EXPIRE"),
        ]],
        _ => vec![vec![key()]],
    }
}

/// Drives every cell that can be reached; returns the rules by which calls were refused.
pub fn drive(settings: Settings) -> BTreeSet<String> {
    let mut fired = BTreeSet::new();
    let mut driven = BTreeSet::new();
    for class in CLASSES {
        for role in ROLES {
            let fresh = enabled(role, class, settings);
            for state in KeyState::ALL {
                let Some(key) = bring(fresh.clone(), role, class, state) else { continue };
                for cell in api::OPERATIONS.iter().filter_map(|operation| cell(operation.name, state)) {
                    if drive_cell(cell, (role, class), &key, settings, &mut fired) > 0 {
                        driven.insert((cell.operation, state));
                    }
                }
            }
        }
    }
    for operation in api::OPERATIONS {
        for cell in KeyState::ALL.into_iter().filter_map(|state| cell(operation.name, state)) {
            // While Creating a key has no grant that could be retired or revoked.
            let no_grant =
                matches!(cell.operation, "RetireGrant" | "RevokeGrant") && cell.state == KeyState::Creating;
            let exists = cell.reachable != Reachable::No && !no_grant;
            let done = driven.contains(&(cell.operation, cell.state));
            assert_eq!(done, exists, "{} in {:?}", cell.operation, cell.state);
        }
    }
    fired
}

fn drive_cell(
    cell: &Cell,
    (role, class): (Role, Class),
    key: &Prepared,
    settings: Settings,
    fired: &mut BTreeSet<String>,
) -> usize {
    match cell.reachable {
        Reachable::Primary => assert_eq!(role, Role::Primary),
        Reachable::Replica => assert_eq!(role, Role::Replica),
        Reachable::External => assert!(class.external()),
        Reachable::Any => {}
        Reachable::No => panic!("{} on a {role:?} in {:?}", cell.operation, cell.state),
    }
    let calls = calls(cell.operation, class, &mut key.clone());
    for call in &calls {
        // Each call meets the key as it was brought there.
        let Prepared { mut world, id, at, .. } = key.clone();
        let here = format!("{} on a {role:?} {class:?} in {:?}: {call:?}", cell.operation, cell.state);
        let set = (0..world.kms.sets()).map(SetId).find(|set| world.kms.key_id(*set) == id).expect("the key");
        assert_eq!(world.kms.state(set, at), Some(cell.state), "{here}");
        let arn = world.kms.arn(set, at);
        let pairs: Vec<(&'static str, &str)> =
            call.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = world.ask(cell.operation, &pairs, at);
        let after = world.kms.state(set, at).expect("a key");
        match (expected(cell, role, class, settings), answer) {
            (None, Ok(_)) if cell.resulting.is_empty() => assert_eq!(after, cell.state, "{here}"),
            (None, Ok(_)) => assert!(cell.resulting.contains(&after), "{here}: {after:?}"),
            (None, Err(refusal)) => {
                let particular = particular(cell.operation, role, class);
                assert_eq!(Some(refusal.rule.id), particular, "{here}: {}", refusal.message);
            }
            (Some(wanted), Ok(_)) => panic!("{here}: accepted, not {wanted:?}"),
            (Some((error, message)), Err(refusal)) => {
                assert_eq!(refusal.error.name(), error, "{here}: {}", refusal.message);
                if let Some(message) = message {
                    assert_eq!(refusal.message, format!("{arn} {message}"), "{here}");
                }
                assert_eq!(after, cell.state, "{here}");
                fired.insert(refusal.rule.id.to_owned());
            }
        }
    }
    calls.len()
}

/// The rule by which a call is refused that state, role and class would allow.
fn particular(operation: &str, role: Role, class: Class) -> Option<&'static str> {
    match operation {
        "UpdatePrimaryRegion" if role == Role::LonePrimary => Some("KMS-UPR-4"),
        "RotateKeyOnDemand" if class.external() => Some("KMS-IMP-10"),
        _ => None,
    }
}

type Expected = Option<(&'static str, Option<String>)>;

/// The error and message suffix of the cell, for a key of that role and class; nothing if the call is allowed.
fn expected(cell: &Cell, role: Role, class: Class, settings: Settings) -> Expected {
    let rotates = cell.group == "rotation";
    let has_role = match role {
        Role::Primary | Role::LonePrimary => true,
        Role::SingleRegion => rotates,
        Role::Replica => false,
    };
    let by_role: Expected = (cell.role == RoleRule::PrimaryOnly && !has_role)
        .then(|| ("UnsupportedOperationException", Some("is not a multi-region primary key.".to_owned())));
    let by_class: Expected = match cell.class_error {
        Some(error) if !class.is(cell.class) => Some((
            error.name(),
            (error.name() == "InvalidKeyUsageException")
                .then(|| format!("key usage is {} which is not valid for {}.", class.usage, cell.operation)),
        )),
        _ => None,
    };
    let class_decides = match cell.footnote {
        "6" | "7" | "9" => true,
        "8/9" => !class.external(),
        _ => false,
    };
    let doomed = matches!(cell.state, KeyState::PendingDeletion | KeyState::PendingReplicaDeletion);
    let disabled = settings.pending_deletion_error == PendingDeletionError::Disabled;
    let alternative =
        cell.alternative.filter(|error| doomed && disabled && error.name() == "DisabledException");
    let by_state: Expected = match cell.outcome {
        Outcome::Allow => None,
        Outcome::NotApplicable => panic!("{} in {:?}", cell.operation, cell.state),
        _ if class_decides => by_class.clone(),
        _ => Some((alternative.or(cell.error).expect("an error").name(), Some(cell.message.to_owned()))),
    };
    match rotates {
        true => by_state.or(by_role),
        false => by_role.or(by_state),
    }
    .or(by_class)
}

#[test]
fn every_cell_answers_as_its_table_says() {
    drive(Settings::default());
}

#[test]
fn every_cell_answers_with_the_other_documented_error_if_asked_to() {
    let disabled = Settings { pending_deletion_error: PendingDeletionError::Disabled, ..Settings::default() };
    assert!(drive(disabled).contains("KMS-UNV-4"));
}

/// Footnote 10: an alias may leave a key that is to be deleted.
#[test]
fn an_alias_may_leave_a_key_in_any_state() {
    for role in ROLES {
        let fresh = enabled(role, SYMMETRIC, Settings::default());
        for state in KeyState::ALL {
            let Some(Prepared { mut world, at, .. }) = bring(fresh.clone(), role, SYMMETRIC, state) else {
                continue;
            };
            let bystander = allowed(&mut world, "DescribeKey", &[("KeyId", "alias/bystander")], at);
            let id = text(&bystander["KeyMetadata"], "KeyId");
            allowed(&mut world, "UpdateAlias", &[("AliasName", "alias/tested"), ("TargetKeyId", &id)], at);
        }
    }
}
