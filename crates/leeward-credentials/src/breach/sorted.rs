//! One file of whole hashes, in their order.

use super::{BreachError, BreachHash, positioned::Positioned, range::Listed};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    ops::Range,
};

/// Longer than any line is.
const MAX_LINE: usize = 128;
/// How much is read at once.
const BUFFER: usize = 256 * 1024;

/// Lines of 40 hexadecimal digits, a colon and a count.
#[derive(Debug)]
pub(super) struct Sorted {
    file: Positioned,
    len: u64,
}

/// The lowest hash of those that are asked for, or none above it.
type Bound = Option<[u8; BreachHash::LEN]>;

impl Sorted {
    pub(super) fn new(file: File) -> io::Result<Self> {
        let file = Positioned::new(file);
        Ok(Self { len: file.len()?, file })
    }

    /// Hands over each line from `from` up to `to`, and checks that these are in order, and that they are
    /// where halving finds them.
    pub(super) fn visit(
        &self,
        from: Bound,
        to: Bound,
        mut visit: impl FnMut(Listed) -> Result<(), BreachError>,
    ) -> Result<(), BreachError> {
        let Range { start, end } = self.first_at_least(from)?..self.first_at_least(to)?;
        let len = end.checked_sub(start).ok_or(BreachError::Unsorted)?;
        let mut lines = BufReader::with_capacity(BUFFER, self.file.from(start).take(len));
        let (mut line, mut last) = (Vec::with_capacity(MAX_LINE), None);
        while next_line(&mut lines, &mut line)? {
            let listed = Listed::parse(&[], &line)?;
            let hash = Some(listed.hash);
            if hash <= last || hash < from || to.is_some_and(|to| listed.hash >= to) {
                return Err(BreachError::Unsorted);
            }
            last = hash;
            visit(listed)?;
        }
        Ok(())
    }

    /// Where the first line begins whose hash is at least `bound`: the end, if there is no bound.
    fn first_at_least(&self, bound: Bound) -> Result<u64, BreachError> {
        let Some(bound) = bound else { return Ok(self.len) };
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low.midpoint(high);
            match self.line_from(middle)? {
                Some((_, listed)) if listed.hash < bound => low = middle.saturating_add(1),
                _ => high = middle,
            }
        }
        Ok(self.line_from(low)?.map_or(self.len, |(start, _)| start))
    }

    /// The first line that begins at `at` or later.
    fn line_from(&self, at: u64) -> Result<Option<(u64, Listed)>, BreachError> {
        let before = at.saturating_sub(1);
        let mut lines = BufReader::with_capacity(MAX_LINE * 2, self.file.from(before));
        let (mut line, mut start) = (Vec::with_capacity(MAX_LINE), before);
        if at > 0 {
            next_line(&mut lines, &mut line)?;
            start = start.saturating_add(u64::try_from(line.len()).unwrap_or(u64::MAX)).saturating_add(1);
        }
        if !next_line(&mut lines, &mut line)? {
            return Ok(None);
        }
        Ok(Some((start, Listed::parse(&[], &line)?)))
    }
}

/// The next line, without its line feed; `false` when there is none.
fn next_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, BreachError> {
    line.clear();
    let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
    if lines.by_ref().take(most).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if line.pop_if(|last| *last == b'\n').is_none() && line.len() >= MAX_LINE {
        return Err(BreachError::malformed("a line longer than any"));
    }
    Ok(true)
}
