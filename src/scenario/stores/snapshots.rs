//! Snapshots and backups that are copied to other Regions.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::problem::Problem;
use super::super::tree::Value;
use super::super::value;
use crate::services::snapshot::{CopyOf, CopySetup};
use crate::sim::Span;

/// The keys that only snapshots have.
pub const OWN: &[&str] = &["of", "every", "size", "changes", "copy", "completion", "restore"];

/// What `of` may say.
pub const OF: &[(&str, CopyOf)] = &[
    ("ebs-volume", CopyOf::EbsVolume),
    ("rds-snapshot", CopyOf::RdsSnapshot),
    ("rds-automated-backup", CopyOf::RdsAutomatedBackup),
    ("backup-vault", CopyOf::BackupVault),
];

/// What snapshots say of themselves.
pub fn copies(cx: &Context, fields: &Fields) -> Option<CopySetup> {
    let of = fields.need("of", |v| value::one_of(v, OF));
    let every = fields.need("every", value::duration_from(Span::MINUTE));
    let time = |key, name| fields.read(key, value::law).unwrap_or_else(|| cx.default(name));
    let size = fields.read("size", |v| value::size(v, 1, 1 << 50)).unwrap_or(100 << 30);
    let completion = fields.read("completion", |v| completion(v, of, size));
    let copy = time("copy", "snapshot-copy");
    let restore = time("restore", "restore");
    Some(CopySetup {
        of: of?,
        every: every?,
        size,
        changes: fields.read("changes", value::share).unwrap_or(0.1),
        copy,
        completion,
        restore,
    })
}

/// A completion time that EBS can keep (SNP-3).
fn completion(v: &Value, of: Option<CopyOf>, size: u64) -> Result<Span, Problem> {
    let stated = value::duration_from(Span::MINUTE)(v)?;
    let least = Span::secs(size.div_ceil(500 << 20)).max(Span(15 * Span::MINUTE.0));
    match (of, stated < least) {
        (Some(CopyOf::EbsVolume) | None, false) => Ok(stated),
        (Some(CopyOf::EbsVolume) | None, true) => {
            Err(Problem::error(&v.span, format!("a copy of this size takes at least {least}")).rule("SNP-3"))
        }
        _ => Err(Problem::error(&v.span, "only copies of EBS snapshots can be asked to complete in time")),
    }
}
