//! The devices, the service, and the line between them.

use crate::{
    support::{key, now},
    wire::{Sent, Wire},
};
use leeward_event::ConversationId;
use leeward_messages::{
    Conversations, Credentials, Delivery, DeliveryService as _, MAX_PAGE, MemberId, Received,
    StaffCredentials,
};
use leeward_store::{Batch, Expect, Scan, Space, Store, StoreError, testing::Plan};
use pollster::block_on;
use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

const KEPT: Space = Space::sealed("test.kept");

pub(super) type Client = Conversations<Wire>;

/// One member's device: its disk, which outlasts the program on it.
pub(super) struct Device {
    pub(super) member: MemberId,
    pub(super) disk: Store,
    pub(super) client: Client,
}

impl Device {
    pub(super) fn new(member: MemberId, line: &Line) -> Self {
        let disk = Store::memory().assume_sealed();
        let client = line.client(&disk, &Plan::new());
        Self { member, disk, client }
    }

    /// What it read and kept, by place.
    pub(super) fn kept(&self) -> BTreeMap<u64, String> {
        let mut kept = BTreeMap::new();
        let mut next = Some(Scan::all(KEPT.prefix(&[]).unwrap()));
        while let Some(scan) = next {
            let page = block_on(self.disk.scan(&scan)).unwrap();
            for item in page.items {
                let place = item.key.segments().remove(0).try_into().unwrap();
                let text = String::from_utf8(item.entry.value.as_bytes().to_vec()).unwrap();
                kept.insert(u64::from_be_bytes(place), text);
            }
            next = page.next;
        }
        kept
    }
}

/// The service, its disk, and whoever listens on the wire.
pub(super) struct Line {
    pub(super) disk: Store,
    pub(super) sent: Sent,
}

impl Line {
    /// A program on a device, of which either store stops as planned.
    pub(super) fn client(&self, disk: &Store, plan: &Plan) -> Client {
        let delivery = Delivery::new(&plan.over(&self.disk));
        let policy = StaffCredentials::signed_by([key().public_key()]);
        let wire = Wire::tapped(&delivery, &self.sent);
        Conversations::over(&plan.over(disk), wire, Credentials::new(policy, key()))
    }

    pub(super) fn log(&self, id: ConversationId, member: MemberId) -> Vec<Vec<u8>> {
        let delivery = Delivery::new(&self.disk);
        let from = block_on(delivery.position(id, member)).unwrap().acknowledged;
        let page = block_on(delivery.fetch(id, member, from, MAX_PAGE, now())).unwrap();
        page.into_iter().map(|entry| entry.message).collect()
    }
}

pub(super) fn keep(received: &[Received], batch: &mut Batch) -> Result<(), StoreError> {
    for message in received {
        batch.put(KEPT.key(&[&message.seq.to_be_bytes()])?, Expect::Absent, message.body.expose());
    }
    Ok(())
}

/// Polls one and the other, whichever is ready.
pub(super) async fn both<A, B>(one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    let (mut first, mut second) = (None, None);
    poll_fn(|context| {
        first = first.take().or_else(|| ready(one.as_mut().poll(context)));
        second = second.take().or_else(|| ready(other.as_mut().poll(context)));
        match (first.take(), second.take()) {
            (Some(one), Some(other)) => Poll::Ready((one, other)),
            (one, other) => {
                (first, second) = (one, other);
                Poll::Pending
            }
        }
    })
    .await
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
