//! What a call takes from a conversation: keys for its frames, and the fingerprints of its connections.

use crate::Refusal;
use ring::digest::{SHA256, digest};
use std::{fmt, fmt::Write as _};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// The `base_key` of SFrame for one epoch, `MLS-Exporter("SFrame 1.0 Base Key", "", Nk)`
/// (RFC 9605 5.2), wiped when dropped. Every member of the epoch has the same, and nobody else.
///
/// Each sender has to put its own [`leaf`](Self::leaf) and the [`epoch`](Self::epoch) into the key identifier
/// of its frames, from which an SFrame library derives the key of that sender: two that share an identifier
/// encrypt under the same key and nonces. So does a sender whose counter of frames begins again, in a second call of
/// one epoch or after a restart: give each its own context value in the identifier (RFC 9605 5.2), or
/// [`refresh`](crate::Conversations::refresh) before.
pub struct SframeBaseKey {
    bytes: Zeroizing<Vec<u8>>,
    epoch: u64,
    leaf: u32,
}

impl SframeBaseKey {
    /// The label that it is exported by.
    pub(crate) const LABEL: &str = "SFrame 1.0 Base Key";

    pub(crate) const fn new(bytes: Zeroizing<Vec<u8>>, epoch: u64, leaf: u32) -> Self {
        Self { bytes, epoch, leaf }
    }

    /// The epoch that it is of.
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The leaf of the member who asked: below 128.
    #[must_use]
    pub const fn leaf(&self) -> u32 {
        self.leaf
    }

    /// The bytes, for an SFrame library.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for SframeBaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SframeBaseKey").finish_non_exhaustive()
    }
}

/// The suites of RFC 9605 4.5 whose keys a conversation gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SframeSuite {
    /// `AES_128_GCM_SHA256_128`.
    Aes128Gcm,
    /// `AES_256_GCM_SHA512_128`.
    Aes256Gcm,
}

impl SframeSuite {
    /// `Nk`, in bytes.
    #[must_use]
    pub const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes256Gcm => 32,
        }
    }
}

/// The SHA-256 fingerprint of the certificate of a media connection (RFC 8122 5). Sent within the
/// conversation, it makes DTLS-SRTP of two parties end to end: whoever relays the offer cannot put another
/// certificate in.
#[derive(Clone, Copy)]
pub struct DtlsFingerprint([u8; 32]);

impl DtlsFingerprint {
    /// Of a certificate, in DER.
    #[must_use]
    pub fn of_certificate(der: &[u8]) -> Self {
        // A digest of SHA-256 has 32 bytes: the fallback is never taken.
        Self(digest(&SHA256, der).as_ref().try_into().unwrap_or_default())
    }

    /// From the value of `a=fingerprint:` in a session description: `sha-256 AB:CD:...`.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], also of another hash function.
    pub fn from_sdp(value: &str) -> Result<Self, Refusal> {
        let (function, hex) = value.trim().split_once(' ').ok_or(Refusal::Malformed)?;
        if !function.eq_ignore_ascii_case("sha-256") {
            return Err(Refusal::Malformed);
        }
        let mut bytes = [0; 32];
        let mut parts = hex.split(':');
        for byte in &mut bytes {
            *byte = parts.next().and_then(hex_byte).ok_or(Refusal::Malformed)?;
        }
        if parts.next().is_none() { Ok(Self(bytes)) } else { Err(Refusal::Malformed) }
    }

    /// As the value of `a=fingerprint:`.
    #[must_use]
    pub fn to_sdp(&self) -> String {
        let mut text = String::from("sha-256 ");
        for (index, byte) in self.0.iter().enumerate() {
            let colon = if index == 0 { "" } else { ":" };
            // Writing to a string cannot fail.
            let _ = write!(text, "{colon}{byte:02X}");
        }
        text
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the certificate that the other side of the connection showed is the one it announced.
    #[must_use]
    pub fn matches(&self, der: &[u8]) -> bool {
        self.0.ct_eq(&Self::of_certificate(der).0).into()
    }
}

impl TryFrom<&[u8]> for DtlsFingerprint {
    type Error = Refusal;

    fn try_from(bytes: &[u8]) -> Result<Self, Refusal> {
        bytes.try_into().map(Self).map_err(|_| Refusal::Malformed)
    }
}

impl fmt::Debug for DtlsFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DtlsFingerprint({})", self.to_sdp())
    }
}

fn hex_byte(text: &str) -> Option<u8> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits.then(|| u8::from_str_radix(text, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_written_as_in_sdp() {
        // The SHA-256 of nothing.
        let sdp = "sha-256 E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:\
                   99:1B:78:52:B8:55";
        let empty = DtlsFingerprint::of_certificate(b"");
        assert_eq!(empty.to_sdp(), sdp);
        assert_eq!(DtlsFingerprint::from_sdp(&sdp.to_lowercase()).unwrap().as_bytes(), empty.as_bytes());
        assert!(empty.matches(b"") && !empty.matches(b"other"));
        let bad =
            ["", "sha-256", "sha-1 E3:B0", "sha-256 E3:B0", &format!("{sdp}:00"), &sdp.replace("E3", "+3")];
        assert!(bad.iter().all(|value| DtlsFingerprint::from_sdp(value).is_err()));
        assert!(DtlsFingerprint::try_from(&[0; 31][..]).is_err());
    }

    #[test]
    fn a_base_key_is_not_printed() {
        let key = SframeBaseKey::new(Zeroizing::new(vec![0xab; 16]), 1, 2);
        assert_eq!(format!("{key:?}"), "SframeBaseKey { .. }");
        let lengths = [SframeSuite::Aes128Gcm, SframeSuite::Aes256Gcm].map(SframeSuite::key_len);
        assert_eq!(lengths, [16, 32]);
    }
}
