//! What the witness must not forget: its key, and what it has cosigned of each log.

use leeward_store::{Space, Store, StoreError, Tx};
use leeward_tlog::witness::{Response, Seen};
use leeward_vault::{KeyFile, Vault};
use ring::rand::{SecureRandom, SystemRandom};
use std::{error::Error, fs, path::Path};

/// The seed of the key that cosigns.
const SEED: Space = Space::sealed("witness.seed");

/// What was cosigned last, by origin.
const SEEN: Space = Space::public("witness.seen");

type Failed = Box<dyn Error>;

pub(crate) struct Memory {
    store: Store,
}

impl Memory {
    pub(crate) async fn open(dir: &Path) -> Result<Self, Failed> {
        fs::create_dir_all(dir)?;
        let file = leeward_sqlite::open(dir.join("witness.sqlite"))?;
        let key = KeyFile::open_or_create(dir.join("root.key"), &SystemRandom::new())?;
        Ok(Self { store: Vault::open(&file, key).await?.seal(&file) })
    }

    /// The seed of the key of the witness with this name, made the first time: another name has another key.
    pub(crate) async fn seed(&self, name: &str) -> Result<zeroize::Zeroizing<[u8; 32]>, Failed> {
        let mut fresh = zeroize::Zeroizing::new([0; 32]);
        SystemRandom::new().fill(&mut *fresh).map_err(|_| "the random source failed")?;
        let (key, fresh) = (&SEED.key(&[name.as_bytes()])?, &fresh);
        let stored = self.store.transact(|tx: Tx| async move {
            if let Some(row) = tx.get(key).await? {
                return Ok::<_, StoreError>(
                    row.value.as_bytes().try_into().ok().map(zeroize::Zeroizing::new),
                );
            }
            tx.put(key, fresh.to_vec())?;
            Ok(Some(fresh.clone()))
        });
        stored.await?.ok_or_else(|| "the stored key is none".into())
    }

    /// What was cosigned last of this log.
    pub(crate) async fn seen(&self, origin: &str) -> Result<Option<Seen>, Failed> {
        let row = self.store.get(&SEEN.key(&[origin.as_bytes()])?).await?;
        Ok(row.map(|row| Seen::decode(row.value.as_bytes())).transpose()?)
    }

    /// Decides by what was seen of this log, and remembers what comes of it, all or nothing. When it
    /// returns, that is durable. If somebody else was first, it decides again.
    pub(crate) async fn decide(
        &self,
        origin: &str,
        decision: impl Fn(Option<&Seen>) -> Result<(Option<Seen>, Response), Failed>,
    ) -> Result<Response, Failed> {
        let (key, decision) = (&SEEN.key(&[origin.as_bytes()])?, &decision);
        let decided = self.store.transact(|tx: Tx| async move {
            let row = tx.get(key).await?;
            let seen = row.map(|row| Seen::decode(row.value.as_bytes())).transpose()?;
            let (remember, answer) = decision(seen.as_ref())?;
            if let Some(remember) = remember {
                tx.put(key, remember.encode())?;
            }
            Ok::<_, Failed>(answer)
        });
        decided.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_a_key_of_its_own_and_keeps_it() -> Result<(), Failed> {
        let dir = tempfile::tempdir()?;
        let seed = |name| pollster::block_on(async { Memory::open(dir.path()).await?.seed(name).await });
        let first = seed("partner.example/one")?;
        assert_ne!(first, seed("partner.example/two")?);
        assert_eq!(first, seed("partner.example/one")?);
        Ok(())
    }
}
