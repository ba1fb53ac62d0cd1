//! A network between clients and the delivery service.

use leeward_event::ConversationId;
use leeward_messages::{
    Delivered, Delivery, DeliveryService, Error, Invitation, MemberId, Position, Submission,
    franking::{Agents, Stamp},
};
use leeward_store::{StoreError, Timestamp};
use std::sync::{Arc, Mutex};

/// What a network makes of a service: each answer is taken apart, and put together again elsewhere.
#[derive(Clone)]
pub(crate) struct Wire(Delivery, Sent, Joins);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Joins {
    Carried,
    Lost,
}

/// What left a device, in that order, whether it arrived or not.
pub(crate) type Sent = Arc<Mutex<Vec<Vec<u8>>>>;

impl Wire {
    pub(crate) fn new(delivery: &Delivery) -> Self {
        Self::tapped(delivery, &Sent::default())
    }

    /// One on which somebody listens.
    pub(crate) fn tapped(delivery: &Delivery, sent: &Sent) -> Self {
        Self(delivery.clone(), Sent::clone(sent), Joins::Carried)
    }

    /// One on which nobody hears that a member joined.
    pub(crate) fn that_loses_joins(delivery: &Delivery) -> Self {
        Self(delivery.clone(), Sent::default(), Joins::Lost)
    }
}

impl DeliveryService for Wire {
    async fn open(&self, id: ConversationId, founder: MemberId, now: Timestamp) -> Result<(), Error> {
        self.0.open(id, founder, now).await
    }

    async fn position(&self, id: ConversationId, member: MemberId) -> Result<Position, Error> {
        let Position { acknowledged, last, digest } = self.0.position(id, member).await?;
        Ok(Position { acknowledged, last, digest })
    }

    async fn submit(
        &self,
        id: ConversationId,
        by: MemberId,
        submission: &Submission,
        now: Timestamp,
    ) -> Result<u64, Error> {
        self.1.lock().unwrap().push(submission.message.clone());
        let mut sent = Submission::new(submission.message.clone(), submission.previous);
        for (member, welcome) in &submission.added {
            sent = sent.adding(*member, welcome.clone());
        }
        for member in &submission.removed {
            sent = sent.removing(*member);
        }
        if let Some(record) = &submission.record {
            sent = sent.recorded(record.clone());
        }
        self.0.submit(id, by, &sent, now).await
    }

    async fn fetch(
        &self,
        id: ConversationId,
        member: MemberId,
        from: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Delivered>, Error> {
        let page = self.0.fetch(id, member, from, limit, now).await?;
        Ok(page.into_iter().map(carried).collect())
    }

    async fn hold_notice(&self, id: ConversationId, member: MemberId) -> Result<Option<Delivered>, Error> {
        Ok(self.0.hold_notice(id, member).await?.map(carried))
    }

    async fn acknowledge(&self, id: ConversationId, member: MemberId, next: u64) -> Result<(), Error> {
        self.0.acknowledge(id, member, next).await
    }

    async fn keep_record(
        &self,
        id: ConversationId,
        by: MemberId,
        place: u64,
        record: &[u8],
        now: Timestamp,
    ) -> Result<(), Error> {
        self.0.keep_record(id, by, place, record, now).await
    }

    async fn invitation(&self, id: ConversationId, member: MemberId) -> Result<Option<Invitation>, Error> {
        let Some(Invitation { first, welcome }) = self.0.invitation(id, member).await? else {
            return Ok(None);
        };
        Ok(Some(Invitation { first, welcome }))
    }

    async fn joined(
        &self,
        id: ConversationId,
        member: MemberId,
        first: u64,
        now: Timestamp,
    ) -> Result<(), Error> {
        if self.2 == Joins::Lost {
            return Err(StoreError::Backend("the line is dead".into()).into());
        }
        self.0.joined(id, member, first, now).await
    }

    async fn publish(
        &self,
        member: MemberId,
        key_package: &[u8],
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.0.publish(member, key_package, until, now).await
    }

    async fn claim(&self, by: MemberId, of: MemberId, now: Timestamp) -> Result<Option<Vec<u8>>, Error> {
        self.0.claim(by, of, now).await
    }

    async fn agents(&self) -> Result<Agents, Error> {
        Ok(Agents::decode(&self.0.agents().await?.encode()).unwrap())
    }
}

fn carried(entry: Delivered) -> Delivered {
    let Delivered { place, kind, accepted_at, expires_at, stamp, message } = entry;
    let stamp = if stamp.is_empty() { stamp } else { Stamp::decode(&stamp).unwrap().encode() };
    Delivered { place, kind, accepted_at, expires_at, stamp, message }
}
