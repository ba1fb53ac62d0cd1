use super::{Delivery, rows, submit::queue_in};
use crate::{
    Error, MemberId, Refusal,
    transcript::{self, Kept, Record},
};
use jiff::Timestamp;
use leeward_event::ConversationId;

impl Delivery {
    pub(super) async fn keep(
        &self,
        conversation: ConversationId,
        by: MemberId,
        place: u64,
        record: &[u8],
        now: Timestamp,
    ) -> Result<(), Error> {
        check(by, record).map_err(|why| Error::SubmissionRefused { why })?;
        let queue_key = &rows::queue_key(conversation, by)?;
        let brought = &Kept { by, record: record.to_vec() };
        self.store
            .transact(|tx| async move {
                let queue = queue_in(&tx, queue_key).await?.ok_or(Error::NotAMember)?;
                if queue.until.is_some() {
                    return Err(Error::NotAMember);
                }
                transcript::keep(&tx, conversation, place, brought, now).await
            })
            .await
    }
}

/// Whether this member may bring records, and this is one as far as the service can see.
pub(super) fn check(by: MemberId, record: &[u8]) -> Result<(), Refusal> {
    match by {
        MemberId::Staff(_) => Record::parse(record).map(drop),
        MemberId::Seeker(_) => Err(Refusal::Forbidden),
    }
}
