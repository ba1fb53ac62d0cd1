use crate::MemberId;
use leeward_event::ConversationId;
use ring::digest::{Context, SHA256};
use std::fmt;

/// Who can read a conversation now: every member, whoever listens included. MLS lets nobody read who does
/// not stand here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Roster {
    /// The epoch it is of (RFC 9420 8).
    pub epoch: u64,
    /// In the order of their places in the tree.
    pub members: Vec<RosterMember>,
    /// What two members compare by telephone, to know that nobody stands between them.
    pub verification: Verification,
}

/// One who can read a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RosterMember {
    /// Who it is.
    pub member: MemberId,
    /// The place in the tree, which does not change while the member stays.
    pub place: u32,
}

impl RosterMember {
    /// A name that says nothing: `seeker 1`, `staff 2`. The same for every member of the conversation.
    #[must_use]
    pub fn alias(&self) -> String {
        let kind = match self.member {
            MemberId::Seeker(_) => "seeker",
            MemberId::Staff(_) => "staff",
        };
        format!("{kind} {}", self.place.saturating_add(1))
    }
}

/// Six groups of five digits from the epoch authenticator (RFC 9420 8.7): the same for all who are in one
/// epoch of one conversation, and for nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verification([u32; 6]);

impl Verification {
    pub(crate) fn of(conversation: ConversationId, authenticator: &[u8]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(b"leeward verification 1");
        context.update(conversation.as_bytes());
        context.update(authenticator);
        let digest = context.finish();
        let mut groups = [0; 6];
        for (group, chunk) in groups.iter_mut().zip(digest.as_ref().chunks_exact(5)) {
            let number = chunk.iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
            *group = u32::try_from(number % 100_000).unwrap_or(0);
        }
        Self(groups)
    }
}

impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, rest @ ..] = self.0;
        write!(f, "{first:05}")?;
        rest.iter().try_for_each(|group| write!(f, " {group:05}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verification_is_pinned() {
        let of = |id: u8, authenticator: &[u8]| {
            Verification::of(ConversationId::from_bytes([id; 16]), authenticator).to_string()
        };
        assert_eq!(of(1, &[2; 32]), "04590 79811 83873 70132 82512 89052");
        assert_ne!(of(1, &[2; 32]), of(1, &[3; 32]));
        assert_ne!(of(1, &[2; 32]), of(2, &[2; 32]));
    }
}
