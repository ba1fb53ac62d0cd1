//! Whoever listens on the wire, and has a member's keys.

use crate::insider::{Insider, What};
use std::collections::{BTreeMap, BTreeSet};

/// What the witness knows of an entry of the log.
pub(super) struct Entry {
    pub(super) author: Vec<u8>,
    /// `None` of a commit.
    pub(super) text: Option<String>,
    pub(super) roster: BTreeSet<Vec<u8>>,
}

/// Opens all that left a device, epoch by epoch, and tells what the log holds from the witness's epoch on.
pub(super) fn testify(witness: &mut Insider, sent: &[Vec<u8>], log: &[Vec<u8>]) -> Vec<Entry> {
    let mut distinct: Vec<&Vec<u8>> = Vec::new();
    for message in sent {
        if epoch_of(message) >= witness.epoch() && !distinct.contains(&message) {
            distinct.push(message);
        }
    }
    let mut entries: BTreeMap<usize, Entry> = BTreeMap::new();
    loop {
        let (epoch, mut next) = (witness.epoch(), None);
        let roster: BTreeSet<_> = witness.roster().into_iter().collect();
        for message in distinct.iter().filter(|message| epoch_of(message) == epoch) {
            let opened = witness.open(message);
            let place = log.iter().position(|entry| entry == *message);
            let text = match opened.what {
                What::Message(content) => Some(text_of(&content)),
                What::Commit(commit) => {
                    if place.is_some() {
                        assert!(next.replace(commit).is_none(), "two commits were taken in one epoch");
                    }
                    None
                }
            };
            if let Some(place) = place {
                let roster = roster.clone();
                entries.insert(place, Entry { author: opened.author, text, roster });
            }
        }
        match next {
            Some(commit) => witness.merge(*commit),
            None => break,
        }
    }
    assert_eq!(entries.len(), log.len(), "the log holds what nobody sent");
    entries.into_values().collect()
}

pub(super) fn epoch_of(message: &[u8]) -> u64 {
    u64::from_be_bytes(message[2 + 2 + 17..][..8].try_into().unwrap())
}

/// The body in a padded content, as its format says.
fn text_of(content: &[u8]) -> String {
    let len = usize::try_from(u32::from_be_bytes(content[..4].try_into().unwrap())).unwrap();
    String::from_utf8(content[4..][..len][1 + 16 + 17 + 16 + 12 + 1..].to_vec()).unwrap()
}
