use super::{
    BreachError::{self, MissingRange},
    BreachHash, Range, RangePrefix, RangeSource,
    header::{RANGES_PER_SHARD, sha256},
    range::{Listed, MAX_RANGE},
    sorted::Sorted,
};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// More lines than there are in the most bytes of a range.
const MAX_LINES: usize = MAX_RANGE / 32;

/// One byte more than a range may have.
const OVER_MAX: u64 = MAX_RANGE as u64 + 1;

/// The public set as it is downloaded: a directory with a file for each range, or one file ordered by hash.
///
/// In a directory, the range `0018A` is a file of that name, with or without `.txt`.
#[derive(Debug)]
pub struct RangeFiles {
    path: PathBuf,
    form: Form,
}

/// The numbers of some ranges.
type Numbers = std::ops::Range<u32>;

/// The ranges that have a file in a directory.
pub(super) struct Names(BTreeSet<RangePrefix>);

#[derive(Debug)]
enum Form {
    Directory,
    Sorted(Sorted),
}

impl RangeFiles {
    /// Opens either. Nothing is read yet.
    ///
    /// # Errors
    /// [`BreachError::Io`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, BreachError> {
        let path = fs::canonicalize(path)?;
        let form =
            if path.is_dir() { Form::Directory } else { Form::Sorted(Sorted::new(File::open(&path)?)?) };
        Ok(Self { path, form })
    }

    /// Hands over every line of one part. Which of its ranges have none is returned.
    pub(super) fn part(
        &self,
        shard: u16,
        names: &Names,
        visit: &mut dyn FnMut(Listed) -> Result<(), BreachError>,
    ) -> Result<Vec<RangePrefix>, BreachError> {
        let first = u32::from(shard).saturating_mul(RANGES_PER_SHARD);
        let prefixes = first..first.saturating_add(RANGES_PER_SHARD);
        match &self.form {
            Form::Directory => self.part_of_directory(prefixes, names, visit),
            Form::Sorted(sorted) => {
                part_of_sorted(sorted, prefixes, visit).map_err(|error| error.in_file(&self.path))
            }
        }
    }

    fn part_of_directory(
        &self,
        prefixes: Numbers,
        names: &Names,
        visit: &mut dyn FnMut(Listed) -> Result<(), BreachError>,
    ) -> Result<Vec<RangePrefix>, BreachError> {
        let mut missing = Vec::new();
        for prefix in prefixes.filter_map(RangePrefix::new) {
            let range = if names.have(prefix) { self.range(prefix) } else { Err(MissingRange { prefix }) };
            match range {
                Ok(range) => range.listed().iter().copied().try_for_each(&mut *visit)?,
                Err(MissingRange { prefix }) => missing.push(prefix),
                Err(error) => return Err(error),
            }
        }
        Ok(missing)
    }

    /// Which ranges have a file: to look for a million that are not there takes long.
    pub(super) fn names(&self) -> Result<Names, BreachError> {
        let mut names = Names(BTreeSet::new());
        if let Form::Directory = self.form {
            for entry in fs::read_dir(&self.path)? {
                names.0.extend(entry?.file_name().to_str().and_then(prefix_of));
            }
        }
        Ok(names)
    }

    /// What tells this set from another, or from a later state of itself.
    pub(super) fn mark(&self) -> Result<[u8; 32], BreachError> {
        let found = fs::metadata(&self.path)?;
        let changed = found.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut mark = changed.as_nanos().to_be_bytes().to_vec();
        mark.extend(found.len().to_be_bytes());
        mark.extend(self.path.as_os_str().as_encoded_bytes());
        Ok(sha256(&mark))
    }

    fn read_range(&self, prefix: RangePrefix) -> Result<Option<Range>, BreachError> {
        let Some((path, file)) = self.open_range(prefix)? else { return Ok(None) };
        let mut lines = Vec::new();
        file.take(OVER_MAX).read_to_end(&mut lines)?;
        Range::parse(prefix, &lines).map(Some).map_err(|error| error.in_file(&path))
    }

    /// The file of one range, if it has one.
    fn open_range(&self, prefix: RangePrefix) -> io::Result<Option<(PathBuf, File)>> {
        for name in [prefix.to_string(), format!("{prefix}.txt")] {
            let path = self.path.join(name);
            match File::open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                opened => return opened.map(|file| Some((path, file))),
            }
        }
        Ok(None)
    }
}

impl RangeSource for RangeFiles {
    /// A range without a hash is a missing one: the public set has none.
    fn range(&self, prefix: RangePrefix) -> Result<Range, BreachError> {
        let range = match &self.form {
            Form::Directory => self.read_range(prefix)?,
            Form::Sorted(sorted) => {
                let (mut listed, number) = (Vec::new(), prefix.number());
                part_of_sorted(sorted, number..number.saturating_add(1), &mut |line| {
                    listed.push(line);
                    if listed.len() > MAX_LINES {
                        Err(BreachError::malformed("too many lines"))
                    } else {
                        Ok(())
                    }
                })
                .map_err(|error| error.in_file(&self.path))?;
                Some(Range::from(listed))
            }
        };
        range.filter(|range| !range.is_empty()).ok_or(MissingRange { prefix })
    }
}

impl Names {
    fn have(&self, prefix: RangePrefix) -> bool {
        self.0.contains(&prefix)
    }
}

/// The range whose file has this name.
fn prefix_of(name: &str) -> Option<RangePrefix> {
    let digits = name.strip_suffix(".txt").unwrap_or(name);
    let prefix = RangePrefix::new(u32::from_str_radix(digits, 16).ok()?)?;
    (prefix.to_string() == digits).then_some(prefix)
}

/// As `RangeFiles::part`, of a file in which all ranges stand one after the other.
fn part_of_sorted(
    sorted: &Sorted,
    prefixes: Numbers,
    visit: &mut dyn FnMut(Listed) -> Result<(), BreachError>,
) -> Result<Vec<RangePrefix>, BreachError> {
    let mut missing: BTreeSet<_> = prefixes.clone().filter_map(RangePrefix::new).collect();
    let [start, end] = [prefixes.start, prefixes.end].map(|number| RangePrefix::new(number).map(lowest));
    let mut last = None;
    sorted.visit(start, end, |listed| {
        let prefix = RangePrefix::of(&listed.hash);
        if last.replace(prefix) != Some(prefix) {
            missing.remove(&prefix);
        }
        visit(listed)
    })?;
    Ok(missing.into_iter().collect())
}

/// The lowest hash that begins with `prefix`.
fn lowest(prefix: RangePrefix) -> [u8; BreachHash::LEN] {
    let mut hash = [0; BreachHash::LEN];
    let [_, first @ ..] = (prefix.number() << 4).to_be_bytes();
    for (into, byte) in hash.iter_mut().zip(first) {
        *into = byte;
    }
    hash
}
