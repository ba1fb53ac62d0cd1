//! `docs/vectors/franking.json`: written by `LEEWARD_WRITE_VECTORS=1 cargo test -p leeward-messages vectors`,
//! checked by every run.

use super::{AbuseReport, Agents, Context, HubKeys, Stamp};
use crate::{Draft, Kind, MemberId, TimeToLive, content::Content};
use jiff::Timestamp;
use leeward_event::{ConversationId, SeekerId, StaffId};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/vectors/franking.json")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks_exact(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

/// Keys that everybody knows: `hub_key` is 32 bytes of 0x11, the seed 32 bytes of 0x22.
fn keys() -> HubKeys {
    let current = [&[1, 0, 1, 0, 0, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0][..], &[0x11; 32], &[0x22; 32]].concat();
    HubKeys::decode(&current).unwrap()
}

fn vector(sender: MemberId, draft: &Draft) -> Value {
    let (rng, keys) = (SystemRandom::new(), keys());
    let room = ConversationId::from_bytes([0x33; 16]);
    let now = Timestamp::from_millisecond(1_790_000_012_345).unwrap();
    let made = Content::seal(sender, room, draft, now, &rng).unwrap();
    let stamp = keys.stamp(&made.aad.tag, sender, room, now).unwrap();
    let context = Context { sender, conversation: room, accepted_ms: stamp.accepted_ms };
    json!({
        "application_data": hex(&made.data),
        "salt": hex(&made.data[5..21]),
        "aad": hex(&made.aad.encode()),
        "franking_tag": hex(made.aad.tag.as_bytes()),
        "server_franking_context": hex(&context.encode()),
        "server_frank": hex(&stamp.server_frank),
        "signed": hex(&context.signed_content(&stamp.server_frank)),
        "signature": hex(&stamp.signature),
        "stamp": hex(&stamp.encode()),
        "report": hex(&AbuseReport::new(&stamp, &made.data).encode()),
    })
}

fn made() -> Value {
    let seeker = MemberId::from(SeekerId::from_bytes([0x44; 16]));
    let staff = MemberId::from(StaffId::from_bytes([0x55; 16]));
    let hour = TimeToLive::hours(1).unwrap();
    json!({
        "hub": { "number": 1, "hub_key": "11".repeat(32), "seed": "22".repeat(32),
                 "agents": hex(&keys().agents().encode()) },
        "true": [
            vector(seeker, &Draft::text("is anyone there?")),
            vector(staff, &Draft::text("I am here. Take your time.").disappearing(hour)),
            vector(staff, &Draft::bytes(&[0xff; 300])),
        ],
    })
}

/// Reports that a hub has to refuse, made from two true ones.
fn refused(first: &[u8], second: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let changed = |at: usize| {
        let mut report = first.to_vec();
        report[at] ^= 1;
        report
    };
    vec![
        ("the text was changed", changed(45 + 4 + 63)),
        ("the salt was changed", changed(45 + 4 + 1)),
        ("the sender was changed", changed(45 + 4 + 18)),
        ("the conversation was changed", changed(45 + 4 + 34)),
        ("the time of acceptance was changed", changed(12)),
        ("the frank was changed", changed(13)),
        ("the frank is of another message", [&second[..45], &first[45..]].concat()),
        ("the key is not known", changed(4)),
        ("the version is not known", changed(0)),
        ("it was cut short", first[..first.len() - 1].to_vec()),
    ]
}

#[test]
fn the_published_vectors_hold() {
    if std::env::var_os("LEEWARD_WRITE_VECTORS").is_some() {
        let mut all = made();
        let report = |at: usize| bytes(&all["true"][at]["report"]);
        let refused = refused(&report(0), &report(1));
        let refused = refused.iter().map(|(why, report)| json!({ "why": why, "report": hex(report) }));
        all["refused"] = refused.collect();
        fs::create_dir_all(path().parent().unwrap()).unwrap();
        fs::write(path(), serde_json::to_string_pretty(&all).unwrap() + "\n").unwrap();
    }
    let all: Value = serde_json::from_slice(&fs::read(path()).unwrap()).unwrap();
    let (keys, agents) = (keys(), Agents::decode(&bytes(&all["hub"]["agents"])).unwrap());
    assert_eq!(agents, keys.agents());
    let vectors = all["true"].as_array().unwrap();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        holds(vector, &keys, &agents);
    }
    let refused = all["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 10);
    for vector in refused {
        let verified = AbuseReport::decode(&bytes(&vector["report"])).map(|report| keys.verify(&report));
        assert!(!matches!(verified, Ok(Ok(_))), "{}", vector["why"]);
    }
}

fn holds(vector: &Value, keys: &HubKeys, agents: &Agents) {
    let field = |name: &str| bytes(&vector[name]);
    let (data, aad) = (field("application_data"), field("aad"));
    let claimed = Content::read(&data).unwrap();
    let (sender, room) = (claimed.sender, claimed.conversation);
    let content = Content::open(&data, &aad, sender, room).unwrap();
    let tag = content.tag(&data);
    assert_eq!((&tag.as_bytes()[..], &aad[..32]), (&field("franking_tag")[..], &tag.as_bytes()[..]));
    assert_eq!(data[5..21], field("salt"));

    let stamp = Stamp::decode(&field("stamp")).unwrap();
    let accepted = Timestamp::from_millisecond(stamp.accepted_ms().try_into().unwrap()).unwrap();
    assert_eq!(keys.stamp(&tag, sender, room, accepted).unwrap(), stamp, "Ed25519 is deterministic");
    let context = Context { sender, conversation: room, accepted_ms: stamp.accepted_ms() };
    assert_eq!(context.encode(), field("server_franking_context"));
    assert_eq!(context.signed_content(&stamp.server_frank), field("signed"));
    assert_eq!(
        (&stamp.server_frank[..], &stamp.signature[..]),
        (&field("server_frank")[..], &field("signature")[..])
    );
    assert_eq!(agents.check(&stamp, sender, room), Ok(()));

    let report = AbuseReport::decode(&field("report")).unwrap();
    assert_eq!(*report.encode(), *AbuseReport::new(&stamp, &data).encode());
    let verified = keys.verify(&report).unwrap();
    assert_eq!((verified.sender(), verified.conversation()), (sender, room));
    assert!(matches!(verified.kind(), Kind::Text | Kind::Bytes));
}
