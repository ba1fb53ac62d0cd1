use super::{Engine, Judge, policy};
use crate::{MAX_ENTRY, MemberId, Refusal};
use openmls::prelude::{
    ContentType, LeafNodeIndex, MlsMessageBodyIn, MlsMessageIn, ProcessedMessageContent, ProtocolMessage,
    Sender, StagedCommit, tls_codec::Deserialize as _,
};
use zeroize::Zeroizing;

/// What one entry of the log was.
pub(crate) enum Processed {
    /// What another member said.
    Message { from: MemberId, plaintext: Zeroizing<Vec<u8>>, aad: Vec<u8> },
    /// What this member said itself: MLS keeps no key to read it again.
    Own,
    /// A commit, now merged.
    Commit,
    /// A commit that removed this member.
    Removed,
}

impl Engine {
    /// Takes one entry of the log. After a refusal the engine must be dropped.
    pub(crate) fn process(&mut self, entry: &[u8], judge: Judge<'_>) -> Result<Processed, Refusal> {
        let message = parse(entry)?;
        if message.group_id() != self.group.group_id() || message.epoch() != self.group.epoch() {
            return Err(Refusal::Misplaced);
        }
        let kind = message.content_type();
        let processed = self
            .group
            .process_message(self.overlay.provider(), message)
            .map_err(|_| Refusal::NotAuthentic)?;
        let Sender::Member(author) = *processed.sender() else {
            return Err(Refusal::Forbidden);
        };
        let from = policy::identity(processed.credential())?;
        let aad = processed.aad().to_vec();
        match processed.into_content() {
            ProcessedMessageContent::ApplicationMessage(message) => {
                Ok(Processed::Message { from, plaintext: Zeroizing::new(message.into_bytes()), aad })
            }
            ProcessedMessageContent::StagedCommitMessage(commit) => self.take_commit(author, *commit, judge),
            // An own commit is known by its place and its bytes, and never comes here.
            ProcessedMessageContent::OwnPrivateMessage if kind == ContentType::Application => {
                Ok(Processed::Own)
            }
            _ => Err(Refusal::Forbidden),
        }
    }

    fn take_commit(
        &mut self,
        author: LeafNodeIndex,
        commit: StagedCommit,
        judge: Judge<'_>,
    ) -> Result<Processed, Refusal> {
        policy::check_commit(judge, &self.group, author, &commit)?;
        if commit.self_removed() {
            return Ok(Processed::Removed);
        }
        let merged = self.group.merge_staged_commit(self.overlay.provider(), commit);
        merged.map_err(|_| Refusal::NotAuthentic)?;
        Ok(Processed::Commit)
    }
}

fn parse(entry: &[u8]) -> Result<ProtocolMessage, Refusal> {
    if entry.len() > MAX_ENTRY {
        return Err(Refusal::TooLarge);
    }
    let message = MlsMessageIn::tls_deserialize_exact(entry).map_err(|_| Refusal::Malformed)?;
    match message.extract() {
        MlsMessageBodyIn::PrivateMessage(message) => Ok(message.into()),
        _ => Err(Refusal::Forbidden),
    }
}
