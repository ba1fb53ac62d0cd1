use crate::{AccountError, LoginName};
use leeward_event::{Action, Actor, Event, StaffId, Subject};
use leeward_seal::{Index, IndexKey, IndexRoot, IndexTag};
use leeward_store::{Entry, Key, Space, Store, StoreError, Timestamp, Tx};
use ring::rand::SystemRandom;
use std::{fmt, sync::Arc};

const NAME: Space = Space::sealed("credentials.name");
const NAME_OF: Space = Space::sealed_for("credentials.name-of", 0);
const FORM: u8 = 1;

/// Which account a name belongs to.
///
/// Names stand in keys as keyed tags, never in clear. A name that nobody has gives an account too: one
/// that is made up, the same each time, and different from every real one. So whatever is done with a name
/// that was typed in, it is done alike, and only a check that fails ends it.
///
/// ```
/// # pollster::block_on(async {
/// use leeward_credentials::{Directory, IndexRoot, LoginName};
/// # let store = leeward_store::Store::memory().assume_sealed();
/// # let root = IndexRoot::from_bytes(&[7; 32]);
/// let directory = Directory::new(&store, &root)?; // the root is kept outside the database
/// let nobody = directory.find(&LoginName::parse("anna")?).await?;
/// assert_eq!(nobody, directory.find(&LoginName::parse("ANNA")?).await?);
/// # Ok::<(), leeward_credentials::AccountError>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Directory {
    store: Store,
    keys: Arc<Keys>,
    rng: SystemRandom,
}

struct Keys {
    tags: IndexKey,
    made_up: IndexKey,
}

impl Directory {
    /// Over a store whose handle seals. Who has `root` can test guesses at names: keep it outside the
    /// database.
    ///
    /// # Errors
    /// [`AccountError::Key`].
    pub fn new(store: &Store, root: &IndexRoot) -> Result<Self, AccountError> {
        let keys = Keys { tags: key(root, "name", 256)?, made_up: key(root, "made-up", 128)? };
        Ok(Self { store: store.clone(), keys: Arc::new(keys), rng: SystemRandom::new() })
    }

    /// The account of a name, or the one that is made up for it.
    ///
    /// # Errors
    /// [`AccountError::Corrupt`], [`AccountError::Store`].
    pub async fn find(&self, name: &LoginName) -> Result<StaffId, AccountError> {
        // Made before anybody knows whether it is needed.
        let made_up = self.made_up(name)?;
        let entry = self.store.get(&self.name_key(name)?).await?;
        Ok(entry.as_ref().map(decode_account).transpose()?.unwrap_or(made_up))
    }

    /// Gives an account a name, in a transaction of the caller's.
    ///
    /// # Errors
    /// [`AccountError::NameTaken`]; [`AccountError::HasName`]; [`AccountError::Store`].
    pub async fn claim_in(&self, tx: &Tx, name: &LoginName, account: StaffId) -> Result<(), AccountError> {
        let (key, of) = (self.name_key(name)?, NAME_OF.key(&[account.as_bytes()])?);
        if tx.get(&key).await?.is_some() {
            return Err(AccountError::NameTaken);
        }
        if unless_erased(tx.get(&of).await)?.is_some() {
            return Err(AccountError::HasName);
        }
        tx.put(&key, [&[FORM], account.as_bytes().as_slice()].concat())?;
        tx.put(&of, [&[FORM], self.tag(name).as_bytes()].concat())?;
        Ok(())
    }

    /// Gives an account another name. The old one is free from then on.
    ///
    /// # Errors
    /// [`AccountError::NameTaken`]; [`AccountError::Rejected`] for an account without a name;
    /// [`AccountError::Random`]; [`AccountError::Corrupt`]; [`AccountError::Store`].
    pub async fn rename(
        &self,
        account: StaffId,
        name: &LoginName,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), AccountError> {
        let (key, of) = (&self.name_key(name)?, &NAME_OF.key(&[account.as_bytes()])?);
        let event = &Event::new(Action::RecordWritten, by, now).about(Subject::Staff(account));
        self.store
            .transact(|tx| async move {
                let entry = unless_erased(tx.get(of).await)?.ok_or(AccountError::Rejected)?;
                let old = decode_tag(&entry)?;
                if old == *key {
                    return Ok(());
                }
                if tx.get(key).await?.is_some() {
                    return Err(AccountError::NameTaken);
                }
                tx.delete(&old)?;
                tx.put(key, [&[FORM], account.as_bytes().as_slice()].concat())?;
                tx.put(of, [&[FORM], self.tag(name).as_bytes()].concat())?;
                tx.stage(|batch| event.stage(batch, &self.rng).map_err(AccountError::from))
            })
            .await
    }

    /// Takes the name from an account: its sign-ins go the way of a name that nobody has. No name is no
    /// error.
    ///
    /// # Errors
    /// [`AccountError::Random`]; [`AccountError::Corrupt`]; [`AccountError::Store`].
    pub async fn release(&self, account: StaffId, by: Actor, now: Timestamp) -> Result<(), AccountError> {
        let of = &NAME_OF.key(&[account.as_bytes()])?;
        let event = &Event::new(Action::RecordDeleted, by, now).about(Subject::Staff(account));
        self.store
            .transact(|tx| async move {
                let Some(entry) = unless_erased(tx.get(of).await)? else { return Ok(()) };
                tx.delete(&decode_tag(&entry)?)?;
                tx.delete(of)?;
                tx.stage(|batch| event.stage(batch, &self.rng).map_err(AccountError::from))
            })
            .await
    }

    /// Who has a name, in a transaction of the caller's.
    pub(crate) async fn holder_in(&self, tx: &Tx, name: &LoginName) -> Result<Option<StaffId>, AccountError> {
        tx.get(&self.name_key(name)?).await?.as_ref().map(decode_account).transpose()
    }

    fn made_up(&self, name: &LoginName) -> Result<StaffId, AccountError> {
        let tag = self.keys.made_up.tag(name.as_str().as_bytes());
        let id = tag.as_bytes().try_into().map_err(|_| AccountError::Corrupt { what: "name" })?;
        Ok(StaffId::from_bytes(id))
    }

    fn tag(&self, name: &LoginName) -> IndexTag {
        self.keys.tags.tag(name.as_str().as_bytes())
    }

    fn name_key(&self, name: &LoginName) -> Result<Key, StoreError> {
        NAME.key(&[self.tag(name).as_bytes()])
    }
}

/// A key of this crate's own, for tags of so many bits.
pub(crate) fn key(root: &IndexRoot, field: &str, bits: u16) -> Result<IndexKey, AccountError> {
    let index = Index { tenant: b"", space: "credentials", field, name: "", version: 1, bits };
    Ok(IndexKey::derive(root, &index)?)
}

fn decode_account(entry: &Entry) -> Result<StaffId, AccountError> {
    match entry.value.as_bytes() {
        [FORM, id @ ..] => {
            id.try_into().map(StaffId::from_bytes).map_err(|_| AccountError::Corrupt { what: "name" })
        }
        _ => Err(AccountError::Corrupt { what: "name" }),
    }
}

/// Where the name of an account lies.
fn decode_tag(entry: &Entry) -> Result<Key, AccountError> {
    match entry.value.as_bytes() {
        [FORM, tag @ ..] if tag.len() == 32 => Ok(NAME.key(&[tag])?),
        _ => Err(AccountError::Corrupt { what: "name" }),
    }
}

/// An erased account has none.
pub(crate) fn unless_erased(read: Result<Option<Entry>, StoreError>) -> Result<Option<Entry>, StoreError> {
    match read {
        Err(StoreError::Erased { .. }) => Ok(None),
        other => other,
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory").finish_non_exhaustive()
    }
}
