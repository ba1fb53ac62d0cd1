use crate::{
    EscrowError, EscrowId, SealedSet, TrusteeKey,
    codec::{self, Reader},
    set::{Bound, Member},
    share_key::{self, Signature},
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{CorrelationId, StaffId};
use ring::rand::SecureRandom;

const VERSION: u8 = 1;
const PROOF: &[u8] = b"leeward-escrow rehearsal v1";

/// A test that the trustees still hold their shares, in which no share leaves anybody's machine.
///
/// What it proves of a trustee who answers: on this day somebody could open the sealed share with the trustee's
/// key, and the share was the one that was dealt. The answer is a signature over a fresh challenge, by a key that
/// is derived from the share and whose public half was recorded when it was dealt; it tells nothing of the share.
///
/// What it does not prove: that the shares, together, give the secret. They do if who dealt them was honest, and
/// that was somebody who had the secret anyway. Nor that the trustees will consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    pub(crate) id: RehearsalId,
    pub(crate) generation: u32,
    pub(crate) challenge: [u8; 32],
    pub(crate) threshold: u8,
    pub(crate) expires_at: Timestamp,
    pub(crate) answered: Vec<StaffId>,
}

/// Which rehearsal: of which secret, and 128 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RehearsalId {
    pub(crate) escrow: EscrowId,
    pub(crate) id: [u8; 16],
}

/// What one trustee is asked in a rehearsal. It goes to the trustee's machine, where their key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RehearsalInvitation {
    id: RehearsalId,
    generation: u32,
    challenge: [u8; 32],
    bound: Bound,
    member: Member,
}

/// A trustee's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RehearsalProof {
    trustee: StaffId,
    signature: Signature,
}

impl RehearsalId {
    /// Of which secret.
    #[must_use]
    pub const fn escrow(&self) -> EscrowId {
        self.escrow
    }

    /// The random bits, as the events of this rehearsal carry them.
    #[must_use]
    pub const fn correlation(&self) -> CorrelationId {
        CorrelationId::from_bytes(self.id)
    }

    /// To find it again, from a link in a notice to a trustee for instance. Version 1: the version byte; kind of
    /// subject (1), subject (16), set (16), rehearsal (16).
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

impl Rehearsal {
    /// For how long it may be answered.
    pub const WINDOW: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// A rehearsal of `set`, with a fresh challenge.
    ///
    /// # Errors
    /// [`EscrowError::Random`]; [`EscrowError::Window`] at the end of time.
    pub fn new(set: &SealedSet, now: Timestamp, rng: &dyn SecureRandom) -> Result<Self, EscrowError> {
        let (mut id, mut challenge) = ([0; 16], [0; 32]);
        rng.fill(&mut id).and_then(|()| rng.fill(&mut challenge)).map_err(|_| EscrowError::Random)?;
        let expires_at = now.checked_add(Self::WINDOW).map_err(|_| EscrowError::Window)?;
        Ok(Self {
            id: RehearsalId { escrow: set.id, id },
            generation: set.generation,
            challenge,
            threshold: set.threshold,
            expires_at: codec::to_millisecond(expires_at),
            answered: Vec::new(),
        })
    }

    /// Which one.
    #[must_use]
    pub const fn id(&self) -> RehearsalId {
        self.id
    }

    /// Who has proved that they hold their share.
    #[must_use]
    pub fn answered(&self) -> &[StaffId] {
        &self.answered
    }

    /// Whether as many have as an opening takes. An officer who is a trustee does not count in their own
    /// request: more than enough is better.
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.answered.len() >= usize::from(self.threshold)
    }

    /// What to send to one trustee.
    ///
    /// # Errors
    /// [`EscrowError::NotTrustee`]; [`EscrowError::OtherGeneration`]; [`EscrowError::Expired`].
    pub fn invite(
        &self,
        set: &SealedSet,
        trustee: StaffId,
        now: Timestamp,
    ) -> Result<RehearsalInvitation, EscrowError> {
        let member = self.member(set, trustee, now)?.clone();
        let Self { id, generation, challenge, .. } = *self;
        Ok(RehearsalInvitation { id, generation, challenge, bound: set.bound(), member })
    }

    /// Takes one answer. A trustee may answer again; it counts once.
    ///
    /// # Errors
    /// [`EscrowError::BadProof`]; as [`invite`](Self::invite).
    pub fn answer(
        mut self,
        set: &SealedSet,
        proof: &RehearsalProof,
        now: Timestamp,
    ) -> Result<Self, EscrowError> {
        let member = self.member(set, proof.trustee, now)?;
        share_key::verify(
            &member.verifier,
            &signed(self.id, &self.challenge, proof.trustee),
            &proof.signature,
        )?;
        if !self.answered.contains(&proof.trustee) {
            self.answered.push(proof.trustee);
        }
        Ok(self)
    }

    fn member<'a>(
        &self,
        set: &'a SealedSet,
        trustee: StaffId,
        now: Timestamp,
    ) -> Result<&'a Member, EscrowError> {
        if set.id != self.id.escrow {
            return Err(EscrowError::NotFound);
        }
        if set.generation != self.generation {
            return Err(EscrowError::OtherGeneration);
        }
        if self.expires_at <= now {
            return Err(EscrowError::Expired);
        }
        set.member(trustee).ok_or(EscrowError::NotTrustee)
    }
}

impl RehearsalInvitation {
    /// To which rehearsal the answer belongs.
    #[must_use]
    pub const fn id(&self) -> RehearsalId {
        self.id
    }

    /// Opens the trustee's own share, looks whether it is the one that was dealt, and proves it.
    ///
    /// # Errors
    /// [`EscrowError::CannotOpen`]; [`EscrowError::WrongShare`].
    pub fn prove(&self, key: &TrusteeKey) -> Result<RehearsalProof, EscrowError> {
        let trustee = self.member.trustee.staff;
        let info = self.bound.info(self.id.escrow, self.generation, self.member.index, trustee);
        let share = self.member.open(&info, key)?;
        let signature = share_key::sign(&share, &info, &signed(self.id, &self.challenge, trustee))?;
        Ok(RehearsalProof { trustee, signature })
    }

    /// Version 1: the version byte; subject (1 + 16), set (16), rehearsal (16), generation (4), challenge (32);
    /// what the shares are bound to and the trustee's part, as in a set.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        self.id.escrow.put(&mut bytes);
        bytes.extend(self.id.id);
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.challenge);
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
        let invitation = Self {
            id: RehearsalId { escrow: EscrowId::read(&mut reader)?, id: reader.array()? },
            generation: reader.u32()?,
            challenge: reader.array()?,
            bound: Bound::read(&mut reader)?,
            member: Member::read(&mut reader)?,
        };
        reader.end().map(|()| invitation)
    }
}

impl RehearsalProof {
    /// Whose.
    #[must_use]
    pub const fn trustee(&self) -> StaffId {
        self.trustee
    }

    /// Version 1: the version byte; trustee (16), signature (64).
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.trustee.as_bytes());
        bytes.extend(self.signature);
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    ///
    /// # Errors
    /// [`EscrowError::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, EscrowError> {
        let read = || {
            let mut reader = Reader::versioned(bytes, VERSION)?;
            let proof = Self { trustee: reader.staff()?, signature: reader.array()? };
            reader.end().map(|()| proof)
        };
        read().ok_or(EscrowError::Malformed { what: "proof" })
    }
}

fn signed(id: RehearsalId, challenge: &[u8; 32], trustee: StaffId) -> Vec<u8> {
    let mut message = PROOF.to_vec();
    id.escrow.put(&mut message);
    message.extend(id.id);
    message.extend(challenge);
    message.extend(trustee.as_bytes());
    message
}
