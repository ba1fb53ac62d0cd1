//! Listing, naming, suspending and taking away, and on whose word.

use crate::support::{
    START, account, at, enrol, event, events, finish, mfa, notices, pending, permit, proved, signed_in, store,
};
use leeward_event::{
    Action, Actor, AuthenticatorId, Component, Event, Reason, Subject,
    assurance::{Aal, FactorKind, Recovered, Requirement},
};
use leeward_mfa::{Factor, FactorState, Mfa, MfaError, Permit, Profile};
use leeward_notify::NoticeKind;

async fn only(mfa: &Mfa) -> Factor {
    let [factor] = &mfa.factors(account(1)).await.unwrap()[..] else { panic!("one factor") };
    factor.clone()
}

#[test]
fn a_factor_is_listed_with_its_name_and_renamed() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        enrol(&mfa, account(1), START).await;
        let factor = only(&mfa).await;
        assert_eq!(
            (factor.name(), factor.kind(), factor.state()),
            ("night desk", FactorKind::Totp, FactorState::Active)
        );
        assert_eq!(factor.bound_at(), at(START));
        mfa.rename(&permit(account(1), START), factor.authenticator(), "pager", at(START)).await.unwrap();
        assert_eq!(only(&mfa).await.name(), "pager");
        assert_eq!(events(&store).await.pop(), Some(event(Action::FactorRenamed, account(1), START)));
        let refused = mfa.rename(&permit(account(1), START), factor.authenticator(), "a:b", at(START)).await;
        assert!(matches!(refused, Err(MfaError::Label)));
    });
}

#[test]
fn the_last_factor_goes_only_on_purpose_and_its_material_with_it() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        enrol(&mfa, account(1), START).await;
        let (id, permit) = (only(&mfa).await.authenticator(), permit(account(1), START));
        let _ = mfa.issue_recovery_codes(&permit, at(START)).await.unwrap();
        let refused = mfa.revoke(&permit, id, at(START)).await;
        assert!(matches!(refused, Err(MfaError::LastFactor)), "a list of codes does not last");
        mfa.revoke_last(&permit, id, at(START)).await.unwrap();
        assert!(crate::support::record(&store, account(1)).await.is_none());
        assert_eq!(events(&store).await.pop(), Some(event(Action::FactorRemoved, account(1), START)));
        assert_eq!(notices(&store).await.pop(), Some(NoticeKind::FactorRemoved));
        let again = mfa.revoke_last(&permit, id, at(START)).await;
        assert!(matches!(again, Err(MfaError::NotEnrolled)));
    });
}

#[test]
fn a_suspended_factor_signs_nobody_in_until_it_is_reinstated() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        let app = enrol(&mfa, account(1), START).await;
        let id = only(&mfa).await.authenticator();
        let waiting = pending(&mfa, account(1), START).await;
        let by = Actor::Component(Component::Application);
        for _ in 0..2 {
            mfa.suspend(account(1), id, by, Reason::Compromise, at(START)).await.unwrap();
        }
        let suspended = Event::new(Action::FactorSuspended, by, at(START));
        let suspended = suspended.about(Subject::Staff(account(1))).reason(Reason::Compromise);
        assert_eq!(events(&store).await[1..], [suspended], "told once");
        assert_eq!(notices(&store).await[1..], [NoticeKind::FactorSuspended]);

        let code = app.code_at(at(START + 30));
        let refused = finish(waiting, &code, START + 30).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::NotEnrolled)));
        let refused = mfa.require(proved(account(1), START), Aal::Two, at(START)).await;
        assert!(matches!(refused, Err(MfaError::NotEnrolled)));

        mfa.reinstate(&permit(account(1), START), id, at(START)).await.unwrap();
        assert_eq!(notices(&store).await.pop(), Some(NoticeKind::FactorReinstated));
        let waiting = pending(&mfa, account(1), START + 30).await;
        assert!(finish(waiting, &code, START + 30).await.is_ok(), "and no code was used up");
    });
}

/// Else whoever gets the factors of an account suspended, and knows its passphrase, binds their own.
#[test]
fn a_suspended_factor_still_says_how_strong_a_sign_in_must_be() {
    pollster::block_on(async {
        let mfa = mfa(&store());
        enrol(&mfa, account(1), START).await;
        let id = only(&mfa).await.authenticator();
        mfa.suspend(account(1), id, Actor::Unknown, Reason::Compromise, at(START)).await.unwrap();
        let weak = Permit::of(&signed_in(account(1), None, START));
        let refused = mfa.enrol_totp(&weak, "mine", at(START)).await;
        assert!(matches!(refused, Err(MfaError::NotPermitted { needed: Aal::Two })));
        let refused = mfa.reinstate(&weak, id, at(START)).await;
        assert!(matches!(refused, Err(MfaError::NotPermitted { needed: Aal::Two })));
    });
}

#[test]
fn nist_sp_800_63b_4_4_1_2_every_change_takes_the_accounts_highest_level() {
    pollster::block_on(async {
        let mfa = mfa(&store());
        enrol(&mfa, account(1), START).await;
        let (id, now) = (only(&mfa).await.authenticator(), at(START));
        let weak = Permit::of(&signed_in(account(1), None, START));
        let stale = permit(account(1), START - 901);
        let of_the_future = permit(account(1), START + 61);
        let of_another = permit(account(2), START);
        for (permit, which) in [(weak, 0), (stale, 1), (of_the_future, 1), (of_another, 2)] {
            for refused in [
                mfa.revoke_last(&permit, id, now).await,
                mfa.rename(&permit, id, "mine", now).await,
                mfa.reinstate(&permit, id, now).await,
            ] {
                match refused.unwrap_err() {
                    MfaError::NotPermitted { needed: Aal::Two } => assert_eq!(which, 0),
                    MfaError::StalePermit => assert_eq!(which, 1),
                    MfaError::NotEnrolled => assert_eq!(which, 2, "of an account without it"),
                    other => panic!("{other}"),
                }
            }
        }
        assert_eq!(only(&mfa).await.name(), "night desk");
    });
}

#[test]
fn asvs_5_6_4_6_an_administrator_takes_away_and_never_binds() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        enrol(&mfa, account(1), START).await;
        let permit = Permit::assume_administrator(account(1), account(9), Reason::Requested, at(START));
        let refused = mfa.enrol_totp(&permit, "mine", at(START)).await;
        assert!(matches!(refused, Err(MfaError::NotPermitted { .. })));
        let refused = mfa.issue_recovery_codes(&permit, at(START)).await;
        assert!(matches!(refused, Err(MfaError::NotPermitted { .. })));
        mfa.revoke_last(&permit, only(&mfa).await.authenticator(), at(START)).await.unwrap();
        let removed = Event::new(Action::FactorRemoved, Actor::Staff(account(9)), at(START));
        let removed = removed.about(Subject::Staff(account(1))).reason(Reason::Requested);
        assert_eq!(events(&store).await.pop(), Some(removed));
    });
}

#[test]
fn whoever_came_back_into_the_account_binds_though_all_factors_are_lost() {
    pollster::block_on(async {
        let mfa = mfa(&store());
        enrol(&mfa, account(1), START).await;
        let recovered = Permit::recovered(&Recovered::assume_recovered(account(1), at(START)));
        let enrolment = mfa.enrol_totp(&recovered, "new one", at(START)).await.unwrap();
        let code = enrolment.secret().code_at(at(START));
        assert!(!enrolment.confirm(&code, at(START)).await.unwrap().first);
    });
}

#[test]
fn an_account_has_a_bounded_number_of_factors() {
    pollster::block_on(async {
        let mfa = mfa(&store());
        for _ in 0..16 {
            enrol(&mfa, account(1), START).await;
        }
        let enrolment = mfa.enrol_totp(&permit(account(1), START), "one more", at(START)).await.unwrap();
        let code = enrolment.secret().code_at(at(START));
        let refused = enrolment.confirm(&code, at(START)).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::TooManyFactors)));
    });
}

#[test]
fn an_unmet_requirement_names_the_factors_that_would_meet_it() {
    pollster::block_on(async {
        let mfa = mfa(&store());
        enrol(&mfa, account(1), START).await;
        let id = only(&mfa).await.authenticator();
        let weak = signed_in(account(1), None, START);
        let ask = async |requirement: Requirement| {
            let would = mfa.would_fulfil(account(1), &requirement, weak.proofs(), at(START)).await.unwrap();
            would.iter().map(Factor::authenticator).collect::<Vec<_>>()
        };
        assert_eq!(ask(Requirement::needs(Aal::Two)).await, [id]);
        assert_eq!(ask(Requirement::needs(Aal::One)).await, [], "it is met already");
        assert_eq!(ask(Requirement::needs(Aal::Two).phishing_resistant()).await, []);
        assert_eq!(ask(Requirement::needs(Aal::Three)).await, []);
    });
}

#[test]
fn no_requirement_of_one_action_weakens_the_profile() {
    pollster::block_on(async {
        let store = store();
        enrol(&mfa(&store), account(1), START).await;
        let strict = mfa(&store).profile(Profile::StaffPhishingResistant);
        let refused = strict.require(proved(account(1), START), Aal::One, at(START)).await;
        assert!(matches!(refused, Err(MfaError::OutOfReach { aal: Aal::Two })));
        let alone = strict.add_up(proved(account(1), START), [], Aal::One, at(START));
        assert!(matches!(alone, Err(MfaError::OutOfReach { .. })));
        let seeker = mfa(&store).profile(Profile::Seeker);
        assert!(seeker.add_up(proved(account(1), START), [], Aal::One, at(START)).is_ok());
        let synced = FactorKind::Passkey { synced: true, user_verified: true };
        let passkey = leeward_event::assurance::ProvedFactor::assume_proved(
            account(1),
            synced,
            AuthenticatorId::from_bytes([3; 16]),
            at(START),
        );
        assert!(strict.add_up(passkey, [], Aal::Two, at(START)).is_ok());
    });
}
