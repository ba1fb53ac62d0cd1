mod chooser;
mod clause;
mod composition;
mod profile;
mod refusal;
mod strictest;

pub use chooser::Chooser;
pub use clause::Clause;
pub use composition::{Class, Composition};
pub use profile::Profile;
pub use refusal::{Guidance, Refusal};

use crate::{
    Blocklist, Normalisation, Passphrase, Score,
    blocklist::{Forms, Walk, Word, is_made_of, walk},
};
use std::collections::BTreeSet;

/// Which passphrases may be chosen, as plain data. It is asked when one is set, and its
/// [`max_age_days`](Self::max_age_days) when one is verified.
///
/// Start from a [`Profile`] and change what you must; [`validate`](Self::validate) says which clauses
/// of which standard the result breaks. With the feature `serde` it can be read from a file, where what
/// is left out is as in [`Profile::Nist80063b4`].
///
/// ```
/// use leeward_credentials::{Chooser, Clause, Passphrase, PasswordPolicy, Profile, Refusal};
/// let policy = PasswordPolicy::nist().context_word("Harbour Line");
/// let check = |text: &str| Ok::<_, leeward_credentials::CredentialError>(
///     policy.check(&Passphrase::new(text)?, &Chooser::new()));
/// assert_eq!(check("Tr0ub4dor&3")?, Err(Refusal::TooShort { is: 11, min: 15 }));
/// assert_eq!(check("harbour-line-2026!")?, Err(Refusal::ContextWord));
/// assert_eq!(check("seven lamps above the quay")?, Ok(()));
///
/// let mut rotating = Profile::Nist80063b4.policy();
/// rotating.max_age_days = Some(90);
/// assert!(rotating.validate().contains(&Clause::NistNoRotation));
/// # Ok::<(), leeward_credentials::CredentialError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields, rename_all = "kebab-case"))]
#[non_exhaustive]
pub struct PasswordPolicy {
    /// The least length in code points of a passphrase that may be the only factor.
    pub min_alone: u16,
    /// The least length in code points for an account that is never entered without a second factor.
    pub min_with_second_factor: u16,
    /// The greatest length in code points, if there is one beside [`Passphrase::MAX_BYTES`].
    pub max: Option<u16>,
    /// Classes of characters that are asked for.
    pub composition: Composition,
    /// Whether passphrases are compared with a [`Blocklist`].
    pub common: bool,
    /// Whether runs along a keyboard, the alphabet or the digits, and one piece over and over, are
    /// refused.
    pub patterns: bool,
    /// Names that belong to the service: a passphrase made of them is refused.
    pub context: BTreeSet<String>,
    /// Whether passphrases that became known are refused.
    pub breach: BreachRule,
    /// The least score of the meter; [`Score::Zero`] leaves it to advise.
    pub min_score: Score,
    /// How many days a passphrase may be used, if it is not for ever.
    pub max_age_days: Option<u16>,
    /// How many earlier passphrases of the account may not be chosen again, beside the present one:
    /// [`MAX_HISTORY`](Self::MAX_HISTORY) at the most, and each costs a hash at every change. At 0 the
    /// present one may be chosen again too, unless it has to be changed.
    pub history: u8,
}

/// Whether passphrases are looked up among those that became known. The later the stricter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum BreachRule {
    /// They are not.
    #[default]
    NotAsked,
    /// They are, and when that fails the passphrase passes.
    FailOpen,
    /// They are, and when that fails the passphrase is refused.
    FailClosed,
}

impl PasswordPolicy {
    /// The most earlier passphrases that are remembered.
    pub const MAX_HISTORY: u8 = 24;

    /// [`Profile::Nist80063b4`], the default.
    #[must_use]
    pub const fn nist() -> Self {
        Profile::Nist80063b4.policy()
    }

    /// Raises both least lengths, in code points. A lower number changes nothing.
    #[must_use]
    pub fn at_least(mut self, code_points: u16) -> Self {
        self.min_alone = self.min_alone.max(code_points);
        self.min_with_second_factor = self.min_with_second_factor.max(code_points);
        self
    }

    /// Adds a name that a guesser would expect here, such as the service's own: each of its words
    /// counts, and parts of them (ASVS 5.0 6.2.11).
    #[must_use]
    pub fn context_word(mut self, name: &str) -> Self {
        self.context.insert(name.to_owned());
        self
    }

    /// Every clause that this policy breaks, by standard and number.
    ///
    /// A profile breaks none of those that [bind](Clause::binds) it, once the service is named.
    #[must_use]
    pub fn validate(&self) -> Vec<Clause> {
        Clause::ALL.into_iter().filter(|clause| clause.is_broken_by(self)).collect()
    }

    /// Whether this passphrase may be chosen, as far as can be told without a look-up, a hash or the
    /// meter: [`Refusal::TooWeak`], [`Refusal::Breached`], [`Refusal::BreachUnknown`] and
    /// [`Refusal::UsedBefore`] come from the service.
    ///
    /// # Errors
    /// The first of [`refusals`](Self::refusals).
    pub fn check(&self, passphrase: &Passphrase, chooser: &Chooser) -> Result<(), Refusal> {
        self.refusals(passphrase, chooser).first().map_or(Ok(()), |refusal| Err(*refusal))
    }

    /// Everything that speaks against this passphrase, in the order of the variants.
    #[must_use]
    pub fn refusals(&self, passphrase: &Passphrase, chooser: &Chooser) -> Vec<Refusal> {
        let text = passphrase.normalised(Normalisation::CURRENT);
        let forms = Forms::new(&text);
        let least = usize::from(self.least(chooser));
        let length = self.length(passphrase.code_points(), least);
        let missing = self.composition.missing(&text);
        let missing = missing.map(|(class, needs)| Refusal::Missing { class, needs });
        let common = self.common && self.is_listed(&forms, chooser);
        let refusals = length.into_iter().chain(missing).chain(common.then_some(Refusal::Common));
        refusals.chain(self.named(&forms, chooser)).chain(self.pattern(&text, &forms, least)).collect()
    }

    const fn least(&self, chooser: &Chooser) -> u16 {
        if chooser.beside_second_factor { self.min_with_second_factor } else { self.min_alone }
    }

    fn length(&self, is: usize, min: usize) -> Option<Refusal> {
        if is < min {
            return Some(Refusal::TooShort { is, min });
        }
        let max = self.max.map(usize::from).filter(|max| is > *max)?;
        Some(Refusal::TooLong { is, max })
    }

    fn is_listed(&self, forms: &Forms, chooser: &Chooser) -> bool {
        Blocklist::built_in().matches(forms) || chooser.lists.iter().any(|list| list.matches(forms))
    }

    fn named(&self, forms: &Forms, chooser: &Chooser) -> Option<Refusal> {
        let mut words: Vec<_> = self.context.iter().flat_map(|name| Word::of(name)).collect();
        if is_made_of(forms, &words) {
            return Some(Refusal::ContextWord);
        }
        words.extend(chooser.names.iter().cloned());
        is_made_of(forms, &words).then_some(Refusal::PersonalWord)
    }

    fn pattern(&self, text: &str, forms: &Forms, least: usize) -> Option<Refusal> {
        if !self.patterns {
            return None;
        }
        if is_repetition(text, least) {
            return Some(Refusal::Repeated);
        }
        let core = forms.folded().trim_matches(|c: char| !c.is_alphabetic());
        // Letters between which chance put digits may lie beside each other by chance too.
        let alphabet = || walk(forms.letters()).filter(|along| *along == Walk::Sequence);
        let along = walk(forms.folded()).or_else(|| walk(core)).or_else(alphabet)?;
        Some(if along == Walk::Keys { Refusal::Keyboard } else { Refusal::Sequence })
    }
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self::nist()
    }
}

/// Whether it is a piece over and over that would be too short by itself.
fn is_repetition(text: &str, least: usize) -> bool {
    let length = text.chars().count();
    let has_period = |period| text.chars().zip(text.chars().skip(period)).all(|(a, b)| a == b);
    // A piece of more than 64 is long enough under any policy worth the name, and each try costs the length.
    (1..least.min(64)).any(|period| length >= period.saturating_mul(2) && has_period(period))
}
