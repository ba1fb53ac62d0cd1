use crate::{ChangeReason, Class, Clause, Guidance, Refusal, Score, Suggestion, TimeToGuess, Warning};

/// What is to be said to a person, before it is in any language: a name and numbers.
///
/// [`Catalogue::text`](crate::Catalogue::text) puts it into words. A client that has a catalogue of
/// its own takes [`id`](Self::id) and [`numbers`](Self::numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    id: &'static str,
    numbers: [Option<(&'static str, u64)>; 2],
}

impl Message {
    /// Its name in a catalogue.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The numbers in it, by name.
    pub fn numbers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.numbers.into_iter().flatten()
    }

    const fn plain(id: &'static str) -> Self {
        Self { id, numbers: [None, None] }
    }
}

/// What a [`Catalogue`](crate::Catalogue) can put into words.
pub trait Say {
    /// It, before it is in any language.
    fn message(&self) -> Message;
}

impl Say for Message {
    fn message(&self) -> Message {
        *self
    }
}

impl Say for Refusal {
    fn message(&self) -> Message {
        match *self {
            Self::TooShort { is, min } => pair("refusal-too-short", ("is", is), ("min", min)),
            Self::TooLong { is, max } => pair("refusal-too-long", ("is", is), ("max", max)),
            Self::Missing { class, needs } => {
                let id = match class {
                    Class::Lower => "refusal-missing-lower",
                    Class::Upper => "refusal-missing-upper",
                    Class::Digit => "refusal-missing-digit",
                    Class::Sign => "refusal-missing-sign",
                };
                one(id, "needs", u64::from(needs))
            }
            Self::Common => Message::plain("refusal-common"),
            Self::ContextWord => Message::plain("refusal-context-word"),
            Self::PersonalWord => Message::plain("refusal-personal-word"),
            Self::Repeated => Message::plain("refusal-repeated"),
            Self::Keyboard => Message::plain("refusal-keyboard"),
            Self::Sequence => Message::plain("refusal-sequence"),
            Self::TooWeak { .. } => Message::plain("refusal-too-weak"),
            Self::Breached => Message::plain("refusal-breached"),
            Self::BreachUnknown => Message::plain("refusal-breach-unknown"),
            Self::UsedBefore => Message::plain("refusal-used-before"),
        }
    }
}

impl Say for Guidance {
    fn message(&self) -> Message {
        Message::plain(match self {
            Self::UnrelatedWords => "guidance-unrelated-words",
            Self::Shorten => "guidance-shorten",
            Self::Add(Class::Lower) => "guidance-add-lower",
            Self::Add(Class::Upper) => "guidance-add-upper",
            Self::Add(Class::Digit) => "guidance-add-digit",
            Self::Add(Class::Sign) => "guidance-add-sign",
            Self::NoNames => "guidance-no-names",
            Self::NoPattern => "guidance-no-pattern",
            Self::AnotherWord => "guidance-another-word",
            Self::ChangeItElsewhereToo => "guidance-change-it-elsewhere-too",
            Self::NeverUsed => "guidance-never-used",
            Self::TryLater => "guidance-try-later",
        })
    }
}

impl Say for Score {
    fn message(&self) -> Message {
        Message::plain(match self {
            Self::Zero => "score-zero",
            Self::One => "score-one",
            Self::Two => "score-two",
            Self::Three => "score-three",
            Self::Four => "score-four",
        })
    }
}

impl Say for Warning {
    fn message(&self) -> Message {
        Message::plain(match self {
            Self::RowOfKeys => "warning-row-of-keys",
            Self::KeyPattern => "warning-key-pattern",
            Self::RepeatedCharacter => "warning-repeated-character",
            Self::RepeatedPiece => "warning-repeated-piece",
            Self::Top10 => "warning-top-10",
            Self::Top100 => "warning-top-100",
            Self::Common => "warning-common",
            Self::LikeCommon => "warning-like-common",
            Self::Sequence => "warning-sequence",
            Self::RecentYear => "warning-recent-year",
            Self::SingleWord => "warning-single-word",
            Self::Date => "warning-date",
            Self::Name => "warning-name",
            Self::CommonName => "warning-common-name",
        })
    }
}

impl Say for Suggestion {
    fn message(&self) -> Message {
        Message::plain(match self {
            Self::FewWords => "suggestion-few-words",
            Self::NoNeedForSigns => "suggestion-no-need-for-signs",
            Self::AnotherWord => "suggestion-another-word",
            Self::CapitalsHardlyHelp => "suggestion-capitals-hardly-help",
            Self::AllCapitalsHardlyHelp => "suggestion-all-capitals-hardly-help",
            Self::BackwardsHardlyHelps => "suggestion-backwards-hardly-helps",
            Self::SubstitutionsHardlyHelp => "suggestion-substitutions-hardly-help",
            Self::LongerKeyPattern => "suggestion-longer-key-pattern",
            Self::NoRepeats => "suggestion-no-repeats",
            Self::NoSequences => "suggestion-no-sequences",
            Self::NoRecentYears => "suggestion-no-recent-years",
            Self::NoOwnYears => "suggestion-no-own-years",
            Self::NoOwnDates => "suggestion-no-own-dates",
        })
    }
}

impl Say for TimeToGuess {
    fn message(&self) -> Message {
        let (id, count) = match *self {
            Self::Instant => return Message::plain("time-instant"),
            Self::Centuries => return Message::plain("time-centuries"),
            Self::Seconds(count) => ("time-seconds", count),
            Self::Minutes(count) => ("time-minutes", count),
            Self::Hours(count) => ("time-hours", count),
            Self::Days(count) => ("time-days", count),
            Self::Months(count) => ("time-months", count),
            Self::Years(count) => ("time-years", count),
        };
        one(id, "count", u64::from(count))
    }
}

impl Say for Clause {
    fn message(&self) -> Message {
        Message::plain(match self {
            Self::NistNothingElse => "clause-nist-nothing-else",
            Self::NistLengthAlone => "clause-nist-length-alone",
            Self::NistLengthWithSecondFactor => "clause-nist-length-with-second-factor",
            Self::NistAllow64 => "clause-nist-allow-64",
            Self::NistNothingFits => "clause-nist-nothing-fits",
            Self::NistNoComposition => "clause-nist-no-composition",
            Self::NistNoRotation => "clause-nist-no-rotation",
            Self::NistBlocklist => "clause-nist-blocklist",
            Self::Asvs6_2_1 => "clause-asvs-6-2-1",
            Self::Asvs6_2_4 => "clause-asvs-6-2-4",
            Self::Asvs6_2_5 => "clause-asvs-6-2-5",
            Self::Asvs6_2_9 => "clause-asvs-6-2-9",
            Self::Asvs6_2_10 => "clause-asvs-6-2-10",
            Self::Asvs6_2_11 => "clause-asvs-6-2-11",
            Self::Asvs6_2_12 => "clause-asvs-6-2-12",
        })
    }
}

impl Say for ChangeReason {
    fn message(&self) -> Message {
        match *self {
            Self::Compromised => Message::plain("change-compromised"),
            Self::TooOld { days } => one("change-too-old", "days", u64::from(days)),
        }
    }
}

const fn one(id: &'static str, name: &'static str, number: u64) -> Message {
    Message { id, numbers: [Some((name, number)), None] }
}

fn pair(id: &'static str, first: (&'static str, usize), second: (&'static str, usize)) -> Message {
    let number = |(name, number): (&'static str, usize)| (name, u64::try_from(number).unwrap_or(u64::MAX));
    Message { id, numbers: [Some(number(first)), Some(number(second))] }
}

/// One of each, which is what a catalogue has to have.
pub(super) fn all() -> Vec<Message> {
    let classes = [Class::Lower, Class::Upper, Class::Digit, Class::Sign];
    let scores = [Score::Zero, Score::One, Score::Two, Score::Three, Score::Four];
    let refusals = [
        Refusal::TooShort { is: 2, min: 15 },
        Refusal::TooLong { is: 80, max: 64 },
        Refusal::Common,
        Refusal::ContextWord,
        Refusal::PersonalWord,
        Refusal::Repeated,
        Refusal::Keyboard,
        Refusal::Sequence,
        Refusal::TooWeak { is: Score::One, min: Score::Three },
        Refusal::Breached,
        Refusal::BreachUnknown,
        Refusal::UsedBefore,
    ];
    let missing = classes.map(|class| Refusal::Missing { class, needs: 1 });
    let times = [
        TimeToGuess::Instant,
        TimeToGuess::Seconds(2),
        TimeToGuess::Minutes(2),
        TimeToGuess::Hours(2),
        TimeToGuess::Days(2),
        TimeToGuess::Months(2),
        TimeToGuess::Years(2),
        TimeToGuess::Centuries,
    ];
    let changes = [ChangeReason::Compromised, ChangeReason::TooOld { days: 90 }];
    let mut all: Vec<_> = refusals.iter().chain(&missing).map(Say::message).collect();
    all.extend(refusals.iter().chain(&missing).map(|refusal| refusal.guidance().message()));
    all.extend(scores.iter().map(Say::message));
    all.extend(Warning::ALL.iter().map(Say::message));
    all.extend(Suggestion::ALL.iter().map(Say::message));
    all.extend(times.iter().map(Say::message));
    all.extend(Clause::ALL.iter().map(Say::message));
    all.extend(changes.iter().map(Say::message));
    all.sort_by_key(Message::id);
    all.dedup_by_key(|message| message.id);
    all
}
