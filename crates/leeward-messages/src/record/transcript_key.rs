use super::VERSION;
use crate::{Error, bytes::Reader, transcript::TranscriptKey};
use zeroize::Zeroizing;

/// The key under which a member keeps the transcript: `version(1) || key(32)`.
pub(crate) fn wrap_transcript_key(key: &TranscriptKey) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(TranscriptKey::LEN + 1));
    bytes.push(VERSION);
    bytes.extend_from_slice(key.expose_key_bytes());
    bytes
}

pub(crate) fn unwrap_transcript_key(record: &[u8]) -> Result<TranscriptKey, Error> {
    let mut reader = Reader::new(record);
    if reader.u8() != Some(VERSION) {
        return Err(super::UNKNOWN_VERSION);
    }
    let key = reader.array().map(Zeroizing::new).zip(reader.end());
    key.map(|(key, ())| TranscriptKey::from_bytes(&key)).ok_or(Error::Corrupt { what: "a malformed key" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_pinned() {
        let bytes = [&[1][..], &[9; 32]].concat();
        assert_eq!(*wrap_transcript_key(&TranscriptKey::from_bytes(&[9; 32])), bytes);
        assert_eq!(unwrap_transcript_key(&bytes).unwrap().expose_key_bytes(), &[9; 32]);
        assert!((0..33).all(|len| unwrap_transcript_key(&bytes[..len]).is_err()));
        assert!(unwrap_transcript_key(&[&bytes[..], &[0]].concat()).is_err());
    }
}
