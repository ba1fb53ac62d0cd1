use super::{
    BreachError, BreachHash, FilterHeader,
    fuse::Question,
    header::{DATA, ENTRY_LEN, Entry, HEADER_LEN, SHARDS, State, TABLE_LEN, finished, sha256},
    positioned::Positioned,
};
use ring::digest::{Context, SHA256};
use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};

/// How much is read at once when all is checked.
const CHUNK: usize = 64 * 1024;

/// A file that says whether a hash is in the set it was made of.
///
/// It is not read into memory: a look-up reads three times two bytes, and what is asked often the system
/// keeps. On opening, header, table and length are checked; the fingerprints are
/// checked by [`verify`](Self::verify) alone, which reads all of them. It may be asked from many threads at
/// once. A new file can be renamed over it at any time: what is open goes on with the old one.
///
/// Reads block, for as long as a disk takes.
pub struct BreachFilter {
    file: Positioned,
    header: FilterHeader,
    digest: [u8; 32],
    parts: Vec<Part>,
}

struct Part {
    entry: Entry,
    at: u64,
}

impl BreachFilter {
    /// Opens what [`FilterBuilder`](super::FilterBuilder) made.
    ///
    /// # Errors
    /// [`BreachError::Io`]; [`BreachError::NotAFilter`]; [`BreachError::Version`];
    /// [`BreachError::Damaged`]; [`BreachError::Length`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, BreachError> {
        Self::from_file(File::open(path)?)
    }

    /// As [`open`](Self::open), of a file that is open already.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_file(file: File) -> Result<Self, BreachError> {
        let file = Positioned::new(file);
        let (header, state, bytes) = read_header(&file)?;
        let State::Finished(table_sha256) = state else {
            return Err(BreachError::Damaged { what: "it was not finished: build it to its end" });
        };
        let mut table = vec![0; TABLE_LEN];
        file.read_exact(&mut table, HEADER_LEN as u64).map_err(cut_short)?;
        if sha256(&table) != table_sha256 {
            return Err(BreachError::Damaged { what: "its table is not what was written" });
        }
        let parts = parts(&header, &table)?;
        let (is, should) = (file.len()?, parts.last().map_or(DATA, Part::end));
        if is != should {
            return Err(BreachError::Length { is, should });
        }
        Ok(Self { file, header, digest: sha256(&bytes), parts })
    }

    /// Whether the hash may be in the set. `false` is certain; of hashes that are not in it, one in 65,536
    /// is said to be.
    ///
    /// # Errors
    /// [`BreachError::Io`], also when the file was cut short since it was opened.
    pub fn contains(&self, hash: &BreachHash) -> Result<bool, BreachError> {
        let shard = usize::try_from(hash.prefix().number() >> 8).unwrap_or(usize::MAX);
        let Some(part) = self.parts.get(shard).filter(|part| part.entry.keys > 0) else { return Ok(false) };
        let Question { mut fingerprint, places } = part.entry.layout.question(key(hash.bytes()));
        for place in places {
            let mut two = [0; 2];
            self.file.read_exact(&mut two, part.at.saturating_add(place.saturating_mul(2)))?;
            fingerprint ^= u16::from_le_bytes(two);
        }
        Ok(fingerprint == 0)
    }

    /// Reads all of it, and checks that it is what was built. After each part, `progress` is told how many
    /// bytes were read, and of how many.
    ///
    /// # Errors
    /// [`BreachError::Checksum`]; [`BreachError::Io`].
    pub fn verify(&self, mut progress: impl FnMut(u64, u64)) -> Result<(), BreachError> {
        let all = self.parts.last().map_or(DATA, Part::end);
        for (shard, part) in (0..SHARDS).zip(&self.parts) {
            if checksum(&self.file, part.at, part.entry.len())? != part.entry.sha256 {
                return Err(BreachError::Checksum { shard });
            }
            progress(part.end(), all);
        }
        Ok(())
    }

    /// What it says of itself.
    #[must_use]
    pub const fn header(&self) -> &FilterHeader {
        &self.header
    }

    /// SHA-256 of the header, which stands for the whole: keep it, and compare, if others can write the
    /// file, and [`verify`](Self::verify).
    #[must_use]
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

impl Part {
    fn end(&self) -> u64 {
        self.at.saturating_add(self.entry.len())
    }
}

impl fmt::Debug for BreachFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BreachFilter").field("header", &self.header).finish_non_exhaustive()
    }
}

/// What stands for a hash in the filter of its part: its first 64 bits.
pub(super) fn key(hash: &[u8; BreachHash::LEN]) -> u64 {
    hash.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

/// The header of a finished or unfinished filter, and its bytes.
pub(super) fn read_header(file: &Positioned) -> Result<(FilterHeader, State, [u8; HEADER_LEN]), BreachError> {
    let mut bytes = [0; HEADER_LEN];
    file.read_exact(&mut bytes, 0).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => BreachError::NotAFilter,
        _ => BreachError::Io(error),
    })?;
    let (header, state) = FilterHeader::decode(&bytes)?;
    Ok((header, state, bytes))
}

/// SHA-256 of a part as it lies in the file.
pub(super) fn checksum(file: &Positioned, at: u64, len: u64) -> io::Result<[u8; 32]> {
    let (mut context, mut rest) = (Context::new(&SHA256), file.from(at).take(len));
    let (mut chunk, mut seen) = (vec![0; CHUNK], 0_u64);
    loop {
        let read = rest.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        context.update(bytes);
        seen = seen.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
    if seen < len {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(finished(&context.finish()))
}

/// Where each part lies: one after the other, so that no two share a byte.
fn parts(header: &FilterHeader, table: &[u8]) -> Result<Vec<Part>, BreachError> {
    let (mut at, mut keys, mut missing) = (DATA, 0_u64, 0_u32);
    let mut parts = Vec::with_capacity(usize::from(SHARDS));
    for bytes in table.as_chunks::<ENTRY_LEN>().0 {
        let entry = Entry::decode(bytes)?;
        let part = Part { at, entry };
        at = part.end();
        keys = keys.saturating_add(u64::from(entry.keys));
        missing = missing.saturating_add(u32::from(entry.missing_ranges));
        parts.push(part);
    }
    if (keys, missing) != (header.keys, header.missing_ranges) {
        return Err(BreachError::Damaged { what: "its header and its table do not agree" });
    }
    Ok(parts)
}

fn cut_short(error: io::Error) -> BreachError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => BreachError::Damaged { what: "it ends within its table" },
        _ => BreachError::Io(error),
    }
}
