//! The tree, its proofs, tiles and notes against `tlog_tiles`, `signed_note` and `ct-merkle`, on trees of up to
//! 1,100 leaves.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use leeward_tlog::{
    Checkpoint,
    merkle::{
        Frontier, Hash, Node, consistency_ranges, hash_range, inclusion_ranges, leaf_hash,
        verify_consistency, verify_inclusion,
    },
    note::{Ed25519Signer, Note, Signer},
    tiles::{TileKind, TilePath},
};
use proptest::prelude::*;
use sha2::Sha256;
use signed_note::{StandardVerifier, VerifierList};
use std::ops::Range;
use tlog_tiles::{
    HashReader, Tile, check_record, check_tree, prove_record, prove_tree, record_hash, stored_hashes,
    tree_hash,
};

const MAX_LEAVES: u64 = 1_100;

/// The hashes as `tlog_tiles` stores them.
struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
    }
}

/// The same leaves three times.
struct Trees {
    leaves: Vec<Hash>,
    stored: Stored,
    backed: MemoryBackedTree<Sha256, Vec<u8>>,
}

impl Trees {
    fn new(entries: &[Vec<u8>]) -> Self {
        let mut stored = Stored(Vec::new());
        for (index, entry) in (0..).zip(entries) {
            let new = stored_hashes(index, entry, &stored).unwrap();
            stored.0.extend(new);
        }
        let mut backed = MemoryBackedTree::new();
        entries.iter().for_each(|entry| backed.push(entry.clone()));
        Self { leaves: entries.iter().map(|entry| leaf_hash(entry)).collect(), stored, backed }
    }

    fn root(&self, range: Range<u64>) -> Hash {
        self.leaves[range.start as usize..range.end as usize].iter().copied().collect::<Frontier>().root()
    }

    fn hashes(&self, ranges: Vec<Range<u64>>) -> Vec<Hash> {
        let lookup = |node: Node| {
            Ok::<_, std::convert::Infallible>(
                self.root(node.index << node.level..(node.index + 1) << node.level),
            )
        };
        ranges.into_iter().map(|range| hash_range(range, lookup).unwrap()).collect()
    }
}

fn theirs(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().map(|hash| tlog_tiles::Hash(*hash.as_bytes())).collect()
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// A tree of this size with random entries, one place in it and one older size.
fn tree() -> impl Strategy<Value = (Vec<Vec<u8>>, u64, u64)> {
    let entry = proptest::collection::vec(any::<u8>(), 0..24);
    let entries = proptest::collection::vec(entry, 1..=MAX_LEAVES as usize);
    (entries, any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(entries, at, old)| {
        let (at, old) = (at.index(entries.len()) as u64, old.index(entries.len()) as u64 + 1);
        (entries, at, old)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn roots_and_proofs_are_theirs((entries, at, old) in tree()) {
        let (size, trees) = (entries.len() as u64, Trees::new(&entries));
        let (root, leaf) = (trees.root(0..size), trees.leaves[at as usize]);
        let their_root = tree_hash(size, &trees.stored).unwrap();
        prop_assert_eq!(root.as_bytes(), &their_root.0);
        let third = trees.backed.root().as_bytes().to_vec();
        prop_assert_eq!(root.as_bytes().as_slice(), third);
        prop_assert_eq!(leaf.as_bytes(), &record_hash(&entries[at as usize]).0);

        let proof = trees.hashes(inclusion_ranges(at, size).unwrap());
        prop_assert_eq!(theirs(&proof), prove_record(size, at, &trees.stored).unwrap());
        prop_assert_eq!(bytes(&proof), trees.backed.prove_inclusion(at as usize).as_bytes().to_vec());
        let their_leaf = tlog_tiles::Hash(*leaf.as_bytes());
        prop_assert!(check_record(&theirs(&proof), size, their_root, at, their_leaf).is_ok());

        let growth = trees.hashes(consistency_ranges(old, size).unwrap());
        let old_root = trees.root(0..old);
        prop_assert_eq!(theirs(&growth), prove_tree(size, old, &trees.stored).unwrap());
        let third = trees.backed.prove_consistency((size - old) as usize).as_bytes().to_vec();
        prop_assert_eq!(bytes(&growth), third);
        let their_old = tlog_tiles::Hash(*old_root.as_bytes());
        prop_assert!(check_tree(&theirs(&growth), size, their_root, old, their_old).is_ok());
        prop_assert_eq!(verify_consistency(&growth, old, &old_root, size, &root), Ok(()));
    }

    /// Whatever is changed, all say the same.
    #[test]
    fn changed_proofs_are_judged_as_they_judge_them(
        (entries, at, old) in tree(),
        change in 0_usize..6,
        place in any::<prop::sample::Index>(),
        other in 0..=MAX_LEAVES,
    ) {
        let (size, trees) = (entries.len() as u64, Trees::new(&entries));
        let (root, leaf, old_root) = (trees.root(0..size), trees.leaves[at as usize], trees.root(0..old));
        let alter = |mut proof: Vec<Hash>| {
            match change {
                0 if !proof.is_empty() => { proof.remove(place.index(proof.len())); }
                1 => proof.insert(place.index(proof.len() + 1), leaf),
                2 if !proof.is_empty() => { let n = place.index(proof.len()); proof[n] = root; }
                3 => proof.reverse(),
                _ => {}
            }
            proof
        };
        let (index, older) = if change == 4 { (other, other) } else { (at, old) };
        let proof = alter(trees.hashes(inclusion_ranges(at, size).unwrap()));
        let growth = alter(trees.hashes(consistency_ranges(old, size).unwrap()));
        let hash = |hash: &Hash| tlog_tiles::Hash(*hash.as_bytes());
        prop_assert_eq!(
            verify_inclusion(&proof, index, &leaf, size, &root).is_ok(),
            check_record(&theirs(&proof), size, hash(&root), index, hash(&leaf)).is_ok()
        );
        prop_assert_eq!(
            verify_consistency(&growth, older, &old_root, size, &root).is_ok(),
            check_tree(&theirs(&growth), size, hash(&root), older, hash(&old_root)).is_ok()
        );
    }

    #[test]
    fn tiles_lie_where_theirs_do_but_for_the_height(level in 0_u8..8, index: u64, width in 1_u16..=256) {
        let ours = TilePath::new(TileKind::Hashes(level), index, width).unwrap().to_string();
        let path = Tile::new(8, level, index, u32::from(width), false).path();
        prop_assert_eq!(ours, path.replacen("tile/8/", "tile/", 1));
    }

    /// What we read as a note, they read as the same; and what holds, holds for both.
    #[test]
    fn changed_notes_are_judged_as_they_judge_them(
        at in any::<prop::sample::Index>(), byte: u8, insert: bool, remove: bool,
    ) {
        let signer = Ed25519Signer::from_seed("example.com/log", &[1; 32]).unwrap();
        let note = Checkpoint::new("example.com/log", 3, leaf_hash(b"")).unwrap().sign(&signer).unwrap();
        let mut changed = note.to_string().into_bytes();
        let at = at.index(changed.len());
        match (insert, remove) {
            (true, _) => changed.insert(at, byte),
            (false, true) => { changed.remove(at); }
            (false, false) => changed[at] = byte,
        }
        let verifier = StandardVerifier::new(&signer.vkey().to_string()).unwrap();
        let known = VerifierList::new(vec![Box::new(verifier)]);
        let (ours, theirs) = (Note::parse(&changed), signed_note::Note::from_bytes(&changed));
        prop_assert!(ours.is_err() || theirs.is_ok(), "{}", String::from_utf8_lossy(&changed));
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            prop_assert_eq!(ours.text().as_bytes(), theirs.text());
            let holds = ours.verify(&[signer.vkey().clone()]).is_ok();
            prop_assert_eq!(holds, theirs.verify(&known).is_ok());
        }
    }
}

#[test]
fn the_largest_tree_and_its_neighbours() {
    let entries: Vec<Vec<u8>> = (0..MAX_LEAVES).map(|n| n.to_be_bytes().to_vec()).collect();
    let trees = Trees::new(&entries);
    for size in [1, 2, 255, 256, 257, 511, 512, 513, 1_023, 1_024, 1_025, 1_099, MAX_LEAVES] {
        assert_eq!(trees.root(0..size).as_bytes(), &tree_hash(size, &trees.stored).unwrap().0, "{size}");
        for old in [1, size / 2, size - 1, size].into_iter().filter(|old| *old > 0) {
            let growth = trees.hashes(consistency_ranges(old, size).unwrap());
            assert_eq!(theirs(&growth), prove_tree(size, old, &trees.stored).unwrap(), "{old} of {size}");
        }
    }
}

#[test]
fn a_note_that_signed_note_signed() {
    let mut rng = rand_core::OsRng;
    let (skey, vkey) = signed_note::generate_key(&mut rng, "example.com/theirs");
    let signer = signed_note::StandardSigner::new(&skey).unwrap();
    let mut note = signed_note::Note::new(b"all is well\n", &[]).unwrap();
    note.add_sigs(&[&signer]).unwrap();
    let read = Note::parse(&note.to_bytes()).unwrap();
    assert_eq!(read.verify(&[vkey.parse().unwrap()]).unwrap().len(), 1);
    assert_eq!(read.to_string().into_bytes(), note.to_bytes());
}
