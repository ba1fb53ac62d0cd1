//! What is exported says what the log says, and nothing of whom.

use crate::support::{conversation, event, now, open, stage, stage_together, store};
use leeward_audit::{
    AuditError, AuditLog, LogEntry, Reader,
    export::{Alias, Details, Exporter, Format, Framing, OcsfVersion},
    merkle::leaf_hash,
};
use leeward_event::{Action, Actor, Component, Event, Outcome, Purpose, Reason, Subject};
use leeward_store::{Batch, Expect, Space, Store};
use leeward_vault::{MemoryKey, Vault};
use pollster::block_on;
use ring::rand::SystemRandom;
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};
use syslog_rfc5424::{SyslogFacility, parse_message};
use tempfile::tempdir;

const OCSF: Format = Format::Ocsf(OcsfVersion::V1_8_0);
const SYSLOG: Format = Format::Syslog(Framing::Lines);
const FORMATS: [Format; 5] = [OCSF, Format::FhirR4, Format::FhirR5, SYSLOG, Format::Csv];

/// A log of every action with every outcome.
fn every_action(store: &Store, dir: &Path) -> AuditLog {
    let log = open(store, dir);
    for action in Action::ALL {
        for outcome in Outcome::ALL {
            let mut batch = Batch::new();
            let told = Event::new(*action, event(7).who(), now()).outcome(*outcome).reason(Reason::Scheduled);
            told.about(event(7).whom().unwrap()).stage(&mut batch, &SystemRandom::new()).unwrap();
            block_on(store.commit(batch)).unwrap();
        }
    }
    finish(&log);
    log
}

fn finish(log: &AuditLog) {
    block_on(log.drain(now())).unwrap();
    block_on(log.publish(now())).unwrap();
}

fn lines(log: &AuditLog, format: Format) -> Vec<String> {
    collect(log, block_on(log.exporter(format)).unwrap())
}

fn collect(log: &AuditLog, exporter: Exporter) -> Vec<String> {
    let mut lines = block_on(log.export(exporter, &reader(), now())).unwrap();
    std::iter::from_fn(|| block_on(lines.next()).unwrap()).collect()
}

fn reader() -> Reader {
    Reader::new(Actor::Component(Component::Application), Purpose::Compliance)
}

fn entry(log: &AuditLog) -> LogEntry {
    block_on(log.read(0, &reader(), now())).unwrap().entry
}

#[test]
fn an_export_is_itself_on_record() {
    let (dir, store) = (tempdir().unwrap(), store());
    let log = open(&store, dir.path());
    stage(&store, 0..5);
    finish(&log);
    assert_eq!(lines(&log, OCSF).len(), 5);
    finish(&log);
    let after = lines(&log, Format::Csv);
    assert_eq!(after.len(), 6);
    assert!(after[5].contains("\"log read\",\"success\",\"component\""), "{}", after[5]);
}

#[test]
fn every_action_is_an_event_of_ocsf_and_the_numbers_add_up() {
    let dir = tempdir().unwrap();
    let log = every_action(&store(), dir.path());
    let lines = lines(&log, OCSF);
    assert!(lines.len() >= Action::ALL.len() * Outcome::ALL.len());
    for line in lines {
        let event: Value = serde_json::from_str(&line).unwrap();
        let number = |name: &str| event[name].as_u64().unwrap();
        assert_eq!(number("type_uid"), number("class_uid") * 100 + number("activity_id"), "{line}");
        assert_eq!(number("category_uid"), number("class_uid") / 1000, "{line}");
        assert_ne!(number("class_uid"), 0, "{line}");
    }
}

#[test]
fn a_line_leads_back_to_the_proof() {
    let dir = tempdir().unwrap();
    let log = every_action(&store(), dir.path());
    for line in lines(&log, OCSF) {
        let event: Value = serde_json::from_str(&line).unwrap();
        let index = event["metadata"]["sequence"].as_u64().unwrap();
        let entry = unhex(event["raw_data"].as_str().unwrap());
        let checkpoint = block_on(log.inclusion_proof(index)).unwrap().verify(&entry, log.vkey()).unwrap();
        let told = &event["unmapped"]["checkpoint"];
        assert_eq!(told["size"], checkpoint.size());
        assert_eq!(unhex(told["root_hash"].as_str().unwrap()), checkpoint.root().as_bytes());
        let leaf = event["unmapped"]["leaf_hash"].as_str().unwrap();
        assert_eq!(unhex(leaf), leaf_hash(&entry).as_bytes());
    }
}

#[test]
fn no_form_holds_an_identifier_and_every_form_holds_every_entry() {
    let (dir, store) = (tempdir().unwrap(), store());
    let log = every_action(&store, dir.path());
    let size = usize::try_from(block_on(log.size()).unwrap()).unwrap();
    let (who, whom) = (event(7).who().id_bytes().unwrap(), event(7).whom().unwrap().id_bytes());
    for format in FORMATS {
        let lines = lines(&log, format);
        assert_eq!(lines.len(), size);
        let text = lines.concat();
        for id in [who, whom] {
            let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(!text.contains(&id), "{format:?}");
        }
    }
}

#[test]
fn another_parser_reads_every_syslog_message() {
    let dir = tempdir().unwrap();
    let log = every_action(&store(), dir.path());
    for (index, line) in lines(&log, SYSLOG).iter().enumerate() {
        let message = parse_message(line.strip_suffix('\n').unwrap()).unwrap();
        assert_eq!(message.facility, SyslogFacility::LOG_AUDIT);
        assert!(line.len() <= 2048, "receivers should take no less (RFC 5424 6.1): {}", line.len());
        let data = message.sd.find_sdid("leeward@32473").unwrap();
        assert_eq!(data["index"], index.to_string());
        assert_eq!(data["origin"], "example.org/audit");
        assert_eq!(data["details"], "shown");
    }
}

#[test]
fn messages_that_are_counted_follow_each_other() {
    let dir = tempdir().unwrap();
    let log = every_action(&store(), dir.path());
    let plain = lines(&log, SYSLOG);
    let stream = lines(&log, Format::Syslog(Framing::OctetCounting)).concat();
    let mut rest = stream.as_str();
    for line in plain {
        let (len, after) = rest.split_once(' ').unwrap();
        let (message, after) = after.split_at(len.parse().unwrap());
        assert_eq!(message, line.strip_suffix('\n').unwrap());
        rest = after;
    }
    assert_eq!(rest, "");
}

#[test]
fn an_alias_stands_beside_the_pseudonym_of_whom_it_names_and_nobody_else() {
    let (dir, store) = (tempdir().unwrap(), store());
    let log = open(&store, dir.path());
    stage(&store, [7, 8]);
    finish(&log);
    let alias: Alias = "Dr. O'Neill".parse().unwrap();
    let Actor::Staff(named) = event(7).who() else { panic!() };
    for format in FORMATS {
        let known = alias.clone();
        let exporter = block_on(log.exporter(format)).unwrap();
        let exporter =
            exporter.with_aliases(move |who| (who == Subject::Staff(named)).then(|| known.clone()));
        let lines = collect(&log, exporter);
        assert!(lines[0].contains("Dr. O'Neill") && !lines[1].contains("Dr. O'Neill"), "{format:?}");
        let pseudonym = entry(&log).event().unwrap().actor().to_string();
        assert!(lines[0].contains(&pseudonym), "{format:?}");
    }
}

#[test]
fn an_erased_event_is_its_public_header() {
    let dir = tempdir().unwrap();
    let plain = Store::memory();
    let rng = SystemRandom::new();
    let vault = block_on(Vault::open(&plain, MemoryKey::generate(&rng).unwrap())).unwrap();
    let store = vault.seal(&plain);
    let log = open(&store, dir.path());
    let mut batch = Batch::new();
    event(3).reason(Reason::HandOver).stage(&mut batch, &rng).unwrap();
    block_on(store.commit(batch)).unwrap();
    finish(&log);
    let (by, whom) = (Actor::Component(Component::Application), Subject::Conversation(conversation(3)));
    block_on(vault.erase(whom, by, Reason::Requested, now())).unwrap();

    for format in FORMATS {
        let line = &lines(&log, format)[0];
        assert!(line.contains("record read") && line.contains("erased"), "{line}");
        assert!(!line.contains("hand over") && !line.contains("conversation"), "{line}");
    }
}

#[test]
fn an_entry_that_the_checkpoint_does_not_cover_is_not_exported() {
    let (dir, store) = (tempdir().unwrap(), store());
    let log = open(&store, dir.path());
    assert!(matches!(block_on(log.exporter(OCSF)), Err(AuditError::OutOfRange { size: 0, .. })));
    stage(&store, [1]);
    finish(&log);
    let exporter = block_on(log.exporter(OCSF)).unwrap();
    let entry = entry(&log);
    assert!(exporter.line(0, &entry, Details::NotOpened).is_ok());
    let refused = exporter.line(1, &entry, Details::NotOpened);
    assert!(matches!(refused, Err(AuditError::OutOfRange { index: 1, size: 1 })));

    stage(&store, [2, 3]);
    block_on(log.drain(now())).unwrap();
    assert_eq!(collect(&log, exporter).len(), 1, "what is not signed is left out");
}

#[test]
fn a_log_opened_to_be_read_is_exported_and_signs_nothing() {
    let (dir, store) = (tempdir().unwrap(), store());
    assert!(!block_on(AuditLog::is_in(&store)).unwrap());
    let log = open(&store, dir.path());
    stage(&store, 0..300);
    finish(&log);
    assert!(block_on(AuditLog::is_in(&store)).unwrap());
    let read = block_on(AuditLog::open_to_read(&store, log.vkey())).unwrap();
    assert_eq!(lines(&read, OCSF).len(), 300);
    block_on(log.drain(now())).unwrap();
    assert!(matches!(block_on(read.publish(now())), Err(AuditError::Note(_) | AuditError::Io { .. })));

    let (other, empty) = (crate::support::store(), tempdir().unwrap());
    let other = open(&other, empty.path());
    assert!(matches!(block_on(AuditLog::open_to_read(&store, other.vkey())), Err(AuditError::OtherKey)));
    let nothing = crate::support::store();
    let refused = block_on(AuditLog::open_to_read(&nothing, log.vkey()));
    assert!(matches!(refused, Err(AuditError::Corrupt { .. })));
    assert!(!block_on(AuditLog::is_in(&nothing)).unwrap(), "nothing is made");
}

#[test]
fn only_versions_that_are_written_are_taken() {
    assert_eq!("1.8.0".parse(), Ok(OcsfVersion::V1_8_0));
    for version in ["1.7.0", "1.9.0", "1.8", "v1.8.0", ""] {
        assert!(version.parse::<OcsfVersion>().is_err(), "{version}");
    }
}

#[test]
fn a_table_has_the_columns_that_it_names() {
    let dir = tempdir().unwrap();
    let log = every_action(&store(), dir.path());
    let exporter = block_on(log.exporter(Format::Csv)).unwrap();
    let names: Vec<_> = exporter.header().trim_end().split(',').collect();
    for line in collect(&log, exporter.clone()) {
        let fields = line.strip_suffix("\"\r\n").unwrap().strip_prefix('"').unwrap().split("\",\"");
        let row: BTreeMap<_, _> = names.iter().copied().zip(fields.clone()).collect();
        assert_eq!((fields.count(), row["reason"]), (names.len(), "scheduled"), "{line}");
        assert_eq!(row["checkpoint_origin"], "example.org/audit");
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn an_entry_that_was_changed_in_the_store_is_not_exported() {
    let (dir, store) = (tempdir().unwrap(), store());
    let log = open(&store, dir.path());
    stage_together(&store, 0..300);
    finish(&log);
    let exporter = block_on(log.exporter(OCSF)).unwrap();
    for index in [0_u64, 255, 256, 299] {
        let key = Space::sealed("audit.entry").key(&[&index.to_be_bytes()]).unwrap();
        let good = block_on(store.get(&key)).unwrap().unwrap().value.as_bytes().to_vec();
        let mut bad = good.clone();
        // Within the minute it was logged in: the detail still belongs to it.
        let minute = bad.len() - 74 + 4;
        bad[minute] ^= 1;
        for (value, holds) in [(bad, false), (good, true)] {
            let mut batch = Batch::new();
            batch.put(key.clone(), Expect::Any, value);
            block_on(store.commit(batch)).unwrap();
            let lines = block_on(log.export(exporter.clone(), &reader(), now())).unwrap();
            let line = block_on(lines.within(index..index + 1).next());
            assert_eq!(matches!(line, Ok(Some(_))), holds, "{index}: {line:?}");
            assert!(holds || matches!(line, Err(AuditError::Contradiction { .. })), "{line:?}");
        }
    }
}
