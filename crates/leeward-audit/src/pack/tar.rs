//! The one way in which a pack is written as a tar file (POSIX.1-1988, ustar): plain files, nobody's, of no
//! time, in a given order.

use super::PackError;

const BLOCK: usize = 512;

/// The longest name here, in bytes.
const MAX_NAME: usize = 100;

/// Adds a file.
pub(super) fn push(tar: &mut Vec<u8>, name: &str, bytes: &[u8]) {
    tar.extend(header(name, bytes.len()));
    tar.extend(bytes);
    tar.resize(tar.len().next_multiple_of(BLOCK), 0);
}

/// Ends the file.
pub(super) fn finish(mut tar: Vec<u8>) -> Vec<u8> {
    tar.extend([0; 2 * BLOCK]);
    tar
}

/// Takes files off the front, each in its one spelling.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next file, which must have this name and be no longer than `limit`.
    pub(super) fn take(&mut self, name: &str, limit: usize) -> Result<&'a [u8], PackError> {
        let (block, rest) = self.0.split_at_checked(BLOCK).ok_or(PackError::Malformed)?;
        let len = block.get(124..135).and_then(octal).ok_or(PackError::Malformed)?;
        // Whatever else a header could say, only this one comes back the same.
        if header(name, len) != *block {
            return Err(PackError::Malformed);
        }
        if len > limit {
            return Err(PackError::TooLarge);
        }
        let (bytes, rest) = rest.split_at_checked(len).ok_or(PackError::Malformed)?;
        let padding = len.next_multiple_of(BLOCK).saturating_sub(len);
        let (padding, rest) = rest.split_at_checked(padding).ok_or(PackError::Malformed)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(PackError::Malformed);
        }
        self.0 = rest;
        Ok(bytes)
    }

    /// That nothing is left but the end.
    pub(super) fn finish(self) -> Result<(), PackError> {
        if self.0 == [0; 2 * BLOCK] { Ok(()) } else { Err(PackError::Malformed) }
    }
}

fn octal(digits: &[u8]) -> Option<usize> {
    let text = std::str::from_utf8(digits).ok()?;
    usize::from_str_radix(text, 8).ok()
}

/// The header of a file: a plain one that everybody may read, of nobody, of no time.
fn header(name: &str, len: usize) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| {
        let field = at.checked_add(bytes.len()).and_then(|end| header.get_mut(at..end));
        if let Some(field) = field {
            field.copy_from_slice(bytes);
        }
    };
    put(0, name.as_bytes().get(..name.len().min(MAX_NAME)).unwrap_or_default());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{len:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    put(329, b"0000000\0");
    put(337, b"0000000\0");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    if let Some(field) = header.get_mut(148..156) {
        field.copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    header
}
