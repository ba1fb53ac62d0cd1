use crate::{CodePurpose, NoticeKind, NotifyError};
use std::collections::BTreeMap;

/// The texts of one language. Plain text; a field that is left out of `notices` or `purposes` is said in
/// the general words.
#[derive(Clone, Debug)]
pub struct Wording {
    /// The subject of mail: one line, which says nothing of what the message is about.
    pub subject: String,
    /// What stands first, and what a locked phone shows: at least [`NEUTRAL`](Self::NEUTRAL) characters
    /// on at least four lines.
    pub opening: String,
    /// What each notice says: one sentence.
    pub notices: BTreeMap<NoticeKind, String>,
    /// What a notice says that has no text of its own.
    pub some_notice: String,
    /// What to do when it was somebody else.
    pub after_notice: String,
    /// What the code below it stops.
    pub before_stop_code: String,
    /// What each code is for: one sentence.
    pub purposes: BTreeMap<CodePurpose, String>,
    /// What a code is for that has no text of its own.
    pub some_purpose: String,
    /// How long a code can be used, with `{n}` for the minutes.
    pub minutes: String,
    /// The same with `{n}` for the hours.
    pub hours: String,
    /// What stands below a code.
    pub after_code: String,
}

impl Wording {
    /// How many characters stand before anything that could give something away. The longest previews in
    /// use show fewer.
    pub const NEUTRAL: usize = 180;
    /// The longest text, in bytes.
    pub const MAX_LEN: usize = 1_024;
    /// The longest subject, in bytes.
    pub const MAX_SUBJECT: usize = 120;

    /// Refuses a wording that would show too much, or could not be sent.
    ///
    /// # Errors
    /// [`NotifyError::Wording`]: a subject that is empty, of several lines or too long; an opening of less
    /// than [`NEUTRAL`](Self::NEUTRAL) characters or four lines; digits or braces in either, since a code
    /// has no place there; a text over [`MAX_LEN`](Self::MAX_LEN); control characters other than the end
    /// of a line.
    pub fn check(&self) -> Result<(), NotifyError> {
        let refuse = |what| Err(NotifyError::Wording { what });
        let telling = |text: &str| text.contains(['{', '}']) || text.chars().any(char::is_numeric);
        if self.subject.trim().is_empty() || self.subject.len() > Self::MAX_SUBJECT {
            return refuse("a subject that is empty or over 120 bytes");
        }
        if self.subject.chars().any(char::is_control) {
            return refuse("a subject of more than one line");
        }
        if telling(&self.subject) || telling(&self.opening) {
            return refuse("digits or braces where a locked phone shows them");
        }
        let lines = self.opening.lines().filter(|line| !line.trim().is_empty()).count();
        if self.opening.trim().chars().count() < Self::NEUTRAL || lines < 4 {
            return refuse("too few neutral lines before what it is about: 180 characters on 4 lines");
        }
        if self.texts().any(|text| text.len() > Self::MAX_LEN) {
            return refuse("a text over 1024 bytes");
        }
        if self.texts().any(|text| text.chars().any(|letter| letter.is_control() && letter != '\n')) {
            return refuse("control characters");
        }
        Ok(())
    }

    fn texts(&self) -> impl Iterator<Item = &String> {
        let single = [
            &self.subject,
            &self.opening,
            &self.some_notice,
            &self.after_notice,
            &self.before_stop_code,
            &self.some_purpose,
            &self.minutes,
            &self.hours,
            &self.after_code,
        ];
        single.into_iter().chain(self.notices.values()).chain(self.purposes.values())
    }
}
