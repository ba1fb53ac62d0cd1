use crate::{Email, NotifyError, Phone};
use leeward_event::EventError;
use ring::rand::SecureRandom;
use std::fmt;

/// Which address of an account: random bits that say nothing of the address itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressId([u8; 16]);

/// Where a message can go. `Debug` shows the kind alone.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// Mail.
    Email(Email),
    /// A text message or a call.
    Phone(Phone),
}

impl AddressId {
    /// A new random identifier.
    ///
    /// # Errors
    /// [`NotifyError::Random`] when the random source fails.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, NotifyError> {
        let mut bytes = [0; 16];
        rng.fill(&mut bytes).map_err(|_| EventError::Random)?;
        Ok(Self(bytes))
    }

    /// The identifier with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl Address {
    /// An e-mail address.
    ///
    /// # Errors
    /// [`NotifyError::EmailForm`].
    pub fn email(text: &str) -> Result<Self, NotifyError> {
        Email::parse(text).map(Self::Email)
    }

    /// A telephone number.
    ///
    /// # Errors
    /// [`NotifyError::PhoneForm`].
    pub fn phone(text: &str) -> Result<Self, NotifyError> {
        Phone::parse(text).map(Self::Phone)
    }

    /// The address in its one form, for the channel that sends there and for a keyed tag.
    #[must_use]
    pub fn expose(&self) -> &str {
        match self {
            Self::Email(email) => email.expose(),
            Self::Phone(phone) => phone.expose(),
        }
    }

    /// Whether they are one address to somebody who types it: the case of letters makes no difference, as
    /// it makes none in a login name. Mail goes to the spelling that was proved.
    pub(crate) fn is_typed_as(&self, typed: &Self) -> bool {
        let folded = |address: &Self| zeroize::Zeroizing::new(address.expose().to_lowercase());
        self.kind_code() == typed.kind_code() && folded(self) == folded(typed)
    }

    /// 1 for mail, 2 for a telephone: keeps the tags of the two apart, and stands in the record.
    #[must_use]
    pub const fn kind_code(&self) -> u8 {
        match self {
            Self::Email(_) => 1,
            Self::Phone(_) => 2,
        }
    }

    pub(crate) fn from_record(kind: u8, text: &str) -> Option<Self> {
        let address = match kind {
            1 => Self::email(text),
            2 => Self::phone(text),
            _ => return None,
        };
        address.ok().filter(|address| address.expose() == text)
    }
}

impl fmt::Debug for AddressId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressId(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email(_) => "Address::Email([redacted])",
            Self::Phone(_) => "Address::Phone([redacted])",
        })
    }
}
