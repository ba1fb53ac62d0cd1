use jiff::SignedDuration;
use leeward_event::{AuthenticatorId, StaffId, assurance::*};
use leeward_store::Timestamp;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;
const BOUND: FactorKind = FactorKind::Passkey { synced: false, user_verified: true };
const SYNCED: FactorKind = FactorKind::Passkey { synced: true, user_verified: true };
const TOUCHED: FactorKind = FactorKind::Passkey { synced: false, user_verified: false };

fn proved(account: u8, kind: FactorKind, authenticator: u8, at: Timestamp) -> ProvedFactor {
    let (account, authenticator) =
        (StaffId::from_bytes([account; 16]), AuthenticatorId::from_bytes([authenticator; 16]));
    ProvedFactor::assume_proved(account, kind, authenticator, at)
}

fn factor(account: u8, kind: FactorKind, authenticator: u8) -> ProvedFactor {
    proved(account, kind, authenticator, NOW)
}

fn level(kinds: &[FactorKind]) -> Aal {
    let proofs: Vec<_> = (1..).zip(kinds).map(|(id, kind)| factor(1, *kind, id).proof()).collect();
    Aal::of(&proofs).unwrap()
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
    let kinds: Vec<_> = two.proofs().iter().map(Proof::kind).collect();
    assert_eq!(kinds, [FactorKind::Passphrase, FactorKind::Totp]);
}

#[test]
fn nist_sp_800_63b_4_2_what_each_combination_reaches() {
    use FactorKind::{Hotp, OutOfBand, Passphrase, RecoveryCode, Totp};
    for held in [Totp, Hotp, RecoveryCode, OutOfBand, TOUCHED] {
        assert_eq!(level(&[held]), Aal::One, "{held:?}");
        assert_eq!(level(&[Passphrase, held]), Aal::Two, "{held:?}");
        assert_eq!(level(&[held, Passphrase]), Aal::Two, "{held:?}");
        for other in [Totp, Hotp, RecoveryCode, OutOfBand, TOUCHED] {
            assert_eq!(level(&[held, other]), Aal::One, "two things held: {held:?} {other:?}");
        }
    }
    assert_eq!(level(&[Passphrase, Passphrase]), Aal::One);
    assert_eq!(level(&[SYNCED]), Aal::Two);
    assert_eq!(level(&[BOUND]), Aal::Three);
}

#[test]
fn a_synced_passkey_never_reaches_level_three() {
    for other in FactorKind::ALL.iter().filter(|kind| **kind != BOUND) {
        assert_eq!(level(&[SYNCED, *other]), Aal::Two, "{other:?}");
    }
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
    let both = [factor(1, FactorKind::Passphrase, 1).proof(), factor(1, FactorKind::Totp, 1).proof()];
    assert_eq!(Aal::of(&both), Some(Aal::One));
}

#[test]
fn old_proofs_and_proofs_of_the_future_do_not_count() {
    let sign_in = |second: i64| {
        let totp = proved(1, FactorKind::Totp, 2, NOW + SignedDuration::from_secs(second));
        SignIn::from_factors(factor(1, FactorKind::Passphrase, 1), [totp], NOW).unwrap()
    };
    for (second, aal, kept) in
        [(-900, Aal::Two, 2), (-901, Aal::One, 1), (60, Aal::Two, 2), (61, Aal::One, 1)]
    {
        let sign_in = sign_in(second);
        assert_eq!((sign_in.aal(), sign_in.proofs().len()), (aal, kept), "{second}");
    }
    let later = NOW + SignedDuration::from_secs(901);
    let stale = SignIn::from_factors(factor(1, BOUND, 1), [], later);
    assert_eq!(stale, Err(AssuranceError::Stale));
}

#[test]
fn a_sign_in_has_a_bounded_number_of_factors() {
    let rest = |count| (2..=count).map(|id| factor(1, FactorKind::Totp, id));
    assert!(SignIn::from_factors(factor(1, FactorKind::Passphrase, 1), rest(8), NOW).is_ok());
    let refused = SignIn::from_factors(factor(1, FactorKind::Passphrase, 1), rest(9), NOW);
    assert_eq!(refused, Err(AssuranceError::TooMany));
}

#[test]
fn a_requirement_says_what_is_lacking() {
    let quarter = SignedDuration::from_mins(15);
    let recent = Requirement::needs(Aal::Two).phishing_resistant().within(quarter);
    let proofs = [factor(1, FactorKind::Passphrase, 1).proof(), factor(1, FactorKind::Totp, 2).proof()];
    assert_eq!(recent.lack(&proofs, NOW), Some(Lack { aal: None, phishing_resistant: true }));
    let late = NOW + quarter + SignedDuration::from_millis(1);
    assert_eq!(recent.lack(&proofs, late), Some(Lack { aal: Some(Aal::Two), phishing_resistant: true }));
    assert!(Requirement::needs(Aal::Two).is_met_by(&proofs, late), "however old");
    assert!(!Requirement::needs(Aal::One).is_met_by(&[], NOW));

    let id = AuthenticatorId::from_bytes([3; 16]);
    assert!(recent.would_be_met_with((SYNCED, id), &proofs, late));
    assert!(!recent.would_be_met_with((TOUCHED, id), &proofs, late), "alone it is one factor");
    assert!(recent.would_be_met_with((TOUCHED, id), &proofs, NOW), "beside a recent passphrase");
    assert!(!recent.would_be_met_with((FactorKind::Totp, id), &proofs, NOW));
}

#[test]
fn a_stored_proof_is_pinned() {
    let bytes = [&[18][..], &[7; 16], &[0, 0, 0, 0, 0, 0, 0x03, 0xE8]].concat();
    let bytes: [u8; Proof::LEN] = bytes.try_into().unwrap();
    let proof = proved(1, BOUND, 7, NOW + SignedDuration::from_secs(1)).proof();
    assert_eq!(proof.to_bytes(), bytes);
    assert_eq!(Proof::from_bytes(&bytes), Some(proof));
    let codes: Vec<_> = FactorKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes, [1, 2, 3, 4, 5, 16, 17, 18, 19]);
    for code in 0..=255 {
        let kind = FactorKind::from_code(code);
        assert_eq!(kind.is_some(), codes.contains(&code));
        assert!(kind.is_none_or(|kind| kind.code() == code));
        let mut other = bytes;
        other[0] = code;
        assert_eq!(Proof::from_bytes(&other).is_some(), codes.contains(&code));
    }
    let mut never = bytes;
    never[17] = 0x7F;
    assert_eq!(Proof::from_bytes(&never), None, "a time past all calendars");
}

fn any_proof() -> impl Strategy<Value = Proof> {
    let kind = prop::sample::select(FactorKind::ALL);
    (kind, 1..5_u8, -2000..200_i64)
        .prop_map(|(kind, id, second)| proved(1, kind, id, NOW + SignedDuration::from_secs(second)).proof())
}

proptest! {
    /// Written without the code under test: what the distinct authenticators support.
    #[test]
    fn no_level_is_above_what_distinct_authenticators_support(proofs in prop::collection::vec(any_proof(), 1..6)) {
        let aal = Aal::of(&proofs).unwrap();
        let verified = |proof: &Proof| matches!(proof.kind(), FactorKind::Passkey { user_verified: true, .. });
        let passphrases = || proofs.iter().filter(|proof| proof.kind() == FactorKind::Passphrase);
        let pair = passphrases().any(|known| {
            proofs.iter().any(|held| held.kind() != FactorKind::Passphrase && held.authenticator() != known.authenticator())
        });
        prop_assert_eq!(aal == Aal::Three, proofs.iter().any(|proof| proof.kind() == BOUND));
        prop_assert_eq!(aal >= Aal::Two, pair || proofs.iter().any(verified));
    }

    /// More proofs, or younger ones, never lower a level.
    #[test]
    fn a_requirement_is_monotonous(proofs in prop::collection::vec(any_proof(), 1..6), another in any_proof(), minutes in 1..40_i64) {
        let needs = Requirement::needs(Aal::Two).within(SignedDuration::from_mins(minutes));
        let more = [&proofs[..], &[another]].concat();
        prop_assert!(!needs.is_met_by(&proofs, NOW) || needs.is_met_by(&more, NOW));
        let longer = needs.within(SignedDuration::from_mins(minutes + 1));
        prop_assert!(!needs.is_met_by(&proofs, NOW) || longer.is_met_by(&proofs, NOW));
    }
}
