use crate::data_key::DataKeyId;

/// What stands before the ciphertext of every record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) key: DataKeyId,
}

const VERSION: u8 = 1;
/// Cobblestone-256 of `leeward-seal`.
const SUITE: u8 = 1;

impl Header {
    pub(crate) const LEN: usize = 18;

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[VERSION, SUITE]);
        out.extend_from_slice(self.key.as_bytes());
    }

    /// The header and the ciphertext behind it.
    pub(crate) fn split(record: &[u8]) -> Result<(Self, &[u8]), &'static str> {
        let Some((&[version, suite], rest)) = record.split_first_chunk() else {
            return Err("it is too short for a sealed record");
        };
        if version != VERSION || suite != SUITE {
            return Err("it is no sealed record, or one of a form that this release does not know");
        }
        let (id, body) = rest.split_first_chunk().ok_or("it is too short for a sealed record")?;
        Ok((Self { key: DataKeyId::from_bytes(*id) }, body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_pinned_byte_for_byte() {
        let mut out = Vec::new();
        Header { key: DataKeyId::from_bytes([7; 16]) }.write(&mut out);
        assert_eq!(out, [&[1, 1][..], &[7; 16]].concat());
        assert_eq!(out.len(), Header::LEN);
        out.push(9);
        let (header, body) = Header::split(&out).unwrap();
        assert_eq!((header.key, body), (DataKeyId::from_bytes([7; 16]), &[9][..]));
    }

    #[test]
    fn other_forms_are_refused() {
        for record in
            [&b""[..], &[1], &[1, 1, 0], &[2; 40], &[1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]
        {
            assert!(Header::split(record).is_err(), "{record:?}");
        }
    }
}
