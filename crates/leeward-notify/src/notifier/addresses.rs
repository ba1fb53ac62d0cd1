use super::{addresses_key, decode_book, later, read_book};
use crate::{AddressId, Contact, Hours, MAX_ADDRESSES, Notice, NoticeKind, Notifier, NotifyError};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action, Actor, Event, Reason, StaffId, Subject};
use leeward_store::Tx;
use std::time::Duration;

/// How long an address that was taken away still gets notices: longer than any way back into an account
/// takes, so that whoever stole a session cannot silence its owner first.
const LEAVES_AFTER: SignedDuration = SignedDuration::from_hours(15 * 24);

impl Notifier {
    /// The addresses of an account, in the order in which they were added, those that are leaving too.
    ///
    /// # Errors
    /// [`NotifyError::Corrupt`], [`NotifyError::UnknownVersion`], [`NotifyError::Store`].
    pub async fn addresses(&self, account: StaffId) -> Result<Vec<(AddressId, Contact)>, NotifyError> {
        Ok(decode_book(self.store.get(&addresses_key(account)?).await)?.0)
    }

    /// How many addresses would get a notice now. NIST SP 800-63B-4 4.6 asks for two; an account may
    /// have none, and its owner should know what that means.
    ///
    /// # Errors
    /// As [`addresses`](Self::addresses).
    pub async fn reach(&self, account: StaffId, now: Timestamp) -> Result<usize, NotifyError> {
        Ok(reached(&self.addresses(account).await?, None, Duration::MAX, now))
    }

    /// As [`reach`](Self::reach), in a transaction of the caller's, of those whose hours begin `within` a
    /// time, and without one of them: that at which whoever is to be told of may read along.
    ///
    /// # Errors
    /// As [`addresses`](Self::addresses).
    pub async fn reach_in(
        &self,
        tx: &Tx,
        account: StaffId,
        but: Option<AddressId>,
        within: Duration,
        now: Timestamp,
    ) -> Result<usize, NotifyError> {
        Ok(reached(&read_book(tx, account).await?.0, but, within, now))
    }

    /// Adds an address that was proved to be read by its owner, or that of a designee, in a transaction
    /// of the caller's. A notice goes to every address, this one too. The event that says how it was
    /// proved is the caller's.
    ///
    /// An address that the account has already keeps its id and takes on the new flags.
    ///
    /// # Errors
    /// [`NotifyError::TooManyAddresses`]; [`NotifyError::CountryNotAllowed`]; [`NotifyError::Random`];
    /// those of [`addresses`](Self::addresses).
    pub async fn add_address_in(
        &self,
        tx: &Tx,
        account: StaffId,
        contact: Contact,
        now: Timestamp,
    ) -> Result<AddressId, NotifyError> {
        self.country(contact.address())?;
        let mut book = read_book(tx, account).await?;
        book.0.retain(|(_, kept)| kept.leaves_at.is_none_or(|leaves_at| now < leaves_at));
        let known = book.0.iter_mut().find(|(_, kept)| kept.address == contact.address);
        let id = match known {
            Some((id, kept)) => {
                *kept = contact;
                *id
            }
            None => {
                if book.0.len() >= MAX_ADDRESSES {
                    return Err(NotifyError::TooManyAddresses);
                }
                let id = AddressId::generate(&self.inner.rng)?;
                book.0.push((id, contact));
                id
            }
        };
        tx.put(&addresses_key(account)?, book.encode())?;
        self.notice(tx, account, NoticeKind::AddressAdded, now)?;
        Ok(id)
    }

    /// Takes an address away. It gets no more codes from now on, and notices for 15 days more, this one
    /// among them; an address that is not safe gets neither.
    ///
    /// # Errors
    /// [`NotifyError::NoSuchAddress`]; [`NotifyError::Random`]; those of [`addresses`](Self::addresses).
    pub async fn remove_address(
        &self,
        account: StaffId,
        id: AddressId,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        self.change(account, id, removed(by, account, now), NoticeKind::AddressRemoved, move |contact| {
            contact.leaves_at.get_or_insert_with(|| later(now, LEAVES_AFTER));
        })
        .await
    }

    /// Notes that an address is not safe: nothing at all is sent there any more, from this moment on. The
    /// other addresses get a notice. To be written to again it is proved anew.
    ///
    /// # Errors
    /// As [`remove_address`](Self::remove_address).
    pub async fn mark_unsafe(
        &self,
        account: StaffId,
        id: AddressId,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        let event = removed(by, account, now).reason(Reason::UnsafeToContact);
        self.change(account, id, event, NoticeKind::AddressRemoved, |contact| contact.safe = false).await
    }

    /// Changes the hours at which an address is written to; `None` is at any. Every address gets a notice:
    /// whoever narrows the hours could else hide other notices in the night.
    ///
    /// # Errors
    /// As [`remove_address`](Self::remove_address).
    pub async fn set_hours(
        &self,
        account: StaffId,
        id: AddressId,
        hours: Option<Hours>,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        let event = Event::new(Action::RecordWritten, by, now).about(Subject::Staff(account));
        let notice = NoticeKind::AddressChanged;
        self.change(account, id, event, notice, move |contact| contact.hours.clone_from(&hours)).await
    }

    async fn change(
        &self,
        account: StaffId,
        id: AddressId,
        event: Event,
        notice: NoticeKind,
        change: impl Fn(&mut Contact) + Send + Sync,
    ) -> Result<(), NotifyError> {
        let (change, event, now) = (&change, &event, event.when().start());
        self.store
            .transact(|tx| async move {
                let mut book = read_book(&tx, account).await?;
                change(book.get_mut(id).ok_or(NotifyError::NoSuchAddress)?);
                tx.put(&addresses_key(account)?, book.encode())?;
                self.notice(&tx, account, notice, now)?;
                self.tell(&tx, event)
            })
            .await
    }

    fn notice(&self, tx: &Tx, account: StaffId, kind: NoticeKind, now: Timestamp) -> Result<(), NotifyError> {
        let notice = Notice::new(account, kind, now);
        tx.stage(|batch| notice.stage(batch, &self.inner.rng).map_err(NotifyError::from))
    }
}

fn reached(
    addresses: &[(AddressId, Contact)],
    but: Option<AddressId>,
    within: Duration,
    now: Timestamp,
) -> usize {
    let in_time = |contact: &Contact| contact.wait(now).is_none_or(|wait| wait <= within);
    let reached = |(id, contact): &&(AddressId, Contact)| {
        contact.takes_notices(now) && in_time(contact) && but != Some(*id)
    };
    addresses.iter().filter(reached).count()
}

fn removed(by: Actor, account: StaffId, now: Timestamp) -> Event {
    Event::new(Action::AddressRemoved, by, now).about(Subject::Staff(account))
}
