//! Flaws of end-to-end encryption as it was delivered to counselling services, one test for each.
//!
//! | flaw | here |
//! |---|---|
//! | messages encrypted and not authenticated (CBC): bits can be turned | [`a_bit_turned_anywhere_is_refused`] |
//! | private keys wrapped by a passphrase through a thousand rounds of a hash | this crate takes no passphrase: member states are sealed by the store, snapshots by a key of 32 bytes; where a passphrase opens that store, `leeward-vault` asks for Argon2id, and refuses less than 19 MiB (its `tests/it/passphrase.rs`) |
//! | who has no key yet gets one that follows from a known identifier | [`who_has_no_key_package_is_not_added_and_nothing_is_sent_to_them`] |
//! | identifiers of keys that are a part of the key | [`what_names_a_key_tells_nothing_of_it`] |
//! | the head of each file in clear, to tell its type | [`a_stored_file_shows_nothing_of_its_head`] |
//! | the master key where any script reads it | [`no_member_lies_in_a_store_that_seals_nothing`] |

use crate::support::{Room, SPACES, key, now, seeker, staff};
use leeward_event::{ConversationId, SeekerId};
use leeward_messages::{
    Conversations, DeliveryService as _, Error,
    attachment::{FileType, encrypt},
    franking::{FrankingTag, HubKeys},
};
use leeward_store::{Scan, Store, StoreError, Timestamp};
use pollster::block_on;
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
};
use std::collections::BTreeSet;

fn runs(bytes: &[u8], len: usize) -> BTreeSet<&[u8]> {
    bytes.windows(len).collect()
}

fn share_a_run(one: &[u8], other: &[u8], len: usize) -> bool {
    let runs = runs(one, len);
    other.windows(len).any(|window| runs.contains(window))
}

#[test]
fn a_bit_turned_anywhere_is_refused() {
    block_on(async {
        let (author, reader) = (seeker(), staff());
        let room = Room::of(author, &[reader]).await;
        let seq = room.say(author, "transfer nothing to anybody").await;
        let (row, entry) = (room.log_key(seq), room.log().await.pop().unwrap());
        // What lies before the message is the service's own word; the stamp in it is signed, and covered too.
        for bit in 20 * 8..entry.len() * 8 {
            let mut bad = entry.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            room.overwrite(&row, &bad).await;
            let refused = room.receive_error(reader).await;
            assert!(matches!(refused, Error::Refused { seq: at, .. } if at == seq), "{bit}: {refused:?}");
        }
        room.overwrite(&row, &entry).await;
        assert_eq!(room.texts(reader).await, ["transfer nothing to anybody"]);
    });
}

#[test]
fn who_has_no_key_package_is_not_added_and_nothing_is_sent_to_them() {
    block_on(async {
        let (author, reader, keyless) = (seeker(), staff(), staff());
        let room = Room::of(author, &[reader]).await;
        let (log, service) = (room.log().await, &room.service);
        let refused = service.add(room.id, author, keyless, now()).await;
        assert!(matches!(refused, Err(Error::NoKeyPackage)), "{refused:?}");
        let refused = service.readmit(room.id, author, keyless, now()).await;
        assert!(matches!(refused, Err(Error::NotAMember)), "{refused:?}");
        assert_eq!(room.log().await, log, "no commit was made");
        assert!(service.delivery().invitation(room.id, keyless).await.unwrap().is_none());
        room.say(author, "not for everybody").await;
        let fetched = service.delivery().fetch(room.id, keyless, 0, 9, now()).await;
        assert!(matches!(fetched, Err(Error::NotAMember)), "{fetched:?}");
        room.bring(author, keyless).await;
        room.say(author, "for everybody").await;
        assert_eq!(room.texts(keyless).await, ["for everybody"], "nothing from before it had keys");
    });
}

#[test]
fn what_names_a_key_tells_nothing_of_it() {
    a_key_package_is_named_by_its_hash();
    a_stamp_names_its_key_by_a_count();
    a_file_is_named_by_chance();
}

/// The public half by its hash, the private one by `RefHash` of that half (RFC 9420 5.2), under a label.
fn a_key_package_is_named_by_its_hash() {
    block_on(async {
        let (room, guest) = (Room::of(seeker(), &[]).await, staff());
        room.service.key_package(guest, now()).await.unwrap();
        let (name, package) = room.key_packages(guest).await.remove(0);
        assert_eq!(name, digest(&SHA256, &package).as_ref());
        let label = b"MLS 1.0 KeyPackage Reference";
        let len = 0x4000 | u16::try_from(package.len()).unwrap();
        let hashed = [&[28], &label[..], &len.to_be_bytes(), &package].concat();
        let reference = room.private_key(guest).await.segments().remove(2);
        assert_eq!(reference, digest(&SHA256, &hashed).as_ref());
    });
}

fn a_stamp_names_its_key_by_a_count() {
    let secret = [&[0x11; 32][..], &(64..96).collect::<Vec<u8>>()].concat();
    let head = [1, 0, 1, 0, 0, 0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0];
    let mut keys = HubKeys::decode(&[&head[..], &secret].concat()).unwrap();
    let (tag, sender) = (FrankingTag::from_bytes([3; 32]), SeekerId::from_bytes([4; 16]).into());
    let room = ConversationId::from_bytes([5; 16]);
    let stamp = keys.stamp(&tag, sender, room, Timestamp::UNIX_EPOCH).unwrap().encode();
    assert!(!share_a_run(&secret, &stamp, 3));
    assert!(!share_a_run(&secret, &keys.agents().encode(), 3));
    keys.rotate(Timestamp::UNIX_EPOCH, &SystemRandom::new()).unwrap();
    let next = keys.stamp(&tag, sender, room, Timestamp::UNIX_EPOCH).unwrap().encode();
    assert_eq!((&stamp[1..5], &next[1..5]), (&[0, 0, 0, 1][..], &[0, 0, 0, 2][..]));
}

fn a_file_is_named_by_chance() {
    let room = ConversationId::from_bytes([5; 16]);
    let kind = FileType { media_type: "image/png", name: "photo" };
    for _ in 0..20 {
        let mut stored = Vec::new();
        let descriptor = encrypt(room, kind, &b"the same"[..], &mut stored, &SystemRandom::new()).unwrap();
        let encoded = descriptor.encode();
        let file_key = &encoded[17..49];
        assert!(!share_a_run(file_key, descriptor.id(), 4));
        assert!(!share_a_run(file_key, &stored, 4));
    }
}

#[test]
fn a_stored_file_shows_nothing_of_its_head() {
    let room = ConversationId::from_bytes([5; 16]);
    let heads = [
        ("image/png", &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..]),
        ("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0"),
        ("application/pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
        ("audio/ogg", b"OggS\0\x02\0\0\0\0\0\0\0\0"),
    ];
    let mut starts = BTreeSet::new();
    for (media_type, head) in heads {
        let file = [head, &b"what a file goes on with, line by line. ".repeat(2_000)].concat();
        for _ in 0..2 {
            let (kind, mut stored) = (FileType { media_type, name: "file" }, Vec::new());
            encrypt(room, kind, &file[..], &mut stored, &SystemRandom::new()).unwrap();
            assert!(!share_a_run(&file, &stored, 8), "{media_type}");
            assert!(!share_a_run(media_type.as_bytes(), &stored, 8), "{media_type}");
            starts.insert(stored[..8].to_vec());
        }
    }
    assert_eq!(starts.len(), 2 * heads.len(), "no two begin alike, of one type or of one file");
}

#[test]
fn no_member_lies_in_a_store_that_seals_nothing() {
    block_on(async {
        let (bare, founder) = (Store::memory(), seeker());
        let service = Conversations::new(&bare, key());
        for refused in
            [service.open(founder, now()).await.map(drop), service.key_package(founder, now()).await]
        {
            assert!(matches!(refused, Err(Error::Store(StoreError::Unsealed { .. }))), "{refused:?}");
        }
        for space in SPACES {
            let all = Scan::all(space.prefix(&[]).unwrap());
            assert!(bare.scan(&all).await.unwrap().items.is_empty(), "{}", space.name());
        }
    });
}
