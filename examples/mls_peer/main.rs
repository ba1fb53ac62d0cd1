//! A peer to test an MLS client against: one JSON object a line on standard input, one answer a line on
//! standard output. `docs/messages-wire.md` describes what a client needs to know, and
//! `crates/leeward-messages/tests/interop` has one that is not written in Rust.
//!
//! ```text
//! mls_peer [--dir DIR]     # DIR keeps everything for the next start; without it, nothing is kept
//! ```
//!
//! It is two things: a delivery service, to which your client speaks in bytes, and members of this engine,
//! which do what they are told. Its keys are known to everybody and nothing is sealed: for tests only.
//!
//! ```text
//! > {"id": 1, "op": "open", "member": "staff:000102030405060708090a0b0c0d0e0f"}
//! < {"id": 1, "ok": {"conversation": "9d0c..."}}
//! > {"id": 2, "op": "claim", "by": "staff:0001...", "of": "seeker:1011..."}
//! < {"id": 2, "error": {"code": "no_key_package", "message": "the member has no key package left: ..."}}
//! ```
//!
//! `id` is any value, and comes back. Bytes are base64, conversations 32 hexadecimal digits, members `staff:`
//! or `seeker:` and as many; times are seconds since 1970. With `now` in a request it is that time, else the
//! system's. A line has at most 1 MiB. Whatever a line holds, the answer is one line; where something was
//! refused, `why` says what was wrong with it, and `seq` where it lies in the log.
//!
//! | the members of this engine | | answer |
//! |---|---|---|
//! | `open` | `member` | `conversation` |
//! | `key_package` | `member` | |
//! | `add`, `readmit`, `remove` | `conversation`, `by`, `member` | |
//! | `join`, `rejoin`, `refresh` | `conversation`, `member` | |
//! | `send` | `conversation`, `member`, one of `text`, `bytes`, `control`; `time_to_live` | `place` |
//! | `receive` | `conversation`, `member` | `messages`: `place`, `from`, `kind`, `body`, `text`, `sent_at`, `accepted_at`, `expires_at`, `report` |
//! | `send_attachment` | `conversation`, `member`, `file`, `media_type`, `name` | `place`, `stored` |
//! | `skip` | `conversation`, `member`, `place` | |
//! | `held` | `conversation`, `member` | `held`: `legal`, `abuse_report`, `since` |
//! | `roster` | `conversation`, `member` | `epoch`, `members`: `member`, `place`, `alias`; `verification` |
//! | `keep_transcript` | `conversation`, `member`, `key` (32 bytes) | |
//! | `sframe_base_key` | `conversation`, `member` | `key` (16 bytes, RFC 9605 5.2), `epoch`, `leaf` |
//!
//! | the delivery service, for your client | | answer |
//! |---|---|---|
//! | `open_log` | `conversation`, `member` | |
//! | `publish` | `member`, `key_package`, `until` | |
//! | `claim` | `by`, `of` | `key_package` |
//! | `submit` | `conversation`, `by`, `message`, `previous`; `added`: `member`, `welcome`; `removed`; `record` | `place` |
//! | `fetch` | `conversation`, `member`, `from`; `limit` | `entries`: `place`, `kind`, `accepted_at`, `expires_at`, `stamp`, `message` |
//! | `acknowledge` | `conversation`, `member`, `next` | |
//! | `position` | `conversation`, `member` | `acknowledged`, `last`, `digest` |
//! | `keep_record` | `conversation`, `by`, `place`, `record` | |
//! | `hold_notice` | `conversation`, `member` | `entry`, as of `fetch` |
//! | `invitation` | `conversation`, `member` | `first`, `welcome` |
//! | `joined` | `conversation`, `member`, `first` | |
//! | `agents` | | `agents` |
//!
//! | the service around them | | answer |
//! |---|---|---|
//! | `credential` | `staff`, `signature_key` | `proof` |
//! | `service_key` | | `public_key` |
//! | `report` | `reporter`, `report` | `sender`, `conversation`, `accepted_at`, `sent_at`, `kind`, `body`, `text` |
//! | `rotate` | | |
//! | `prune` | `conversation` | `changed` |
//! | `export` | `conversation`, `by`, `key` | `transcript`, `head`, `lines`: the transcript, read with this key |
//! | `prune_due` | `limit` | `done` |
//! | `place_hold` | `conversation`, `hold` (32 digits), `why` (`legal`, `abuse_report`), `by` | |
//! | `lift_hold` | `conversation`, `hold`, `by` | |

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a program speaks to whoever runs it")]

mod attachment;
mod code;
mod lines;
mod members;
mod peer;
mod request;
mod service;
mod transcript;

use leeward_store::Store;
use peer::Peer;
use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

const USAGE: &str = "usage: mls_peer [--dir DIR]";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mls_peer: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let store = match (args.next().as_deref(), args.next(), args.next()) {
        (None, ..) => Store::memory(),
        (Some("--dir"), Some(dir), None) => kept_in(&PathBuf::from(dir))?,
        (Some("--help"), None, _) => {
            println!("{USAGE}");
            return Ok(());
        }
        _ => return Err(USAGE.into()),
    };
    let peer = Peer::new(&store.assume_sealed())?;
    Ok(lines::serve(&peer, &mut io::stdin().lock(), &mut io::stdout().lock())?)
}

fn kept_in(dir: &Path) -> Result<Store, Box<dyn Error>> {
    fs::create_dir_all(dir)?;
    Ok(leeward_sqlite::open(dir.join("peer.sqlite"))?)
}
