#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod action;
mod actor;
pub mod assurance;
mod coarse_time;
mod codes;
mod detail;
mod error;
mod event;
mod id;
pub mod outbox;
mod outcome;
mod purpose;
mod reason;
mod record;
mod subject;

pub use action::Action;
pub use actor::{Actor, Component};
pub use coarse_time::CoarseTime;
pub use detail::Detail;
pub use error::EventError;
pub use event::Event;
pub use id::{
    AuthenticatorId, ConversationId, CorrelationId, GrantId, ParseIdError, SeekerId, SessionId, StaffId,
    TeamId,
};
pub use outcome::Outcome;
pub use purpose::Purpose;
pub use reason::Reason;
pub use subject::Subject;
