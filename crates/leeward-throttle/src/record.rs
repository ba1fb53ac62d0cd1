//! The persisted forms. All numbers are big-endian; times are milliseconds since 1970.
//!
//! | key | bytes |
//! |---|---|
//! | `throttle.count`, subject, kind of guess (1), whose (1), and the device (16) if it is one | version: 2, attempts (4), last (8), told (4), run (8), clearing (4) |
//! | `throttle.abused`, subject, device | version: 1 |
//! | `throttle.subject`, subject | version: 1, generation (4), how many kinds (1), for each: kind (1), clearing (4) |
//! | `throttle.devices`, account | version: 1, how many (1), for each: device (16), the one before (16, zeros for none), trusted (8), last seen (8) |
//!
//! All but the last belong to the service and not to the subject: a data key for each made-up account that strangers
//! guess at would fill the vault, and the time that it takes to make one would tell made-up accounts from
//! real ones.

use crate::{Class, Count, DeviceId, Guess, Standing, ThrottleError};
use jiff::Timestamp;
use leeward_event::{StaffId, Subject};
use leeward_store::{Key, Space, StoreError};

const COUNT: Space = Space::sealed("throttle.count");
const ABUSED: Space = Space::sealed("throttle.abused");
const SUBJECT: Space = Space::sealed("throttle.subject");
const DEVICES: Space = Space::sealed_for("throttle.devices", 0);
const VERSION: u8 = 1;
const COUNT_VERSION: u8 = 2;

/// Whose attempts a row counts.
#[derive(Clone, Copy)]
pub(crate) enum Whose {
    Class(Class),
    AllDevices,
}

/// A count, and the clearing that it was made under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CountRecord {
    pub(crate) count: Count,
    pub(crate) clearing: u32,
}

/// The devices of an account, in the order in which they were last seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DevicesRecord(pub(crate) Vec<DeviceRecord>);

/// One of them, by the number in its cookie, and by the one in the cookie before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeviceRecord {
    pub(crate) device: DeviceId,
    pub(crate) before: Option<DeviceId>,
    pub(crate) trusted_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
}

pub(crate) fn count_key(subject: Subject, guess: Guess, whose: Whose) -> Result<Key, StoreError> {
    let subject = subject.id_bytes();
    let guess = [guess.code()];
    match whose {
        Whose::Class(Class::Unknown) => COUNT.key(&[&subject, &guess, &[0]]),
        Whose::Class(Class::OnDuty) => COUNT.key(&[&subject, &guess, &[1]]),
        Whose::Class(Class::Proved) => COUNT.key(&[&subject, &guess, &[2]]),
        Whose::AllDevices => COUNT.key(&[&subject, &guess, &[3]]),
        Whose::Class(Class::Device(DeviceId(device))) => COUNT.key(&[&subject, &guess, &[4], &device]),
    }
}

pub(crate) fn abused_key(subject: Subject, device: DeviceId) -> Result<Key, StoreError> {
    ABUSED.key(&[&subject.id_bytes(), device.as_bytes()])
}

pub(crate) fn subject_key(subject: Subject) -> Result<Key, StoreError> {
    SUBJECT.key(&[&subject.id_bytes()])
}

pub(crate) fn devices_key(account: StaffId) -> Result<Key, StoreError> {
    DEVICES.key(&[account.as_bytes()])
}

pub(crate) const fn encode_abused() -> [u8; 1] {
    [VERSION]
}

pub(crate) fn decode_abused(bytes: &[u8]) -> Result<(), ThrottleError> {
    if bytes == [VERSION] { Ok(()) } else { Err(ThrottleError::Corrupt { what: "device" }) }
}

impl CountRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let Count { attempts, last, told, run } = self.count;
        let mut bytes = vec![COUNT_VERSION];
        bytes.extend(attempts.to_be_bytes());
        bytes.extend(last.as_millisecond().to_be_bytes());
        bytes.extend(told.to_be_bytes());
        bytes.extend(run.to_be_bytes());
        bytes.extend(self.clearing.to_be_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, ThrottleError> {
        Self::read(bytes).ok_or(ThrottleError::Corrupt { what: "count" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let ([COUNT_VERSION], rest) = bytes.split_first_chunk()? else { return None };
        let (attempts, rest) = rest.split_first_chunk()?;
        let (last, rest) = rest.split_first_chunk()?;
        let (told, rest) = rest.split_first_chunk()?;
        let (run, clearing) = rest.split_first_chunk()?;
        let count = Count {
            attempts: u32::from_be_bytes(*attempts),
            last: Timestamp::from_millisecond(i64::from_be_bytes(*last)).ok()?,
            told: u32::from_be_bytes(*told),
            run: u64::from_be_bytes(*run),
        };
        Some(Self { count, clearing: u32::from_be_bytes(clearing.try_into().ok()?) })
    }
}

impl Standing {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(u8::try_from(self.clearings.len()));
        for (guess, clearing) in &self.clearings {
            bytes.push(guess.code());
            bytes.extend(clearing.to_be_bytes());
        }
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, ThrottleError> {
        Self::read(bytes).ok_or(ThrottleError::Corrupt { what: "subject" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let ([VERSION], rest) = bytes.split_first_chunk()? else { return None };
        let (generation, rest) = rest.split_first_chunk()?;
        let ([kinds], rest) = rest.split_first_chunk()?;
        let (entries, []) = rest.as_chunks::<5>() else { return None };
        let clearings = entries
            .iter()
            .map(|[kind, clearing @ ..]| Some((Guess::from_code(*kind)?, u32::from_be_bytes(*clearing))))
            .collect::<Option<Vec<_>>>()?;
        let ordered = clearings.is_sorted_by(|(a, _), (b, _)| a < b);
        let whole = ordered && clearings.len() == usize::from(*kinds);
        whole.then_some(Self { generation: u32::from_be_bytes(*generation), clearings })
    }
}

impl DevicesRecord {
    /// A list on which nothing else stands.
    pub(crate) fn of_one(device: DeviceId, now: Timestamp) -> Self {
        Self(vec![DeviceRecord { device, before: None, trusted_at: now, last_seen_at: now }])
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(u8::try_from(self.0.len()));
        for DeviceRecord { device, before, trusted_at, last_seen_at } in &self.0 {
            bytes.extend(device.as_bytes());
            bytes.extend(before.map_or([0; 16], |before| *before.as_bytes()));
            bytes.extend(trusted_at.as_millisecond().to_be_bytes());
            bytes.extend(last_seen_at.as_millisecond().to_be_bytes());
        }
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, ThrottleError> {
        Self::read(bytes).ok_or(ThrottleError::Corrupt { what: "devices" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let ([VERSION, many], rest) = bytes.split_first_chunk()? else { return None };
        let (entries, []) = rest.as_chunks::<48>() else { return None };
        let devices = entries.iter().map(DeviceRecord::read).collect::<Option<Vec<_>>>()?;
        (devices.len() == usize::from(*many)).then_some(Self(devices))
    }
}

impl DeviceRecord {
    fn read(bytes: &[u8; 48]) -> Option<Self> {
        let (device, rest) = bytes.split_first_chunk()?;
        let (before, rest) = rest.split_first_chunk()?;
        let (trusted, seen) = rest.split_first_chunk()?;
        let moment = |bytes| Timestamp::from_millisecond(i64::from_be_bytes(bytes)).ok();
        Some(Self {
            device: DeviceId(*device),
            before: Some(DeviceId(*before)).filter(|before| before.0 != [0; 16]),
            trusted_at: moment(*trusted)?,
            last_seen_at: moment(seen.try_into().ok()?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn count() -> CountRecord {
        let last = Timestamp::from_millisecond(0x01_0203_0405).unwrap();
        CountRecord { count: Count { attempts: 7, last, told: 120, run: 0x0A0B }, clearing: 3 }
    }

    const COUNT_BYTES: [u8; 29] =
        [2, 0, 0, 0, 7, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0, 120, 0, 0, 0, 0, 0, 0, 0x0A, 0x0B, 0, 0, 0, 3];
    const STANDING_BYTES: [u8; 16] = [1, 0, 0, 0, 2, 2, 1, 0, 0, 0, 9, 4, 0, 0, 0, 1];

    fn standing() -> Standing {
        Standing { generation: 2, clearings: vec![(Guess::Passphrase, 9), (Guess::RecoveryCode, 1)] }
    }

    #[test]
    fn the_records_are_pinned() {
        assert_eq!(count().encode(), COUNT_BYTES);
        assert_eq!(CountRecord::decode(&COUNT_BYTES).unwrap(), count());
        assert_eq!(standing().encode(), STANDING_BYTES);
        assert_eq!(Standing::decode(&STANDING_BYTES).unwrap(), standing());
        assert_eq!(Standing::default().encode(), [1, 0, 0, 0, 0, 0]);
        assert_eq!(encode_abused(), [1]);
    }

    #[test]
    fn the_list_of_devices_is_pinned() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let device = |id, before| DeviceRecord {
            device: DeviceId([id; 16]),
            before,
            trusted_at: at(1),
            last_seen_at: at(2),
        };
        let list = DevicesRecord(vec![device(0xA1, None), device(0xB2, Some(DeviceId([0xC3; 16])))]);
        let times = [0, 0, 0, 0, 0, 0, 3, 232, 0, 0, 0, 0, 0, 0, 7, 208];
        let bytes = [&[1, 2][..], &[0xA1; 16], &[0; 16], &times, &[0xB2; 16], &[0xC3; 16], &times].concat();
        assert_eq!(list.encode(), bytes);
        assert_eq!(DevicesRecord::decode(&bytes).unwrap(), list);
        assert!((0..bytes.len()).all(|len| DevicesRecord::decode(&bytes[..len]).is_err()));
        let longer = [&bytes[..], &[0]].concat();
        assert!([&longer[..], &[2, 0], &[1, 1]].iter().all(|bytes| DevicesRecord::decode(bytes).is_err()));
        let account = StaffId::from_bytes([0xA1; 16]);
        assert_eq!(
            format!("{:?}", devices_key(account).unwrap()),
            format!("throttle.devices/{}", "a1".repeat(16))
        );
    }

    #[test]
    fn the_keys_are_pinned() {
        let subject = Subject::Seeker(leeward_event::SeekerId::from_bytes([0x5E; 16]));
        let device = DeviceId([0xDE; 16]);
        let (id, of_device) = ("5e".repeat(16), "de".repeat(16));
        let classes = [
            (Whose::Class(Class::Unknown), "00".to_owned()),
            (Whose::Class(Class::OnDuty), "01".to_owned()),
            (Whose::Class(Class::Proved), "02".to_owned()),
            (Whose::AllDevices, "03".to_owned()),
            (Whose::Class(Class::Device(device)), format!("04/{of_device}")),
        ];
        for (whose, written) in classes {
            let key = count_key(subject, Guess::Receipt, whose).unwrap();
            assert_eq!(format!("{key:?}"), format!("throttle.count/{id}/08/{written}"));
        }
        let key = abused_key(subject, device).unwrap();
        assert_eq!(format!("{key:?}"), format!("throttle.abused/{id}/{of_device}"));
        assert_eq!(format!("{:?}", subject_key(subject).unwrap()), format!("throttle.subject/{id}"));
    }

    #[test]
    fn the_kinds_of_guess_are_pinned() {
        let codes = Guess::ALL.iter().map(|guess| guess.code()).collect::<Vec<_>>();
        assert_eq!(codes, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert!(Guess::ALL.iter().all(|guess| Guess::from_code(guess.code()) == Some(*guess)));
        assert_eq!((Guess::from_code(0), Guess::from_code(10)), (None, None));
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_record_is_one() {
        for (bytes, good) in [(&COUNT_BYTES[..], false), (&STANDING_BYTES[..], true)] {
            let read = |bytes: &[u8]| {
                if good { Standing::decode(bytes).is_ok() } else { CountRecord::decode(bytes).is_ok() }
            };
            assert!(read(bytes));
            assert!((0..bytes.len()).all(|len| !read(&bytes[..len])));
            assert!(!read(&[bytes, &[0]].concat()));
            assert!(!read(&[&[3], &bytes[1..]].concat()));
        }
        assert!(
            decode_abused(&[]).is_err() && decode_abused(&[2]).is_err() && decode_abused(&[1, 0]).is_err()
        );
        let [unordered, twice, unknown] = [(4, 1), (1, 1), (1, 77)];
        for (first, second) in [unordered, twice, unknown] {
            let mut bytes = STANDING_BYTES;
            (bytes[6], bytes[11]) = (first, second);
            assert!(Standing::decode(&bytes).is_err(), "{first} {second}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_as_what_they_are_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let forms = [1, 2].map(|form| [&[form][..], &bytes].concat());
            for bytes in [&bytes, &forms[0], &forms[1]] {
                if let Ok(record) = CountRecord::decode(bytes) {
                    prop_assert_eq!(&record.encode(), bytes);
                }
                if let Ok(standing) = Standing::decode(bytes) {
                    prop_assert_eq!(&standing.encode(), bytes);
                }
            }
        }
    }
}
