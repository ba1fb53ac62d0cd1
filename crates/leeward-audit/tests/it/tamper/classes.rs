//! Every class of change of what is published, each many times over, and how many were found.

use super::made::{
    EARLIER, Files, Made, SIZE, bundles_of, checkpoint_of, published_by, refused, signer, tiles_of, verify,
};
use leeward_audit::{
    VerifyError,
    note::Ed25519Signer,
    tiles::{CHECKPOINT_FILE, VKEY_FILE},
};
use std::thread;

/// The length of an entry, with its own.
const ENTRY: usize = 76;

/// Makes every change of its class, sees each refused, and says how many there were.
type Class = fn(&Made) -> usize;

const CLASSES: &[(&str, Class)] = &[
    ("a byte of any file is changed", change_bytes),
    ("a bit of checkpoint or key is flipped", flip_bits),
    ("a file is taken away", delete_files),
    ("an entry is deleted, its bundle shorter", delete_entries),
    ("an entry is deleted, those after it move up", close_ranks),
    ("two neighbouring entries are swapped", swap_neighbours),
    ("the entries of a bundle are reversed", reverse_bundles),
    ("an entry is doubled over the next", double_entries),
    ("an entry is inserted, those after it move on", insert_entries),
    ("a file is cut at a boundary, or beside one", truncate),
    ("a file is continued", extend),
    ("two files are swapped", swap_files),
    ("a file is put in another's place", duplicate_files),
    ("the end is cut off, tiles and all", cut_off),
    ("an entry and all its hashes are changed", rewrite),
    ("all is rewritten and signed by another key", resign),
];

#[test]
fn every_class_of_change_of_a_log_of_2000_entries_is_found() {
    let made = &Made::new();
    assert_eq!(verify(&made.files).unwrap().size, SIZE);
    assert_eq!(published_by(&signer(), &made.entries), without_earlier(&made.files));
    thread::scope(|scope| {
        let classes = CLASSES.iter().map(|(name, class)| (name, scope.spawn(move || class(made))));
        for (name, found) in classes.collect::<Vec<_>>() {
            let found = found.join().unwrap();
            assert!(found > 0, "{name}");
            println!("{name:48} {found:6} of {found:6} found");
        }
    });
}

fn without_earlier(files: &Files) -> Files {
    let earlier = |file: &str| file.ends_with(&format!(".p/{}", EARLIER % 256));
    files
        .iter()
        .filter(|(file, _)| !earlier(file))
        .map(|(file, bytes)| (file.clone(), bytes.clone()))
        .collect()
}

/// The names of the files that the present checkpoint asks for, and what they hold.
fn needed(made: &Made) -> Files {
    without_earlier(&made.files)
}

fn change_bytes(made: &Made) -> usize {
    // Every single byte is gone through where the verifier itself is tested.
    let step = 211;
    let mut changed = 0;
    for (file, good) in &made.files {
        for at in (0..good.len()).step_by(step) {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            refused(&made.with(file, Some(bad)));
            changed += 1;
        }
    }
    changed
}

fn flip_bits(made: &Made) -> usize {
    let mut flipped = 0;
    for file in [CHECKPOINT_FILE, VKEY_FILE] {
        let good = &made.files[file];
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            refused(&made.with(file, Some(bad)));
        }
        flipped += good.len() * 8;
    }
    flipped
}

fn delete_files(made: &Made) -> usize {
    // What only an earlier checkpoint asks for is not needed any more.
    assert_eq!(verify(&needed(made)).unwrap().size, SIZE);
    let names = needed(made).into_keys();
    names
        .map(|file| {
            let refusal = refused(&made.with(&file, None));
            assert!(matches!(refusal, VerifyError::Missing { file: missing } if missing == file));
        })
        .count()
}

fn delete_entries(made: &Made) -> usize {
    let delete = |index: usize| {
        let bundle = index / 256;
        let (start, end) = (bundle * 256, made.entries.len().min((bundle + 1) * 256));
        let left: Vec<_> = (start..end).filter(|n| *n != index).map(|n| made.entries[n].clone()).collect();
        let short = bundles_of(&left).into_values().next().unwrap();
        let file = bundles_of(&made.entries).into_keys().nth(bundle).unwrap();
        let refusal = refused(&made.with(&file, Some(short)));
        assert_eq!(named(&refusal), index as u64, "{refusal}");
    };
    (0..made.entries.len()).step_by(7).map(delete).count()
}

fn close_ranks(made: &Made) -> usize {
    let delete = |index| {
        let mut entries = made.entries.clone();
        entries.remove(index);
        // So that every bundle has as many as its name says.
        entries.push(made.entries[0].clone());
        let refusal = refused(&made.with_bundles_of(&entries));
        assert_eq!(named(&refusal), index as u64, "{refusal}");
    };
    (0..made.entries.len()).step_by(23).map(delete).count()
}

fn swap_neighbours(made: &Made) -> usize {
    let swap = |index| {
        let mut entries = made.entries.clone();
        entries.swap(index, index + 1);
        let refusal = refused(&made.with_bundles_of(&entries));
        assert_eq!(named(&refusal), index as u64, "{refusal}");
    };
    (0..made.entries.len() - 1).step_by(7).map(swap).count()
}

fn reverse_bundles(made: &Made) -> usize {
    let bundles = made.entries.len().div_ceil(256);
    let reverse = |bundle| {
        let mut entries = made.entries.clone();
        let end = entries.len().min((bundle + 1) * 256);
        entries[bundle * 256..end].reverse();
        refused(&made.with_bundles_of(&entries));
    };
    (0..bundles).map(reverse).count()
}

fn double_entries(made: &Made) -> usize {
    let double = |index: usize| {
        let mut entries = made.entries.clone();
        entries[index + 1] = entries[index].clone();
        let refusal = refused(&made.with_bundles_of(&entries));
        assert_eq!(named(&refusal), index as u64 + 1, "{refusal}");
    };
    (0..made.entries.len() - 1).step_by(23).map(double).count()
}

fn insert_entries(made: &Made) -> usize {
    let insert = |index: usize| {
        let mut entries = made.entries.clone();
        // A plausible one: it has the form, and another's minute and pseudonyms.
        let mut forged = entries[index].clone();
        *forged.last_mut().unwrap() ^= 1;
        entries.insert(index, forged);
        let refusal = refused(&made.with_bundles_of(&entries[..SIZE as usize]));
        assert_eq!(named(&refusal), index as u64, "{refusal}");
        // One more than was signed.
        refused(&made.with_bundles_of(&entries));
    };
    2 * (0..made.entries.len()).step_by(47).map(insert).count()
}

fn truncate(made: &Made) -> usize {
    let mut cut = 0;
    for (file, good) in &made.files {
        let unit = if file.contains("entries") { ENTRY } else { 32 };
        let boundaries = (0..good.len()).step_by(unit).step_by(5);
        for len in
            boundaries.flat_map(|at| [at.saturating_sub(1), at, at + 1]).filter(|len| *len < good.len())
        {
            refused(&made.with(file, Some(good[..len].to_vec())));
            cut += 1;
        }
    }
    cut
}

fn extend(made: &Made) -> usize {
    let mut extended = 0;
    for (file, good) in &made.files {
        for extra in
            [&b"\0"[..], b"\n", b"\0\0", &good[..1], &good[..good.len().min(ENTRY)], good, &[0; 100_000]]
        {
            refused(&made.with(file, Some([good, extra].concat())));
            extended += 1;
        }
    }
    extended
}

fn swap_files(made: &Made) -> usize {
    pairs(made, |files, left, right| {
        let (first, second) = (files[left].clone(), files[right].clone());
        files.extend([(left.to_owned(), second), (right.to_owned(), first)]);
    })
}

fn duplicate_files(made: &Made) -> usize {
    pairs(made, |files, left, right| {
        let first = files[left].clone();
        files.insert(right.to_owned(), first);
    })
}

/// Makes a change for every two files.
fn pairs(made: &Made, change: impl Fn(&mut Files, &str, &str)) -> usize {
    let names: Vec<_> = made.files.keys().collect();
    let mut changed = 0;
    for (n, left) in names.iter().enumerate() {
        for right in &names[n + 1..] {
            let mut files = made.files.clone();
            change(&mut files, left, right);
            refused(&files);
            changed += 1;
        }
    }
    changed
}

fn cut_off(made: &Made) -> usize {
    let cut = |left: usize| {
        let mut files = published_by(&signer(), &made.entries[..left]);
        files.insert(CHECKPOINT_FILE.to_owned(), made.files[CHECKPOINT_FILE].clone());
        refused(&files);
    };
    (0..made.entries.len()).step_by(31).chain([1_792, 1_999]).map(cut).count()
}

fn rewrite(made: &Made) -> usize {
    let rewrite = |index: usize| {
        let mut entries = made.entries.clone();
        entries[index][10] ^= 1;
        let mut files = made.with_bundles_of(&entries);
        files.extend(tiles_of(&entries).0);
        // Nothing that lies there tells any more which entry it was.
        let refusal = refused(&files);
        assert!(matches!(refusal, VerifyError::Entry { index: 0, count: SIZE, .. }), "{refusal}");
    };
    (0..made.entries.len()).step_by(37).map(rewrite).count()
}

fn resign(made: &Made) -> usize {
    let other = Ed25519Signer::from_seed(checkpoint_of(&made.files).origin(), &[6; 32]).unwrap();
    let mut files = published_by(&other, &made.entries);
    assert!(matches!(refused(&files), VerifyError::Checkpoint(_)));
    files.insert(
        VKEY_FILE.to_owned(),
        format!("{}\n", leeward_audit::note::Signer::vkey(&other)).into_bytes(),
    );
    assert!(matches!(refused(&files), VerifyError::Key));
    2
}

/// The first entry that is said to be wrong.
fn named(refusal: &VerifyError) -> u64 {
    match refusal {
        VerifyError::Entry { index, count: 1, .. } | VerifyError::Unreadable { index, .. } => *index,
        other => panic!("{other}"),
    }
}
