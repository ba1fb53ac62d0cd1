//! The directory of trustees, and their keys.

use crate::support::{BY, Board, at, rng, secret, staff, store, terms, told};
use leeward_escrow::{EscrowError, PublicKey, SealedSet, Terms, Trustee, TrusteeKey};
use leeward_event::Action;
use leeward_seal::SealKey;
use pollster::block_on;

#[test]
fn a_secret_is_kept_for_trustees_of_the_directory_alone() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, _) = board.keep(&store, 2);
    assert_eq!(block_on(escrows.trustee(staff(2))).unwrap(), board.trustees[1]);

    let impostor = Trustee::new(staff(2), TrusteeKey::generate(&rng()).unwrap().public().unwrap());
    let trustees = [board.trustees[0].clone(), impostor];
    let set = SealedSet::seal(&secret(), &terms(2), &trustees, &rng()).unwrap();
    assert!(matches!(block_on(escrows.deposit(&set, BY, at(1))), Err(EscrowError::NotEnrolled)));

    let set = board.seal(2);
    block_on(escrows.retire(staff(3), BY, at(1))).unwrap();
    assert!(matches!(block_on(escrows.deposit(&set, BY, at(1))), Err(EscrowError::NotEnrolled)));
    assert!(matches!(block_on(escrows.retire(staff(3), BY, at(1))), Err(EscrowError::NotEnrolled)));
    assert_eq!(told(&store, Action::TrusteeChanged), 4);
}

#[test]
fn a_set_that_one_person_could_open_cannot_be_made() {
    let board = Board::of(3);
    let seal = |terms: &Terms, trustees: &[Trustee]| SealedSet::seal(&secret(), terms, trustees, &rng());
    let [one, two, three] = [0, 1, 2].map(|at| board.trustees[at].clone());
    let shape = |sealed: Result<_, _>| matches!(sealed, Err(EscrowError::Shape { .. }));
    for threshold in [0, 1, 4] {
        assert!(shape(seal(&terms(threshold), &board.trustees)), "{threshold}");
    }
    assert!(shape(seal(&terms(2), &[one.clone(), two.clone(), one.clone()])), "a person twice");
    let same_key = Trustee::new(staff(9), three.key.clone());
    assert!(shape(seal(&terms(2), &[one, same_key, three])), "a key twice");
    assert!(shape(seal(&terms(2), &Board::of(17).trustees)), "too many");
    for purpose in [String::new(), "p".repeat(65)] {
        assert!(shape(seal(&Terms { purpose, ..terms(2) }, &board.trustees)));
    }
}

#[test]
fn a_key_of_small_order_is_sealed_to_by_nobody() {
    let zero = PublicKey::decode(&[&[1, 0, 0x20][..], &[0; 32]].concat()).unwrap();
    let trustees = [Board::of(1).trustees[0].clone(), Trustee::new(staff(2), zero)];
    let sealed = SealedSet::seal(&secret(), &terms(2), &trustees, &rng());
    assert!(matches!(sealed, Err(EscrowError::Malformed { what: "public key" })));
}

#[test]
fn an_exported_key_comes_back_to_its_owner_alone() {
    let (key, under) = (TrusteeKey::generate(&rng()).unwrap(), SealKey::from_bytes(&[7; 32]));
    let sealed = key.export(&under, staff(1), &rng()).unwrap();
    let back = TrusteeKey::import(&sealed, &under, staff(1)).unwrap();
    assert_eq!(back.public().unwrap(), key.public().unwrap());
    assert!(matches!(TrusteeKey::import(&sealed, &under, staff(2)), Err(EscrowError::Seal(_))));
    let other = SealKey::from_bytes(&[8; 32]);
    assert!(matches!(TrusteeKey::import(&sealed, &other, staff(1)), Err(EscrowError::Seal(_))));
}

#[cfg(feature = "xwing")]
#[test]
fn trustees_with_keys_of_both_kinds_open_together() {
    use crate::support::{OFFICER, SECRET, asked};
    use leeward_escrow::{OfficerKey, Suite};
    let mut board = Board::of(2);
    board.keys[1] = TrusteeKey::generate_for(Suite::XWing, &rng()).unwrap();
    board.trustees[1] = Trustee::new(staff(2), board.keys[1].public().unwrap());
    let (escrows, id) = board.keep(&store(), 2);
    let key = OfficerKey::generate_for(Suite::XWing, &rng()).unwrap();
    let request = block_on(escrows.request(asked(id, OFFICER, &key), at(1))).unwrap();
    board.decide(&escrows, request.id, &[1, 2]);
    let released = block_on(escrows.release(request.id, OFFICER, at(3))).unwrap();
    let released = leeward_escrow::Released::decode(&released.encode()).unwrap();
    assert_eq!(released.open(key).unwrap().expose(), SECRET);
}

/// What the service keeps would otherwise open to a quantum computer by way of the officer's key.
#[cfg(feature = "xwing")]
#[test]
fn what_x_wing_sealed_is_not_sealed_anew_by_less() {
    use crate::support::{OFFICER, asked};
    use leeward_escrow::{OfficerKey, Suite};
    let mut board = Board::of(2);
    board.keys[1] = TrusteeKey::generate_for(Suite::XWing, &rng()).unwrap();
    board.trustees[1] = Trustee::new(staff(2), board.keys[1].public().unwrap());
    let (escrows, id) = board.keep(&store(), 2);
    let key = OfficerKey::generate(&rng()).unwrap();
    let refused = block_on(escrows.request(asked(id, OFFICER, &key), at(1)));
    assert!(matches!(refused, Err(EscrowError::WeakerKey)));

    // A service that asks nevertheless shows the holder of an X-Wing key the request for another secret.
    let (escrows, id) = Board::of(2).keep(&store(), 2);
    let request = block_on(escrows.request(asked(id, OFFICER, &key), at(1))).unwrap();
    let invitation = block_on(escrows.invitation(request.id, staff(2), at(2))).unwrap();
    assert!(matches!(invitation.open_share(board.key(2)), Err(EscrowError::WeakerKey)));
}

#[cfg(not(feature = "xwing"))]
#[test]
fn a_key_of_a_kind_that_is_not_built_in_is_named() {
    let refused = PublicKey::decode(&[&[1, 0x64, 0x7A][..], &[0; 1216]].concat());
    assert!(matches!(refused, Err(EscrowError::UnknownSuite { id: 0x647A })));
}
