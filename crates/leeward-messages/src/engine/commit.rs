use super::{Engine, join, lifetime, policy};
use crate::{Error, MAX_ENTRY, MAX_MEMBERS, MAX_WELCOME, MemberId, Refusal};
use jiff::Timestamp;
use openmls::prelude::{KeyPackage, MlsMessageOut};

/// A commit that is merged here, and must reach the log in the same batch.
pub(crate) struct Commit {
    pub(crate) entry: Vec<u8>,
    /// For the member who was added.
    pub(crate) welcome: Vec<u8>,
    /// The key package that was used.
    pub(crate) key_package: Vec<u8>,
}

/// A key package that was checked: it belongs to the member it is to add, and its time has not run out.
pub(crate) struct Claim {
    package: KeyPackage,
    member: MemberId,
}

impl Claim {
    pub(crate) fn check(package: &[u8], member: MemberId, now: Timestamp) -> Result<Self, Refusal> {
        let package = join::read_key_package(package)?;
        policy::check_addition(&package, member)?;
        lifetime::check_claim(&package, now)?;
        Ok(Self { package, member })
    }
}

impl Engine {
    /// Whether there is room for a member who is not there yet.
    pub(crate) fn check_room_for(&self, member: MemberId) -> Result<(), Error> {
        if self.leaf_of(member).is_some() {
            return Err(Error::AlreadyAMember);
        }
        if self.group.members().count() >= MAX_MEMBERS {
            return Err(Error::TooManyMembers);
        }
        Ok(())
    }

    /// Adds the member whose key package was claimed.
    pub(crate) fn add(&mut self, claim: Claim) -> Result<Commit, Error> {
        self.check_room_for(claim.member)?;
        let key_package = join::reference(self.overlay.provider(), &claim.package)?;
        let (commit, welcome, _) = self
            .group
            .add_members(self.overlay.provider(), &self.signer, &[claim.package])
            .map_err(Error::engine)?;
        let entry = self.merge(&commit)?;
        let welcome = bounded(&welcome, MAX_WELCOME)?;
        Ok(Commit { entry, welcome, key_package })
    }

    /// Removes a member: the entry for the log.
    pub(crate) fn remove(&mut self, member: MemberId) -> Result<Vec<u8>, Error> {
        if member == self.me {
            return Err(Error::RemovesItself);
        }
        let leaf = self.leaf_of(member).ok_or(Error::NotAMember)?;
        let (commit, _, _) = self
            .group
            .remove_members(self.overlay.provider(), &self.signer, &[leaf])
            .map_err(Error::engine)?;
        self.merge(&commit)
    }

    /// Merges into the overlay only: what is merged lasts if the batch with the commit is accepted.
    fn merge(&mut self, commit: &MlsMessageOut) -> Result<Vec<u8>, Error> {
        let entry = bounded(commit, MAX_ENTRY)?;
        self.group.merge_pending_commit(self.overlay.provider()).map_err(Error::engine)?;
        Ok(entry)
    }
}

fn bounded(message: &MlsMessageOut, max: usize) -> Result<Vec<u8>, Error> {
    let bytes = message.to_bytes().map_err(Error::engine)?;
    if bytes.len() > max { Err(Error::engine(Refusal::TooLarge)) } else { Ok(bytes) }
}
