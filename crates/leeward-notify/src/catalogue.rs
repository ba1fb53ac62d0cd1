mod de;
mod en;
mod wording;

pub use wording::Wording;

use crate::{CodePurpose, Language, NoticeKind, NotifyError, OneTimeCode};
use std::{collections::BTreeMap, time::Duration};
use zeroize::Zeroizing;

/// What messages say, in every language there is: English and German come with the crate, and a service
/// may put its own wording in place of either or add others.
///
/// Whatever the wording, a message has one shape: a subject that says nothing; neutral lines that fill
/// the preview of a locked phone; and only then what it is about, with a code on a line of its own.
///
/// ```
/// use leeward_notify::{Catalogue, Language, Wording};
/// let mut own = Wording::english();
/// own.subject = "News from the allotment".to_owned();
/// let catalogue = Catalogue::new().with(Language::english(), own)?;
///
/// let mut telling = Wording::english();
/// telling.subject = "Your code is {code}".to_owned();
/// assert!(catalogue.with(Language::english(), telling).is_err());
/// # Ok::<(), leeward_notify::NotifyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Catalogue {
    wordings: BTreeMap<Language, Wording>,
    fallback: Wording,
}

/// What a message is about.
pub(crate) enum Content<'a> {
    Notice { kind: NoticeKind, stop_code: Option<&'a OneTimeCode> },
    Code { purpose: CodePurpose, code: &'a OneTimeCode, valid_for: Duration },
}

/// Room for the longest message: one that grows would leave copies of its code behind.
const CAPACITY: usize = 8 * Wording::MAX_LEN;

impl Catalogue {
    /// English and German.
    #[must_use]
    pub fn new() -> Self {
        let wordings =
            [(Language::english(), Wording::english()), (Language::german(), Wording::german())].into();
        Self { wordings, fallback: Wording::english() }
    }

    /// Puts `wording` in place of that language's, or adds the language.
    ///
    /// # Errors
    /// [`NotifyError::Wording`] for one that would show too much or cannot be sent:
    /// see [`Wording::check`].
    pub fn with(mut self, language: Language, wording: Wording) -> Result<Self, NotifyError> {
        wording.check()?;
        if language == Language::english() {
            self.fallback = wording.clone();
        }
        self.wordings.insert(language, wording);
        Ok(self)
    }

    /// The wording of a language, of a wider one, or English.
    #[must_use]
    pub fn wording(&self, language: &Language) -> &Wording {
        let mut tag = Some(language.clone());
        while let Some(language) = tag {
            if let Some(wording) = self.wordings.get(&language) {
                return wording;
            }
            tag = language.wider();
        }
        &self.fallback
    }
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::new()
    }
}

impl Wording {
    pub(crate) fn body(&self, content: &Content<'_>) -> Zeroizing<String> {
        let mut body = Zeroizing::new(String::with_capacity(CAPACITY));
        let mut part = |text: &str| {
            body.push_str(text.trim_end());
            body.push_str("\n\n");
        };
        part(&self.opening);
        match content {
            Content::Notice { kind, stop_code } => {
                part(self.notices.get(kind).map_or(&self.some_notice, |text| text));
                part(&self.after_notice);
                if let Some(code) = stop_code {
                    part(&self.before_stop_code);
                    part(code.expose());
                }
            }
            Content::Code { purpose, code, valid_for } => {
                part(self.purposes.get(purpose).map_or(&self.some_purpose, |text| text));
                part(&self.lifetime(*valid_for));
                part(code.expose());
                part(&self.after_code);
            }
        }
        body
    }

    fn lifetime(&self, valid_for: Duration) -> String {
        let minutes = valid_for.as_secs() / 60;
        if minutes >= 120 {
            self.hours.replace("{n}", &(minutes / 60).to_string())
        } else {
            self.minutes.replace("{n}", &minutes.to_string())
        }
    }
}
