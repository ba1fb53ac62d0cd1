use crate::{Class, Decision, Profile, Tally};
use jiff::Timestamp;

/// What to do next about an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Read what is counted of this class, and ask again.
    Read(Class),
    /// It counts as of this class, of which this was read, and this became of it.
    Decided(Class, Tally, Decision),
}

/// Decides about one attempt: the rule by which [`Throttle::knock`](crate::Throttle::knock) decides, for a
/// service that keeps the counts itself.
///
/// `classes` are those that a client may count as, the best first ([`Client::classes`]); `read` is what is
/// counted of them, as far as it was read. The attempt counts as of the first class that has anything left.
/// So a client of which more is known never looks at what strangers have done, unless it has used up what
/// it had.
///
/// ```
/// use leeward_throttle::{Class, Decision, Profile, Step, Tally, decide};
/// # let now = leeward_store::Timestamp::UNIX_EPOCH;
/// let (profile, classes) = (Profile::device_scoped(), [Class::Unknown]);
/// assert_eq!(decide(&profile, &classes, &[], now), Step::Read(Class::Unknown));
/// let Step::Decided(_, _, decision) = decide(&profile, &classes, &[Tally::NONE], now) else { panic!() };
/// assert!(matches!(decision, Decision::Admit(counted) if counted.own.attempts() == 1));
/// ```
///
/// [`Client::classes`]: crate::Client::classes
#[must_use]
pub fn decide(profile: &Profile, classes: &[Class], read: &[Tally], now: Timestamp) -> Step {
    let mut last = (Class::Unknown, None);
    for (index, class) in classes.iter().enumerate() {
        let Some(tally) = read.get(index) else { return Step::Read(*class) };
        if !tally.is_spent(profile, *class) {
            return Step::Decided(*class, *tally, tally.knock(profile, *class, now));
        }
        last = (*class, Some(*tally));
    }
    match last {
        (class, Some(tally)) => Step::Decided(class, tally, tally.knock(profile, class, now)),
        (class, None) => Step::Read(class),
    }
}
