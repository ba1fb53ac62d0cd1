use leeward_event::StaffId;
use leeward_notify::{Notice, NoticeKind, waiting};
use leeward_store::{Batch, StoreError, Timestamp};
use leeward_test_store::store;
use pollster::block_on;
use ring::rand::SystemRandom;

const ANNA: StaffId = StaffId::from_bytes([0xA1; 16]);

fn staged(kinds: &[NoticeKind]) -> Batch {
    let mut batch = Batch::new();
    for kind in kinds {
        Notice::new(ANNA, *kind, Timestamp::UNIX_EPOCH).stage(&mut batch, &SystemRandom::new()).unwrap();
    }
    batch
}

#[test]
fn notices_wait_in_the_order_in_which_they_were_staged() {
    let store = store();
    let first = [NoticeKind::FactorRemoved, NoticeKind::PassphraseSet];
    block_on(store.commit(staged(&first))).unwrap();
    block_on(store.commit(staged(&[NoticeKind::FactorAdded]))).unwrap();

    let waiting = block_on(waiting(&store, 10)).unwrap();
    let kinds: Vec<_> = waiting.iter().map(|notice| notice.kind()).collect();
    assert_eq!(kinds, [NoticeKind::FactorRemoved, NoticeKind::PassphraseSet, NoticeKind::FactorAdded]);
    assert!(waiting.iter().all(|notice| notice.account() == ANNA));
}

#[test]
fn notices_are_never_written_in_the_clear() {
    let refused = block_on(leeward_store::Store::memory().commit(staged(&[NoticeKind::FactorAdded])));
    assert!(matches!(refused, Err(StoreError::Unsealed { .. })));
}
