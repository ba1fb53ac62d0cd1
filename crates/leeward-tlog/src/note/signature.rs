use super::{NoteError, VerifierKey, check_name};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;

/// The longest signature line that is read, in bytes: a post-quantum cosignature has 3.3 kB.
const MAX_LINE: usize = 8 * 1024;

/// One signature line of a note: `— <name> <base64 of key id and signature>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

impl Signature {
    /// The signature `bytes` that `key` made.
    #[must_use]
    pub fn new(key: &VerifierKey, bytes: Vec<u8>) -> Self {
        Self::from_parts(key.name(), key.id(), bytes)
    }

    pub(crate) fn from_parts(name: &str, id: u32, bytes: Vec<u8>) -> Self {
        Self { name: name.to_owned(), id, bytes }
    }

    /// Whose signature it claims to be.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which of that name's keys it claims to be made by.
    #[must_use]
    pub const fn key_id(&self) -> u32 {
        self.id
    }

    /// The signature itself, without the key id.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it claims to be made by the key of this name and id.
    #[must_use]
    pub fn claims(&self, name: &str, id: u32) -> bool {
        self.id == id && self.name == name
    }

    /// Reads a line, without its end.
    pub(crate) fn parse(line: &str) -> Result<Self, NoteError> {
        let fields = line.strip_prefix("— ").filter(|_| line.len() <= MAX_LINE);
        let (name, encoded) = fields.and_then(|rest| rest.split_once(' ')).ok_or(NoteError::Malformed)?;
        check_name(name)?;
        let decoded = STANDARD.decode(encoded).map_err(|_| NoteError::Malformed)?;
        match decoded.split_first_chunk() {
            Some((id, bytes)) if !bytes.is_empty() => {
                Ok(Self { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
            }
            _ => Err(NoteError::Malformed),
        }
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.to_be_bytes().to_vec();
        bytes.extend(&self.bytes);
        write!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}
