use super::{
    device::{BE, BS, Device, UP},
    support::{
        HOLDER, START, begin_registration, fault, finish, gate, gate_at, passkeys, register, sign_in, strong,
    },
};
use crate::support::{account, at, event, events, mfa, permit, signed_in, store};
use leeward_event::{
    Action, Actor, Component, Event, Outcome, Reason, Subject,
    assurance::{Aal, FactorKind, SignIn},
};
use leeward_mfa::{
    Asked, FactorState, MfaError, PasskeyFault, PasskeyPolicy, Passkeys, Permit, RegistrationAnswer,
    RelyingParty, SignInAnswer,
};
use leeward_notify::{NoticeKind, waiting};
use leeward_store::Store;
use leeward_throttle::{Guess, ThrottleError};

async fn notices(store: &Store) -> Vec<NoticeKind> {
    waiting(store, 100).await.unwrap().iter().map(leeward_notify::WaitingNotice::kind).collect()
}

fn failed(reason: Reason) -> Event {
    Event::new(Action::FactorChecked, Actor::Unknown, at(START)).outcome(Outcome::Failure).reason(reason)
}

#[test]
fn a_passkey_is_bound_and_signs_in() {
    pollster::block_on(async {
        let store = store();
        let passkeys = passkeys(&store);
        let mut device = Device::new();
        let bound = register(&passkeys, account(1), &mut device).await.unwrap();
        assert_eq!((bound.synced, bound.backed_up), (false, false));
        assert_eq!((bound.last_used, bound.aaguid), (None, None), "a model that nobody attested is no model");
        for asked in [Asked::Autofill, Asked::Anyone, Asked::Account(account(1))] {
            device.counter += 1;
            let begun = passkeys.begin_sign_in(asked, at(START)).await.unwrap();
            let answer = SignInAnswer::parse(&device.sign_in(&begun.options)).unwrap();
            assert_eq!(answer.claimed_account(), Some(account(1)));
            let proved = passkeys
                .finish_sign_in(
                    gate(account(1), Guess::Passkey).await,
                    account(1),
                    begun.ceremony,
                    &answer,
                    at(START),
                )
                .await
                .unwrap();
            assert_eq!(proved.kind(), FactorKind::Passkey { synced: false, user_verified: true });
            assert_eq!((proved.account(), proved.authenticator()), (account(1), bound.authenticator));
        }
        let [kept] = &passkeys.list(account(1)).await.unwrap()[..] else { panic!() };
        assert_eq!(kept.last_used, Some(at(START)));
        let checked = event(Action::FactorChecked, account(1), START);
        let enrolled = event(Action::FactorEnrolled, account(1), START);
        assert_eq!(events(&store).await, [enrolled, checked, checked, checked]);
        assert_eq!(notices(&store).await, [NoticeKind::FactorAdded]);
    });
}

#[test]
fn a_synced_passkey_is_recorded_as_such_and_never_reaches_aal3() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        for (mut device, level) in [(Device::synced(), Aal::Two), (Device::new(), Aal::Three)] {
            let bound = register(&passkeys, account(1), &mut device).await.unwrap();
            assert_eq!((bound.synced, bound.backed_up), (level == Aal::Two, level == Aal::Two));
            let proved = sign_in(&passkeys, account(1), &mut device).await.unwrap();
            assert_eq!(SignIn::from_factors(proved, [], at(START)).unwrap().aal(), level);
        }
    });
}

#[test]
fn a_backup_that_ended_is_seen_at_the_next_sign_in() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let mut device = Device::synced();
        register(&passkeys, account(1), &mut device).await.unwrap();
        device.flags &= !BS;
        let proved = sign_in(&passkeys, account(1), &mut device).await.unwrap();
        assert_eq!(proved.kind(), FactorKind::Passkey { synced: true, user_verified: true });
        let kept = passkeys.list(account(1)).await.unwrap().remove(0);
        assert_eq!((kept.synced, kept.backed_up), (true, false));
    });
}

#[test]
fn the_options_make_android_keep_a_passkey_that_autofill_finds() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let begun = begin_registration(&passkeys, account(1), START).await;
        let options: serde_json::Value = serde_json::from_str(&begun.options).unwrap();
        let selection = &options["publicKey"]["authenticatorSelection"];
        assert_eq!(selection["residentKey"], "required");
        assert_eq!(selection["requireResidentKey"], true);
        assert_eq!(selection["userVerification"], "required");
        assert_eq!(options["publicKey"]["user"]["name"], HOLDER.name);
        assert_eq!(options["publicKey"]["rp"]["id"], "example.org");
    });
}

#[test]
fn conditional_mediation_is_asked_of_autofill_alone() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        register(&passkeys, account(1), &mut Device::new()).await.unwrap();
        for (asked, mediation, listed) in [
            (Asked::Autofill, true, false),
            (Asked::Anyone, false, false),
            (Asked::Account(account(1)), false, true),
        ] {
            let begun = passkeys.begin_sign_in(asked, at(START)).await.unwrap();
            let options: serde_json::Value = serde_json::from_str(&begun.options).unwrap();
            assert_eq!(options["mediation"] == "conditional", mediation, "{asked:?}");
            assert_eq!(!options["publicKey"]["allowCredentials"].as_array().unwrap().is_empty(), listed);
            assert_eq!(options["publicKey"]["userVerification"], "required");
        }
    });
}

#[test]
fn an_answer_is_looked_at_once() {
    pollster::block_on(async {
        let store = store();
        let passkeys = passkeys(&store);
        let mut device = Device::new();
        let begun = begin_registration(&passkeys, account(1), START).await;
        let answer = RegistrationAnswer::parse(&device.register(&begun.options)).unwrap();
        let finish_registration =
            || passkeys.finish_registration(account(1), begun.ceremony, &answer, at(START));
        let _ = finish_registration().await.unwrap();
        assert_eq!(fault(finish_registration().await), PasskeyFault::NotOpen);

        let begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
        let answer = device.sign_in(&begun.options);
        let _ = finish(&passkeys, account(1), &begun, &answer).await.unwrap();
        assert_eq!(fault(finish(&passkeys, account(1), &begun, &answer).await), PasskeyFault::NotOpen);
        assert_eq!(events(&store).await.pop().unwrap(), failed(Reason::Reused));
    });
}

#[test]
fn a_wrong_answer_uses_the_ceremony_up_as_a_right_one_does() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let mut device = Device::new();
        register(&passkeys, account(1), &mut device).await.unwrap();
        let begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
        let answer = device.sign_in(&begun.options);
        device.flags = UP;
        let unverified = device.sign_in(&begun.options);
        let refused = finish(&passkeys, account(1), &begun, &unverified).await;
        assert_eq!(fault(refused), PasskeyFault::UserNotVerified);
        assert_eq!(fault(finish(&passkeys, account(1), &begun, &answer).await), PasskeyFault::NotOpen);
    });
}

#[test]
fn an_answer_is_waited_for_for_five_minutes() {
    pollster::block_on(async {
        let store = store();
        let passkeys = passkeys(&store);
        let mut device = Device::new();
        register(&passkeys, account(1), &mut device).await.unwrap();
        for (waited, in_time) in [(300, true), (301, false)] {
            let begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
            let answer = SignInAnswer::parse(&device.sign_in(&begun.options)).unwrap();
            let later = at(START + waited);
            let gate = gate_at(account(1), Guess::Passkey, START + waited).await;
            let finished = passkeys.finish_sign_in(gate, account(1), begun.ceremony, &answer, later).await;
            assert_eq!(finished.is_ok(), in_time);
            if !in_time {
                assert_eq!(fault(finished), PasskeyFault::Expired);
            }
            let begun = begin_registration(&passkeys, account(2), START).await;
            let answer = RegistrationAnswer::parse(&Device::new().register(&begun.options)).unwrap();
            let finished = passkeys.finish_registration(account(2), begun.ceremony, &answer, later).await;
            assert_eq!(finished.is_ok(), in_time);
        }
        let begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
        assert_eq!(store.purge(at(START + 301)).await.unwrap(), 1, "nobody's ceremonies go");
        let answer = device.sign_in(&begun.options);
        assert_eq!(fault(finish(&passkeys, account(1), &begun, &answer).await), PasskeyFault::NotOpen);
    });
}

#[test]
fn an_answer_for_another_account_purpose_or_origin_is_refused() {
    pollster::block_on(async {
        let store = store();
        let passkeys = passkeys(&store);
        let mut device = Device::new();
        register(&passkeys, account(1), &mut device).await.unwrap();
        register(&passkeys, account(2), &mut Device::new()).await.unwrap();

        let begun = passkeys.begin_sign_in(Asked::Account(account(2)), at(START)).await.unwrap();
        let answer = device.sign_in(&begun.options);
        assert_eq!(fault(finish(&passkeys, account(1), &begun, &answer).await), PasskeyFault::Foreign);

        let begun = passkeys.begin_sign_in(Asked::Account(account(2)), at(START)).await.unwrap();
        let (mut silent, handle) = (device.sign_in(&begun.options), device.user_handle.take());
        assert_eq!(fault(finish(&passkeys, account(2), &begun, &silent).await), PasskeyFault::Foreign);
        let begun = passkeys.begin_sign_in(Asked::Account(account(2)), at(START)).await.unwrap();
        silent = device.sign_in(&begun.options);
        assert_eq!(fault(finish(&passkeys, account(2), &begun, &silent).await), PasskeyFault::Unknown);
        device.user_handle = handle;

        let begun = passkeys.begin_step_up(account(1), at(START)).await.unwrap();
        let answer = device.sign_in(&begun.options);
        assert_eq!(fault(finish(&passkeys, account(1), &begun, &answer).await), PasskeyFault::Foreign);

        let party = RelyingParty::new("example.org", "https://other.example.org", "Harbour Line").unwrap();
        let elsewhere = Passkeys::new(&store, &party, PasskeyPolicy::any());
        let begun = elsewhere.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
        let answer = device.sign_in(&begun.options);
        assert_eq!(fault(finish(&passkeys, account(1), &begun, &answer).await), PasskeyFault::Foreign);
        let begun = elsewhere.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
        let answer = device.sign_in(&begun.options);
        assert_eq!(fault(finish(&elsewhere, account(1), &begun, &answer).await), PasskeyFault::Foreign);
        device.origin = "https://other.example.org".into();
        let begun = elsewhere.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
        let answer = device.sign_in(&begun.options);
        let _ = finish(&elsewhere, account(1), &begun, &answer).await.unwrap();
    });
}

#[test]
fn what_the_browser_says_is_compared() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let mut device = Device::new();
        register(&passkeys, account(1), &mut device).await.unwrap();
        device.origin = "https://staff.example.org.evil.example".into();
        assert_eq!(fault(sign_in(&passkeys, account(1), &mut device).await), PasskeyFault::Foreign);
        device.origin = "https://staff.example.org:8443".into();
        assert_eq!(fault(sign_in(&passkeys, account(1), &mut device).await), PasskeyFault::Foreign);
        device.origin = "https://staff.example.org".into();
        device.rp_id = "example.com".into();
        assert_eq!(fault(sign_in(&passkeys, account(1), &mut device).await), PasskeyFault::Foreign);
        device.rp_id = "example.org".into();

        let other = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
        let begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
        let answer = device.sign_in(&other.options);
        assert_eq!(fault(finish(&passkeys, account(1), &begun, &answer).await), PasskeyFault::Foreign);
        let begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
        let answer = device.sign_in_as("webauthn.create", &begun.options);
        assert_eq!(fault(finish(&passkeys, account(1), &begun, &answer).await), PasskeyFault::Foreign);
        let _ = sign_in(&passkeys, account(1), &mut device).await.unwrap();
    });
}

#[test]
fn a_user_who_is_not_verified_is_refused_at_registration_too() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        for flags in [0, UP, BE | UP] {
            let mut device = Device { flags, ..Device::new() };
            let refused = register(&passkeys, account(1), &mut device).await;
            assert_eq!(fault(refused), PasskeyFault::UserNotVerified);
        }
        assert!(passkeys.list(account(1)).await.unwrap().is_empty());
    });
}

#[test]
fn a_named_account_may_answer_with_a_passkey_that_keeps_no_name() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let mut device = Device::new();
        register(&passkeys, account(1), &mut device).await.unwrap();
        device.user_handle = None;
        let begun = passkeys.begin_sign_in(Asked::Account(account(1)), at(START)).await.unwrap();
        let answer = device.sign_in(&begun.options);
        let _ = finish(&passkeys, account(1), &begun, &answer).await.unwrap();
        assert_eq!(fault(sign_in(&passkeys, account(1), &mut device).await), PasskeyFault::Foreign);
    });
}

#[test]
fn a_counter_that_does_not_grow_suspends_the_passkey_and_is_told_of() {
    pollster::block_on(async {
        let store = store();
        let passkeys = passkeys(&store);
        let mut device = Device { counter: 7, ..Device::new() };
        register(&passkeys, account(1), &mut device).await.unwrap();
        assert_eq!(fault(sign_in(&passkeys, account(1), &mut device).await), PasskeyFault::CloneSuspected);
        device.counter = 8;
        assert_eq!(fault(sign_in(&passkeys, account(1), &mut device).await), PasskeyFault::Suspended);
        assert_eq!(mfa(&store).factors(account(1)).await.unwrap()[0].state(), FactorState::Suspended);
        let by_itself = |action| {
            let event = Event::new(action, Actor::Component(Component::Mfa), at(START));
            event.about(Subject::Staff(account(1))).reason(Reason::CloneSuspected)
        };
        assert_eq!(
            events(&store).await[1..],
            [
                failed(Reason::CloneSuspected).about(Subject::Staff(account(1))),
                by_itself(Action::FactorSuspected),
                by_itself(Action::FactorSuspended),
                failed(Reason::Suspended).about(Subject::Staff(account(1))),
            ]
        );
        assert_eq!(notices(&store).await, [NoticeKind::FactorAdded, NoticeKind::FactorSuspended]);
    });
}

#[test]
fn a_policy_may_leave_a_suspected_passkey_in_use() {
    pollster::block_on(async {
        let store = store();
        let passkeys = super::support::with_policy(&store, PasskeyPolicy::any().keep_suspected());
        let mut device = Device { counter: 7, ..Device::new() };
        register(&passkeys, account(1), &mut device).await.unwrap();
        assert_eq!(fault(sign_in(&passkeys, account(1), &mut device).await), PasskeyFault::CloneSuspected);
        device.counter = 8;
        let _ = sign_in(&passkeys, account(1), &mut device).await.unwrap();
        assert!(events(&store).await.iter().any(|event| event.what() == Action::FactorSuspected));
    });
}

/// Else anybody who knows a credential's id could suspend it.
#[test]
fn a_counter_that_nobody_signed_suspends_nothing() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let mut device = Device { counter: 7, ..Device::new() };
        register(&passkeys, account(1), &mut device).await.unwrap();
        let mut forger = Device::new();
        (forger.id, forger.user_handle) = (device.id.clone(), device.user_handle.clone());
        for counter in [0, 7, 8] {
            forger.counter = counter;
            let refused = sign_in(&passkeys, account(1), &mut forger).await;
            assert_eq!(fault(refused), PasskeyFault::WrongSignature);
        }
        for flags in [UP, UP | BE, 0] {
            forger.flags = flags;
            assert!(sign_in(&passkeys, account(1), &mut forger).await.is_err());
        }
        device.counter = 8;
        let _ = sign_in(&passkeys, account(1), &mut device).await.unwrap();
    });
}

#[test]
fn a_passkey_belongs_to_one_account_in_the_whole_service() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let mut device = Device::new();
        register(&passkeys, account(1), &mut device).await.unwrap();
        let twice = register(&passkeys, account(1), &mut device).await;
        assert_eq!(fault(twice), PasskeyFault::AlreadyBound, "the options excluded it");
        let elsewhere = register(&passkeys, account(2), &mut device).await;
        assert_eq!(fault(elsewhere), PasskeyFault::AlreadyBound);
        assert!(passkeys.list(account(2)).await.unwrap().is_empty());
    });
}

#[test]
fn a_passkey_is_one_of_the_factors_of_its_account() {
    pollster::block_on(async {
        let store = store();
        let (passkeys, mfa) = (passkeys(&store), mfa(&store));
        let mut device = Device::synced();
        let id = register(&passkeys, account(1), &mut device).await.unwrap().authenticator;
        let factor = mfa.factors(account(1)).await.unwrap().remove(0);
        assert_eq!((factor.authenticator(), factor.name()), (id, "blue key"));
        assert_eq!(factor.kind(), FactorKind::Passkey { synced: true, user_verified: true });

        let by = Actor::Staff(account(9));
        mfa.suspend(account(1), id, by, Reason::Requested, at(START)).await.unwrap();
        assert_eq!(fault(sign_in(&passkeys, account(1), &mut device).await), PasskeyFault::Suspended);
        let named = passkeys.begin_sign_in(Asked::Account(account(1)), at(START)).await.unwrap();
        assert!(!device.is_listed(&named.options), "made-up ones are shown in its place");
        mfa.reinstate(&strong(account(1), START), id, at(START)).await.unwrap();
        let _ = sign_in(&passkeys, account(1), &mut device).await.unwrap();
        let named = passkeys.begin_sign_in(Asked::Account(account(1)), at(START)).await.unwrap();
        assert!(device.is_listed(&named.options));

        mfa.revoke_last(&strong(account(1), START), id, at(START)).await.unwrap();
        assert_eq!(fault(sign_in(&passkeys, account(1), &mut device).await), PasskeyFault::Unknown);
        assert!(passkeys.list(account(1)).await.unwrap().is_empty());
        register(&passkeys, account(2), &mut device).await.unwrap();
    });
}

#[test]
fn binding_takes_a_permit_that_is_strong_enough_for_the_account() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let weak = || Permit::of(&signed_in(account(1), None, START));
        let begun = passkeys.begin_registration(&weak(), HOLDER, "first", at(START)).await.unwrap();
        let answer = RegistrationAnswer::parse(&Device::new().register(&begun.options)).unwrap();
        let bound =
            passkeys.finish_registration(account(1), begun.ceremony, &answer, at(START)).await.unwrap();
        assert!(bound.first, "an account without a factor binds its first by a passphrase");

        let second = passkeys.begin_registration(&weak(), HOLDER, "second", at(START)).await;
        assert!(matches!(second, Err(MfaError::NotPermitted { needed: Aal::Two })));
        let by = Permit::assume_administrator(account(1), account(9), Reason::Requested, at(START));
        let by_another = passkeys.begin_registration(&by, HOLDER, "second", at(START)).await;
        assert!(matches!(by_another, Err(MfaError::NotPermitted { .. })));
        let stale = strong(account(1), START - 3600);
        let late = passkeys.begin_registration(&stale, HOLDER, "second", at(START)).await;
        assert!(matches!(late, Err(MfaError::StalePermit)));

        let medium = permit(account(1), START);
        for (mut device, permitted) in [(Device::new(), false), (Device::synced(), true)] {
            let begun = passkeys.begin_registration(&medium, HOLDER, "second", at(START)).await.unwrap();
            let answer = RegistrationAnswer::parse(&device.register(&begun.options)).unwrap();
            let bound = passkeys.finish_registration(account(1), begun.ceremony, &answer, at(START)).await;
            match bound {
                Err(MfaError::NotPermitted { needed: Aal::Three }) => assert!(!permitted),
                bound => assert!(permitted && !bound.unwrap().first),
            }
        }
    });
}

#[test]
fn an_account_has_sixteen_factors_at_most_and_names_that_can_be_shown() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        for _ in 0..16 {
            register(&passkeys, account(1), &mut Device::new()).await.unwrap();
        }
        let strong = |number| strong(account(number), START);
        let more = passkeys.begin_registration(&strong(1), HOLDER, "one more", at(START)).await;
        assert!(matches!(more, Err(MfaError::TooManyFactors)));
        for name in ["", "a\nb", &"x".repeat(65)] {
            let begun = passkeys.begin_registration(&strong(2), HOLDER, name, at(START)).await;
            assert!(matches!(begun, Err(MfaError::Label)));
        }
        assert_eq!(passkeys.list(account(1)).await.unwrap().len(), 16);
    });
}

#[test]
fn a_gate_of_another_account_or_for_something_else_lets_nothing_through() {
    pollster::block_on(async {
        let passkeys = passkeys(&store());
        let mut device = Device::new();
        register(&passkeys, account(1), &mut device).await.unwrap();
        for (whose, guess) in [(account(2), Guess::Passkey), (account(1), Guess::Passphrase)] {
            let begun = passkeys.begin_sign_in(Asked::Anyone, at(START)).await.unwrap();
            let answer = SignInAnswer::parse(&device.sign_in(&begun.options)).unwrap();
            let (gate, ceremony) = (gate(whose, guess).await, begun.ceremony);
            let refused = passkeys.finish_sign_in(gate, account(1), ceremony, &answer, at(START)).await;
            assert!(matches!(refused, Err(MfaError::Throttle(ThrottleError::OtherGate))));
        }
    });
}
