//! What a guesser tries first. Only the passphrase as a whole is compared, never a word within it
//! (NIST SP 800-63B-4 3.1.1.2).

mod cover;
mod forms;
mod walk;

pub(crate) use cover::{Word, is_made_of};
pub(crate) use forms::Forms;
pub(crate) use walk::{Walk, walk};

use crate::CredentialError;
use ring::digest::{SHA256, digest};
use std::{borrow::Cow, fmt};

/// The first bytes of SHA-256: with a million entries, about one innocent passphrase in ten million is taken
/// for one of them.
const DIGEST: usize = 6;

static BUILT_IN: Blocklist = Blocklist(Cow::Borrowed(include_bytes!("common.bin")));

/// A list of passphrases that guessers try first, held as 6 bytes for each.
///
/// An entry stands for everything that differs from it in case, spaces and signs alone. A passphrase
/// is refused when the whole of it is an entry: as it is, without its digits, with `p4$$w0rd` read as
/// letters, backwards, or an entry over and over.
///
/// ```
/// use leeward_credentials::Blocklist;
/// let own = Blocklist::from_text("Lighthouse Keeper\nlanterns of the old harbour\n");
/// assert!(own.refuses("LIGHTHOUSE-KEEPER-2026"));
/// assert!(!own.refuses("a lighthouse keeper who sings"));
/// assert!(Blocklist::built_in().refuses("P4$$w0rd 2026!"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Blocklist(Cow<'static, [u8]>);

impl Blocklist {
    /// The list that comes with this crate, of 22,900 entries. From the lists of `zxcvbn`: every password of at
    /// least 8 letters and digits, the first 3,000 of 5 to 7 (for those with digits hung on), and first names.
    /// Of our own: sayings, words of the trade, and the 64 commonest long words in pairs.
    ///
    /// 16,500 have at least 8 letters and digits and 4,100 at least 15, of which nearly all are such pairs: few
    /// passwords that long are in any list that may be passed on (ASVS 5.0 6.2.4 asks for 3,000). Where only long
    /// ones are allowed, add a list of your own, or a [`BreachFilter`](crate::breach::BreachFilter).
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// One entry a line. Lines without a letter or digit are passed over.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let mut digests: Vec<_> = text.lines().filter_map(entry).collect();
        digests.sort_unstable();
        digests.dedup();
        Self(digests.concat().into())
    }

    /// What [`as_bytes`](Self::as_bytes) gave, for lists that are made once and loaded often.
    ///
    /// # Errors
    /// [`CredentialError::Blocklist`] for anything else.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, CredentialError> {
        let (digests, rest) = bytes.as_chunks::<DIGEST>();
        let ordered = digests.is_sorted_by(|one, next| one < next);
        if ordered && rest.is_empty() { Ok(Self(bytes.into())) } else { Err(CredentialError::Blocklist) }
    }

    /// The digests, in order, 6 bytes each.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.digests().len()
    }

    /// Whether it has no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this text would be refused as a passphrase.
    #[must_use]
    pub fn refuses(&self, text: &str) -> bool {
        self.matches(&Forms::new(text))
    }

    pub(crate) fn matches(&self, forms: &Forms) -> bool {
        forms.all().any(|form| self.holds(form) || forms::unit(form).is_some_and(|unit| self.holds(unit)))
    }

    fn holds(&self, folded: &str) -> bool {
        self.digests().binary_search(&short_digest(folded)).is_ok()
    }

    fn digests(&self) -> &[[u8; DIGEST]] {
        self.0.as_chunks().0
    }
}

impl fmt::Debug for Blocklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocklist").field("entries", &self.len()).finish_non_exhaustive()
    }
}

fn entry(line: &str) -> Option<[u8; DIGEST]> {
    let folded = forms::fold(line);
    (!folded.is_empty()).then(|| short_digest(&folded))
}

fn short_digest(folded: &str) -> [u8; DIGEST] {
    digest(&SHA256, folded.as_bytes()).as_ref().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = include_str!("common.txt");

    #[test]
    fn the_list_that_is_built_in_is_whole_and_holds_our_own() {
        let list = Blocklist::from_bytes(BUILT_IN.as_bytes().to_vec()).unwrap();
        assert!(list.len() > 22_000, "{}", list.len());
        for line in OWN.lines() {
            assert!(list.refuses(line), "{line}");
        }
    }

    #[test]
    fn anything_but_digests_in_order_is_no_list() {
        let good = Blocklist::from_text("one of them\nanother one").as_bytes().to_vec();
        assert!(Blocklist::from_bytes(good.clone()).is_ok());
        assert!(Blocklist::from_bytes(good[..11].to_vec()).is_err());
        assert!(Blocklist::from_bytes([&good[6..], &good[..6]].concat()).is_err());
        assert!(Blocklist::from_bytes([&good[..6], &good[..6]].concat()).is_err());
        assert!(Blocklist::from_bytes(Vec::new()).unwrap().is_empty());
    }

    #[test]
    fn a_word_within_a_passphrase_is_no_reason_to_refuse_it() {
        assert!(!BUILT_IN.refuses("a password my cat would like"));
    }
}
