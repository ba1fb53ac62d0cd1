//! What the log keeps in the store. Every record begins with its form.
//!
//! | space | key | record |
//! |---|---|---|
//! | `audit.key` (sealed) | name | [`Secret`]: the signing seed, the pseudonym keys |
//! | `audit.head` (sealed) | | [`Head`]: origin, size, right edge of the tree |
//! | `audit.lease` (public) | | [`Lease`]: which sequencer is at work |
//! | `audit.seal` (sealed) | | [`SealState`]: the open epoch and its key |
//! | `audit.set-aside` (sealed) | that of the outbox | [`SetAside`]: what waited and could not be read |
//! | `audit.entry` (sealed) | index | [`EntryRow`]: the entry, and where its detail lies |
//! | `audit.detail` (sealed for the subject) | subject, index | [`Detail`]: salt and event |
//! | `audit.service-detail` (sealed) | index | the same, of an event without a subject |
//! | `audit.tile` (public) | level, index | the hashes of a tile: at level 0 when it is full |
//! | `audit.checkpoint` (public) | | the last signed checkpoint |
//! | `audit.index` (public) | what is looked up, bundle | [`Places`]: which entries of the bundle |
//! | `audit.retention` (sealed) | | [`Retention`]: what is kept, and the legal holds |
//! | `audit.cosigned` (public) | | the last checkpoint that enough witnesses cosigned |

mod detail;
mod entry_row;
mod head;
mod index_row;
mod lease;
mod retention;
mod seal_state;
mod secret;
mod set_aside;
mod signed;
mod tile;

pub(crate) use detail::{DETAIL, Detail, SERVICE_DETAIL};
pub(crate) use entry_row::{ENTRY, EntryRow, Place, Ticket, ticket_of};
pub(crate) use head::{HEAD, Head};
pub(crate) use index_row::{INDEX, Places, decode_end, decode_procedures, encode_end, encode_procedures};
pub(crate) use lease::{LEASE, Lease};
pub(crate) use retention::{RETENTION, Retention};
pub(crate) use seal_state::{SEAL, SealState};
pub(crate) use secret::{KEY, Secret};
pub(crate) use set_aside::{SET_ASIDE, SetAside, set_aside_key, waiting_key};
pub(crate) use signed::{CHECKPOINT, COSIGNED, Signed};
pub(crate) use tile::{TILE, decode_tile, encode_tile};

const FORM: u8 = 1;

/// What follows the form byte, if the form is known.
fn body(bytes: &[u8]) -> Option<&[u8]> {
    bytes.split_first().filter(|(form, _)| **form == FORM).map(|(_, body)| body)
}
