use super::{DELIVERY, read_book};
use crate::{
    Address, AddressId, CodePurpose, Contact, Language, MessageId, Notifier, NotifyError, OneTimeCode,
    budget::Spent,
    record::{DeliveryRecord, Errand, Target},
};
use jiff::{SignedDuration, Timestamp};
use leeward_event::StaffId;
use leeward_store::{Key, StoreError, Tx};
use ring::rand::SecureRandom;
use std::time::Duration;

/// A code that is to be sent.
#[derive(Debug)]
pub struct CodeMessage<'a> {
    /// What it is for.
    pub purpose: CodePurpose,
    /// The code itself.
    pub code: &'a OneTimeCode,
    /// How long it can be used: whole seconds count, and it is not sent after that time.
    pub valid_for: Duration,
}

impl Notifier {
    /// Sends a code to an address of the account: it leaves with the next
    /// [`deliver_due`](Self::deliver_due). Nothing is waited for but the store, so that the time taken
    /// says nothing of the address.
    ///
    /// # Errors
    /// [`NotifyError::NoSuchAddress`]; [`NotifyError::NotSafe`]; [`NotifyError::OutsideHours`];
    /// [`NotifyError::BudgetSpent`]; [`NotifyError::CountryNotAllowed`]; [`NotifyError::NoChannel`];
    /// [`NotifyError::Random`]; [`NotifyError::Store`]. Nothing is sent then.
    pub async fn send_code(
        &self,
        account: StaffId,
        to: AddressId,
        message: &CodeMessage<'_>,
        now: Timestamp,
    ) -> Result<MessageId, NotifyError> {
        self.store.transact(|tx| async move { self.send_code_in(&tx, account, to, message, now).await }).await
    }

    /// As [`send_code`](Self::send_code), in a transaction of the caller's: with the row that keeps what
    /// the code is compared with.
    ///
    /// # Errors
    /// As [`send_code`](Self::send_code).
    pub async fn send_code_in(
        &self,
        tx: &Tx,
        account: StaffId,
        to: AddressId,
        message: &CodeMessage<'_>,
        now: Timestamp,
    ) -> Result<MessageId, NotifyError> {
        let book = read_book(tx, account).await?;
        let contact = book.get(to).ok_or(NotifyError::NoSuchAddress)?;
        if !contact.takes_codes() {
            return Err(NotifyError::NotSafe);
        }
        if let Some(retry_after) = contact.wait(now) {
            return Err(NotifyError::OutsideHours { retry_after });
        }
        self.spend_code(tx, contact.address(), now).await?;
        self.queue_code(tx, account, Target::Known(to), message, now)
    }

    /// Sends a code to the address that somebody typed, if it is one of the account's that codes may go to
    /// now, and says which. If it is none, the budget is spent all the same: whether there is one is
    /// nothing to tell whoever typed it.
    ///
    /// # Errors
    /// [`NotifyError::BudgetSpent`]; [`NotifyError::CountryNotAllowed`]; [`NotifyError::NoChannel`];
    /// [`NotifyError::Random`]; [`NotifyError::Store`]: whose ever the address is.
    pub async fn send_code_if_known_in(
        &self,
        tx: &Tx,
        account: StaffId,
        typed: &Address,
        message: &CodeMessage<'_>,
        now: Timestamp,
    ) -> Result<Option<AddressId>, NotifyError> {
        let book = read_book(tx, account).await?;
        let fits = |contact: &Contact| {
            contact.takes_codes() && contact.wait(now).is_none() && contact.address.is_typed_as(typed)
        };
        let known = book.0.iter().find(|(_, contact)| fits(contact)).map(|(id, _)| *id);
        self.spend_code(tx, typed, now).await?;
        if let Some(id) = known {
            self.queue_code(tx, account, Target::Known(id), message, now)?;
        }
        Ok(known)
    }

    /// Sends a code to an address that is none of the account's yet, to learn whether its owner reads it.
    ///
    /// # Errors
    /// As [`send_code`](Self::send_code).
    pub async fn send_code_to_new_in(
        &self,
        tx: &Tx,
        account: StaffId,
        to: (&Address, &Language),
        message: &CodeMessage<'_>,
        now: Timestamp,
    ) -> Result<MessageId, NotifyError> {
        let (address, language) = to;
        self.spend_code(tx, address, now).await?;
        let target = Target::New(address.clone(), language.clone());
        self.queue_code(tx, account, target, message, now)
    }

    /// Takes one code from the budgets of a destination, and sends nothing: so that asking about an
    /// address that nobody has looks like any other.
    ///
    /// # Errors
    /// [`NotifyError::BudgetSpent`]; [`NotifyError::CountryNotAllowed`]; [`NotifyError::NoChannel`];
    /// [`NotifyError::Store`].
    pub async fn spend_code(&self, tx: &Tx, to: &Address, now: Timestamp) -> Result<(), NotifyError> {
        let country = self.country(to)?;
        self.channel(to).ok_or(NotifyError::NoChannel)?;
        match self.inner.budgets.take_code(tx, to, country, now).await? {
            Ok(()) => Ok(()),
            Err(Spent(retry_after)) => Err(NotifyError::BudgetSpent { retry_after }),
        }
    }

    fn queue_code(
        &self,
        tx: &Tx,
        account: StaffId,
        to: Target,
        message: &CodeMessage<'_>,
        now: Timestamp,
    ) -> Result<MessageId, NotifyError> {
        let id = self.message_id()?;
        let valid_for = u32::try_from(message.valid_for.as_secs()).unwrap_or(u32::MAX);
        let valid_until = super::later(now, SignedDuration::from_secs(i64::from(valid_for)));
        let code = OneTimeCode::from_text(message.code.expose())?;
        let errand = Errand::Code { purpose: message.purpose, valid_for, valid_until, code };
        let record = DeliveryRecord { id, account, tries: 0, delays: 0, to, errand };
        tx.put(&delivery_key(now, 0, id)?, record.encode())?;
        Ok(id)
    }

    pub(super) fn message_id(&self) -> Result<MessageId, NotifyError> {
        let mut bytes = [0; 16];
        self.inner.rng.fill(&mut bytes).map_err(|_| NotifyError::Random)?;
        Ok(MessageId::from_bytes(bytes))
    }
}

/// When a message is tried next, and in which order of those of one moment.
pub(super) fn delivery_key(due: Timestamp, order: u64, id: MessageId) -> Result<Key, StoreError> {
    let due = u64::try_from(due.as_millisecond()).unwrap_or(0);
    DELIVERY.key(&[&due.to_be_bytes(), &order.to_be_bytes(), id.as_bytes()])
}
