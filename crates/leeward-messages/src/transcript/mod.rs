//! The history of a conversation, for a clinical record: readable with a key that the service never has.
//!
//! The counsellor's side draws a [`TranscriptKey`] for one conversation, and [seals](TranscriptKey::seal)
//! every message it sends or receives under it. The service stores those records beside a [`Ledger`] of what
//! it accepted: who, when, at which place, with which franking tag. It cannot read a record. The key goes
//! to `leeward-escrow` or into the counsellor's vault, by the application's hand.
//!
//! What an exported [`Transcript`] proves, and to whom:
//!
//! - [`Transcript::check`], without the key, against a [`Head`] that was noted earlier, outside of the
//!   service: the ledger is what it was then, message for message; none was left out, added, changed or
//!   reordered, and each that was kept has its record. What ended by its time to live is named as such.
//! - [`Transcript::open`], with the key: each record holds exactly the message that its sender committed to
//!   by the franking tag that was accepted at that place. Whoever wrote the records could not rewrite one.
//!
//! It does not prove that a service which shows another ledger *and* another head is honest: note heads where
//! it cannot reach, in the audit log.

mod entry;
mod export;
mod head;
mod key;
mod retention;

pub use entry::Entry;
pub use export::{Said, Transcript};
pub use head::{Head, Ledger};
pub use key::TranscriptKey;
pub use retention::Retention;

use crate::{Error, Refusal};

/// The most entries of one transcript.
pub const MAX_ENTRIES: usize = 100_000;

const fn refused(why: Refusal) -> Error {
    Error::Transcript { why }
}
