//! Records that somebody spoilt, or whose keys are not at hand.

use crate::support::{ANNA, MAIL, at, deliver, events, mail, notice, notifier, with_addresses};
use leeward_event::{Action, Reason, StaffId, Subject};
use leeward_notify::{Delivered, Kept, NoticeKind, Notifier};
use leeward_store::{
    Backend, Batch, Entry, Expect, Key, Page, Scan, Space, Store, StoreError, Timestamp, Version,
};
use pollster::block_on;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

const HOUR: i64 = 3_600;

#[test]
fn what_cannot_be_read_is_told_of_once_and_holds_up_nobody_elses_messages() {
    let scene = Scene::new();
    scene.put_garbage();
    notice(&scene.store, NoticeKind::FactorAdded);
    notice(&scene.store, NoticeKind::FactorRemoved);

    let first = deliver(&scene.notifier, at(0));
    assert_eq!((first.sent, first.set_aside), (2, 4));
    assert_eq!(deliver(&scene.notifier, at(49 * HOUR)), Delivered::default());
    assert_eq!(scene.told(), [(None, Some(Reason::Unreadable)); 4]);
}

#[test]
fn what_cannot_be_read_for_fifty_hours_is_removed_for_good() {
    let scene = Scene::new();
    scene.put_garbage();
    deliver(&scene.notifier, at(0));
    assert_eq!(scene.rows(), [2, 2, 4]);
    assert_eq!(deliver(&scene.notifier, at(50 * HOUR)), Delivered::default());
    assert_eq!(scene.rows(), [0, 0, 0]);
    scene.spoilt.store(false, Ordering::SeqCst);
    assert_eq!(deliver(&scene.notifier, at(51 * HOUR)), Delivered::default());
    assert_eq!(scene.told().len(), 4);
}

#[test]
fn a_notice_whose_addresses_open_again_in_time_is_sent() {
    let scene = Scene::with(true);
    notice(&scene.store, NoticeKind::FactorAdded);
    assert_eq!(deliver(&scene.notifier, at(0)).set_aside, 1);
    assert_eq!(deliver(&scene.notifier, at(HOUR)), Delivered::default());
    assert_eq!(scene.told(), [(Some(ANNA), Some(Reason::Unreadable))]);

    scene.spoilt.store(false, Ordering::SeqCst);
    assert_eq!(deliver(&scene.notifier, at(2 * HOUR)).sent, 1);
    assert_eq!(scene.kept.bodies_to(MAIL).len(), 1);
}

#[test]
fn many_that_cannot_be_read_are_gone_around() {
    let scene = Scene::new();
    for number in 0..300 {
        scene.put("notify.notice", &[&[0; 8], &[0; 2], &Scene::random(u8::from(number % 2 == 0), number)]);
    }
    notice(&scene.store, NoticeKind::FactorAdded);
    let first = deliver(&scene.notifier, at(0));
    assert_eq!((first.sent, first.set_aside), (1, 300));
}

#[test]
fn a_clock_that_goes_back_or_a_spoilt_mark_tells_nobody_again_and_removes_nothing_early() {
    let scene = Scene::new();
    scene.put_garbage();
    deliver(&scene.notifier, at(0));
    assert_eq!(deliver(&scene.notifier, at(-80 * HOUR)), Delivered::default());
    assert_eq!(deliver(&scene.notifier, at(-31 * HOUR)), Delivered::default());
    assert_eq!(scene.rows(), [2, 2, 4]);

    scene.spoil_marks();
    assert_eq!(deliver(&scene.notifier, at(50 * HOUR)), Delivered::default());
    assert_eq!(scene.rows(), [2, 2, 4]);
    assert_eq!(deliver(&scene.notifier, at(100 * HOUR)), Delivered::default());
    assert_eq!(scene.rows(), [0, 0, 0]);
    assert_eq!(scene.told().len(), 4);
}

#[test]
fn of_any_number_of_deliverers_one_tells() {
    let scene = Scene::new();
    scene.put_garbage();
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| deliver(&scene.notifier, at(0)));
        }
    });
    assert_eq!(scene.told().len(), 4);
}

struct Scene {
    store: Store,
    kept: Kept,
    notifier: Notifier,
    spoilt: Arc<AtomicBool>,
}

impl Scene {
    fn new() -> Self {
        Self::with(false)
    }

    /// `addresses`: whether those of accounts do not open either.
    fn with(addresses: bool) -> Self {
        let (store, kept) = (Store::memory().assume_sealed(), Kept::new());
        with_addresses(&store, [mail(MAIL)]);
        let spoilt = Arc::new(AtomicBool::new(true));
        let over = Spoilt { store: store.clone(), spoilt: spoilt.clone(), addresses };
        let notifier = notifier(&Store::new(over).assume_sealed(), &kept);
        Self { store, kept, notifier, spoilt }
    }

    /// Of notices and of messages one that does not open and one that means nothing.
    fn put_garbage(&self) {
        for kind in [0, 1] {
            self.put("notify.notice", &[&[0; 8], &[0; 2], &Self::random(kind, 0)]);
            self.put("notify.delivery", &[&[0; 8], &[0; 8], &Self::random(kind, 0)]);
        }
    }

    /// The end of a key of what does not open if `kind` is 0.
    fn random(kind: u8, number: u64) -> [u8; 16] {
        let mut random = [0; 16];
        random[0] = kind;
        random[8..].copy_from_slice(&number.to_be_bytes());
        random
    }

    fn put(&self, space: &'static str, segments: &[&[u8]]) {
        let mut batch = Batch::new();
        batch.put(Space::sealed(space).key(segments).unwrap(), Expect::Any, b"\x09".to_vec());
        block_on(self.store.commit(batch)).unwrap();
    }

    fn keys(&self, space: &'static str) -> Vec<Key> {
        let scan = Scan::all(Space::sealed(space).prefix(&[]).unwrap());
        block_on(self.store.scan(&scan)).unwrap().items.into_iter().map(|item| item.key).collect()
    }

    fn spoil_marks(&self) {
        for mark in self.keys("notify.set-aside") {
            let mut batch = Batch::new();
            batch.put(mark, Expect::Any, b"\x09".to_vec());
            block_on(self.store.commit(batch)).unwrap();
        }
    }

    /// Notices, messages and marks.
    fn rows(&self) -> [usize; 3] {
        ["notify.notice", "notify.delivery", "notify.set-aside"].map(|space| self.keys(space).len())
    }

    fn told(&self) -> Vec<(Option<StaffId>, Option<Reason>)> {
        let account = |subject: Option<Subject>| match subject {
            Some(Subject::Staff(account)) => Some(account),
            _ => None,
        };
        let failed = events(&self.store, Action::NoticeFailed);
        failed.iter().map(|event| (account(event.whom()), event.why())).collect()
    }
}

/// A store in which some records do not open, for as long as it is told so.
struct Spoilt {
    store: Store,
    spoilt: Arc<AtomicBool>,
    addresses: bool,
}

impl Spoilt {
    fn opens(&self, key: &Key) -> Result<(), StoreError> {
        let of_addresses = Space::sealed_for("notify.addresses", 0).prefix(&[]).unwrap().contains(key);
        let random = key.segments().last().is_some_and(|end| end.len() == 16 && end.starts_with(&[0; 8]));
        if self.spoilt.load(Ordering::SeqCst) && (random || self.addresses && of_addresses) {
            return Err(StoreError::CannotOpen { key: key.clone(), reason: "it was changed" });
        }
        Ok(())
    }
}

impl Backend for Spoilt {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        let read = self.store.get(key).await?;
        if read.is_some() {
            self.opens(key)?;
        }
        Ok(read)
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        let page = self.store.scan(scan).await?;
        page.items.iter().try_for_each(|item| self.opens(&item.key))?;
        Ok(page)
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        self.store.commit(batch).await
    }

    async fn purge(&self, now: Timestamp, _limit: usize) -> Result<usize, StoreError> {
        self.store.purge(now).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        Ok(batch)
    }
}
