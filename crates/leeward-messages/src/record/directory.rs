use super::VERSION;
use crate::{Error, bytes::Reader};
use jiff::Timestamp;

const KEY_PACKAGE_VERSION: u8 = 2;
const HOUR: i64 = 60 * 60;

/// A key package in the directory: `version(1) = 2 || claimable until (i64 s) || KeyPackage`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyPackageRecord {
    pub(crate) until: Timestamp,
    pub(crate) key_package: Vec<u8>,
}

impl KeyPackageRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let until = self.until.as_second().to_be_bytes();
        [&[KEY_PACKAGE_VERSION][..], &until, &self.key_package].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(KEY_PACKAGE_VERSION) {
            return Err(super::UNKNOWN_VERSION);
        }
        let until = reader.array().and_then(second).ok_or(MALFORMED)?;
        Ok(Self { until, key_package: reader.rest().to_vec() })
    }
}

/// How many key packages one member claimed since when: `version(1) || begun (i64 s) || count(u32)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    begun: Timestamp,
    count: u32,
}

impl Default for Claims {
    fn default() -> Self {
        Self { begun: Timestamp::MIN, count: 0 }
    }
}

impl Claims {
    /// With one more claim, unless there were as many as there may be in an hour.
    pub(crate) fn one_more(self, now: Timestamp, most: u32) -> Result<Self, Error> {
        let passed = now.as_second().saturating_sub(self.begun.as_second());
        if !(0..HOUR).contains(&passed) {
            return Ok(Self { begun: now, count: 1 });
        }
        if self.count >= most {
            let seconds = u64::try_from(HOUR.saturating_sub(passed)).unwrap_or(0);
            return Err(Error::TooManyClaims { seconds });
        }
        Ok(Self { count: self.count.saturating_add(1), ..self })
    }

    pub(crate) fn encode(self) -> Vec<u8> {
        [&[VERSION][..], &self.begun.as_second().to_be_bytes(), &self.count.to_be_bytes()].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        if reader.u8() != Some(VERSION) {
            return Err(super::UNKNOWN_VERSION);
        }
        let begun = reader.array().and_then(second).ok_or(MALFORMED)?;
        let count = reader.u32().ok_or(MALFORMED)?;
        reader.end().ok_or(MALFORMED)?;
        Ok(Self { begun, count })
    }
}

fn second(bytes: [u8; 8]) -> Option<Timestamp> {
    Timestamp::from_second(i64::from_be_bytes(bytes)).ok()
}

const MALFORMED: Error = Error::Corrupt { what: "a malformed directory" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_is_pinned() {
        let until = Timestamp::from_second(258).unwrap();
        let record = KeyPackageRecord { until, key_package: b"kp".to_vec() };
        let bytes = b"\x02\0\0\0\0\0\0\x01\x02kp";
        assert_eq!(record.encode(), bytes);
        assert_eq!(KeyPackageRecord::decode(bytes).unwrap(), record);
        let claims = Claims { begun: until, count: 3 };
        let bytes = b"\x01\0\0\0\0\0\0\x01\x02\0\0\0\x03";
        assert_eq!(claims.encode(), bytes);
        assert_eq!(Claims::decode(bytes).unwrap(), claims);
        for len in 0..bytes.len() {
            assert!(Claims::decode(&bytes[..len]).is_err());
        }
    }

    #[test]
    fn claims_are_counted_by_the_hour() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut claims = Claims::default();
        for _ in 0..2 {
            claims = claims.one_more(at(100), 2).unwrap();
        }
        let refused = claims.one_more(at(160), 2);
        assert!(matches!(refused, Err(Error::TooManyClaims { seconds: 3540 })));
        assert_eq!(claims.one_more(at(3700), 2).unwrap(), Claims { begun: at(3700), count: 1 });
        assert!(claims.one_more(at(0), 2).is_ok(), "a clock that was set back stops nobody");
    }
}
