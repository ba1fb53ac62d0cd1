use super::{
    Reuse, Role, SealedStore,
    guard::{After, Guard, GuardedRow},
};
use crate::{
    VaultError,
    budget::Amount,
    data_key::DataKey,
    keyring::Keyring,
    owner::Owner,
    owner_keys::OwnerKeys,
    record::{KeyRow, Live, keyring_key},
    sealing::{self, Kind},
};
use leeward_store::{Action, Batch, Conflict, Expect, Key, Op, StoreError, Timestamp, Value};
use std::{collections::HashMap, sync::Arc};

/// A batch that is ready for the engine, and how to judge what becomes of it.
pub(super) struct Plan {
    pub(super) batch: Batch,
    pub(super) guard: Guard,
}

/// What one batch seals for one owner.
struct Need {
    owner: Owner,
    first: Key,
    amount: Amount,
}

/// The key to seal with, and the operation on its row that makes this safe.
struct Ready {
    key: Arc<DataKey>,
    expect: Expect,
    action: Action,
    row: GuardedRow,
    is_new: bool,
}

impl SealedStore {
    /// Seals a batch: puts under their subjects' data keys, with a check or a write of each key's row.
    pub(super) async fn plan(&self, batch: &Batch, reuse: Reuse) -> Result<Plan, StoreError> {
        self.verify().await?;
        let mut guard = Guard::default();
        let mut keys = HashMap::new();
        let mut own = Batch::new();
        let keyring = self.core.keyring();
        for need in needs(batch)?.into_values() {
            if let Some(op) = self.own_write(batch, need.owner.row()) {
                let key = self.beside(op, &need).await?;
                keys.insert(need.owner, key);
                continue;
            }
            let ready = self.ready(&need, &keyring, reuse).await?;
            if ready.is_new && guard.keyring.is_none() {
                self.check_keyring(batch, &keyring, &mut own, &mut guard).await?;
            }
            own.push(need.owner.row().clone(), ready.expect, ready.action);
            guard.rows.insert(need.owner.row().clone(), ready.row);
            keys.insert(need.owner, ready.key);
        }
        let mut sealed = Batch::new();
        for op in batch.ops() {
            match &op.action {
                Action::Put { value, expires_at } if op.key.space().is_sealed() => {
                    let expect = self.pin(op, &mut guard).await?;
                    let value = self.seal_value(&op.key, value, &keys)?;
                    sealed.push(op.key.clone(), expect, put(value, *expires_at));
                }
                action => {
                    sealed.push(op.key.clone(), op.expect, action.clone());
                }
            }
        }
        for op in own.into_ops() {
            sealed.push(op.key, op.expect, op.action);
        }
        Ok(Plan { batch: sealed, guard })
    }

    /// A new data key is safe only while the key that wraps it is the active one.
    async fn check_keyring(
        &self,
        batch: &Batch,
        keyring: &Keyring,
        own: &mut Batch,
        guard: &mut Guard,
    ) -> Result<(), StoreError> {
        let key = keyring_key()?;
        let expect = Expect::Exactly(keyring.version);
        match self.own_write(batch, &key) {
            None => {
                own.check(key.clone(), expect);
                guard.keyring = Some(key);
                Ok(())
            }
            Some(op) if op.expect == expect => Ok(()),
            // The batch changes another keyring than the one that was used here.
            Some(_) => {
                self.core.refresh_keyring(&self.inner).await?;
                Err(Conflict::new(vec![key]).into())
            }
        }
    }

    /// What the vault itself does to this row in the batch.
    fn own_write<'a>(&self, batch: &'a Batch, row: &Key) -> Option<&'a Op> {
        if self.role == Role::Caller {
            return None;
        }
        batch.ops().iter().find(|op| op.key == *row)
    }

    /// The key to seal with beside a write of its own row: the one that is active once it is written, or
    /// the event of a new key would be the first thing to be lost with the old one. The row is guarded by
    /// that write; nothing can be reserved there.
    async fn beside(&self, op: &Op, need: &Need) -> Result<Arc<DataKey>, StoreError> {
        let keys = self.core.fresh_keys(&self.inner, &need.owner).await?;
        let Some(keys) = keys.filter(|keys| op.expect == Expect::Exactly(keys.version)) else {
            return Err(Conflict::new(vec![op.key.clone()]).into());
        };
        let Action::Put { value, .. } = &op.action else { return Err(shut(&need.owner)) };
        let row = KeyRow::decode(value.as_bytes())?;
        let after = OwnerKeys::open(&need.owner, keys.version, row, &self.core.keyring(), Some(&keys));
        match after.active() {
            Some(key) => Ok(Arc::clone(key)),
            None if keys.active().is_none() => Err(shut(&need.owner)),
            // A rotation has just taken the key that wrapped it.
            None => Err(Conflict::new(vec![op.key.clone()]).into()),
        }
    }

    fn seal_value(
        &self,
        place: &Key,
        value: &Value,
        keys: &HashMap<Owner, Arc<DataKey>>,
    ) -> Result<Value, VaultError> {
        let no_key = VaultError::Corrupt { what: "a put without a key" };
        let data_key = keys.get(&Owner::of(place)?).ok_or(no_key)?;
        let kind = if self.role == Role::Canary { Kind::Canary } else { Kind::Record };
        let record = sealing::seal(data_key, place, kind, value.as_bytes(), &self.core.rng)?;
        Ok(Value::new(record))
    }

    /// What to expect where the caller expects nothing: what is there must open, or it is not written
    /// over.
    async fn pin(&self, op: &Op, guard: &mut Guard) -> Result<Expect, StoreError> {
        if op.expect != Expect::Any {
            return Ok(op.expect);
        }
        guard.pinned.insert(op.key.clone());
        let Some(entry) = self.inner.get(&op.key).await? else { return Ok(Expect::Absent) };
        self.open_value(&op.key, &entry).await?;
        Ok(Expect::Exactly(entry.version))
    }

    async fn ready(&self, need: &Need, keyring: &Keyring, reuse: Reuse) -> Result<Ready, StoreError> {
        let rows = &self.inner;
        let keys = match reuse {
            Reuse::Cache => self.core.keys(rows, &need.owner).await?,
            Reuse::Nothing => self.core.fresh_keys(rows, &need.owner).await?,
        };
        let block = self.block(need, reuse);
        let Some(keys) = keys else { return Ok(self.extend(need, block, keyring, None, Live::default())?) };
        let Some(live) = keys.row.live() else {
            return Err(StoreError::Erased { key: need.first.clone() });
        };
        match keys.active() {
            Some(key) if keys.take(need.amount) => Ok(Ready {
                key: Arc::clone(key),
                expect: Expect::Exactly(keys.version),
                action: Action::Check,
                row: GuardedRow { before: Some(Arc::clone(&keys)), after: None },
                is_new: false,
            }),
            None if keys.active_id().is_some() => Err(shut(&need.owner)),
            _ => Ok(self.extend(need, block, keyring, Some(&keys), live.clone())?),
        }
    }

    /// Reserves more of the active key, or makes a new one when there is none or it is used up.
    fn extend(
        &self,
        need: &Need,
        block: Amount,
        keyring: &Keyring,
        before: Option<&Arc<OwnerKeys>>,
        mut live: Live,
    ) -> Result<Ready, VaultError> {
        let active = before.and_then(|keys| keys.active());
        let (key, made) = match active.filter(|_| self.reserve(&mut live, block)) {
            Some(key) => (Arc::clone(key), None),
            None => {
                let key = Arc::new(self.core.add_key(&need.owner, keyring, &mut live, block)?);
                (Arc::clone(&key), Some(key))
            }
        };
        let row = KeyRow::Live(live);
        let action = put(Value::new(row.encode()?), None);
        let is_new = made.is_some();
        let left = block.checked_sub(need.amount).unwrap_or_default();
        Ok(Ready {
            key,
            expect: before.map_or(Expect::Absent, |keys| Expect::Exactly(keys.version)),
            action,
            row: GuardedRow { before: before.cloned(), after: Some(After { row, key: made, left }) },
            is_new,
        })
    }

    /// Raises the counters of the active key by `block` unless that passes its limits.
    fn reserve(&self, live: &mut Live, block: Amount) -> bool {
        let Some(active) = live.active_mut() else { return false };
        let reserved = Amount { messages: active.messages, bytes: active.bytes };
        match reserved.checked_add(block).filter(|sum| sum.fits(self.limit())) {
            Some(sum) => {
                active.messages = sum.messages;
                active.bytes = sum.bytes;
                true
            }
            None => false,
        }
    }

    /// How much to reserve at once. What is only prepared reserves for itself alone: nobody hears of it
    /// again, and the rest of a block would be lost.
    fn block(&self, need: &Need, reuse: Reuse) -> Amount {
        let limits = &self.core.options.limits;
        let block = Amount { messages: limits.block_messages, bytes: limits.block_bytes };
        if reuse == Reuse::Cache { block.max(need.amount) } else { need.amount }
    }

    fn limit(&self) -> Amount {
        let limits = &self.core.options.limits;
        Amount { messages: limits.messages, bytes: limits.bytes }
    }
}

fn needs(batch: &Batch) -> Result<HashMap<Key, Need>, StoreError> {
    let mut needs: HashMap<Key, Need> = HashMap::new();
    for op in batch.ops().iter().filter(|op| op.key.space().is_sealed()) {
        let Action::Put { value, .. } = &op.action else { continue };
        let owner = Owner::of(&op.key)?;
        let one = Amount { messages: 1, bytes: u64::try_from(value.len()).unwrap_or(u64::MAX) };
        let fresh = || Need { owner: owner.clone(), first: op.key.clone(), amount: Amount::default() };
        let need = needs.entry(owner.row().clone()).or_insert_with(fresh);
        need.amount = need.amount.saturating_add(one);
    }
    Ok(needs)
}

fn shut(owner: &Owner) -> StoreError {
    StoreError::CannotOpen { key: owner.row().clone(), reason: "the data key there cannot be unwrapped" }
}

const fn put(value: Value, expires_at: Option<Timestamp>) -> Action {
    Action::Put { value, expires_at }
}
