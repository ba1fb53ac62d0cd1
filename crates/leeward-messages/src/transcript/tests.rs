use super::*;
use crate::{Draft, MemberId, content::Content, franking::FrankingTag};
use jiff::Timestamp;
use leeward_event::{ConversationId, SeekerId, StaffId};
use ring::rand::SystemRandom;

const ROOM: ConversationId = ConversationId::from_bytes([7; 16]);

fn members() -> [MemberId; 2] {
    [SeekerId::from_bytes([1; 16]).into(), StaffId::from_bytes([2; 16]).into()]
}

struct Scene {
    key: TranscriptKey,
    lines: Vec<(Entry, Vec<u8>)>,
    ledger: Ledger,
}

/// Three messages at the places 1, 3 and 5.
fn scene() -> Scene {
    let rng = SystemRandom::new();
    let (key, mut ledger) = (TranscriptKey::generate(&rng).unwrap(), Ledger::new(ROOM));
    let mut lines = Vec::new();
    for (at, text) in (0..).zip(["hello", "I am here", "thank you"]) {
        let sender = members()[at % 2];
        let made = Content::seal(sender, ROOM, &Draft::text(text), Timestamp::UNIX_EPOCH, &rng).unwrap();
        let seq = u64::try_from(at * 2 + 1).unwrap();
        let entry = Entry { seq, sender, accepted_ms: 1_000 + seq, tag: made.aad.tag };
        ledger.accept(&entry).unwrap();
        lines.push((entry, key.seal(ROOM, sender, &entry.tag, &made.data, &rng).unwrap()));
    }
    Scene { key, lines, ledger }
}

fn transcript(lines: &[(Entry, Vec<u8>)]) -> Transcript {
    let mut transcript = Transcript::new(ROOM);
    for (entry, record) in lines {
        transcript.keep(*entry, members()[1], record.clone()).unwrap();
    }
    transcript
}

/// The texts that can be read, and why the others cannot.
fn opened(transcript: &Transcript, keys: &[TranscriptKey], head: &Head) -> (Vec<String>, Vec<Refusal>) {
    let opened = transcript.open(keys, head).unwrap();
    let texts = opened.said().map(|said| String::from_utf8(said.body.expose().to_vec()).unwrap());
    let refusals = opened.lines().iter().filter_map(|line| match line {
        OpenedLine::Unreadable { why, kept_by, .. } => {
            assert_eq!(*kept_by, members()[1]);
            Some(*why)
        }
        _ => None,
    });
    (texts.collect(), refusals.collect())
}

#[test]
fn a_transcript_is_read_with_its_key() {
    let Scene { key, lines, ledger } = scene();
    let bytes = transcript(&lines).encode().unwrap();
    let read = Transcript::decode(&bytes).unwrap();
    assert!(read.keys().into_iter().eq([key.id()]));
    let keys = [key];
    let said = read.open(&keys, &ledger.head()).unwrap();
    let texts: Vec<&[u8]> = said.said().map(|said| said.body.expose()).collect();
    assert_eq!(texts, [&b"hello"[..], b"I am here", b"thank you"]);
    let second = said.said().nth(1).unwrap();
    assert_eq!((second.from, second.seq, second.accepted_ms), (members()[1], 3, 1_003));
    assert_eq!((said.start().count(), said.head()), (0, ledger.head()));
    let other = TranscriptKey::generate(&SystemRandom::new()).unwrap();
    assert_eq!(opened(&read, &[other], &ledger.head()), (vec![], vec![Refusal::UnknownTranscriptKey; 3]));
    assert_eq!(format!("{:?} {:?}", keys[0], ledger.head()), "TranscriptKey { .. } Head(3 entries)");
}

#[test]
fn after_a_hand_over_each_key_reads_its_own_records() {
    let Scene { key, mut lines, ledger } = scene();
    let (rng, next) = (SystemRandom::new(), TranscriptKey::generate(&SystemRandom::new()).unwrap());
    let entry = lines[2].0;
    let data = key::tests::data(&key, ROOM, &entry, &lines[2].1);
    lines[2].1 = next.seal(ROOM, entry.sender, &entry.tag, &data, &rng).unwrap();
    let whole = transcript(&lines);
    assert_eq!(whole.keys().len(), 2);
    let (texts, refused) = opened(&whole, std::slice::from_ref(&key), &ledger.head());
    assert_eq!((texts.len(), refused), (2, vec![Refusal::UnknownTranscriptKey]));
    assert_eq!(opened(&whole, &[next, key], &ledger.head()).0, ["hello", "I am here", "thank you"]);
}

#[test]
fn what_is_missing_added_or_moved_is_found_without_the_key() {
    let Scene { lines, ledger, .. } = scene();
    let (a, b, c) = (&lines[0], &lines[1], &lines[2]);
    let whole = transcript(&lines);
    assert!(whole.check(&ledger.head()).is_ok());
    for bad in [vec![a, b], vec![b, c], vec![a, c], vec![b, a, c], vec![a, b, c, c], vec![]] {
        let bad: Vec<_> = bad.into_iter().cloned().collect();
        assert!(transcript(&bad).check(&ledger.head()).is_err());
    }
    let changes: [fn(&mut Entry); 4] = [
        |entry| entry.seq = 2,
        |entry| entry.sender = members()[1],
        |entry| entry.accepted_ms += 1,
        |entry| entry.tag = FrankingTag::from_bytes([0; 32]),
    ];
    for change in changes {
        let mut bad = lines.clone();
        change(&mut bad[0].0);
        assert!(transcript(&bad).check(&ledger.head()).is_err());
    }
}

#[test]
fn a_record_holds_what_was_accepted_there_and_nothing_else() {
    let Scene { key, mut lines, ledger } = scene();
    let rng = SystemRandom::new();
    let (entry, sender) = (lines[0].0, members()[0]);
    let made = Content::seal(sender, ROOM, &Draft::text("hell"), Timestamp::UNIX_EPOCH, &rng).unwrap();
    let refused = key.seal(ROOM, sender, &entry.tag, &made.data, &rng).unwrap_err();
    assert!(matches!(refused, Error::Transcript { why: Refusal::Franking }));
    let refused = key.seal(ROOM, members()[1], &made.tag(), &made.data, &rng).unwrap_err();
    assert!(matches!(refused, Error::Transcript { why: Refusal::Identity }));
    // Whoever has the key can seal anything, but not under a tag that commits to something else.
    lines[0].1 = key::tests::seal_unchecked(&key, ROOM, &entry, &made.data);
    let (keys, rest) = ([key], vec!["I am here".to_owned(), "thank you".to_owned()]);
    let found = opened(&transcript(&lines), &keys, &ledger.head());
    assert_eq!(found, (rest, vec![Refusal::Franking]));
}

#[test]
fn a_record_is_of_one_message_one_sender_and_one_conversation() {
    let Scene { key, lines, ledger } = scene();
    let keys = [key];
    // Of the third message, which the same member sent, in the place of the first.
    let mut moved = lines.clone();
    moved[0].1 = lines[2].1.clone();
    let found = opened(&transcript(&moved), &keys, &ledger.head());
    assert_eq!((found.0.len(), found.1), (2, vec![Refusal::NotAuthentic]));
    // The same tag and record under another name: the ledger says otherwise, and so does the record.
    let mut other = lines.clone();
    other[0].0.sender = members()[1];
    let mut lie = Ledger::new(ROOM);
    for (entry, _) in &other {
        lie.accept(entry).unwrap();
    }
    assert!(transcript(&other).check(&ledger.head()).is_err());
    let found = opened(&transcript(&other), &keys, &lie.head());
    assert_eq!((found.0.len(), found.1), (2, vec![Refusal::NotAuthentic]));
    // In another conversation.
    let elsewhere = ConversationId::from_bytes([8; 16]);
    let mut ledger = Ledger::new(elsewhere);
    let mut other = Transcript::new(elsewhere);
    for (entry, record) in lines {
        ledger.accept(&entry).unwrap();
        other.keep(entry, members()[1], record).unwrap();
    }
    assert_eq!(opened(&other, &keys, &ledger.head()), (vec![], vec![Refusal::NotAuthentic; 3]));
}

#[test]
fn no_changed_byte_makes_somebody_say_something_else() {
    let Scene { key, lines, .. } = scene();
    let mut short = Transcript::new(ROOM);
    short.keep(lines[0].0, members()[1], lines[0].1.clone()).unwrap();
    let bytes = short.encode().unwrap();
    let (mut ledger, keys) = (Ledger::new(ROOM), [key]);
    ledger.accept(&lines[0].0).unwrap();
    // Who brought a record is the service's word alone.
    let by = 1 + 16 + 41 + 4 + 1 + Entry::LEN;
    for index in (0..by).chain(by + 17..bytes.len()) {
        let mut bad = bytes.clone();
        bad[index] ^= 1;
        let read = Transcript::decode(&bad).ok().and_then(|bad| bad.open(&keys, &ledger.head()).ok());
        assert!(read.is_none_or(|read| read.said().count() == 0), "{index}");
    }
    assert!((0..bytes.len()).all(|len| Transcript::decode(&bytes[..len]).is_err()));
}

#[test]
fn what_ended_and_what_has_no_record_are_named_and_keep_their_places() {
    let Scene { key, lines, ledger } = scene();
    let mut transcript = Transcript::new(ROOM);
    transcript.unrecorded(lines[0].0).unwrap();
    transcript.ended(&lines[1].0).unwrap();
    transcript.keep(lines[2].0, members()[1], lines[2].1.clone()).unwrap();
    let read = Transcript::decode(&transcript.encode().unwrap()).unwrap();
    assert_eq!((read.ended_count(), read.unrecorded_count()), (1, 1));
    let opened = read.open(&[key], &ledger.head()).unwrap();
    assert!(matches!(opened.lines(), [OpenedLine::Unrecorded(entry), OpenedLine::Ended, OpenedLine::Said(_)]
        if entry.seq == 1));
}

#[test]
fn what_was_let_go_is_counted_and_the_rest_is_complete() {
    let Scene { lines, ledger, .. } = scene();
    let start = Head::of_nothing(ROOM).after(&lines[0].0.leaf()).unwrap();
    let rest = |start, lines: &[(Entry, Vec<u8>)]| {
        let mut rest = Transcript::from_start(ROOM, start);
        for (entry, record) in lines {
            rest.keep(*entry, members()[1], record.clone()).unwrap();
        }
        rest
    };
    let whole = rest(start, &lines[1..]);
    let read = Transcript::decode(&whole.encode().unwrap()).unwrap();
    assert_eq!(read.start().count(), 1);
    assert!(read.check(&ledger.head()).is_ok());
    assert!(rest(start, &lines[2..]).check(&ledger.head()).is_err());
    assert!(rest(Head::of_nothing(ROOM), &lines[1..]).check(&ledger.head()).is_err());
    assert!(rest(start, &lines).check(&ledger.head()).is_err());
}

#[test]
fn the_transcript_is_pinned() {
    let tag = FrankingTag::from_bytes([3; 32]);
    let entry = |seq| Entry { seq, sender: members()[0], accepted_ms: 2, tag };
    let record = [&[1][..], &[6; 16], b"sealed"].concat();
    let mut transcript = Transcript::from_start(ROOM, Head { count: 5, link: [8; 32] });
    transcript.keep(entry(1), members()[1], record.clone()).unwrap();
    transcript.unrecorded(entry(2)).unwrap();
    transcript.ended(&entry(3)).unwrap();
    let pinned = |seq: u64| [&seq.to_be_bytes()[..], &[2], &[1; 16], &2_u64.to_be_bytes(), &[3; 32]].concat();
    let parts: [&[u8]; 16] = [
        &[2],
        &[7; 16],
        &[1, 0, 0, 0, 0, 0, 0, 0, 5],
        &[8; 32],
        &[0, 0, 0, 3],
        &[1],
        &pinned(1),
        &[1],
        &[2; 16],
        &[0, 0, 0, 23],
        &record,
        &[2],
        &pinned(2),
        &[0],
        &entry(3).leaf(),
        &[],
    ];
    assert_eq!(transcript.encode().unwrap(), parts.concat());
    for bad in [vec![], vec![2; 17], vec![1; 16], vec![1; 80 * 1024 + 1]] {
        assert!(Transcript::new(ROOM).keep(entry(1), members()[1], bad).is_err());
    }
}

#[test]
fn the_ledger_is_pinned() {
    let mut ledger = Ledger::new(ROOM);
    let tag = FrankingTag::from_bytes([3; 32]);
    let entry = Entry { seq: 1, sender: members()[0], accepted_ms: 2, tag };
    ledger.accept(&entry).unwrap();
    assert!(ledger.accept(&entry).is_err(), "a place is taken once");
    let bytes = ledger.encode().unwrap();
    assert_eq!((bytes.len(), &bytes[..9]), (49, &[1, 0, 0, 0, 0, 0, 0, 0, 1][..]));
    assert_eq!(bytes[41..], [0, 0, 0, 0, 0, 0, 0, 2]);
    let again = Ledger::decode(&bytes).unwrap();
    assert_eq!((again.head(), again.encode().unwrap()), (ledger.head(), bytes.clone()));
    assert!((0..49).all(|len| Ledger::decode(&bytes[..len]).is_err()));
    let leaf = [&[0][..], &[0, 0, 0, 0, 0, 0, 0, 1, 2], &[1; 16], &[0, 0, 0, 0, 0, 0, 0, 2], &[3; 32]];
    let hash = |parts: &[&[u8]]| entry::hash(parts);
    let link = hash(&[&[1], &hash(&[&[2], &[7; 16]]), &hash(&leaf)]);
    assert_eq!(bytes[9..41], link);
}
