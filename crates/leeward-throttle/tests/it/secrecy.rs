//! What is written, and what is not.

use crate::support::{ANNA, STRANGER, at, device, exhaust, key, knock, known, nist, scoped, store};
use leeward_event::{StaffId, Subject, outbox::OUTBOX};
use leeward_store::{Scan, Space, Store};
use leeward_throttle::{Guess, ThrottleError};
use pollster::block_on;

fn rows(store: &Store, space: Space) -> Vec<(Vec<u8>, Vec<u8>, bool)> {
    let page = block_on(store.scan(&Scan::all(space.prefix(&[]).unwrap()))).unwrap();
    let row = |item: leeward_store::Item| {
        let expires = item.entry.expires_at.is_some();
        (item.key.as_bytes().to_vec(), item.entry.value.as_bytes().to_vec(), expires)
    };
    page.items.into_iter().map(row).collect()
}

#[test]
fn an_attempt_leaves_one_small_row_that_expires() {
    let store = store();
    exhaust(&nist(&store), &STRANGER, at(0));
    let counts = rows(&store, Space::sealed("throttle.count"));
    assert_eq!(counts.len(), 1);
    assert_eq!(counts[0].1.len(), 29);
    assert!(counts[0].2);
    assert_eq!(rows(&store, Space::sealed("throttle.subject")), []);
    assert_eq!(rows(&store, Space::sealed("throttle.abused")), []);
}

#[test]
fn what_expired_leaves_nothing_and_opens_nothing_before() {
    let store = store();
    let throttle = scoped(&store);
    exhaust(&throttle, &STRANGER, at(0));
    block_on(store.purge(at(24 * 3600 - 1))).unwrap();
    assert_eq!(rows(&store, Space::sealed("throttle.count")).len(), 1);
    block_on(store.purge(at(24 * 3600))).unwrap();
    assert_eq!(rows(&store, Space::sealed("throttle.count")), []);
    assert_eq!(exhaust(&throttle, &STRANGER, at(24 * 3600)), 5);
}

#[test]
fn a_flood_that_is_refused_writes_nothing() {
    let store = store();
    let throttle = scoped(&store);
    exhaust(&throttle, &STRANGER, at(0));
    let before = (rows(&store, Space::sealed("throttle.count")), rows(&store, OUTBOX));
    for _ in 0..1_000 {
        assert!(knock(&throttle, &STRANGER, at(1)).is_err());
    }
    assert_eq!((rows(&store, Space::sealed("throttle.count")), rows(&store, OUTBOX)), before);
}

#[test]
fn an_account_that_does_not_exist_is_slowed_down_like_one_that_does() {
    let store = store();
    let throttle = nist(&store);
    device(&throttle, ANNA, at(0));
    let nobody = StaffId::from_bytes([0xEE; 16]);
    let answers = |who: StaffId| {
        let mut answers = Vec::new();
        for second in (0..400_000).step_by(700) {
            let knocked = block_on(throttle.knock(who, Guess::Passphrase, &STRANGER, at(second)));
            answers.push(knocked.map(drop).map_err(|error| error.to_string() + &format!("{error:?}")));
        }
        answers
    };
    assert_eq!(answers(nobody), answers(ANNA));
}

#[test]
fn nothing_prints_a_cookie_or_a_key() {
    let store = store();
    let throttle = nist(&store);
    let cookie = device(&throttle, ANNA, at(0));
    let gate = knock(&throttle, &STRANGER, at(0)).unwrap();
    let printed = format!("{cookie:?} {gate:?} {throttle:?} {:?}", key(1));
    let expected = "DeviceCookie { .. } Gate { guess: Passphrase, lane: Unknown, .. } Throttle { profile: ";
    assert!(printed.starts_with(expected), "{printed}");
    assert!(printed.ends_with("DeviceKey { id: 1, .. }"), "{printed}");
    let text = cookie.reveal();
    let tag = &text[text.len() - 64..];
    let client = format!("{:?}", known(&throttle, &cookie));
    assert!((0..56).all(|i| !client.contains(&tag[i..i + 8])));
    let refused: [ThrottleError; 2] = [ThrottleError::Disabled, ThrottleError::NoCookie];
    assert!(refused.iter().all(|error| !error.to_string().contains(&format!("{:?}", Subject::Staff(ANNA)))));
}
