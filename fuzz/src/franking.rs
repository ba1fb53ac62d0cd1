use crate::input::Input;
use leeward_event::{ConversationId, SeekerId, StaffId};
use leeward_messages::{
    AbuseReport, Draft, MemberId,
    attachment::Descriptor,
    content::Content,
    franking::{Agents, HubKeys, Stamp},
    transcript::{Entry, Head, Ledger, OpenedTranscript, Transcript, TranscriptKey},
};
use leeward_store::Timestamp;
use ring::rand::SystemRandom;
use std::sync::OnceLock;

const ROOM: ConversationId = ConversationId::from_bytes([7; 16]);
const TEXT: &str = "go away";

/// One message that was said, stamped and kept.
struct Said {
    keys: HubKeys,
    report: Vec<u8>,
    data: Vec<u8>,
    aad: Vec<u8>,
    transcript: Vec<u8>,
    key: TranscriptKey,
    head: Head,
}

fn said() -> &'static Said {
    static SAID: OnceLock<Said> = OnceLock::new();
    SAID.get_or_init(|| make().expect("a message is made"))
}

fn sender() -> MemberId {
    MemberId::from(SeekerId::from_bytes([1; 16]))
}

fn make() -> Result<Said, leeward_messages::Error> {
    let (rng, now) = (SystemRandom::new(), Timestamp::UNIX_EPOCH);
    let (keys, key) = (HubKeys::generate(&rng)?, TranscriptKey::generate(&rng)?);
    let made = Content::seal(sender(), ROOM, &Draft::text(TEXT), now, &rng)?;
    let stamp = keys.stamp(&made.tag(), sender(), ROOM, now)?;
    let entry = Entry { seq: 1, sender: sender(), accepted_ms: stamp.accepted_ms(), tag: made.tag() };
    let (mut ledger, mut transcript) = (Ledger::new(ROOM), Transcript::new(ROOM));
    ledger.accept(&entry)?;
    let record = key.seal(ROOM, sender(), &made.tag(), made.expose_data(), &rng)?;
    transcript.keep(entry, StaffId::from_bytes([2; 16]).into(), record)?;
    Ok(Said {
        report: AbuseReport::new(&stamp, made.expose_data()).encode().to_vec(),
        data: made.expose_data().to_vec(),
        aad: made.aad().to_vec(),
        transcript: transcript.encode()?,
        head: ledger.head(),
        keys,
        key,
    })
}

/// A report that was changed in any way proves nothing; no bytes prove what was never said.
pub fn abuse_report(data: &[u8]) {
    let said = said();
    let mut report = said.report.clone();
    let changed = Input::new(data).change(&mut report);
    let verified = AbuseReport::decode(&report).ok().and_then(|report| said.keys.verify(&report).ok());
    assert_eq!(verified.is_some(), !changed);
    if let Some(verified) = verified {
        assert_eq!((verified.sender(), verified.body().expose()), (sender(), TEXT.as_bytes()));
    }
    let _ = (Stamp::decode(data), Agents::decode(data), HubKeys::decode(data));
}

/// A message whose padding, head or text was changed does not open, and none of them makes it panic.
pub fn message_content(data: &[u8]) {
    let said = said();
    let mut content = said.data.clone();
    let changed = Input::new(data).change(&mut content);
    let opened = Content::open(&content, &said.aad, sender(), ROOM);
    assert_eq!(opened.is_ok(), !changed);
}

/// What is read as the descriptor of a file is written as it was read.
pub fn attachment_descriptor(data: &[u8]) {
    if let Ok(descriptor) = Descriptor::decode(data) {
        assert_eq!(descriptor.encode().as_slice(), data);
        assert!(descriptor.stored_len() > descriptor.len());
        assert!(!descriptor.name().contains(['/', '\\', '\n']));
    }
}

/// A transcript that was changed in any way is not read, or says the same of the same person; whatever decodes is
/// written as it was read.
pub fn transcript_record(data: &[u8]) {
    let said = said();
    let mut transcript = said.transcript.clone();
    let changed = Input::new(data).change(&mut transcript);
    let read = Transcript::decode(&transcript).ok();
    let opened = read.and_then(|read| read.open(std::slice::from_ref(&said.key), &said.head).ok());
    let readable = opened.as_ref().is_some_and(|opened| opened.said().count() == 1);
    assert!(changed || readable);
    for said in opened.iter().flat_map(OpenedTranscript::said) {
        assert_eq!((said.from, said.body.expose()), (sender(), TEXT.as_bytes()));
    }
    if let Ok(read) = Transcript::decode(data) {
        assert_eq!(read.encode().expect("it has the size that it had"), data);
    }
    let _ = (Head::decode(data), Ledger::decode(data));
}
