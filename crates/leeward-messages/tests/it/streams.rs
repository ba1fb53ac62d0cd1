//! A file of any length passes through a few chunks of memory.

use leeward_event::ConversationId;
use leeward_messages::attachment::{FileType, decrypt, encrypt};
use ring::rand::SystemRandom;
use std::{
    cell::Cell,
    io::{Cursor, Read, Result, Seek, SeekFrom, Write},
};

const ROOM: ConversationId = ConversationId::from_bytes([7; 16]);
const FILE: u64 = 16 << 20;
/// How much may have been read and not yet been written.
const AT_ONCE: u64 = 256 << 10;

/// What went in, and what came out.
#[derive(Default)]
struct Passage {
    read: Cell<u64>,
    written: Cell<u64>,
    /// How often it was read from the beginning.
    readings: Cell<u32>,
}

impl Passage {
    fn held(&self) -> u64 {
        self.read.get().saturating_sub(self.written.get())
    }
}

struct Source<'a, R>(R, &'a Passage, u32);

impl<R: Read> Read for Source<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let (Self(source, passage, opening), len) = (self, buffer.len() as u64);
        if passage.readings.get() == *opening {
            assert!(len <= AT_ONCE && passage.held() <= AT_ONCE, "{len}, {}", passage.held());
        }
        let read = source.read(buffer)?;
        passage.read.set(passage.read.get() + read as u64);
        Ok(read)
    }
}

impl<R: Seek> Seek for Source<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.1.read.set(0);
        self.1.readings.set(self.1.readings.get() + 1);
        self.0.seek(to)
    }
}

struct Sink<'a>(&'a mut Vec<u8>, &'a Passage);

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.1.written.set(self.1.written.get() + bytes.len() as u64);
        self.0.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_is_sealed_and_opened_a_few_chunks_at_a_time() {
    let (mut stored, passage) = (Vec::new(), Passage::default());
    let file = Source(std::io::repeat(7).take(FILE), &passage, 0);
    let kind = FileType { media_type: "video/webm", name: "long.webm" };
    let descriptor = encrypt(ROOM, kind, file, Sink(&mut stored, &passage), &SystemRandom::new()).unwrap();
    assert!(passage.read.get() == FILE && passage.written.get() == stored.len() as u64);

    let (mut opened, passage) = (Vec::new(), Passage::default());
    // Read once for its hash, when nothing is held, and once to be opened.
    let source = Source(Cursor::new(&stored), &passage, 2);
    decrypt(ROOM, &descriptor, source, Sink(&mut opened, &passage)).unwrap();
    assert!(opened.len() as u64 == FILE && opened.iter().all(|byte| *byte == 7));
}
