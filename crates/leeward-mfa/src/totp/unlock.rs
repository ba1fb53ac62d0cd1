use super::{Skew, TotpFactor, Verdict, secret::Step};
use jiff::{SignedDuration, Timestamp};

/// How far a factor is on the way back from too many wrong codes: good codes of steps that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unlock {
    pub(crate) good: u8,
    /// Until then no code is looked at; milliseconds since 1970.
    pub(crate) not_before: i64,
}

/// What a right code did for a factor that was locked by too many wrong ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Unlocking {
    /// It was right. So many more are needed, each the next one that the authenticator shows.
    More {
        /// How many.
        codes: u8,
    },
    /// It was the last one needed: the factor counts again.
    Unlocked,
}

impl Unlock {
    pub(crate) const NONE: Self = Self { good: 0, not_before: i64::MIN };
    const NEEDED: u8 = 3;
    /// How long nothing is looked at after a wrong code: so guessing three in a row takes for ever.
    const COOLDOWN: SignedDuration = SignedDuration::from_mins(15);

    /// A clock that was ahead and has gone back makes nobody wait longer.
    fn is_cooling(self, now: Timestamp) -> bool {
        let left = self.not_before.saturating_sub(now.as_millisecond());
        0 < left && left <= Self::COOLDOWN.as_secs().saturating_mul(1000)
    }
}

impl TotpFactor {
    /// Judges a code on the way back: the step after the one before, or the first. `None` while the
    /// cooldown lasts and nothing is looked at, and `Some(None)` for a code that begins one.
    pub(crate) fn present_to_unlock(
        &mut self,
        code: &str,
        skew: Skew,
        now: Timestamp,
    ) -> Option<Option<Unlocking>> {
        if self.unlock.is_cooling(now) {
            return None;
        }
        let before = self.last_step;
        match self.present(code, skew, now) {
            Verdict::Accepted { .. } => Some(Some(self.count(before))),
            Verdict::Wrong | Verdict::Reused => {
                let until = now.saturating_add(Unlock::COOLDOWN).unwrap_or(Timestamp::MAX);
                self.unlock = Unlock { good: 0, not_before: until.as_millisecond() };
                Some(None)
            }
        }
    }

    const fn count(&mut self, before: Step) -> Unlocking {
        let follows = self.last_step == before.saturating_add(1);
        let good = if follows { self.unlock.good.saturating_add(1) } else { 1 };
        if good >= Unlock::NEEDED {
            self.unlock = Unlock::NONE;
            return Unlocking::Unlocked;
        }
        self.unlock.good = good;
        Unlocking::More { codes: Unlock::NEEDED.saturating_sub(good) }
    }
}
