//! Proof of what was said by whom, when and where, for whoever was told it, and nobody else
//! (draft-ietf-mimi-protocol-06 5.4.1).
//!
//! The sender commits to the message with a [`FrankingTag`] that MLS authenticates. The delivery service,
//! the hub of that draft, sees the tag alone and [stamps](HubKeys::stamp) it with sender, conversation and
//! time when it accepts the message. The recipient [checks](Agents::check) the stamp, and refuses a message
//! that it could not report. An [`AbuseReport`] opens the commitment of one message; the hub
//! [verifies](HubKeys::verify) it, and a [`VerifiedReport`] can be made in no other way.
//!
//! `docs/franking.md` has the bytes, and vectors to test another implementation with.

mod agents;
mod context;
mod hub;
mod hub_key;
mod hub_keys;
mod notice;
mod report;
mod stamp;
mod tag;
#[cfg(test)]
mod vectors;

pub use agents::Agents;
pub use hub::Hub;
pub use hub_keys::HubKeys;
pub use report::{AbuseReport, VerifiedReport};
pub use stamp::Stamp;
pub use tag::FrankingTag;

pub(crate) use context::Context;
