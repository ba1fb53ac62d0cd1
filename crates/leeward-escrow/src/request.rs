use crate::{
    EscrowError, EscrowId, PublicKey, SealedSet, TrusteeKey,
    codec::{self, Reader},
    share_key,
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{CorrelationId, Reason, StaffId};
use ring::rand::SecureRandom;
use std::fmt;
use zeroize::Zeroizing;

const VERSION: u8 = 1;

/// Why a secret is to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpeningReason {
    /// Emergency treatment (HL7 OVRER).
    EmergencyTreatment,
    /// Professional judgement (HL7 OVRPJ).
    ProfessionalJudgement,
    /// Public safety (HL7 OVRPS).
    PublicSafety,
    /// Safety of a third party (HL7 OVRTPS).
    ThirdPartySafety,
    /// The subject cannot decide at present (HL7 OVRINCOMP).
    IncompetentSubject,
    /// The person whose data it is asked for it.
    Requested,
}

/// How much is to be read once the secret is open.
///
/// A key opens all that it sealed: this is what the trustees consent to and the log says, and what the
/// application keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All of it.
    Whole,
    /// The records from the first number to the last, both included, as the application counts them.
    Records {
        /// The first.
        from: u64,
        /// The last: not before the first.
        to: u64,
    },
}

/// Which request: of which secret, and 128 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId {
    pub(crate) escrow: EscrowId,
    pub(crate) id: [u8; 16],
}

/// What an officer asks the trustees for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpeningRequest {
    /// Which request.
    pub id: RequestId,
    /// Of which dealing of the shares.
    pub generation: u32,
    /// Who asks.
    pub officer: StaffId,
    /// To which key the shares are sealed anew. Trustees compare [`PublicKey::id`] with the officer: who
    /// controls the service could show them another.
    pub officer_key: PublicKey,
    /// Why.
    pub reason: OpeningReason,
    /// How much.
    pub scope: Scope,
    /// Since when, to the millisecond.
    pub requested_at: Timestamp,
    /// Until when, itself not included.
    pub expires_at: Timestamp,
}

/// The officer's key for one request: it is made for it, and used up by opening.
///
/// ```compile_fail,E0382
/// use leeward_escrow::{EscrowError, OfficerKey, Released, Secret};
/// fn twice(released: &Released, key: OfficerKey) -> [Result<Secret, EscrowError>; 2] {
///     [released.open(key), released.open(key)]
/// }
/// ```
pub struct OfficerKey(TrusteeKey);

/// What an officer asks for, before it is written down.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Which secret.
    pub escrow: EscrowId,
    /// Who asks: somebody whom the application has signed in.
    pub officer: StaffId,
    /// Their key for this request.
    pub officer_key: PublicKey,
    /// Why.
    pub reason: OpeningReason,
    /// How much.
    pub scope: Scope,
    /// Until when the trustees may decide.
    pub expires_at: Timestamp,
}

impl OpeningReason {
    /// Every reason, in the order of the codes.
    pub const ALL: &'static [Self] = &[
        Self::EmergencyTreatment,
        Self::ProfessionalJudgement,
        Self::PublicSafety,
        Self::ThirdPartySafety,
        Self::IncompetentSubject,
        Self::Requested,
    ];

    /// The reason that events tell.
    #[must_use]
    pub const fn event_reason(self) -> Reason {
        match self {
            Self::EmergencyTreatment => Reason::EmergencyTreatment,
            Self::ProfessionalJudgement => Reason::ProfessionalJudgement,
            Self::PublicSafety => Reason::PublicSafety,
            Self::ThirdPartySafety => Reason::ThirdPartySafety,
            Self::IncompetentSubject => Reason::IncompetentSubject,
            Self::Requested => Reason::Requested,
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::EmergencyTreatment => 1,
            Self::ProfessionalJudgement => 2,
            Self::PublicSafety => 3,
            Self::ThirdPartySafety => 4,
            Self::IncompetentSubject => 5,
            Self::Requested => 6,
        }
    }
}

impl Scope {
    const fn is_some_record(self) -> bool {
        match self {
            Self::Whole => true,
            Self::Records { from, to } => from <= to,
        }
    }
}

impl RequestId {
    /// Of which secret.
    #[must_use]
    pub const fn escrow(&self) -> EscrowId {
        self.escrow
    }

    /// The random bits, as the events of this request carry them.
    #[must_use]
    pub const fn correlation(&self) -> CorrelationId {
        CorrelationId::from_bytes(self.id)
    }

    /// To find it again, from a link in a notice to a trustee for instance. Version 1: the version byte; kind of
    /// subject (1), subject (16), set (16), request (16).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        self.escrow.put(&mut bytes);
        bytes.extend(self.id);
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    ///
    /// # Errors
    /// [`EscrowError::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, EscrowError> {
        let read =
            |reader: &mut Reader<'_>| Some(Self { escrow: EscrowId::read(reader)?, id: reader.array()? });
        codec::whole(bytes, VERSION, read).ok_or(EscrowError::Malformed { what: "identifier" })
    }
}

impl OpeningRequest {
    /// The longest time to decide.
    pub const MAX_WINDOW: SignedDuration = SignedDuration::from_hours(72);

    /// A request for `set`, if its officer and its times can be.
    ///
    /// # Errors
    /// [`EscrowError::NotFound`] for another set; [`EscrowError::Window`]; [`EscrowError::Shape`] for a scope
    /// that ends before it begins; [`EscrowError::TooFewTrustees`] when it takes more trustees than there are
    /// beside the officer; [`EscrowError::WeakerKey`] when shares sealed by X-Wing would be sealed anew by less;
    /// [`EscrowError::Random`].
    pub fn new(
        set: &SealedSet,
        asked: Asked,
        now: Timestamp,
        rng: &dyn SecureRandom,
    ) -> Result<Self, EscrowError> {
        if set.id != asked.escrow {
            return Err(EscrowError::NotFound);
        }
        let (requested_at, expires_at) =
            (codec::to_millisecond(now), codec::to_millisecond(asked.expires_at));
        let others = set.count().saturating_sub(u8::from(set.member(asked.officer).is_some()));
        if others < set.threshold {
            return Err(EscrowError::TooFewTrustees);
        }
        let officer_suite = asked.officer_key.suite();
        if set.trustees().any(|trustee| officer_suite.is_weaker_than(trustee.key.suite())) {
            return Err(EscrowError::WeakerKey);
        }
        if !asked.scope.is_some_record() {
            return Err(EscrowError::Shape { what: "a scope that ends before it begins" });
        }
        let mut id = [0; 16];
        rng.fill(&mut id).map_err(|_| EscrowError::Random)?;
        let request = Self {
            id: RequestId { escrow: set.id, id },
            generation: set.generation,
            officer: asked.officer,
            officer_key: asked.officer_key,
            reason: asked.reason,
            scope: asked.scope,
            requested_at,
            expires_at,
        };
        if request.is_window() { Ok(request) } else { Err(EscrowError::Window) }
    }

    /// Version 1, as the trustees get it: the version byte; subject (1 + 16), set (16), request (16),
    /// generation (4), officer (16), their public key behind its length, reason (1), scope (1 + 8 + 8), and in
    /// milliseconds since 1970 from when (8) and until when (8).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        self.id.escrow.put(&mut bytes);
        bytes.extend(self.id.id);
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.officer.as_bytes());
        self.officer_key.put(&mut bytes);
        bytes.push(self.reason.code());
        let (kind, from, to) = match self.scope {
            Scope::Whole => (0, 0, 0),
            Scope::Records { from, to } => (1, from, to),
        };
        bytes.push(kind);
        bytes.extend(from.to_be_bytes());
        bytes.extend(to.to_be_bytes());
        codec::put_time(&mut bytes, self.requested_at);
        codec::put_time(&mut bytes, self.expires_at);
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    ///
    /// # Errors
    /// [`EscrowError::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, EscrowError> {
        Self::read(bytes).ok_or(EscrowError::Malformed { what: "request" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::versioned(bytes, VERSION)?;
        let request = Self {
            id: RequestId { escrow: EscrowId::read(&mut reader)?, id: reader.array()? },
            generation: reader.u32()?,
            officer: reader.staff()?,
            officer_key: PublicKey::read(&mut reader)?,
            reason: reader
                .byte()
                .and_then(|code| OpeningReason::ALL.iter().copied().find(|reason| reason.code() == code))?,
            scope: match (
                reader.byte()?,
                u64::from_be_bytes(reader.array()?),
                u64::from_be_bytes(reader.array()?),
            ) {
                (0, 0, 0) => Scope::Whole,
                (1, from, to) => Scope::Records { from, to },
                _ => return None,
            },
            requested_at: reader.time()?,
            expires_at: reader.time()?,
        };
        reader.end()?;
        (request.is_window() && request.scope.is_some_record()).then_some(request)
    }

    fn is_window(&self) -> bool {
        let length = self.expires_at.duration_since(self.requested_at);
        SignedDuration::ZERO < length && length <= Self::MAX_WINDOW
    }

    /// What trustees sign, and what their shares are sealed anew for.
    pub(crate) fn bound_to(&self, label: &[u8], trustee: StaffId) -> Vec<u8> {
        let mut bytes = label.to_vec();
        bytes.extend(share_key::sha256(&self.encode()));
        bytes.extend(trustee.as_bytes());
        bytes
    }
}

impl OfficerKey {
    /// A key for one request, for X25519.
    ///
    /// # Errors
    /// [`EscrowError::Random`].
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, EscrowError> {
        TrusteeKey::generate(rng).map(Self)
    }

    /// A key for one request.
    ///
    /// # Errors
    /// [`EscrowError::Random`].
    pub fn generate_for(suite: crate::Suite, rng: &dyn SecureRandom) -> Result<Self, EscrowError> {
        TrusteeKey::generate_for(suite, rng).map(Self)
    }

    /// What the trustees seal to.
    ///
    /// # Errors
    /// As [`TrusteeKey::public`].
    pub fn public(&self) -> Result<PublicKey, EscrowError> {
        self.0.public()
    }

    pub(crate) fn open(&self, info: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, EscrowError> {
        self.0.open(info, sealed)
    }
}

impl fmt::Debug for OfficerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfficerKey").finish_non_exhaustive()
    }
}
