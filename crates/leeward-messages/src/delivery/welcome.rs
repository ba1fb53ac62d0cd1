use super::{Delivery, Invitation, rows, submit::about};
use crate::{Error, MemberId, record::WelcomeRecord};
use jiff::Timestamp;
use leeward_event::{Action, ConversationId};

impl Delivery {
    pub(super) async fn waiting(
        &self,
        conversation: ConversationId,
        member: MemberId,
    ) -> Result<Option<Invitation>, Error> {
        let Some(entry) = self.store.get(&rows::welcome_key(conversation, member)?).await? else {
            return Ok(None);
        };
        let WelcomeRecord { first, message } = WelcomeRecord::decode(entry.value.as_bytes())?;
        Ok(Some(Invitation { first, welcome: message }))
    }

    pub(super) async fn end_waiting(
        &self,
        conversation: ConversationId,
        member: MemberId,
        first: u64,
        now: Timestamp,
    ) -> Result<(), Error> {
        let waiting = &rows::welcome_key(conversation, member)?;
        let event = about(conversation, Action::MemberJoined, member, now).about(member.into());
        self.store
            .transact(|tx| async move {
                let Some(entry) = tx.get(waiting).await? else { return Ok(()) };
                // One who was readmitted meanwhile has yet to join by the invitation that waits now.
                if WelcomeRecord::decode(entry.value.as_bytes())?.first != first {
                    return Ok(());
                }
                tx.delete(waiting)?;
                self.tell(&tx, &event)
            })
            .await
    }
}
