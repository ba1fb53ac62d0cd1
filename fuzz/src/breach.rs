//! Files of breached passphrases, and what servers of them answer.

use crate::input::Input;
use leeward_credentials::breach::{BreachFilter, BreachHash, Range, RangePrefix};
use ring::digest::{SHA256, digest};
use std::{fs::File, io::Write};

const HEADER: usize = 100;
const ENTRY: usize = 51;
const TABLE: usize = 4096 * ENTRY;

/// Whatever a filter says of itself, with checksums that hold or not, it is refused or asked without a panic.
pub fn breach_filter(data: &[u8]) {
    let mut input = Input::new(data);
    let forged = input.byte();
    let mut bytes = input.rest().to_vec();
    if forged & 1 == 1 {
        forge(&mut bytes, forged & 2 == 2);
    }
    let Ok(filter) = BreachFilter::from_file(file(&bytes)) else { return };
    for first in [[0; 2], [0x7f, 0xff], [0xff, 0xff]] {
        let mut hash = [0x5a; BreachHash::LEN];
        hash.first_chunk_mut::<2>().expect("long enough").copy_from_slice(&first);
        let _ = filter.contains(&BreachHash::from_bytes(hash));
    }
    let _ = filter.verify(|_, _| {});
}

/// A range lists what stands in it, whatever else does.
pub fn breach_range(data: &[u8]) {
    let prefix = RangePrefix::new(0xabcde).expect("below 2^20");
    let Ok(range) = Range::parse(prefix, data) else { return };
    let lines = data.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    assert!(range.len() <= lines);
    assert_eq!(range.count_of(&BreachHash::from_bytes([0; BreachHash::LEN])), 0);
}

/// Makes the checksums hold, and perhaps gives the table empty parts to its end, and a fingerprint or more.
fn forge(bytes: &mut Vec<u8>, longer: bool) {
    if longer {
        bytes.truncate(HEADER + bytes.len().saturating_sub(HEADER) / ENTRY * ENTRY);
        while bytes.len() < HEADER + TABLE {
            bytes.extend([0; ENTRY - 32]);
            bytes.extend(digest(&SHA256, b"").as_ref());
        }
        bytes.extend([0; 24]);
    }
    let Some((header, rest)) = bytes.split_first_chunk_mut::<HEADER>() else { return };
    let (table, _) = rest.split_at(rest.len().min(TABLE));
    header.get_mut(36..68).expect("within").copy_from_slice(digest(&SHA256, table).as_ref());
    let sum = digest(&SHA256, header.get(..68).expect("within"));
    header.get_mut(68..).expect("within").copy_from_slice(sum.as_ref());
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("room for it");
    file
}
