use super::{BreachRule, Composition, PasswordPolicy};
use crate::Score;
use std::collections::BTreeSet;

/// Policies that somebody wrote down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Profile {
    /// NIST SP 800-63B-4 (July 2025), 3.1.1.2: the default.
    #[default]
    Nist80063b4,
    /// OWASP ASVS 5.0, 6.2, level 1.
    Asvs5L1,
    /// OWASP ASVS 5.0, 6.2, level 2: name the service with
    /// [`context_word`](PasswordPolicy::context_word), and have breached passphrases looked up.
    Asvs5L2,
    /// OWASP ASVS 5.0, level 3, whose 6.2 is that of level 2; what cannot be looked up is refused.
    Asvs5L3,
    /// What the brief of a project often asks for: classes of characters, regular changes, no reuse.
    /// [`validate`](PasswordPolicy::validate) says what speaks against it.
    Brief,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Nist80063b4, Self::Asvs5L1, Self::Asvs5L2, Self::Asvs5L3, Self::Brief];

    /// The policy, to be used as it is or changed.
    #[must_use]
    pub const fn policy(self) -> PasswordPolicy {
        let mut policy = PasswordPolicy {
            min_alone: 15,
            min_with_second_factor: 8,
            max: None,
            composition: Composition::NONE,
            common: true,
            patterns: true,
            context: BTreeSet::new(),
            breach: BreachRule::NotAsked,
            min_score: Score::Zero,
            max_age_days: None,
            history: 0,
        };
        match self {
            Self::Nist80063b4 => {}
            Self::Asvs5L1 => policy.min_alone = 8,
            Self::Asvs5L2 => policy.breach = BreachRule::FailOpen,
            Self::Asvs5L3 => policy.breach = BreachRule::FailClosed,
            Self::Brief => {
                policy.min_alone = 12;
                policy.min_with_second_factor = 12;
                policy.composition = Composition { lower: 1, upper: 1, digits: 1, signs: 1 };
                policy.max_age_days = Some(90);
                policy.history = 5;
            }
        }
        policy
    }
}
