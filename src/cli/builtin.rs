//! The scenarios that come with the program, so that they can be played without a clone.

use crate::scenario::read_file;
use std::io;
use std::path::{Path, PathBuf};

macro_rules! scenarios {
    ($($name:literal),* $(,)?) => {
        /// (Name, text) of each.
        pub const ALL: &[(&str, &str)] =
            &[$((concat!($name, ".toml"), include_str!(concat!("../../scenarios/", $name, ".toml")))),*];
    };
}

scenarios! {
    "bench/w1",
    "exam/cluster-keys",
    "exam/disabled-primary",
    "exam/fourteen-days",
    "exam/grants",
    "exam/guardrails",
    "exam/keyrings",
    "exam/quota-after-failover",
    "exam/replica-again",
    "exam/rotation",
    "exam/signatures",
    "exam/stuck-primary",
    "exam/what-a-key-costs",
    "exam/where-replicas-can-be",
    "incidents/application",
    "incidents/code-spaces-2014",
    "incidents/codefinger-2024",
    "incidents/control-plane-2021",
    "incidents/dynamodb-dns-2025",
    "incidents/dynamodb-metadata-2015",
    "incidents/gulf-2026",
    "incidents/key-vault-dns-2019",
    "incidents/paris-2023",
    "incidents/s3-2017",
    "quiz/alias-in-the-other-region",
    "quiz/alias-named-mrk",
    "quiz/all-keys-gone",
    "quiz/another-account",
    "quiz/arns-of-a-set",
    "quiz/cancel-a-deletion",
    "quiz/cancel-at-the-primary",
    "quiz/clock-of-the-primary",
    "quiz/convert-a-key",
    "quiz/cost-of-a-set",
    "quiz/cost-while-pending",
    "quiz/custom-key-store",
    "quiz/data-keys-in-an-outage",
    "quiz/delete-a-primary-state",
    "quiz/delete-a-primary",
    "quiz/deleted-replica-again",
    "quiz/disable-everywhere",
    "quiz/disabled-primary-replicated",
    "quiz/discovery-keyring",
    "quiz/encrypt-while-waiting",
    "quiz/expiry-in-one-region",
    "quiz/fourteen-days",
    "quiz/fresh-replica",
    "quiz/grant-in-an-outage",
    "quiz/grant-on-a-deleted-replica",
    "quiz/grant-on-the-primary",
    "quiz/iam-alone",
    "quiz/leave-the-primary-region",
    "quiz/mac-here-verify-there",
    "quiz/move-the-primary",
    "quiz/mrk-keyring",
    "quiz/mrk-multi-keyring",
    "quiz/multi-keyring",
    "quiz/near-and-far-keys",
    "quiz/new-material-not-everywhere",
    "quiz/old-ciphertext",
    "quiz/one-global-key",
    "quiz/one-of-two-replicas-deleted",
    "quiz/other-bytes",
    "quiz/other-context",
    "quiz/other-partition",
    "quiz/plain-keyring",
    "quiz/policy-changes-follow",
    "quiz/policy-of-a-new-replica",
    "quiz/primary-after-the-move",
    "quiz/primary-disabled-dr",
    "quiz/primary-in-its-own-region",
    "quiz/primary-region-condition",
    "quiz/primary-that-waits",
    "quiz/promote-before-reading",
    "quiz/promote-in-an-outage",
    "quiz/quota-after-failover",
    "quiz/re-encrypt-in-an-outage",
    "quiz/re-encrypt-to-a-set",
    "quiz/replica-of-imported",
    "quiz/replica-pending-again",
    "quiz/replica-region-condition",
    "quiz/replicate-a-replica",
    "quiz/replicate-before-import",
    "quiz/replicate-in-an-outage",
    "quiz/role-missing-at-the-replica",
    "quiz/rotate-an-hmac-key",
    "quiz/rotate-asymmetric",
    "quiz/rotate-imported",
    "quiz/rotate-past-a-disabled-replica",
    "quiz/rotation-after-the-move",
    "quiz/rotation-and-data",
    "quiz/rotation-at-a-replica",
    "quiz/rotation-in-an-outage",
    "quiz/rotation-periods",
    "quiz/rotations-on-demand",
    "quiz/s3-key-of-the-destination",
    "quiz/scp-and-rotation",
    "quiz/scp-europe-only",
    "quiz/scp-no-multi-region",
    "quiz/seven-and-seven",
    "quiz/shortest-window",
    "quiz/sign-here-verify-there",
    "quiz/sign-in-an-outage",
    "quiz/single-region-elsewhere",
    "quiz/single-table-key",
    "quiz/state-after-replicate",
    "quiz/stuck-primary",
    "quiz/tags-of-a-replica",
    "quiz/trail-of-a-decryption",
    "quiz/trail-of-a-deletion",
    "quiz/trail-of-key-material",
    "quiz/trail-of-replication",
    "quiz/trail-of-the-move",
    "quiz/trap-1-aurora-key",
    "quiz/trap-1-ordinary-cluster",
    "quiz/trap-10-global-db-rpo",
    "quiz/trap-10-one-secondary-behind",
    "quiz/trap-11-dns-edit",
    "quiz/trap-11-health-check",
    "quiz/trap-12-fis-and-keys",
    "quiz/trap-2-global-table-key",
    "quiz/trap-2-no-mrk-needed",
    "quiz/trap-3-s3-related-keys",
    "quiz/trap-4-s3-opt-in",
    "quiz/trap-5-snapshot-key",
    "quiz/trap-6-consistent-read",
    "quiz/trap-7-strong-tables",
    "quiz/trap-7-transactions",
    "quiz/trap-8-unreplicated-writes",
    "quiz/trap-9-aurora-failover",
    "quiz/two-replicas-in-a-region",
    "quiz/which-cryptography",
    "quiz/who-may-move-the-primary",
    "quiz/wrong-key-named",
    "strategies/application",
    "strategies/dr-active-active",
    "strategies/dr-backup-and-restore",
    "strategies/dr-pilot-light",
    "strategies/dr-warm-standby",
    "strategies/event-key-deletion",
    "strategies/event-ransom",
    "strategies/event-region-loss",
    "strategies/event-region-outage",
    "strategies/key-caching",
    "strategies/key-discovery",
    "strategies/key-imported-material",
    "strategies/key-mrk",
    "strategies/key-multi-keyring",
    "strategies/key-plain-keyring",
    "strategies/key-reencrypt-on-copy",
    "strategies/key-replica-at-failover",
    "strategies/key-service-side",
    "strategies/key-single-region",
    "traps/t1-aurora-key-lost",
    "traps/t10-global-db-rpo",
    "traps/t11-dns-weights",
    "traps/t12-no-action-for-kms",
    "traps/t2-global-table-key-lost",
    "traps/t3-s3-multi-region-key",
    "traps/t4-s3-kms-opt-in",
    "traps/t5-snapshot-restore-key",
    "traps/t6-consistent-read",
    "traps/t7-transactions",
    "traps/t8-unreplicated-writes",
    "traps/t9-aurora-failover",
    "tutorial/alias-missing",
    "tutorial/aurora-global-database",
    "tutorial/data-key-caching",
    "tutorial/database-administrator",
    "tutorial/dns-failover",
    "tutorial/dynamodb-global-table",
    "tutorial/imported-material",
    "tutorial/local-or-remote-kms",
    "tutorial/point-in-time-recovery",
    "tutorial/policy-missing",
    "tutorial/primary-deletion",
    "tutorial/region-outage",
    "tutorial/replica-promotion",
    "tutorial/rotation-stalled",
    "tutorial/secret-replica",
    "tutorial/single-region-key",
    "tutorial/ten-years",
}

/// Reads a file that a scenario names. What is not on the disk may be built in, as what a built-in scenario extends is.
///
/// # Errors
/// As the system says.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let found = read_file(path);
    match (&found, path.to_str().and_then(find)) {
        (Err(error), Some((_, text))) if error.kind() == io::ErrorKind::NotFound => {
            Ok(text.as_bytes().to_vec())
        }
        _ => found,
    }
}

/// A built-in scenario by its name: with or without the folder `scenarios/` and the ending.
pub fn find(wanted: &str) -> Option<(&'static str, &'static str)> {
    // A scenario that extends a built-in one may be anywhere on the disk.
    let wanted = wanted.rsplit_once("scenarios/").map_or(wanted, |(_, rest)| rest);
    let mut parts = wanted.rsplitn(3, '/');
    let (file, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let wanted = format!("{folder}/{file}");
    let is = |name: &str| name == wanted || name.strip_suffix(".toml") == Some(wanted.as_str());
    ALL.iter().copied().find(|(name, _)| is(name))
}

/// Name, as `mrksim run` takes it, and text of each.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    ALL.iter().filter_map(|(name, text)| Some((name.strip_suffix(".toml")?, *text)))
}

/// The files that a pattern fits, in which one `*` stands for whatever is in its place of a file's name: those on the
/// disk, else those that are built in.
pub fn matching(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![pattern.into()] };
    let fits = |name: &str| {
        let rest = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
        rest.is_some_and(|rest| !rest.contains('/'))
    };
    let folder = Path::new(before).parent().filter(|folder| !folder.as_os_str().is_empty());
    let files = std::fs::read_dir(folder.unwrap_or(Path::new("."))).into_iter().flatten().flatten();
    let found = files
        .map(|file| folder.map_or_else(|| file.file_name().into(), |folder| folder.join(file.file_name())));
    let mut found: Vec<PathBuf> = found.filter(|path| path.to_str().is_some_and(fits)).collect();
    if found.is_empty() {
        found = all().map(|(name, _)| name).filter(|name| fits(name)).map(PathBuf::from).collect();
    }
    found.sort();
    found
}

/// The built-in scenario that may have been meant.
pub fn nearest(wanted: &str) -> Option<&'static str> {
    let names = all().map(|(name, _)| name);
    crate::runlog::parse::nearest(wanted.strip_suffix(".toml").unwrap_or(wanted), names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every file below `scenarios/` is built in, and nothing else.
    #[test]
    fn all_scenarios_are_built_in() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let mut files = Vec::new();
        for folder in std::fs::read_dir(&root).expect("scenarios/") {
            let folder = folder.expect("an entry").path();
            for file in std::fs::read_dir(&folder).expect("a folder") {
                let file = file.expect("an entry").path();
                files.push(file.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/"));
            }
        }
        files.sort();
        assert_eq!(files, ALL.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    }
}
