use super::Score;
use zxcvbn::feedback;

/// Makes an enum of our own that says what one of `zxcvbn`'s says.
macro_rules! ours {
    ($(#[$doc:meta])* $name:ident: $($(#[$what:meta])* $own:ident = $theirs:ident,)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$what])* $own,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$own,)+];
        }

        impl From<feedback::$name> for $name {
            fn from(theirs: feedback::$name) -> Self {
                match theirs {
                    $(feedback::$name::$theirs => Self::$own,)+
                }
            }
        }
    };
}

ours! {
    /// What is wrong with a passphrase.
    Warning:
    /// It is a row of keys.
    RowOfKeys = StraightRowsOfKeysAreEasyToGuess,
    /// It is a short pattern on the keyboard.
    KeyPattern = ShortKeyboardPatternsAreEasyToGuess,
    /// It is one character over and over.
    RepeatedCharacter = RepeatsLikeAaaAreEasyToGuess,
    /// It is one piece over and over.
    RepeatedPiece = RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
    /// It is among the ten commonest.
    Top10 = ThisIsATop10Password,
    /// It is among the hundred commonest.
    Top100 = ThisIsATop100Password,
    /// It is common.
    Common = ThisIsACommonPassword,
    /// It is like a common one.
    LikeCommon = ThisIsSimilarToACommonlyUsedPassword,
    /// It is a sequence.
    Sequence = SequencesLikeAbcAreEasyToGuess,
    /// It is a year not long ago.
    RecentYear = RecentYearsAreEasyToGuess,
    /// It is one word.
    SingleWord = AWordByItselfIsEasyToGuess,
    /// It is a date.
    Date = DatesAreOftenEasyToGuess,
    /// It is a name.
    Name = NamesAndSurnamesByThemselvesAreEasyToGuess,
    /// It has a common name in it.
    CommonName = CommonNamesAndSurnamesAreEasyToGuess,
}

ours! {
    /// What would make a passphrase better.
    Suggestion:
    /// A few words.
    FewWords = UseAFewWordsAvoidCommonPhrases,
    /// Signs, digits and capitals are not needed.
    NoNeedForSigns = NoNeedForSymbolsDigitsOrUppercaseLetters,
    /// Another word or two.
    AnotherWord = AddAnotherWordOrTwo,
    /// Capitals hardly help.
    CapitalsHardlyHelp = CapitalizationDoesntHelpVeryMuch,
    /// Capitals alone hardly help.
    AllCapitalsHardlyHelp = AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase,
    /// Words backwards hardly help.
    BackwardsHardlyHelps = ReversedWordsArentMuchHarderToGuess,
    /// Signs in place of letters hardly help.
    SubstitutionsHardlyHelp = PredictableSubstitutionsDontHelpVeryMuch,
    /// A longer way over the keyboard.
    LongerKeyPattern = UseALongerKeyboardPatternWithMoreTurns,
    /// Nothing twice.
    NoRepeats = AvoidRepeatedWordsAndCharacters,
    /// No sequence.
    NoSequences = AvoidSequences,
    /// No year not long ago.
    NoRecentYears = AvoidRecentYears,
    /// No year of one's own.
    NoOwnYears = AvoidYearsThatAreAssociatedWithYou,
    /// No date of one's own.
    NoOwnDates = AvoidDatesAndYearsThatAreAssociatedWithYou,
}

impl From<zxcvbn::Score> for Score {
    fn from(theirs: zxcvbn::Score) -> Self {
        match u8::from(theirs) {
            0 => Self::Zero,
            1 => Self::One,
            2 => Self::Two,
            3 => Self::Three,
            _ => Self::Four,
        }
    }
}
