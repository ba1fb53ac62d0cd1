//! What the service keeps of a story for a clinical record.

use super::{Story, device::Client};
use crate::{story::witness::Entry, support::now};
use leeward_event::{Actor, Component};
use leeward_messages::{
    Delivery, Error, MemberId,
    transcript::{OpenedLine, TranscriptKey},
};
use leeward_store::testing::Plan;
use pollster::block_on;

/// The key of everybody who keeps the transcript.
fn key() -> TranscriptKey {
    TranscriptKey::from_bytes(&[9; 32])
}

impl Story {
    /// Members of staff keep the transcript from now on, those who are in.
    pub(super) fn keep_transcript(&self, client: &Client, me: MemberId) {
        let MemberId::Staff(staff) = me else { return };
        match block_on(client.keep_transcript(self.id, staff, &key())) {
            Ok(()) | Err(Error::NotAMember) => {}
            Err(error) => panic!("seed {}: {error:?}", self.seed),
        }
    }

    /// Whether somebody keeps the transcript, and can.
    pub(super) fn somebody_records(&self) -> bool {
        for device in &self.devices {
            self.keep_transcript(&self.line.client(&device.disk, &Plan::new()), device.member);
        }
        let well = |device| self.is_well(device);
        self.devices.iter().any(|device| matches!(device.member, MemberId::Staff(_)) && well(device))
    }

    /// It has one line for each message of the log, which is what was said or nothing; from a place on it is whole.
    pub(super) fn check_transcript(&self, first: u64, whole_from: Option<u64>, entries: &[Entry]) {
        let (delivery, by) = (Delivery::new(&self.line.disk), Actor::Component(Component::Application));
        let (transcript, head) = block_on(delivery.transcripts().export(self.id, by, now())).unwrap();
        let opened = transcript.open(&[key()], &head).unwrap();
        let said = (first..).zip(entries).filter_map(|(place, entry)| Some((place, entry.text.as_ref()?)));
        let said: Vec<_> = said.collect();
        assert_eq!(opened.lines().len(), said.len(), "seed {}", self.seed);
        for (line, (place, text)) in opened.lines().iter().zip(said) {
            match line {
                OpenedLine::Said(kept) => {
                    assert_eq!(
                        (kept.seq, kept.body.expose()),
                        (place, text.as_bytes()),
                        "seed {}",
                        self.seed
                    );
                }
                OpenedLine::Unrecorded(kept) => {
                    assert_eq!(kept.seq, place, "seed {}", self.seed);
                    assert!(whole_from.is_none_or(|from| place < from), "seed {}: {place}", self.seed);
                }
                other => panic!("seed {}: {other:?}", self.seed),
            }
        }
    }
}
