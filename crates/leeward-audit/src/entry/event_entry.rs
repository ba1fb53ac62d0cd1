use crate::pseudonym::{Pseudonym, Pseudonyms};
use leeward_event::{Action, CoarseTime, Event, Outcome};
use ring::digest::{Context, SHA256};

/// What the log says in public about one event, form 1. All numbers are big-endian.
///
/// | bytes | what |
/// |---|---|
/// | 1 | kind and form: 1 |
/// | 4 | the minute in which it was logged, since 1970-01-01T00:00Z |
/// | 2 | [`Action::code`] |
/// | 1 | [`Outcome::code`] |
/// | 2 | number of the key that made the pseudonyms |
/// | 16 | pseudonym of the actor, zeroes for an unknown one |
/// | 16 | pseudonym of the subject, zeroes for none |
/// | 32 | commitment: `SHA-256(salt || event)`, with a salt of 32 random bytes and [`Event::encode`] |
///
/// Salt and event are kept apart, sealed under the subject's key. When they are erased, the entry
/// stays as it is and says nothing more: without the salt nobody can guess what it commits to. When the
/// event itself happened stands in the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventEntry {
    at: CoarseTime,
    action: u16,
    outcome: u8,
    key: u16,
    actor: Pseudonym,
    subject: Pseudonym,
    commitment: [u8; 32],
}

impl EventEntry {
    pub(super) const FORM: u8 = 1;

    /// How many bytes it has.
    pub const LEN: usize = 1 + 4 + 2 + 1 + 2 + 16 + 16 + 32;

    pub(crate) fn new(at: CoarseTime, event: &Event, salt: &[u8; 32], pseudonyms: &Pseudonyms) -> Self {
        Self {
            at,
            action: event.what().code(),
            outcome: u8::try_from(event.how().code()).unwrap_or(0),
            key: pseudonyms.number(),
            actor: pseudonyms.of_actor(event.who()),
            subject: event.whom().map_or(Pseudonym::NONE, |subject| pseudonyms.of_subject(subject)),
            commitment: commitment(salt, &event.encode()),
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(Self::LEN);
        bytes.push(Self::FORM);
        bytes.extend(self.at.minutes().to_be_bytes());
        bytes.extend(self.action.to_be_bytes());
        bytes.push(self.outcome);
        bytes.extend(self.key.to_be_bytes());
        bytes.extend(self.actor.as_bytes());
        bytes.extend(self.subject.as_bytes());
        bytes.extend(self.commitment);
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::LEN] = bytes.try_into().ok()?;
        let (form, rest) = bytes.split_first()?;
        let (minutes, rest) = rest.split_first_chunk()?;
        let (action, rest) = rest.split_first_chunk()?;
        let ([outcome], rest) = rest.split_first_chunk()?;
        let (key, rest) = rest.split_first_chunk()?;
        let (actor, rest) = rest.split_first_chunk()?;
        let (subject, commitment) = rest.split_first_chunk()?;
        (*form == Self::FORM).then_some(Self {
            at: CoarseTime::from_minutes(u32::from_be_bytes(*minutes)),
            action: u16::from_be_bytes(*action),
            outcome: *outcome,
            key: u16::from_be_bytes(*key),
            actor: Pseudonym::from_bytes(*actor),
            subject: Pseudonym::from_bytes(*subject),
            commitment: commitment.try_into().ok()?,
        })
    }

    /// Whether this entry speaks of `event` with this salt: nobody can find another event for which it
    /// does.
    #[must_use]
    pub fn commits_to(&self, event: &Event, salt: &[u8; 32]) -> bool {
        self.commitment == commitment(salt, &event.encode())
            && self.action == event.what().code()
            && u16::from(self.outcome) == event.how().code()
    }

    /// What happened; `None` when this release has no word for it.
    #[must_use]
    pub fn what(&self) -> Option<Action> {
        Action::from_code(self.action)
    }

    /// How it ended; `None` when this release has no word for it.
    #[must_use]
    pub fn how(&self) -> Option<Outcome> {
        Outcome::from_code(u16::from(self.outcome))
    }

    /// The minute in which it was logged.
    #[must_use]
    pub const fn at(&self) -> CoarseTime {
        self.at
    }

    /// Who did it.
    #[must_use]
    pub const fn actor(&self) -> Pseudonym {
        self.actor
    }

    /// Whom it concerned.
    #[must_use]
    pub const fn subject(&self) -> Pseudonym {
        self.subject
    }

    /// Which key made the pseudonyms: those of different keys are not comparable.
    #[must_use]
    pub const fn pseudonym_key(&self) -> u16 {
        self.key
    }
}

fn commitment(salt: &[u8; 32], event: &[u8]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(salt);
    context.update(event);
    let mut commitment = [0; 32];
    commitment.copy_from_slice(context.finish().as_ref());
    commitment
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::{Actor, ConversationId, StaffId, Subject};

    fn event() -> Event {
        let now = CoarseTime::from_minutes(29_900_000).start();
        Event::new(Action::BreakGlassOpened, Actor::Staff(StaffId::from_bytes([0x11; 16])), now)
            .about(Subject::Conversation(ConversationId::from_bytes([0x22; 16])))
    }

    fn entry() -> EventEntry {
        EventEntry::new(
            CoarseTime::from_minutes(29_900_001),
            &event(),
            &[0x33; 32],
            &Pseudonyms::new(1, &[0x44; 32]),
        )
    }

    #[test]
    fn form_1_is_pinned() {
        let hex: String = entry().encode().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, include_str!("../../tests/vectors/log-entry-form-1.hex").trim_end());
    }

    #[test]
    fn an_entry_reads_back_and_nothing_else_does() {
        let bytes = entry().encode();
        assert_eq!(EventEntry::decode(&bytes), Some(entry()));
        assert_eq!(EventEntry::decode(&bytes[1..]), None);
        assert_eq!(EventEntry::decode(&[&bytes[..], &[0]].concat()), None);
        let later = [&[2], &bytes[1..]].concat();
        assert_eq!(EventEntry::decode(&later), None);
    }

    #[test]
    fn an_entry_commits_to_one_event_and_salt() {
        let entry = entry();
        assert!(entry.commits_to(&event(), &[0x33; 32]));
        assert!(!entry.commits_to(&event(), &[0x34; 32]));
        assert!(!entry.commits_to(&event().outcome(Outcome::Failure), &[0x33; 32]));
    }
}
