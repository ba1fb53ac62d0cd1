use crate::NotifyError;
use email_address::{EmailAddress, Options};
use std::fmt;

/// An e-mail address. `Debug` does not show it.
///
/// The domain is folded to lower case and to ASCII (UTS #46); what stands before the `@` is left as it
/// was typed, with its dots, tags and case, because only the receiving server knows what they mean
/// (RFC 5321 2.4).
///
/// ```
/// use leeward_notify::Email;
/// let email = Email::parse(" Anna.M+post@BÜCHER.example ")?;
/// assert_eq!(email.expose(), "Anna.M+post@xn--bcher-kva.example");
/// assert_eq!(format!("{email:?}"), "Email([redacted])");
/// # Ok::<(), leeward_notify::NotifyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Email(Box<str>);

impl Email {
    /// The longest address, in bytes (RFC 5321 4.5.3.1.3, less the angle brackets).
    pub const MAX_LEN: usize = 254;

    /// Reads what somebody typed; white space around it is dropped.
    ///
    /// # Errors
    /// [`NotifyError::EmailForm`]: no address, a quoted local part, a domain that is a number or has one
    /// label, or over [`MAX_LEN`](Self::MAX_LEN) bytes.
    pub fn parse(text: &str) -> Result<Self, NotifyError> {
        let text = text.trim();
        if text.len() > Self::MAX_LEN {
            return Err(NotifyError::EmailForm);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(NotifyError::EmailForm)?;
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| NotifyError::EmailForm)?;
        let whole = format!("{local}@{domain}");
        let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
        let quoted = local.contains(['"', '\\', '<', '>', '(', ')']) || local.chars().any(char::is_control);
        let parsed = EmailAddress::parse_with_options(&whole, options);
        if quoted || whole.len() > Self::MAX_LEN || parsed.is_err() {
            return Err(NotifyError::EmailForm);
        }
        Ok(Self(whole.into_boxed_str()))
    }

    /// The address, for the channel that sends there.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email([redacted])")
    }
}
