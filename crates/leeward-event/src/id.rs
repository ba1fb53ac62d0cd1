use crate::EventError;
use ring::rand::SecureRandom;
use std::{fmt, str::FromStr};

/// A text that is no identifier: 32 hexadecimal digits, lower case, were expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is 32 lower-case hexadecimal digits")]
pub struct ParseIdError;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 128 opaque bits: random, and derived from nothing. Written as 32 lower-case hexadecimal
        /// digits.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// A new random identifier.
            ///
            /// # Errors
            /// [`EventError::Random`] when the random source fails.
            pub fn generate(rng: &dyn SecureRandom) -> Result<Self, EventError> {
                let mut bytes = [0; 16];
                rng.fill(&mut bytes).map_err(|_| EventError::Random)?;
                Ok(Self(bytes))
            }

            /// The identifier with these bytes. They must come from [`generate`](Self::generate), not
            /// from a name, an address or a counter.
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

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(f, &self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                parse_hex(text).map(Self).ok_or(ParseIdError)
            }
        }
    };
}

id! {
    /// A member of staff: counsellor, supervisor, moderator, auditor, administrator.
    ///
    /// A seeker is never passed off as one:
    /// ```compile_fail
    /// use leeward_event::{SeekerId, StaffId};
    /// let seeker = SeekerId::from_bytes([7; 16]);
    /// let staff: StaffId = seeker;
    /// ```
    StaffId
}
id! {
    /// A team of staff, or workgroup.
    TeamId
}
id! {
    /// A person in crisis, for as long as one contact lasts. It stands for no account.
    SeekerId
}
id! {
    /// A conversation.
    ConversationId
}
id! {
    /// A signed-in session of a member of staff. It is not the token that opens the session.
    SessionId
}
id! {
    /// One enrolled authenticator: a passphrase, a TOTP device, a passkey.
    AuthenticatorId
}
id! {
    /// A time-limited grant, such as a break-glass access.
    GrantId
}
id! {
    /// Ties the events of one request or procedure together.
    CorrelationId
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

fn parse_hex(text: &str) -> Option<[u8; 16]> {
    let digits: &[u8; 32] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        for &digit in pair {
            *byte = (*byte << 4) | nibble(digit)?;
        }
    }
    Some(bytes)
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}
