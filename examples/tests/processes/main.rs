//! Several processes on one database, with all crates at work at the same time: no update is lost, every
//! event is in the audit log once, and there is one audit tree.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a failing test panics, and an application reads the clock"
)]

mod report;
mod service;
mod shift;

use jiff::Timestamp;
use leeward_audit::{AuditLog, Checkpoint, Reader, verify_dir};
use leeward_event::{Actor, Component, Purpose};
use leeward_store::conformance::appends::lists_of;
use leeward_test_postgres::shared;
use leeward_vault::KeyFile;
use pollster::block_on;
use report::Report;
use ring::rand::SystemRandom;
use service::{ORIGIN, Service};
use std::{
    collections::HashMap,
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

const PROCESS: &str = "LEEWARD_PROCESS";
const DIR: &str = "LEEWARD_PROCESS_DIR";
const URL: &str = "LEEWARD_PROCESS_URL";

#[test]
fn two_processes_on_one_database_keep_every_promise() {
    run(2, "two_processes_on_one_database_keep_every_promise");
}

#[test]
fn four_processes_on_one_database_keep_every_promise() {
    run(4, "four_processes_on_one_database_keep_every_promise");
}

fn run(processes: u32, test: &str) {
    if let Ok(number) = env::var(PROCESS) {
        let (dir, url) = (env::var(DIR).unwrap(), env::var(URL).unwrap());
        return shift::work(number.parse().unwrap(), Path::new(&dir), &url);
    }
    let Some(server) = shared() else { return };
    let (database, dir) = (server.database(), tempfile::tempdir().unwrap());
    drop(KeyFile::open_or_create(dir.path().join("root.key"), &SystemRandom::new()).unwrap());
    let children: Vec<_> =
        (0..processes).map(|number| start(test, number, dir.path(), &database.url())).collect();
    let report = together(children);
    verify(processes, &report, &block_on(Service::open(dir.path(), &database.url())));
}

fn start(test: &str, number: u32, dir: &Path, url: &str) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(PROCESS, number.to_string());
    command.env(DIR, dir).env(URL, url).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

/// Lets all of them begin at once, and collects what they say.
fn together(children: Vec<Child>) -> Report {
    thread::scope(|scope| {
        let listening: Vec<_> = children.into_iter().map(|child| scope.spawn(|| listen(child))).collect();
        let mut report = Report::default();
        for lines in listening {
            lines.join().unwrap().iter().for_each(|line| report.note(line));
        }
        report
    })
}

fn listen(mut child: Child) -> Vec<String> {
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "go").unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    lines
}

fn verify(processes: u32, report: &Report, service: &Service) {
    let left = block_on(lists_of(&service.store)).unwrap();
    let tally = report.history.check(&left).unwrap_or_else(|anomaly| panic!("{anomaly}"));
    assert_eq!((tally.refused, tally.unknown), (0, 0), "{tally}");
    assert_eq!(block_on(shift::count(service)), u64::from(processes) * shift::COUNTS, "updates were lost");

    block_on(drain(&service.log));
    let staged = report.staged + service.staged();
    assert_eq!(block_on(service.log.size()).unwrap(), staged, "{staged} events were staged");
    let published = block_on(service.log.publish(Timestamp::now())).unwrap();
    assert_eq!(verify_dir(service.log.dir(), service.log.vkey()).unwrap().size, staged);
    assert_eq!(published.size, staged);
    every_event_is_there_once(report, &service.log, staged);
    every_checkpoint_was_of_one_tree(report, &service.log);
    let line = format!(
        "{processes} processes: {tally}, {staged} events logged once, {} checkpoints of one tree",
        report.signed.len()
    );
    // Past the test runner, which would show it only if the test failed.
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// Another process may have died with the lease of the log.
async fn drain(log: &AuditLog) {
    for _ in 0..600 {
        if !log.drain(Timestamp::now()).await.unwrap().held {
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("nobody lets go of the log");
}

fn every_event_is_there_once(report: &Report, log: &AuditLog, size: u64) {
    let reader = Reader::new(Actor::Component(Component::Application), Purpose::Compliance);
    let mut found: HashMap<[u8; 16], u32> = HashMap::new();
    for index in 0..size {
        let logged = block_on(log.read(index, &reader, Timestamp::now())).unwrap();
        if let Some(id) = logged.event.and_then(|event| event.belongs_with()) {
            *found.entry(*id.as_bytes()).or_default() += 1;
        }
    }
    assert!(!report.events.is_empty());
    for event in &report.events {
        assert_eq!(found.get(event), Some(&1), "an event is not there once");
    }
}

fn every_checkpoint_was_of_one_tree(report: &Report, log: &AuditLog) {
    assert!(!report.signed.is_empty());
    for note in &report.signed {
        let checkpoint = Checkpoint::open(note, log.vkey()).unwrap();
        assert_eq!(checkpoint.origin(), ORIGIN);
        if checkpoint.size() > 0 {
            let growth = block_on(log.consistency_proof(checkpoint.size())).unwrap();
            growth.verify(checkpoint.root()).unwrap();
        }
    }
}
