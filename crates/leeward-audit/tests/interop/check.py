"""What aics-tlog has no command for: every tile and bundle of a log, its growth from many sizes, and a
proof file. `check.py LOG [MADE]`, where MADE is what the example make_log wrote.
"""

import base64
import sys
from pathlib import Path

from aics_tlog import (
    FileSystemTileReader,
    MerkleTree,
    audit_tiles,
    consistency_proof_from_tiles,
    leaf_hash,
    parse_checkpoint,
    parse_note,
    read_vkey_file,
    tiles,
    verify_checkpoint,
    verify_consistency,
    verify_inclusion,
)


def opened(note_text, key):
    note = parse_note(note_text)
    result = verify_checkpoint(note, key, expected_origin=key.name)
    assert result.ok, result.error
    return parse_checkpoint(note.text)


def entries(reader, size):
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        bundle = reader.read_entry_bundle(index, None if width == 256 else width)
        yield from tiles.parse_entry_bundle(bundle)


def check_log(log, key):
    checkpoint = opened((log / "checkpoint").read_text(), key)
    reader = FileSystemTileReader(log)
    report = audit_tiles(reader, checkpoint.size, checkpoint.root)
    print(f"every tile and bundle: {report}")

    tree = MerkleTree(list(entries(reader, checkpoint.size)))
    assert tree.root() == checkpoint.root
    sizes = sorted({min(n, checkpoint.size) for n in (1, 2, 3, checkpoint.size // 2, checkpoint.size)} - {0})
    for old in sizes:
        proof = consistency_proof_from_tiles(reader, old, checkpoint.size)
        assert verify_consistency(old, checkpoint.size, tree.root(old), checkpoint.root, proof)
    print(f"growth from {sizes} entries")


def check_proof(made, key):
    head, note = (made / "entry.tlog-proof").read_text().split("\n\n", 1)
    header, index, *hashes = head.split("\n")
    assert header == "c2sp.org/tlog-proof@v1"
    index = int(index.removeprefix("index "))
    checkpoint = opened(note, key)
    leaf = leaf_hash((made / "entry").read_bytes())
    proof = [base64.b64decode(line) for line in hashes]
    assert verify_inclusion(leaf, index, checkpoint.size, proof, checkpoint.root)
    print(f"the proof file of entry {index}, {len(proof)} hashes")


def main():
    log = Path(sys.argv[1])
    key = read_vkey_file((log / "log.vkey").read_text())
    check_log(log, key)
    for made in map(Path, sys.argv[2:]):
        check_proof(made, key)


main()
