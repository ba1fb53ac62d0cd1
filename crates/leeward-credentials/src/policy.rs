use crate::{
    Normalisation, Passphrase,
    blocklist::{Folded, is_common, is_made_of, is_repetition},
};

/// Which passphrases may be chosen. It is asked when one is set, never when one is verified.
///
/// After NIST SP 800-63B-4 3.1.1.2: a least length in code points and a blocklist for the whole, and
/// nothing else. There are no composition rules and no expiry, and no upper length but
/// [`Passphrase::MAX_BYTES`].
///
/// ```
/// use leeward_credentials::{Passphrase, PasswordPolicy, Refusal};
/// let policy = PasswordPolicy::nist().context_word("Harbour Line");
/// assert_eq!(policy.check(&Passphrase::new("Tr0ub4dor&3")?), Err(Refusal::TooShort { is: 11, min: 15 }));
/// assert_eq!(policy.check(&Passphrase::new("harbour-line-2026!")?), Err(Refusal::ContextWord));
/// assert_eq!(policy.check(&Passphrase::new("seven lamps above the quay")?), Ok(()));
/// # Ok::<(), leeward_credentials::CredentialError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PasswordPolicy {
    min: usize,
    context: Vec<String>,
}

/// Why a passphrase may not be chosen, in words that may be shown to the one who chose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// It has fewer code points than the policy asks.
    #[error("the passphrase has {is} characters and needs {min}: a few unrelated words are easy to remember")]
    TooShort {
        /// Code points.
        is: usize,
        /// The least.
        min: usize,
    },
    /// The whole is what guessers try first.
    #[error("the passphrase is among those tried first: choose a few words that do not belong together")]
    Common,
    /// It is made of nothing but the names of this service.
    #[error("the passphrase is made of this service's own name: choose words that do not belong to it")]
    ContextWord,
    /// It is one short piece over and over.
    #[error("the passphrase repeats one short piece: choose a few different words")]
    Repeated,
}

impl PasswordPolicy {
    /// The default: 15 code points at the least, as for a passphrase that may ever be the only factor.
    #[must_use]
    pub const fn nist() -> Self {
        Self { min: 15, context: Vec::new() }
    }

    /// 8 code points at the least. It gives up the strength of a passphrase on its own: only for
    /// accounts that can never be entered without a second factor.
    #[must_use]
    pub const fn nist_only_with_second_factor() -> Self {
        Self { min: 8, context: Vec::new() }
    }

    /// Raises the least length, in code points. A lower number changes nothing.
    #[must_use]
    pub fn at_least(mut self, code_points: usize) -> Self {
        self.min = self.min.max(code_points);
        self
    }

    /// Adds names that a guesser would expect here, such as the service's own: each word of `name`
    /// counts (ASVS 5.0 6.2.11).
    #[must_use]
    pub fn context_word(mut self, name: &str) -> Self {
        self.context.extend(name.split_whitespace().map(str::to_owned));
        self
    }

    /// Whether this passphrase may be chosen.
    ///
    /// # Errors
    /// The first [`Refusal`] that applies, in the order of its variants.
    pub fn check(&self, passphrase: &Passphrase) -> Result<(), Refusal> {
        let is = passphrase.code_points();
        if is < self.min {
            return Err(Refusal::TooShort { is, min: self.min });
        }
        let normalised = passphrase.normalised(Normalisation::CURRENT);
        let folded = Folded::new(&normalised);
        let context: Vec<_> = self.context.iter().map(|word| Folded::new(word)).collect();
        match () {
            () if is_common(&folded) => Err(Refusal::Common),
            () if is_made_of(&folded, &context) => Err(Refusal::ContextWord),
            () if is_repetition(&normalised) => Err(Refusal::Repeated),
            () => Ok(()),
        }
    }
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self::nist()
    }
}
