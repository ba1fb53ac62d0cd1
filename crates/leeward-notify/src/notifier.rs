mod addresses;
mod codes;
mod deliver;
mod expand;
mod set_aside;
mod step;

pub use codes::CodeMessage;
pub use deliver::Delivered;

use crate::{Address, Channel, NotifyError, NotifyOptions, budget::Budgets, record::Book};
use jiff::{SignedDuration, Timestamp};
use leeward_event::{Action, Actor, Component, CorrelationId, Event, Outcome, Reason, StaffId, Subject};
use leeward_seal::IndexRoot;
use leeward_store::{Entry, Key, Space, Store, StoreError, Tx};
use ring::rand::SystemRandom;
use std::{fmt, sync::Arc};

const ADDRESSES: Space = Space::sealed_for("notify.addresses", 0);
/// Messages on their way: when to try, which commit they came from, which message.
const DELIVERY: Space = Space::sealed("notify.delivery");

/// Keeps the addresses of accounts, and sends what is due to them.
///
/// Cheap to clone. Nothing leaves by itself: call [`deliver_due`](Self::deliver_due) often, from as many
/// places as you like.
#[derive(Clone)]
pub struct Notifier {
    store: Store,
    inner: Arc<Inner>,
}

struct Inner {
    options: NotifyOptions,
    budgets: Budgets,
    mail: Option<Box<dyn Channel>>,
    phone: Option<Box<dyn Channel>>,
    rng: SystemRandom,
}

impl Notifier {
    /// Over a store whose handle seals, without a channel yet. `root` keys the tags under which budgets
    /// are counted: keep it outside the database.
    ///
    /// # Errors
    /// [`NotifyError::Key`] when no key can be derived.
    pub fn new(store: &Store, root: &IndexRoot, options: NotifyOptions) -> Result<Self, NotifyError> {
        let budgets = Budgets::new(root, &options)?;
        let inner = Inner { options, budgets, mail: None, phone: None, rng: SystemRandom::new() };
        Ok(Self { store: store.clone(), inner: Arc::new(inner) })
    }

    /// The channel for mail. To be set before the notifier is shared; afterwards it changes nothing.
    #[must_use]
    pub fn mail(mut self, channel: impl Channel) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.mail = Some(Box::new(channel));
        }
        self
    }

    /// The channel for telephones. To be set before the notifier is shared; afterwards it changes
    /// nothing.
    #[must_use]
    pub fn phone(mut self, channel: impl Channel) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.phone = Some(Box::new(channel));
        }
        self
    }

    fn channel(&self, address: &Address) -> Option<&dyn Channel> {
        match address {
            Address::Email(_) => self.inner.mail.as_deref(),
            Address::Phone(_) => self.inner.phone.as_deref(),
        }
    }

    /// The country of a telephone, if it is one that is written to; none for mail.
    fn country<'a>(&'a self, address: &Address) -> Result<Option<&'a str>, NotifyError> {
        match address {
            Address::Email(_) => Ok(None),
            Address::Phone(phone) => self.inner.options.countries.of(phone).map(Some),
        }
    }

    fn tell(&self, tx: &Tx, event: &Event) -> Result<(), NotifyError> {
        tx.stage(|batch| event.stage(batch, &self.inner.rng).map_err(NotifyError::from))
    }
}

fn addresses_key(account: StaffId) -> Result<Key, StoreError> {
    ADDRESSES.key(&[account.as_bytes()])
}

/// An erased account has no address.
async fn read_book(tx: &Tx, account: StaffId) -> Result<Book, NotifyError> {
    decode_book(tx.get(&addresses_key(account)?).await)
}

fn decode_book(read: Result<Option<Entry>, StoreError>) -> Result<Book, NotifyError> {
    match read {
        Ok(Some(entry)) => Book::decode(entry.value.as_bytes()),
        Ok(None) | Err(StoreError::Erased { .. }) => Ok(Book::default()),
        Err(error) => Err(error.into()),
    }
}

/// What became of a message or a notice.
fn told(action: Action, account: StaffId, id: [u8; 16], reason: Option<Reason>, now: Timestamp) -> Event {
    told_of(action, Some(account), id, reason, now)
}

fn told_of(
    action: Action,
    account: Option<StaffId>,
    id: [u8; 16],
    reason: Option<Reason>,
    now: Timestamp,
) -> Event {
    let event = Event::new(action, Actor::Component(Component::Notify), now)
        .correlation(CorrelationId::from_bytes(id));
    let event = match account {
        Some(account) => event.about(Subject::Staff(account)),
        None => event,
    };
    match reason {
        Some(reason) => event.outcome(Outcome::Failure).reason(reason),
        None => event,
    }
}

/// A moment later by a wait, or the last there is.
fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

impl fmt::Debug for Notifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notifier")
            .field("mail", &self.inner.mail.is_some())
            .field("phone", &self.inner.phone.is_some())
            .finish_non_exhaustive()
    }
}
