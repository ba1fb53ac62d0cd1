//! The persisted forms, version 1. All numbers are big-endian; times are milliseconds since 1970.
//!
//! | key | bytes |
//! |---|---|
//! | `escrow.trustee`, staff | the public key: [`PublicKey::encode`] |
//! | `escrow.set`, subject, set | [`SealedSet::encode`]; of a shredded one the version alone |
//! | `escrow.request`, subject, set, request | version, state (1), who refused (16, zeroes if nobody), the request behind its length in two bytes, the number of consents (1), and each |
//! | `escrow.rehearsal`, subject, set, rehearsal | version, generation (4), challenge (32), threshold (1), until when (8), who answered: how many (1), staff (16) |
//!
//! A subject is its 16 bytes in a key. It is the store's subject too: erasing it shreds its sets.

use crate::{
    Ceremony, Consent, EscrowError, EscrowId, OpeningRequest, PublicKey, Rehearsal, RehearsalId, RequestId,
    SealedSet, State,
    codec::{self, Reader},
    shamir::MAX_SHARES,
};
use leeward_event::StaffId;
use leeward_store::{Key, Prefix, Space, StoreError};

const TRUSTEE: Space = Space::sealed_for("escrow.trustee", 0);
const SET: Space = Space::sealed_for("escrow.set", 0);
const REQUEST: Space = Space::sealed_for("escrow.request", 0);
const REHEARSAL: Space = Space::sealed_for("escrow.rehearsal", 0);
const VERSION: u8 = 1;

/// What stands where a set is kept, or was.
pub(crate) enum Kept {
    Sealed(SealedSet),
    Shredded,
}

pub(crate) fn trustee_key(staff: StaffId) -> Result<Key, StoreError> {
    TRUSTEE.key(&[staff.as_bytes()])
}

pub(crate) fn set_key(id: EscrowId) -> Result<Key, StoreError> {
    SET.key(&[&id.subject.id_bytes(), &id.set])
}

pub(crate) fn request_key(id: RequestId) -> Result<Key, StoreError> {
    REQUEST.key(&[&id.escrow.subject.id_bytes(), &id.escrow.set, &id.id])
}

pub(crate) fn requests(id: EscrowId) -> Result<Prefix, StoreError> {
    REQUEST.prefix(&[&id.subject.id_bytes(), &id.set])
}

/// The request that a key of [`requests`] names.
pub(crate) fn request_of(key: &Key, escrow: EscrowId) -> Result<RequestId, EscrowError> {
    let id = key.segments().pop().and_then(|last| last.try_into().ok());
    id.map(|id| RequestId { escrow, id }).ok_or(EscrowError::Corrupt { what: "request" })
}

pub(crate) fn rehearsal_key(id: RehearsalId) -> Result<Key, StoreError> {
    REHEARSAL.key(&[&id.escrow.subject.id_bytes(), &id.escrow.set, &id.id])
}

/// What else is kept of a set.
pub(crate) fn leftovers(id: EscrowId) -> Result<[Prefix; 2], StoreError> {
    let segments: [&[u8]; 2] = [&id.subject.id_bytes(), &id.set];
    Ok([requests(id)?, REHEARSAL.prefix(&segments)?])
}

pub(crate) fn decode_trustee(bytes: &[u8]) -> Result<PublicKey, EscrowError> {
    match PublicKey::decode(bytes) {
        Err(EscrowError::Malformed { .. }) => Err(EscrowError::Corrupt { what: "trustee" }),
        decoded => decoded,
    }
}

impl Kept {
    pub(crate) const SHREDDED: [u8; 1] = [VERSION];

    pub(crate) fn decode(bytes: &[u8], id: EscrowId) -> Result<Self, EscrowError> {
        if bytes == Self::SHREDDED {
            return Ok(Self::Shredded);
        }
        let set = SealedSet::decode(bytes).ok().filter(|set| set.id == id);
        set.map(Self::Sealed).ok_or(EscrowError::Corrupt { what: "sealed set" })
    }
}

impl Ceremony {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let nobody = StaffId::from_bytes([0; 16]);
        let (state, by, consents): (_, _, &[Consent]) = match &self.state {
            State::Open { consents } => (1, nobody, consents),
            State::Refused { by } => (2, *by, &[]),
            State::Cancelled => (3, nobody, &[]),
            State::Expired => (4, nobody, &[]),
            State::Released => (5, nobody, &[]),
            State::Superseded => (6, nobody, &[]),
        };
        let mut bytes = vec![VERSION, state];
        bytes.extend(by.as_bytes());
        codec::put_bytes(&mut bytes, &self.request.encode());
        bytes.extend(u8::try_from(consents.len()));
        consents.iter().for_each(|consent| consent.put(&mut bytes));
        bytes
    }

    pub(crate) fn decode(bytes: &[u8], id: RequestId) -> Result<Self, EscrowError> {
        let ceremony = Self::read(bytes).filter(|ceremony| ceremony.request.id == id);
        ceremony.ok_or(EscrowError::Corrupt { what: "request" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::versioned(bytes, VERSION)?;
        let (state, by) = (reader.byte()?, reader.staff()?);
        let request = OpeningRequest::decode(reader.bytes(2 * 1024)?).ok()?;
        let mut consents = Vec::new();
        for _ in 0..reader.byte().filter(|count| *count <= MAX_SHARES)? {
            consents.push(Consent::read(&mut reader)?);
        }
        reader.end()?;
        let nobody = by.as_bytes() == &[0; 16];
        let state = match (state, nobody, consents.is_empty()) {
            (1, true, _) => State::Open { consents },
            (2, false, true) => State::Refused { by },
            (3, true, true) => State::Cancelled,
            (4, true, true) => State::Expired,
            (5, true, true) => State::Released,
            (6, true, true) => State::Superseded,
            _ => return None,
        };
        Some(Self { request, state })
    }
}

impl Rehearsal {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.challenge);
        bytes.push(self.threshold);
        codec::put_time(&mut bytes, self.expires_at);
        bytes.extend(u8::try_from(self.answered.len()));
        self.answered.iter().for_each(|staff| bytes.extend(staff.as_bytes()));
        bytes
    }

    pub(crate) fn decode(bytes: &[u8], id: RehearsalId) -> Result<Self, EscrowError> {
        Self::read(bytes, id).ok_or(EscrowError::Corrupt { what: "rehearsal" })
    }

    fn read(bytes: &[u8], id: RehearsalId) -> Option<Self> {
        let mut reader = Reader::versioned(bytes, VERSION)?;
        let (generation, challenge, threshold) = (reader.u32()?, reader.array()?, reader.byte()?);
        let (expires_at, mut answered) = (reader.time()?, Vec::new());
        for _ in 0..reader.byte().filter(|count| *count <= MAX_SHARES)? {
            answered.push(reader.staff()?);
        }
        reader.end()?;
        Some(Self { id, generation, challenge, threshold, expires_at, answered })
    }
}
