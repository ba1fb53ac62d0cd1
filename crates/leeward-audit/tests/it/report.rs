//! What the person concerned is told: who looked, when and why.

use crate::support::{ORIGIN, now, outbox, reader};
use leeward_audit::{AccessReport, AuditLog, ErasedAt, Kind, Who};
use leeward_event::{
    Action, Actor, CoarseTime, Component, ConversationId, Detail, Event, Outcome, Purpose, Reason, SeekerId,
    StaffId, Subject,
};
use leeward_store::{Batch, Store, Timestamp};
use leeward_vault::{MemoryKey, Vault};
use pollster::block_on;
use ring::rand::SystemRandom;
use std::{path::Path, time::Duration};
use tempfile::tempdir;

const HERON: StaffId = StaffId::from_bytes([0xA1; 16]);
const WREN: StaffId = StaffId::from_bytes([0xA2; 16]);
const NAMELESS: StaffId = StaffId::from_bytes([0xA3; 16]);
const MINE: Subject = Subject::Conversation(ConversationId::from_bytes([0xB1; 16]));
const OTHERS: Subject = Subject::Conversation(ConversationId::from_bytes([0xB2; 16]));

fn alias(staff: StaffId) -> Option<String> {
    match staff {
        HERON => Some("Heron".to_owned()),
        WREN => Some("Wren\u{1b}[2K".to_owned()),
        // What an application should not do.
        other => Some(format!("staff {other}")),
    }
}

fn at(minute: u64) -> Timestamp {
    now() + Duration::from_secs(60 * minute)
}

struct Service {
    vault: Vault,
    store: Store,
    log: AuditLog,
    minute: u64,
}

impl Service {
    fn new(dir: &Path) -> Self {
        let raw = leeward_test_store::store();
        let vault = block_on(Vault::open(&raw, MemoryKey::generate(&SystemRandom::new()).unwrap())).unwrap();
        let store = vault.seal(&raw);
        let log = block_on(AuditLog::open(&store, dir, ORIGIN)).unwrap();
        Self { vault, store, log, minute: 0 }
    }

    /// Each event in a minute of its own.
    fn log(&mut self, events: &[Event]) {
        for event in events {
            let mut batch = Batch::new();
            event.stage(&mut batch, &SystemRandom::new()).unwrap();
            block_on(self.store.commit(batch)).unwrap();
            block_on(self.log.drain(at(self.minute))).unwrap();
            self.minute += 1;
        }
        block_on(self.log.publish(at(self.minute))).unwrap();
    }

    fn report(&self, from: Option<u64>, until: Option<u64>) -> AccessReport {
        let period = (from.map(|m| CoarseTime::of(at(m))), until.map(|m| CoarseTime::of(at(m))));
        block_on(self.log.access_report(MINE, period, &alias, &reader(), at(self.minute))).unwrap()
    }
}

fn did(what: Action, who: StaffId) -> Event {
    Event::new(what, Actor::Staff(who), now()).about(MINE)
}

fn events() -> Vec<Event> {
    vec![
        did(Action::AssignmentMade, HERON),
        did(Action::RecordRead, HERON)
            .detail(Detail::ReadCaseNote)
            .reason(Reason::Assigned)
            .purpose(Purpose::Treatment),
        did(Action::RecordRead, WREN).about(OTHERS),
        did(Action::AccessDecided, WREN).outcome(Outcome::Failure).reason(Reason::NotAssigned),
        did(Action::BreakGlassOpened, NAMELESS).reason(Reason::EmergencyTreatment),
        did(Action::RecordRead, NAMELESS).purpose(Purpose::BreakTheGlass),
        Event::new(Action::RecordWritten, Actor::Seeker(SeekerId::from_bytes([0xC1; 16])), now()).about(MINE),
        Event::new(Action::KeyRotated, Actor::Component(Component::Vault), now()).about(MINE),
    ]
}

#[test]
fn a_person_reads_who_looked_when_and_why() {
    let dir = tempdir().unwrap();
    let mut service = Service::new(dir.path());
    service.log(&events());
    let report = service.report(None, None);
    let start = CoarseTime::of(now()).start().to_string();
    let minute = start.replace('T', " ").replace(":00Z", "");
    let expected = format!(
        "WHO LOOKED AT YOUR RECORD\n\n\
         What was logged from the beginning until the last signed entry, among the first 8 entries of the log.\n\
         Looked: 2. Refused: 1. Without being assigned to you, by an override (break-glass): 2.\n\n\
         Who looked\n  \
           {minute}  Heron: record read (read case note); why: assigned; what for: treatment  [1]\n  \
           {minute}  a member of staff: record read; what for: break the glass; BREAK-GLASS  [5]\n\n\
         Who was refused\n  \
           {minute}  Wren\\u{{1b}}[2K: access decided, refused or failed; why: not assigned  [3]\n\n\
         Who was given access, or lost it\n  \
           {minute}  Heron: assignment made  [0]\n  \
           {minute}  a member of staff: break glass opened; why: emergency treatment; BREAK-GLASS  [4]\n\n\
         What was written, changed or deleted\n  \
           {minute}  somebody else: record written  [6]\n\n\
         What else was recorded about you\n  \
           {minute}  the software (vault): key rotated  [7]\n\n\
         Times are in UTC, to the minute. The number at the end of each line is its place in the log \
         example.org/audit. With this report you can get a proof for each line, which anybody can check who \
         has the log's public key.\n"
    );
    assert_eq!(report.to_string(), expected);
}

#[test]
fn a_report_tells_of_nobody_else_and_proves_each_line() {
    let dir = tempdir().unwrap();
    let mut service = Service::new(dir.path());
    service.log(&events());
    let report = service.report(None, None);
    let said = format!("{report} {:?}", report.accesses.iter().map(|access| &access.who).collect::<Vec<_>>());
    for id in [HERON.to_string(), WREN.to_string(), NAMELESS.to_string(), "c1c1c1".to_owned()] {
        assert!(!said.contains(&id), "{id}");
    }
    assert!(report.accesses.iter().all(|access| access.index != 2));
    for access in &report.accesses {
        let checkpoint = access.proof.verify(&access.entry.encode(), service.log.vkey()).unwrap();
        assert_eq!(checkpoint.size(), report.size);
    }
    let told = outbox(&service.store);
    assert_eq!((told[0].event.what(), told[0].event.whom()), (Action::LogRead, Some(MINE)));
    // And so the next report tells of this one.
    service.log(&[]);
    block_on(service.log.drain(at(service.minute))).unwrap();
    block_on(service.log.publish(at(service.minute))).unwrap();
    let again = service.report(None, None);
    let last = again.accesses.last().unwrap();
    assert_eq!(
        (last.what, last.kind, &last.who),
        (Action::LogRead, Kind::Looked, &Who::Component(Component::Audit))
    );
}

#[test]
fn a_period_is_kept_to() {
    let dir = tempdir().unwrap();
    let mut service = Service::new(dir.path());
    service.log(&events());
    let indices =
        |report: &AccessReport| report.accesses.iter().map(|access| access.index).collect::<Vec<_>>();
    assert_eq!(indices(&service.report(Some(1), Some(5))), [1, 3, 4]);
    assert_eq!(indices(&service.report(Some(6), None)), [6, 7]);
    assert_eq!(indices(&service.report(None, Some(1))), [0]);
    // What is not signed has no proof, and is not told yet.
    let mut batch = Batch::new();
    did(Action::RecordRead, HERON).stage(&mut batch, &SystemRandom::new()).unwrap();
    block_on(service.store.commit(batch)).unwrap();
    block_on(service.log.drain(at(9))).unwrap();
    assert_eq!(indices(&service.report(Some(6), None)), [6, 7]);
}

#[test]
fn an_erased_record_is_said_to_be_erased() {
    let dir = tempdir().unwrap();
    let mut service = Service::new(dir.path());
    service.log(&events());
    block_on(service.vault.erase(MINE, Actor::Staff(HERON), Reason::Requested, at(9))).unwrap();
    let report = service.report(None, None);
    assert_eq!((report.erased, report.accesses.len()), (Some(ErasedAt::Unknown), 0));
    service.minute = 9;
    service.log(&[]);
    block_on(service.log.drain(at(9))).unwrap();
    block_on(service.log.publish(at(9))).unwrap();
    for swept in [false, true] {
        if swept {
            block_on(service.log.sweep(MINE)).unwrap();
        }
        let report = service.report(None, None);
        assert_eq!(report.erased, Some(ErasedAt::Minute(CoarseTime::of(at(9)))));
        let erasure = &report.accesses[0];
        assert_eq!(
            (erasure.what, &erasure.who),
            (Action::SubjectErased, &Who::Staff(Some("Heron".to_owned())))
        );
        assert!(report.accesses.iter().all(|access| access.what != Action::RecordRead));
        assert!(report.to_string().contains("Your record was erased on "));
    }
}
