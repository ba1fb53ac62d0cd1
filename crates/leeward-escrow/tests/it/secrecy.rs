//! Nothing secret is printed or kept.

use crate::support::{Board, OFFICER, SECRET, at, events, request, secret, store};
use leeward_escrow::{
    OfficerKey, TrusteeKey,
    shamir::{Share, split},
};
use leeward_store::{Scan, Space};
use pollster::block_on;

#[test]
fn nothing_secret_is_printed() {
    let board = Board::of(2);
    let (escrows, id) = board.keep(&store(), 2);
    let (request, key) = request(&escrows, id);
    let opened = block_on(escrows.invitation(request.id, crate::support::staff(1), at(2))).unwrap();
    let opened = opened.open_share(board.key(1)).unwrap();
    assert_eq!(format!("{:?}", secret()), "Secret { .. }");
    assert_eq!(format!("{:?}", Share::from_parts(7, &SECRET).unwrap()), "Share { index: 7, .. }");
    assert_eq!(format!("{:?}", board.key(1)), "TrusteeKey { suite: X25519, .. }");
    assert_eq!(format!("{key:?}"), "OfficerKey { .. }");
    let staff = "01".repeat(16);
    assert_eq!(format!("{opened:?}"), format!("OpenedShare {{ trustee: StaffId({staff}), .. }}"));
    let consent = opened.consent(&crate::support::rng()).unwrap();
    assert_eq!(format!("{consent:?}"), format!("Consent {{ trustee: StaffId({staff}), .. }}"));
    assert_eq!(format!("{escrows:?}"), "Escrows { .. }");
}

#[test]
fn keys_are_known_by_a_few_words() {
    let key = TrusteeKey::generate(&crate::support::rng()).unwrap().public().unwrap();
    let id = key.id().to_string();
    assert_eq!(id.split(' ').map(str::len).collect::<Vec<_>>(), [4; 8]);
    assert_eq!(format!("{key:?}"), format!("PublicKey {{ suite: X25519, id: KeyId({id}), .. }}"));
    let other = OfficerKey::generate(&crate::support::rng()).unwrap().public().unwrap();
    assert_ne!(other.id(), key.id());
}

#[test]
fn neither_the_store_nor_the_log_holds_the_secret_or_a_share() {
    let (store, board) = (store(), Board::of(3));
    let (escrows, id) = board.keep(&store, 2);
    let (request, key) = request(&escrows, id);
    board.decide(&escrows, request.id, &[1, 2]);
    let released = block_on(escrows.release(request.id, OFFICER, at(3))).unwrap();
    assert_eq!(released.open(key).unwrap().expose(), SECRET);
    for name in ["escrow.set", "escrow.request", "escrow.trustee"] {
        let prefix = Space::sealed_for(name, 0).prefix(&[]).unwrap();
        for item in block_on(store.scan(&Scan::all(prefix))).unwrap().items {
            let bytes = item.entry.value.as_bytes();
            assert!(!bytes.windows(16).any(|window| window == &SECRET[..16]), "{name}");
        }
    }
    assert!(events(&store).iter().all(|event| !event.encode().windows(8).any(|bytes| bytes == &SECRET[..8])));
}

#[test]
fn two_splits_of_one_secret_have_nothing_in_common() {
    let [one, other] = [(); 2].map(|()| split(&secret(), 2, 3, &crate::support::rng()).unwrap());
    for (one, other) in one.iter().zip(&other) {
        assert_ne!(one.expose_value(), other.expose_value());
    }
}
