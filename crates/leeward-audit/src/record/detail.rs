use super::{FORM, body};
use leeward_event::Event;
use leeward_store::Space;

/// Details of events that concern somebody: key is subject id and index.
pub(crate) const DETAIL: Space = Space::sealed_for("audit.detail", 0);

/// Details of events that concern nobody: key is the index.
pub(crate) const SERVICE_DETAIL: Space = Space::sealed("audit.service-detail");

/// What an entry commits to: `form || salt || event`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Detail {
    pub(crate) salt: [u8; 32],
    pub(crate) event: Event,
}

impl Detail {
    pub(crate) fn encode(&self) -> Vec<u8> {
        [&[FORM], &self.salt[..], &self.event.encode()].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (salt, event) = body(bytes)?.split_first_chunk()?;
        Some(Self { salt: *salt, event: Event::decode(event).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::{Action, Actor, CoarseTime};

    #[test]
    fn form_1_is_pinned() {
        let event = Event::new(Action::LogRead, Actor::Unknown, CoarseTime::from_minutes(1).start());
        let detail = Detail { salt: [9; 32], event };
        let bytes = detail.encode();
        assert_eq!(bytes, [&[1][..], &[9; 32], &event.encode()].concat());
        assert_eq!(Detail::decode(&bytes), Some(detail));
        assert_eq!(Detail::decode(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(Detail::decode(&[&[2], &bytes[1..]].concat()), None);
        assert_eq!(Detail::decode(&bytes[..30]), None);
    }
}
