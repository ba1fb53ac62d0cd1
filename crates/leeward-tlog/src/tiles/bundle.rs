use super::TILE_WIDTH;

/// The largest entry, in bytes.
pub const MAX_ENTRY: usize = 65_535;

/// Why bytes are no entry bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// An entry is longer than its length can say.
    #[error("an entry is longer than {MAX_ENTRY} bytes")]
    EntryTooLong,
    /// The bundle ends within an entry.
    #[error("the bundle ends within an entry")]
    Truncated,
    /// Bytes are left over after the last entry.
    #[error("the bundle goes on after its last entry")]
    Trailing,
}

/// Appends an entry to a bundle: its length in two bytes, and itself.
///
/// # Errors
/// [`BundleError::EntryTooLong`].
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleError> {
    let len = u16::try_from(entry.len()).map_err(|_| BundleError::EntryTooLong)?;
    bundle.extend(len.to_be_bytes());
    bundle.extend(entry);
    Ok(())
}

/// The entries of a bundle of exactly `width`.
///
/// # Errors
/// [`BundleError::Truncated`]; [`BundleError::Trailing`].
pub fn split_bundle(bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let (entries, rest) = readable_entries(bundle, width);
    match entries.len() {
        count if count < usize::from(width) => Err(BundleError::Truncated),
        _ if rest.is_empty() => Ok(entries),
        _ => Err(BundleError::Trailing),
    }
}

/// The entries of a bundle as far as it can be read, `width` at most, and what is left.
#[must_use]
pub fn readable_entries(bundle: &[u8], width: u16) -> (Vec<&[u8]>, &[u8]) {
    let mut rest = bundle;
    let mut entries = Vec::with_capacity(usize::from(width.min(TILE_WIDTH)));
    while let (true, Some((entry, after))) = (entries.len() < usize::from(width), split_entry(rest)) {
        entries.push(entry);
        rest = after;
    }
    (entries, rest)
}

fn split_entry(bundle: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = bundle.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_pinned_and_strict() {
        let mut bundle = Vec::new();
        push_entry(&mut bundle, b"ab").unwrap();
        push_entry(&mut bundle, b"").unwrap();
        assert_eq!(bundle, b"\0\x02ab\0\0");
        assert_eq!(split_bundle(&bundle, 2).unwrap(), [&b"ab"[..], b""]);
        assert_eq!(split_bundle(&bundle, 1), Err(BundleError::Trailing));
        assert_eq!(split_bundle(&bundle, 3), Err(BundleError::Truncated));
        assert_eq!(split_bundle(b"\0\x03ab", 1), Err(BundleError::Truncated));
        assert_eq!(push_entry(&mut bundle, &[0; MAX_ENTRY + 1]), Err(BundleError::EntryTooLong));
        assert_eq!(bundle.len(), 6);
    }
}
