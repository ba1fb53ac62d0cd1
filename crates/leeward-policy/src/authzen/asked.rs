use super::{Entity, Query};
use crate::{Member, Operation, Purpose, RecordOf, Requester};
use jiff::Timestamp;
use leeward_event::{ConversationId, SeekerId, StaffId, assurance::Aal};
use serde_json::Value;

/// Who asks, and what for.
#[derive(Clone, Copy)]
pub(super) struct Asker {
    pub(super) requester: Requester,
    pub(super) purpose: Purpose,
}

/// What a resource names.
pub(super) trait Named: Sized {
    fn named(resource: &Entity) -> Option<Self>;
}

/// What goes before a person's id, where a conversation could stand too.
pub(super) const PERSON: &str = "person:";

impl Asker {
    pub(super) fn of(query: &Query) -> Option<Self> {
        let said = |name: &str| query.context().get(name);
        let aal = match said("aal").and_then(Value::as_u64) {
            Some(2) => Aal::Two,
            Some(3) => Aal::Three,
            _ => Aal::One,
        };
        let requester = match query.subject().kind() {
            "staff" => Requester::new(query.subject().id().parse().ok()?, aal),
            "seeker" => Requester::seeker(query.subject().id().parse().ok()?),
            "service" => Requester::service(),
            _ => return None,
        };
        let proved_at = said("proved_at").and_then(Value::as_str).and_then(|text| text.parse().ok());
        Some(Self {
            requester: proved_at.map_or(requester, |at: Timestamp| requester.proved_at(at)),
            purpose: Purpose::from_name(said("purpose")?.as_str()?)?,
        })
    }
}

/// The operation of an action on a type of resource, if it exists.
pub(super) fn operation(action: &str, resource: &str) -> Option<Operation> {
    let named = |operation: &&Operation| {
        (operation.action().name(), operation.resource().name()) == (action, resource)
    };
    Operation::ALL.iter().find(named).copied()
}

impl Named for ConversationId {
    fn named(resource: &Entity) -> Option<Self> {
        resource.id().parse().ok()
    }
}

impl Named for SeekerId {
    fn named(resource: &Entity) -> Option<Self> {
        resource.id().parse().ok()
    }
}

impl Named for StaffId {
    fn named(resource: &Entity) -> Option<Self> {
        resource.id().parse().ok()
    }
}

impl Named for RecordOf {
    fn named(resource: &Entity) -> Option<Self> {
        match resource.id().strip_prefix(PERSON) {
            Some(person) => person.parse().ok().map(Self::Person),
            None => resource.id().parse().ok().map(Self::Conversation),
        }
    }
}

impl Named for () {
    fn named(resource: &Entity) -> Option<Self> {
        (resource.id() == resource.kind()).then_some(())
    }
}
