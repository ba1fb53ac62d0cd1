use crate::{
    EscrowError, PublicKey, Secret, Trustee, TrusteeKey,
    codec::{self, Reader},
    hpke_seal,
    shamir::{self, Share},
    share_key::{self, Verifier},
};
use leeward_event::{CorrelationId, StaffId, Subject};
use ring::rand::SecureRandom;

const VERSION: u8 = 1;
const MAX_PURPOSE: usize = 64;
const MAX_SEALED: usize = 2 * 1024;

/// Which secret: whose data it opens, and 128 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EscrowId {
    pub(crate) subject: Subject,
    pub(crate) set: [u8; 16],
}

/// What a secret is put in escrow for, and how many open it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whose data it opens. Erasing the subject shreds the shares.
    pub subject: Subject,
    /// What it is, as a constant of the application's code: 1 to 64 bytes.
    pub purpose: String,
    /// Under which version of the service's policy.
    pub policy_version: u32,
    /// How many trustees it takes, beside whoever asks: 2 at least.
    pub threshold: u8,
}

/// A secret, split and sealed: what a service keeps, and what nobody opens alone.
///
/// Whoever has the secret makes it, on their own machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSet {
    pub(crate) id: EscrowId,
    pub(crate) purpose: String,
    pub(crate) policy_version: u32,
    pub(crate) threshold: u8,
    pub(crate) generation: u32,
    pub(crate) check_value: [u8; 32],
    pub(crate) members: Vec<Member>,
}

/// What all shares of a set are bound to, beside the set and its dealing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) purpose: String,
    pub(crate) policy_version: u32,
    pub(crate) threshold: u8,
    pub(crate) count: u8,
}

/// One trustee's part of a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) index: u8,
    pub(crate) trustee: Trustee,
    pub(crate) share_hash: [u8; 32],
    pub(crate) verifier: Verifier,
    pub(crate) sealed: Vec<u8>,
}

impl EscrowId {
    /// Whose data the secret opens.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        self.subject
    }

    /// The random bits, as the events of this secret carry them that belong to no request.
    #[must_use]
    pub const fn correlation(&self) -> CorrelationId {
        CorrelationId::from_bytes(self.set)
    }

    /// To keep beside what the secret opens. Version 1: the version byte; kind of subject (1), subject (16), set
    /// (16).
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
        codec::whole(bytes, VERSION, Self::read).ok_or(EscrowError::Malformed { what: "identifier" })
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        codec::put_subject(out, self.subject);
        out.extend(self.set);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self { subject: reader.subject()?, set: reader.array()? })
    }
}

impl SealedSet {
    /// Splits `secret`, and seals each share to one trustee, bound to all that the terms say.
    ///
    /// # Errors
    /// [`EscrowError::Shape`] for a threshold under 2 or over the number of trustees, over 16 trustees, a
    /// trustee twice or two under one key, and a purpose of no or over 64 bytes; [`EscrowError::Random`];
    /// [`EscrowError::Malformed`] for a public key that nothing can be sealed to.
    pub fn seal(
        secret: &Secret,
        terms: &Terms,
        trustees: &[Trustee],
        rng: &dyn SecureRandom,
    ) -> Result<Self, EscrowError> {
        let mut set = [0; 16];
        rng.fill(&mut set).map_err(|_| EscrowError::Random)?;
        let mut sealed = Self {
            id: EscrowId { subject: terms.subject, set },
            purpose: terms.purpose.clone(),
            policy_version: terms.policy_version,
            threshold: terms.threshold,
            generation: 0,
            check_value: [0; 32],
            members: Vec::new(),
        };
        sealed.check_value = sealed.check_value_of(secret);
        sealed.deal(secret, trustees, rng)
    }

    /// Deals the same secret anew, to other trustees or under another threshold or policy: what whoever has it
    /// does when a trustee leaves. Nobody opens it for that. The shares of before give nothing together with
    /// those of now; as many of before as it took then still give the secret, to who kept them.
    ///
    /// # Errors
    /// [`EscrowError::WrongSecret`] for another secret; [`EscrowError::Shape`] for an older version of the policy,
    /// and after 2^32 dealings; as [`seal`](Self::seal).
    pub fn deal_anew(
        &self,
        secret: &Secret,
        (policy_version, threshold): (u32, u8),
        trustees: &[Trustee],
        rng: &dyn SecureRandom,
    ) -> Result<Self, EscrowError> {
        if !share_key::same(&self.check_value_of(secret), &self.check_value) {
            return Err(EscrowError::WrongSecret);
        }
        if policy_version < self.policy_version {
            return Err(EscrowError::Shape { what: "a dealing under an older policy" });
        }
        let generation = self.generation.checked_add(1);
        let generation = generation.ok_or(EscrowError::Shape { what: "another dealing of this secret" })?;
        let next = Self { policy_version, threshold, generation, members: Vec::new(), ..self.clone() };
        next.deal(secret, trustees, rng)
    }

    fn deal(
        mut self,
        secret: &Secret,
        trustees: &[Trustee],
        rng: &dyn SecureRandom,
    ) -> Result<Self, EscrowError> {
        let count = u8::try_from(trustees.len()).unwrap_or(u8::MAX);
        let shares = shamir::split(secret, self.threshold, count, rng)?;
        let bound = Bound { count, ..self.bound() };
        let members = shares.iter().zip(trustees).map(|(share, trustee)| {
            let info = bound.info(self.id, self.generation, share.index(), trustee.staff);
            Member::seal(share, trustee.clone(), &info, rng)
        });
        self.members = members.collect::<Result<_, _>>()?;
        self.check().map(|()| self)
    }

    /// Whether `next` is the dealing after this one.
    pub(crate) fn is_followed_by(&self, next: &Self) -> bool {
        let same = (self.id, &self.purpose, &self.check_value) == (next.id, &next.purpose, &next.check_value);
        let newer = self.policy_version <= next.policy_version;
        same && newer && self.generation.checked_add(1) == Some(next.generation)
    }

    /// By which it is found again.
    #[must_use]
    pub const fn id(&self) -> EscrowId {
        self.id
    }

    /// What the secret is.
    #[must_use]
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// Under which version of the service's policy it was sealed.
    #[must_use]
    pub const fn policy_version(&self) -> u32 {
        self.policy_version
    }

    /// How many trustees it takes.
    #[must_use]
    pub const fn threshold(&self) -> u8 {
        self.threshold
    }

    /// How often the shares were dealt anew.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// Who holds the shares. An application shows them, with the version of the policy, to those whose data
    /// the secret opens.
    pub fn trustees(&self) -> impl Iterator<Item = &Trustee> {
        self.members.iter().map(|member| &member.trustee)
    }

    /// Version 1: the version byte; subject (1 + 16), set (16), purpose behind its length, policy version (4),
    /// threshold (1), generation (4), key check value (32), the number of trustees (1), and for each index (1),
    /// staff (16), public key behind its length, hash (32) and verifier (32) of the share, sealed share behind
    /// its length. Lengths are of two bytes; all is big-endian.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        self.id.put(&mut bytes);
        codec::put_bytes(&mut bytes, self.purpose.as_bytes());
        bytes.extend(self.policy_version.to_be_bytes());
        bytes.push(self.threshold);
        bytes.extend(self.generation.to_be_bytes());
        bytes.extend(self.check_value);
        bytes.push(self.count());
        self.members.iter().for_each(|member| member.put(&mut bytes));
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    ///
    /// # Errors
    /// [`EscrowError::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, EscrowError> {
        Self::read(bytes)
            .filter(|set| set.check().is_ok())
            .ok_or(EscrowError::Malformed { what: "sealed set" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::versioned(bytes, VERSION)?;
        let mut set = Self {
            id: EscrowId::read(&mut reader)?,
            purpose: str::from_utf8(reader.bytes(MAX_PURPOSE)?).ok()?.to_owned(),
            policy_version: reader.u32()?,
            threshold: reader.byte()?,
            generation: reader.u32()?,
            check_value: reader.array()?,
            members: Vec::new(),
        };
        for _ in 0..reader.byte().filter(|count| *count <= shamir::MAX_SHARES)? {
            set.members.push(Member::read(&mut reader)?);
        }
        reader.end().map(|()| set)
    }

    /// What holds of every set.
    fn check(&self) -> Result<(), EscrowError> {
        shamir::check_shape(self.threshold, self.count())?;
        if self.purpose.is_empty() || self.purpose.len() > MAX_PURPOSE {
            return Err(EscrowError::Shape { what: "a purpose of no or over 64 bytes" });
        }
        for (at, member) in self.members.iter().enumerate() {
            let twice = |other: &Member| {
                other.trustee.staff == member.trustee.staff || other.trustee.key == member.trustee.key
            };
            if usize::from(member.index) != at.saturating_add(1) || self.members.iter().take(at).any(twice) {
                return Err(EscrowError::Shape { what: "a trustee, or a key of one, twice" });
            }
        }
        Ok(())
    }

    pub(crate) fn member(&self, staff: StaffId) -> Option<&Member> {
        self.members.iter().find(|member| member.trustee.staff == staff)
    }

    pub(crate) fn count(&self) -> u8 {
        u8::try_from(self.members.len()).unwrap_or(u8::MAX)
    }

    /// Bound to the secret whoever holds its shares: it stays when they are dealt anew.
    pub(crate) fn check_value_of(&self, secret: &Secret) -> [u8; 32] {
        let mut context = Vec::new();
        self.id.put(&mut context);
        codec::put_bytes(&mut context, self.purpose.as_bytes());
        share_key::check_value(secret.expose(), &context)
    }

    pub(crate) fn info_of(&self, member: &Member) -> Vec<u8> {
        self.bound().info(self.id, self.generation, member.index, member.trustee.staff)
    }

    pub(crate) fn bound(&self) -> Bound {
        Bound {
            purpose: self.purpose.clone(),
            policy_version: self.policy_version,
            threshold: self.threshold,
            count: self.count(),
        }
    }
}

impl Bound {
    /// All that a sealed share is bound to.
    pub(crate) fn info(&self, id: EscrowId, generation: u32, index: u8, staff: StaffId) -> Vec<u8> {
        let mut info = b"leeward-escrow share v1".to_vec();
        id.put(&mut info);
        self.put(&mut info);
        info.extend(generation.to_be_bytes());
        info.push(index);
        info.extend(staff.as_bytes());
        info
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        codec::put_bytes(out, self.purpose.as_bytes());
        out.extend(self.policy_version.to_be_bytes());
        out.extend([self.threshold, self.count]);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            purpose: str::from_utf8(reader.bytes(MAX_PURPOSE)?).ok()?.to_owned(),
            policy_version: reader.u32()?,
            threshold: reader.byte()?,
            count: reader.byte()?,
        })
    }
}

impl Member {
    fn seal(
        share: &Share,
        trustee: Trustee,
        info: &[u8],
        rng: &dyn SecureRandom,
    ) -> Result<Self, EscrowError> {
        Ok(Self {
            index: share.index(),
            sealed: hpke_seal::seal(&trustee.key, info, share.expose_value(), rng)?,
            share_hash: share_key::hash(share, info),
            verifier: share_key::verifier(share, info)?,
            trustee,
        })
    }

    /// The share, if it is the one that was dealt.
    pub(crate) fn open(&self, info: &[u8], key: &TrusteeKey) -> Result<Share, EscrowError> {
        let value = key.open(info, &self.sealed)?;
        self.checked(info, &value)
    }

    /// A share with this value, if it is the one that was dealt.
    pub(crate) fn checked(&self, info: &[u8], value: &[u8]) -> Result<Share, EscrowError> {
        let wrong = || EscrowError::WrongShare { trustee: self.trustee.staff };
        let share = Share::from_parts(self.index, value).map_err(|_| wrong())?;
        if share_key::same(&share_key::hash(&share, info), &self.share_hash) {
            Ok(share)
        } else {
            Err(wrong())
        }
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.push(self.index);
        out.extend(self.trustee.staff.as_bytes());
        self.trustee.key.put(out);
        out.extend(self.share_hash);
        out.extend(self.verifier);
        codec::put_bytes(out, &self.sealed);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let (index, staff) = (reader.byte()?, reader.staff()?);
        let key = PublicKey::read(reader)?;
        Some(Self {
            index,
            share_hash: reader.array()?,
            verifier: reader.array()?,
            sealed: reader.bytes(MAX_SEALED)?.to_vec(),
            trustee: Trustee { staff, key },
        })
    }
}
