use crate::SealError;

/// What a sealed record is and where it lies. None of it is stored with the ciphertext; all of it must
/// be named again to open it, so that a ciphertext moved to another row, subject or purpose stays shut.
///
/// Every field must be given; there is no default:
///
/// ```compile_fail,E0063
/// use leeward_seal::Context;
/// let context = Context { purpose: "record", space: "app.note", key: b"note-1", schema_version: 1 };
/// ```
///
/// The same with its subject compiles:
///
/// ```
/// use leeward_seal::Context;
/// let context = Context {
///     purpose: "record", space: "app.note", key: b"note-1", subject: b"seeker-7", schema_version: 1,
/// };
/// assert_eq!(&context.encode()?[..11], b"\x01\x00\x06record\x00\x08");
/// # Ok::<(), leeward_seal::SealError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context<'a> {
    /// Why it is sealed, as a constant of the code: keeps one key's uses apart.
    pub purpose: &'a str,
    /// The table, or the store's space.
    pub space: &'a str,
    /// The row, or the store's encoded key.
    pub key: &'a [u8],
    /// The person or conversation that the data belongs to; empty for the service's own.
    pub subject: &'a [u8],
    /// The version of the plaintext's layout.
    pub schema_version: u32,
}

const ENCODING_VERSION: u8 = 1;

impl Context<'_> {
    /// The canonical encoding that the message key is derived with: a version byte, each field behind
    /// its length in two bytes, and the schema version in four, all big-endian.
    ///
    /// [`cobblestone::Sealer`](crate::cobblestone::Sealer) and its kin take this.
    ///
    /// # Errors
    /// [`SealError::FieldTooLong`] when a field is over 65,535 bytes.
    pub fn encode(&self) -> Result<Vec<u8>, SealError> {
        encode_fields(
            ENCODING_VERSION,
            &[
                ("purpose", self.purpose.as_bytes()),
                ("space", self.space.as_bytes()),
                ("key", self.key),
                ("subject", self.subject),
            ],
            self.schema_version,
        )
    }
}

/// No two lists of the same number of fields have one encoding.
pub(crate) fn encode_fields(
    version: u8,
    fields: &[(&'static str, &[u8])],
    number: u32,
) -> Result<Vec<u8>, SealError> {
    let len: usize = fields.iter().map(|(_, bytes)| bytes.len().saturating_add(2)).sum();
    let mut encoded = Vec::with_capacity(len.saturating_add(5));
    encoded.push(version);
    for (field, bytes) in fields {
        let len = u16::try_from(bytes.len()).map_err(|_| SealError::FieldTooLong { field })?;
        encoded.extend_from_slice(&len.to_be_bytes());
        encoded.extend_from_slice(bytes);
    }
    encoded.extend_from_slice(&number.to_be_bytes());
    Ok(encoded)
}
