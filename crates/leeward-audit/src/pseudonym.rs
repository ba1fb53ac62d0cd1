use leeward_event::{Actor, CorrelationId, Subject};
use ring::hmac;
use std::fmt;

/// Stands for a person, a conversation or a component in public: the same for the same one, so that anybody
/// can tell which entries belong together. Of whom they speak the log does not tell; the store does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym([u8; 16]);

impl Pseudonym {
    /// Nobody.
    pub const NONE: Self = Self([0; 16]);

    /// The pseudonym with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Separates these MACs from whatever else a key might be used for.
const DOMAIN: &[u8] = b"leeward-audit pseudonym v1\0";

/// The key that makes pseudonyms: the first 16 bytes of an HMAC-SHA-256 over kind and id.
#[derive(Clone)]
pub(crate) struct Pseudonyms {
    number: u16,
    key: hmac::Key,
}

impl Pseudonyms {
    pub(crate) fn new(number: u16, key: &[u8; 32]) -> Self {
        Self { number, key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }

    pub(crate) const fn number(&self) -> u16 {
        self.number
    }

    pub(crate) fn of_actor(&self, actor: Actor) -> Pseudonym {
        match actor {
            Actor::Staff(id) => self.of(STAFF, id.as_bytes()),
            Actor::Seeker(id) => self.of(SEEKER, id.as_bytes()),
            Actor::Component(component) => self.of(COMPONENT, &component.code().to_be_bytes()),
            other => other.id_bytes().map_or(Pseudonym::NONE, |id| self.of(OTHER, &id)),
        }
    }

    pub(crate) fn of_subject(&self, subject: Subject) -> Pseudonym {
        let kind = match subject {
            Subject::Staff(_) => STAFF,
            Subject::Seeker(_) => SEEKER,
            Subject::Conversation(_) => CONVERSATION,
            _ => OTHER,
        };
        self.of(kind, &subject.id_bytes())
    }

    /// What stands for a correlation. Where it is the identifier of a conversation it is the conversation's
    /// pseudonym, so that both are seen to belong together.
    pub(crate) fn of_correlation(&self, id: CorrelationId) -> Pseudonym {
        self.of(CONVERSATION, id.as_bytes())
    }

    fn of(&self, kind: u8, id: &[u8]) -> Pseudonym {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(DOMAIN);
        context.update(&[kind]);
        context.update(id);
        let tag = context.sign();
        tag.as_ref().first_chunk().map_or(Pseudonym::NONE, |first| Pseudonym(*first))
    }
}

const OTHER: u8 = 0;
const STAFF: u8 = 1;
const SEEKER: u8 = 2;
const COMPONENT: u8 = 3;
const CONVERSATION: u8 = 4;

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pseudonyms").field("number", &self.number).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::{SeekerId, StaffId};

    #[test]
    fn one_person_has_one_pseudonym_and_kinds_do_not_mix() {
        let keys = Pseudonyms::new(1, &[7; 32]);
        let staff = StaffId::from_bytes([1; 16]);
        let seeker = SeekerId::from_bytes([1; 16]);
        assert_eq!(keys.of_actor(Actor::Staff(staff)), keys.of_subject(Subject::Staff(staff)));
        assert_ne!(keys.of_actor(Actor::Staff(staff)), keys.of_actor(Actor::Seeker(seeker)));
        assert_eq!(keys.of_actor(Actor::Unknown), Pseudonym::NONE);
        let other = Pseudonyms::new(2, &[8; 32]);
        assert_ne!(keys.of_actor(Actor::Staff(staff)), other.of_actor(Actor::Staff(staff)));
    }

    #[test]
    fn the_key_is_never_printed() {
        assert_eq!(format!("{:?}", Pseudonyms::new(1, &[7; 32])), "Pseudonyms { number: 1, .. }");
    }
}
