use crate::Address;
use std::fmt;
use zeroize::Zeroizing;

/// One message on its way out. `Debug` shows neither address nor text.
pub struct Message {
    id: MessageId,
    to: Address,
    subject: String,
    body: Zeroizing<String>,
}

/// Names a message: the same when it is sent again after an answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageId([u8; 16]);

impl MessageId {
    pub(crate) const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Message {
    pub(crate) const fn new(id: MessageId, to: Address, subject: String, body: Zeroizing<String>) -> Self {
        Self { id, to, subject, body }
    }

    /// Which message it is.
    #[must_use]
    pub const fn id(&self) -> MessageId {
        self.id
    }

    /// Where it goes.
    #[must_use]
    pub const fn to(&self) -> &Address {
        &self.to
    }

    /// The line that a lock screen shows: neutral, and never with a code. For mail alone; a text message
    /// has none.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The text. A code stands behind several neutral lines.
    #[must_use]
    pub fn expose_body(&self) -> &str {
        &self.body
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("id", &self.id).field("to", &self.to).finish_non_exhaustive()
    }
}
