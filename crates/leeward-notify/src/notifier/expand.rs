use super::{codes::delivery_key, read_book, set_aside::Unreadable, told};
use crate::{
    AddressId, Notifier, NotifyError, OneTimeCode,
    notice::{NOTICE, WaitingNotice},
    record::{Book, DeliveryRecord, Errand, NoticeRecord, Target},
};
use jiff::Timestamp;
use leeward_event::{Action, Reason};
use leeward_store::{Scan, Tx, limits};

/// Who gets a notice.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// These, in this order.
    Reached(Vec<AddressId>),
    /// Nobody, and why.
    Nobody(Reason),
}

/// Every address that notices may go to (NIST SP 800-63B-4 4.6), unless that is only the one that
/// whoever did it may read.
pub(crate) fn audience(book: &Book, never_only: Option<AddressId>, now: Timestamp) -> Audience {
    let reached: Vec<_> =
        book.0.iter().filter(|(_, contact)| contact.takes_notices(now)).map(|(id, _)| *id).collect();
    if book.0.is_empty() {
        Audience::Nobody(Reason::NotEnrolled)
    } else if reached.iter().all(|id| never_only == Some(*id)) {
        Audience::Nobody(Reason::UnsafeToContact)
    } else {
        Audience::Reached(reached)
    }
}

impl Notifier {
    /// Makes one message for each address of each notice that waits, and says of how many nobody is told.
    pub(super) async fn expand(
        &self,
        now: Timestamp,
        unreadable: &mut Unreadable,
    ) -> Result<usize, NotifyError> {
        let mut withheld = 0_usize;
        let mut next = Some(Scan::all(NOTICE.prefix(&[])?).limit(limits::MAX_PAGE));
        while let Some(scan) = next {
            let page = unreadable.page(&self.store, scan).await?;
            next = page.next;
            let mut waiting = Vec::with_capacity(page.items.len());
            for item in page.items {
                let key = item.key.clone();
                waiting.extend(unreadable.pass(&key, WaitingNotice::read(item))?);
            }
            waiting.sort_by_key(|notice| notice.version);
            for notice in &waiting {
                let one = unreadable.pass(&notice.key, self.expand_one(notice, now).await)?;
                withheld = withheld.saturating_add(usize::from(one.unwrap_or(false)));
            }
        }
        Ok(withheld)
    }

    /// Whether it was withheld.
    async fn expand_one(&self, notice: &WaitingNotice, now: Timestamp) -> Result<bool, NotifyError> {
        self.store
            .transact(|tx| async move {
                // Another may have been first.
                if tx.get(&notice.key).await?.is_none() {
                    return Ok(false);
                }
                tx.delete(&notice.key)?;
                let book = read_book(&tx, notice.record.account).await?;
                match audience(&book, notice.record.never_only, now) {
                    Audience::Nobody(reason) => {
                        let id = *self.message_id()?.as_bytes();
                        let account = notice.record.account;
                        self.tell(&tx, &told(Action::NoticeWithheld, account, id, Some(reason), now))?;
                        Ok(true)
                    }
                    Audience::Reached(to) => {
                        to.into_iter().try_for_each(|to| self.queue_notice(&tx, notice, to, now))?;
                        Ok(false)
                    }
                }
            })
            .await
    }

    fn queue_notice(
        &self,
        tx: &Tx,
        notice: &WaitingNotice,
        to: AddressId,
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        let NoticeRecord { account, kind, .. } = notice.record;
        let stop_code = stop_code_for(&notice.record, to)?;
        let errand = Errand::Notice { kind, stop_code };
        let id = self.message_id()?;
        let record = DeliveryRecord { id, account, tries: 0, delays: 0, to: Target::Known(to), errand };
        tx.put(&delivery_key(now, notice.version.get(), id)?, record.encode())?;
        Ok(())
    }
}

fn stop_code_for(notice: &NoticeRecord, to: AddressId) -> Result<Option<OneTimeCode>, NotifyError> {
    let code = notice.stop_code.as_ref().filter(|_| notice.never_only != Some(to));
    code.map(|code| OneTimeCode::from_text(code.expose())).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Address, Contact};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn id(byte: u8) -> AddressId {
        AddressId::from_bytes([byte; 16])
    }

    fn mail() -> Contact {
        Contact::safe(Address::email("a@b.example").unwrap())
    }

    fn not_safe() -> Contact {
        Contact::not_safe(Address::email("c@d.example").unwrap())
    }

    #[test]
    fn a_notice_goes_to_every_address_but_those_that_are_not_safe() {
        let book = Book(vec![(id(1), mail()), (id(2), not_safe()), (id(3), mail().designee())]);
        assert_eq!(audience(&book, None, NOW), Audience::Reached(vec![id(1), id(3)]));
        assert_eq!(audience(&book, Some(id(1)), NOW), Audience::Reached(vec![id(1), id(3)]));
    }

    #[test]
    fn a_notice_never_goes_only_to_the_address_that_got_the_recovery_code() {
        let book = Book(vec![(id(1), mail()), (id(2), not_safe())]);
        assert_eq!(audience(&book, Some(id(1)), NOW), Audience::Nobody(Reason::UnsafeToContact));
        assert_eq!(audience(&book, Some(id(2)), NOW), Audience::Reached(vec![id(1)]));
    }

    #[test]
    fn a_notice_without_a_safe_address_is_withheld_and_says_why() {
        let book = Book(vec![(id(2), not_safe())]);
        assert_eq!(audience(&book, None, NOW), Audience::Nobody(Reason::UnsafeToContact));
        assert_eq!(audience(&Book::default(), None, NOW), Audience::Nobody(Reason::NotEnrolled));
    }

    #[test]
    fn an_address_that_leaves_is_told_until_it_is_gone() {
        let mut leaving = mail();
        leaving.leaves_at = Some(Timestamp::from_second(60).unwrap());
        let book = Book(vec![(id(1), leaving)]);
        assert_eq!(audience(&book, None, NOW), Audience::Reached(vec![id(1)]));
        let gone = audience(&book, None, Timestamp::from_second(60).unwrap());
        assert_eq!(gone, Audience::Nobody(Reason::UnsafeToContact));
    }
}
