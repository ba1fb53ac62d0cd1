use super::{BreachError, BreachHash, RangePrefix};
use std::fmt;

/// The most bytes of one range. Real ones have less than a hundred thousand.
pub(super) const MAX_RANGE: usize = 4 * 1024 * 1024;

/// Where ranges come from: a directory, a file, a server.
///
/// It is told the prefix, and so learns nothing else. It may block.
pub trait RangeSource: fmt::Debug + Send + Sync {
    /// All hashes of the set that begin with `prefix`.
    ///
    /// # Errors
    /// [`BreachError`]: then nothing is known of any hash with this prefix.
    fn range(&self, prefix: RangePrefix) -> Result<Range, BreachError>;
}

/// All hashes of a set that begin with the same five digits, and how often each was seen.
#[derive(Debug, PartialEq, Eq)]
pub struct Range {
    listed: Vec<Listed>,
}

/// One line: a hash, and how often a passphrase with it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) hash: [u8; BreachHash::LEN],
    pub(super) count: u64,
}

impl Range {
    /// Reads the public form: lines of 35 hexadecimal digits, a colon and a count. Lines that count 0 are
    /// padding.
    ///
    /// # Errors
    /// [`BreachError::Malformed`].
    pub fn parse(prefix: RangePrefix, lines: &[u8]) -> Result<Self, BreachError> {
        if lines.len() > MAX_RANGE {
            return Err(BreachError::malformed("more than 4 MiB"));
        }
        let prefix = prefix.to_string();
        let lines = lines.strip_suffix(b"\n").unwrap_or(lines);
        let lines = lines.split(|byte| *byte == b'\n').filter(|_| !lines.is_empty());
        let listed: Result<Vec<_>, _> = lines.map(|line| Listed::parse(prefix.as_bytes(), line)).collect();
        Ok(Self { listed: listed?.into_iter().filter(|listed| listed.count > 0).collect() })
    }

    /// How often a passphrase with this hash was seen; 0 if never.
    #[must_use]
    pub fn count_of(&self, hash: &BreachHash) -> u64 {
        self.listed
            .iter()
            .filter(|listed| listed.hash == *hash.bytes())
            .map(|listed| listed.count)
            .max()
            .unwrap_or(0)
    }

    /// How many hashes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.listed.len()
    }

    /// Whether it has none, which is true of no range of the public set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    pub(super) fn listed(&self) -> &[Listed] {
        &self.listed
    }
}

impl From<Vec<Listed>> for Range {
    fn from(listed: Vec<Listed>) -> Self {
        Self { listed }
    }
}

impl Listed {
    /// A line without its line feed. `prefix` are the digits that it leaves out.
    pub(super) fn parse(prefix: &[u8], line: &[u8]) -> Result<Self, BreachError> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let digits = (BreachHash::LEN * 2).saturating_sub(prefix.len());
        let split =
            line.split_at_checked(digits).and_then(|(digits, rest)| Some((digits, rest.strip_prefix(b":")?)));
        let (digits, count) = split.ok_or(BreachError::malformed("a line that is no hash with a count"))?;
        let hash = hash(prefix, digits).ok_or(BreachError::malformed("a hash that is none"))?;
        let count = count_of(count).ok_or(BreachError::malformed("a count that is none"))?;
        Ok(Self { hash, count })
    }
}

/// The bytes that these digits spell, if they are digits.
fn hash(prefix: &[u8], digits: &[u8]) -> Option<[u8; BreachHash::LEN]> {
    let mut hash = [0; BreachHash::LEN];
    let mut digits = prefix.iter().chain(digits);
    for byte in &mut hash {
        *byte = (digit(*digits.next()?)? << 4) | digit(*digits.next()?)?;
    }
    digits.next().is_none().then_some(hash)
}

const fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character.wrapping_sub(b'0')),
        b'A'..=b'F' => Some(character.wrapping_sub(b'A' - 10)),
        b'a'..=b'f' => Some(character.wrapping_sub(b'a' - 10)),
        _ => None,
    }
}

fn count_of(digits: &[u8]) -> Option<u64> {
    let number = |so_far: Option<u64>, digit: &u8| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit.wrapping_sub(b'0')))?;
        so_far?.checked_mul(10)?.checked_add(digit)
    };
    (!digits.is_empty()).then(|| digits.iter().fold(Some(0), number))?
}
