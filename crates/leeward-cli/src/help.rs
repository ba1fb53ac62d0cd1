//! What `--help` says.

pub(crate) const TOP: &str = "\
leeward-audit checks and reads audit logs that leeward-audit publishes: plain
files in the C2SP formats (tlog-tiles, tlog-checkpoint, signed-note).

usage: leeward-audit COMMAND ...

  verify     check every byte of a published log
  inspect    show its checkpoint and its entries
  export     write it as OCSF, FHIR, syslog or CSV
  report     tell a person who looked at their record
  pack       pack entries with their proofs, as evidence for others

  leeward-audit COMMAND --help   tells how
  leeward-audit --version        tells the version

exit codes, of every command:
  0  the log holds, and what was asked for is done
  1  it does not hold: the sentence names the first entry and why
  2  it could not be checked, or not be done: this says nothing of the log
";

pub(crate) const VERIFY: &str = "\
Checks a published log: that its key signed the checkpoint, that the entries
are those it signed, that every tile has their hashes, and that nothing else
lies there. It needs no secret.

usage: leeward-audit verify DIR|URL --vkey-file FILE [options]

  DIR|URL              the directory or http(s) address that holds `checkpoint`;
                       or an evidence pack, which verifies by itself
  --vkey-file FILE     the log's verifier key, one line. Have it from elsewhere
                       than the log: whoever can change the log can also change
                       the `log.vkey` beside it
  --since FILE         a checkpoint that you kept: shows as well that the log
                       began with it, so that nothing was put back or rewritten
  --policy FILE        a C2SP tlog-policy: shows as well that as many witnesses
                       as it asks for have cosigned the checkpoint
  --seal-key FILE      the log's seal key, one line, secret: shows as well that
                       nobody who took the log over changed what was sealed
  --sealed-within MIN  with the seal key: that the last seal is no older than
                       this many minutes, so that no end was cut off
  --threads N          how many threads read and hash (default: as many as the
                       machine has, at most 8)
  --max-time SECONDS   give up on an address after this long (default: 3600)
  --json               answer in one line of JSON

exit codes: 0 it holds; 1 it does not; 2 it could not be checked
";

pub(crate) const INSPECT: &str = "\
Shows the checkpoint of a published log, and entries of it: what kind of thing
happened when, by pseudonym. It checks nothing but the checkpoint's signature,
and that only with a key: `verify` checks the rest.

usage: leeward-audit inspect DIR|URL [options]

  --vkey-file FILE     the log's verifier key: checks the signature
  --from N             shows entries from this one on (the first is 0)
  --count N            how many (default: 20, at most 10000)
  --max-time SECONDS   give up on an address after this long (default: 3600)
  --json               answer in one line of JSON
";

pub(crate) const REPORT: &str = "\
Tells a person what the log says about them: who looked, when and why, who was
refused, and where somebody overrode the rules. That is itself a read, and is
logged.

usage: leeward-audit report --subject ID --store FILE --key-file FILE --as ID
                            --vkey-file FILE [options]

  --subject ID         whose record: a seeker's identifier (32 hexadecimal
                       digits), conversation:ID or staff:ID
  --store FILE|URL     the SQLite file of the service, or postgres://...
  --key-file FILE      its root key
  --as ID              the staff identifier of whoever reads
  --vkey-file FILE     the log's verifier key
  --aliases FILE       names of staff as the person knows them; lines of an
                       identifier, a space and a name
  --after TIME         logged at this time or later (2026-11-06T21:20:00Z)
  --before TIME        logged before this time
  --json               answer in one line of JSON, with the proofs
";

pub(crate) const PACK: &str = "\
Packs entries with their proofs, the checkpoint and what happened into one file,
a tar archive that verifies offline: `leeward-audit verify PACK --vkey-file F`.
It names people by their identifiers. That is itself a read, and is logged.

usage: leeward-audit pack --entries LIST|--subject ID --out PACK --store FILE
                          --key-file FILE --as ID --vkey-file FILE [options]

  --entries LIST       which, such as 0-3,17 (the first is 0)
  --subject ID         or all about one seeker, conversation:ID or staff:ID
  --withhold           proofs and public headers alone, and no details
  --out PACK           the file to make
  --store FILE|URL     the SQLite file of the service, or postgres://...
  --key-file FILE      its root key
  --as ID              the staff identifier of whoever reads
  --vkey-file FILE     the log's verifier key
  --json               answer in one line of JSON
";

pub(crate) const EXPORT: &str = "\
Writes a log in the words of others, one line for each entry, and checks it on
the way. Each line has the entry, its hash and the checkpoint, so that a reader
can go back to the proof.

usage: leeward-audit export DIR|URL --vkey-file FILE --format FORMAT [options]
       leeward-audit export --store FILE --key-file FILE --as ID
                            --vkey-file FILE --format FORMAT [options]

  --format FORMAT      ocsf, fhir-r4, fhir-r5, syslog or csv
  --vkey-file FILE     the log's verifier key
  --out FILE           where to write; the file appears when all of it is
                       written and checked (default: standard output, where
                       what does not hold is known by the exit code alone)
  --from N, --count N  only these entries (the first is 0)
  --version VERSION    of ocsf: 1.8.0
  --framing FRAMING    of syslog: lines, or octets as TLS wants it (RFC 5425)
  --max-time SECONDS   give up on an address after this long (default: 3600)

From a directory or an address, an entry is its public header: what, when,
outcome, pseudonyms. From the store it has its details as well, unless they
were erased; that is itself a read, and is logged:

  --store FILE|URL     the SQLite file of the service, or postgres://...
  --key-file FILE      its root key
  --as ID              the staff identifier of whoever reads
  --aliases FILE       names to show beside pseudonyms; lines of an identifier
                       (32 hexadecimal digits), a space and a name

exit codes: 0 written, and the log holds; 1 it does not hold; 2 not done
";
