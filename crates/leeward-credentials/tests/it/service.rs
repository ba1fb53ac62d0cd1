//! Setting and verifying over a store.

use crate::support::{
    Attempt, RIGHT, WRONG, account, at, credentials, events, gate, governor, owner, passphrase, put_record,
    quick, record, store,
};
use leeward_credentials::{CredentialError, ForeignHash, HashParams, Refusal};
use leeward_event::{StaffId, Subject, assurance::FactorKind, outbox::OUTBOX};
use leeward_notify::NoticeKind;
use leeward_store::{Scan, Store, StoreError};

#[test]
fn the_right_passphrase_proves_a_factor() {
    pollster::block_on(async {
        let credentials = credentials(&store(), &quick());
        let authenticator = credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let proved = credentials.attempt(account(1), &passphrase(RIGHT), at(90)).await.unwrap();
        assert_eq!(proved.account(), account(1));
        assert_eq!(proved.kind(), FactorKind::Passphrase);
        assert_eq!(proved.authenticator(), authenticator);
        assert_eq!(proved.at(), at(90));
    });
}

#[test]
fn a_new_passphrase_replaces_the_old_and_is_another_authenticator() {
    pollster::block_on(async {
        let credentials = credentials(&store(), &quick());
        let first = credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let second = credentials.set(account(1), &passphrase(WRONG), owner(1), at(1)).await.unwrap();
        assert_ne!(first, second);
        let old = credentials.attempt(account(1), &passphrase(RIGHT), at(2)).await;
        assert!(matches!(old, Err(CredentialError::Rejected)));
        let new = credentials.attempt(account(1), &passphrase(WRONG), at(2)).await.unwrap();
        assert_eq!(new.authenticator(), second);
    });
}

#[test]
fn one_account_is_not_another() {
    pollster::block_on(async {
        let credentials = credentials(&store(), &quick());
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        credentials.set(account(2), &passphrase(WRONG), owner(2), at(0)).await.unwrap();
        let crossed = credentials.attempt(account(2), &passphrase(RIGHT), at(0)).await;
        assert!(matches!(crossed, Err(CredentialError::Rejected)));
    });
}

#[test]
fn composed_and_decomposed_letters_are_one_passphrase_and_case_is_not() {
    pollster::block_on(async {
        let credentials = credentials(&store(), &quick());
        credentials.set(account(1), &passphrase("sieben Türme am Ufer"), owner(1), at(0)).await.unwrap();
        let decomposed = passphrase("sieben Tu\u{308}rme am Ufer");
        assert!(credentials.attempt(account(1), &decomposed, at(0)).await.is_ok());
        for other in ["sieben türme am Ufer", "sieben Türme am Ufer ", "sieben Turme am Ufer"] {
            let refused = credentials.attempt(account(1), &passphrase(other), at(0)).await;
            assert!(matches!(refused, Err(CredentialError::Rejected)), "{other}");
        }
    });
}

#[test]
fn the_whole_of_a_long_passphrase_is_verified() {
    pollster::block_on(async {
        let credentials = credentials(&store(), &quick());
        let long: String = (0..1024).map(|n| char::from(b'a' + u8::try_from(n * n % 23).unwrap())).collect();
        credentials.set(account(1), &passphrase(&long), owner(1), at(0)).await.unwrap();
        assert!(credentials.attempt(account(1), &passphrase(&long), at(0)).await.is_ok());
        let cut = credentials.attempt(account(1), &passphrase(&long[..1023]), at(0)).await;
        assert!(matches!(cut, Err(CredentialError::Rejected)));
    });
}

#[test]
fn a_refused_choice_changes_nothing() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &quick());
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let before = record(&store, account(1)).await;
        let refused = credentials.set(account(1), &passphrase("too short"), owner(1), at(1)).await;
        assert!(matches!(refused, Err(CredentialError::Refused(Refusal::TooShort { .. }))));
        assert_eq!(record(&store, account(1)).await, before);
        assert_eq!(events(&store).await.len(), 1);
    });
}

#[test]
fn a_hash_with_old_parameters_is_made_anew_at_the_next_sign_in() {
    pollster::block_on(async {
        let store = store();
        let old = credentials(&store, &quick());
        let authenticator = old.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let memory_kib = async || record(&store, account(1)).await.unwrap()[27..31].to_vec();
        assert_eq!(memory_kib().await, 64_u32.to_be_bytes());

        let now = governor(1, 8, HashParams::OWASP);
        let credentials = credentials(&store, &now);
        let wrong = credentials.attempt(account(1), &passphrase(WRONG), at(1)).await;
        assert!(matches!(wrong, Err(CredentialError::Rejected)));
        assert_eq!(memory_kib().await, 64_u32.to_be_bytes(), "a wrong passphrase renews nothing");

        let proved = credentials.attempt(account(1), &passphrase(RIGHT), at(2)).await.unwrap();
        assert_eq!(proved.authenticator(), authenticator, "it is the same passphrase");
        assert_eq!(memory_kib().await, 19_456_u32.to_be_bytes());
        assert_eq!(now.stats().computed, 3, "the second check and its renewal, and the first check");
        let _proved = credentials.attempt(account(1), &passphrase(RIGHT), at(3)).await.unwrap();
        assert_eq!(now.stats().computed, 4, "renewed once");
    });
}

#[test]
fn a_passphrase_is_not_written_through_a_handle_that_seals_nothing() {
    pollster::block_on(async {
        let store = Store::memory();
        let refused =
            credentials(&store, &quick()).set(account(1), &passphrase(RIGHT), owner(1), at(0)).await;
        assert!(matches!(refused, Err(CredentialError::Store(StoreError::Unsealed { .. }))));
    });
}

#[test]
fn a_record_of_a_later_form_is_an_error_and_no_rejection() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &quick());
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let good = record(&store, account(1)).await.unwrap();
        let later = [vec![3], good[1..].to_vec()].concat();
        for bytes in [vec![], later, good[..86].to_vec(), [good.clone(), vec![0]].concat()] {
            put_record(&store, account(1), bytes).await;
            let refused = credentials.attempt(account(1), &passphrase(RIGHT), at(0)).await;
            assert!(matches!(refused, Err(CredentialError::Record { .. })));
        }
    });
}

#[test]
fn neither_the_store_nor_an_event_holds_the_passphrase() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &quick());
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let _proved = credentials.attempt(account(1), &passphrase(RIGHT), at(1)).await.unwrap();
        credentials.attempt(account(1), &passphrase(WRONG), at(2)).await.unwrap_err();
        let mut written = vec![record(&store, account(1)).await.unwrap()];
        let events = store.scan(&Scan::all(OUTBOX.prefix(&[]).unwrap())).await.unwrap();
        written.extend(events.items.iter().map(|item| item.entry.value.as_bytes().to_vec()));
        assert_eq!(written.len(), 4);
        let typed: Vec<_> = [RIGHT, WRONG].iter().flat_map(|text| text.as_bytes().windows(5)).collect();
        for bytes in written {
            assert!(!bytes.windows(5).any(|window| typed.contains(&window)));
        }
    });
}

#[test]
fn racing_changes_and_checks_never_accept_a_passphrase_that_was_not_set() {
    let (store, governor) = (store(), quick());
    let credentials = credentials(&store, &governor);
    let candidates = ["first lamps above the quay", "other lamps above the quay"];
    pollster::block_on(credentials.set(account(1), &passphrase(candidates[0]), owner(1), at(0))).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..50 {
                pollster::block_on(credentials.set(
                    account(1),
                    &passphrase(candidates[n % 2]),
                    owner(1),
                    at(0),
                ))
                .unwrap();
            }
        });
        for text in candidates.into_iter().chain([WRONG]) {
            let credentials = &credentials;
            scope.spawn(move || {
                for _ in 0..50 {
                    let answer =
                        pollster::block_on(credentials.attempt(account(1), &passphrase(text), at(0)));
                    let settled = matches!(
                        answer,
                        Err(CredentialError::Rejected | CredentialError::Store(StoreError::Contended { .. }))
                    );
                    assert!(settled || (answer.is_ok() && text != WRONG), "{answer:?}");
                }
            });
        }
    });
}

#[test]
fn the_futures_can_move_between_threads() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (store, governor) = (store(), quick());
    let credentials = credentials(&store, &governor);
    let (who, text) = (StaffId::from_bytes([1; 16]), passphrase(RIGHT));
    drop(is_send(credentials.set(who, &text, owner(1), at(0))));
    drop(is_send(credentials.verify(gate(who, at(0)), who, &text, at(0))));
}

#[test]
fn whoever_sets_a_passphrase_for_somebody_else_stands_in_the_event() {
    pollster::block_on(async {
        let store = store();
        credentials(&store, &quick()).set(account(1), &passphrase(RIGHT), owner(2), at(0)).await.unwrap();
        let event = events(&store).await.remove(0);
        assert_eq!((event.who(), event.whom()), (owner(2), Some(Subject::Staff(account(1)))));
    });
}

#[test]
fn a_notice_is_due_for_each_change_and_none_for_an_import() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &quick());
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        credentials.set(account(1), &passphrase(WRONG), owner(2), at(60)).await.unwrap();
        let foreign = "pbkdf2_sha256$1000$saltysalt$u3WLAbux1whke6wHlcQ/yhwltlSPyLJJfkVbhZ0iEBo=";
        let foreign = ForeignHash::parse(foreign).unwrap();
        credentials.import(account(2), &foreign, owner(9), at(60)).await.unwrap();
        let due = leeward_notify::waiting(&store, 10).await.unwrap();
        let due: Vec<_> = due.iter().map(|notice| (notice.account(), notice.kind(), notice.at())).collect();
        let set = |second| (account(1), NoticeKind::PassphraseSet, at(second));
        assert_eq!(due, [set(0), set(60)]);
    });
}
