use crate::{Hold, HoldReason, bytes::Reader};
use jiff::Timestamp;

/// What the members of a conversation are told of the holds that it is under: while one stands, nothing of it is
/// deleted and no time to live counts. Who asked for it they are not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HoldNotice {
    /// Whether one is [`HoldReason::Legal`].
    pub legal: bool,
    /// Whether one is [`HoldReason::AbuseReport`].
    pub abuse_report: bool,
    /// Since when the earliest that stands was placed, to the second; when none stands, when the last was lifted.
    pub since: Timestamp,
}

const LEGAL: u8 = 1;
const ABUSE_REPORT: u8 = 2;

impl HoldNotice {
    /// How many bytes it has: `legal: 1 | abuse report: 2 (u8) || since (i64 s)`.
    pub(crate) const LEN: usize = 9;

    pub(crate) fn of(holds: &[Hold], now: Timestamp) -> Self {
        let any = |why| holds.iter().any(|hold| hold.why == why);
        let since = holds.iter().map(|hold| hold.since).min().unwrap_or(now);
        Self { legal: any(HoldReason::Legal), abuse_report: any(HoldReason::AbuseReport), since }
    }

    /// Whether there is a hold.
    pub(crate) const fn stands(&self) -> bool {
        self.legal || self.abuse_report
    }

    pub(crate) const fn reasons(&self) -> u8 {
        let legal = if self.legal { LEGAL } else { 0 };
        if self.abuse_report { legal | ABUSE_REPORT } else { legal }
    }

    pub(crate) fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [self.reasons(); Self::LEN];
        if let Some(since) = bytes.last_chunk_mut() {
            *since = self.since.as_second().to_be_bytes();
        }
        bytes
    }

    pub(crate) fn decode(reader: &mut Reader<'_>) -> Option<Self> {
        let reasons = reader.u8().filter(|reasons| *reasons <= LEGAL | ABUSE_REPORT)?;
        let since = Timestamp::from_second(reader.array().map(i64::from_be_bytes)?).ok()?;
        Some(Self { legal: reasons & LEGAL != 0, abuse_report: reasons & ABUSE_REPORT != 0, since })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notice_is_pinned() {
        let since = Timestamp::from_second(258).unwrap();
        for (reasons, legal, abuse_report) in
            [(0, false, false), (1, true, false), (2, false, true), (3, true, true)]
        {
            let notice = HoldNotice { legal, abuse_report, since };
            let bytes = [reasons, 0, 0, 0, 0, 0, 0, 1, 2];
            assert_eq!((notice.encode(), notice.stands()), (bytes, reasons > 0));
            assert_eq!(HoldNotice::decode(&mut Reader::new(&bytes)), Some(notice));
        }
        assert_eq!(HoldNotice::decode(&mut Reader::new(&[4, 0, 0, 0, 0, 0, 0, 1, 2])), None);
        assert_eq!(HoldNotice::decode(&mut Reader::new(&[1; 8])), None);
    }
}
