use crate::{Error, bytes::Reader};
use std::{collections::BTreeMap, fmt};
use zeroize::Zeroizing;

/// What the MLS engine keeps of one member: its own keys and values, wiped when dropped.
///
/// `count(u16) || (len(u16) || key || len(u32) || value)*`, in the order of the keys.
#[derive(Clone, Default)]
pub(crate) struct Values(BTreeMap<Vec<u8>, Zeroizing<Vec<u8>>>);

impl Values {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(key, value)| (key.as_slice(), value.as_slice()))
    }

    pub(crate) fn encode(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let size = self.iter().fold(2, |size, (key, value)| size + key.len() + value.len() + 6);
        // Of one allocation, so that growing leaves no copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(size));
        bytes.extend_from_slice(&u16::try_from(self.0.len()).map_err(|_| TOO_LARGE)?.to_be_bytes());
        for (key, value) in self.iter() {
            bytes.extend_from_slice(&u16::try_from(key.len()).map_err(|_| TOO_LARGE)?.to_be_bytes());
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(&u32::try_from(value.len()).map_err(|_| TOO_LARGE)?.to_be_bytes());
            bytes.extend_from_slice(value);
        }
        Ok(bytes)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        parse(bytes).ok_or(Error::Corrupt { what: "a malformed member state" })
    }
}

impl FromIterator<(Vec<u8>, Vec<u8>)> for Values {
    fn from_iter<T: IntoIterator<Item = (Vec<u8>, Vec<u8>)>>(values: T) -> Self {
        Self(values.into_iter().map(|(key, value)| (key, Zeroizing::new(value))).collect())
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Values({})", self.0.len())
    }
}

const TOO_LARGE: Error = Error::Corrupt { what: "a member state that is too large" };

fn parse(bytes: &[u8]) -> Option<Values> {
    let mut reader = Reader::new(bytes);
    let mut values = BTreeMap::new();
    for _ in 0..reader.u16()? {
        let key = reader.short()?.to_vec();
        let value = Zeroizing::new(reader.long()?.to_vec());
        let ascending = values.last_key_value().is_none_or(|(last, _)| *last < key);
        if !ascending {
            return None;
        }
        values.insert(key, value);
    }
    reader.end()?;
    Some(Values(values))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_values_are_pinned() {
        let values: Values =
            [(b"b".to_vec(), vec![]), (b"a".to_vec(), b"xyz".to_vec())].into_iter().collect();
        let bytes = b"\0\x02\0\x01a\0\0\0\x03xyz\0\x01b\0\0\0\0";
        assert_eq!(values.encode().unwrap().as_slice(), bytes);
        assert_eq!(Values::decode(bytes).unwrap().encode().unwrap().as_slice(), bytes);
        for len in 0..bytes.len() {
            assert!(Values::decode(&bytes[..len]).is_err());
        }
        assert!(Values::decode(b"\0\x02\0\x01a\0\0\0\0\0\x01a\0\0\0\0").is_err(), "a key twice");
        assert_eq!(format!("{values:?}"), "Values(2)");
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(values) = Values::decode(&bytes) {
                let again = values.encode().unwrap().to_vec();
                prop_assert_eq!(again, bytes);
            }
        }
    }
}
