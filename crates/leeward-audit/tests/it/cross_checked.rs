//! A log of 600 leaves whose checkpoint three unrelated programs have made or
//! verified (PyPI `aics-tlog`, Go `sumdb/note` and `sumdb/tlog`, Rust `tlog_tiles` and `ct-merkle`).

use leeward_audit::verify_dir;
use leeward_tlog::{
    merkle::{Frontier, inclusion_ranges, leaf_hash},
    tiles::push_entry,
};
use std::fs;

const CROSS_CHECKED: &str = "audit.example/log
600
1nNqfhU9l1uSDCIyIQZ3bn8Vib2IJOiPsTn5Zb+5x4s=

— audit.example/log TD7Nd81KveWnEZDkKOQL26tBWqjiB0x/GfQLbyugicVx41bi8G+TI2I3/miem3Jn59jgPnDq7RhHLkfQoaJAvmFdWAg=
— wit.example/w1 +b3vAAAAAABpUkfADna4E7cvE0NZa0k4XEyCBwV4M913SWhwJ+NF/2gPClIWKrJtw7A+v99ou2fWW1RcJLcYIUNX/weD4CDphF5ICA==
";
const VKEY: &str = "audit.example/log+4c3ecd77+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

fn tree() -> Frontier {
    (0..600).map(|n| leaf_hash(format!("event-{n}").as_bytes())).collect()
}

/// Publishes the cross-checked log by hand, with these files and no others, and has it verified.
#[test]
fn cross_checked_600_leaves_in_tiles() {
    let dir = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let events: Vec<String> = (0..600).map(|n| format!("event-{n}")).collect();
    let names = ["000", "001", "002.p/88"];
    let mut roots = Vec::new();
    for (name, events) in names.iter().zip(events.chunks(256)) {
        let leaves: Vec<_> = events.iter().map(|event| leaf_hash(event.as_bytes())).collect();
        let mut bundle = Vec::new();
        events.iter().for_each(|event| push_entry(&mut bundle, event.as_bytes()).unwrap());
        put(&format!("tile/entries/{name}"), &bundle);
        let hashes: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf.as_bytes()).collect();
        put(&format!("tile/0/{name}"), &hashes);
        roots.push(leaves.into_iter().collect::<Frontier>().root());
    }
    let full: Vec<u8> = roots[..2].iter().flat_map(|root| *root.as_bytes()).collect();
    put("tile/1/000.p/2", &full);
    put("checkpoint", CROSS_CHECKED.as_bytes());
    put("log.vkey", format!("{VKEY}\n").as_bytes());
    let verified = verify_dir(dir.path(), &VKEY.parse().unwrap()).unwrap();
    assert_eq!((verified.size, verified.root), (600, tree().root()));
    assert_eq!(inclusion_ranges(257, 600).unwrap().len(), 10);
}
