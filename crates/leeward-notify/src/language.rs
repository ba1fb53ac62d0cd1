use crate::NotifyError;
use std::fmt;

/// A language, as a tag of BCP 47 in lower case: `en`, `de`, `de-at`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(Box<str>);

impl Language {
    /// The longest tag, in bytes.
    pub const MAX_LEN: usize = 16;

    /// Reads a tag.
    ///
    /// # Errors
    /// [`NotifyError::LanguageForm`].
    pub fn parse(tag: &str) -> Result<Self, NotifyError> {
        let plain = tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !(2..=Self::MAX_LEN).contains(&tag.len()) || !plain || tag.starts_with('-') {
            return Err(NotifyError::LanguageForm);
        }
        Ok(Self(tag.to_ascii_lowercase().into_boxed_str()))
    }

    /// English.
    #[must_use]
    pub fn english() -> Self {
        Self("en".into())
    }

    /// German.
    #[must_use]
    pub fn german() -> Self {
        Self("de".into())
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same without its last part: `de-at` is `de`.
    pub(crate) fn wider(&self) -> Option<Self> {
        self.0.rsplit_once('-').map(|(wider, _)| Self(wider.into()))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
