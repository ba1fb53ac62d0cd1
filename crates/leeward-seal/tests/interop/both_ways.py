"""Seals here and opens there, and the other way round. Argument: the built example `seal_file`."""

import pathlib
import subprocess
import sys
import tempfile

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor

CHUNK = 16 * 1024
CONTEXT = "interop: both ways"
seal_file = sys.argv[1]


def leeward(directory, verb, data):
    (directory / "in").write_bytes(data)
    paths = [directory / name for name in ("key", "in", "out")]
    paths[2].unlink(missing_ok=True)
    subprocess.run([seal_file, verb, paths[0], CONTEXT, paths[1], paths[2]], check=True)
    return paths[2].read_bytes()


def check(directory, length):
    key = Cobblestone256Encryptor.generate_key()
    (directory / "key").write_bytes(key)
    plaintext = bytes(index * 7 % 251 for index in range(length))

    encryptor = Cobblestone256Encryptor(key, context=CONTEXT.encode())
    sealed = encryptor.update(plaintext) + encryptor.finalize()
    assert leeward(directory, "open", sealed) == plaintext, f"leeward opens {length} bytes"

    sealed = leeward(directory, "seal", plaintext)
    decryptor = Cobblestone256Decryptor(key, context=CONTEXT.encode())
    assert decryptor.update(sealed) + decryptor.finalize() == plaintext, f"PyPI opens {length} bytes"


LENGTHS = (0, 1, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK, 300_000)
with tempfile.TemporaryDirectory() as name:
    for length in LENGTHS:
        check(pathlib.Path(name), length)
print(f"{len(LENGTHS)} messages opened in both directions")
