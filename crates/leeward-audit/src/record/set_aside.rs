use super::{FORM, body};
use leeward_event::outbox::OUTBOX;
use leeward_store::{Key, Space, StoreError, Value};

/// What waited in the outbox and could not be read: key is the one it waited at.
pub(crate) const SET_ASIDE: Space = Space::sealed("audit.set-aside");

/// `form || 0 || bytes`, or `form || 1`.
#[derive(Debug)]
pub(crate) enum SetAside {
    /// No event that this release knows: these are its bytes.
    Bytes(Value),
    /// It did not open or is too large, so that it could not be moved and still lies in the outbox.
    Closed,
}

impl SetAside {
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => [&[FORM, 0], bytes.as_bytes()].concat(),
            Self::Closed => vec![FORM, 1],
        }
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        match body(bytes)?.split_first()? {
            (0, bytes) => Some(Self::Bytes(Value::from(bytes.to_vec()))),
            (1, []) => Some(Self::Closed),
            _ => None,
        }
    }
}

/// Where something that waits at this key is set aside.
pub(crate) fn set_aside_key(waiting: &Key) -> Result<Key, StoreError> {
    at_same_segments(SET_ASIDE, waiting)
}

/// Where something that was set aside had waited.
pub(crate) fn waiting_key(aside: &Key) -> Result<Key, StoreError> {
    at_same_segments(OUTBOX, aside)
}

fn at_same_segments(space: Space, key: &Key) -> Result<Key, StoreError> {
    let segments = key.segments();
    space.key(&segments.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_1_is_pinned() {
        let bytes = SetAside::Bytes(Value::from(vec![7, 8])).encode();
        assert_eq!(bytes, [1, 0, 7, 8]);
        assert!(
            matches!(SetAside::decode(&bytes), Some(SetAside::Bytes(value)) if value.as_bytes() == [7, 8])
        );
        assert_eq!(SetAside::Closed.encode(), [1, 1]);
        assert!(matches!(SetAside::decode(&[1, 1]), Some(SetAside::Closed)));
        assert!(SetAside::decode(&[1, 1, 0]).is_none() && SetAside::decode(&[2, 1]).is_none());
    }

    #[test]
    fn a_key_is_found_again() {
        let waiting = OUTBOX.key(&[b"abc", b"", b"d"]).unwrap();
        assert_eq!(waiting_key(&set_aside_key(&waiting).unwrap()).unwrap(), waiting);
    }
}
