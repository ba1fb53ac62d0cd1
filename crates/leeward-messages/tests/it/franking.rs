//! A hub whose keys are in a store: shared, rotated, and asked whether a report is true.

use crate::support::{seeker, staff, store};
use leeward_event::{Action, ConversationId, Subject, outbox};
use leeward_messages::{
    AbuseReport, Draft, Error, MemberId, Refusal,
    content::Content,
    franking::{Hub, Stamp},
};
use leeward_store::{Store, Timestamp};
use pollster::block_on;
use ring::rand::SystemRandom;

const ROOM: ConversationId = ConversationId::from_bytes([7; 16]);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

async fn said(hub: &Hub, sender: MemberId) -> (Stamp, Vec<u8>) {
    let made = Content::seal(sender, ROOM, &Draft::text("go"), at(90), &SystemRandom::new()).unwrap();
    let stamp = hub.stamp(&made.tag(), sender, ROOM, at(100)).await.unwrap();
    (stamp, made.expose_data().to_vec())
}

#[test]
fn machines_share_one_key_and_its_successors() {
    block_on(async {
        let store = store();
        let [one, other] = [Hub::new(&store), Hub::new(&store)];
        let sender = seeker();
        let (stamp, data) = said(&one, sender).await;
        assert_eq!(other.agents().await.unwrap().check(&stamp, sender, ROOM), Ok(()));
        other.rotate(jiff::SignedDuration::from_hours(24), at(1_000)).await.unwrap();
        let (later, _) = said(&one, sender).await;
        assert_eq!((stamp.key(), later.key()), (1, 2));
        let report = AbuseReport::new(&stamp, &data);
        assert_eq!(one.report(staff(), &report, at(2_000)).await.unwrap().sender(), sender);
        one.rotate(jiff::SignedDuration::from_hours(24), at(200_000)).await.unwrap();
        let forgotten = other.report(staff(), &report, at(200_000)).await.unwrap_err();
        assert!(matches!(forgotten, Error::Report { why: Refusal::UnknownFrankingKey }));
    });
}

#[test]
fn a_true_report_is_an_event_and_an_invented_one_is_nothing() {
    block_on(async {
        let store = store();
        let hub = Hub::new(&store);
        let (sender, reporter) = (seeker(), staff());
        let (stamp, data) = said(&hub, sender).await;
        let invented =
            Content::seal(reporter, ROOM, &Draft::text("go"), at(90), &SystemRandom::new()).unwrap();
        let refused = hub.report(reporter, &AbuseReport::new(&stamp, invented.expose_data()), at(200)).await;
        assert!(matches!(refused, Err(Error::Report { why: Refusal::NotAuthentic })));
        assert!(outbox::pending(&store, 100).await.unwrap().is_empty());
        hub.report(reporter, &AbuseReport::new(&stamp, &data), at(200)).await.unwrap();
        let events = outbox::pending(&store, 100).await.unwrap();
        let event = events[0].event;
        assert_eq!(
            (events.len(), event.what(), event.whom()),
            (1, Action::MessageReported, Some(Subject::from(sender)))
        );
    });
}

#[test]
fn reports_cross_threads() {
    fn sends(_: impl Send) {}
    block_on(async {
        let hub = Hub::new(&Store::memory().assume_sealed());
        let (stamp, data) = said(&hub, seeker()).await;
        sends(hub.report(staff(), &AbuseReport::new(&stamp, &data), at(0)));
        sends(hub.rotate(jiff::SignedDuration::ZERO, at(0)));
        assert_eq!(format!("{hub:?}"), "Hub { .. }");
    });
}
