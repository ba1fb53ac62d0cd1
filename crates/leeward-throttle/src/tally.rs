use crate::{Class, Count, Profile, count};
use jiff::{SignedDuration, Timestamp};

/// What is counted of one class of clients at one authenticator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tally {
    /// Of the class.
    pub own: Count,
    /// Of all known devices together, where the class is one of them and the profile has a cap.
    pub together: Count,
    /// Whether the class is a device whose cookie was abused.
    pub abused: bool,
}

/// What became of an attempt, and what is to be written of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be judged. It is counted already, so that of many at one moment no more are judged than one
    /// after the other.
    Admit(Tally),
    /// It may not.
    Refuse {
        /// Why.
        refusal: Refusal,
        /// What to write, if anything: a flood that is refused writes next to nothing.
        write: Option<Tally>,
        /// Whether to tell of it by an event.
        tell: bool,
    },
}

/// Why an attempt may not be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is too early, by so much.
    Wait(SignedDuration),
    /// The class has used up its share.
    Disabled,
}

impl Tally {
    /// Nothing counted.
    pub const NONE: Self = Self { own: Count::NONE, together: Count::NONE, abused: false };

    /// Whether the class has nothing left, so that its clients count as another one.
    #[must_use]
    pub fn is_spent(&self, profile: &Profile, class: Class) -> bool {
        let capped = if matches!(class, Class::Device(_)) { &self.together } else { &self.own };
        self.abused || profile.is_spent(class, capped)
    }

    /// One attempt at `now`.
    #[must_use]
    pub fn knock(self, profile: &Profile, class: Class, now: Timestamp) -> Decision {
        if self.is_spent(profile, class) {
            return self.disabled();
        }
        let remembered = self.remembered(profile, now);
        let wait = profile.wait_after(remembered.own.attempts());
        let left = remembered.own.left_of(wait, now);
        if left > SignedDuration::ZERO {
            remembered.waiting(wait, left, now)
        } else {
            Decision::Admit(remembered.counted(profile, class, now))
        }
    }

    fn remembered(self, profile: &Profile, now: Timestamp) -> Self {
        let [own, together] = [self.own, self.together].map(|count| profile.remembered(count, now));
        Self { own, together, ..self }
    }

    fn counted(self, profile: &Profile, class: Class, now: Timestamp) -> Self {
        let own = self.own.counted(now);
        match class {
            Class::Device(_) => {
                let capped = profile.shares().is_some();
                let together = if capped { self.together.counted(now) } else { self.together };
                Self { own, together, abused: profile.is_abused(own.attempts()) }
            }
            _ => Self { own, ..self },
        }
    }

    /// An event tells of a wait once, and again only when the wait has grown: a flood must not fill the
    /// log, in which the one line that matters would drown.
    fn waiting(self, wait: SignedDuration, left: SignedDuration, now: Timestamp) -> Decision {
        let seconds = u32::try_from(wait.as_secs()).unwrap_or(Count::TOLD_DISABLED);
        let tell = seconds > self.own.told;
        let behind = self.own.is_ahead_of(now);
        let mut own = self.own;
        own.told = own.told.max(seconds);
        if behind {
            own.last = count::to_millisecond(now);
        }
        let write = (tell || behind).then_some(Self { own, ..self });
        Decision::Refuse { refusal: Refusal::Wait(left), write, tell }
    }

    fn disabled(self) -> Decision {
        let tell = self.own.told != Count::TOLD_DISABLED;
        let own = Count { told: Count::TOLD_DISABLED, ..self.own };
        let write = tell.then_some(Self { own, ..self });
        Decision::Refuse { refusal: Refusal::Disabled, write, tell }
    }
}
