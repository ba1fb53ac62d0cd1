//! What stands before the fingerprints, and how it is checked before anything is believed.

use super::{BreachError, RangePrefix, fuse::Layout};
use jiff::civil::Date;
use ring::digest::{SHA256, digest};
use std::num::NonZeroU64;

pub(super) const HEADER_LEN: usize = 100;
/// A part for each three hexadecimal digits that a hash can begin with.
pub(super) const SHARDS: u16 = 1 << SHARD_BITS;
pub(super) const ENTRY_LEN: usize = 51;
pub(super) const TABLE_LEN: usize = SHARDS as usize * ENTRY_LEN;
/// Where the fingerprints begin.
pub(super) const DATA: u64 = HEADER_LEN as u64 + TABLE_LEN as u64;
pub(super) const RANGES_PER_SHARD: u32 = RangePrefix::COUNT >> SHARD_BITS;

const SHARD_BITS: u8 = 12;
const VERSION: u16 = 1;
/// Binary fuse, 16 bits, over the first 64 bits of SHA-1.
const KIND: u8 = 1;
const FINISHED: [u8; 8] = *b"LWBREACH";
const UNFINISHED: [u8; 8] = *b"LWBRPART";
const CHECKED: usize = HEADER_LEN - 32;

/// What a filter says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterHeader {
    pub(super) keys: u64,
    pub(super) min_count: NonZeroU64,
    pub(super) source_date: Option<Date>,
    pub(super) missing_ranges: u32,
}

/// Whether the table is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// All parts are there, and this is the hash of their table.
    Finished([u8; 32]),
    /// More are to come, from the source of which this is the mark.
    Unfinished([u8; 32]),
}

/// One part of the set: all hashes that begin with the same three digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) layout: Layout,
    pub(super) keys: u32,
    pub(super) missing_ranges: u16,
    pub(super) sha256: [u8; 32],
}

impl FilterHeader {
    /// How many hashes it was made of.
    #[must_use]
    pub const fn keys(&self) -> u64 {
        self.keys
    }

    /// How often a passphrase must have been seen to be in it.
    #[must_use]
    pub const fn min_count(&self) -> NonZeroU64 {
        self.min_count
    }

    /// When the set was made, as whoever built the filter said.
    #[must_use]
    pub const fn source_date(&self) -> Option<Date> {
        self.source_date
    }

    /// How many ranges the set had nothing for: 0, unless the builder was told to allow it.
    #[must_use]
    pub const fn missing_ranges(&self) -> u32 {
        self.missing_ranges
    }

    pub(super) fn encode(&self, state: State) -> Vec<u8> {
        let (magic, hash) = match state {
            State::Finished(hash) => (FINISHED, hash),
            State::Unfinished(hash) => (UNFINISHED, hash),
        };
        let mut bytes = Vec::with_capacity(HEADER_LEN);
        bytes.extend(magic);
        bytes.extend(VERSION.to_be_bytes());
        bytes.extend([KIND, SHARD_BITS]);
        bytes.extend(self.keys.to_be_bytes());
        bytes.extend(self.min_count.get().to_be_bytes());
        bytes.extend(encode_date(self.source_date));
        bytes.extend(self.missing_ranges.to_be_bytes());
        bytes.extend(hash);
        bytes.extend(sha256(&bytes));
        bytes
    }

    pub(super) fn decode(bytes: &[u8; HEADER_LEN]) -> Result<(Self, State), BreachError> {
        let mut rest = Fields(bytes);
        let magic: [u8; 8] = rest.take();
        if magic != FINISHED && magic != UNFINISHED {
            return Err(BreachError::NotAFilter);
        }
        let version = u16::from_be_bytes(rest.take());
        if version != VERSION {
            return Err(BreachError::Version { version });
        }
        let (checked, said) = bytes.split_at(CHECKED);
        if sha256(checked) != said {
            return Err(BreachError::Damaged { what: "its header is not what was written" });
        }
        if rest.take() != [KIND, SHARD_BITS] {
            return Err(BreachError::Damaged { what: "it is of a kind that is not known" });
        }
        let header = Self {
            keys: u64::from_be_bytes(rest.take()),
            min_count: NonZeroU64::new(u64::from_be_bytes(rest.take()))
                .ok_or(BreachError::Damaged { what: "its least count is 0" })?,
            source_date: decode_date(rest.take())?,
            missing_ranges: u32::from_be_bytes(rest.take()),
        };
        let hash = rest.take();
        let state = if magic == FINISHED { State::Finished(hash) } else { State::Unfinished(hash) };
        Ok((header, state))
    }
}

impl Entry {
    /// A part without hashes.
    pub(super) fn empty(missing_ranges: u16) -> Self {
        let layout = Layout { seed: 0, segment_bits: 0, segments: 0 };
        Self { layout, keys: 0, missing_ranges, sha256: sha256(&[]) }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ENTRY_LEN);
        bytes.extend(self.layout.seed.to_be_bytes());
        bytes.push(self.layout.segment_bits);
        bytes.extend(self.layout.segments.to_be_bytes());
        bytes.extend(self.keys.to_be_bytes());
        bytes.extend(self.missing_ranges.to_be_bytes());
        bytes.extend(self.sha256);
        bytes
    }

    pub(super) fn decode(bytes: &[u8; ENTRY_LEN]) -> Result<Self, BreachError> {
        let mut rest = Fields(bytes);
        let seed = u64::from_be_bytes(rest.take());
        let [segment_bits] = rest.take();
        let segments = u32::from_be_bytes(rest.take());
        let entry = Self {
            layout: Layout { seed, segment_bits, segments },
            keys: u32::from_be_bytes(rest.take()),
            missing_ranges: u16::from_be_bytes(rest.take()),
            sha256: rest.take(),
        };
        let holds = match entry.keys {
            0 => entry == Self::empty(entry.missing_ranges),
            keys => entry.layout.fingerprints().is_some_and(|fingerprints| fingerprints >= u64::from(keys)),
        };
        if !holds || u32::from(entry.missing_ranges) > RANGES_PER_SHARD {
            return Err(BreachError::Damaged { what: "a part of it cannot be" });
        }
        Ok(entry)
    }

    /// How long its fingerprints are, in bytes.
    pub(super) fn len(&self) -> u64 {
        if self.keys == 0 { 0 } else { self.layout.fingerprints().unwrap_or(0).saturating_mul(2) }
    }
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    finished(&digest(&SHA256, bytes))
}

/// The output of SHA-256, as long as it always is.
pub(super) fn finished(digest: &ring::digest::Digest) -> [u8; 32] {
    digest.as_ref().try_into().unwrap_or([0; 32])
}

fn encode_date(date: Option<Date>) -> [u8; 4] {
    let Some(date) = date else { return [0; 4] };
    let [high, low] = date.year().to_be_bytes();
    [high, low, date.month().to_be_bytes()[0], date.day().to_be_bytes()[0]]
}

fn decode_date(bytes: [u8; 4]) -> Result<Option<Date>, BreachError> {
    let [high, low, month, day] = bytes;
    if bytes == [0; 4] {
        return Ok(None);
    }
    let (month, day) = (i8::from_be_bytes([month]), i8::from_be_bytes([day]));
    let date = Date::new(i16::from_be_bytes([high, low]), month, day);
    date.map(Some).map_err(|_| BreachError::Damaged { what: "its date is none" })
}

/// Takes fields of known lengths off the front of a whole that was measured; what is missing reads as
/// zeros, and nothing is.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((field, rest)) = self.0.split_first_chunk() else { return [0; N] };
        self.0 = rest;
        *field
    }
}
