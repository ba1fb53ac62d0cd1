//! A witness for other people's logs (C2SP tlog-witness): a small HTTP server around
//! `leeward_tlog::witness::Witness`, with what it has cosigned in a sealed store on SQLite.

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "a program speaks to whoever runs it")]

mod args;
mod http;
mod memory;

use args::Args;
use http::{Answer, Method};
use leeward_tlog::{
    cosignature::{Cosigner, Ed25519Cosigner},
    witness::{Decision, Witness, monitoring_path},
};
use memory::Memory;
use std::{
    error::Error,
    net::{TcpListener, TcpStream},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// How many connections are served at once. Whoever comes beyond that is hung up on.
const MAX_CONNECTIONS: usize = 64;

fn main() -> ExitCode {
    let served = args::parse(std::env::args().skip(1)).and_then(|args| match args {
        Some(args) => serve(&args),
        None => {
            println!("{}", args::USAGE);
            Ok(())
        }
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("witness: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The witness and what it remembers.
struct Service {
    witness: Witness,
    memory: Memory,
    connections: AtomicUsize,
}

fn serve(args: &Args) -> Result<(), Box<dyn Error>> {
    let memory = pollster::block_on(Memory::open(&args.dir))?;
    let cosigner = Ed25519Cosigner::from_seed(&args.name, &*pollster::block_on(memory.seed(&args.name))?)?;
    let listener = TcpListener::bind(&args.listen)?;
    println!("{}", cosigner.key());
    println!("listening on http://{}", listener.local_addr()?);
    let witness = Witness::new(cosigner, args.logs.clone());
    let service = Arc::new(Service { witness, memory, connections: AtomicUsize::new(0) });
    for stream in listener.incoming().filter_map(Result::ok) {
        accept(&service, stream);
    }
    Ok(())
}

fn accept(service: &Arc<Service>, stream: TcpStream) {
    if service.connections.fetch_add(1, Ordering::SeqCst) >= MAX_CONNECTIONS {
        service.connections.fetch_sub(1, Ordering::SeqCst);
        return;
    }
    let connection = Connection(Arc::clone(service));
    // Who hangs up, or is too slow, gets no answer.
    let serve = move || drop(http::serve(&stream, |request| connection.0.answer(&request)));
    if let Err(error) = thread::Builder::new().spawn(serve) {
        eprintln!("witness: {error}");
    }
}

/// One of those that are served at once, until it is dropped, however that comes about.
struct Connection(Arc<Service>);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Service {
    fn answer(&self, request: &http::Request) -> Answer {
        match (request.method, request.path.as_str()) {
            (Method::Post, "/add-checkpoint") => self.add_checkpoint(&request.body),
            (Method::Get, path) => self.checkpoint(path.trim_start_matches('/')),
            _ => Answer::text(404, "nothing is here"),
        }
    }

    /// Decides within the transaction that remembers it, so that the answer leaves when that is durable
    /// and nobody else has decided meanwhile.
    fn add_checkpoint(&self, body: &[u8]) -> Answer {
        let request = match self.witness.read(body) {
            Ok(request) => request,
            Err(refusal) => return refusal.into(),
        };
        let decided = self.memory.decide(request.origin(), |seen| {
            Ok(match self.witness.decide(&request, seen, now())? {
                Decision::Cosign { remember, answer } => (Some(remember), answer),
                Decision::Refuse(answer) => (None, answer),
            })
        });
        pollster::block_on(decided).map_or_else(|error| failed(&*error), Answer::from)
    }

    /// What was cosigned last of a log, for whoever monitors it.
    fn checkpoint(&self, path: &str) -> Answer {
        let log = self.witness.logs().iter().find(|log| monitoring_path(log.name()) == path);
        let Some(log) = log else { return Answer::text(404, "nothing is here") };
        match pollster::block_on(self.memory.seen(log.name())) {
            Ok(Some(seen)) => Answer::new(200, "text/plain; charset=utf-8", seen.note().to_string()),
            Ok(None) => Answer::text(404, "nothing of this log was cosigned"),
            Err(error) => failed(&*error),
        }
    }
}

/// Says to the operator what happened, and to others that it did.
fn failed(error: &dyn Error) -> Answer {
    eprintln!("witness: {error}");
    Answer::text(500, "the witness failed: try again later")
}

#[expect(clippy::disallowed_methods, reason = "an application may read the clock")]
fn now() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or(0)
}
