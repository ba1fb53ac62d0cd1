//! Who may stand in a leaf, and what a commit may do. `openmls` checks signatures and leaves both to
//! the application (RFC 9420 5.3.1). Whatever is not known to be right is refused.

use super::lifetime;
use crate::{
    CredentialPolicy, MAX_MEMBERS, MemberId, Refusal,
    identity::{Occasion, Presented},
};
use jiff::Timestamp;
use openmls::prelude::{
    BasicCredential, Credential, KeyPackage, LeafNode, LeafNodeIndex, Member, MlsGroup, Proposal,
    QueuedProposal, Sender, StagedCommit,
};
use std::collections::BTreeSet;

/// The longest proof behind the name in a credential, in bytes.
const MAX_PROOF: usize = 1024;

/// The application's word on credentials, and the time it is asked at.
#[derive(Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) policy: &'a dyn CredentialPolicy,
    pub(crate) now: Timestamp,
}

impl Judge<'_> {
    /// Whom a credential names, if the policy accepts it.
    fn member(self, credential: &Credential, key: &[u8], occasion: Occasion) -> Result<MemberId, Refusal> {
        let (member, proof) = parts(credential)?;
        let presented = Presented { member, signature_key: key, proof: &proof, occasion };
        self.policy.check(&presented, self.now)?;
        Ok(member)
    }

    /// Whom the credential of a leaf that is updated names.
    pub(super) fn update(self, credential: &Credential, key: &[u8]) -> Result<MemberId, Refusal> {
        self.member(credential, key, Occasion::Update)
    }

    fn leaf(self, leaf: &LeafNode, occasion: Occasion) -> Result<MemberId, Refusal> {
        self.member(leaf.credential(), leaf.signature_key().as_slice(), occasion)
    }
}

/// Whom a credential names: of one that was accepted before.
pub(super) fn identity(credential: &Credential) -> Result<MemberId, Refusal> {
    parts(credential).map(|(member, _)| member)
}

fn parts(credential: &Credential) -> Result<(MemberId, Vec<u8>), Refusal> {
    let basic = BasicCredential::try_from(credential.clone()).map_err(|_| Refusal::Identity)?;
    let parts = basic.identity().split_at_checked(MemberId::IDENTITY_LEN);
    let (identity, proof) = parts.ok_or(Refusal::Identity)?;
    if proof.len() > MAX_PROOF {
        return Err(Refusal::Identity);
    }
    Ok((MemberId::from_identity(identity)?, proof.to_vec()))
}

/// Whether each leaf of a conversation that is joined names a member, and none the same one.
pub(super) fn check_roster(judge: Judge<'_>, members: impl Iterator<Item = Member>) -> Result<(), Refusal> {
    let mut roster = BTreeSet::new();
    for member in members {
        let name = judge.member(&member.credential, &member.signature_key, Occasion::Join)?;
        if !roster.insert(name) || roster.len() > MAX_MEMBERS {
            return Err(Refusal::Identity);
        }
    }
    Ok(())
}

/// Whether another member's commit may be merged.
pub(super) fn check_commit(
    judge: Judge<'_>,
    group: &MlsGroup,
    author: LeafNodeIndex,
    commit: &StagedCommit,
) -> Result<(), Refusal> {
    let names = group.members().map(|member| identity(&member.credential));
    let mut roster = names.collect::<Result<BTreeSet<_>, _>>()?;
    let (added, others): (Vec<_>, Vec<_>) =
        commit.queued_proposals().partition(|queued| matches!(queued.proposal(), Proposal::Add(_)));
    // Whoever is removed and added again in one commit leaves before coming back.
    for queued in others.into_iter().chain(added) {
        check_proposal(judge, group, author, queued, &mut roster)?;
    }
    match commit.update_path_leaf_node() {
        Some(leaf) => check_same_leaf(judge, group, author, leaf),
        None => Ok(()),
    }
}

/// Whether a key package may be added to a group as `member`.
pub(super) fn check_addition(
    judge: Judge<'_>,
    package: &KeyPackage,
    member: MemberId,
) -> Result<(), Refusal> {
    if package.ciphersuite() != super::SUITE {
        return Err(Refusal::Suite);
    }
    let named = judge.leaf(package.leaf_node(), Occasion::Add)?;
    if named == member { Ok(()) } else { Err(Refusal::Identity) }
}

fn check_proposal(
    judge: Judge<'_>,
    group: &MlsGroup,
    author: LeafNodeIndex,
    queued: &QueuedProposal,
    roster: &mut BTreeSet<MemberId>,
) -> Result<(), Refusal> {
    if *queued.sender() != Sender::Member(author) {
        return Err(Refusal::Forbidden);
    }
    match queued.proposal() {
        Proposal::Add(add) => {
            let member = judge.leaf(add.key_package().leaf_node(), Occasion::Add)?;
            lifetime::check_received(add.key_package(), judge.now)?;
            let new = roster.insert(member) && roster.len() <= MAX_MEMBERS;
            if new { Ok(()) } else { Err(Refusal::Identity) }
        }
        Proposal::Remove(remove) => {
            let leaf = group.member_at(remove.removed()).ok_or(Refusal::Forbidden)?;
            roster.remove(&identity(&leaf.credential)?);
            Ok(())
        }
        _ => Err(Refusal::Forbidden),
    }
}

/// Whether the new leaf of a committer's path is still the same member with the same key.
fn check_same_leaf(
    judge: Judge<'_>,
    group: &MlsGroup,
    author: LeafNodeIndex,
    leaf: &LeafNode,
) -> Result<(), Refusal> {
    let before = group.member_at(author).ok_or(Refusal::Identity)?;
    let same = judge.leaf(leaf, Occasion::Update)? == identity(&before.credential)?
        && leaf.signature_key().as_slice() == before.signature_key;
    if same { Ok(()) } else { Err(Refusal::Identity) }
}
