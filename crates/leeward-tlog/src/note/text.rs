use super::{Signature, Signer, VerifierKey};
use crate::BoxError;
use std::fmt;

/// The longest note that is read, in bytes.
pub const MAX_NOTE: usize = 256 * 1024;

/// The most signature lines that are read.
pub const MAX_SIGNATURES: usize = 64;

/// Why a note, or a key, was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// The note or one of its lines is over its limit.
    #[error("the note is larger than a note may be")]
    TooLarge,
    /// It is not written as a note is.
    #[error("this is not a signed note")]
    Malformed,
    /// A key's name is empty or longer than 970 bytes, or has a space, a control character or a `+`.
    #[error("a key's name must have 1 to 970 bytes, without spaces, control characters or a plus sign")]
    Name,
    /// A verifier key is not written as one is, or its key id is another key's.
    #[error("this is not a verifier key")]
    Key,
    /// A verifier key is of a type that is not known here.
    #[error("verifier keys of type {kind:#04x} are not known: give an Ed25519 one")]
    KeyType {
        /// The type byte.
        kind: u8,
    },
    /// A known key's signature does not hold.
    #[error("a signature by a known key does not hold")]
    BadSignature,
    /// No known key signed.
    #[error("no known key has signed this note")]
    Unsigned,
    /// The signer failed.
    #[error("the signer failed")]
    Signer(#[source] BoxError),
}

/// A text with signatures.
///
/// ```
/// use leeward_tlog::note::{Ed25519Signer, Note, Signer};
/// let signer = Ed25519Signer::from_seed("example.com/log", &[1; 32])?;
/// let note = Note::sign("all is well\n", &signer)?;
/// let read = Note::parse(note.to_string().as_bytes())?;
/// assert!(read.verify(&[signer.vkey().clone()]).is_ok());
/// # Ok::<(), leeward_tlog::note::NoteError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

impl Note {
    /// Signs `text`, and checks the signature.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] when the text is empty, does not end a line or has control characters;
    /// [`NoteError::TooLarge`]; [`NoteError::Signer`]; [`NoteError::BadSignature`] when the signer made
    /// a wrong one.
    pub fn sign(text: &str, signer: &dyn Signer) -> Result<Self, NoteError> {
        check_text(text)?;
        Self { text: text.to_owned(), signatures: Vec::new() }.sign_also(signer)
    }

    /// Signs it with another key too: a log that changes its key signs with both, until every verifier
    /// knows the new one.
    ///
    /// # Errors
    /// [`NoteError::Signer`]; [`NoteError::BadSignature`] when the signer made a wrong one; those of
    /// [`with_signature`](Self::with_signature).
    pub fn sign_also(self, signer: &dyn Signer) -> Result<Self, NoteError> {
        let bytes = signer.sign(self.text.as_bytes()).map_err(NoteError::Signer)?;
        if !signer.vkey().verifies(self.text.as_bytes(), &bytes) {
            return Err(NoteError::BadSignature);
        }
        self.with_signature(Signature::new(signer.vkey(), bytes))
    }

    /// Adds a signature line, in the place of those by the same key. It is not checked.
    ///
    /// # Errors
    /// [`NoteError::TooLarge`] when the note would have more lines, or more bytes, than are read.
    pub fn with_signature(mut self, signature: Signature) -> Result<Self, NoteError> {
        self.signatures.retain(|line| !line.claims(signature.name(), signature.key_id()));
        self.signatures.push(signature);
        if self.signatures.len() > MAX_SIGNATURES || self.to_string().len() > MAX_NOTE {
            return Err(NoteError::TooLarge);
        }
        Ok(self)
    }

    /// Reads a note. No signature is checked: that is what [`verify`](Self::verify) is for.
    ///
    /// # Errors
    /// [`NoteError::TooLarge`]; [`NoteError::Malformed`]; [`NoteError::Name`].
    pub fn parse(note: &[u8]) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE {
            return Err(NoteError::TooLarge);
        }
        let note = std::str::from_utf8(note).map_err(|_| NoteError::Malformed)?;
        // The text itself may have empty lines.
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::Malformed)?;
        let text = format!("{text}\n");
        check_text(&text)?;
        let lines = signatures.strip_suffix('\n').ok_or(NoteError::Malformed)?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(NoteError::TooLarge);
        }
        let signatures = lines.split('\n').map(Signature::parse).collect::<Result<_, _>>()?;
        Ok(Self { text, signatures })
    }

    /// Checks every signature that claims to be by one of `keys`, ignores the others, and returns the
    /// keys that signed, each once however often it is given.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] when one of them does not hold; [`NoteError::Unsigned`] when there
    /// is none.
    pub fn verify<'a>(&self, keys: &'a [VerifierKey]) -> Result<Vec<&'a VerifierKey>, NoteError> {
        let mut signed = Vec::new();
        for key in keys {
            let mut claims =
                self.signatures.iter().filter(|line| line.claims(key.name(), key.id())).peekable();
            if claims.peek().is_some() && !signed.contains(&key) {
                signed.push(key);
            }
            if !claims.all(|signature| key.verifies(self.text.as_bytes(), signature.as_bytes())) {
                return Err(NoteError::BadSignature);
            }
        }
        if signed.is_empty() { Err(NoteError::Unsigned) } else { Ok(signed) }
    }

    /// The same text with those of its signatures alone.
    pub(crate) fn only(&self, keep: impl Fn(&Signature) -> bool) -> Self {
        let signatures = self.signatures.iter().filter(|line| keep(line)).cloned().collect();
        Self { text: self.text.clone(), signatures }
    }

    /// The text, which ends in a newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.len() > MAX_NOTE {
        return Err(NoteError::TooLarge);
    }
    let control = |byte: &u8| *byte < 0x20 && *byte != b'\n';
    if !text.ends_with('\n') || text.as_bytes().iter().any(control) {
        return Err(NoteError::Malformed);
    }
    Ok(())
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}
