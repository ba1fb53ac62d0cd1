use crate::{
    AuditError, AuditLog,
    record::{HEAD, Head, LEASE, Lease},
};
use leeward_store::{Batch, Expect, Timestamp, Version};
use std::sync::{Mutex, PoisonError};

/// For how many seconds a sequencer that has more to append is left alone, after each of its batches.
const LEASE_SECONDS: i64 = 10;

/// The end of the log, and the versions of the rows that the next batch must replace.
pub(crate) struct Turn {
    pub(crate) head: Head,
    head_version: Version,
    lease: Option<(Lease, Version)>,
}

/// What a sequencer that appends a batch says of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// More follows: others stay away until the time is over.
    More,
    /// Whoever comes first.
    Anybody,
}

/// The lease of another holder, and when it was first seen as it is.
///
/// A clock that is far behind would wait long for the other's time to be over. A holder at work replaces
/// the row with every batch, so one that did not change for as long as a lease lasts is over by whatever
/// clock.
#[derive(Debug, Default)]
pub(crate) struct Sighting(Mutex<Option<(Version, Timestamp)>>);

impl AuditLog {
    /// Whether another sequencer is at work.
    pub(crate) fn is_held(&self, turn: &Turn, now: Timestamp) -> bool {
        turn.lease.is_some_and(|(lease, version)| {
            lease.holder != self.shared.id
                && !lease.is_over(now)
                && !self.shared.sighting.is_stale(version, now)
        })
    }

    /// Reads the end of the log and the lease.
    pub(crate) async fn turn(&self) -> Result<Turn, AuditError> {
        let lease = match self.store.get(&LEASE.key(&[])?).await? {
            Some(row) => {
                // The lease keeps peace and guards nothing: one that cannot be read is nobody's.
                Some((Lease::decode(row.value.as_bytes()).unwrap_or(Lease::OVER), row.version))
            }
            None => None,
        };
        // After the lease: who finished meanwhile has moved the end, and a batch made for it fails.
        let (head, head_version) = self.end().await?;
        Ok(Turn { head, head_version, lease })
    }

    /// Reads where the log ends.
    pub(crate) async fn end(&self) -> Result<(Head, Version), AuditError> {
        let row = self.store.get(&HEAD.key(&[])?).await?;
        let row = row.ok_or(AuditError::Corrupt { what: "no end of the log" })?;
        let head =
            Head::decode(row.value.as_bytes()).ok_or(AuditError::Corrupt { what: "no end of a log" })?;
        if head.origin != self.vkey().name() {
            return Err(AuditError::Origin);
        }
        Ok((head, row.version))
    }

    /// Commits a batch that moves the end to `head`, and is refused if somebody else moved it or took
    /// the lease.
    pub(crate) async fn take(
        &self,
        turn: &Turn,
        mut batch: Batch,
        head: Head,
        (now, next): (Timestamp, Next),
    ) -> Result<Turn, AuditError> {
        let lease = turn.next_lease(self.shared.id, now, next);
        let expected = turn.lease.map_or(Expect::Absent, |(_, version)| Expect::Exactly(version));
        batch.put(LEASE.key(&[])?, expected, lease.encode());
        batch.put(HEAD.key(&[])?, Expect::Exactly(turn.head_version), head.encode());
        let version = self.store.commit(batch).await?;
        Ok(Turn { head, head_version: version, lease: Some((lease, version)) })
    }
}

impl Turn {
    /// The version of what the last batch wrote.
    pub(crate) const fn version(&self) -> Version {
        self.head_version
    }

    /// The version of the lease, if there is one.
    pub(crate) fn lease_version(&self) -> Option<Version> {
        self.lease.map(|(_, version)| version)
    }

    fn next_lease(&self, me: [u8; 16], now: Timestamp, next: Next) -> Lease {
        let term = match &self.lease {
            Some((last, _)) if last.holder == me => last.term,
            Some((last, _)) => last.term.saturating_add(1),
            None => 1,
        };
        let until = match next {
            Next::More => now.as_second().saturating_add(LEASE_SECONDS),
            Next::Anybody => 0,
        };
        Lease { holder: me, term, until: u64::try_from(until).unwrap_or(0) }
    }
}

impl Sighting {
    fn is_stale(&self, version: Version, now: Timestamp) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *seen {
            Some((before, since)) if before == version => {
                now.as_second().saturating_sub(since.as_second()) >= LEASE_SECONDS
            }
            _ => {
                *seen = Some((version, now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_that_does_not_change_is_stale_by_any_clock() {
        let sighting = Sighting::default();
        let version = |number| Version::from_u64(number).unwrap();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(!sighting.is_stale(version(1), at(100)));
        assert!(!sighting.is_stale(version(1), at(109)));
        assert!(!sighting.is_stale(version(2), at(110)), "its holder is alive");
        assert!(!sighting.is_stale(version(2), at(50)), "a clock that went back");
        assert!(sighting.is_stale(version(2), at(120)));
    }
}
