//! Secrets and their replicas.

use super::super::context::Context;
use super::super::fields::Fields;
use super::super::value;
use crate::services::secrets::SecretSetup;
use crate::sim::Span;
use crate::world::RegionId;

/// The keys that only secrets have.
pub const OWN: &[&str] = &["rotation", "later-regions", "replica-creation"];

/// What a secret says of itself. The Regions from `first` on have no replica at time 0.
pub fn secret(cx: &Context, fields: &Fields, regions: &[RegionId], first: usize) -> SecretSetup {
    let later = &regions[first..];
    let creation = fields.read("replica-creation", value::law);
    SecretSetup {
        rotation: fields.read("rotation", value::duration_from(Span::HOUR)),
        later: later.to_vec(),
        creation: creation.unwrap_or_else(|| cx.default_if(!later.is_empty(), "secret-lag")),
    }
}
