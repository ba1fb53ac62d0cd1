use crate::support::{
    MAIL, at, deliver, mail, notice, notifier, notifier_with, options, phone, send, store, with_addresses,
};
use jiff::SignedDuration;
use leeward_notify::{Kept, NoticeKind, NotifyError, Rate};
use leeward_store::{Scan, Space};
use pollster::block_on;
use std::time::Duration;

#[test]
fn a_destination_gets_as_many_codes_as_its_budget_and_then_one_after_the_other() {
    let (store, kept) = (store(), Kept::new());
    let notifier = notifier(&store, &kept);
    let id = with_addresses(&store, [mail(MAIL)])[0];
    for _ in 0..5 {
        send(&notifier, id, at(0)).unwrap();
    }
    let Err(NotifyError::BudgetSpent { retry_after }) = send(&notifier, id, at(0)) else { panic!() };
    assert_eq!(retry_after, Duration::from_secs(720));
    send(&notifier, id, at(720)).unwrap();
    deliver(&notifier, at(300));
    assert_eq!(kept.bodies_to(MAIL).len(), 5);
}

#[test]
fn spellings_of_one_mailbox_share_a_budget_and_other_destinations_do_not() {
    let store = store();
    let notifier = notifier(&store, &Kept::new());
    let ids = with_addresses(&store, [mail(MAIL), mail("ANNA@EXAMPLE.org"), mail("bela@example.org")]);
    for _ in 0..5 {
        send(&notifier, ids[0], at(0)).unwrap();
    }
    assert!(matches!(send(&notifier, ids[1], at(0)), Err(NotifyError::BudgetSpent { .. })));
    send(&notifier, ids[2], at(0)).unwrap();
}

#[test]
fn a_country_has_a_budget_and_a_refusal_costs_the_destination_nothing() {
    let (store, kept) = (store(), Kept::new());
    let hour = SignedDuration::from_hours(1);
    let options = options().codes_per_country(Rate::new(2, hour)).codes_per_destination(Rate::new(3, hour));
    let notifier = notifier_with(&store, &kept, options);
    let id = with_addresses(&store, [phone()])[0];
    for second in [0, 0, 1_800, 3_600] {
        send(&notifier, id, at(second)).unwrap();
        for _ in 0..3 {
            let _refused_or_not = second > 0 && send(&notifier, id, at(second)).is_err();
        }
    }
    assert!(matches!(send(&notifier, id, at(3_600)), Err(NotifyError::BudgetSpent { .. })));
}

#[test]
fn codes_cannot_silence_notices() {
    let (store, kept) = (store(), Kept::new());
    let notifier = notifier(&store, &kept);
    let id = with_addresses(&store, [mail(MAIL)])[0];
    while send(&notifier, id, at(0)).is_ok() {}
    notice(&store, NoticeKind::RecoveryStarted);
    assert_eq!(deliver(&notifier, at(0)).sent, 6, "five codes, and the notice");
}

#[test]
fn notices_over_their_budget_wait_and_arrive() {
    let (store, kept) = (store(), Kept::new());
    let rate = Rate::new(2, SignedDuration::from_hours(1));
    let notifier = notifier_with(&store, &kept, options().notices_per_destination(rate));
    with_addresses(&store, [mail(MAIL)]);
    for _ in 0..4 {
        notice(&store, NoticeKind::FactorAdded);
    }
    let first = deliver(&notifier, at(0));
    assert_eq!((first.sent, first.waiting), (2, 2));
    for half_hour in 1..=4 {
        deliver(&notifier, at(half_hour * 1_800 + 1));
    }
    assert_eq!(kept.bodies_to(MAIL).len(), 4);
}

#[test]
fn a_clock_that_goes_back_stops_codes_for_no_longer_than_the_budget() {
    let store = store();
    let notifier = notifier(&store, &Kept::new());
    let id = with_addresses(&store, [mail(MAIL)])[0];
    while send(&notifier, id, at(1_000_000)).is_ok() {}
    send(&notifier, id, at(0)).unwrap();
    while send(&notifier, id, at(0)).is_ok() {}
    let Err(NotifyError::BudgetSpent { retry_after }) = send(&notifier, id, at(0)) else { panic!() };
    assert_eq!(retry_after, Duration::from_secs(720));
}

#[test]
fn no_key_holds_a_destination() {
    let store = store();
    let notifier = notifier(&store, &Kept::new());
    let ids = with_addresses(&store, [mail(MAIL), phone()]);
    for id in ids {
        send(&notifier, id, at(0)).unwrap();
    }
    let budgets = Space::sealed("notify.budget");
    let page = block_on(store.scan(&Scan::all(budgets.prefix(&[]).unwrap()))).unwrap();
    assert!(page.items.len() >= 3, "two destinations and a country");
    for item in page.items {
        let segments = item.key.segments();
        assert_eq!((segments.len(), segments[0].len(), segments[1].len()), (2, 1, 16));
        let bytes = item.key.as_bytes();
        let holds = |clear: &[u8]| bytes.windows(clear.len()).any(|window| window == clear);
        assert!(!holds(b"anna") && !holds(b"example") && !holds(b"15123"));
    }
}
