use super::NoteError;
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};
use std::{fmt, str::FromStr};

/// The longest verifier key that is read, in bytes: an ML-DSA-44 key has 1,752 characters.
const MAX_VKEY: usize = 4 * 1024;

/// The longest name of a key, in bytes.
const MAX_NAME: usize = 970;

/// A verifier key of whatever type: `<name>+<key id>+<base64 of type and public key>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vkey {
    pub(crate) name: String,
    pub(crate) id: u32,
    pub(crate) kind: u8,
    pub(crate) public: Vec<u8>,
}

impl Vkey {
    pub(crate) fn new(name: &str, kind: u8, public: &[u8]) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), id: key_id(name, kind, public), kind, public: public.to_vec() })
    }

    /// Refuses a key id that is not this key's. How it is made, each type of key says itself.
    pub(crate) fn check_id(&self) -> Result<(), NoteError> {
        if self.id == key_id(&self.name, self.kind, &self.public) { Ok(()) } else { Err(NoteError::Key) }
    }
}

/// Refuses a name that a signature line or a vkey cannot carry: empty or too long, with a space, a control
/// character or a `+`.
///
/// # Errors
/// [`NoteError::Name`].
pub fn check_name(name: &str) -> Result<(), NoteError> {
    let unfit = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > MAX_NAME || name.contains(unfit) {
        return Err(NoteError::Name);
    }
    Ok(())
}

pub(crate) fn write(f: &mut fmt::Formatter<'_>, name: &str, id: u32, kind: u8, public: &[u8]) -> fmt::Result {
    write!(f, "{name}+{id:08x}+{}", STANDARD.encode([&[kind], public].concat()))
}

fn key_id(name: &str, kind: u8, public: &[u8]) -> u32 {
    let hash = digest(&SHA256, &[name.as_bytes(), b"\n", &[kind], public].concat());
    hash.as_ref().first_chunk().map_or(0, |first| u32::from_be_bytes(*first))
}

impl FromStr for Vkey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        if text.len() > MAX_VKEY {
            return Err(NoteError::Key);
        }
        // Base64 may contain a `+` too, so only the first two separate.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        check_name(name)?;
        let bytes = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let (kind, public) = bytes.split_first().ok_or(NoteError::Key)?;
        let parsed = u32::from_str_radix(id, 16).map_err(|_| NoteError::Key)?;
        if format!("{parsed:08x}") != id {
            return Err(NoteError::Key);
        }
        Ok(Self { name: name.to_owned(), id: parsed, kind: *kind, public: public.to_vec() })
    }
}
