//! What can be seen from outside.

use crate::support::{Room, key, now, seeker, staff, store};
use leeward_messages::{Conversations, Error, Refusal};
use leeward_store::{Backend, Batch, Entry, Inner, Key, Page, Scan, StoreError, Timestamp, Version};
use pollster::block_on;
use std::sync::{Arc, Mutex};

/// Everything that was ever written: the space, and the value.
#[derive(Clone, Default)]
struct Dump(Arc<Mutex<Vec<Row>>>);

type Row = (String, Vec<u8>);

struct Recorder(Inner, Dump);

impl Backend for Recorder {
    async fn get(&self, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.0.get(key).await
    }

    async fn scan(&self, scan: &Scan) -> Result<Page, StoreError> {
        self.0.scan(scan).await
    }

    async fn commit(&self, batch: Batch) -> Result<Version, StoreError> {
        for op in batch.ops() {
            if let leeward_store::Action::Put { value, .. } = &op.action {
                let row = (op.key.space().name().to_owned(), value.as_bytes().to_vec());
                self.1.0.lock().unwrap().push(row);
            }
        }
        self.0.commit(batch).await
    }

    async fn purge(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.0.purge(now, limit).await
    }

    async fn prepare(&self, batch: Batch) -> Result<Batch, StoreError> {
        self.0.prepare(batch).await
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn the_log_shows_neither_what_was_said_nor_who_said_it() {
    block_on(async {
        let dump = Dump::default();
        let store = store().decorate(|inner| Recorder(inner, dump.clone()));
        let (person, first) = (seeker(), staff());
        let room = Room::over(store, person, &[first]).await;
        let line = "this line is nowhere to be found";
        room.say(person, line).await;
        assert_eq!(room.texts(first).await, [line]);
        room.service.remove(room.id, person, first, now()).await.unwrap();

        let rows = dump.0.lock().unwrap();
        assert!(rows.iter().all(|(_, value)| !contains(value, line.as_bytes())), "not in any row");
        let log: Vec<_> = rows.iter().filter(|(space, _)| space == "messages.delivery").collect();
        assert_eq!(log.len(), 3);
        let secrets = rows.iter().filter(|(space, _)| space == "messages.member");
        let keys = secrets.flat_map(|(_, state)| private_keys(state)).collect::<Vec<_>>();
        assert!(!keys.is_empty());
        for (_, entry) in log {
            for member in [person, first] {
                assert!(!contains(entry, &crate::support::identity(member)[1..]));
            }
            assert!(keys.iter().all(|key| !contains(entry, key)));
        }
    });
}

/// The private signature keys in a stored state, which names them in JSON.
fn private_keys(state: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(state);
    let lists = text.split("\"private\":[").skip(1).filter_map(|rest| rest.split(']').next());
    lists.map(|list| list.split(',').map(|number| number.parse().unwrap()).collect()).collect()
}

#[test]
fn nothing_prints_what_was_said_or_a_key() {
    block_on(async {
        let (person, first) = (seeker(), staff());
        let room = Room::of(person, &[first]).await;
        room.say(person, "secret").await;
        let received = room.service.receive(room.id, first, now()).await.unwrap();
        let expected = format!(
            "Received {{ seq: 1, from: {person:?}, sent_at: {}, accepted_at: {}, expires_at: None, kind: Text, \
             body: Body {{ .. }}, report: AbuseReport {{ key: 1, .. }} }}",
            received[0].sent_at, received[0].accepted_at
        );
        assert_eq!(format!("{:?}", received[0]), expected);
        assert_eq!(format!("{:?}", Conversations::new(&room.store, key())), "Conversations { .. }");
    });
}

#[test]
fn errors_say_what_to_do_and_quote_nothing() {
    let refused = Error::Refused { seq: 7, why: Refusal::NotAuthentic };
    assert_eq!(refused.to_string(), "the entry 7 of the delivery log was refused");
    assert_eq!(std::error::Error::source(&refused).unwrap().to_string(), "it is not authentic");
    assert!(Error::EpochConflict.is_behind() && Error::Waiting { entries: 1 }.is_behind());
    assert!(!Error::NotAMember.is_behind() && !Error::Backlog { entries: 1 }.is_behind());
}
