#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod policy;
mod record;
mod revoke;
mod service;
mod session;
mod token;

pub use error::SessionError;
pub use policy::{Limits, SessionPolicy};
pub use service::Sessions;
pub use session::{Ended, Life, Session, Times};
pub use token::SessionToken;
