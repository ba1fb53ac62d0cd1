use crate::Guess;

/// What holds for one subject beside the counts: which of its device cookies count, and how often its
/// counts were cleared.
///
/// Each is a number that is written into cookies and counts; raising it ends all that were made under the
/// number before, in one write, however many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub(crate) generation: u32,
    /// By kind of guess, in the order of the codes; what is not here is 0.
    pub(crate) clearings: Vec<(Guess, u32)>,
}

impl Standing {
    /// Ends all device cookies.
    #[must_use]
    pub fn forget_devices(self) -> Self {
        Self { generation: self.generation.wrapping_add(1), ..self }
    }

    /// Forgets all that is counted of guesses of one kind.
    #[must_use]
    pub fn clear(mut self, guess: Guess) -> Self {
        let next = self.clearing(guess).wrapping_add(1);
        self.clearings.retain(|(kind, _)| *kind != guess);
        self.clearings.push((guess, next));
        self.clearings.sort_unstable();
        self
    }

    /// How often counts of this kind were cleared: a count from an earlier time is none.
    pub(crate) fn clearing(&self, guess: Guess) -> u32 {
        self.clearings.iter().find(|(kind, _)| *kind == guess).map_or(0, |(_, clearing)| *clearing)
    }
}
