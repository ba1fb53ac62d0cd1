use crate::{DtlsFingerprint, Refusal, attachment::Descriptor};

/// What the body of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Text for a person, in UTF-8.
    Text,
    /// Bytes that the application makes sense of.
    Bytes,
    /// A file that lies elsewhere: [`Descriptor::decode`].
    Attachment,
    /// An SDP offer or answer of a call (RFC 8866), in UTF-8.
    SessionDescription,
    /// The fingerprint of the certificate of a call: [`DtlsFingerprint`].
    DtlsFingerprint,
    /// Between applications, shown to nobody: a receipt, or a frame that hides when nothing is said.
    Control,
}

impl Kind {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Text => 1,
            Self::Bytes => 2,
            Self::Attachment => 3,
            Self::SessionDescription => 4,
            Self::DtlsFingerprint => 5,
            Self::Control => 6,
        }
    }

    pub(crate) const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Text),
            2 => Some(Self::Bytes),
            3 => Some(Self::Attachment),
            4 => Some(Self::SessionDescription),
            5 => Some(Self::DtlsFingerprint),
            6 => Some(Self::Control),
            _ => None,
        }
    }

    /// Whether a body is what a message of this kind holds.
    pub(crate) fn check(self, body: &[u8]) -> Result<(), Refusal> {
        let whole = match self {
            Self::Bytes | Self::Control => true,
            Self::Text | Self::SessionDescription => str::from_utf8(body).is_ok(),
            Self::Attachment => Descriptor::decode(body).is_ok(),
            Self::DtlsFingerprint => DtlsFingerprint::try_from(body).is_ok(),
        };
        if whole { Ok(()) } else { Err(Refusal::Malformed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_pinned() {
        let kinds = (0..=u8::MAX).filter_map(|code| Some((code, Kind::from_code(code)?)));
        assert!(kinds.clone().all(|(code, kind)| kind.code() == code));
        assert!(kinds.map(|(code, _)| code).eq(1..=6));
    }

    #[test]
    fn a_body_has_to_be_of_its_kind() {
        for kind in [Kind::Text, Kind::SessionDescription, Kind::Attachment, Kind::DtlsFingerprint] {
            assert!(kind.check(b"\xff").is_err(), "{kind:?}");
        }
        assert!(Kind::Bytes.check(b"\xff").is_ok() && Kind::Control.check(b"\xff").is_ok());
    }
}
