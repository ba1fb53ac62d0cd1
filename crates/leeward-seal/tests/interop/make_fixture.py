"""Writes ../vectors/pypi-cobblestone.json: messages sealed by PyPI `cryptography`.

Keys, contexts and plaintexts are fixed; salts are the library's own, so that the ciphertexts differ
from run to run and open all the same.
"""

import json
import pathlib
import struct

import cryptography
from cryptography.cobblestone import Cobblestone256Encryptor

CHUNK = 16 * 1024


def context_of(purpose, space, key, subject, schema_version):
    """The encoding that `leeward_seal::Context::encode` documents."""
    fields = b"".join(struct.pack(">H", len(field)) + field for field in (purpose, space, key, subject))
    return b"\x01" + fields + struct.pack(">I", schema_version)


def seal(name, number, context, length):
    key = bytes((number * 32 + index) % 256 for index in range(32))
    plaintext = bytes(index * 7 % 251 for index in range(length))
    encryptor = Cobblestone256Encryptor(key, context=context)
    sealed = encryptor.update(plaintext) + encryptor.finalize()
    return {
        "name": name,
        "key": key.hex(),
        "context": context.hex(),
        "plaintext_len": length,
        "sealed": sealed.hex(),
    }


record = context_of(b"record", b"app.note", b"note-1", b"seeker-7", 70_000)
fixture = {
    "source": f"PyPI cryptography {cryptography.__version__}, cryptography.cobblestone",
    "plaintext": "byte i is i * 7 mod 251",
    "cases": [
        seal("empty", 0, b"", 0),
        seal("short", 1, b"a context", 11),
        seal("exactly one chunk", 2, b"", CHUNK),
        seal("one chunk and a byte", 3, b"a context", CHUNK + 1),
        seal("record", 4, record, 100),
    ],
}
path = pathlib.Path(__file__).parent.parent / "vectors" / "pypi-cobblestone.json"
path.write_text(json.dumps(fixture, indent=2) + "\n")
