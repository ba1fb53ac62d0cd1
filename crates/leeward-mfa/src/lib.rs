#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod code;
mod error;
mod hotp;
mod label;
mod material;
mod otp;
mod otpauth;
mod out_of_band;
#[cfg(feature = "passkeys")]
mod passkey;
mod pending;
mod permit;
mod presented;
mod profile;
mod qr;
mod recovery_codes;
mod refused;
mod registry;
mod service;
mod ticket;
mod totp;
mod tries;

pub use error::MfaError;
pub use hotp::{HotpFactor, HotpSecret};
pub use otp::{Algorithm, Digits};
pub use otpauth::{Otpauth, OtpauthKey};
pub use out_of_band::PhoneCodeRequest;
#[cfg(feature = "passkeys")]
pub use passkey::{
    AcceptedModels, Asked, Begun, CeremonyId, Holder, Passkey, PasskeyFault, PasskeyPolicy, Passkeys,
    RegistrationAnswer, RelyingParty, SignInAnswer,
};
pub use pending::PendingMfa;
pub use permit::Permit;
pub use presented::Presented;
pub use profile::Profile;
pub use qr::QrCode;
pub use recovery_codes::{IssuedCodes, RecoveryCode};
pub use refused::Refused;
pub use registry::{Bound, Factor, FactorState};
pub use service::Mfa;
pub use ticket::Ticket;
pub use totp::{Period, Skew, TotpEnrolment, TotpFactor, TotpSecret, Unlocking, Verdict};

pub(crate) use presented::Judged;
pub(crate) use service::unless_erased;
