//! What an earlier release stored is read by this one: its own forms, and those of the MLS engine.

use crate::support::{HEAD, LOG, PRIVATE, Room, STATE, WELCOME, now, store};
use leeward_event::{ConversationId, SeekerId, StaffId};
use leeward_messages::{Conversations, Error, MemberId, Refusal};
use leeward_store::{Batch, Expect};
use pollster::block_on;

/// Rows of form 1: the space, the segments of the key, the value. A counsellor has one message unread and sent one after
/// it, another was added and has not joined. Members go on; its messages, which nobody could report, do not. None is ever made anew: a later form gets rows of its own.
const FORM_1: &str = include_str!("../vectors/conversation-1.txt");
const CONVERSATION: &str = "5be1626061fbf22c0503726b91791405";

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks_exact(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

async fn room_of(rows: &str) -> Room {
    let store = store();
    let mut batch = Batch::new();
    for row in rows.lines() {
        let [space, key, value] = row.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let spaces = [HEAD, LOG, STATE, WELCOME, PRIVATE];
        let space = spaces.iter().find(|known| known.name() == space).unwrap();
        let segments: Vec<_> = key.split('/').map(unhex).collect();
        let segments: Vec<_> = segments.iter().map(Vec::as_slice).collect();
        batch.put(space.key(&segments).unwrap(), Expect::Absent, unhex(value));
    }
    store.commit(batch).await.unwrap();
    let service = Conversations::new(&store);
    Room { store, service, id: CONVERSATION.parse::<ConversationId>().unwrap() }
}

#[test]
fn a_conversation_of_form_1_goes_on() {
    block_on(async {
        let person = MemberId::from(SeekerId::from_bytes([1; 16]));
        let [inside, coming] = [2, 3].map(|byte| MemberId::from(StaffId::from_bytes([byte; 16])));
        let room = room_of(FORM_1).await;
        room.service.join(room.id, coming, now()).await.unwrap();
        assert_eq!(room.service.last_sent(room.id, inside).await.unwrap(), Some(3));
        for (member, unfranked) in [(inside, &[2][..]), (coming, &[2, 3])] {
            assert_eq!(room.service.roster(room.id, member).await.unwrap(), [person, inside, coming]);
            for seq in unfranked {
                let refused = room.receive_error(member).await;
                let is_refused =
                    matches!(refused, Error::Refused { seq: at, why: Refusal::Malformed } if at == *seq);
                assert!(is_refused, "{refused:?}");
                room.service.skip(room.id, member, *seq, now()).await.unwrap();
            }
            assert!(room.texts(member).await.is_empty());
        }
        room.say(inside, "and read by this").await;
        assert_eq!(room.texts(coming).await, ["and read by this"]);
        room.service.remove(room.id, coming, inside, now()).await.unwrap();
        assert!(room.texts(inside).await.is_empty());
        assert!(matches!(room.receive_error(inside).await, Error::NotAMember));
    });
}
