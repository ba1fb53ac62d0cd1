//! What is asked when a passphrase is chosen: history, breaches, the meter; and a change that is forced.

use crate::support::{
    Attempt, RECORD, RIGHT, WRONG, account, at, credentials, events, governor, owner, passphrase, quick,
    store,
};
use leeward_credentials::{
    ChangeReason, Chooser, CredentialError, Credentials, HashParams, PasswordPolicy, Profile, Refusal, Score,
    breach::{BreachCheck, BreachError, BreachHash, Range, RangePrefix, RangeSource},
};
use leeward_event::{Action, Reason};
use leeward_notify::{NoticeKind, waiting};
use leeward_store::{Batch, Expect, Space, Store};
use ring::digest::SHA1_FOR_LEGACY_USE_ONLY;
use std::sync::Arc;

const HISTORY: Space = Space::sealed_for("credentials.history", 0);
const CHANGE: Space = Space::sealed_for("credentials.change", 0);

fn remembering(store: &Store, history: u8) -> Credentials {
    let mut policy = PasswordPolicy::nist();
    policy.history = history;
    Credentials::new(store, policy, quick())
}

async fn choose(credentials: &Credentials, text: &str) -> Result<(), CredentialError> {
    credentials.choose(account(1), &passphrase(text), &Chooser::new(), owner(1), at(0)).await.map(drop)
}

async fn history(store: &Store) -> Option<u8> {
    let row = store.get(&HISTORY.key(&[account(1).as_bytes()]).unwrap()).await.unwrap();
    row.map(|entry| entry.value.as_bytes()[1])
}

fn number(n: usize) -> String {
    format!("passphrase of {n} quiet harbours")
}

#[test]
fn the_present_and_as_many_earlier_ones_as_the_policy_says_are_refused() {
    pollster::block_on(async {
        let store = store();
        let credentials = remembering(&store, 3);
        for n in 0..5 {
            choose(&credentials, &number(n)).await.unwrap();
        }
        assert_eq!(history(&store).await, Some(3));
        for n in 1..5 {
            let refused = choose(&credentials, &number(n)).await;
            assert!(
                matches!(refused, Err(CredentialError::Refused(Refusal::UsedBefore))),
                "{n}: {refused:?}"
            );
        }
        choose(&credentials, &number(0)).await.unwrap();
        assert!(credentials.attempt(account(1), &passphrase(&number(0)), at(1)).await.is_ok());
    });
}

#[test]
fn nothing_is_remembered_unless_somebody_insists() {
    pollster::block_on(async {
        let store = store();
        let credentials = remembering(&store, 0);
        for text in [RIGHT, WRONG, RIGHT, RIGHT] {
            choose(&credentials, text).await.unwrap();
        }
        assert_eq!(history(&store).await, None);
        choose(&remembering(&store, 2), WRONG).await.unwrap();
        assert_eq!(history(&store).await, Some(1));
        choose(&credentials, RIGHT).await.unwrap();
        assert_eq!(history(&store).await, None, "what is no longer asked for is no longer kept");
    });
}

#[test]
fn one_of_two_who_choose_the_same_passphrase_at_once_is_refused() {
    let store = store();
    let credentials = remembering(&store, 4);
    pollster::block_on(choose(&credentials, RIGHT)).unwrap();
    let chosen: Vec<_> = std::thread::scope(|scope| {
        let race = || scope.spawn(|| pollster::block_on(choose(&credentials, WRONG)));
        [race(), race(), race()].into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(chosen.iter().filter(|answer| answer.is_ok()).count(), 1, "{chosen:?}");
    assert_eq!(pollster::block_on(history(&store)), Some(1));
}

#[test]
fn a_change_that_is_forced_while_one_is_chosen_is_not_lost() {
    let store = store();
    let credentials = credentials(&store, &quick());
    pollster::block_on(choose(&credentials, RIGHT)).unwrap();
    for _ in 0..20 {
        std::thread::scope(|scope| {
            scope
                .spawn(|| pollster::block_on(credentials.force_change(account(1), owner(2), at(1))).unwrap());
            // The same one again: a change only as long as none is forced.
            scope.spawn(|| drop(pollster::block_on(choose(&credentials, RIGHT))));
        });
        let answer = pollster::block_on(credentials.attempt(account(1), &passphrase(RIGHT), at(2)));
        assert!(matches!(answer, Err(CredentialError::ChangeDue(_))), "{answer:?}");
    }
}

#[test]
fn a_history_that_cannot_be_read_is_an_error_and_no_permission() {
    pollster::block_on(async {
        let store = store();
        let credentials = remembering(&store, 4);
        choose(&credentials, RIGHT).await.unwrap();
        for bytes in [vec![], vec![2, 0], vec![1, 25], vec![1, 1, 0, 9]] {
            let mut batch = Batch::new();
            batch.put(HISTORY.key(&[account(1).as_bytes()]).unwrap(), Expect::Any, bytes);
            store.commit(batch).await.unwrap();
            assert!(matches!(choose(&credentials, WRONG).await, Err(CredentialError::Record { .. })));
        }
    });
}

#[test]
fn an_earlier_hash_that_costs_too_much_now_is_passed_over() {
    pollster::block_on(async {
        let store = store();
        let mut policy = PasswordPolicy::nist();
        policy.history = 2;
        let costly = HashParams::new(19_456, 2, 1).unwrap();
        let before = Credentials::new(&store, policy.clone(), governor(1, 8, costly));
        choose(&before, RIGHT).await.unwrap();
        choose(&before, WRONG).await.unwrap();
        choose(&remembering(&store, 2), &number(7)).await.unwrap();
        assert_eq!(history(&store).await, Some(2));
    });
}

#[test]
fn the_meter_is_a_gate_only_where_somebody_insists() {
    pollster::block_on(async {
        let store = store();
        let weak = "thethethethecat";
        let mut policy = PasswordPolicy::nist();
        policy.min_score = Score::Four;
        let refused = choose(&Credentials::new(&store, policy, quick()), weak).await;
        let Err(CredentialError::Refused(Refusal::TooWeak { is, min: Score::Four })) = refused else {
            panic!("{refused:?}")
        };
        assert!(is < Score::Four);
        choose(&credentials(&store, &quick()), weak).await.unwrap();
    });
}

#[test]
fn the_name_of_the_person_is_asked_for() {
    pollster::block_on(async {
        let credentials = credentials(&store(), &quick());
        let chooser = Chooser::new().named("maria.schmidt@example.org");
        let refused =
            credentials.choose(account(1), &passphrase("schmidtmaria1984"), &chooser, owner(1), at(0)).await;
        assert!(matches!(refused, Err(CredentialError::Refused(Refusal::PersonalWord))));
    });
}

#[test]
fn a_policy_that_asks_for_a_breach_check_sets_nothing_without_one() {
    pollster::block_on(async {
        for profile in [Profile::Asvs5L2, Profile::Asvs5L3] {
            let credentials = Credentials::new(&store(), profile.policy(), quick());
            assert!(matches!(choose(&credentials, RIGHT).await, Err(CredentialError::NoBreachCheck)));
        }
    });
}

/// A set that has one passphrase, or cannot be asked.
#[derive(Debug)]
struct Known(Option<&'static str>);

impl RangeSource for Known {
    fn range(&self, prefix: RangePrefix) -> Result<Range, BreachError> {
        let hash = BreachHash::of(&passphrase(self.0.ok_or(BreachError::Status { status: 503 })?));
        if hash.prefix() != prefix {
            return Range::parse(prefix, b"");
        }
        let digest = ring::digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, self.0.unwrap().as_bytes());
        let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        Range::parse(prefix, format!("{}:7", &hex[5..]).as_bytes())
    }
}

fn checked(store: &Store, profile: Profile, known: Option<&'static str>) -> Credentials {
    let check = Arc::new(BreachCheck::by_ranges(Known(known)));
    Credentials::new(store, profile.policy(), quick()).breach_check(check)
}

#[test]
fn a_passphrase_that_became_known_is_refused() {
    pollster::block_on(async {
        let credentials = checked(&store(), Profile::Asvs5L2, Some(RIGHT));
        let refused = choose(&credentials, RIGHT).await;
        assert!(matches!(refused, Err(CredentialError::Refused(Refusal::Breached))), "{refused:?}");
        choose(&credentials, WRONG).await.unwrap();
    });
}

#[test]
fn a_set_that_cannot_be_asked_is_noted_or_refused_as_the_policy_says() {
    pollster::block_on(async {
        let store = store();
        let refused = choose(&checked(&store, Profile::Asvs5L3, None), RIGHT).await;
        assert!(matches!(refused, Err(CredentialError::Refused(Refusal::BreachUnknown))), "{refused:?}");
        choose(&checked(&store, Profile::Asvs5L2, None), RIGHT).await.unwrap();
        let events = events(&store).await;
        assert_eq!(events.len(), 1);
        assert_eq!(
            (events[0].what(), events[0].why()),
            (Action::PassphraseSet, Some(Reason::FactsUnavailable))
        );
    });
}

#[test]
fn a_forced_change_is_told_to_whoever_has_the_right_passphrase_until_it_is_changed() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &quick());
        assert!(
            !credentials.force_change(account(1), owner(2), at(0)).await.unwrap(),
            "there is nothing to change"
        );
        let authenticator = credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        assert!(credentials.force_change(account(1), owner(2), at(1)).await.unwrap());

        let wrong = credentials.attempt(account(1), &passphrase(WRONG), at(2)).await;
        assert!(matches!(wrong, Err(CredentialError::Rejected)), "nobody else is told");
        let right = credentials.attempt(account(1), &passphrase(RIGHT), at(2)).await;
        let Err(CredentialError::ChangeDue(due)) = right else { panic!("{right:?}") };
        assert_eq!(due.reason(), ChangeReason::Compromised);
        assert_eq!(due.into_proved().authenticator(), authenticator);

        let same = choose(&credentials, RIGHT).await;
        assert!(
            matches!(same, Err(CredentialError::Refused(Refusal::UsedBefore))),
            "that is no change: {same:?}"
        );
        choose(&credentials, WRONG).await.unwrap();
        assert!(credentials.attempt(account(1), &passphrase(WRONG), at(3)).await.is_ok());
        let row = store.get(&CHANGE.key(&[account(1).as_bytes()]).unwrap()).await.unwrap();
        assert!(row.is_none());

        let forced =
            events(&store).await.into_iter().find(|event| event.what() == Action::PassphraseChangeForced);
        let forced = forced.unwrap();
        assert_eq!((forced.who(), forced.why()), (owner(2), Some(Reason::Compromise)));
        let notices = waiting(&store, 10).await.unwrap();
        assert!(notices.iter().any(|notice| notice.kind() == NoticeKind::PassphraseChangeForced));
    });
}

#[test]
fn a_mark_of_another_authenticator_means_nothing_and_one_that_cannot_be_read_is_an_error() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &quick());
        choose(&credentials, RIGHT).await.unwrap();
        let mark = async |bytes: Vec<u8>| {
            let mut batch = Batch::new();
            batch.put(CHANGE.key(&[account(1).as_bytes()]).unwrap(), Expect::Any, bytes);
            store.commit(batch).await.unwrap();
            credentials.attempt(account(1), &passphrase(RIGHT), at(1)).await
        };
        assert!(mark([&[1][..], &[7; 16], &[0; 8]].concat()).await.is_ok());
        for bytes in [vec![], vec![2; 25], vec![1; 24]] {
            assert!(matches!(mark(bytes).await, Err(CredentialError::Record { .. })));
        }
    });
}

#[test]
fn a_passphrase_grows_too_old_only_where_somebody_insists() {
    pollster::block_on(async {
        let store = store();
        let lasting = credentials(&store, &quick());
        let mut policy = PasswordPolicy::nist();
        policy.max_age_days = Some(90);
        let rotating = Credentials::new(&store, policy, quick());
        lasting.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();

        let day = 24 * 60 * 60;
        assert!(rotating.attempt(account(1), &passphrase(RIGHT), at(90 * day - 1)).await.is_ok());
        assert!(lasting.attempt(account(1), &passphrase(RIGHT), at(9000 * day)).await.is_ok());
        let old = rotating.attempt(account(1), &passphrase(RIGHT), at(90 * day)).await;
        let Err(CredentialError::ChangeDue(due)) = old else { panic!("{old:?}") };
        assert_eq!(due.reason(), ChangeReason::TooOld { days: 90 });
        let same =
            rotating.choose(account(1), &passphrase(RIGHT), &Chooser::new(), owner(1), at(90 * day)).await;
        assert!(matches!(same, Err(CredentialError::Refused(Refusal::UsedBefore))), "{same:?}");
        let back = rotating.attempt(account(1), &passphrase(RIGHT), at(-day)).await;
        assert!(back.is_ok(), "a clock that goes back makes nothing old");
    });
}

#[test]
fn an_erased_account_has_nothing_to_change() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&crate::support::erasing(&store), &quick());
        assert!(!credentials.force_change(account(1), owner(1), at(0)).await.unwrap());
        assert!(store.get(&RECORD.key(&[account(1).as_bytes()]).unwrap()).await.unwrap().is_none());
    });
}
