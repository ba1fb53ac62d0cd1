use crate::{AbuseReport, Kind, MemberId};
use jiff::Timestamp;
use std::fmt;
use zeroize::Zeroizing;

/// A message, as one member received it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Received {
    /// Its place in the delivery log: the same for every member.
    pub seq: u64,
    /// Who sent it, as its signature proves.
    pub from: MemberId,
    /// When it was sent, to the minute. The sender's word.
    pub sent_at: Timestamp,
    /// When the delivery service accepted it, as its stamp proves.
    pub accepted_at: Timestamp,
    /// When whatever was kept of it is to be deleted, unless the conversation is then
    /// [`held`](crate::Conversations::held); `None` for never. The sender's wish, which nothing
    /// enforces on a device that is not the service's own.
    pub expires_at: Option<Timestamp>,
    /// What kind of message it is.
    pub kind: Kind,
    /// What it says.
    pub body: Body,
    /// What proves to the service that this was said, by whom, when and where: for a member who wants to
    /// report it, and says so by handing it over. It holds what was said.
    pub report: AbuseReport,
}

impl Received {
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// What a message says, wiped when dropped and never printed.
pub struct Body(Zeroizing<Vec<u8>>);

impl Body {
    pub(crate) const fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes, as the sender gave them.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
