//! What is said to people, in their languages.

mod message;

pub use message::{Message, Say};

use fluent_bundle::{FluentArgs, FluentError, FluentResource, concurrent::FluentBundle};
use std::fmt;
use unic_langid::LanguageIdentifier;

/// The languages that come with this crate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

/// Words for every refusal, piece of guidance, warning and time, in one language.
///
/// Two languages come with this crate; [`from_ftl`](Self::from_ftl) takes another, as a Fluent file with
/// the messages of `locales/en.ftl`.
///
/// ```
/// use leeward_credentials::{Catalogue, Language, Refusal};
/// let refusal = Refusal::TooShort { is: 11, min: 15 };
/// let german = Catalogue::new(Language::from_preferences("de-AT,de;q=0.9,en;q=0.5"));
/// assert_eq!(german.text(&refusal), "Die Passphrase hat 11 Zeichen; nötig sind 15.");
/// let english = Catalogue::new(Language::English);
/// assert_eq!(english.text(&refusal.guidance()), "Take a few words that do not belong together.");
/// ```
pub struct Catalogue(FluentBundle<FluentResource>);

/// Why a catalogue cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// The name of the language is none.
    #[error("the language is not a language tag such as `pt-BR`")]
    Language,
    /// It is no Fluent file.
    #[error("the catalogue has {errors} syntax errors")]
    Syntax {
        /// How many.
        errors: usize,
    },
    /// It says nothing for a message, or uses numbers that the message does not have.
    #[error("the catalogue has no usable message `{id}`")]
    Message {
        /// The name of the message.
        id: &'static str,
    },
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its language tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The first of these that somebody prefers, given as in `Accept-Language` (RFC 9110 12.5.4);
    /// English when there is none.
    #[must_use]
    pub fn from_preferences(accepted: &str) -> Self {
        let mut wanted: Vec<_> = accepted.split(',').take(32).filter_map(preference).collect();
        wanted.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
        wanted.first().map_or(Self::English, |(language, _)| *language)
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    const fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("../../locales/en.ftl"),
            Self::German => include_str!("../../locales/de.ftl"),
        }
    }
}

impl Catalogue {
    /// A language that comes with this crate.
    #[must_use]
    pub fn new(language: Language) -> Self {
        Self(bundle(language.tag().parse().unwrap_or_default(), language.source()).0)
    }

    /// Another language, by its tag and the text of a Fluent file.
    ///
    /// # Errors
    /// [`CatalogueError`]: only what has every message is taken.
    pub fn from_ftl(language: &str, source: &str) -> Result<Self, CatalogueError> {
        let language: LanguageIdentifier = language.parse().map_err(|_| CatalogueError::Language)?;
        let (bundle, errors) = bundle(language, source);
        if errors > 0 {
            return Err(CatalogueError::Syntax { errors });
        }
        let catalogue = Self(bundle);
        let missing = message::all().into_iter().find(|message| !catalogue.has(message));
        missing.map_or(Ok(catalogue), |message| Err(CatalogueError::Message { id: message.id() }))
    }

    /// The words.
    #[must_use]
    pub fn text(&self, what: &impl Say) -> String {
        let message = what.message();
        // No catalogue is made that lacks a message: the name is for a client newer than this one.
        self.format(&message).map_or_else(|| message.id().to_owned(), |(text, _)| text)
    }

    fn has(&self, message: &Message) -> bool {
        self.format(message).is_some_and(|(text, errors)| errors.is_empty() && !text.is_empty())
    }

    fn format(&self, message: &Message) -> Option<(String, Vec<FluentError>)> {
        let pattern = self.0.get_message(message.id())?.value()?;
        let mut numbers = FluentArgs::new();
        for (name, number) in message.numbers() {
            numbers.set(name, number);
        }
        let mut errors = Vec::new();
        let text = self.0.format_pattern(pattern, Some(&numbers), &mut errors).into_owned();
        Some((text, errors))
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Catalogue").field(&self.0.locales).finish()
    }
}

/// What can be read of it, and how many errors there were.
fn bundle(language: LanguageIdentifier, source: &str) -> (FluentBundle<FluentResource>, usize) {
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    let (resource, syntax) = match FluentResource::try_new(source.to_owned()) {
        Ok(resource) => (resource, 0),
        Err((resource, errors)) => (resource, errors.len()),
    };
    let twice = bundle.add_resource(resource).err().map_or(0, |errors| errors.len());
    (bundle, syntax.saturating_add(twice))
}

/// A language and its weight in thousandths; `None` when it is refused or not known.
fn preference(entry: &str) -> Option<(Language, u16)> {
    let (tag, weight) = entry.split_once(';').unwrap_or((entry, "q=1"));
    let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
    let steps = (1_u16..=1000).take_while(|step| f32::from(*step) <= weight * 1000.0 + 0.5).last()?;
    Some((Language::of_tag(tag.trim())?, steps))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_exists_in_every_language_with_the_same_numbers() {
        for language in Language::ALL {
            let catalogue = Catalogue::from_ftl(language.tag(), language.source()).unwrap();
            for message in message::all() {
                let text = catalogue.text(&message);
                for (name, number) in message.numbers() {
                    assert!(text.contains(&number.to_string()), "{language:?} {}: {name}", message.id());
                }
                assert_ne!(text, message.id());
            }
            let names =
                language.source().lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
            assert_eq!(names.count(), message::all().len(), "{language:?} has a message that nobody says");
        }
    }

    #[test]
    fn a_catalogue_that_lacks_something_is_none() {
        let english = Language::English.source();
        let lacking = english.replace("score-four =", "score-five =");
        let lacks = CatalogueError::Message { id: "score-four" };
        assert_eq!(Catalogue::from_ftl("fr", &lacking).unwrap_err(), lacks);
        let other = english.replace("{ $days }", "{ $weeks }");
        let lacks = CatalogueError::Message { id: "change-too-old" };
        assert_eq!(Catalogue::from_ftl("fr", &other).unwrap_err(), lacks);
        assert_eq!(Catalogue::from_ftl("no such tag", english).unwrap_err(), CatalogueError::Language);
        let twice = format!("{english}\nscore-four = Strong\n=");
        assert_eq!(Catalogue::from_ftl("fr", &twice).unwrap_err(), CatalogueError::Syntax { errors: 2 });
        assert!(Catalogue::from_ftl("fr", english).is_ok());
    }

    #[test]
    fn the_preferred_language_is_found() {
        for (accepted, language) in [
            ("de", Language::German),
            ("de-AT,de;q=0.9,en;q=0.5", Language::German),
            ("fr, en;q=0.4, de;q=0.8", Language::German),
            ("en-GB,de;q=0.9", Language::English),
            ("de;q=0", Language::English),
            ("de;q=NaN,de;q=-1,;;,", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::from_preferences(accepted), language, "{accepted}");
        }
    }

    #[test]
    fn plurals_are_those_of_the_language() {
        for (language, one, two) in
            [(Language::English, "1 hour", "2 hours"), (Language::German, "1 Stunde", "2 Stunden")]
        {
            let catalogue = Catalogue::new(language);
            assert_eq!(catalogue.text(&crate::TimeToGuess::Hours(1)), one);
            assert_eq!(catalogue.text(&crate::TimeToGuess::Hours(2)), two);
        }
    }

    #[test]
    fn a_catalogue_is_shared_between_threads() {
        fn is_shared<T: Send + Sync>(_: &T) {}
        is_shared(&Catalogue::new(Language::English));
    }
}
