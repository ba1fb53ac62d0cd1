//! Whatever fails while a recovery code, a code of a token or a code by telephone is used: the code is used
//! up with its event and its notice, or nothing has happened.

use crate::support::{
    START, account, at, enrol, events, mfa, notices, pending, permit, present, proved, store,
};
use leeward_event::{Action, AuthenticatorId, Event, Outcome, assurance::Aal};
use leeward_mfa::{Digits, HotpSecret, Mfa, MfaError, PhoneCodeRequest, Presented, Profile};
use leeward_notify::{Address, Contact, Countries, IndexRoot, Kept, Notifier, NotifyOptions};
use leeward_store::{
    Store,
    testing::{Call, Fault, at_every_call, run_until_stuck},
};

const FAULTS: [Fault; 6] = [
    Fault::Refuse,
    Fault::Conflict,
    Fault::LoseRequest,
    Fault::LoseAnswer,
    Fault::HangBefore,
    Fault::HangAfter,
];
const NUMBER: &str = "+4915123456789";

/// Lets every store call of a sign-in with a code fail in every way, and uses the code again without faults:
/// it works then if and only if it was not used up, and never a third time.
fn never_twice<T>(prepare: impl Fn(&Store) -> T, code: impl Fn(&T) -> Presented<'_>, tells: usize) {
    for fault in FAULTS {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let prepared = prepare(&store);
            let told = pollster::block_on(notices(&store)).len();
            let (code, faulty) = (code(&prepared), phones(&plan.over(&store)));
            let first = run_until_stuck(show(&faulty, code));
            pollster::block_on(async {
                let used = accepted(&store).await == 1;
                assert!(used || !matches!(first, Some(Ok(()))), "{fault:?}");
                let notices = notices(&store).await.len();
                assert_eq!(notices, told + if used { tells } else { 0 }, "{fault:?}");
                for usable in [!used, false] {
                    assert_eq!(show(&phones(&store), code).await.is_ok(), usable, "{fault:?}");
                }
                assert_eq!(accepted(&store).await, 1, "{fault:?}");
            });
        });
        assert!(met >= 3, "{fault:?}: {met}");
    }
}

#[test]
fn an_interrupted_sign_in_never_makes_a_recovery_code_work_twice() {
    let issue = |store: &Store| {
        let permit = permit(account(1), START);
        let issued = pollster::block_on(phones(store).issue_recovery_codes(&permit, at(START))).unwrap();
        issued.codes()[3].expose()
    };
    never_twice(issue, |code| Presented::RecoveryCode(code), 1);
}

#[test]
fn an_interrupted_sign_in_never_makes_a_code_of_a_token_work_twice() {
    let bind = |code: u64| move |store: &Store| pollster::block_on(bind_token(store, code));
    never_twice(bind(5), |(code, _)| Presented::Hotp(code), 0);
    never_twice(bind(500), |(first, second)| Presented::HotpPair(first, second), 0);
}

#[test]
fn an_interrupted_sign_in_never_makes_a_code_by_telephone_work_twice() {
    let send = |store: &Store| pollster::block_on(send_code(store));
    never_twice(send, |(request, code)| Presented::Phone(request, code), 1);
}

#[test]
fn an_interrupted_change_of_recovery_codes_leaves_the_old_set_or_the_new_one() {
    for fault in FAULTS {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let store = store();
            let permit = permit(account(1), START);
            let old = pollster::block_on(phones(&store).issue_recovery_codes(&permit, at(START)));
            let old = old.unwrap().codes()[0].expose();
            let faulty = phones(&plan.over(&store));
            let new = run_until_stuck(faulty.issue_recovery_codes(&permit, at(START)));
            pollster::block_on(async {
                let issued = events(&store).await.len();
                assert_eq!(notices(&store).await.len(), issued, "{fault:?}");
                assert_eq!(phones(&store).factors(account(1)).await.unwrap().len(), 1);
                assert_eq!(phones(&store).recovery_codes_left(account(1)).await.unwrap(), 10);
                let old_works = show(&phones(&store), Presented::RecoveryCode(&old)).await.is_ok();
                assert_eq!(old_works, issued == 1, "{fault:?}");
                if let Some(Ok(new)) = new {
                    assert!(
                        show(&phones(&store), Presented::RecoveryCode(&new.codes()[0].expose()))
                            .await
                            .is_ok()
                    );
                }
            });
        });
        assert!(met >= 3, "{fault:?}: {met}");
    }
}

fn phones(store: &Store) -> Mfa {
    mfa(store).profile(Profile::StaffCodesAndPhone)
}

async fn show(mfa: &Mfa, code: Presented<'_>) -> Result<(), MfaError> {
    let waiting = mfa.require(proved(account(1), START), Aal::Two, at(START)).await?;
    let _ = present(waiting, code, START).await?;
    Ok(())
}

/// How many codes were right.
async fn accepted(store: &Store) -> usize {
    let accepted = |event: &&Event| event.what() == Action::FactorChecked && event.how() == Outcome::Success;
    events(store).await.iter().filter(accepted).count()
}

/// Binds a token, and gives two codes of it that follow each other.
async fn bind_token(store: &Store, counter: u64) -> (String, String) {
    let token = || HotpSecret::from_bytes(b"12345678901234567890", Digits::Six).unwrap();
    let code = |counter| token().code_at(counter).to_string();
    let (permit, codes) = (permit(account(1), START), (code(0), code(1)));
    let (mfa, codes) = (phones(store), (&*codes.0, &*codes.1));
    let _ = mfa.bind_hotp(&permit, "token", (token(), 0), codes, at(START)).await.unwrap();
    (code(counter), code(counter + 1))
}

/// Binds an app and a telephone, and sends a code to it.
async fn send_code(store: &Store) -> (PhoneCodeRequest, String) {
    let (mfa, kept) = (phones(store), Kept::new());
    let options = NotifyOptions::new().countries(Countries::only(&["+49"]).unwrap());
    let notifier = Notifier::new(store, &IndexRoot::from_bytes(&[7; 32]), options).unwrap();
    let notifier = notifier.phone(kept.clone());
    enrol(&mfa, account(1), START).await;
    let phone = bind_phone(&mfa, store, &notifier).await;
    notifier.deliver_due(at(START)).await.unwrap();
    let waiting = pending(&mfa, account(1), START).await;
    let request = mfa.send_phone_code(&waiting, phone, &notifier, at(START)).await.unwrap();
    notifier.deliver_due(at(START)).await.unwrap();
    (request, kept.last_code_to(NUMBER).unwrap().to_string())
}

async fn bind_phone(mfa: &Mfa, store: &Store, notifier: &Notifier) -> AuthenticatorId {
    let contact = &Contact::safe(Address::phone(NUMBER).unwrap());
    let added = store.transact(|tx| async move {
        notifier.add_address_in(&tx, account(1), contact.clone(), at(START)).await
    });
    let (address, permit) = (added.await.unwrap(), permit(account(1), START));
    mfa.bind_phone(&permit, "mine", notifier, address, at(START)).await.unwrap().authenticator
}
