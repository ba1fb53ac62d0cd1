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
