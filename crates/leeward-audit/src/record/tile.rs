use super::{FORM, body};
use crate::merkle::Hash;
use leeward_store::Space;

/// The hashes of a tile: key is level and index. A level 0 tile is written once, when it is full; one
/// above grows each time a tile below is full. Public: what is signed is checked against the head.
pub(crate) const TILE: Space = Space::public("audit.tile");

/// `form || hashes`.
pub(crate) fn encode_tile(hashes: &[Hash]) -> Vec<u8> {
    let mut bytes = vec![FORM];
    hashes.iter().for_each(|hash| bytes.extend(hash.as_bytes()));
    bytes
}

pub(crate) fn decode_tile(bytes: &[u8]) -> Option<Vec<Hash>> {
    Hash::split(body(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_1_is_pinned() {
        let hashes = [Hash::new([1; 32]), Hash::new([2; 32])];
        let bytes = encode_tile(&hashes);
        assert_eq!(bytes, [&[1][..], &[1; 32], &[2; 32]].concat());
        assert_eq!(decode_tile(&bytes).unwrap(), hashes);
        assert!(decode_tile(&bytes[..64]).is_none() && decode_tile(&[2]).is_none());
    }
}
