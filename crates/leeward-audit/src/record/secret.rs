use super::{FORM, body};
use leeward_store::Space;
use std::fmt;
use zeroize::Zeroizing;

/// The log's own keys, by name.
pub(crate) const KEY: Space = Space::sealed("audit.key");

/// 32 secret bytes: `form || bytes`.
pub(crate) struct Secret(Zeroizing<[u8; 32]>);

impl Secret {
    pub(crate) const fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// The record. Whoever stores it hands it to a `Value`, which wipes it.
    pub(crate) fn encode(&self) -> Vec<u8> {
        [&[FORM], &self.0[..]].concat()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let secret: &[u8; 32] = body(bytes)?.try_into().ok()?;
        Some(Self(Zeroizing::new(*secret)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_1_is_pinned_and_nothing_is_printed() {
        let secret = Secret::new(Zeroizing::new([6; 32]));
        assert_eq!(secret.encode(), [&[1][..], &[6; 32]].concat());
        assert_eq!(Secret::decode(&secret.encode()).unwrap().expose(), &[6; 32]);
        assert!(Secret::decode(&[1; 32]).is_none() && Secret::decode(&[2; 33]).is_none());
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }
}
