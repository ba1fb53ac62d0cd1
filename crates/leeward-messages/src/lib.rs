#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod attachment;
mod bytes;
mod client;
pub mod content;
mod delivery;
mod device;
mod engine;
mod error;
pub mod franking;
mod identity;
mod media;
mod member;
mod notice;
mod padding;
mod received;
mod record;
mod roster;
mod snapshot;
pub mod transcript;

pub use client::{Conversations, Snapshots};
pub use content::{Draft, Kind, TimeToLive};
pub use delivery::{
    Delivered, Delivery, DeliveryLimits, DeliveryService, Hold, HoldReason, Invitation, Position, Submission,
};
pub use error::{Error, Refusal};
pub use franking::{AbuseReport, VerifiedReport};
pub use identity::{
    CredentialIssuer, CredentialPolicy, Credentials, Occasion, Presented, ServiceKey, StaffCredentials,
};
pub use media::{DtlsFingerprint, SframeBaseKey, SframeSuite};
pub use member::MemberId;
pub use notice::HoldNotice;
pub use received::{Body, Received};
pub use record::EntryKind;
pub use roster::{Roster, RosterMember, Verification};
pub use snapshot::SnapshotKey;

/// The longest body of a message, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// The most members a conversation has.
pub const MAX_MEMBERS: usize = 100;

/// The most entries of the delivery log that one call receives.
pub const MAX_PAGE: usize = 100;

/// The largest snapshot of a member, in bytes: see [`Snapshots`].
pub const MAX_SNAPSHOT: usize = 8 * 1024 * 1024;

/// The largest entry of the delivery log, in bytes. A full body takes 66 KiB, a commit among
/// [`MAX_MEMBERS`] less than 32 KiB.
const MAX_ENTRY: usize = 72 * 1024;

/// The largest Welcome, in bytes: it holds a leaf of some 250 bytes for each member.
const MAX_WELCOME: usize = 128 * 1024;

/// The largest key package, in bytes. Those made here have some 300.
const MAX_KEY_PACKAGE: usize = 4 * 1024;
