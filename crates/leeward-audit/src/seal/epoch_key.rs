use ring::hmac;
use std::fmt;
use zeroize::Zeroizing;

const MAC: &[u8] = b"leeward-audit seal v1\0";
const NEXT: &[u8] = b"leeward-audit next epoch v1\0";

/// The key of one epoch. From it follow those of all later epochs, and none of an earlier one.
pub(crate) struct EpochKey(Zeroizing<[u8; 32]>);

impl EpochKey {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key of the next epoch: `HMAC-SHA-256(key, "leeward-audit next epoch v1\0")`.
    pub(crate) fn next(&self) -> Self {
        Self(Zeroizing::new(self.hmac(NEXT, &[])))
    }

    pub(crate) fn mac(&self, message: &[u8]) -> [u8; 32] {
        self.hmac(MAC, message)
    }

    /// Whether the tag is this message's, in the same time whatever differs.
    pub(crate) fn verifies(&self, message: &[u8], tag: &[u8; 32]) -> bool {
        hmac::verify(&self.key(), &[MAC, message].concat(), tag).is_ok()
    }

    /// Whether both are the same, in the same time whatever differs.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.verifies(&[], &other.mac(&[]))
    }

    fn hmac(&self, domain: &[u8], message: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key());
        context.update(domain);
        context.update(message);
        let mut tag = [0; 32];
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &*self.0)
    }
}

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EpochKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratchet_is_pinned_and_nothing_is_printed() {
        let key = EpochKey::new([0x55; 32]);
        let hex: String = key.next().next().expose().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, include_str!("../../tests/vectors/epoch-key-2.hex").trim_end());
        assert_eq!(format!("{key:?}"), "EpochKey(..)");
    }
}
