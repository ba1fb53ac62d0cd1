use crate::{
    CredentialError, GovernorConfig, HashParams, Normalisation, Passphrase, Peppers,
    arena::Arena,
    foreign::{ForeignHash, Scheme},
    hashed::{Recipe, Salt, TAG_LEN, Tag},
};
use argon2::{Algorithm, Argon2, Version};
use std::sync::Arc;
use zeroize::Zeroizing;

/// One job of the governor. It owns the passphrase, so that the work goes on, and its memory stays
/// accounted for, when the one who asked has gone.
pub(crate) struct Input {
    secret: Secret,
    recipe: Recipe,
    peppers: Arc<Peppers>,
    padding: Padding,
}

/// What is hashed.
enum Secret {
    Passphrase(Zeroizing<String>),
    /// What another service made of it.
    Made(Zeroizing<Vec<u8>>),
}

/// Work whose result nobody wants, so that a check takes as long as any other.
#[derive(Default)]
struct Padding {
    params: Option<HashParams>,
    scheme: Option<Scheme>,
}

impl Recipe {
    /// How new passphrases are hashed.
    pub(crate) fn current(config: &GovernorConfig, salt: &Salt) -> Self {
        Self {
            normalisation: Normalisation::CURRENT,
            params: config.params,
            pepper: config.peppers.current_id(),
            salt: salt.0,
            inner: None,
        }
    }

    /// Whether it is another than new ones have.
    pub(crate) fn is_outdated(&self, config: &GovernorConfig) -> bool {
        self.params != config.params
            || self.pepper != config.peppers.current_id()
            || self.normalisation != Normalisation::CURRENT
            || self.inner.is_some()
    }

    /// Whether no part of it costs more than the ceiling.
    fn is_within(&self, ceiling: HashParams) -> bool {
        self.params.within(ceiling) && self.inner.as_ref().is_none_or(|scheme| scheme.within(ceiling))
    }
}

impl Input {
    /// A new hash.
    pub(crate) fn new(passphrase: &Passphrase, recipe: Recipe, config: &GovernorConfig) -> Self {
        let secret = Secret::Passphrase(passphrase.normalised(recipe.normalisation));
        Self { secret, recipe, peppers: Arc::clone(&config.peppers), padding: Padding::default() }
    }

    /// A check: as much work whatever the recipe is, as far as can be.
    pub(crate) fn check(passphrase: &Passphrase, recipe: Recipe, config: &GovernorConfig) -> Self {
        let padding = Padding {
            params: recipe.params.shortfall(config.params),
            scheme: if recipe.inner.is_none() { config.migrating.clone() } else { None },
        };
        Self { padding, ..Self::new(passphrase, recipe, config) }
    }

    /// The hash of another service's hash.
    pub(crate) fn import(foreign: &ForeignHash, mut recipe: Recipe, config: &GovernorConfig) -> Self {
        recipe.normalisation = Normalisation::AsTyped;
        recipe.inner = Some(foreign.scheme.clone());
        let secret = Secret::Made(foreign.tag.clone());
        Self { secret, recipe, peppers: Arc::clone(&config.peppers), padding: Padding::default() }
    }

    pub(crate) const fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// That it can be computed within the ceiling, and that its pepper is at hand.
    pub(crate) fn admissible(&self, ceiling: HashParams) -> Result<(), CredentialError> {
        if !self.recipe.is_within(ceiling) {
            return Err(CredentialError::CostlyParams);
        }
        self.recipe.pepper.map_or(Ok(()), |id| self.peppers.secret(id).map(drop))
    }

    pub(crate) fn compute(&self, arena: &mut Arena) -> Result<Tag, CredentialError> {
        self.pad(arena)?;
        match (&self.secret, &self.recipe.inner) {
            (Secret::Made(made), _) => self.argon2(made, self.recipe.params, arena),
            (Secret::Passphrase(text), Some(scheme)) => {
                let made = scheme.compute(text, &self.peppers, arena)?;
                self.argon2(&made, self.recipe.params, arena)
            }
            (Secret::Passphrase(text), None) => self.argon2(text.as_bytes(), self.recipe.params, arena),
        }
    }

    fn pad(&self, arena: &mut Arena) -> Result<(), CredentialError> {
        let Secret::Passphrase(text) = &self.secret else { return Ok(()) };
        if let Some(scheme) = &self.padding.scheme {
            scheme.compute(text, &self.peppers, arena)?;
        }
        if let Some(params) = self.padding.params {
            self.argon2(text.as_bytes(), params, arena)?;
        }
        Ok(())
    }

    fn argon2(&self, input: &[u8], params: HashParams, arena: &mut Arena) -> Result<Tag, CredentialError> {
        let (algorithm, version, costs) = (Algorithm::Argon2id, Version::V0x13, params.to_argon2(TAG_LEN)?);
        let argon2 = match self.recipe.pepper {
            Some(id) => Argon2::new_with_secret(self.peppers.secret(id)?, algorithm, version, costs),
            None => Ok(Argon2::new(algorithm, version, costs)),
        };
        let argon2 = argon2.map_err(|_| CredentialError::NotComputed)?;
        let mut tag = Tag(Box::new([0; TAG_LEN]));
        arena.argon2(&argon2, params, [input, &self.recipe.salt], tag.0.as_mut_slice())?;
        Ok(tag)
    }
}
