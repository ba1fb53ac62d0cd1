use crate::{
    Consent, EscrowError, OfficerKey, OpeningRequest, SealedSet, Secret,
    codec::{self, Reader},
    shamir::{self, MAX_SHARES, Share},
    share_key,
};
use std::fmt;

const VERSION: u8 = 1;

/// The shares of those who consented, sealed to the officer, whose machine opens them.
#[must_use = "it is handed out once"]
#[derive(Clone, PartialEq, Eq)]
pub struct Released {
    pub(crate) set: SealedSet,
    pub(crate) request: OpeningRequest,
    pub(crate) consents: Vec<Consent>,
}

impl Released {
    /// What was asked, and what may be read.
    #[must_use]
    pub const fn request(&self) -> &OpeningRequest {
        &self.request
    }

    /// The secret.
    ///
    /// A share that was spoilt by its trustee is left out if there are enough others.
    ///
    /// # Errors
    /// [`EscrowError::WrongShare`] names a trustee whose share is not the one that was dealt, and who signed
    /// it; [`EscrowError::CannotOpen`] with another key; [`EscrowError::WrongSecret`] when all shares are
    /// those that were dealt, so that whoever dealt them is to blame.
    pub fn open(&self, key: OfficerKey) -> Result<Secret, EscrowError> {
        if key.public()? != self.request.officer_key {
            return Err(EscrowError::CannotOpen);
        }
        let (mut shares, mut wrong) = (Vec::new(), None);
        for consent in &self.consents {
            match self.share(consent, &key) {
                Ok(share) => shares.push(share),
                Err(error) => wrong = wrong.or(Some(error)),
            }
        }
        drop(key);
        shares.truncate(usize::from(self.set.threshold));
        match wrong {
            Some(error) if shares.len() < usize::from(self.set.threshold) => Err(error),
            _ => self.combine(&shares),
        }
    }

    fn share(&self, consent: &Consent, key: &OfficerKey) -> Result<Share, EscrowError> {
        let member = self.set.member(consent.trustee).ok_or(EscrowError::NotTrustee)?;
        consent.verify(&self.request, member)?;
        let wrong = |_| EscrowError::WrongShare { trustee: consent.trustee };
        let value = key.open(&consent.reseal_info(&self.request), &consent.resealed).map_err(wrong)?;
        member.checked(&self.set.info_of(member), &value)
    }

    fn combine(&self, shares: &[Share]) -> Result<Secret, EscrowError> {
        let secret = shamir::combine(shares)?;
        let is_it = share_key::same(&self.set.check_value_of(&secret), &self.set.check_value);
        if is_it { Ok(secret) } else { Err(EscrowError::WrongSecret) }
    }

    /// Version 1: the version byte; the set and the request behind their lengths in two bytes; the number of
    /// consents (1), and each.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        codec::put_bytes(&mut bytes, &self.set.encode());
        codec::put_bytes(&mut bytes, &self.request.encode());
        bytes.extend(u8::try_from(self.consents.len()));
        self.consents.iter().for_each(|consent| consent.put(&mut bytes));
        bytes
    }

    /// Reads what [`encode`](Self::encode) wrote, and nothing else.
    ///
    /// # Errors
    /// [`EscrowError::Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, EscrowError> {
        Self::read(bytes).ok_or(EscrowError::Malformed { what: "release" })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::versioned(bytes, VERSION)?;
        let set = SealedSet::decode(reader.bytes(64 * 1024)?).ok()?;
        let request = OpeningRequest::decode(reader.bytes(2 * 1024)?).ok()?;
        let mut consents = Vec::new();
        for _ in 0..reader.byte().filter(|count| *count <= MAX_SHARES)? {
            consents.push(Consent::read(&mut reader)?);
        }
        reader.end()?;
        Some(Self { set, request, consents })
    }
}

impl fmt::Debug for Released {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Released").field("request", &self.request).finish_non_exhaustive()
    }
}
