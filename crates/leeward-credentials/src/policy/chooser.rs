use crate::{Blocklist, blocklist::Word};
use std::{fmt, sync::Arc};

/// Who chooses a passphrase, and for what: what a check needs beside the policy.
///
/// ```
/// use leeward_credentials::{Chooser, Passphrase, PasswordPolicy, Refusal};
/// let chooser = Chooser::new().named("maria.schmidt@example.org").only_with_second_factor();
/// let policy = PasswordPolicy::nist();
/// assert_eq!(policy.check(&Passphrase::new("Schmidt Maria 1984")?, &chooser), Err(Refusal::PersonalWord));
/// assert_eq!(policy.check(&Passphrase::new("tidal cl")?, &chooser), Ok(()));
/// # Ok::<(), leeward_credentials::CredentialError>(())
/// ```
#[derive(Clone, Default)]
pub struct Chooser {
    pub(crate) names: Vec<Word>,
    pub(crate) beside_second_factor: bool,
    pub(crate) lists: Vec<Arc<Blocklist>>,
}

impl Chooser {
    /// Nobody in particular, for an account that the passphrase alone may open.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a name or address of the person, which guessers know. Each of its words counts, and parts
    /// of them.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.names.extend(Word::of(name));
        self
    }

    /// The account can never be entered without a second factor, so that the shorter least length is
    /// enough (NIST SP 800-63B-4 3.1.1.2). It gives up the strength of the passphrase on its own.
    #[must_use]
    pub const fn only_with_second_factor(mut self) -> Self {
        self.beside_second_factor = true;
        self
    }

    /// Adds a list to the one that is built in.
    #[must_use]
    pub fn blocklist(mut self, list: Arc<Blocklist>) -> Self {
        self.lists.push(list);
        self
    }
}

impl fmt::Debug for Chooser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names of people have no place in a log.
        f.debug_struct("Chooser")
            .field("names", &self.names.len())
            .field("beside_second_factor", &self.beside_second_factor)
            .field("lists", &self.lists)
            .finish()
    }
}
