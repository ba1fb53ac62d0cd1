use crate::{Error, MemberId, Refusal, bytes::Reader};
use jiff::Timestamp;
use leeward_event::StaffId;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use std::{fmt, sync::Arc};

/// When a credential is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Occasion {
    /// It stands in a leaf of a conversation that is joined now.
    Join,
    /// It stands in the key package of a member who is being added.
    Add,
    /// It stands in the new leaf of a member who updates it, by a commit or a proposal.
    Update,
}

/// A credential, as it was presented.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Presented<'a> {
    /// Whom it names.
    pub member: MemberId,
    /// The Ed25519 key that it binds to the member.
    pub signature_key: &'a [u8],
    /// What stands behind the name in the credential.
    pub proof: &'a [u8],
    /// When it is looked at.
    pub occasion: Occasion,
}

/// Who may stand in a leaf. MLS leaves that to an authentication service (RFC 9420 5.3.1), and `openmls` to
/// whoever uses it; here there is no conversation without one. It is asked of each leaf when a conversation
/// is joined, of each key package, and of each new leaf of a member's update or commit: of those in the log as of
/// the time at which the delivery service says that it accepted them, so that everyone finds the same. A member asks
/// it of its own leaf before it commits, and gets a new credential from its [`CredentialIssuer`] when the answer is
/// no, or would be in an hour.
pub trait CredentialPolicy: Send + Sync {
    /// Whether the key is the member's.
    ///
    /// # Errors
    /// What is wrong with it: mostly [`Refusal::Identity`].
    fn check(&self, presented: &Presented<'_>, now: Timestamp) -> Result<(), Refusal>;
}

/// Who gives members of staff their credentials. A desktop asks the service; a server that hosts the
/// accounts holds the [`ServiceKey`].
pub trait CredentialIssuer: Send + Sync {
    /// What shall stand behind the name in the credential of this member and key.
    ///
    /// # Errors
    /// [`Error::Credential`] when there is none to be had.
    fn issue(&self, staff: StaffId, signature_key: &[u8], now: Timestamp) -> Result<Vec<u8>, Error>;
}

/// What a client knows of credentials: how to get one, and which to accept.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) policy: Arc<dyn CredentialPolicy>,
    pub(crate) issuer: Arc<dyn CredentialIssuer>,
}

impl Credentials {
    /// A policy and an issuer.
    #[must_use]
    pub fn new(policy: impl CredentialPolicy + 'static, issuer: impl CredentialIssuer + 'static) -> Self {
        Self { policy: Arc::new(policy), issuer: Arc::new(issuer) }
    }
}

impl From<ServiceKey> for Credentials {
    fn from(key: ServiceKey) -> Self {
        Self::new(StaffCredentials::signed_by([key.public_key()]), key)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

/// How long a credential of staff is valid, in seconds: 90 days.
const VALID: u64 = 90 * 24 * 60 * 60;
/// How far clocks may be apart, in seconds.
const SKEW: u64 = 60 * 60;
const CONTEXT: &[u8] = b"leeward staff credential 1";

/// The key of the service that signs the credentials of its staff.
///
/// Behind the name stands `not before (u64 s) || not after (u64 s) || Ed25519 signature (64)`; signed is
/// `"leeward staff credential 1" || identity (17) || signature key (32) || not before || not after`.
pub struct ServiceKey(Ed25519KeyPair);

impl ServiceKey {
    /// The key of this seed: 32 random bytes, which the service keeps like any other key of its own.
    ///
    /// # Errors
    /// [`Error::Credential`], which no seed leads to.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, Error> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| Error::Credential)
    }

    /// What checks its signatures.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        let mut key = [0; 32];
        key.iter_mut().zip(self.0.public_key().as_ref()).for_each(|(to, from)| *to = *from);
        key
    }
}

impl CredentialIssuer for ServiceKey {
    fn issue(&self, staff: StaffId, signature_key: &[u8], now: Timestamp) -> Result<Vec<u8>, Error> {
        let now = u64::try_from(now.as_second()).map_err(|_| Error::Credential)?;
        let validity = [now.saturating_sub(SKEW), now.saturating_add(VALID)].map(u64::to_be_bytes).concat();
        let signature = self.0.sign(&signed(staff.into(), signature_key, &validity));
        Ok([&validity, signature.as_ref()].concat())
    }
}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceKey").finish_non_exhaustive()
    }
}

/// Accepts members of staff whose credential the service signed, and seekers as they come: theirs are
/// pseudonyms, thrown away with the conversation.
#[derive(Clone, Debug)]
pub struct StaffCredentials {
    keys: Vec<[u8; 32]>,
}

impl StaffCredentials {
    /// Credentials signed by one of these [public keys](ServiceKey::public_key): the present one, and the
    /// ones before it for 90 days, and for as long as a leaf has none newer: each commit of a member whose
    /// credential ran out, such as a [`refresh`](crate::Conversations::refresh), brings a new one.
    #[must_use]
    pub fn signed_by(keys: impl IntoIterator<Item = [u8; 32]>) -> Self {
        Self { keys: keys.into_iter().collect() }
    }

    fn check_staff(&self, presented: &Presented<'_>, now: Timestamp) -> Result<(), Refusal> {
        let mut reader = Reader::new(presented.proof);
        let validity = reader.take(16).ok_or(Refusal::Identity)?;
        let signature = reader.array::<64>().ok_or(Refusal::Identity)?;
        reader.end().ok_or(Refusal::Identity)?;
        let signed = signed(presented.member, presented.signature_key, validity);
        let is_by =
            |key: &[u8; 32]| UnparsedPublicKey::new(&ED25519, key).verify(&signed, &signature).is_ok();
        if !self.keys.iter().any(is_by) {
            return Err(Refusal::Identity);
        }
        // Whoever joins meets leaves that were valid when they came.
        if presented.occasion == Occasion::Join { Ok(()) } else { check_validity(validity, now) }
    }
}

impl CredentialPolicy for StaffCredentials {
    fn check(&self, presented: &Presented<'_>, now: Timestamp) -> Result<(), Refusal> {
        match presented.member {
            MemberId::Staff(_) => self.check_staff(presented, now),
            MemberId::Seeker(_) if presented.proof.is_empty() => Ok(()),
            MemberId::Seeker(_) => Err(Refusal::Identity),
        }
    }
}

fn check_validity(validity: &[u8], now: Timestamp) -> Result<(), Refusal> {
    let mut reader = Reader::new(validity);
    let (begin, end) = reader.u64().zip(reader.u64()).ok_or(Refusal::Identity)?;
    let now = u64::try_from(now.as_second()).map_err(|_| Refusal::Lifetime)?;
    let bounded = end.checked_sub(begin).is_some_and(|length| length <= VALID.saturating_add(SKEW));
    let valid = bounded && begin <= now.saturating_add(SKEW) && now <= end;
    if valid { Ok(()) } else { Err(Refusal::Lifetime) }
}

fn signed(member: MemberId, signature_key: &[u8], validity: &[u8]) -> Vec<u8> {
    [CONTEXT, &member.to_identity(), signature_key, validity].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented<'a>(member: MemberId, key: &'a [u8], proof: &'a [u8], occasion: Occasion) -> Presented<'a> {
        Presented { member, signature_key: key, proof, occasion }
    }

    #[test]
    fn a_credential_of_staff_is_pinned() {
        let key = ServiceKey::from_seed(&[7; 32]).unwrap();
        let (staff, now) = (StaffId::from_bytes([1; 16]), Timestamp::from_second(1_000_000_000).unwrap());
        let proof = key.issue(staff, &[9; 32], now).unwrap();
        assert_eq!(proof[..16], [999_996_400_u64, 1_007_776_000].map(u64::to_be_bytes).concat());
        let message = [CONTEXT, &[1], &[1; 16], &[9; 32], &proof[..16]].concat();
        let public = UnparsedPublicKey::new(&ED25519, key.public_key());
        public.verify(&message, &proof[16..]).unwrap();
        assert_eq!(proof.len(), 80);
    }

    #[test]
    fn a_credential_is_for_one_member_one_key_and_a_time() {
        let key = ServiceKey::from_seed(&[7; 32]).unwrap();
        let policy = StaffCredentials::signed_by([key.public_key()]);
        let (staff, at) = (StaffId::from_bytes([1; 16]), |second| Timestamp::from_second(second).unwrap());
        let proof = key.issue(staff, &[9; 32], at(1_000_000_000)).unwrap();
        let check = |member: MemberId, key: &[u8], proof: &[u8], now| {
            policy.check(&presented(member, key, proof, Occasion::Add), at(now))
        };
        assert_eq!(check(staff.into(), &[9; 32], &proof, 1_000_000_000), Ok(()));
        let other = MemberId::from(StaffId::from_bytes([2; 16]));
        assert_eq!(check(other, &[9; 32], &proof, 1_000_000_000), Err(Refusal::Identity));
        assert_eq!(check(staff.into(), &[8; 32], &proof, 1_000_000_000), Err(Refusal::Identity));
        for late in [1_007_776_001, 999_000_000] {
            assert_eq!(check(staff.into(), &[9; 32], &proof, late), Err(Refusal::Lifetime));
        }
        for at in 0..proof.len() {
            let mut bad = proof.clone();
            bad[at] ^= 1;
            assert_eq!(check(staff.into(), &[9; 32], &bad, 1_000_000_000), Err(Refusal::Identity));
            assert_eq!(check(staff.into(), &[9; 32], &proof[..at], 1_000_000_000), Err(Refusal::Identity));
        }
        let strange = StaffCredentials::signed_by([[3; 32]]);
        let presented = presented(staff.into(), &[9; 32], &proof, Occasion::Join);
        assert_eq!(strange.check(&presented, at(1_000_000_000)), Err(Refusal::Identity));
        assert_eq!(policy.check(&presented, at(1_007_776_001)), Ok(()), "it was valid when it came");
    }
}
