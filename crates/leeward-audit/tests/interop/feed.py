"""Has PyPI aics-witness's client ask a witness for its cosignatures, and PyPI aics-tlog verify them.

`feed.py MADE WITNESS_VKEY URL`, where MADE is what the example make_log wrote.
"""

import hashlib
import sys
import urllib.request
from pathlib import Path

from aics_tlog import FileSystemTileReader, consistency_proof_from_tiles, parse_checkpoint, parse_note
from aics_witness import WitnessClient, WitnessConflict, WitnessRejected


def refused(kind, ask):
    try:
        ask()
    except kind as refusal:
        return refusal
    raise AssertionError(f"{kind.__name__} was expected")


def main():
    made, vkey, url = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    reader = FileSystemTileReader(made / "log")
    old, new = (made / "old-checkpoint").read_bytes(), (made / "log" / "checkpoint").read_bytes()
    size = parse_checkpoint(parse_note(new).text).size

    def proof(before, after):
        return consistency_proof_from_tiles(reader, before, after) if 0 < before < after else []

    client = WitnessClient(url, vkey)
    assert client.submit(old, proof).startswith("\u2014 ")
    assert client.submit(new, proof).startswith("\u2014 ")
    assert client.submit(new, proof).startswith("\u2014 ")
    print(f"200: {size} entries, and again")
    fresh = WitnessClient(url, vkey, max_conflicts=0)
    conflict = refused(WitnessConflict, lambda: fresh.submit(new, proof, old_size=0))
    assert conflict.known_size == size
    print(f"409: it says {size}")
    altered = new.replace(b"\n700\n", b"\n701\n")
    assert altered != new
    rejection = refused(WitnessRejected, lambda: WitnessClient(url, vkey).submit(altered, (size, [])))
    assert rejection.status == 403, rejection
    print("403: an altered checkpoint")

    origin = parse_checkpoint(parse_note(new).text).origin
    path = hashlib.sha256(origin.encode()).hexdigest()
    with urllib.request.urlopen(f"{url}/{path}/checkpoint") as shown:
        assert parse_checkpoint(parse_note(shown.read()).text).size == size
    print("and it shows what it cosigned")


main()
