//! A ceremony that was begun and is not answered yet. It lives in the store, and an answer takes it
//! out in the batch that writes what came of it: so that of many answers one is looked at.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1 |
//! | 1 | purpose: 1 register, 2 sign in, 3 step up |
//! | 16 | account, or zeros when it began without a name |
//! | 32 | SHA-256 of the origin |
//! | 8 | when it began, in milliseconds since 1970, big-endian |
//! | 1 + n | for a registration, the passkey's name |
//! | 44 | for a registration, the permit to bind it |
//! | rest | what `webauthn-rs` keeps, as JSON |

use crate::{MfaError, PasskeyFault, Permit};
use jiff::{SignedDuration, Timestamp};
use leeward_event::StaffId;
use leeward_store::{Key, Space, StoreError};
use ring::{
    digest::{SHA256, digest},
    rand::SecureRandom,
};
use std::{fmt, str::FromStr};

/// How long an answer is waited for (WebAuthn 15.1 recommends 300 to 600 seconds).
pub(super) const LASTS: SignedDuration = SignedDuration::from_secs(300);

const OPEN: Space = Space::sealed("mfa.passkey.ceremony");
const FORM: u8 = 1;

/// Which ceremony an answer belongs to. Keep it where only this browser has it: in a cookie that is
/// `HttpOnly` and `SameSite`, or in the session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CeremonyId([u8; 16]);

/// A ceremony that the browser is to answer.
#[derive(Clone, Debug)]
#[must_use]
pub struct Begun {
    /// Which ceremony it is.
    pub ceremony: CeremonyId,
    /// The options for `navigator.credentials.create` or `.get`, as JSON: an object with `publicKey`,
    /// and with `mediation` for autofill. Binary members are in base64url, as
    /// `PublicKeyCredential.parseCreationOptionsFromJSON` takes them.
    pub options: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Register,
    SignIn,
    StepUp,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ceremony {
    pub(super) purpose: Purpose,
    pub(super) account: Option<StaffId>,
    pub(super) origin: [u8; 32],
    pub(super) began: Timestamp,
    pub(super) binding: Option<Binding>,
    pub(super) state: Vec<u8>,
}

/// What a registration is for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) name: String,
    pub(super) permit: [u8; Permit::LEN],
}

impl CeremonyId {
    pub(super) fn generate(rng: &dyn SecureRandom) -> Result<Self, MfaError> {
        let mut bytes = [0; 16];
        rng.fill(&mut bytes).map_err(|_| MfaError::Random)?;
        Ok(Self(bytes))
    }

    /// The bytes, to carry.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The ceremony with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// By its hash, so that who reads the store's keys can answer no ceremony.
    pub(super) fn key(&self) -> Result<Key, StoreError> {
        OPEN.key(&[digest(&SHA256, &self.0).as_ref()])
    }
}

impl fmt::Display for CeremonyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CeremonyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CeremonyId([redacted])")
    }
}

impl FromStr for CeremonyId {
    type Err = PasskeyFault;

    fn from_str(text: &str) -> Result<Self, PasskeyFault> {
        // Written as all identifiers are: 32 hexadecimal digits in lower case.
        let id = text.parse::<leeward_event::CorrelationId>().map_err(|_| PasskeyFault::Malformed)?;
        Ok(Self(*id.as_bytes()))
    }
}

impl Purpose {
    const fn code(self) -> u8 {
        match self {
            Self::Register => 1,
            Self::SignIn => 2,
            Self::StepUp => 3,
        }
    }

    const fn of(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Register),
            2 => Some(Self::SignIn),
            3 => Some(Self::StepUp),
            _ => None,
        }
    }
}

impl Ceremony {
    /// Whether an answer given now, for this purpose, account and origin, is one to it.
    pub(super) fn admits(
        &self,
        purpose: Purpose,
        account: StaffId,
        origin: &[u8; 32],
        now: Timestamp,
    ) -> Result<(), PasskeyFault> {
        let its_account = self.account.is_none_or(|its| its == account);
        if self.purpose != purpose || !its_account || self.origin != *origin {
            return Err(PasskeyFault::Foreign);
        }
        if now.duration_since(self.began) > LASTS { Err(PasskeyFault::Expired) } else { Ok(()) }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let account = self.account.map_or([0; 16], |account| *account.as_bytes());
        let began = self.began.as_millisecond().to_be_bytes();
        let mut bytes = [&[FORM, self.purpose.code()], &account[..], &self.origin, &began].concat();
        if let Some(Binding { name, permit }) = &self.binding {
            // A name has at most 64 characters, so that its length fits.
            bytes.push(u8::try_from(name.len()).unwrap_or(0));
            bytes.extend([name.as_bytes(), permit].concat());
        }
        bytes.extend(&self.state);
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, MfaError> {
        match bytes.first() {
            Some(&FORM) => decode(bytes).ok_or(MfaError::Record { what: "a ceremony of no known form" }),
            Some(_) => Err(MfaError::Record { what: "a form that this release does not know: update it" }),
            None => Err(MfaError::Record { what: "no content" }),
        }
    }
}

fn decode(bytes: &[u8]) -> Option<Ceremony> {
    let ([_form, purpose], rest) = bytes.split_first_chunk()?;
    let (account, rest) = rest.split_first_chunk::<16>()?;
    let (origin, rest) = rest.split_first_chunk::<32>()?;
    let (began, rest) = rest.split_first_chunk::<8>()?;
    let purpose = Purpose::of(*purpose)?;
    let (binding, state) = match purpose {
        Purpose::Register => binding(rest).map(|(binding, state)| (Some(binding), state))?,
        Purpose::SignIn | Purpose::StepUp => (None, rest),
    };
    Some(Ceremony {
        purpose,
        account: (*account != [0; 16]).then(|| StaffId::from_bytes(*account)),
        origin: *origin,
        began: Timestamp::from_millisecond(i64::from_be_bytes(*began)).ok()?,
        binding,
        state: state.to_vec(),
    })
}

fn binding(bytes: &[u8]) -> Option<(Binding, &[u8])> {
    let ([length], rest) = bytes.split_first_chunk()?;
    let (name, rest) = rest.split_at_checked(usize::from(*length))?;
    let (permit, rest) = rest.split_first_chunk()?;
    Some((Binding { name: String::from_utf8(name.to_vec()).ok()?, permit: *permit }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[u8] = b"\x01\x02\
        \x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\
        \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\
        \x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\
        \x00\x00\x01\x8b\xcf\xe5\x68\x00{}";

    #[test]
    fn a_ceremony_is_pinned_byte_for_byte() {
        let ceremony = Ceremony {
            purpose: Purpose::SignIn,
            account: Some(StaffId::from_bytes([7; 16])),
            origin: [8; 32],
            began: Timestamp::from_second(1_700_000_000).unwrap(),
            binding: None,
            state: b"{}".to_vec(),
        };
        assert_eq!(ceremony.to_bytes(), KNOWN);
        assert_eq!(Ceremony::from_bytes(KNOWN).unwrap(), ceremony);
        let nobodys = Ceremony { account: None, ..ceremony };
        assert_eq!(Ceremony::from_bytes(&nobodys.to_bytes()).unwrap(), nobodys);
        let binding = Some(Binding { name: "key".into(), permit: [9; Permit::LEN] });
        let registration = Ceremony { purpose: Purpose::Register, binding, ..nobodys };
        let bytes = registration.to_bytes();
        assert_eq!(bytes[58..], [&b"\x03key"[..], &[9; Permit::LEN], b"{}"].concat());
        assert_eq!(Ceremony::from_bytes(&bytes).unwrap(), registration);
        assert!(Ceremony::from_bytes(&bytes[..100]).is_err());
    }

    #[test]
    fn what_is_too_short_or_of_another_form_is_no_ceremony() {
        for len in 0..KNOWN.len() - 2 {
            assert!(Ceremony::from_bytes(&KNOWN[..len]).is_err(), "{len}");
        }
        for (place, with) in [(0, 2), (1, 0), (1, 4), (50, 0xff)] {
            let mut bytes = KNOWN.to_vec();
            bytes[place] = with;
            assert!(Ceremony::from_bytes(&bytes).is_err(), "{place}");
        }
    }

    /// What `webauthn-rs` wrote is read as long as a ceremony may be open, over an update too.
    #[test]
    fn what_webauthn_rs_keeps_of_a_ceremony_is_pinned() {
        use webauthn_rs::prelude::{DiscoverableAuthentication, PasskeyRegistration};
        let registration = include_str!("../../tests/vectors/passkey-registration-state.json").trim_end();
        let read: PasskeyRegistration = serde_json::from_str(registration).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), registration);
        let sign_in = include_str!("../../tests/vectors/passkey-sign-in-state.json").trim_end();
        let read: DiscoverableAuthentication = serde_json::from_str(sign_in).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), sign_in);
    }
}
