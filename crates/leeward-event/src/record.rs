//! The canonical encoding of an event, form 1. All numbers are big-endian.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | form: 1 |
//! | 2 | [`Action::code`] |
//! | 4 | minutes since 1970-01-01T00:00Z |
//! | 1 | [`Outcome::code`] |
//! | 2 | [`Reason::code`], 0 for none |
//! | 1 + 16 | actor: 1 staff, 2 seeker, 3 component (its code in the last two bytes), 0 unknown |
//! | 1 + 16 | subject: 1 staff, 2 seeker, 3 conversation, 0 none |
//! | 1 + 16 | correlation: 1, or 0 for none |
//! | 2 | [`Detail::code`], 0 for none |
//! | 2 | [`Purpose::code`], 0 for none |
//! | 4 | how many things it stands for, 1 or more |
//!
//! An id that is not there is sixteen zero bytes.

use crate::{
    Action, Actor, CoarseTime, Component, ConversationId, CorrelationId, Detail, Event, EventError, Outcome,
    Purpose, Reason, SeekerId, StaffId, Subject,
};
use std::num::NonZeroU32;

const FORM: u8 = 1;
const LEN: usize = 1 + 2 + 4 + 1 + 2 + 3 * TAGGED + 2 + 2 + 4;
const TAGGED: usize = 17;
const NONE: [u8; 16] = [0; 16];

pub(crate) fn encode(event: &Event) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(LEN);
    bytes.push(FORM);
    bytes.extend(event.action.code().to_be_bytes());
    bytes.extend(event.at.minutes().to_be_bytes());
    bytes.extend(event.outcome.code().to_be_bytes().get(1));
    bytes.extend(event.reason.map_or(0, Reason::code).to_be_bytes());
    push_tagged(&mut bytes, tagged_actor(event.actor));
    push_tagged(&mut bytes, event.subject.map_or((0, NONE), tagged_subject));
    push_tagged(&mut bytes, event.correlation.map_or((0, NONE), |id| (1, *id.as_bytes())));
    bytes.extend(event.detail.map_or(0, Detail::code).to_be_bytes());
    bytes.extend(event.purpose.map_or(0, Purpose::code).to_be_bytes());
    bytes.extend(event.times.get().to_be_bytes());
    bytes
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Event, EventError> {
    match bytes.first() {
        Some(&FORM) => decode_form_1(bytes).ok_or(EventError::Malformed),
        Some(&version) if version != 0 => Err(EventError::UnknownVersion { version }),
        _ => Err(EventError::Malformed),
    }
}

fn decode_form_1(bytes: &[u8]) -> Option<Event> {
    let fields: &[u8; LEN] = bytes.try_into().ok()?;
    let (_form, rest) = fields.split_first_chunk::<1>()?;
    let (action, rest) = rest.split_first_chunk()?;
    let (minutes, rest) = rest.split_first_chunk()?;
    let ([outcome], rest) = rest.split_first_chunk()?;
    let (reason, rest) = rest.split_first_chunk()?;
    let (actor, rest) = rest.split_first_chunk()?;
    let (subject, rest) = rest.split_first_chunk()?;
    let (correlation, rest) = rest.split_first_chunk()?;
    let (detail, rest) = rest.split_first_chunk()?;
    let (purpose, times) = rest.split_first_chunk()?;
    Some(Event {
        action: Action::from_code(u16::from_be_bytes(*action))?,
        at: CoarseTime::from_minutes(u32::from_be_bytes(*minutes)),
        outcome: Outcome::from_code(u16::from(*outcome))?,
        reason: unless_zero(*reason, Reason::from_code)?,
        actor: actor_of(tagged(actor)?)?,
        subject: subject_of(tagged(subject)?)?,
        correlation: correlation_of(tagged(correlation)?)?,
        detail: unless_zero(*detail, Detail::from_code)?,
        purpose: unless_zero(*purpose, Purpose::from_code)?,
        times: NonZeroU32::new(u32::from_be_bytes(times.try_into().ok()?))?,
    })
}

fn tagged_actor(actor: Actor) -> (u8, [u8; 16]) {
    match actor {
        Actor::Unknown => (0, NONE),
        Actor::Staff(id) => (1, *id.as_bytes()),
        Actor::Seeker(id) => (2, *id.as_bytes()),
        Actor::Component(component) => (3, u128::from(component.code()).to_be_bytes()),
    }
}

fn tagged_subject(subject: Subject) -> (u8, [u8; 16]) {
    let tag = match subject {
        Subject::Staff(_) => 1,
        Subject::Seeker(_) => 2,
        Subject::Conversation(_) => 3,
    };
    (tag, subject.id_bytes())
}

fn push_tagged(bytes: &mut Vec<u8>, (tag, id): (u8, [u8; 16])) {
    bytes.push(tag);
    bytes.extend(id);
}

fn tagged(bytes: &[u8; TAGGED]) -> Option<(u8, [u8; 16])> {
    let (&tag, id) = bytes.split_first()?;
    Some((tag, id.try_into().ok()?))
}

/// What a code stands for, where 0 stands for nothing.
fn unless_zero<T>(code: [u8; 2], from_code: impl Fn(u16) -> Option<T>) -> Option<Option<T>> {
    match u16::from_be_bytes(code) {
        0 => Some(None),
        code => from_code(code).map(Some),
    }
}

fn actor_of(tagged: (u8, [u8; 16])) -> Option<Actor> {
    match tagged {
        (0, NONE) => Some(Actor::Unknown),
        (1, id) => Some(Actor::Staff(StaffId::from_bytes(id))),
        (2, id) => Some(Actor::Seeker(SeekerId::from_bytes(id))),
        (3, id) => {
            let code = u16::try_from(u128::from_be_bytes(id)).ok()?;
            Component::from_code(code).map(Actor::Component)
        }
        _ => None,
    }
}

fn subject_of(tagged: (u8, [u8; 16])) -> Option<Option<Subject>> {
    match tagged {
        (0, NONE) => Some(None),
        (1, id) => Some(Some(Subject::Staff(StaffId::from_bytes(id)))),
        (2, id) => Some(Some(Subject::Seeker(SeekerId::from_bytes(id)))),
        (3, id) => Some(Some(Subject::Conversation(ConversationId::from_bytes(id)))),
        _ => None,
    }
}

fn correlation_of(tagged: (u8, [u8; 16])) -> Option<Option<CorrelationId>> {
    match tagged {
        (0, NONE) => Some(None),
        (1, id) => Some(Some(CorrelationId::from_bytes(id))),
        _ => None,
    }
}
