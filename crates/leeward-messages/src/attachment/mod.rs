//! Files: sealed before they leave, kept wherever there is room, and opened only with what a message of the
//! conversation says.
//!
//! A [`Descriptor`] travels inside a message: a key drawn for this file alone, the SHA-256 of what is
//! stored, the true length, and what the file is. What is stored is the file, lengthened to a PADMÉ length,
//! under Cobblestone-256 (`leeward-seal`): nothing of its name, type or length stands there in clear, and
//! since that format commits to its key, the franking tag of the message fixes the file as well.
//!
//! - [`encrypt`] and [`decrypt`] need no more than a chunk in memory. `decrypt` reads what was stored twice:
//!   nothing of a file is released before all of it was found genuine.
//! - `Attachments`, with the feature `attachments`, keeps the sealed file in any `object_store` in parts, and
//!   goes on where it stopped.

#[cfg(feature = "attachments")]
mod blobs;
mod decrypt;
mod descriptor;
mod encrypt;

#[cfg(feature = "attachments")]
pub use blobs::{Attachments, PART_LEN};
pub use decrypt::decrypt;
pub use descriptor::{Descriptor, FileKey};
pub use encrypt::{FileType, encrypt};

use crate::{Error, Refusal};
use leeward_event::ConversationId;
use leeward_seal::{Context, SealError};

/// The longest file, in bytes: 1 GiB.
pub const MAX_ATTACHMENT: u64 = 1 << 30;

/// What is read, sealed and written at once.
const BUFFER: usize = leeward_seal::cobblestone::CHUNK_LEN;

/// Where a file belongs: sealed for one conversation, it opens in no other.
fn context(conversation: ConversationId, id: &[u8; 16]) -> Result<Vec<u8>, SealError> {
    let context = Context {
        purpose: "messages.attachment",
        space: "messages.attachment",
        key: id,
        subject: conversation.as_bytes(),
        schema_version: 1,
    };
    context.encode()
}

const fn refused(why: Refusal) -> Error {
    Error::Attachment { why }
}
