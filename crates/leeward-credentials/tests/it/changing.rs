//! A new passphrase in place of the one that the owner has just shown (ASVS 5.0 6.2.3).

use crate::support::{
    Attempt, RIGHT, WRONG, account, at, credentials, events, owner, passphrase, quick, record, store,
};
use leeward_credentials::{Chooser, CredentialError, Credentials, Refusal};
use leeward_event::{
    AuthenticatorId,
    assurance::{FactorKind, ProvedFactor, SignIn},
};

const THIRD: &str = "nine boats below the moon";

async fn shown(credentials: &Credentials, text: &str, second: i64) -> SignIn {
    let proved = match credentials.attempt(account(1), &passphrase(text), at(second)).await {
        Err(CredentialError::ChangeDue(due)) => due.into_proved(),
        other => other.unwrap(),
    };
    SignIn::from_factors(proved, [], at(second)).unwrap()
}

async fn change(
    credentials: &Credentials,
    present: &SignIn,
    text: &str,
    second: i64,
) -> Result<(), CredentialError> {
    credentials.change(present, &passphrase(text), &Chooser::new(), at(second)).await.map(drop)
}

#[test]
fn whoever_shows_the_present_passphrase_changes_it_once_and_lately() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &quick());
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let present = shown(&credentials, RIGHT, 1).await;
        let before = (record(&store, account(1)).await, events(&store).await.len());

        for second in [-60, 1 + 15 * 60 + 1] {
            let late = change(&credentials, &present, WRONG, second).await;
            assert!(matches!(late, Err(CredentialError::Rejected)), "{second}: {late:?}");
        }
        let same = change(&credentials, &present, RIGHT, 2).await;
        assert!(matches!(same, Err(CredentialError::Refused(Refusal::UsedBefore))), "{same:?}");
        assert_eq!((record(&store, account(1)).await, events(&store).await.len()), before);

        change(&credentials, &present, WRONG, 2).await.unwrap();
        assert!(credentials.attempt(account(1), &passphrase(WRONG), at(3)).await.is_ok());
        let again = change(&credentials, &present, THIRD, 3).await;
        assert!(matches!(again, Err(CredentialError::Rejected)), "that passphrase is gone: {again:?}");
    });
}

#[test]
fn of_two_who_show_the_same_passphrase_one_changes_it() {
    let store = store();
    let credentials = credentials(&store, &quick());
    pollster::block_on(credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0))).unwrap();
    let present = pollster::block_on(shown(&credentials, RIGHT, 1));
    let answers = std::thread::scope(|scope| {
        let both = [WRONG, THIRD].map(|text| {
            let (credentials, present) = (&credentials, &present);
            scope.spawn(move || pollster::block_on(change(credentials, present, text, 2)))
        });
        both.map(|one| one.join().unwrap())
    });
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    let lost = answers.into_iter().find_map(Result::err).unwrap();
    assert!(matches!(lost, CredentialError::Rejected), "{lost:?}");
}

#[test]
fn another_factor_and_an_account_without_a_passphrase_change_nothing() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &quick());
        let enrolled = credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        let other = AuthenticatorId::from_bytes([7; 16]);
        for (who, kind, authenticator) in [
            (1, FactorKind::Totp, enrolled),
            (1, FactorKind::Passphrase, other),
            (2, FactorKind::Passphrase, enrolled),
        ] {
            let proved = ProvedFactor::assume_proved(account(who), kind, authenticator, at(1));
            let present = SignIn::from_factors(proved, [], at(1)).unwrap();
            let refused = change(&credentials, &present, WRONG, 1).await;
            assert!(matches!(refused, Err(CredentialError::Rejected)), "{who} {kind:?}: {refused:?}");
        }
        assert!(record(&store, account(2)).await.is_none());
        assert!(credentials.attempt(account(1), &passphrase(RIGHT), at(2)).await.is_ok());
    });
}

#[test]
fn a_forced_change_is_over_once_its_proof_was_used() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &quick());
        credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        credentials.force_change(account(1), owner(1), at(1)).await.unwrap();
        let present = shown(&credentials, RIGHT, 2).await;
        change(&credentials, &present, WRONG, 3).await.unwrap();
        assert!(credentials.attempt(account(1), &passphrase(WRONG), at(4)).await.is_ok());
    });
}
