use super::{BreachRule, Composition, PasswordPolicy, Profile};
use crate::Score;

/// A clause of a standard that a policy can break. [`Display`](std::fmt::Display) gives its number and
/// what it says, in our words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Clause {
    /// NIST SP 800-63B-4 3.1.1.1, that nothing but length and blocklist is asked.
    #[error(
        "NIST SP 800-63B-4 3.1.1.1: nothing may be asked of a passphrase but its length and that no blocklist has it"
    )]
    NistNothingElse,
    /// NIST SP 800-63B-4 3.1.1.2 item 1, for a passphrase that is the only factor.
    #[error("NIST SP 800-63B-4 3.1.1.2 (1): a passphrase that is the only factor has at least 15 characters")]
    NistLengthAlone,
    /// NIST SP 800-63B-4 3.1.1.2 item 1, for a passphrase beside another factor.
    #[error("NIST SP 800-63B-4 3.1.1.2 (1): a passphrase beside another factor has at least 8 characters")]
    NistLengthWithSecondFactor,
    /// NIST SP 800-63B-4 3.1.1.2 item 2.
    #[error("NIST SP 800-63B-4 3.1.1.2 (2): 64 characters should be allowed")]
    NistAllow64,
    /// NIST SP 800-63B-4 3.1.1.2 item 2, of a policy whose least length is over its greatest.
    #[error("NIST SP 800-63B-4 3.1.1.2 (2): no passphrase fits: the least length is over the greatest")]
    NistNothingFits,
    /// NIST SP 800-63B-4 3.1.1.2 item 5.
    #[error("NIST SP 800-63B-4 3.1.1.2 (5): no mixture of kinds of characters may be asked for")]
    NistNoComposition,
    /// NIST SP 800-63B-4 3.1.1.2 item 6.
    #[error(
        "NIST SP 800-63B-4 3.1.1.2 (6): a change may be asked for on evidence of compromise, not by the calendar"
    )]
    NistNoRotation,
    /// NIST SP 800-63B-4 3.1.1.2, the paragraph on blocklists.
    #[error(
        "NIST SP 800-63B-4 3.1.1.2: a passphrase is compared with those that are common, expected or compromised"
    )]
    NistBlocklist,
    /// OWASP ASVS 5.0 6.2.1.
    #[error("ASVS 5.0 6.2.1 (L1): a passphrase has at least 8 characters, better 15")]
    Asvs6_2_1,
    /// OWASP ASVS 5.0 6.2.4.
    #[error(
        "ASVS 5.0 6.2.4 (L1): a passphrase is compared with at least the 3000 commonest that the policy would allow"
    )]
    Asvs6_2_4,
    /// OWASP ASVS 5.0 6.2.5.
    #[error("ASVS 5.0 6.2.5 (L1): characters of every kind are allowed and none is asked for")]
    Asvs6_2_5,
    /// OWASP ASVS 5.0 6.2.9.
    #[error("ASVS 5.0 6.2.9 (L2): 64 characters are allowed")]
    Asvs6_2_9,
    /// OWASP ASVS 5.0 6.2.10.
    #[error("ASVS 5.0 6.2.10 (L2): a passphrase stays valid until it is compromised or its owner changes it")]
    Asvs6_2_10,
    /// OWASP ASVS 5.0 6.2.11.
    #[error("ASVS 5.0 6.2.11 (L2): words that belong to the service are listed and kept out of passphrases")]
    Asvs6_2_11,
    /// OWASP ASVS 5.0 6.2.12.
    #[error("ASVS 5.0 6.2.12 (L2): a passphrase is compared with those that became known")]
    Asvs6_2_12,
}

impl Clause {
    /// All that a policy can break.
    pub const ALL: [Self; 15] = [
        Self::NistNothingElse,
        Self::NistLengthAlone,
        Self::NistLengthWithSecondFactor,
        Self::NistAllow64,
        Self::NistNothingFits,
        Self::NistNoComposition,
        Self::NistNoRotation,
        Self::NistBlocklist,
        Self::Asvs6_2_1,
        Self::Asvs6_2_4,
        Self::Asvs6_2_5,
        Self::Asvs6_2_9,
        Self::Asvs6_2_10,
        Self::Asvs6_2_11,
        Self::Asvs6_2_12,
    ];

    /// Its number within its standard.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::NistNothingElse => "3.1.1.1",
            Self::NistLengthAlone | Self::NistLengthWithSecondFactor => "3.1.1.2 (1)",
            Self::NistAllow64 | Self::NistNothingFits => "3.1.1.2 (2)",
            Self::NistNoComposition => "3.1.1.2 (5)",
            Self::NistNoRotation => "3.1.1.2 (6)",
            Self::NistBlocklist => "3.1.1.2",
            Self::Asvs6_2_1 => "6.2.1",
            Self::Asvs6_2_4 => "6.2.4",
            Self::Asvs6_2_5 => "6.2.5",
            Self::Asvs6_2_9 => "6.2.9",
            Self::Asvs6_2_10 => "6.2.10",
            Self::Asvs6_2_11 => "6.2.11",
            Self::Asvs6_2_12 => "6.2.12",
        }
    }

    /// Whether who follows this profile has to keep it. [`Profile::Brief`] follows no standard.
    #[must_use]
    pub const fn binds(self, profile: Profile) -> bool {
        match (self, profile) {
            (_, Profile::Brief) => false,
            (Self::Asvs6_2_1 | Self::Asvs6_2_4 | Self::Asvs6_2_5, profile) => {
                !matches!(profile, Profile::Nist80063b4)
            }
            (Self::Asvs6_2_9 | Self::Asvs6_2_10 | Self::Asvs6_2_11 | Self::Asvs6_2_12, profile) => {
                matches!(profile, Profile::Asvs5L2 | Profile::Asvs5L3)
            }
            (_, profile) => matches!(profile, Profile::Nist80063b4),
        }
    }

    pub(super) fn is_broken_by(self, policy: &PasswordPolicy) -> bool {
        let below = |least| policy.min_alone < least;
        let below_beside = |least| policy.min_with_second_factor < least;
        match self {
            Self::NistNothingElse => policy.min_score > Score::Zero,
            Self::NistLengthAlone => below(15),
            Self::NistLengthWithSecondFactor => below_beside(8),
            Self::NistAllow64 | Self::Asvs6_2_9 => policy.max.is_some_and(|max| max < 64),
            Self::NistNothingFits => {
                policy.max.is_some_and(|max| max < policy.min_alone.max(policy.min_with_second_factor))
            }
            Self::NistNoComposition | Self::Asvs6_2_5 => policy.composition != Composition::NONE,
            Self::NistNoRotation | Self::Asvs6_2_10 => policy.max_age_days.is_some(),
            Self::NistBlocklist | Self::Asvs6_2_4 => !policy.common,
            Self::Asvs6_2_1 => below(8) || below_beside(8),
            Self::Asvs6_2_11 => policy.context.is_empty(),
            Self::Asvs6_2_12 => policy.breach == BreachRule::NotAsked,
        }
    }
}
