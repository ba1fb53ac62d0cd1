use super::{FORM, body};
use leeward_store::{Space, Timestamp};

/// Who appends at present: one row, which every appending batch replaces. Public: it holds random
/// numbers and a time.
pub(crate) const LEASE: Space = Space::public("audit.lease");

/// `form || holder || term || until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    /// Who holds it: 16 random bytes for each log that was opened.
    pub(crate) holder: [u8; 16],
    /// How often it changed hands.
    pub(crate) term: u64,
    /// Until when the holder wants to be left alone, in seconds since 1970 by its own clock; 0 when it
    /// has finished.
    pub(crate) until: u64,
}

/// How many seconds ahead a lease may reach by a clock that is wrong. Nobody asks for so long.
const LONGEST: u64 = 24 * 60 * 60;

impl Lease {
    /// A lease that nobody holds: what a row that says nothing counts as.
    pub(crate) const OVER: Self = Self { holder: [0; 16], term: 0, until: 0 };

    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        let now = u64::try_from(now.as_second()).unwrap_or(0);
        now >= self.until || self.until.saturating_sub(now) > LONGEST
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        [&[FORM], &self.holder[..], &self.term.to_be_bytes(), &self.until.to_be_bytes()].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (holder, rest) = body(bytes)?.split_first_chunk()?;
        let (term, until) = rest.split_first_chunk()?;
        let (term, until) = (u64::from_be_bytes(*term), u64::from_be_bytes(until.try_into().ok()?));
        Some(Self { holder: *holder, term, until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_1_is_pinned() {
        let lease = Lease { holder: [5; 16], term: 2, until: 258 };
        let bytes = lease.encode();
        assert_eq!(bytes, [&[1][..], &[5; 16], &[0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, 2]].concat());
        assert_eq!(Lease::decode(&bytes), Some(lease));
        assert_eq!(Lease::decode(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(Lease::decode(&[&[2], &bytes[1..]].concat()), None);
    }

    #[test]
    fn a_lease_is_over_at_its_second() {
        let lease = Lease { holder: [5; 16], term: 1, until: 100 };
        let at = |second| lease.is_over(Timestamp::from_second(second).unwrap());
        assert!(!at(99) && at(100) && !at(-200));
        assert!(Lease::OVER.is_over(Timestamp::UNIX_EPOCH));
        let forged = Lease { until: u64::MAX, ..lease };
        assert!(forged.is_over(Timestamp::UNIX_EPOCH), "a row that anybody can write stops nobody");
    }
}
