//! Passkeys and security keys: WebAuthn Level 3, by `webauthn-rs`.

mod answer;
mod ceremony;
mod decoy;
mod fault;
mod kept;
mod manage;
mod options;
mod party;
mod policy;
mod register;
mod service;
mod sign_in;

pub use answer::{RegistrationAnswer, SignInAnswer};
pub use ceremony::{Begun, CeremonyId};
pub use fault::PasskeyFault;
pub use kept::Passkey;
pub(crate) use manage::forget;
pub use party::RelyingParty;
pub use policy::{AcceptedModels, PasskeyPolicy};
pub use register::Holder;
pub use service::Passkeys;
pub use sign_in::Asked;
