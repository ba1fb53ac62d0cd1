//! What the log keeps in the store. Every record begins with its form.
//!
//! | space | key | record |
//! |---|---|---|
//! | `audit.key` (sealed) | name | [`Secret`]: the signing seed, the pseudonym keys |
//! | `audit.head` (sealed) | | [`Head`]: origin, size, right edge of the tree |
//! | `audit.entry` (sealed) | index | [`EntryRow`]: the entry, and where its detail lies |
//! | `audit.detail` (sealed for the subject) | subject, index | [`Detail`]: salt and event |
//! | `audit.service-detail` (sealed) | index | the same, of an event without a subject |
//! | `audit.tile` (public) | level, index | the hashes of a tile: at level 0 when it is full |
//! | `audit.checkpoint` (public) | | the last signed checkpoint |

mod detail;
mod entry_row;
mod head;
mod secret;
mod signed;
mod tile;

pub(crate) use detail::{DETAIL, Detail, SERVICE_DETAIL};
pub(crate) use entry_row::{ENTRY, EntryRow, Place, ticket_of};
pub(crate) use head::{HEAD, Head};
pub(crate) use secret::{KEY, Secret};
pub(crate) use signed::{CHECKPOINT, Signed};
pub(crate) use tile::{TILE, decode_tile, encode_tile};

const FORM: u8 = 1;

/// What follows the form byte, if the form is known.
fn body(bytes: &[u8]) -> Option<&[u8]> {
    bytes.split_first().filter(|(form, _)| **form == FORM).map(|(_, body)| body)
}
