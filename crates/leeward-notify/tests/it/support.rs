use leeward_event::{Action, Event, StaffId, outbox};
use leeward_notify::{
    Address, AddressId, Channel, ChannelError, CodeMessage, CodePurpose, Contact, Countries, Delivered,
    Delivery, IndexRoot, Kept, Message, Notice, NoticeKind, Notifier, NotifyError, NotifyOptions,
    OneTimeCode,
};
use leeward_store::{Batch, Store, Timestamp};
pub(crate) use leeward_test_store::store;
use pollster::block_on;
use ring::rand::SystemRandom;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

pub(crate) const ANNA: StaffId = StaffId::from_bytes([0xA1; 16]);
pub(crate) const MAIL: &str = "anna@example.org";
pub(crate) const PHONE: &str = "+4915123456789";

/// A quarter past midnight in Berlin, in winter.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_768_000_500 + second).unwrap()
}

pub(crate) fn options() -> NotifyOptions {
    NotifyOptions::new().countries(Countries::only(&["+49"]).unwrap())
}

pub(crate) fn notifier_with(store: &Store, kept: &Kept, options: NotifyOptions) -> Notifier {
    let root = IndexRoot::from_bytes(&[7; 32]);
    Notifier::new(store, &root, options).unwrap().mail(kept.clone()).phone(kept.clone())
}

pub(crate) fn notifier(store: &Store, kept: &Kept) -> Notifier {
    notifier_with(store, kept, options())
}

/// A notifier whose only channel fails as it is told.
pub(crate) fn failing(store: &Store, channel: &Failing) -> Notifier {
    Notifier::new(store, &IndexRoot::from_bytes(&[7; 32]), options()).unwrap().mail(channel.clone())
}

pub(crate) fn mail(address: &str) -> Contact {
    Contact::safe(Address::email(address).unwrap())
}

pub(crate) fn phone() -> Contact {
    Contact::safe(Address::phone(PHONE).unwrap())
}

/// Adds addresses, and lets their own notices pass.
pub(crate) fn with_addresses(store: &Store, contacts: impl IntoIterator<Item = Contact>) -> Vec<AddressId> {
    let quiet = notifier(store, &Kept::new());
    let mut ids = Vec::new();
    for contact in contacts {
        let (quiet, contact) = (&quiet, &contact);
        let id = block_on(store.transact(|tx| async move {
            quiet.add_address_in(&tx, ANNA, contact.clone(), at(-50_000)).await
        }));
        ids.push(id.unwrap());
    }
    block_on(quiet.deliver_due(at(-43_200))).unwrap();
    ids
}

pub(crate) fn stage(store: &Store, notice: &Notice) {
    let mut batch = Batch::new();
    notice.stage(&mut batch, &SystemRandom::new()).unwrap();
    block_on(store.commit(batch)).unwrap();
}

pub(crate) fn notice(store: &Store, kind: NoticeKind) {
    stage(store, &Notice::new(ANNA, kind, at(0)));
}

pub(crate) fn deliver(notifier: &Notifier, now: Timestamp) -> Delivered {
    block_on(notifier.deliver_due(now)).unwrap()
}

pub(crate) fn send(notifier: &Notifier, to: AddressId, now: Timestamp) -> Result<(), NotifyError> {
    let code = OneTimeCode::from_text("90210345").unwrap();
    let message =
        CodeMessage { purpose: CodePurpose::Recover, code: &code, valid_for: Duration::from_secs(600) };
    block_on(notifier.send_code(ANNA, to, &message, now)).map(drop)
}

pub(crate) fn events(store: &Store, what: Action) -> Vec<Event> {
    let staged = block_on(outbox::pending(store, 1_000)).unwrap();
    staged.into_iter().map(|staged| staged.event).filter(|event| event.what() == what).collect()
}

/// A channel that refuses a number of times before it takes what it is given.
#[derive(Clone)]
pub(crate) struct Failing {
    pub(crate) kept: Kept,
    pub(crate) tries: Arc<AtomicUsize>,
    refusals: usize,
    for_good: bool,
}

impl Failing {
    pub(crate) fn new(refusals: usize, for_good: bool) -> Self {
        Self { kept: Kept::new(), tries: Arc::default(), refusals, for_good }
    }

    pub(crate) fn tried(&self) -> usize {
        self.tries.load(Ordering::SeqCst)
    }
}

impl Channel for Failing {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        if self.tries.fetch_add(1, Ordering::SeqCst) >= self.refusals {
            return self.kept.deliver(message);
        }
        let refusal =
            if self.for_good { ChannelError::never("no such box") } else { ChannelError::not_now("busy") };
        Box::pin(std::future::ready(Err(refusal)))
    }
}
