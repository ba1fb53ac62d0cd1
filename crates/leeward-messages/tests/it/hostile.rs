//! Whoever keeps the log, and a member with a client of its own, try what they can.
//!
//! | what is tried | where it fails |
//! |---|---|
//! | replay | `a_replayed_message_is_refused`; the service: `delivery::the_same_submission_again_appends_nothing` |
//! | reorder | `swapped_messages_are_not_read_out_of_order` |
//! | hold back, leave out | `a_missing_entry_is_noticed_and_can_be_skipped` |
//! | swap between conversations | `a_message_of_another_conversation_is_refused`; the service: `delivery::only_an_encrypted_message_of_this_conversation_is_taken` |
//! | an epoch that is over, or to come | `what_is_of_another_epoch_is_refused`; the service: `delivery::what_was_made_for_an_old_epoch_is_refused`, `delivery::what_was_made_for_an_epoch_to_come_is_refused` |
//! | forged sender | `nobody_speaks_for_another`, `a_copy_of_an_own_message_does_not_hide_what_another_said` |
//! | silent member | `nobody_joins_under_a_name_that_is_taken`, `a_leaf_never_becomes_another_member_or_changes_its_key`, `commits_that_do_more_than_add_and_remove_are_refused` |
//! | tampered ciphertext, AAD or stamp | `a_changed_message_is_refused_and_the_true_one_is_read`, `a_changed_commit_is_refused_and_the_true_one_is_taken`, `what_could_not_be_reported_is_refused`; each bit: `never_again::a_bit_turned_anywhere_is_refused` |
//! | forged report | `every_changed_byte_is_refused` in `src/franking/report.rs`, `franking::a_true_report_is_an_event_and_an_invented_one_is_nothing` |
//! | report put into another mouth | `a_report_cannot_be_put_into_another_mouth_or_room` in `src/franking/report.rs` |
//! | what says that it is encrypted, and is not | `delivery::only_an_encrypted_message_of_this_conversation_is_taken`, `contents_in_another_form_are_refused` |
//! | key package without an end | `lifetimes::a_key_package_without_an_acceptable_lifetime_is_not_claimed`, `lifetimes::a_commit_with_an_endless_key_package_is_refused` |
//! | key package of another | `a_directory_that_answers_with_somebody_else_is_refused` |
//! | welcome for another | `a_welcome_is_for_one_conversation_one_member_and_one_roster` |
//! | commits at once | `apart::of_thirty_two_members_who_commit_at_once_one_wins_each_epoch_and_nobody_is_forked`, `races::thirty_two_members_who_commit_at_once_over_one_store_end_in_one_epoch` |
//! | commit that was never accepted | `an_own_commit_that_was_never_accepted_is_refused` |
//! | too much | `an_oversized_entry_is_refused_before_it_is_decoded` |

use crate::{
    insider::{self, Insider, Said},
    support::{Room, identity, message, message_at, now, seeker, staff},
};
use leeward_messages::{Error, MemberId, Refusal};
use openmls::prelude::Lifetime;
use pollster::block_on;
use std::slice;

/// Two members, and what the second one says of the entry at the end of the log.
struct Scene {
    room: Room,
    author: MemberId,
    reader: MemberId,
}

impl Scene {
    async fn new() -> Self {
        let (author, reader) = (seeker(), staff());
        Self { room: Room::of(author, &[reader]).await, author, reader }
    }

    /// The reader refuses the entry, and its state stays as it was.
    async fn refuses(&self) -> Refusal {
        let key = self.room.state_key(self.reader);
        let before = self.room.raw(&key).await;
        let Error::Refused { why, .. } = self.room.receive_error(self.reader).await else {
            panic!("it was refused for another reason");
        };
        assert_eq!(self.room.raw(&key).await, before);
        why
    }

    /// The author commits something, which the reader must refuse.
    async fn refuses_commit(&self, make: impl FnOnce(&mut Insider) -> Vec<u8>) -> Refusal {
        let mut insider = Insider::of(&self.room, self.author).await;
        self.room.forge(&make(&mut insider), true).await;
        self.refuses().await
    }
}

#[test]
fn a_replayed_message_is_refused() {
    block_on(async {
        let scene = Scene::new().await;
        scene.room.say(scene.author, "once").await;
        let entry = scene.room.log().await.pop().unwrap();
        scene.room.forge(message(&entry), false).await;
        let received = scene.room.service.receive(scene.room.id, scene.reader, now()).await.unwrap();
        assert_eq!(received.len(), 1, "what comes before is read");
        assert_eq!(scene.refuses().await, Refusal::NotAuthentic);
    });
}

#[test]
fn a_copy_of_an_own_message_does_not_hide_what_another_said() {
    block_on(async {
        let scene = Scene::new().await;
        scene.room.say(scene.reader, "before").await;
        let seq = scene.room.say(scene.author, "yours").await;
        scene.room.say(scene.reader, "after").await;
        let log = scene.room.log().await;
        for own in [&log[1], &log[3]] {
            scene.room.overwrite(&scene.room.log_key(seq), own).await;
            assert_eq!(scene.refuses().await, Refusal::NotAuthentic);
        }
        scene.room.overwrite(&scene.room.log_key(seq), &log[2]).await;
        assert_eq!(scene.room.texts(scene.reader).await, ["yours"]);
    });
}

#[test]
fn a_changed_message_is_refused_and_the_true_one_is_read() {
    block_on(async {
        let scene = Scene::new().await;
        let seq = scene.room.say(scene.author, "true").await;
        let (key, entry) = (scene.room.log_key(seq), scene.room.log().await.pop().unwrap());
        for index in 20..entry.len() {
            let mut bad = entry.clone();
            bad[index] ^= 1 << (index % 8);
            scene.room.overwrite(&key, &bad).await;
            scene.refuses().await;
        }
        for len in message_at(&entry)..entry.len() {
            scene.room.overwrite(&key, &entry[..len]).await;
            scene.refuses().await;
        }
        scene.room.overwrite(&key, &[&entry[..], &[0]].concat()).await;
        assert_eq!(scene.refuses().await, Refusal::Malformed);
        for version in [0, 1, 3] {
            scene.room.overwrite(&key, &[&[version], &entry[1..]].concat()).await;
            assert!(matches!(scene.room.receive_error(scene.reader).await, Error::Corrupt { .. }));
        }
        scene.room.overwrite(&key, &entry).await;
        assert_eq!(scene.room.texts(scene.reader).await, ["true"]);
    });
}

#[test]
fn a_changed_commit_is_refused_and_the_true_one_is_taken() {
    block_on(async {
        let scene = Scene::new().await;
        scene.room.bring(scene.author, staff()).await;
        let (key, entry) = (scene.room.log_key(1), scene.room.log().await.pop().unwrap());
        for index in (message_at(&entry)..entry.len()).step_by(7) {
            let mut bad = entry.clone();
            bad[index] ^= 1 << (index % 8);
            scene.room.overwrite(&key, &bad).await;
            scene.refuses().await;
        }
        scene.room.overwrite(&key, &entry).await;
        assert!(scene.room.texts(scene.reader).await.is_empty());
        assert_eq!(scene.room.epoch(scene.reader).await.unwrap(), 2);
    });
}

#[test]
fn an_oversized_entry_is_refused_before_it_is_decoded() {
    block_on(async {
        let scene = Scene::new().await;
        scene.room.forge(&vec![0; 72 * 1024 + 1], false).await;
        assert_eq!(scene.refuses().await, Refusal::TooLarge);
    });
}

#[test]
fn a_message_of_another_conversation_is_refused() {
    block_on(async {
        let (scene, other) = (Scene::new().await, Scene::new().await);
        other.room.say(other.author, "elsewhere").await;
        scene.room.forge(message(&other.room.log().await[1]), false).await;
        assert_eq!(scene.refuses().await, Refusal::Misplaced);
    });
}

#[test]
fn what_is_of_another_epoch_is_refused() {
    block_on(async {
        let scene = Scene::new().await;
        let mut insider = Insider::of(&scene.room, scene.author).await;
        let old = insider.say_as(&scene.room, scene.author, b"of an epoch that is over");
        let mut to_come = insider.say_as(&scene.room, scene.author, b"of one to come");
        to_come[2 + 2 + 17 + 7] += 2;
        scene.room.service.refresh(scene.room.id, scene.author, now()).await.unwrap();
        scene.room.texts(scene.reader).await;
        for message in [old, to_come] {
            let seq = scene.room.forge_stamped(&message, scene.author).await;
            assert_eq!(scene.refuses().await, Refusal::Misplaced);
            scene.room.service.skip(scene.room.id, scene.reader, seq, now()).await.unwrap();
        }
    });
}

#[test]
fn swapped_messages_are_not_read_out_of_order() {
    block_on(async {
        let scene = Scene::new().await;
        let (one, two) =
            (scene.room.say(scene.author, "one").await, scene.room.say(scene.author, "two").await);
        let log = scene.room.log().await;
        scene.room.overwrite(&scene.room.log_key(one), &log[2]).await;
        scene.room.overwrite(&scene.room.log_key(two), &log[1]).await;
        let received = scene.room.service.receive(scene.room.id, scene.reader, now()).await.unwrap();
        assert_eq!(received.len(), 1);
        assert_eq!(scene.refuses().await, Refusal::NotAuthentic);
    });
}

#[test]
fn a_missing_entry_is_noticed_and_can_be_skipped() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, reader) = (&scene.room, scene.reader);
        let mut seqs = Vec::new();
        for text in ["one", "two", "three"] {
            seqs.push(room.say(scene.author, text).await);
        }
        for lost in [seqs[1], seqs[2]] {
            let mut batch = leeward_store::Batch::new();
            batch.delete(room.log_key(lost), leeward_store::Expect::Any);
            room.store.commit(batch).await.unwrap();
        }
        assert_eq!(room.service.receive(room.id, reader, now()).await.unwrap().len(), 1);
        for lost in [seqs[1], seqs[2]] {
            let error = room.receive_error(reader).await;
            assert!(matches!(error, Error::Missing { seq } if seq == lost));
            room.service.skip(room.id, reader, lost, now()).await.unwrap();
        }
        room.say(scene.author, "four").await;
        assert_eq!(room.texts(reader).await, ["four"]);
    });
}

#[test]
fn only_what_is_refused_can_be_skipped() {
    block_on(async {
        let scene = Scene::new().await;
        let (room, reader) = (&scene.room, scene.reader);
        let seq = room.say(scene.author, "good").await;
        for at in [0, seq, seq + 1] {
            let skipped = room.service.skip(room.id, reader, at, now()).await;
            assert!(matches!(skipped, Err(Error::NotRefused { seq }) if seq == at));
        }
        assert_eq!(room.texts(reader).await, ["good"]);
        let bad = room.forge(b"nonsense", false).await;
        room.say(scene.author, "after").await;
        assert_eq!(scene.refuses().await, Refusal::Malformed);
        assert!(room.service.skip(room.id, reader, bad + 1, now()).await.is_err());
        room.service.skip(room.id, reader, bad, now()).await.unwrap();
        assert_eq!(room.texts(reader).await, ["after"]);
    });
}

#[test]
fn nobody_speaks_for_another() {
    block_on(async {
        let scene = Scene::new().await;
        for sender in [scene.reader, staff(), seeker()] {
            let mut insider = Insider::of(&scene.room, scene.author).await;
            let seq = scene.room.forge(&insider.say_as(&scene.room, sender, b"trust me"), false).await;
            assert_eq!(scene.refuses().await, Refusal::Identity);
            scene.room.service.skip(scene.room.id, scene.reader, seq, now()).await.unwrap();
        }
        let mut insider = Insider::of(&scene.room, scene.author).await;
        let said = insider.say_as(&scene.room, scene.author, b"it is me");
        scene.room.forge_stamped(&said, scene.author).await;
        assert_eq!(scene.room.texts(scene.reader).await, ["it is me"]);
    });
}

/// Whoever could send what nobody can report would.
#[test]
fn what_could_not_be_reported_is_refused() {
    block_on(async {
        let scene = Scene::new().await;
        let here = *scene.room.id.as_bytes();
        type Change = fn(&mut Vec<u8>);
        let changes: [(Change, [u8; 16], Refusal); 6] = [
            (|aad| aad[0] ^= 1, here, Refusal::Franking),
            (|aad| aad[31] ^= 1, here, Refusal::Franking),
            (|aad| aad[35] = 60, here, Refusal::Franking),
            (|aad| aad[35] = 59, here, Refusal::Malformed),
            (Vec::clear, here, Refusal::Malformed),
            (|_| (), [9; 16], Refusal::Identity),
        ];
        for (change, room, why) in changes {
            let mut insider = Insider::of(&scene.room, scene.author).await;
            let said = Said { sender: scene.author, room, body: b"nobody will believe you" };
            let seq = scene.room.forge(&insider.say(&said, change), false).await;
            assert_eq!(scene.refuses().await, why);
            scene.room.service.skip(scene.room.id, scene.reader, seq, now()).await.unwrap();
        }
    });
}

#[test]
fn contents_in_another_form_are_refused() {
    block_on(async {
        let scene = Scene::new().await;
        let version_one = [&[0, 0, 0, 26, 1], &identity(scene.author)[..], &[0; 8 + 226]].concat();
        let version_three =
            [&[0, 0, 0, 63, 3][..], &[0; 16], &identity(scene.author)[..], &[0; 218]].concat();
        for plaintext in [&b""[..], &[0; 255], &[0; 256], &version_one, &version_three] {
            let mut insider = Insider::of(&scene.room, scene.author).await;
            let seq = scene.room.forge(&insider.encrypt(plaintext), false).await;
            assert_eq!(scene.refuses().await, Refusal::Malformed, "{plaintext:?}");
            scene.room.service.skip(scene.room.id, scene.reader, seq, now()).await.unwrap();
        }
    });
}

#[test]
fn a_leaf_never_becomes_another_member_or_changes_its_key() {
    block_on(async {
        let scene = Scene::new().await;
        let (author, reader) = (scene.author, scene.reader);
        for other in [reader, staff()] {
            let scene = Scene::new().await;
            assert_eq!(
                scene.refuses_commit(|insider| insider.become_another(other)).await,
                Refusal::Identity
            );
        }
        assert_eq!(scene.refuses_commit(|insider| insider.change_key(author)).await, Refusal::Identity);
    });
}

#[test]
fn a_new_path_from_the_same_leaf_is_taken() {
    block_on(async {
        let scene = Scene::new().await;
        let update = Insider::of(&scene.room, scene.author).await.update();
        scene.room.forge(&update, true).await;
        assert!(scene.room.texts(scene.reader).await.is_empty());
        assert_eq!(scene.room.epoch(scene.reader).await.unwrap(), 2);
    });
}

#[test]
fn commits_that_do_more_than_add_and_remove_are_refused() {
    block_on(async {
        let refused = Scene::new().await.refuses_commit(Insider::change_context).await;
        assert_eq!(refused, Refusal::Forbidden);
        let refused = Scene::new().await.refuses_commit(|insider| insider.propose_removal(1)).await;
        assert_eq!(refused, Refusal::Forbidden);
        let openly = |insider: &mut Insider| {
            insider.speak_openly();
            insider.update()
        };
        assert_eq!(Scene::new().await.refuses_commit(openly).await, Refusal::Forbidden);
    });
}

#[test]
fn nobody_joins_under_a_name_that_is_taken() {
    block_on(async {
        for pick in [|scene: &Scene| scene.author, |scene: &Scene| scene.reader] {
            let scene = Scene::new().await;
            let package = insider::key_package(pick(&scene), Lifetime::default());
            let refused = scene.refuses_commit(|insider| insider.add(package)).await;
            assert_eq!(refused, Refusal::Identity);
        }
    });
}

#[test]
fn a_directory_that_answers_with_somebody_else_is_refused() {
    block_on(async {
        let scene = Scene::new().await;
        let (wanted, impostor) = (staff(), staff());
        let package = insider::to_bytes(&insider::key_package(impostor, Lifetime::default()));
        crate::support::plant(&scene.room.store, wanted, b"r", &package).await;
        crate::support::plant(&scene.room.store, wanted, b"s", b"nonsense").await;
        let added = scene.room.service.add(scene.room.id, scene.author, wanted, now()).await;
        assert!(matches!(added, Err(Error::NoKeyPackage)));

        scene.room.bring(scene.author, wanted).await;
        let roster = scene.room.roster(scene.author).await.unwrap();
        assert_eq!(roster, [scene.author, scene.reader, wanted]);
    });
}

#[test]
fn an_own_commit_that_was_never_accepted_is_refused() {
    block_on(async {
        let scene = Scene::new().await;
        let scene = Scene { author: scene.reader, reader: scene.author, ..scene };
        let mut own = Insider::of(&scene.room, scene.reader).await;
        scene.room.forge(&own.update(), true).await;
        assert_eq!(scene.refuses().await, Refusal::Forbidden);
    });
}

#[test]
fn a_welcome_is_for_one_conversation_one_member_and_one_roster() {
    block_on(async {
        let (scene, other, guest) = (Scene::new().await, Scene::new().await, staff());
        let (room, welcome) = (&scene.room, scene.room.welcome_key(guest));
        for host in [&scene, &other] {
            host.room.texts(host.author).await;
        }
        room.service.key_package(guest, now()).await.unwrap();
        let (_, package) = room.key_packages(guest).await.remove(0);
        let planted = async |message: &[u8]| {
            let row = [&[2, 0, 0, 0, 0, 0, 0, 0, 1], message].concat();
            room.overwrite(&welcome, &row).await;
            room.service.join(room.id, guest, now()).await
        };
        let package = insider::from_bytes(&package);
        let elsewhere = Insider::of(&other.room, other.author).await.welcome(slice::from_ref(&package));
        let impostor = insider::key_package(scene.author, Lifetime::default());
        let twice = Insider::of(room, scene.author).await.welcome(&[impostor, package.clone()]);
        let good = Insider::of(room, scene.author).await.welcome(&[package]);
        let cases = [
            (elsewhere, Refusal::Misplaced),
            (twice, Refusal::Identity),
            (good[..good.len() - 1].to_vec(), Refusal::Malformed),
            (vec![0; 128 * 1024 + 1], Refusal::TooLarge),
            (message(&room.log().await[0]).to_vec(), Refusal::Malformed),
        ];
        for (message, expected) in cases {
            let refused = planted(&message).await;
            assert!(matches!(refused, Err(Error::WelcomeRefused { why }) if why == expected), "{refused:?}");
            assert!(matches!(room.roster(guest).await, Err(Error::NotAMember)));
        }
        for index in (4..good.len()).step_by(5) {
            let mut bad = good.clone();
            bad[index] ^= 1 << (index % 8);
            let refused = planted(&bad).await;
            assert!(matches!(refused, Err(Error::WelcomeRefused { .. } | Error::NoKeyPackage)), "{index}");
        }
        planted(&good).await.unwrap();
        assert_eq!(room.roster(guest).await.unwrap(), [scene.author, scene.reader, guest]);
    });
}
