#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod csrf;
mod error;
mod keys;
mod look_up;
mod opaque;
mod policy;
mod record;
mod recovery;
mod refresh;
mod revoke;
mod roster;
mod service;
mod session;
mod step_up;
mod tell;
mod token;

pub use error::SessionError;
pub use keys::{SessionKey, SessionKeys};
pub use policy::{Limits, SessionPolicy};
pub use recovery::RecoverySession;
pub use refresh::Refreshed;
pub use revoke::FactorChange;
pub use service::Sessions;
pub use session::{Ended, Life, Session, Times};
pub use step_up::{ActionDigest, StepUp};
pub use token::{RecoveryToken, RefreshToken, SessionToken, StepUpToken};
