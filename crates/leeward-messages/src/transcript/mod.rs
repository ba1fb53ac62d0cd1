//! The history of a conversation, for a clinical record: readable with a key that the service never has.
//!
//! The counsellor's side draws a [`TranscriptKey`] for one conversation, and seals every message it sends or
//! receives under it. The service stores those records beside a [`Ledger`] of what it accepted: who, when, at
//! which place, with which franking tag. It cannot read a record. The key goes to `leeward-escrow` or into the
//! counsellor's vault, by the application's hand. Whoever takes over draws a key of their own: each record
//! [names](TranscriptKeyId) the one that it was sealed with.
//!
//! What an exported [`Transcript`] proves, and to whom:
//!
//! - [`Transcript::check`], without the key, against a [`Head`] that was noted earlier, outside of the
//!   service: from its start on the ledger is what it was then, message for message; none was left out, added,
//!   changed or reordered. What ended by its time to live, and what has no record, is named as such; what was
//!   let go before the start is counted.
//! - [`Transcript::open`], with the keys: each message that is given out is what its sender committed to by the
//!   franking tag that was accepted at that place. Whoever wrote the records could not rewrite one, nor put it
//!   under another name: what they sealed instead is named with theirs.
//!
//! It does not prove that a service which shows another ledger *and* another head is honest: note heads where
//! it cannot reach, in the audit log.

mod entry;
mod export;
mod head;
mod json;
mod key;
mod line;
mod opened;
mod record;
mod retention;
mod service;
#[cfg(test)]
mod tests;

pub use entry::Entry;
pub use export::Transcript;
pub use head::{Head, Ledger};
pub use key::{TranscriptKey, TranscriptKeyId};
pub use opened::{OpenedLine, OpenedTranscript, Said};
pub use retention::Retention;
pub use service::Transcripts;

pub(crate) use record::{Kept, Record};
pub(crate) use service::{Accepted, accept, keep};

use crate::{Error, Refusal};

/// The most entries of one transcript.
pub const MAX_ENTRIES: usize = 100_000;

const fn refused(why: Refusal) -> Error {
    Error::Transcript { why }
}
