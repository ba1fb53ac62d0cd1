//! Where the delivery service keeps its records.

use super::due::Due;
use crate::MemberId;
use leeward_event::ConversationId;
use leeward_store::{Key, Prefix, Space, StoreError};

const HEAD: Space = Space::sealed_for("messages.conversation", 0);
const LOG: Space = Space::sealed_for("messages.delivery", 0);
const QUEUE: Space = Space::sealed_for("messages.queue", 0);
const SUBMITTED: Space = Space::sealed_for("messages.submitted", 0);
const WELCOME: Space = Space::sealed_for("messages.welcome", 0);
const KEY_PACKAGE: Space = Space::sealed_for("messages.key-package", 0);
const KEY_PACKAGE_CLAIMED: Space = Space::sealed_for("messages.key-package-claimed", 0);
const DUE: Space = Space::sealed("messages.due");
const HOLD: Space = Space::sealed_for("messages.hold", 0);
const CLAIMS: Space = Space::sealed_for("messages.claims", 0);

pub(super) fn head_key(conversation: ConversationId) -> Result<Key, StoreError> {
    HEAD.key(&[conversation.as_bytes()])
}

/// Where it stands that nothing may be deleted.
pub(super) fn hold_key(conversation: ConversationId) -> Result<Key, StoreError> {
    HOLD.key(&[conversation.as_bytes()])
}

pub(super) fn log_key(conversation: ConversationId, place: u64) -> Result<Key, StoreError> {
    LOG.key(&[conversation.as_bytes(), &place.to_be_bytes()])
}

pub(super) fn log_prefix(conversation: ConversationId) -> Result<Prefix, StoreError> {
    LOG.prefix(&[conversation.as_bytes()])
}

/// The place in the log that a key names.
pub(super) fn log_place(key: &Key) -> Option<u64> {
    let last = key.segments().pop()?;
    Some(u64::from_be_bytes(last.try_into().ok()?))
}

/// What ends, the earliest first.
pub(super) fn dues() -> Result<Prefix, StoreError> {
    DUE.prefix(&[])
}

pub(super) fn due_key(due: &Due) -> Result<Key, StoreError> {
    DUE.key(&[&due.hour.to_be_bytes(), due.conversation.as_bytes(), &due.place.to_be_bytes()])
}

pub(super) fn due_of(key: &Key) -> Option<Due> {
    let segments = key.segments();
    let [hour, conversation, place] = segments.as_slice() else { return None };
    let number = |segment: &[u8]| segment.try_into().ok().map(u64::from_be_bytes);
    let conversation = ConversationId::from_bytes(conversation.as_slice().try_into().ok()?);
    Some(Due { hour: number(hour)?, conversation, place: number(place)? })
}

pub(super) fn queue_key(conversation: ConversationId, member: MemberId) -> Result<Key, StoreError> {
    QUEUE.key(&[conversation.as_bytes(), &[member.kind()], member.id()])
}

pub(super) fn queues(conversation: ConversationId) -> Result<Prefix, StoreError> {
    QUEUE.prefix(&[conversation.as_bytes()])
}

/// Where a message that was submitted lies.
pub(super) fn submitted_key(conversation: ConversationId, digest: &[u8; 32]) -> Result<Key, StoreError> {
    SUBMITTED.key(&[conversation.as_bytes(), digest])
}

pub(super) fn welcome_key(conversation: ConversationId, member: MemberId) -> Result<Key, StoreError> {
    WELCOME.key(&[conversation.as_bytes(), &[member.kind()], member.id()])
}

pub(super) fn key_package_key(member: MemberId, name: &[u8]) -> Result<Key, StoreError> {
    KEY_PACKAGE.key(&[member.id(), &[member.kind()], name])
}

pub(super) fn key_packages(member: MemberId) -> Result<Prefix, StoreError> {
    KEY_PACKAGE.prefix(&[member.id(), &[member.kind()]])
}

/// Where it stands that a key package was claimed.
pub(super) fn key_package_claimed_key(member: MemberId, digest: &[u8; 32]) -> Result<Key, StoreError> {
    KEY_PACKAGE_CLAIMED.key(&[member.id(), &[member.kind()], digest])
}

pub(super) fn claims_key(by: MemberId) -> Result<Key, StoreError> {
    CLAIMS.key(&[by.id(), &[by.kind()]])
}
