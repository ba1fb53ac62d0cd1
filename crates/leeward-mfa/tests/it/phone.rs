//! Codes sent to a telephone.

use crate::support::{START, account, at, enrol, events, mfa, notices, permit, present, proved, store};
use leeward_event::{Action, AuthenticatorId, assurance::Aal};
use leeward_mfa::{Mfa, MfaError, PendingMfa, PhoneCodeRequest, Presented, Profile};
use leeward_notify::{
    Address, AddressId, Contact, Countries, IndexRoot, Kept, NoticeKind, Notifier, NotifyError, NotifyOptions,
};
use leeward_store::Store;

const NUMBER: &str = "+4915123456789";

struct Line {
    store: Store,
    mfa: Mfa,
    notifier: Notifier,
    kept: Kept,
}

async fn line() -> Line {
    let (store, kept) = (store(), Kept::new());
    let mfa = mfa(&store).profile(Profile::StaffCodesAndPhone);
    let options = NotifyOptions::new().countries(Countries::only(&["+49"]).unwrap());
    let notifier = Notifier::new(&store, &IndexRoot::from_bytes(&[7; 32]), options).unwrap();
    let notifier = notifier.mail(kept.clone()).phone(kept.clone());
    Line { store, mfa, notifier, kept }
}

impl Line {
    async fn add(&self, address: Address) -> AddressId {
        let (notifier, contact) = (&self.notifier, &Contact::safe(address));
        let added = self.store.transact(|tx| async move {
            notifier.add_address_in(&tx, account(1), contact.clone(), at(START)).await
        });
        added.await.unwrap()
    }

    /// Binds an app and, beside it, a telephone.
    async fn bind(&self) -> AuthenticatorId {
        enrol(&self.mfa, account(1), START).await;
        let address = self.add(Address::phone(NUMBER).unwrap()).await;
        let permit = permit(account(1), START);
        let bound = self.mfa.bind_phone(&permit, "mine", &self.notifier, address, at(START)).await.unwrap();
        assert!(!bound.first);
        // The notices of all this leave first.
        self.notifier.deliver_due(at(START)).await.unwrap();
        bound.authenticator
    }

    async fn pending(&self, second: i64) -> PendingMfa {
        self.mfa.require(proved(account(1), second), Aal::Two, at(second)).await.unwrap()
    }

    async fn send(&self, id: AuthenticatorId, second: i64) -> (PhoneCodeRequest, String) {
        let waiting = self.pending(second).await;
        let request = self.mfa.send_phone_code(&waiting, id, &self.notifier, at(second)).await.unwrap();
        self.notifier.deliver_due(at(second)).await.unwrap();
        (request, self.kept.last_code_to(NUMBER).unwrap().to_string())
    }

    async fn show(&self, request: &PhoneCodeRequest, code: &str, second: i64) -> bool {
        let waiting = self.pending(second).await;
        match present(waiting, Presented::Phone(request, code), second).await {
            Ok(sign_in) => sign_in.aal() == Aal::Two,
            Err(refused) => {
                assert!(matches!(refused.error(), MfaError::Rejected), "{refused}");
                false
            }
        }
    }
}

#[test]
fn a_code_by_telephone_works_once_within_ten_minutes_and_the_owner_is_told() {
    pollster::block_on(async {
        let line = line().await;
        let id = line.bind().await;
        let (request, code) = line.send(id, START).await;
        assert_eq!(code.len(), 8);
        assert!(events(&line.store).await.iter().any(|event| event.what() == Action::OutOfBandCodeSent));
        assert!(!line.show(&request, &code, START + 601).await, "too late");
        assert!(!line.show(&request, &code, START - 61).await, "the clock went back");
        assert!(line.show(&request, &code, START + 600).await);
        assert!(!line.show(&request, &code, START + 600).await, "once");
        assert_eq!(notices(&line.store).await, [NoticeKind::PhoneCodeUsed]);
    });
}

#[test]
fn asvs_5_6_6_2_a_code_is_bound_to_the_request_that_asked_and_another_ends_it() {
    pollster::block_on(async {
        let line = line().await;
        let id = line.bind().await;
        let (first, first_code) = line.send(id, START).await;
        let (second, second_code) = line.send(id, START + 60).await;
        assert!(!line.show(&first, &first_code, START + 60).await);
        assert!(!line.show(&first, &second_code, START + 60).await);
        let copy = PhoneCodeRequest::from_bytes(&second.to_bytes());
        assert!(line.show(&copy, &second_code, START + 60).await);
    });
}

#[test]
fn nist_sp_800_63b_4_3_2_9_a_telephone_needs_an_alternative() {
    pollster::block_on(async {
        let line = line().await;
        let address = line.add(Address::phone(NUMBER).unwrap()).await;
        let permit = permit(account(1), START);
        let _codes = line.mfa.issue_recovery_codes(&permit, at(START)).await.unwrap();
        let bind = async || line.mfa.bind_phone(&permit, "mine", &line.notifier, address, at(START)).await;
        assert!(matches!(bind().await, Err(MfaError::NeedsAlternative)));
        enrol(&line.mfa, account(1), START).await;
        let phone = bind().await.unwrap().authenticator;
        let app = line.mfa.factors(account(1)).await.unwrap()[1].authenticator();
        let refused = line.mfa.revoke_last(&permit, app, at(START)).await;
        assert!(matches!(refused, Err(MfaError::NeedsAlternative)));
        line.mfa.revoke(&permit, phone, at(START)).await.unwrap();
        line.mfa.revoke_last(&permit, app, at(START)).await.unwrap();
    });
}

#[test]
fn nist_sp_800_63b_4_3_1_3_1_a_mail_address_is_no_factor() {
    pollster::block_on(async {
        let line = line().await;
        enrol(&line.mfa, account(1), START).await;
        let permit = permit(account(1), START);
        let mail = line.add(Address::email("anna@example.org").unwrap()).await;
        for address in [mail, AddressId::from_bytes([9; 16])] {
            let refused = line.mfa.bind_phone(&permit, "mail", &line.notifier, address, at(START)).await;
            assert!(matches!(refused, Err(MfaError::NoPhone)));
        }
        let strict = mfa(&line.store);
        let refused = strict.bind_phone(&permit, "phone", &line.notifier, mail, at(START)).await;
        assert!(matches!(refused, Err(MfaError::NotAccepted)));
    });
}

#[test]
fn codes_leave_within_a_budget() {
    pollster::block_on(async {
        let line = line().await;
        let id = line.bind().await;
        for _ in 0..50 {
            let waiting = line.pending(START).await;
            match line.mfa.send_phone_code(&waiting, id, &line.notifier, at(START)).await {
                Ok(_) => {}
                Err(MfaError::Notify(NotifyError::BudgetSpent { .. })) => return,
                Err(other) => panic!("{other}"),
            }
        }
        panic!("fifty codes to one number");
    });
}

#[test]
fn nothing_is_sent_to_a_telephone_that_is_suspended() {
    pollster::block_on(async {
        let line = line().await;
        let id = line.bind().await;
        let (request, code) = line.send(id, START).await;
        let by = leeward_event::Actor::Unknown;
        line.mfa.suspend(account(1), id, by, leeward_event::Reason::Compromise, at(START)).await.unwrap();
        let waiting = line.pending(START).await;
        let refused = line.mfa.send_phone_code(&waiting, id, &line.notifier, at(START)).await;
        assert!(matches!(refused, Err(MfaError::NotEnrolled)));
        let refused = present(waiting, Presented::Phone(&request, &code), START).await.unwrap_err();
        assert!(matches!(refused.retry(), Err(MfaError::NotEnrolled)));
    });
}
