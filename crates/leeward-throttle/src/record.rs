//! The persisted forms, version 1. All numbers are big-endian; times are milliseconds since 1970.
//!
//! | key | bytes |
//! |---|---|
//! | `throttle.count`, subject, kind of guess (1), whose (1), and the device (16) if it is one | version, attempts (4), last (8), told (4), clearing (4) |
//! | `throttle.abused`, subject, device | version |
//! | `throttle.subject`, subject | version, generation (4), how many kinds (1), for each: kind (1), clearing (4) |
//!
//! They belong to the service and not to the subject: a data key for each made-up account that strangers
//! guess at would fill the vault, and the time that it takes to make one would tell made-up accounts from
//! real ones.

use crate::{Class, Count, DeviceId, Guess, Standing, ThrottleError};
use jiff::Timestamp;
use leeward_event::Subject;
use leeward_store::{Key, Space, StoreError};

const COUNT: Space = Space::sealed("throttle.count");
const ABUSED: Space = Space::sealed("throttle.abused");
const SUBJECT: Space = Space::sealed("throttle.subject");
const VERSION: u8 = 1;

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

pub(crate) const fn encode_abused() -> [u8; 1] {
    [VERSION]
}

pub(crate) fn decode_abused(bytes: &[u8]) -> Result<(), ThrottleError> {
    if bytes == [VERSION] { Ok(()) } else { Err(ThrottleError::Corrupt { what: "device" }) }
}

impl CountRecord {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let Count { attempts, last, told } = self.count;
        let mut bytes = vec![VERSION];
        bytes.extend(attempts.to_be_bytes());
        bytes.extend(last.as_millisecond().to_be_bytes());
        bytes.extend(told.to_be_bytes());
        bytes.extend(self.clearing.to_be_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, ThrottleError> {
        Self::read(bytes).ok_or(ThrottleError::Corrupt { what: "count" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let ([VERSION], rest) = bytes.split_first_chunk()? else { return None };
        let (attempts, rest) = rest.split_first_chunk()?;
        let (last, rest) = rest.split_first_chunk()?;
        let (told, clearing) = rest.split_first_chunk()?;
        let count = Count {
            attempts: u32::from_be_bytes(*attempts),
            last: Timestamp::from_millisecond(i64::from_be_bytes(*last)).ok()?,
            told: u32::from_be_bytes(*told),
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
