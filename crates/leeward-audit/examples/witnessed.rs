//! Publishes a log under a policy of one witness, which it reaches over HTTP, and sees that the witness
//! keeps to the protocol: `cargo run -p leeward-audit --example witnessed -- DIR WITNESS_VKEY URL`.
//! Without arguments it prints the log's key, to be given to the witness first.
#![allow(clippy::print_stdout, reason = "an example talks")]

use leeward_audit::{
    AuditLog, Policy, WitnessAnswer, WitnessTransport, Witnessing,
    merkle::{Hash, leaf_hash},
    note::{Ed25519Signer, Note, Signer},
};
use leeward_event::{Action, Actor, Event, StaffId};
use leeward_store::{Batch, Store, Timestamp};
use leeward_tlog::{
    BoxError, Checkpoint,
    cosignature::CosignerKey,
    witness::{AddCheckpoint, AnswerError, MAX_ANSWER, add_checkpoint_url},
};
use ring::rand::SystemRandom;
use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    sync::Arc,
    time::Duration,
};

const ORIGIN: &str = "example.org/witnessed";

fn main() -> Result<(), BoxError> {
    let log = Ed25519Signer::from_seed(ORIGIN, &[7; 32])?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [dir, witness, url] => pollster::block_on(publish(Path::new(dir), log, witness, url)),
        _ => {
            println!("{}", log.vkey());
            Ok(())
        }
    }
}

async fn publish(dir: &Path, signer: Ed25519Signer, witness: &str, url: &str) -> Result<(), BoxError> {
    let policy = Policy::parse(
        format!("log {}\nwitness partner {witness} {url}\nquorum partner\n", signer.vkey()).as_bytes(),
    )?;
    let (signer, now) = (Arc::new(signer), now());
    // A real service seals its store with leeward-vault; this one keeps nothing.
    let store = Store::memory().assume_sealed();
    let log = AuditLog::open_with_signer(&store, dir, signer.clone()).await?;
    let log = log.witnessed(Witnessing::new(policy.clone(), Http))?;
    let mut last = None;
    for entries in [300, 400] {
        stage(&store, entries, now).await?;
        log.drain(now).await?;
        let published = log.publish(now).await?;
        let note = Note::parse(published.checkpoint.as_bytes())?;
        for by in policy.verify(&note)?.cosignatures {
            println!("200: {} entries cosigned by {} at {}", published.size, by.witness, by.time);
        }
        last = Some((published.size, published.root, note));
    }
    let (size, root, note) = last.ok_or("nothing was published")?;
    let witness = Partner { key: witness.parse()?, url: add_checkpoint_url(url) };
    witness.refusals(&*signer, size, root, &note).await
}

/// The witness, asked what it must refuse.
struct Partner {
    key: CosignerKey,
    url: String,
}

impl Partner {
    async fn refusals(
        &self,
        signer: &dyn Signer,
        size: u64,
        root: Hash,
        note: &Note,
    ) -> Result<(), BoxError> {
        let by_log = Checkpoint::new(ORIGIN, size, root)?.sign(signer)?;
        match self.ask(0, vec![], by_log.clone()).await? {
            Err(AnswerError::Conflict { size: known }) if known == size => println!("409: it says {known}"),
            other => return Err(format!("409 was expected: {other:?}").into()),
        }
        match self.ask(size, vec![], note.clone()).await? {
            Ok(_) => println!("200: the same again, from the size that it said"),
            other => return Err(format!("200 was expected: {other:?}").into()),
        }
        let thief = Ed25519Signer::from_seed(ORIGIN, &[8; 32])?;
        match self.ask(size, vec![], Checkpoint::new(ORIGIN, size, root)?.sign(&thief)?).await? {
            Err(AnswerError::Untrusted) => println!("403: another key"),
            other => return Err(format!("403 was expected: {other:?}").into()),
        }
        let stranger = Ed25519Signer::from_seed("stranger.example/log", &[9; 32])?;
        let strange = Checkpoint::new("stranger.example/log", size, root)?.sign(&stranger)?;
        match self.ask(0, vec![], strange).await? {
            Err(AnswerError::UnknownLog) => println!("404: another log"),
            other => return Err(format!("404 was expected: {other:?}").into()),
        }
        let forked = Checkpoint::new(ORIGIN, size + 1, leaf_hash(b"fork"))?.sign(signer)?;
        match self.ask(size, vec![leaf_hash(b"no proof"); 4], forked).await? {
            Err(AnswerError::Inconsistent) => println!("422: another history"),
            other => return Err(format!("422 was expected: {other:?}").into()),
        }
        match self.ask(size + 1, vec![], by_log).await? {
            Err(AnswerError::BadRequest) => println!("400: a log that shrinks"),
            other => return Err(format!("400 was expected: {other:?}").into()),
        }
        Ok(())
    }

    async fn ask(&self, old: u64, proof: Vec<Hash>, note: Note) -> Result<Result<(), AnswerError>, BoxError> {
        let request = AddCheckpoint::new(old, proof, note);
        let answer = Http.post(&self.url, request.to_string()).await?;
        Ok(request.read_answer(&self.key, answer.status, &answer.body).map(drop))
    }
}

/// The least HTTP there is, which blocks its thread. A service uses the client that it has.
struct Http;

impl WitnessTransport for Http {
    async fn post(&self, url: &str, body: String) -> Result<WitnessAnswer, BoxError> {
        let rest = url.strip_prefix("http://").ok_or("only http:// is spoken here")?;
        let (host, path) = rest.split_once('/').ok_or("the address has no path")?;
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(
            stream,
            "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = Vec::new();
        stream.take(MAX_ANSWER as u64 + 8 * 1024).read_to_end(&mut answer)?;
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or("the answer has no head")?;
        let body = answer.split_off(end + 4);
        let status = std::str::from_utf8(&answer)?.split(' ').nth(1).ok_or("the answer has no status")?;
        Ok(WitnessAnswer { status: status.parse()?, body })
    }
}

async fn stage(store: &Store, events: usize, now: Timestamp) -> Result<(), BoxError> {
    let rng = SystemRandom::new();
    let mut batch = Batch::new();
    for _ in 0..events {
        let counsellor = Actor::Staff(StaffId::generate(&rng)?);
        Event::new(Action::RecordRead, counsellor, now).stage(&mut batch, &rng)?;
    }
    store.commit(batch).await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "an application may read the clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
