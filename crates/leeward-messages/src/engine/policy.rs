//! Who may stand in a leaf, and what a commit may do. `openmls` checks signatures and leaves both to
//! the application (RFC 9420 5.3.1). Whatever is not known to be right is refused.

use super::lifetime;
use crate::{MAX_MEMBERS, MemberId, Refusal};
use jiff::Timestamp;
use openmls::prelude::{
    BasicCredential, Credential, KeyPackage, LeafNode, LeafNodeIndex, Member, MlsGroup, Proposal,
    QueuedProposal, Sender, StagedCommit,
};
use std::collections::BTreeSet;

/// Whom a credential names.
pub(super) fn identity(credential: &Credential) -> Result<MemberId, Refusal> {
    let basic = BasicCredential::try_from(credential.clone()).map_err(|_| Refusal::Identity)?;
    MemberId::from_identity(basic.identity())
}

/// The roster, if each leaf names a member, and none the same one.
pub(super) fn roster(members: impl Iterator<Item = Member>) -> Result<BTreeSet<MemberId>, Refusal> {
    let mut roster = BTreeSet::new();
    for member in members {
        if !roster.insert(identity(&member.credential)?) || roster.len() > MAX_MEMBERS {
            return Err(Refusal::Identity);
        }
    }
    Ok(roster)
}

/// Whether another member's commit may be merged.
pub(super) fn check_commit(
    group: &MlsGroup,
    author: LeafNodeIndex,
    commit: &StagedCommit,
    now: Timestamp,
) -> Result<(), Refusal> {
    let mut roster = roster(group.members())?;
    for queued in commit.queued_proposals() {
        check_proposal(group, author, queued, &mut roster, now)?;
    }
    match commit.update_path_leaf_node() {
        Some(leaf) => check_same_leaf(group, author, leaf),
        None => Ok(()),
    }
}

/// Whether a key package may be added to a group as `member`.
pub(super) fn check_addition(package: &KeyPackage, member: MemberId) -> Result<(), Refusal> {
    let same = identity(package.leaf_node().credential())? == member && package.ciphersuite() == super::SUITE;
    if same { Ok(()) } else { Err(Refusal::Identity) }
}

fn check_proposal(
    group: &MlsGroup,
    author: LeafNodeIndex,
    queued: &QueuedProposal,
    roster: &mut BTreeSet<MemberId>,
    now: Timestamp,
) -> Result<(), Refusal> {
    if *queued.sender() != Sender::Member(author) {
        return Err(Refusal::Forbidden);
    }
    match queued.proposal() {
        Proposal::Add(add) => {
            let member = identity(add.key_package().leaf_node().credential())?;
            lifetime::check_received(add.key_package(), now)?;
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
fn check_same_leaf(group: &MlsGroup, author: LeafNodeIndex, leaf: &LeafNode) -> Result<(), Refusal> {
    let before = group.member_at(author).ok_or(Refusal::Identity)?;
    let same = identity(leaf.credential())? == identity(&before.credential)?
        && leaf.signature_key().as_slice() == before.signature_key;
    if same { Ok(()) } else { Err(Refusal::Identity) }
}
