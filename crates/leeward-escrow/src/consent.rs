use crate::{
    EscrowError, OpeningRequest, SealedSet, TrusteeKey,
    codec::{self, Reader},
    hpke_seal,
    set::{Bound, Member},
    shamir::Share,
    share_key::{self, Signature},
};
use leeward_event::StaffId;
use ring::rand::SecureRandom;
use std::fmt;

const VERSION: u8 = 1;
pub(crate) const MAX_RESEALED: usize = 2 * 1024;
const RESEAL: &[u8] = b"leeward-escrow reseal v1";
const CONSENT: &[u8] = b"leeward-escrow consent v1";

/// What one trustee is asked: the request, and their own sealed share.
///
/// It goes to the trustee's machine, where their key is. Show them what [`request`](Self::request) says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub(crate) request: OpeningRequest,
    pub(crate) bound: Bound,
    pub(crate) member: Member,
}

/// A trustee's own share, opened for one request: it can be sealed to the officer, and nothing else.
///
/// ```compile_fail,E0616
/// fn look(opened: leeward_escrow::OpenedShare) -> leeward_escrow::shamir::Share {
///     opened.share
/// }
/// ```
#[must_use = "seal it to the officer, if you consent"]
pub struct OpenedShare {
    request: OpeningRequest,
    info: Vec<u8>,
    trustee: StaffId,
    share: Share,
}

/// A trustee's consent: their share, sealed to the officer, and signed by a key that only holders of the share
/// have. Nobody but a trustee makes one:
/// ```compile_fail,E0451
/// fn forged(trustee: leeward_event::StaffId) -> leeward_escrow::Consent {
///     leeward_escrow::Consent { trustee, resealed: vec![], signature: [0; 64] }
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Consent {
    pub(crate) trustee: StaffId,
    pub(crate) resealed: Vec<u8>,
    pub(crate) signature: Signature,
}

impl Invitation {
    pub(crate) fn new(
        set: &SealedSet,
        request: OpeningRequest,
        trustee: StaffId,
    ) -> Result<Self, EscrowError> {
        let member = set.member(trustee).ok_or(EscrowError::NotTrustee)?;
        if trustee == request.officer {
            return Err(EscrowError::OwnRequest);
        }
        Ok(Self { request, bound: set.bound(), member: member.clone() })
    }

    /// What is asked, by whom and why.
    #[must_use]
    pub const fn request(&self) -> &OpeningRequest {
        &self.request
    }

    /// What the secret is that is to be opened.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.bound.purpose
    }

    /// Opens the trustee's own share, if it is the one that was dealt, of the secret that the request names.
    ///
    /// # Errors
    /// [`EscrowError::CannotOpen`] with another key; [`EscrowError::WrongShare`] when it was dealt wrongly;
    /// [`EscrowError::WeakerKey`] when the officer's key is weaker than this one.
    pub fn open_share(self, key: &TrusteeKey) -> Result<OpenedShare, EscrowError> {
        // Asked here too, since who controls the service writes the request.
        if self.request.officer_key.suite().is_weaker_than(key.suite()) {
            return Err(EscrowError::WeakerKey);
        }
        // From the request, not from what came with the share: else a share of one secret could be had by a
        // request for another.
        let (id, generation, trustee) =
            (self.request.id.escrow, self.request.generation, self.member.trustee.staff);
        let info = self.bound.info(id, generation, self.member.index, trustee);
        let share = self.member.open(&info, key)?;
        Ok(OpenedShare { request: self.request, info, trustee, share })
    }

    /// Version 1: the version byte; the request behind its length in two bytes; what the shares are bound to and
    /// the trustee's part, as in a set.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        codec::put_bytes(&mut bytes, &self.request.encode());
        self.bound.put(&mut bytes);
        self.member.put(&mut bytes);
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    ///
    /// # Errors
    /// [`EscrowError::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, EscrowError> {
        Self::read(bytes).ok_or(EscrowError::Malformed { what: "invitation" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::versioned(bytes, VERSION)?;
        let request = OpeningRequest::decode(reader.bytes(2 * 1024)?).ok()?;
        let invitation =
            Self { request, bound: Bound::read(&mut reader)?, member: Member::read(&mut reader)? };
        reader.end().map(|()| invitation)
    }
}

impl OpenedShare {
    /// Seals the share to the officer, for this request and no other.
    ///
    /// # Errors
    /// [`EscrowError::Random`]; [`EscrowError::Malformed`] for an officer's key that nothing can be sealed to.
    pub fn consent(self, rng: &dyn SecureRandom) -> Result<Consent, EscrowError> {
        let info = self.request.bound_to(RESEAL, self.trustee);
        let resealed = hpke_seal::seal(&self.request.officer_key, &info, self.share.expose_value(), rng)?;
        let signed = Consent::signed(&self.request, self.trustee, &resealed);
        let signature = share_key::sign(&self.share, &self.info, &signed)?;
        Ok(Consent { trustee: self.trustee, resealed, signature })
    }
}

impl Consent {
    /// Whose.
    #[must_use]
    pub const fn trustee(&self) -> StaffId {
        self.trustee
    }

    /// Version 1: the version byte; trustee (16), signature (64), the resealed share behind its length in two
    /// bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        self.put(&mut bytes);
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    ///
    /// # Errors
    /// [`EscrowError::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, EscrowError> {
        let read = || {
            let mut reader = Reader::versioned(bytes, VERSION)?;
            let consent = Self::read(&mut reader)?;
            reader.end().map(|()| consent)
        };
        read().ok_or(EscrowError::Malformed { what: "consent" })
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.extend(self.trustee.as_bytes());
        out.extend(self.signature);
        codec::put_bytes(out, &self.resealed);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let (trustee, signature) = (reader.staff()?, reader.array()?);
        Some(Self { trustee, signature, resealed: reader.bytes(MAX_RESEALED)?.to_vec() })
    }

    /// Whether who made it held the share, and meant this request and this resealed share.
    pub(crate) fn verify(&self, request: &OpeningRequest, member: &Member) -> Result<(), EscrowError> {
        share_key::verify(
            &member.verifier,
            &Self::signed(request, self.trustee, &self.resealed),
            &self.signature,
        )
    }

    fn signed(request: &OpeningRequest, trustee: StaffId, resealed: &[u8]) -> Vec<u8> {
        let mut message = request.bound_to(CONSENT, trustee);
        message.extend(share_key::sha256(resealed));
        message
    }

    /// What it was sealed for.
    pub(crate) fn reseal_info(&self, request: &OpeningRequest) -> Vec<u8> {
        request.bound_to(RESEAL, self.trustee)
    }
}

impl fmt::Debug for OpenedShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenedShare").field("trustee", &self.trustee).finish_non_exhaustive()
    }
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consent").field("trustee", &self.trustee).finish_non_exhaustive()
    }
}
