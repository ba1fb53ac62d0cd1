use super::PasswordPolicy;

impl PasswordPolicy {
    /// Both at once: of each rule the stricter. For one who is bound by two policies.
    #[must_use]
    pub fn strictest(&self, other: &Self) -> Self {
        Self {
            min_alone: self.min_alone.max(other.min_alone),
            min_with_second_factor: self.min_with_second_factor.max(other.min_with_second_factor),
            max: least(self.max, other.max),
            composition: self.composition.map(other.composition, u8::max),
            common: self.common || other.common,
            patterns: self.patterns || other.patterns,
            context: self.context.union(&other.context).cloned().collect(),
            breach: self.breach.max(other.breach),
            min_score: self.min_score.max(other.min_score),
            max_age_days: least(self.max_age_days, other.max_age_days),
            history: self.history.max(other.history),
        }
    }

    /// Whether every rule is as strict as the other's or stricter: then nothing passes this policy
    /// that the other refuses.
    #[must_use]
    pub fn is_as_strict_as(&self, other: &Self) -> bool {
        self.strictest(other) == *self
    }
}

/// The least of two limits, of which `None` is none.
fn least(one: Option<u16>, other: Option<u16>) -> Option<u16> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (limit, None) | (None, limit) => limit,
    }
}
