//! Files in a blob store: on a disk, in parts, and resumed.

use leeward_event::ConversationId;
use leeward_messages::{
    Error, Refusal,
    attachment::{Attachments, Descriptor, FileType, PART_LEN, decrypt, encrypt},
};
use object_store::local::LocalFileSystem;
use pollster::block_on;
use ring::rand::SystemRandom;
use std::{fs, io::Cursor, path::PathBuf, sync::Arc};
use tempfile::TempDir;

const ROOM: ConversationId = ConversationId::from_bytes([7; 16]);

struct Disk {
    directory: TempDir,
    blobs: Attachments,
}

fn disk() -> Disk {
    let directory = tempfile::tempdir().unwrap();
    let store = LocalFileSystem::new_with_prefix(directory.path()).unwrap();
    Disk { directory, blobs: Attachments::new(Arc::new(store), "files") }
}

impl Disk {
    /// The objects that lie there, by path.
    fn objects(&self) -> Vec<PathBuf> {
        let Ok(files) = fs::read_dir(self.directory.path().join("files")) else { return Vec::new() };
        let parts = files.flat_map(|file| fs::read_dir(file.unwrap().path()).unwrap());
        let mut paths: Vec<PathBuf> = parts.map(|part| part.unwrap().path()).collect();
        paths.sort();
        paths
    }
}

fn sealed(file: &[u8]) -> (Descriptor, Vec<u8>) {
    let mut stored = Vec::new();
    let kind = FileType { media_type: "audio/ogg", name: "voice" };
    let descriptor = encrypt(ROOM, kind, file, &mut stored, &SystemRandom::new()).unwrap();
    (descriptor, stored)
}

fn file() -> Vec<u8> {
    (0..9_000_000_u32).map(|at| at.to_le_bytes()[1]).collect()
}

#[test]
fn a_file_goes_to_a_disk_and_comes_back() {
    block_on(async {
        let (disk, (descriptor, stored)) = (disk(), sealed(&file()));
        disk.blobs.upload(&descriptor, Cursor::new(&stored)).await.unwrap();
        let objects = disk.objects();
        assert_eq!(objects.len(), 3);
        assert!(fs::metadata(&objects[0]).unwrap().len() == PART_LEN, "sizes are those of the parts");

        let mut fetched = Cursor::new(Vec::new());
        disk.blobs.download(&descriptor, &mut fetched).await.unwrap();
        let mut opened = Vec::new();
        decrypt(ROOM, &descriptor, &mut fetched, &mut opened).unwrap();
        assert!(opened == file());

        disk.blobs.delete(&descriptor).await.unwrap();
        disk.blobs.delete(&descriptor).await.unwrap();
        assert!(disk.objects().is_empty());
    });
}

#[test]
fn what_was_interrupted_goes_on() {
    block_on(async {
        let (disk, (descriptor, stored)) = (disk(), sealed(&file()));
        disk.blobs.upload(&descriptor, Cursor::new(&stored)).await.unwrap();
        let objects = disk.objects();
        fs::remove_file(&objects[1]).unwrap();
        fs::write(&objects[2], b"half a part").unwrap();
        let before = fs::metadata(&objects[0]).unwrap().modified().unwrap();

        let mut fetched = Cursor::new(Vec::new());
        let missing = disk.blobs.download(&descriptor, &mut fetched).await.unwrap_err();
        assert!(matches!(missing, Error::Attachment { why: Refusal::NotAuthentic }));
        assert_eq!(fetched.get_ref().len() as u64, PART_LEN, "what lay there was fetched");

        disk.blobs.upload(&descriptor, Cursor::new(&stored)).await.unwrap();
        assert_eq!(fs::metadata(&objects[0]).unwrap().modified().unwrap(), before, "stored once");
        fs::remove_file(&objects[0]).unwrap();
        disk.blobs.download(&descriptor, &mut fetched).await.unwrap();
        assert!(*fetched.get_ref() == stored, "the first part was not asked for again");
    });
}

#[test]
fn a_store_that_gives_something_else_is_found_out() {
    block_on(async {
        let (disk, (descriptor, stored)) = (disk(), sealed(&file()));
        disk.blobs.upload(&descriptor, Cursor::new(&stored)).await.unwrap();
        let objects = disk.objects();
        let (first, second) = (fs::read(&objects[0]).unwrap(), fs::read(&objects[1]).unwrap());
        fs::write(&objects[0], second).unwrap();
        fs::write(&objects[1], first).unwrap();
        let mut fetched = Cursor::new(Vec::new());
        disk.blobs.download(&descriptor, &mut fetched).await.unwrap();
        let mut opened = Vec::new();
        let refused = decrypt(ROOM, &descriptor, &mut fetched, &mut opened).unwrap_err();
        assert!(matches!(refused, Error::Attachment { why: Refusal::NotAuthentic }));
        assert!(opened.is_empty());
    });
}

#[test]
fn sizes_are_capped_before_anything_is_fetched() {
    block_on(async {
        let (disk, (descriptor, stored)) = (disk(), sealed(&[1; 1_000]));
        let narrow = disk.blobs.clone().at_most(999);
        let refused = [
            narrow.upload(&descriptor, Cursor::new(&stored)).await.unwrap_err(),
            narrow.download(&descriptor, Cursor::new(Vec::new())).await.unwrap_err(),
        ];
        assert!(refused.iter().all(|error| matches!(error, Error::Attachment { why: Refusal::TooLarge })));
        let short = disk.blobs.upload(&descriptor, Cursor::new(&stored[1..])).await.unwrap_err();
        assert!(matches!(short, Error::Attachment { why: Refusal::NotAuthentic }));
        assert!(disk.objects().is_empty());
    });
}

#[test]
fn transfers_cross_threads() {
    fn sends(_: impl Send) {}
    let (disk, (descriptor, stored)) = (disk(), sealed(b""));
    sends(disk.blobs.upload(&descriptor, Cursor::new(&stored)));
    sends(disk.blobs.download(&descriptor, Cursor::new(Vec::new())));
    sends(disk.blobs.delete(&descriptor));
}
