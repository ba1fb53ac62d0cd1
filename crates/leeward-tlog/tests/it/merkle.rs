//! The tree against the vectors of transparency-dev and against `ct-merkle`.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use leeward_tlog::merkle::{
    Frontier, Hash, Node, ProofError, consistency_ranges, empty_root, hash_range, inclusion_ranges,
    leaf_hash, verify_consistency, verify_inclusion, verify_subtree_consistency, verify_subtree_inclusion,
};
use proptest::prelude::*;
use serde_json::Value;
use sha2::Sha256;
use std::{convert::Infallible, ops::Range};

const VECTORS: &str = include_str!("../vectors/transparency-dev-merkle.json");

fn vectors(kind: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).unwrap();
    all[kind].as_array().unwrap().clone()
}

/// The hash in a field, if it has one. Some vectors have a text where any root will do: its hash
/// stands for it.
fn hash(case: &Value, field: &str) -> Option<Hash> {
    let text = case[field].as_str().filter(|text| !text.is_empty())?;
    Some(Hash::from_base64(text).unwrap_or_else(|| leaf_hash(text.as_bytes())))
}

fn proof(case: &Value) -> Option<Vec<Hash>> {
    let hashes = case["proof"].as_array().map(Vec::as_slice).unwrap_or_default();
    hashes.iter().map(|hash| Hash::from_base64(hash.as_str().unwrap())).collect()
}

fn number(case: &Value, field: &str) -> u64 {
    case[field].as_u64().unwrap_or_else(|| panic!("{field} of {case}"))
}

#[test]
fn transparency_dev_inclusion() {
    for case in vectors("inclusion") {
        let verified = || {
            let (proof, leaf, root) = (proof(&case)?, hash(&case, "leafHash")?, hash(&case, "root")?);
            let (index, size) = (number(&case, "leafIdx"), number(&case, "treeSize"));
            verify_inclusion(&proof, index, &leaf, size, &root).ok()
        };
        assert_eq!(verified().is_none(), case["wantErr"].as_bool().unwrap(), "{}", case["name"]);
    }
}

#[test]
fn transparency_dev_consistency() {
    for case in vectors("consistency") {
        let verified = || {
            let (proof, old, new) = (proof(&case)?, hash(&case, "root1")?, hash(&case, "root2")?);
            let (old_size, size) = (number(&case, "size1"), number(&case, "size2"));
            verify_consistency(&proof, old_size, &old, size, &new).ok()
        };
        assert_eq!(verified().is_none(), case["wantErr"].as_bool().unwrap(), "{}", case["name"]);
    }
}

#[test]
fn transparency_dev_subtree_inclusion() {
    for case in vectors("subtreeInclusion") {
        let verified = || {
            let (proof, leaf, root) = (proof(&case)?, hash(&case, "leafHash")?, hash(&case, "root")?);
            let (index, range) = (number(&case, "leafIdx"), number(&case, "start")..number(&case, "end"));
            verify_subtree_inclusion(&proof, index, &leaf, range, &root).ok()
        };
        assert_eq!(verified().is_none(), case["wantErr"].as_bool().unwrap(), "{}", case["name"]);
    }
}

#[test]
fn transparency_dev_subtree_consistency() {
    for case in vectors("subtreeConsistency") {
        let verified = || {
            let (proof, old, new) = (proof(&case)?, hash(&case, "root1")?, hash(&case, "root2")?);
            let (range, size) = (number(&case, "start")..number(&case, "end"), number(&case, "size"));
            verify_subtree_consistency(&proof, range, &old, size, &new).ok()
        };
        assert_eq!(verified().is_none(), case["wantErr"].as_bool().unwrap(), "{}", case["name"]);
    }
}

#[test]
fn the_vectors_are_all_there() {
    let refusals = |kind| vectors(kind).iter().filter(|case| case["wantErr"] == true).count();
    let counted = ["inclusion", "consistency", "subtreeInclusion", "subtreeConsistency"]
        .map(|kind| (vectors(kind).len(), refusals(kind)));
    assert_eq!(counted, [(98, 92), (98, 92), (204, 192), (118, 106)]);
    assert_eq!(counted.iter().map(|(all, _)| all).sum::<usize>(), 518);
}

/// The proof that a tree has a subtree, by the recursive definition of the draft.
fn subtree_proof(leaves: &[Hash], range: Range<usize>, known: bool) -> Vec<Hash> {
    let size = leaves.len();
    let root = |leaves: &[Hash]| leaves.iter().copied().collect::<Frontier>().root();
    if range == (0..size) {
        return if known { vec![] } else { vec![root(leaves)] };
    }
    let middle = size.next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut proof, other) = if range.end <= middle {
        (subtree_proof(left, range, known), right)
    } else if range.start >= middle {
        (subtree_proof(right, range.start - middle..range.end - middle, known), left)
    } else {
        (subtree_proof(right, 0..range.end - middle, false), left)
    };
    proof.push(root(other));
    proof
}

#[test]
fn every_subtree_of_every_small_tree_is_proved_and_no_other_range() {
    let leaves: Vec<Hash> = (0_u8..36).map(|n| leaf_hash(&[n])).collect();
    let root = |range: Range<usize>| leaves[range].iter().copied().collect::<Frontier>().root();
    let mut proved = 0;
    for size in 1..=leaves.len() {
        for (start, end) in (0..size).flat_map(|start| (start + 1..=size).map(move |end| (start, end))) {
            let range = start as u64..end as u64;
            let verify = |proof: &[Hash], part: Hash| {
                verify_subtree_consistency(proof, range.clone(), &part, size as u64, &root(0..size))
            };
            if start % (end - start).next_power_of_two() != 0 {
                assert_eq!(verify(&[], root(start..end)), Err(ProofError::Subtree));
                continue;
            }
            let mut proof = subtree_proof(&leaves[..size], start..end, true);
            assert_eq!(verify(&proof, root(start..end)), Ok(()), "{range:?} of {size}");
            assert!(verify(&proof, leaf_hash(b"other")).is_err());
            proof.push(leaves[0]);
            assert!(verify(&proof, root(start..end)).is_err());
            proved += 1;
        }
    }
    assert!(proved > 2_000, "{proved}");
}

/// Roots of the leaves "", 00, 10, 2021, 3031, 40414243, 5051525354555657, 6061..6f of the CT
/// reference implementation, after each append.
#[test]
fn the_reference_roots_of_certificate_transparency() {
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut tree = Frontier::new();
    assert_eq!(tree.root(), empty_root());
    assert_eq!(hex(&empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (leaf, root) in leaves.iter().zip(roots) {
        tree.append(leaf_hash(leaf));
        assert_eq!(hex(&tree.root()), root);
    }
}

fn hex(hash: &Hash) -> String {
    hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A tree in memory, to make proofs from.
struct Leaves(Vec<Hash>);

impl Leaves {
    fn node(&self, node: Node) -> Hash {
        let start = (node.index << node.level) as usize;
        self.0[start..start + (1 << node.level)].iter().copied().collect::<Frontier>().root()
    }

    fn hashes(&self, ranges: Vec<Range<u64>>) -> Vec<Hash> {
        let hash = |range| hash_range(range, |node| Ok::<_, Infallible>(self.node(node))).unwrap();
        ranges.into_iter().map(hash).collect()
    }

    fn root(&self, size: u64) -> Hash {
        self.0[..size as usize].iter().copied().collect::<Frontier>().root()
    }
}

fn both(entries: &[Vec<u8>]) -> (Leaves, MemoryBackedTree<Sha256, Vec<u8>>) {
    let leaves = Leaves(entries.iter().map(|entry| leaf_hash(entry)).collect());
    let mut theirs = MemoryBackedTree::new();
    entries.iter().for_each(|entry| theirs.push(entry.clone()));
    (leaves, theirs)
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

#[test]
fn every_proof_of_every_small_tree_is_that_of_ct_merkle() {
    for size in 1..=66_u64 {
        let entries: Vec<Vec<u8>> = (0..size).map(|n| n.to_string().into_bytes()).collect();
        let (ours, theirs) = both(&entries);
        let root = ours.root(size);
        assert_eq!(root.as_bytes(), theirs.root().as_bytes().as_slice());
        for index in 0..size {
            let proof = ours.hashes(inclusion_ranges(index, size).unwrap());
            assert_eq!(bytes(&proof), theirs.prove_inclusion(index as usize).as_bytes());
            let leaf = ours.0[index as usize];
            verify_inclusion(&proof, index, &leaf, size, &root).unwrap();
        }
        for old in 1..=size {
            let proof = ours.hashes(consistency_ranges(old, size).unwrap());
            let added = (size - old) as usize;
            assert_eq!(bytes(&proof), theirs.prove_consistency(added).as_bytes(), "{old} of {size}");
            verify_consistency(&proof, old, &ours.root(old), size, &root).unwrap();
        }
    }
}

/// A hash changed, one left out, one too many.
fn changes(proof: &[Hash], extra: &Hash, at: prop::sample::Index) -> Vec<Vec<Hash>> {
    let longer = [proof, &[*extra]].concat();
    if proof.is_empty() {
        return vec![longer];
    }
    let mut changed = proof.to_vec();
    changed[at.index(proof.len())] = leaf_hash(b"\0");
    vec![changed, proof[1..].to_vec(), longer]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_trees_are_those_of_ct_merkle(
        entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..300),
        at in any::<prop::sample::Index>(),
        flip in any::<prop::sample::Index>(),
        shift in 1_u64..300,
    ) {
        let (ours, theirs) = both(&entries);
        let size = entries.len() as u64;
        let index = at.index(entries.len()) as u64;
        let (root, leaf) = (ours.root(size), ours.0[index as usize]);
        let proof = ours.hashes(inclusion_ranges(index, size).unwrap());
        let same = bytes(&proof) == theirs.prove_inclusion(index as usize).as_bytes();
        prop_assert!(same);
        prop_assert_eq!(verify_inclusion(&proof, index, &leaf, size, &root), Ok(()));

        let (old, old_root) = (index + 1, ours.root(index + 1));
        let growth = ours.hashes(consistency_ranges(old, size).unwrap());
        let same = bytes(&growth) == theirs.prove_consistency((size - old) as usize).as_bytes();
        prop_assert!(same);
        prop_assert_eq!(verify_consistency(&growth, old, &old_root, size, &root), Ok(()));

        // Whatever is changed, both proofs fail. Another size alone may leave an inclusion proof as it
        // is, where its path does not see the size; the checkpoint's signature covers that.
        let other = leaf_hash(&entries[flip.index(entries.len())]);
        if other != leaf {
            prop_assert_eq!(verify_inclusion(&proof, index, &other, size, &root), Err(ProofError::Root));
        }
        prop_assert!(verify_consistency(&growth, old, &old_root, size, &leaf_hash(b"\0")).is_err());
        if old < size {
            prop_assert!(verify_consistency(&growth, old, &leaf_hash(b"\0"), size, &root).is_err());
        }
        let index_too_large = verify_inclusion(&proof, size + shift - 1, &leaf, size, &root);
        prop_assert_eq!(index_too_large, Err(ProofError::Index));
        for wrong in changes(&proof, &leaf, flip) {
            prop_assert!(verify_inclusion(&wrong, index, &leaf, size, &root).is_err());
        }
        for wrong in changes(&growth, &leaf, flip) {
            prop_assert!(verify_consistency(&wrong, old, &old_root, size, &root).is_err());
        }
    }

    #[test]
    fn no_sizes_and_no_hashes_make_a_verifier_panic(
        count in 0_usize..70, index: u64, old: u64, size: u64,
    ) {
        let proof = vec![empty_root(); count];
        let root = empty_root();
        prop_assert!(verify_inclusion(&proof, index, &root, size, &root).is_err() || size == 1);
        prop_assert!(verify_consistency(&proof, old, &root, size, &root).is_err() || (old == size && count == 0));
    }
}
