//! For students: what would be different, and why.
//!
//! | question | file |
//! | --- | --- |
//! | where do two runs part, and what comes of it? | `what_if.rs` |

pub mod what_if;
