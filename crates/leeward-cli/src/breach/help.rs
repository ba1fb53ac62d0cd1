//! What `--help` says.

pub(crate) const TOP: &str = "\
leeward-breach makes a filter of breached passphrases out of the public range
files, and asks it.

usage: leeward-breach COMMAND ...

  build      make a filter; if it was interrupted, go on making it
  inspect    show what a filter says of itself
  verify     check every byte of a filter
  check      ask whether a passphrase is listed

  leeward-breach COMMAND --help   tells how
  leeward-breach --version        tells the version

exit codes, of every command:
  0  it is done; the filter holds; the passphrase is not listed
  1  the filter is not what was built; the passphrase is listed
  2  it could not be done: this says nothing of the filter or the passphrase
";

pub(crate) const BUILD: &str = "\
Makes a filter. It goes on where it was interrupted, as long as the set and the
options are the same; FILE appears when it is whole, in place of what was there.

usage: leeward-breach build SET --out FILE [options]

  SET              the public set as it was downloaded: a directory with a file
                   for each range (00000 to FFFFF, with or without `.txt`), or
                   one file that is ordered by hash
  --out FILE       the filter to make; what is unfinished is FILE.part
  --min-count N    leave out what was seen less often than this (default: 1)
  --date DATE      when the set was made, such as 2026-11-01
  --threads N      how many parts are made at once (default: as many as the
                   machine has, at most 8); each takes about 30 MB
  --allow-missing  take a set that has nothing for some ranges: a short list of
                   one's own. The public set has no gaps
  --json           answer in one line of JSON
";

pub(crate) const INSPECT: &str = "\
Shows what a filter says of itself. Header, table and length are checked.

usage: leeward-breach inspect FILE [--json]
";

pub(crate) const VERIFY: &str = "\
Reads all of a filter, and checks that it is what was built.

usage: leeward-breach verify FILE [options]

  --digest HEX     that it is the filter with this digest, 64 digits, which
                   `build` and `inspect` show
  --json           answer in one line of JSON
";

pub(crate) const CHECK: &str = "\
Asks whether a passphrase is listed. It is read from standard input, one line,
so that it stands in no list of commands.

usage: leeward-breach check [FILE] [--ranges SET] [--json]

  FILE             a filter; one other passphrase in 65,536 is taken for listed
  --ranges SET     the public set, which is exact and says how often; with a
                   FILE as well, it is asked about what that lists
  --json           answer in one line of JSON
";
