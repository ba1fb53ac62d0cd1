use crate::support::{
    ANNA, Failing, MAIL, PHONE, at, deliver, events, failing, mail, notice, notifier, phone, send, stage,
    store, with_addresses,
};
use leeward_event::{Action, Actor, Reason};
use leeward_notify::{
    Delivered, Hours, IndexRoot, Kept, Notice, NoticeKind, Notifier, NotifyError, NotifyOptions, OneTimeCode,
};
use leeward_store::{Space, Store, Timestamp};
use pollster::block_on;

#[test]
fn a_notice_reaches_every_address_once() {
    let (store, kept) = (store(), Kept::new());
    let notifier = notifier(&store, &kept);
    with_addresses(&store, [mail(MAIL), phone(), mail("friend@example.org").designee()]);
    notice(&store, NoticeKind::PassphraseSet);
    assert_eq!(deliver(&notifier, at(0)).sent, 3);
    assert_eq!(deliver(&notifier, at(100_000)), Delivered::default());
    for address in [MAIL, PHONE, "friend@example.org"] {
        assert_eq!(kept.bodies_to(address).len(), 1, "{address}");
    }
    let sent = events(&store, Action::NoticeSent);
    assert_eq!(sent.iter().filter(|event| event.when().start() >= at(-60)).count(), 3);
}

#[test]
fn notices_arrive_in_the_order_of_what_they_tell() {
    let (store, kept) = (store(), Kept::new());
    let notifier = notifier(&store, &kept);
    with_addresses(&store, [mail(MAIL)]);
    let kinds = [NoticeKind::RecoveryStarted, NoticeKind::RecoveryCancelled, NoticeKind::FactorAdded];
    for kind in kinds {
        notice(&store, kind);
    }
    deliver(&notifier, at(0));
    let bodies = kept.bodies_to(MAIL);
    let words = ["asked for a way back", "was stopped", "was added"];
    for (body, words) in bodies.iter().zip(words) {
        assert!(body.contains(words), "{}", body.as_str());
    }
}

#[test]
fn a_stop_code_goes_to_every_address_but_the_one_that_got_the_recovery_code() {
    let (store, kept) = (store(), Kept::new());
    let notifier = notifier(&store, &kept);
    let ids = with_addresses(&store, [mail(MAIL), phone()]);
    let stop_code = OneTimeCode::from_text("stop-9041").unwrap();
    let kind = NoticeKind::RecoveryStarted;
    stage(&store, &Notice::new(ANNA, kind, at(0)).never_only(ids[0]).stop_code(stop_code));
    assert_eq!(deliver(&notifier, at(0)).sent, 2);
    assert!(!kept.bodies_to(MAIL)[0].contains("stop-9041"));
    assert_eq!(kept.last_code_to(PHONE).unwrap().as_str(), "stop-9041");
}

#[test]
fn what_nobody_can_be_told_leaves_an_event() {
    let store = store();
    let notifier = notifier(&store, &Kept::new());
    notice(&store, NoticeKind::FactorAdded);
    assert_eq!(deliver(&notifier, at(0)).given_up, 1);
    assert_eq!(events(&store, Action::NoticeWithheld)[0].why(), Some(Reason::NotEnrolled));

    let id = with_addresses(&store, [mail(MAIL)])[0];
    stage(&store, &Notice::new(ANNA, NoticeKind::RecoveryStarted, at(0)).never_only(id));
    assert_eq!(deliver(&notifier, at(0)).given_up, 1);
    assert_eq!(events(&store, Action::NoticeWithheld)[1].why(), Some(Reason::UnsafeToContact));
}

#[test]
fn a_message_waits_for_the_hours_of_its_reader() {
    let (store, kept) = (store(), Kept::new());
    let notifier = notifier(&store, &kept);
    let day = Hours::between(9 * 60, 17 * 60, "CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    let id = with_addresses(&store, [mail(MAIL).at(day)])[0];
    notice(&store, NoticeKind::FactorAdded);
    assert_eq!(deliver(&notifier, at(0)).waiting, 1, "a quarter past midnight");
    assert!(matches!(send(&notifier, id, at(0)), Err(NotifyError::OutsideHours { .. })));
    assert_eq!(deliver(&notifier, at(8 * 3_600)), Delivered::default());
    assert_eq!(deliver(&notifier, at(9 * 3_600)).sent, 1);
    send(&notifier, id, at(9 * 3_600)).unwrap();

    block_on(notifier.set_hours(ANNA, id, None, Actor::Staff(ANNA), at(0))).unwrap();
    send(&notifier, id, at(0)).unwrap();
    let told = block_on(leeward_notify::waiting(&store, 10)).unwrap();
    assert_eq!(told.iter().map(|notice| notice.kind()).collect::<Vec<_>>(), [NoticeKind::AddressChanged]);
}

#[test]
fn a_channel_that_fails_is_tried_again_with_longer_and_longer_waits() {
    let (store, channel) = (store(), Failing::new(2, false));
    with_addresses(&store, [mail(MAIL)]);
    let notifier = failing(&store, &channel);
    notice(&store, NoticeKind::FactorAdded);
    for (second, tried, to_retry) in [(0, 1, 1), (59, 1, 0), (60, 2, 1), (359, 2, 0), (360, 3, 0)] {
        assert_eq!(deliver(&notifier, at(second)).to_retry, to_retry, "{second}");
        assert_eq!(channel.tried(), tried, "{second}");
    }
    assert_eq!(channel.kept.count(), 1);
}

#[test]
fn a_message_is_given_up_with_an_event_after_its_last_try_or_when_it_is_refused_for_good() {
    for (channel, tries) in [(Failing::new(usize::MAX, false), 8), (Failing::new(usize::MAX, true), 1)] {
        let store = store();
        with_addresses(&store, [mail(MAIL)]);
        let notifier = failing(&store, &channel);
        notice(&store, NoticeKind::FactorAdded);
        for day in 0..20 {
            deliver(&notifier, at(day * 86_400));
        }
        assert_eq!(channel.tried(), tries);
        let failed = events(&store, Action::NoticeFailed);
        assert_eq!(failed.len(), 1);
        assert_eq!(failed[0].why(), Some(Reason::Undelivered));
    }
}

#[test]
fn a_code_does_not_leave_after_its_time_nor_without_a_channel() {
    let (store, channel) = (store(), Failing::new(1, false));
    let ids = with_addresses(&store, [mail(MAIL), phone()]);
    let notifier = failing(&store, &channel);
    send(&notifier, ids[0], at(0)).unwrap();
    assert_eq!(deliver(&notifier, at(0)).to_retry, 1);
    assert_eq!(deliver(&notifier, at(600)).given_up, 1);
    assert_eq!(channel.tried(), 1);
    assert_eq!(events(&store, Action::NoticeFailed)[0].why(), Some(Reason::Expired));
    assert!(matches!(send(&notifier, ids[1], at(0)), Err(NotifyError::NoChannel)));
}

#[test]
fn codes_never_go_to_a_designee_or_where_it_is_not_safe() {
    let (store, kept) = (store(), Kept::new());
    let notifier = notifier(&store, &kept);
    let ids = with_addresses(&store, [mail(MAIL).designee(), mail("own@example.org")]);
    assert!(matches!(send(&notifier, ids[0], at(0)), Err(NotifyError::NotSafe)));

    send(&notifier, ids[1], at(0)).unwrap();
    block_on(notifier.mark_unsafe(ANNA, ids[1], Actor::Staff(ANNA), at(1))).unwrap();
    assert!(send(&notifier, ids[1], at(1)).is_err());
    deliver(&notifier, at(2));
    assert!(kept.bodies_to("own@example.org").is_empty(), "it became unsafe while the code was on its way");
}

#[test]
fn a_clock_that_goes_back_leaves_nothing_behind() {
    let (store, channel) = (store(), Failing::new(1, false));
    with_addresses(&store, [mail(MAIL)]);
    let notifier = failing(&store, &channel);
    let future: Timestamp = "2090-01-01T00:00Z".parse().unwrap();
    stage(&store, &Notice::new(ANNA, NoticeKind::FactorAdded, future));
    assert_eq!(deliver(&notifier, future).to_retry, 1);
    assert_eq!(deliver(&notifier, at(0)).sent, 1);
}

#[test]
fn many_deliverers_send_each_message_once() {
    let (store, channel) = (store(), Failing::new(0, false));
    with_addresses(&store, [mail(MAIL)]);
    for _ in 0..10 {
        notice(&store, NoticeKind::FactorAdded);
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| deliver(&failing(&store, &channel), at(0)));
        }
    });
    assert_eq!((channel.tried(), channel.kept.count()), (10, 10));
    let sent = events(&store, Action::NoticeSent);
    assert_eq!(sent.iter().filter(|event| event.when().start() >= at(-60)).count(), 10);
}

#[test]
fn an_erased_account_has_no_address() {
    let store = store();
    with_addresses(&store, [mail(MAIL)]);
    let erased = leeward_test_store::erasing(&store, Space::sealed_for("notify.addresses", 0));
    notice(&store, NoticeKind::FactorAdded);
    assert_eq!(deliver(&notifier(&erased, &Kept::new()), at(0)).given_up, 1);
}

#[test]
fn the_futures_can_be_sent_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let store = Store::memory().assume_sealed();
    let notifier = Notifier::new(&store, &IndexRoot::from_bytes(&[7; 32]), NotifyOptions::new()).unwrap();
    is_send(&notifier.deliver_due(at(0)));
    is_send(&notifier.addresses(ANNA));
}
