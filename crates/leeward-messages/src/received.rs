use crate::{Kind, MemberId};
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
    /// What kind of message it is.
    pub kind: Kind,
    /// What it says.
    pub body: Body,
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
