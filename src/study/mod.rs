//! For students: what would be different, and why.
//!
//! | question | file |
//! | --- | --- |
//! | which belief does a rule answer? | `misconceptions.rs` |
//! | which policies does a multi-Region key need? | `policies/` |
//! | what would an exam ask? | `quiz.rs`, `cards.rs` |
//! | why was each call of a run refused? | `refusals.rs` |
//! | what happens if I type this now? | `shell.rs` |
//! | where do two runs part, and what comes of it? | `what_if.rs` |

pub mod cards;
pub mod misconceptions;
pub mod policies;
pub mod quiz;
pub mod refusals;
pub mod shell;
pub mod what_if;
