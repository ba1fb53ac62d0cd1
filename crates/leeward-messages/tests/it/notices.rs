//! The members of a conversation are told that it is under hold, and end nothing meanwhile.

use crate::support::{HEAD, INBOX, Room, now, seeker, staff};
use leeward_event::{Actor, CorrelationId, StaffId};
use leeward_messages::{
    DeliveryService as _, Draft, EntryKind, Error, HoldNotice, HoldReason, MemberId, Refusal, TimeToLive,
};
use leeward_store::{Scan, Timestamp};
use pollster::block_on;
use std::{array, thread};

const OFFICER: Actor = Actor::Staff(StaffId::from_bytes([7; 16]));

fn order(number: u8) -> CorrelationId {
    CorrelationId::from_bytes([number; 16])
}

fn later(hours: i64) -> Timestamp {
    Timestamp::from_second(now().as_second() + hours * 60 * 60).unwrap()
}

impl Room {
    async fn hold(&self, number: u8, why: HoldReason) {
        self.service.delivery().place_hold(self.id, order(number), why, OFFICER, now()).await.unwrap();
    }

    async fn lift(&self, number: u8) {
        self.service.delivery().lift_hold(self.id, order(number), OFFICER, now()).await.unwrap();
    }

    async fn notice(&self, member: MemberId) -> Option<HoldNotice> {
        self.service.held(self.id, member).await.unwrap()
    }

    /// Whether a member knows of a legal hold, and of one for a report, once it has read all.
    async fn told(&self, member: MemberId) -> (bool, bool) {
        self.texts(member).await;
        self.notice(member).await.map_or((false, false), |notice| (notice.legal, notice.abuse_report))
    }

    async fn say_for_an_hour(&self, member: MemberId, text: &str) {
        let draft = Draft::text(text).disappearing(TimeToLive::hours(1).unwrap());
        self.service.send(self.id, member, &draft, now()).await.unwrap();
    }

    async fn texts_at(&self, member: MemberId, now: Timestamp) -> Vec<String> {
        let mut texts = Vec::new();
        while self.service.unread(self.id, member, now).await.unwrap() {
            for message in self.service.receive(self.id, member, now).await.unwrap() {
                texts.push(String::from_utf8(message.body.expose().to_vec()).unwrap());
            }
        }
        texts
    }

    /// When each message in the inboxes ends.
    async fn inbox_ends(&self) -> Vec<Option<Timestamp>> {
        let all = Scan::all(INBOX.prefix(&[self.id.as_bytes()]).unwrap());
        self.store.scan(&all).await.unwrap().items.into_iter().map(|item| item.entry.expires_at).collect()
    }
}

#[test]
fn members_are_told_why_and_until_the_last_hold_is_lifted() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        let since = Timestamp::from_second(now().as_second()).unwrap();
        room.hold(1, HoldReason::Legal).await;
        assert_eq!(room.notice(person).await, None, "it has not read that far");
        let entries = room.log().await.len();
        room.hold(2, HoldReason::Legal).await;
        assert_eq!(room.log().await.len(), entries, "nothing that members are told has changed");
        for member in [person, first] {
            assert_eq!(room.told(member).await, (true, false));
            assert!(room.notice(member).await.unwrap().since >= since);
        }
        room.hold(3, HoldReason::AbuseReport).await;
        assert_eq!(room.told(first).await, (true, true));
        room.lift(1).await;
        room.lift(2).await;
        assert_eq!(room.told(first).await, (false, true));
        room.say(first, "and it goes on").await;
        room.lift(3).await;
        for member in [person, first] {
            assert_eq!(room.told(member).await, (false, false));
            assert_eq!(room.notice(member).await, None);
        }
        room.say(person, "as before").await;
        assert_eq!(room.texts(first).await, ["as before"]);
    });
}

#[test]
fn who_comes_while_it_is_held_is_told() {
    block_on(async {
        let (person, first, second, third) = (seeker(), staff(), staff(), staff());
        let room = Room::of(person, &[first]).await;
        room.hold(1, HoldReason::Legal).await;
        room.bring(person, second).await;
        assert_eq!(room.told(second).await, (true, false));
        room.service.remove(room.id, second, first, now()).await.unwrap();
        room.bring(second, first).await;
        assert_eq!(room.told(first).await, (true, false));
        room.lift(1).await;
        room.texts(person).await;
        room.bring(person, third).await;
        for member in [person, first, second, third] {
            assert_eq!(room.told(member).await, (false, false));
        }
        room.say(third, "all here").await;
        for member in [person, first, second] {
            assert_eq!(room.texts(member).await, ["all here"]);
        }
    });
}

#[test]
fn who_was_removed_before_is_not_told() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        room.service.remove(room.id, person, first, now()).await.unwrap();
        room.hold(1, HoldReason::Legal).await;
        let delivery = room.service.delivery();
        assert_eq!(delivery.hold_notice(room.id, first).await.unwrap(), None);
        let notice = delivery.hold_notice(room.id, person).await.unwrap().unwrap();
        assert_eq!(notice.kind, EntryKind::Notice);
        let stranger = delivery.hold_notice(room.id, staff()).await;
        assert!(matches!(stranger, Err(Error::NotAMember)));
        assert_eq!(room.told(first).await, (false, false));
    });
}

#[test]
fn what_would_have_ended_is_read_while_it_is_held() {
    block_on(async {
        let (person, first, slow) = (seeker(), staff(), staff());
        let room = Room::of(person, &[first, slow]).await;
        room.say_for_an_hour(person, "for an hour").await;
        // The hold is told of only on the next page.
        for number in 0..120 {
            room.say(person, &format!("{number}")).await;
        }
        room.hold(1, HoldReason::AbuseReport).await;
        let texts = room.texts_at(first, later(2)).await;
        assert_eq!((texts.len(), texts[0].as_str()), (121, "for an hour"));
        room.lift(1).await;
        let texts = room.texts_at(slow, later(2)).await;
        assert_eq!((texts.len(), texts[0].as_str()), (120, "0"), "it counts again");
    });
}

#[test]
fn the_inbox_ends_nothing_while_it_is_held() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        let catch_up = async || room.service.refresh(room.id, first, now()).await.unwrap();
        room.say_for_an_hour(person, "before").await;
        catch_up().await;
        assert!(room.inbox_ends().await[0].is_some());
        room.hold(1, HoldReason::Legal).await;
        room.say_for_an_hour(person, "meanwhile").await;
        catch_up().await;
        assert_eq!(room.inbox_ends().await, [None, None]);
        let texts = room.texts_at(first, later(2)).await;
        assert_eq!(texts, ["before", "meanwhile"]);

        room.say_for_an_hour(person, "and then").await;
        catch_up().await;
        assert_eq!(room.inbox_ends().await, [None]);
        room.lift(1).await;
        catch_up().await;
        assert!(room.inbox_ends().await[0].is_some(), "its time counts again");
        assert!(room.texts_at(first, later(2)).await.is_empty());
    });
}

#[test]
fn only_the_hub_places_a_notice_and_only_there() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let (room, other) = (Room::of(person, &[first]).await, Room::of(seeker(), &[]).await);
        let place = room.log().await.len();
        room.hold(1, HoldReason::Legal).await;
        let place = u64::try_from(place).unwrap();
        let true_notice = room.raw(&room.log_key(place)).await;
        assert_eq!((true_notice[1], true_notice.len()), (2, 20 + 78));
        other.hold(1, HoldReason::Legal).await;
        let elsewhere = other.log().await.pop().unwrap();
        let mut lifted = true_notice.clone();
        lifted[20 + 5] = 0;
        for false_notice in [elsewhere, lifted] {
            room.overwrite(&room.log_key(place), &false_notice).await;
            let error = room.receive_error(first).await;
            assert!(
                matches!(error, Error::Refused { seq, why: Refusal::NotAuthentic | Refusal::UnknownFrankingKey } if seq == place),
                "{error:?}"
            );
            assert_eq!(room.notice(first).await, None);
        }
        room.overwrite(&room.log_key(place), &true_notice).await;
        assert_eq!(room.told(first).await, (true, false));

        // Said again further on, by whoever keeps the log.
        room.lift(1).await;
        assert_eq!(room.told(first).await, (false, false));
        let head = HEAD.key(&[room.id.as_bytes()]).unwrap();
        let mut after = room.raw(&head).await;
        *after.last_mut().unwrap() += 1;
        room.overwrite(&head, &after).await;
        room.overwrite(&room.log_key(place + 2), &true_notice).await;
        let error = room.receive_error(first).await;
        assert!(matches!(error, Error::Refused { why: Refusal::NotAuthentic, .. }), "{error:?}");
        assert_eq!(room.notice(first).await, None);
    });
}

#[test]
fn a_notice_is_checked_with_the_key_of_its_time() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        room.say_for_an_hour(person, "before").await;
        room.texts(person).await;
        room.say(first, "known by its key").await;
        room.texts(person).await;
        room.service.delivery().hub().rotate(jiff::SignedDuration::from_hours(1), now()).await.unwrap();
        room.hold(1, HoldReason::Legal).await;
        assert_eq!(room.texts_at(first, later(2)).await, ["before"]);
        assert_eq!(room.told(person).await, (true, false));
    });
}

#[test]
fn holds_come_and_go_while_everybody_speaks() {
    let (person, first) = (seeker(), staff());
    let room = block_on(Room::of(person, &[first]));
    thread::scope(|scope| {
        for member in [person, first] {
            let room = &room;
            scope.spawn(move || {
                block_on(async {
                    for number in 0..20 {
                        room.say(member, &format!("{number}")).await;
                    }
                });
            });
        }
        block_on(async {
            for number in 0..10 {
                room.hold(number, HoldReason::Legal).await;
                room.lift(number).await;
            }
            room.hold(10, HoldReason::Legal).await;
        });
    });
    block_on(async {
        let numbers: [String; 20] = array::from_fn(|number| number.to_string());
        for member in [person, first] {
            assert_eq!(room.texts(member).await, numbers);
            assert_eq!(room.told(member).await, (true, false));
        }
    });
}
