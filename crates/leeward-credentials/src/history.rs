//! Earlier passphrases of an account, so that none of them is chosen again.

use crate::{CredentialError, HashedPassphrase, PasswordPolicy};
use leeward_store::Value;

/// The hashes of earlier passphrases, the latest first.
///
/// Form 1: the form, how many there are, and each with its length before it in two bytes, big-endian.
#[derive(Default)]
pub(crate) struct History(Vec<HashedPassphrase>);

const FORM: u8 = 1;

impl History {
    pub(crate) fn entries(&self) -> &[HashedPassphrase] {
        &self.0
    }

    /// With the one that is in use before them.
    pub(crate) fn after(mut self, present: HashedPassphrase) -> Self {
        self.0.insert(0, present);
        self
    }

    /// No more than the policy remembers.
    pub(crate) fn kept(mut self, keep: u8) -> Self {
        self.0.truncate(usize::from(keep.min(PasswordPolicy::MAX_HISTORY)));
        self
    }

    pub(crate) fn to_value(&self) -> Value {
        let mut bytes = vec![FORM, u8::try_from(self.0.len()).unwrap_or(u8::MAX)];
        for hashed in &self.0 {
            let hashed = hashed.to_bytes();
            bytes.extend(u16::try_from(hashed.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend(hashed.iter());
        }
        Value::new(bytes)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, CredentialError> {
        let Some(([FORM, count], mut rest)) = bytes.split_first_chunk() else {
            return Err(malformed("a form of history that this release does not know: update it"));
        };
        if *count > PasswordPolicy::MAX_HISTORY {
            return Err(malformed("more history than any policy keeps"));
        }
        let entries = (0..*count).map(|_| entry(&mut rest)).collect::<Result<_, _>>()?;
        if rest.is_empty() {
            Ok(Self(entries))
        } else {
            Err(malformed("a history that goes on after its end"))
        }
    }
}

fn entry(rest: &mut &[u8]) -> Result<HashedPassphrase, CredentialError> {
    let split = rest
        .split_first_chunk()
        .and_then(|(len, rest)| rest.split_at_checked(usize::from(u16::from_be_bytes(*len))));
    let (hashed, after) = split.ok_or(malformed("a history that ends too early"))?;
    *rest = after;
    HashedPassphrase::from_bytes(hashed)
}

const fn malformed(what: &'static str) -> CredentialError {
    CredentialError::Record { what }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Passphrase;

    fn hashes(count: u8) -> Vec<HashedPassphrase> {
        let config = crate::GovernorConfig::default().params(crate::HashParams::INSECURE_FOR_TESTS);
        let governor = crate::Governor::start(config).unwrap();
        let hash = |n| {
            let passphrase = Passphrase::new(format!("number {n}")).unwrap();
            pollster::block_on(governor.hash(&passphrase, crate::Salt([n; 16]))).unwrap()
        };
        (0..count).map(hash).collect()
    }

    #[test]
    fn the_form_is_pinned() {
        let history = History(hashes(2));
        let [first, second] = [0, 1].map(|n| history.0[n].to_bytes().to_vec());
        let len = |hashed: &[u8]| u16::try_from(hashed.len()).unwrap().to_be_bytes();
        let known = [&[1, 2], &len(&first)[..], &first, &len(&second), &second].concat();
        assert_eq!(history.to_value().as_bytes(), known);
        let read = History::from_bytes(&known).unwrap();
        assert_eq!(read.to_value().as_bytes(), known);
    }

    #[test]
    fn no_beginning_and_no_continuation_of_a_history_is_one() {
        let known = History(hashes(2)).to_value().as_bytes().to_vec();
        for len in 0..known.len() {
            assert!(History::from_bytes(&known[..len]).is_err());
        }
        assert!(History::from_bytes(&[&known[..], &[0]].concat()).is_err());
        assert!(History::from_bytes(&[2, 0]).is_err());
        assert!(History::from_bytes(&[1, 25]).is_err());
        assert!(History::from_bytes(&[1, 0]).unwrap().entries().is_empty());
    }

    #[test]
    fn the_latest_are_kept_and_never_more_than_the_greatest_number() {
        let mut all = hashes(30);
        let present = all.remove(0);
        let tag = present.to_bytes().to_vec();
        let kept = History(all).after(present).kept(u8::MAX);
        assert_eq!(kept.entries().len(), 24);
        assert_eq!(*kept.entries()[0].to_bytes(), tag);
        assert!(kept.kept(0).entries().is_empty());
    }
}
