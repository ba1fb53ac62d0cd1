use leeward_event::{AuthenticatorId, StaffId, assurance::*};
use leeward_store::Timestamp;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn factor(account: u8, kind: FactorKind, authenticator: u8) -> ProvedFactor {
    let (account, authenticator) =
        (StaffId::from_bytes([account; 16]), AuthenticatorId::from_bytes([authenticator; 16]));
    ProvedFactor::assume_proved(account, kind, authenticator, NOW)
}

#[test]
fn one_factor_or_one_kind_is_level_one() {
    let one = SignIn::from_factors(factor(1, FactorKind::Passphrase, 1), [], NOW).unwrap();
    assert_eq!(one.aal(), Aal::One);
    let same_kind =
        SignIn::from_factors(factor(1, FactorKind::Totp, 1), [factor(1, FactorKind::Totp, 2)], NOW).unwrap();
    assert_eq!(same_kind.aal(), Aal::One);
}

#[test]
fn two_kinds_are_level_two() {
    let two =
        SignIn::from_factors(factor(1, FactorKind::Passphrase, 1), [factor(1, FactorKind::Totp, 2)], NOW)
            .unwrap();
    assert_eq!((two.aal(), two.account()), (Aal::Two, StaffId::from_bytes([1; 16])));
}

#[test]
fn factors_of_two_people_do_not_add_up() {
    let mixed =
        SignIn::from_factors(factor(1, FactorKind::Passphrase, 1), [factor(2, FactorKind::Totp, 2)], NOW);
    assert_eq!(mixed, Err(AssuranceError::DifferentAccounts));
}

#[test]
fn one_authenticator_counts_once() {
    let twice =
        SignIn::from_factors(factor(1, FactorKind::Passphrase, 1), [factor(1, FactorKind::Totp, 1)], NOW);
    assert_eq!(twice, Err(AssuranceError::SameAuthenticator));
}
