use super::{Engine, INCOMPLETE, Judge, credential, join, lifetime, policy};
use crate::{Credentials, Error, MAX_ENTRY, MAX_MEMBERS, MAX_WELCOME, MemberId, Refusal};
use jiff::{SignedDuration, Timestamp};
use openmls::prelude::{KeyPackage, LeafNodeIndex, LeafNodeParameters, MlsMessageOut};
use openmls_traits::OpenMlsProvider as _;

/// How long before its end a credential is renewed: the delivery service's clock decides, and may be ahead.
const RENEWED_BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// A commit that was made and not merged: that is done when it is met in the log.
pub(crate) struct Commit {
    pub(crate) entry: Vec<u8>,
    /// For the member who was added, if one was.
    pub(crate) welcome: Option<Vec<u8>>,
}

/// A key package that was checked: it belongs to the member it is to add, and its time has not run out.
#[derive(Clone)]
pub(crate) struct Claim {
    package: KeyPackage,
    member: MemberId,
}

impl Claim {
    pub(crate) const fn member(&self) -> MemberId {
        self.member
    }

    pub(crate) fn check(package: &[u8], member: MemberId, judge: Judge<'_>) -> Result<Self, Refusal> {
        let package = join::read_key_package(package)?;
        policy::check_addition(judge, &package, member)?;
        lifetime::check_claim(&package, judge.now)?;
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

    /// Whether there is such a member, and it is another one.
    pub(crate) fn check_is_other(&self, member: MemberId) -> Result<(), Error> {
        self.other_leaf(member).map(drop)
    }

    /// Gets a new credential for this member's key if the one in its leaf runs out: else nobody would take the
    /// commit that comes next, nor any after it.
    pub(crate) fn renew(&mut self, credentials: &Credentials, now: Timestamp) -> Result<(), Error> {
        let (policy, key) = (&*credentials.policy, self.signer.public());
        let soon = now.checked_add(RENEWED_BEFORE).unwrap_or(now);
        let leaf = self.group.own_leaf_node().ok_or(INCOMPLETE)?;
        if (Judge { policy, now: soon }).update(leaf.credential(), key).is_ok() {
            return Ok(());
        }
        let renewed = credential(self.me, key, credentials, now)?;
        (Judge { policy, now }).update(&renewed.credential, key).map_err(|_| Error::Credential)?;
        self.leaf = LeafNodeParameters::builder().with_credential_with_key(renewed).build();
        Ok(())
    }

    /// Adds the member whose key package was claimed.
    pub(crate) fn add(&mut self, claim: Claim) -> Result<Commit, Error> {
        self.check_room_for(claim.member)?;
        self.commit(Vec::new(), vec![claim.package])
    }

    /// Removes a member.
    pub(crate) fn remove(&mut self, member: MemberId) -> Result<Commit, Error> {
        let leaf = self.other_leaf(member)?;
        self.commit(vec![leaf], Vec::new())
    }

    /// Removes a member and adds it again in one step.
    pub(crate) fn readmit(&mut self, claim: Claim) -> Result<Commit, Error> {
        let leaf = self.other_leaf(claim.member)?;
        self.commit(vec![leaf], vec![claim.package])
    }

    /// New keys for this member, and through them for everyone.
    pub(crate) fn refresh(&mut self) -> Result<Commit, Error> {
        self.commit(Vec::new(), Vec::new())
    }

    fn other_leaf(&self, member: MemberId) -> Result<LeafNodeIndex, Error> {
        if member == self.me {
            return Err(Error::RemovesItself);
        }
        self.leaf_of(member).ok_or(Error::NotAMember)
    }

    fn commit(&mut self, removed: Vec<LeafNodeIndex>, added: Vec<KeyPackage>) -> Result<Commit, Error> {
        let provider = self.overlay.provider();
        let builder = self.group.commit_builder().force_self_update(true);
        let builder = builder.leaf_node_parameters(std::mem::take(&mut self.leaf));
        let builder = builder.propose_removals(removed).propose_adds(added);
        let builder = builder.load_psks(provider.storage()).map_err(Error::engine)?;
        let built = builder.build(provider.rand(), provider.crypto(), &self.signer, |_| true);
        let staged = built.map_err(Error::engine)?.stage_commit(provider).map_err(Error::engine)?;
        let welcome = staged.to_welcome_msg();
        let welcome = welcome.map(|welcome| bounded(&welcome, MAX_WELCOME)).transpose()?;
        Ok(Commit { entry: bounded(staged.commit(), MAX_ENTRY)?, welcome })
    }

    /// Merges the commit that this member made and the log holds.
    pub(crate) fn merge(&mut self) -> Result<(), Error> {
        self.group.merge_pending_commit(self.overlay.provider()).map_err(Error::engine)
    }

    /// Lets go of a commit that lost its race. Its keys belong to an epoch that is over.
    pub(crate) fn give_up(&mut self) -> Result<(), Error> {
        self.group.clear_pending_commit(self.overlay.provider().storage()).map_err(Error::engine)
    }
}

fn bounded(message: &MlsMessageOut, max: usize) -> Result<Vec<u8>, Error> {
    let bytes = message.to_bytes().map_err(Error::engine)?;
    if bytes.len() > max { Err(Error::engine(Refusal::TooLarge)) } else { Ok(bytes) }
}
