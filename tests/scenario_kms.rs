//! The parts of a scenario that KMS in full needs: accounts, principals, keys, policies, knobs, files, key faults.

use mrksim::faults::Fault;
use mrksim::model::setup::{Action, Setup};
use mrksim::scenario::{Invalid, Loaded, Request, Source, load, load_with, render};
use mrksim::services::ErrorCode;
use mrksim::services::kms::{
    CancelWithoutMaterial, Imported, KeySpec, KeyUsage, Origin, PendingDeletionError, QuotaVintage, Settings,
    Switches,
};
use mrksim::sim::{Law, Span};
use mrksim::world::RegionId;
use std::io;
use std::path::Path;

const SHOP: &str = "111122223333";
const EU: RegionId = RegionId(1);

fn keys_in_full() -> Loaded {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios-good/keys.toml");
    let loaded = load(&Request::new(Source::Path(file.into())))
        .unwrap_or_else(|invalid| panic!("{}", render(&invalid.problems, &invalid.sources, false)));
    assert!(loaded.warnings.is_empty(), "{}", render(&loaded.warnings, &loaded.sources, false));
    loaded
}

/// Loads a scenario whose other files exist only here.
fn with_files(text: &str, files: &[(&str, &[u8])]) -> Result<Loaded, Box<Invalid>> {
    let request = Request::new(Source::Text { name: "dir/a.toml".into(), text: text.into() });
    load_with(&request, &|path: &Path| {
        let found = files.iter().find(|(name, _)| Some(*name) == path.to_str());
        found.map(|(_, bytes)| bytes.to_vec()).ok_or_else(|| io::ErrorKind::NotFound.into())
    })
}

fn commands(setup: &Setup) -> Vec<(&'static str, Vec<String>, Vec<String>)> {
    let faults = setup.timeline.iter().filter_map(|entry| match &entry.action {
        Action::Fault { fault: Fault::Key { kind, start, lift, .. }, .. } => {
            let texts =
                |commands: &[mrksim::services::Command]| commands.iter().map(|c| c.text.clone()).collect();
            Some((*kind, texts(start), texts(lift)))
        }
        _ => None,
    });
    faults.collect()
}

#[test]
fn accounts_and_principals_make_the_directory() {
    let setup = keys_in_full().setup;
    let directory = &setup.directory;
    assert_eq!(
        (directory.accounts(), directory.account_id(0), directory.account_id(1)),
        (2, SHOP, "444455556666")
    );
    assert_eq!((directory.account_of("auditor"), directory.account_of("checkout")), (1, 0));
    let shown = format!("{directory:?}");
    for part in [
        "europe-only",
        "vpce-1",
        "user/alice",
        "aws:RequestedRegion",
        "kms:ListAliases",
        "\"team\": \"shop\"",
    ] {
        let expected = part != "europe-only";
        assert_eq!(shown.contains(part), expected, "{part}: policies are read, not named");
    }
    let plain = with_files("duration = '1h'\nregions = ['us-east-1']\n[principals.x]\n", &[]).unwrap();
    assert_eq!(plain.setup.directory.account_id(0), SHOP, "without accounts there is one");
}

#[test]
fn keys_are_what_they_are_declared_to_be() {
    let keys = keys_in_full().setup.keys;
    let [orders, imported, tokens, signing, foreign] = keys.as_slice() else { panic!("{keys:?}") };
    assert_eq!((orders.rotation, foreign.rotation), (Some(Span::days(365)), Some(Span::days(90))));
    let text = |region: u8| orders.policies[&RegionId(region)].text().to_owned();
    assert!(text(1).contains("The partner reads") && text(0) == text(2));
    let written = r#"{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:*","Resource":"*"}]}"#;
    assert_eq!(text(0), written, "a table is the JSON that it stands for");
    assert!((0..3).all(|region| orders.tags[&RegionId(region)]["team"] == "shop"));
    assert_eq!(imported.class.origin, Origin::EXTERNAL);
    let material: Vec<_> = imported.material.iter().map(|(region, material)| (region.0, material)).collect();
    let expiring = Imported { expires: Some(Span::days(30)) };
    assert_eq!(material, [(0, &Imported { expires: None }), (1, &expiring)], "one Region has none");
    assert_eq!(tokens.material[&EU].expires, Some(Span::days(90)));
    assert_eq!((tokens.class.spec, tokens.class.usage), (KeySpec::HMAC_256, KeyUsage::GENERATE_VERIFY_MAC));
    assert_eq!((signing.class.spec, signing.class.usage), (KeySpec::ECC_NIST_P256, KeyUsage::SIGN_VERIFY));
    assert!(signing.material.is_empty() && orders.material.is_empty());
    assert_eq!([orders.account, foreign.account], [0, 1]);
}

#[test]
fn every_knob_reaches_the_model() {
    let setup = keys_in_full().setup;
    let invalid = ErrorCode::ValidationException;
    let settings = Settings {
        replicate_own_region_error: invalid,
        replicate_partition_error: invalid,
        replicate_disabled_region_error: invalid,
        promote_missing_error: invalid,
        promote_own_region_error: invalid,
        promote_on_replica_error: invalid,
        rotation_on_replica_error: invalid,
        rotation_role_first: true,
        pending_deletion_error: PendingDeletionError::Disabled,
        rotation_waits_for_disabled_replica: true,
        cancel_without_material: CancelWithoutMaterial::PendingImport,
        import_enables_disabled: true,
        strict_updating: true,
        overlapping_rotation_error: ErrorCode::LimitExceededException,
        match_before_state: true,
        import_new_in_replica_error: ErrorCode::UnsupportedOperationException,
        rotation_status_of_imported: true,
        alias_not_taken_error: invalid,
        quota_vintage: QuotaVintage::Of2023,
        keys_per_region: 7,
    };
    assert_eq!(setup.settings, settings);
    let switches = Switches {
        delete_primary_cascades: true,
        policies_shared: true,
        promote_from_replica_during_outage: true,
        replica_ready_immediately: true,
        services_use_mrk_natively: true,
        dr_tip_seamless: true,
        unlimited_replicas: true,
        twins: true,
        rotation_instant: true,
        lifecycle_independent: true,
        any_sdk_any_region: true,
    };
    assert_eq!(setup.switches, switches);
    let timing = &setup.timing;
    let constant = |seconds| Law::Constant(Span::secs(seconds));
    assert_eq!(
        [&timing.propagation, &timing.creating, &timing.updating, &timing.synchronisation, &timing.rotation],
        [&constant(2), &constant(10), &constant(10), &constant(60), &constant(30)]
    );
    assert_eq!(timing.grant, Law::Uniform { low: Span::SECOND, high: Span::secs(240) });
    assert_eq!((&timing.alias_tag, &timing.deletion_lateness), (&constant(300), &constant(3_600)));
}

#[test]
fn nothing_stated_is_documented_behaviour() {
    let setup = with_files("duration = '1h'\nregions = ['us-east-1']\n", &[]).unwrap().setup;
    assert_eq!((setup.settings, setup.switches), (Settings::default(), Switches::default()));
    assert_eq!(setup.timing.propagation, Law::Constant(Span::SECOND));
}

#[test]
fn key_faults_are_commands_and_what_undoes_them() {
    let setup = keys_in_full().setup;
    let all = commands(&setup);
    let of = |kind: &str| all.iter().find(|(found, ..)| *found == kind).expect(kind);
    let eu = "--key-id $orders@eu-west-1";
    assert_eq!(of("key-disabled").1, [format!("aws kms disable-key {eu} --region eu-west-1")]);
    assert_eq!(of("key-disabled").2, [format!("aws kms enable-key {eu} --region eu-west-1")]);
    let apse = "--key-id $orders@ap-southeast-2";
    assert_eq!(
        of("key-pending-deletion").1,
        [format!("aws kms schedule-key-deletion {apse} --pending-window-in-days 7 --region ap-southeast-2")]
    );
    assert_eq!(
        of("key-pending-deletion").2,
        ["cancel-key-deletion", "enable-key"]
            .map(|name| format!("aws kms {name} {apse} --region ap-southeast-2"))
    );
    assert!(
        of("key-material-expired").1[0]
            .starts_with("aws kms delete-imported-key-material --key-id $imported@")
    );
    assert_eq!(
        of("grant-revoked").1[0],
        "aws kms revoke-grant --key-id $orders@us-east-1 --grant-id $grant.GrantId --region us-east-1"
    );
    assert!(of("grant-revoked").2.is_empty() && of("key-material-expired").2.is_empty());
    let alias = |key: &str| {
        format!(
            "aws kms update-alias --alias-name alias/orders --target-key-id ${key}@eu-west-1 --region eu-west-1"
        )
    };
    assert_eq!(
        (&of("alias-repointed").1, &of("alias-repointed").2),
        (&vec![alias("imported")], &vec![alias("orders")])
    );
    let denying = &of("key-policy-deny").1[0];
    for part in [
        "The partner reads",
        r#""Effect":"Deny""#,
        r#"["kms:Decrypt","kms:ReEncrypt*"]"#,
        "role/checkout",
        "--bypass-policy-lockout-safety-check",
    ] {
        assert!(denying.contains(part), "{part}: {denying}");
    }
    assert!(!of("key-policy-deny").2[0].contains("Deny"), "the lift puts back what the file declares");
    let (_, start, lift) = all.iter().rfind(|(kind, ..)| *kind == "key-policy-deny").unwrap();
    assert!(start[0].contains("user/alice") && start[0].contains(r#"["kms:*"]"#));
    assert!(lift[0].contains("arn:aws:iam::111122223333:root"), "or the default key policy: {lift:?}");
}

#[test]
fn what_key_management_leans_on_is_listed() {
    let base =
        "duration = '1h'\nregions = ['us-east-1']\n[keys.k]\nkind = 'single-region'\nprimary = 'us-east-1'\n";
    let leans = |more: &str| {
        let setup = with_files(&format!("{base}{more}"), &[]).unwrap().setup;
        let rule =
            |what: &str| what.split_once("(KMS-TIM-").map(|(_, id)| id.trim_end_matches(')').to_owned());
        setup.assumptions.iter().filter_map(|row| rule(&row.what)).collect::<Vec<_>>().join(" ")
    };
    let run = |command: &str| {
        leans(&format!("[[timeline]]\nat = '1m'\nrun = 'aws kms {command} --region us-east-1'\n"))
    };
    assert_eq!(leans(""), "");
    assert_eq!(run("describe-key --key-id $k"), "", "who only looks changes nothing");
    assert_eq!(run("disable-key --key-id $k"), "1");
    assert_eq!(run("rotate-key-on-demand --key-id $k"), "1 5");
    assert_eq!(run("revoke-grant --key-id $k --grant-id x"), "1 6");
    assert_eq!(run("untag-resource --key-id $k --tag-keys a b"), "1 7");
    assert_eq!(leans("[[timeline]]\nat = '1m'\nkey-disabled = { key = 'k', region = 'us-east-1' }\n"), "1");
    assert_eq!(leans("rotation = '90d'\n"), "", "no rotation within the run");
    let long = base.replace("1h", "100d") + "rotation = '90d'\n";
    let setup = with_files(&long, &[]).unwrap().setup;
    assert!(setup.assumptions.iter().any(|row| row.what.contains("KMS-TIM-5")));
}

#[test]
fn files_lie_beside_the_one_that_names_them_and_count_in_the_hash() {
    let text = "duration = '1h'\nregions = ['us-east-1']\n[keys.k]\nkind = 'single-region'\nprimary = 'us-east-1'\npolicy = 'p/k.json'\n";
    let policy: &[u8] =
        br#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}"#;
    let spaced = [policy, b" "].concat();
    let hash = |policy: &[u8]| with_files(text, &[("dir/p/k.json", policy)]).map(|loaded| loaded.setup.hash);
    assert_ne!(hash(policy).unwrap(), hash(&spaced).unwrap());
    let missing = with_files(text, &[]).unwrap_err();
    assert_eq!(missing.io, Some(io::ErrorKind::NotFound));
    assert_eq!(missing.problems[0].message, "cannot read `dir/p/k.json`: there is no such file");
    let message = |bytes: &[u8]| hash(bytes).unwrap_err().problems[0].message.clone();
    assert_eq!(message(&[0xff]), "`p/k.json` is not UTF-8 text");
    assert!(message(b"[").starts_with("`p/k.json` is no policy"), "{}", message(b"["));
    let step = "[[timeline]]\nat = '1m'\nrun = 'aws kms put-key-policy --key-id $k --policy file://q.json --region us-east-1'\n";
    let load = |content: &[u8]| {
        with_files(&format!("{text}{step}"), &[("dir/p/k.json", policy), ("dir/q.json", content)])
    };
    let loaded = load(br#"{"Statement": {"Resource": "$k"}}"#).unwrap();
    let Action::Step(step) = &loaded.setup.timeline[0].action else { panic!() };
    assert_eq!(step.command.arguments["Policy"].0, r#"{"Statement": {"Resource": "$k"}}"#);
    assert!(step.command.text.contains("file://q.json"), "the command is shown as it was typed");
    assert_ne!(loaded.setup.hash, load(b"{}").unwrap().setup.hash);
    let unknown = load(br#"{"Statement": {"Resource": "$kk"}}"#).unwrap_err();
    assert!(
        unknown.problems[0].message.starts_with("`$kk` is neither a key"),
        "a file may refer to what a step may"
    );
}

/// What `check` says of a scenario with these lines, the policies that it names beside it.
fn said_of(lines: &str, files: &[(&str, &[u8])]) -> String {
    let text = format!("duration = '1h'\nregions = ['us-east-1', 'eu-west-1']\n{lines}");
    match with_files(&text, files) {
        Ok(loaded) => render(&loaded.warnings, &loaded.sources, false),
        Err(invalid) => render(&invalid.problems, &invalid.sources, false),
    }
}

fn key_with(policy: &str) -> String {
    format!("[keys.orders]\nkind = 'single-region'\nprimary = 'us-east-1'\npolicy = {policy}\n")
}

/// A key policy without a Principal would let everyone in, and an IAM policy with one would be held by the wrong people.
#[test]
fn policies_stand_where_they_belong() {
    let anyone = b"{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \"kms:*\", \"Resource\": \"*\"}}";
    let named = "{ Statement = { Effect = 'Allow', Principal = '*', Action = 'kms:*', Resource = '*' } }";
    let unnamed = "{ Statement = { Effect = 'Allow', Action = 'kms:*', Resource = '*' } }";
    let account = |key: &str, policy: &str| format!("[accounts.shop]\nid = '{SHOP}'\n{key} = [{policy}]\n");
    let files: &[(&str, &[u8])] = &[("dir/a.json", anyone)];
    for (lines, right) in [
        (key_with("'a.json'"), false),
        (key_with(unnamed), false),
        (key_with(named), true),
        (account("scp", named), false),
        (account("scp", unnamed), true),
        (account("rcp", unnamed), false),
        (account("rcp", named), true),
        (format!("[principals.app]\npolicies = [{named}]\n"), false),
        (format!("[principals.app]\nboundary = {named}\n"), false),
        (format!("[principals.app]\nsession = {named}\n"), false),
        ("[principals.app]\npolicies = ['a.json']\n".to_owned(), true),
    ] {
        let said = said_of(&lines, files);
        assert_eq!(
            said.contains("error[SIM-IAM-1]") && said.contains("`Principal`"),
            !right,
            "{lines}{said}"
        );
        assert!(!right || said.is_empty(), "{lines}{said}");
    }
}

/// AWS takes misspelt actions and condition keys without a word; the scenario reader has one.
#[test]
fn what_has_no_effect_in_a_policy_is_told() {
    let policy = |rest: &str| {
        key_with(&format!(
            "{{ Statement = [{{ Effect = 'Allow', Principal = '*', Resource = '*', {rest} }}] }}"
        ))
    };
    let all = "Action = 'kms:*'";
    for (lines, warning) in [
        (
            policy("Action = ['kms:Decrpyt', 'kms:Encrypt']"),
            "KMS has no action `kms:decrpyt`, of which Statement[0]",
        ),
        (policy("Action = 'kms:ReEncrypt'"), "write `kms:ReEncrypt*`"),
        (
            policy(&format!("{all}, Condition = {{ Bool = {{ 'kms:MultiRegoin' = 'true' }} }}")),
            "`kms:multiregoin`",
        ),
        (policy("Action = 'kms:*', Condition = { Bool = { 'aws:SourceIp' = 'true' } }"), "`aws:sourceip`"),
        (policy("Action = 'kms:*'").replace("'*', R", "{ AWS = '999988887777' }, R"), "names `999988887777`"),
    ] {
        let said = said_of(&lines, &[]);
        assert!(said.starts_with("warning") && said.contains(warning), "{lines}{said}");
    }
    let put = |action: &str| {
        let run = format!(
            r#"aws kms put-key-policy --key-id $orders --policy '{{"Statement": {{"Effect": "Allow", "Principal": "*", "Action": "{action}", "Resource": "*"}}}}' --region us-east-1"#
        );
        said_of(&(policy("Action = 'kms:*'") + "[[timeline]]\nat = '1m'\nrun = '''" + &run + "'''\n"), &[])
    };
    assert!(put("kms:Decrpyt").starts_with("warning: KMS has no action `kms:decrpyt`"), "in a command, too");
    assert_eq!(put("kms:Decrypt"), "");
    let stated = "[principals.app]\nrequest = { 'aws:SourceIp' = '10.0.0.1' }\n";
    for quiet in [
        policy("Action = ['kms:ReEncrypt*', 'kms:Describe*', 's3:GetObjcet']"),
        policy("Action = 'kms:*', Condition = { Bool = { 'kms:MultiRegion' = 'true' } }"),
        policy(
            "Action = 'kms:*', Condition = { StringEquals = { 'kms:ViaService' = 's3.us-east-1.amazonaws.com' } }",
        ),
        policy("Action = 'kms:*', Condition = { IpAddress = { 'AWS:sourceip' = '10.0.0.0/8' } }") + stated,
        policy("Action = 's3:*', Condition = { Bool = { 's3:whatever' = 'true' } }"),
    ] {
        assert_eq!(said_of(&quiet, &[]), "", "{quiet}");
    }
}

/// Nobody is taken for somebody else: not a misspelt root, not a root that is declared, not a key that is settled.
#[test]
fn who_asks_is_who_the_scenario_says() {
    let account = format!("[accounts.shop]\nid = '{SHOP}'\n");
    let step = |who: &str| {
        format!(
            "[keys.orders]\nkind = 'single-region'\nprimary = 'us-east-1'\n[[timeline]]\nat = '1m'\nas = '{who}'\n\
             run = 'aws kms describe-key --key-id $orders --region us-east-1'\n"
        )
    };
    let deny = |who: &str| {
        format!(
            "[keys.orders]\nkind = 'single-region'\nprimary = 'us-east-1'\n[[timeline]]\nat = '1m'\n\
             key-policy-deny = {{ key = 'orders', region = 'us-east-1', principal = '{who}' }}\n"
        )
    };
    let app = "[principals.checkout]\n";
    for (lines, part) in [
        (format!("{account}{}", step("shopp/root")), "error: there is no account `shopp`"),
        (step("shop/root"), "error: there is no account `shop`"),
        (format!("{app}{}", deny("chekout")), "warning: principal `chekout` is not declared"),
        ("[principals.root]\n".to_owned(), "error: the root of an account is not declared"),
        (format!("{account}[principals.'shop/root']\n"), "error: the root of an account is not declared"),
        (format!("{app}request = {{ 'kms:CallerAccount' = '{SHOP}' }}\n"), "follows from who calls"),
        (format!("{app}request = {{ 'aws:ResourceTag/team' = 'red' }}\n"), "follows from who calls"),
    ] {
        let said = said_of(&lines, &[]);
        assert!(said.contains(part), "{lines}{said}");
    }
    for quiet in [step("user/root"), step("root"), deny("chroot"), format!("{account}{}", step("shop/root"))]
    {
        assert_eq!(said_of(&quiet, &[]), "", "{quiet}");
    }
}

/// What has no effect is not passed over.
#[test]
fn idle_parts_of_clients_stores_and_steps_are_told() {
    let scenario = |store: &str, client: &str| {
        format!(
            "[keys.orders]\nkind = 'multi-region'\nprimary = 'us-east-1'\nreplicas = ['eu-west-1']\n\
             [stores.orders]\nkind = 'dynamodb-global-table'\nregions = ['us-east-1', 'eu-west-1']\nitems = 10\n{store}\n\
             [clients.app]\nregion = 'us-east-1'\nstore = 'orders'\nrate = '1/s'\nmix = {{ read = 0.5, write = 0.5 }}\n{client}\n"
        )
    };
    let keyring = "keyring = { mrk = 'orders' }";
    let step = "[[timeline]]\nat = '1m'\nrun = 'aws kms describe-key --key-id $orders --region us-east-1'\nexpect = {}\n";
    for (lines, part) in [
        (scenario("", "context = { a = 'b' }"), "warning: `context` has no effect without `keyring`"),
        (scenario("", "principal = 'x'"), "warning: `principal` has no effect without `keyring`"),
        (scenario("readers = ['dba', 'dba']", keyring), "error: reader `dba` stands twice"),
        (
            scenario("", &format!("{keyring}\ncache = {{ max-age = '1h', max-messages = 1 }}")),
            "warning: no data key",
        ),
        (scenario("", keyring) + step, "error: the table expects nothing"),
    ] {
        let said = said_of(&lines, &[]);
        assert!(said.contains(part), "{lines}{said}");
    }
    let cached = format!("{keyring}\nprincipal = 'x'\ncache = {{ max-age = '1h', max-messages = 2 }}");
    assert_eq!(said_of(&scenario("readers = ['dba', 'x']", &cached), &[]), "");
}

/// A replica that lets a reader in only under the context of the data lets it in.
#[test]
fn a_lax_replica_is_told_by_the_context_of_the_data() {
    let scenario = |tenant: &str| {
        format!(
            "[principals.dba]\npolicies = [{{ Statement = {{ Effect = 'Allow', Action = 'kms:Decrypt', \
             Resource = 'arn:aws:kms:eu-west-1:*:key/*', Condition = {{ StringEquals = {{ 'kms:EncryptionContext:tenant' = '{tenant}' }} }} }} }}]\n\
             [keys.orders]\nkind = 'multi-region'\nprimary = 'us-east-1'\nreplicas = ['eu-west-1']\n\
             [stores.orders]\nkind = 'dynamodb-global-table'\nregions = ['us-east-1', 'eu-west-1']\nitems = 10\nreaders = ['dba']\n\
             [clients.app]\nregion = 'us-east-1'\nstore = 'orders'\nkeyring = {{ mrk = 'orders' }}\ncontext = {{ tenant = 'blue' }}\n"
        )
    };
    assert!(said_of(&scenario("blue"), &[]).contains("warning[KMS-POL-14]"));
    assert_eq!(said_of(&scenario("red"), &[]), "");
}
