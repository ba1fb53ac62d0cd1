use crate::{Catalogue, Countries, Rate};
use jiff::SignedDuration;

/// What a [`Notifier`](crate::Notifier) may send, where to, and in which words.
#[derive(Clone, Debug)]
pub struct NotifyOptions {
    pub(crate) catalogue: Catalogue,
    pub(crate) countries: Countries,
    pub(crate) codes: Rate,
    pub(crate) notices: Rate,
    pub(crate) country: Rate,
}

impl NotifyOptions {
    /// The words of the crate; no telephone in any country; to one destination 5 codes an hour and 20
    /// notices a day; to one country 200 codes an hour.
    #[must_use]
    pub fn new() -> Self {
        let hour = SignedDuration::from_hours(1);
        Self {
            catalogue: Catalogue::new(),
            countries: Countries::none(),
            codes: Rate::new(5, hour),
            notices: Rate::new(20, SignedDuration::from_hours(24)),
            country: Rate::new(200, hour),
        }
    }

    /// Other words.
    #[must_use]
    pub fn catalogue(self, catalogue: Catalogue) -> Self {
        Self { catalogue, ..self }
    }

    /// The countries to whose telephones messages are sent.
    #[must_use]
    pub fn countries(self, countries: Countries) -> Self {
        Self { countries, ..self }
    }

    /// How many codes go to one destination.
    #[must_use]
    pub fn codes_per_destination(self, codes: Rate) -> Self {
        Self { codes, ..self }
    }

    /// How many notices go to one destination; what is more waits. Kept apart from the codes, so that
    /// nobody can silence a notice by asking for codes.
    #[must_use]
    pub fn notices_per_destination(self, notices: Rate) -> Self {
        Self { notices, ..self }
    }

    /// How many codes go to the telephones of one country.
    #[must_use]
    pub fn codes_per_country(self, country: Rate) -> Self {
        Self { country, ..self }
    }
}

impl Default for NotifyOptions {
    fn default() -> Self {
        Self::new()
    }
}
