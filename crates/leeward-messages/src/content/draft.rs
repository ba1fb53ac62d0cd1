use super::{Kind, TimeToLive};
use crate::{DtlsFingerprint, attachment::Descriptor};
use std::fmt;
use zeroize::Zeroizing;

/// What is to be said, wiped when dropped and never printed.
pub struct Draft {
    kind: Kind,
    body: Zeroizing<Vec<u8>>,
    time_to_live: Option<TimeToLive>,
}

impl Draft {
    /// Text for a person.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::of(Kind::Text, text.as_bytes())
    }

    /// Bytes that the application makes sense of.
    #[must_use]
    pub fn bytes(bytes: &[u8]) -> Self {
        Self::of(Kind::Bytes, bytes)
    }

    /// Between applications, shown to nobody.
    #[must_use]
    pub fn control(bytes: &[u8]) -> Self {
        Self::of(Kind::Control, bytes)
    }

    /// A file: whoever reads the message can fetch and open it.
    #[must_use]
    pub fn attachment(descriptor: &Descriptor) -> Self {
        Self::of(Kind::Attachment, &descriptor.encode())
    }

    /// An SDP offer or answer of a call.
    #[must_use]
    pub fn session_description(sdp: &str) -> Self {
        Self::of(Kind::SessionDescription, sdp.as_bytes())
    }

    /// What the other side of a call must find in the certificate of the media connection.
    #[must_use]
    pub fn fingerprint(fingerprint: &DtlsFingerprint) -> Self {
        Self::of(Kind::DtlsFingerprint, fingerprint.as_bytes())
    }

    /// The same, to be deleted that long after it was accepted.
    #[must_use]
    pub fn disappearing(self, after: TimeToLive) -> Self {
        Self { time_to_live: Some(after), ..self }
    }

    /// What kind of message it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// How long it is kept, if not until the conversation ends.
    #[must_use]
    pub const fn time_to_live(&self) -> Option<TimeToLive> {
        self.time_to_live
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    fn of(kind: Kind, body: &[u8]) -> Self {
        Self { kind, body: Zeroizing::new(body.to_vec()), time_to_live: None }
    }
}

impl From<&str> for Draft {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_not_printed() {
        assert_eq!(format!("{:?}", Draft::text("hold on")), "Draft { kind: Text, .. }");
    }
}
