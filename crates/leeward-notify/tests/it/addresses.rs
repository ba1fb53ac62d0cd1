use crate::support::{ANNA, MAIL, at, deliver, events, mail, notice, notifier, phone, store, with_addresses};
use leeward_event::{Action, Actor, Reason};
use leeward_notify::{Address, AddressId, Contact, Email, Kept, NoticeKind, NotifyError, Phone};
use pollster::block_on;

#[test]
fn an_address_has_one_form() {
    for (typed, kept) in [
        ("Anna.M+x@Example.ORG", "Anna.M+x@example.org"),
        ("anna@m\u{fc}ller.example", "anna@xn--mller-kva.example"),
        ("j\u{f6}rg@example.org", "j\u{f6}rg@example.org"),
    ] {
        assert_eq!(Email::parse(typed).unwrap().expose(), kept);
    }
    for no_address in [
        "",
        "anna",
        "anna@",
        "@example.org",
        "anna@localhost",
        "anna@[127.0.0.1]",
        "Anna <anna@example.org>",
        "\"a b\"@example.org",
        "a\r\nBcc: b@example.org",
        "a\u{0}b@example.org",
        "a@example.org\u{0}",
    ] {
        assert!(matches!(Email::parse(no_address), Err(NotifyError::EmailForm)), "{no_address:?}");
    }
    assert!(Email::parse(&format!("{}@example.org", "a".repeat(300))).is_err());
    for no_number in
        ["", "+", "12345678", "+0123456789", "+123456", "+1234567890123456", "+49x1234567", "++4915123"]
    {
        assert!(matches!(Phone::parse(no_number), Err(NotifyError::PhoneForm)), "{no_number:?}");
    }
}

#[test]
fn an_address_that_is_there_keeps_its_id() {
    let store = store();
    let ids = with_addresses(&store, [mail(MAIL), phone(), mail(MAIL).designee()]);
    assert_eq!(ids[0], ids[2]);
    let addresses = block_on(notifier(&store, &Kept::new()).addresses(ANNA)).unwrap();
    assert_eq!(addresses.len(), 2);
    assert!(addresses[0].1.is_designee());
}

#[test]
fn an_account_has_no_more_addresses_than_are_kept() {
    let store = store();
    with_addresses(&store, (0..16).map(|n| mail(&format!("anna{n}@example.org"))));
    let notifier = notifier(&store, &Kept::new());
    let more = block_on(store.transact(|tx| {
        let notifier = &notifier;
        async move { notifier.add_address_in(&tx, ANNA, mail(MAIL), at(0)).await }
    }));
    assert!(matches!(more, Err(NotifyError::TooManyAddresses)));
}

#[test]
fn an_address_that_was_taken_away_still_hears_of_it_and_of_what_follows() {
    let (store, kept) = (store(), Kept::new());
    let notifier = notifier(&store, &kept);
    let id = with_addresses(&store, [mail(MAIL)])[0];
    block_on(notifier.remove_address(ANNA, id, Actor::Staff(ANNA), at(0))).unwrap();
    deliver(&notifier, at(0));
    notice(&store, NoticeKind::RecoveryStarted);
    deliver(&notifier, at(14 * 86_400));
    assert_eq!(kept.bodies_to(MAIL).len(), 2);
    assert_eq!(block_on(notifier.reach(ANNA, at(14 * 86_400))).unwrap(), 1);

    notice(&store, NoticeKind::RecoveryStarted);
    deliver(&notifier, at(16 * 86_400));
    assert_eq!(kept.bodies_to(MAIL).len(), 2);
    assert_eq!(events(&store, Action::NoticeWithheld)[0].why(), Some(Reason::UnsafeToContact));
    assert_eq!(events(&store, Action::AddressRemoved).len(), 1);
}

#[test]
fn an_address_that_is_not_safe_hears_nothing_from_that_moment_on() {
    let (store, kept) = (store(), Kept::new());
    let notifier = notifier(&store, &kept);
    let ids = with_addresses(&store, [mail(MAIL), phone()]);
    notice(&store, NoticeKind::FactorAdded);
    block_on(notifier.mark_unsafe(ANNA, ids[0], Actor::Staff(ANNA), at(0))).unwrap();
    deliver(&notifier, at(0));
    assert!(kept.bodies_to(MAIL).is_empty(), "not even of what happened before");
    assert_eq!(kept.count(), 2, "the other address is told of both");
}

#[test]
fn one_who_is_not_there_cannot_be_changed() {
    let store = store();
    let notifier = notifier(&store, &Kept::new());
    let gone =
        block_on(notifier.mark_unsafe(ANNA, AddressId::from_bytes([1; 16]), Actor::Staff(ANNA), at(0)));
    assert!(matches!(gone, Err(NotifyError::NoSuchAddress)));
    let refused = block_on(store.transact(|tx| {
        let notifier = &notifier;
        async move {
            let abroad = Contact::safe(Address::phone("+14155550100").unwrap());
            notifier.add_address_in(&tx, ANNA, abroad, at(0)).await
        }
    }));
    assert!(matches!(refused, Err(NotifyError::CountryNotAllowed)));
}
