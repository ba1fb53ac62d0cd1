//! A device that keeps a snapshot before anything leaves it.

use super::{restore, take};
use crate::support::{key, now, store};
use leeward_event::ConversationId;
use leeward_messages::{
    Conversations, Delivered, Delivery, DeliveryService, Draft, Error, Invitation, MemberId, Position,
    Submission, franking::Agents,
};
use leeward_store::{Store, StoreError, Timestamp};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::SeqCst},
};

/// The way to the delivery service. It keeps a snapshot before anything leaves, notes what was submitted, and
/// may lose what the service says to it.
#[derive(Clone)]
pub(super) struct Line {
    service: Delivery,
    pub(super) device: Store,
    member: MemberId,
    pub(super) kept: Arc<Mutex<Vec<Vec<u8>>>>,
    pub(super) submitted: Arc<Mutex<Vec<Vec<u8>>>>,
    pub(super) deaf: Arc<AtomicBool>,
}

impl Line {
    async fn keep(&self) {
        let snapshot = take(&self.device, self.member).await;
        self.kept.lock().unwrap().push(snapshot);
    }

    fn answer<T>(&self, answer: Result<T, Error>) -> Result<T, Error> {
        if self.deaf.load(SeqCst) {
            return Err(StoreError::Backend("the line is dead".into()).into());
        }
        answer
    }
}

impl DeliveryService for Line {
    async fn open(&self, id: ConversationId, founder: MemberId, now: Timestamp) -> Result<(), Error> {
        self.keep().await;
        self.answer(self.service.open(id, founder, now).await)
    }

    async fn position(&self, id: ConversationId, member: MemberId) -> Result<Position, Error> {
        self.service.position(id, member).await
    }

    async fn submit(
        &self,
        id: ConversationId,
        by: MemberId,
        submission: &Submission,
        now: Timestamp,
    ) -> Result<u64, Error> {
        self.keep().await;
        self.submitted.lock().unwrap().push(submission.message.clone());
        self.answer(self.service.submit(id, by, submission, now).await)
    }

    async fn fetch(
        &self,
        id: ConversationId,
        member: MemberId,
        from: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Delivered>, Error> {
        self.service.fetch(id, member, from, limit, now).await
    }

    async fn hold_notice(&self, id: ConversationId, member: MemberId) -> Result<Option<Delivered>, Error> {
        self.service.hold_notice(id, member).await
    }

    async fn acknowledge(&self, id: ConversationId, member: MemberId, next: u64) -> Result<(), Error> {
        self.keep().await;
        self.answer(self.service.acknowledge(id, member, next).await)
    }

    async fn keep_record(
        &self,
        id: ConversationId,
        by: MemberId,
        place: u64,
        record: &[u8],
        now: Timestamp,
    ) -> Result<(), Error> {
        self.answer(self.service.keep_record(id, by, place, record, now).await)
    }

    async fn invitation(&self, id: ConversationId, member: MemberId) -> Result<Option<Invitation>, Error> {
        self.service.invitation(id, member).await
    }

    async fn joined(
        &self,
        id: ConversationId,
        member: MemberId,
        first: u64,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.keep().await;
        if self.deaf.load(SeqCst) {
            return Err(StoreError::Backend("the line is dead".into()).into());
        }
        self.service.joined(id, member, first, now).await
    }

    async fn publish(
        &self,
        member: MemberId,
        package: &[u8],
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.keep().await;
        self.answer(self.service.publish(member, package, until, now).await)
    }

    async fn claim(&self, by: MemberId, of: MemberId, now: Timestamp) -> Result<Option<Vec<u8>>, Error> {
        self.service.claim(by, of, now).await
    }

    async fn agents(&self) -> Result<Agents, Error> {
        self.service.agents().await
    }
}

/// One member's device: a store of its own, and a line to the service.
pub(super) struct Device {
    pub(super) member: MemberId,
    pub(super) line: Line,
    pub(super) conversations: Conversations<Line>,
}

impl Device {
    pub(super) fn new(service: &Delivery, member: MemberId) -> Self {
        let (device, kept) = (store(), Arc::default());
        let (submitted, deaf) = (Arc::default(), Arc::default());
        Self::over(Line { service: service.clone(), device, member, kept, submitted, deaf })
    }

    fn over(line: Line) -> Self {
        let conversations = Conversations::over(&line.device, line.clone(), key().into());
        Self { member: line.member, line, conversations }
    }

    /// The same member on a new device, from a blob.
    pub(super) async fn restored(&self, snapshot: &[u8]) -> Self {
        let line = Line { device: store(), deaf: Arc::default(), ..self.line.clone() };
        restore(&line.device, self.member, snapshot).await.unwrap();
        Self::over(line)
    }

    /// As if the device had lost its power, and had only what it kept.
    pub(super) async fn restart(&self) -> Self {
        let kept = self.line.kept.lock().unwrap().last().unwrap().clone();
        self.restored(&kept).await
    }

    pub(super) async fn snapshot(&self) -> Vec<u8> {
        take(&self.line.device, self.member).await
    }

    pub(super) async fn send(&self, id: ConversationId, text: &str) -> Result<u64, Error> {
        self.conversations.send(id, self.member, &Draft::bytes(text.as_bytes()), now()).await
    }

    pub(super) async fn texts(&self, id: ConversationId) -> Vec<String> {
        let mut texts = Vec::new();
        while self.conversations.unread(id, self.member, now()).await.unwrap() {
            for message in self.conversations.receive(id, self.member, now()).await.unwrap() {
                texts.push(String::from_utf8(message.body.expose().to_vec()).unwrap());
            }
        }
        texts
    }
}
