//! C2SP signed-note v1.0.0: a text and the signatures below it.

mod key;
mod signature;
mod signer;
mod text;
pub(crate) mod vkey;

pub use key::VerifierKey;
pub use signature::Signature;
pub use signer::{Ed25519Signer, Signer};
pub use text::{MAX_NOTE, MAX_SIGNATURES, Note, NoteError};
pub use vkey::check_name;
