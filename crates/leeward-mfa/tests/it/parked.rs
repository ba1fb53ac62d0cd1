//! Begun on one machine, finished on another, and no session at any time.

use crate::support::{START, account, at, enrol, finish, mfa, pending, permit, store, wrong_code};
use leeward_mfa::{MfaError, Ticket, TotpSecret};
use leeward_store::{Scan, Space};
use std::sync::Barrier;

const PENDING: Space = Space::sealed("mfa.pending");

#[test]
fn a_parked_sign_in_is_finished_elsewhere_with_the_tries_it_had() {
    pollster::block_on(async {
        let store = store();
        let (here, there) = (mfa(&store), mfa(&store));
        let app = enrol(&here, account(1), START).await;
        let now = START + 30;
        let refused =
            finish(pending(&here, account(1), now).await, &wrong_code(&app, now), now).await.unwrap_err();
        let ticket = refused.retry().unwrap().park().await.unwrap();
        let text = ticket.expose();
        assert_eq!(text.len(), 64);
        let waiting = there.resume(Ticket::parse(&text).unwrap(), at(now)).await.unwrap();
        assert_eq!((waiting.tries_left(), waiting.account()), (4, account(1)));
        assert!(finish(waiting, &app.code_at(at(now)), now).await.is_ok());
        let again = there.resume(ticket, at(now)).await;
        assert!(matches!(again, Err(MfaError::Expired)), "once");
        let left = store.scan(&Scan::all(PENDING.prefix(&[]).unwrap())).await.unwrap();
        assert!(left.items.is_empty());
    });
}

#[test]
fn a_parked_enrolment_is_confirmed_elsewhere() {
    pollster::block_on(async {
        let store = store();
        let (here, there) = (mfa(&store), mfa(&store));
        let enrolment = here.enrol_totp(&permit(account(1), START), "night desk", at(START)).await.unwrap();
        let app = TotpSecret::from_uri(&enrolment.expose_otpauth_uri()).unwrap();
        let ticket = enrolment.park().await.unwrap();
        let enrolment = there.resume_totp_enrolment(ticket, at(START + 60)).await.unwrap();
        assert_eq!(enrolment.tries_left(), 5);
        let _ = enrolment.confirm(&app.code_at(at(START + 60)), at(START + 60)).await.unwrap();
        assert_eq!(there.factors(account(1)).await.unwrap()[0].name(), "night desk");
    });
}

#[test]
fn a_ticket_is_for_one_purpose_and_ten_minutes() {
    pollster::block_on(async {
        let store = store();
        let mfa = mfa(&store);
        enrol(&mfa, account(1), START).await;
        let ticket = pending(&mfa, account(1), START).await.park().await.unwrap();
        let copy = Ticket::parse(&ticket.expose()).unwrap();
        assert!(matches!(mfa.resume_totp_enrolment(copy, at(START)).await, Err(MfaError::Expired)));
        assert!(matches!(mfa.resume(ticket, at(START + 601)).await, Err(MfaError::Expired)));
        for text in ["", "0", &"G".repeat(64), &"0".repeat(63), &"é".repeat(32)] {
            assert!(matches!(Ticket::parse(text), Err(MfaError::Expired)));
        }
        assert_eq!(format!("{:?}", Ticket::parse(&"0".repeat(64)).unwrap()), "Ticket([redacted])");
    });
}

#[test]
fn of_many_uses_of_a_ticket_at_one_moment_one_succeeds() {
    const USES: usize = 16;
    let store = store();
    let mfa = mfa(&store);
    pollster::block_on(enrol(&mfa, account(1), START));
    let ticket = pollster::block_on(async { pending(&mfa, account(1), START).await.park().await.unwrap() });
    let (text, barrier) = (ticket.expose(), Barrier::new(USES));
    let use_it = || {
        barrier.wait();
        pollster::block_on(mfa.resume(Ticket::parse(&text).unwrap(), at(START))).is_ok()
    };
    let taken: usize = std::thread::scope(|scope| {
        let uses: Vec<_> = (0..USES).map(|_| scope.spawn(use_it)).collect();
        uses.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
    });
    assert_eq!(taken, 1);
}

#[test]
fn a_parked_sign_in_is_measured_by_the_factors_at_its_end() {
    pollster::block_on(async {
        let mfa = mfa(&store());
        enrol(&mfa, account(1), START).await;
        let ticket = pending(&mfa, account(1), START).await.park().await.unwrap();
        let id = mfa.factors(account(1)).await.unwrap()[0].authenticator();
        mfa.revoke_last(&permit(account(1), START), id, at(START)).await.unwrap();
        assert!(matches!(mfa.resume(ticket, at(START)).await, Err(MfaError::NotEnrolled)));
    });
}
