use crate::{
    CredentialError, HashParams, Normalisation, Passphrase,
    hashed::{SALT_LEN, Salt, TAG_LEN, Tag},
};
use argon2::{Algorithm, Argon2, Block, Version};
use zeroize::{Zeroize, Zeroizing};

/// What one hash is computed from. It owns the passphrase, so that the work goes on, and its memory
/// stays accounted for, when the one who asked has gone.
pub(crate) struct Input {
    passphrase: Zeroizing<String>,
    salt: [u8; SALT_LEN],
    params: HashParams,
}

/// The memory of one worker: kept between hashes, because fresh memory costs up to half the time, and
/// wiped after each.
pub(crate) struct Arena {
    blocks: Vec<Block>,
}

impl Input {
    pub(crate) fn new(
        passphrase: &Passphrase,
        normalisation: Normalisation,
        salt: &Salt,
        params: HashParams,
    ) -> Self {
        Self { passphrase: passphrase.normalised(normalisation), salt: salt.0, params }
    }

    pub(crate) const fn params(&self) -> HashParams {
        self.params
    }
}

impl Arena {
    pub(crate) const fn new() -> Self {
        Self { blocks: Vec::new() }
    }

    /// How much memory is held, in KiB: a block is one.
    pub(crate) fn kib(&self) -> usize {
        self.blocks.capacity()
    }

    /// Takes what memory a hash needs beyond what is held.
    pub(crate) fn fit(&mut self, params: HashParams) -> Result<(), CredentialError> {
        let blocks = params.to_argon2()?.block_count();
        if self.blocks.len() < blocks {
            // The old arena goes first: two at once would break the budget.
            self.blocks = Vec::new();
            self.blocks.try_reserve_exact(blocks).map_err(|_| CredentialError::NotComputed)?;
            self.blocks.resize(blocks, Block::new());
        }
        Ok(())
    }

    /// The hash, in memory that [`fit`](Self::fit) took.
    pub(crate) fn hash(&mut self, input: &Input) -> Result<Tag, CredentialError> {
        let params = input.params.to_argon2()?;
        let mut tag = Tag(Box::new([0; TAG_LEN]));
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hashed = argon2.hash_password_into_with_memory(
            input.passphrase.as_bytes(),
            &input.salt,
            tag.0.as_mut_slice(),
            self.blocks.as_mut_slice(),
        );
        self.wipe();
        hashed.map(|()| tag).map_err(|_| CredentialError::NotComputed)
    }

    pub(crate) fn wipe(&mut self) {
        self.blocks.iter_mut().for_each(Zeroize::zeroize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(arena: &mut Arena, params: HashParams) -> Tag {
        let passphrase = Passphrase::new("seven lamps above the quay").unwrap();
        arena.fit(params).unwrap();
        arena.hash(&Input::new(&passphrase, Normalisation::Nfc, &Salt([7; 16]), params)).unwrap()
    }

    #[test]
    fn no_block_keeps_anything_after_a_hash() {
        let mut arena = Arena::new();
        hash(&mut arena, HashParams::INSECURE_FOR_TESTS);
        assert_eq!(arena.kib(), 64);
        let words = arena.blocks.iter_mut().flat_map(|block| block.as_mut().iter());
        assert!(words.into_iter().all(|word| *word == 0));
    }

    #[test]
    fn a_used_arena_hashes_like_a_fresh_one() {
        let (small, large) = (HashParams::INSECURE_FOR_TESTS, HashParams::stored(256, 2, 1).unwrap());
        let mut used = Arena::new();
        hash(&mut used, large);
        let again = hash(&mut used, small);
        let fresh = hash(&mut Arena::new(), small);
        assert_eq!(again.0, fresh.0);
        assert_eq!(used.kib(), 256, "an arena is kept, not made anew for a smaller hash");
    }
}
