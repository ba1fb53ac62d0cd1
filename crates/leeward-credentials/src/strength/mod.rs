mod advice;
mod time;

pub use advice::{Suggestion, Warning};
pub use time::{Attack, TimeToGuess};

use crate::{Chooser, CredentialError, Governor, Normalisation, Passphrase, PasswordPolicy, blocklist::Word};
use zeroize::Zeroizing;
use zxcvbn::feedback::Feedback;

/// Names that the meter is told: each makes it slower.
const MAX_KNOWN: usize = 64;
/// How far before the end of what is judged a word may begin that the cut goes through.
const LONGEST_WORD: usize = 16;
/// What the meter reads as letters too.
const LEET: &str = "4@8({[<3691!|70$5+%2";
const FEW_SIGNS: usize = 6;

/// How well a passphrase withstands guessing, as `zxcvbn` judges it.
///
/// It advises; a policy that sets [`min_score`](crate::PasswordPolicy::min_score) makes it a gate. Ask
/// [`Governor::measure`](crate::Governor::measure) for one: made input costs the meter as much as a hash.
///
/// Only the first [`MEASURED`](Self::MEASURED) code points are judged, and what follows adds nothing. A cut
/// through a word, or through something over and over, could make it seem harder to guess than it is: so a
/// longer one is judged at each of several cuts, and the lowest answer counts.
///
/// ```
/// # pollster::block_on(async {
/// use leeward_credentials::{
///     Attack, Catalogue, Chooser, Governor, GovernorConfig, Language, Passphrase, PasswordPolicy, Score,
/// };
/// let governor = Governor::start(GovernorConfig::default())?;
/// let (policy, chooser) = (PasswordPolicy::nist(), Chooser::new().named("maria.schmidt"));
/// let strength = governor.measure(&Passphrase::new("schmidt1984")?, &policy, &chooser).await?;
/// assert_eq!(strength.score(), Score::One);
/// let words = Catalogue::new(Language::English);
/// assert_eq!(words.text(&strength.time_to_guess(Attack::FastHash)), "less than a second");
/// # Ok::<(), leeward_credentials::CredentialError>(()) }).unwrap();
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Strength {
    score: Score,
    guesses_log10: f64,
    warning: Option<Warning>,
    suggestions: Vec<Suggestion>,
}

/// How many guesses a passphrase withstands, in five steps. Below [`Three`](Self::Three) it is too weak
/// where nothing else slows guessing down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
pub enum Score {
    /// Up to a thousand guesses.
    #[default]
    Zero,
    /// Up to a million.
    One,
    /// Up to a hundred million.
    Two,
    /// Up to ten thousand million.
    Three,
    /// More.
    Four,
}

impl Strength {
    /// How many code points are judged.
    pub const MEASURED: usize = 36;

    /// The score.
    #[must_use]
    pub const fn score(&self) -> Score {
        self.score
    }

    /// The number of guesses, as a power of ten. It ends at 19.3.
    #[must_use]
    pub const fn guesses_log10(&self) -> f64 {
        self.guesses_log10
    }

    /// How long the guesses take, in words.
    #[must_use]
    pub fn time_to_guess(&self, attack: Attack) -> TimeToGuess {
        TimeToGuess::of(self.guesses_log10, attack)
    }

    /// What is wrong with it, if something stands out. Only scores under three have one.
    #[must_use]
    pub const fn warning(&self) -> Option<Warning> {
        self.warning
    }

    /// What would make it better. Only scores under three have any.
    #[must_use]
    pub fn suggestions(&self) -> &[Suggestion] {
        &self.suggestions
    }

    const NONE: Self =
        Self { score: Score::Zero, guesses_log10: 0.0, warning: None, suggestions: Vec::new() };
}

impl Governor {
    /// How well a passphrase withstands guessing, measured in the pool. The names in the policy and of the
    /// person count as known.
    ///
    /// # Errors
    /// [`CredentialError::Busy`]; [`CredentialError::NotComputed`].
    pub async fn measure(
        &self,
        passphrase: &Passphrase,
        policy: &PasswordPolicy,
        chooser: &Chooser,
    ) -> Result<Strength, CredentialError> {
        let meter = Meter::new(passphrase, policy, chooser);
        self.run(move || meter.measure()).await
    }
}

/// What the meter needs, so that it can work on another thread: wiped when dropped.
struct Meter {
    judged: Vec<Zeroizing<String>>,
    known: Vec<String>,
}

impl Meter {
    fn new(passphrase: &Passphrase, policy: &PasswordPolicy, chooser: &Chooser) -> Self {
        let judged = judged(&passphrase.normalised(Normalisation::CURRENT));
        let known =
            policy.context.iter().flat_map(|name| Word::of(name)).chain(chooser.names.iter().cloned());
        Self { judged, known: known.map(Word::into_text).take(MAX_KNOWN).collect() }
    }

    /// The work itself.
    fn measure(&self) -> Strength {
        let known: Vec<_> = self.known.iter().map(String::as_str).collect();
        let strengths = self.judged.iter().map(|text| judge(text, &known));
        strengths.min_by(|a, b| a.guesses_log10.total_cmp(&b.guesses_log10)).unwrap_or(Strength::NONE)
    }
}

fn judge(text: &str, known: &[&str]) -> Strength {
    let entropy = zxcvbn::zxcvbn(text, known);
    let feedback = entropy.feedback();
    let suggestions = feedback.map(Feedback::suggestions).unwrap_or_default();
    Strength {
        score: entropy.score().into(),
        guesses_log10: entropy.guesses_log10().max(0.0),
        warning: feedback.and_then(Feedback::warning).map(Into::into),
        suggestions: suggestions.iter().map(|suggestion| (*suggestion).into()).collect(),
    }
}

/// What the meter is shown: the whole when it is short. Else its beginning, cut at each of several places, as
/// half a word may seem harder to guess than the whole of it.
fn judged(text: &str) -> Vec<Zeroizing<String>> {
    let length = text.chars().count();
    if length <= Strength::MEASURED {
        return vec![beginning(text, length)];
    }
    let full = fitting(text);
    // Signs that may stand for letters are what makes the meter slow.
    let step = if signs(text) > FEW_SIGNS { LONGEST_WORD / 2 } else { 1 };
    (0..=LONGEST_WORD).step_by(step).map(|back| beginning(text, full.saturating_sub(back))).collect()
}

/// How many different signs that the meter may read as a letter are among those that it sees.
fn signs(text: &str) -> usize {
    let text: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().take(Strength::MEASURED).collect());
    LEET.chars().filter(|sign| text.contains(sign)).count()
}

/// How many code points to take: whole pieces, if the text is one over and over.
fn fitting(text: &str) -> usize {
    let has_period = |period: &usize| text.chars().zip(text.chars().skip(*period)).all(|(a, b)| a == b);
    let period = (1..=Strength::MEASURED / 2).find(has_period);
    period.map_or(Strength::MEASURED, |period| Strength::MEASURED - Strength::MEASURED % period)
}

fn beginning(text: &str, length: usize) -> Zeroizing<String> {
    let mut beginning = Zeroizing::new(String::with_capacity(text.len()));
    beginning.extend(text.chars().take(length));
    beginning
}
