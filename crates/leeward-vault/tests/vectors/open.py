"""Opens the rows beside it, from the root key down, with nothing of this project's code."""

import hashlib
import hmac
import pathlib
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

ROOT = bytes([7]) * 32
SUBJECT = bytes([1]) * 16
RECORDS, INDEXES = 1, 2


def row(name):
    return bytes.fromhex((pathlib.Path(__file__).parent / f"{name}.hex").read_text().strip())


def store_key(*segments):
    return b"".join(segment.replace(b"\0", b"\0\xff") + b"\0\x01" for segment in segments)


def fields(*values, number=1):
    return b"\x01" + b"".join(struct.pack(">H", len(v)) + v for v in values) + struct.pack(">I", number)


def cobblestone(key, context, sealed):
    """One chunk of C2SP chunked encryption, Cobblestone-256."""
    salt, commitment, body = sealed[:24], sealed[24:56], sealed[56:]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
    output = HKDFExpand(hashes.SHA512(), 76, info).derive(key)
    assert hmac.compare_digest(output[44:], commitment)
    return AESGCM(output[:32]).decrypt(output[32:44], body, b"")


class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, count):
        taken, self.data = self.data[:count], self.data[count:]
        assert len(taken) == count
        return taken

    def number(self, count):
        return int.from_bytes(self.take(count), "big")


def keyring():
    reader = Reader(row("keyring"))
    assert reader.number(1) == 1
    store_id = reader.take(16)
    name = reader.take(reader.number(1))
    assert name == hmac.new(ROOT, b"leeward-vault root key id v1", hashlib.sha256).digest()[:16]
    keks = {}
    for _ in range(reader.number(1)):
        purpose, version = reader.number(1), reader.number(4)
        _state, _created = reader.number(1), reader.number(8)
        place = bytes([1, purpose]) + struct.pack(">I", version) + store_id
        context = fields(b"vault.wrap-kek", b"vault.keyring", place, b"")
        keks[purpose, version] = cobblestone(ROOT, context, reader.take(reader.number(2)))
    assert not reader.data
    return keks


def data_keys(name, keks, purpose, subject, *segments):
    reader = Reader(row(name))
    assert reader.take(2) == b"\x01\x01"
    _holds = reader.take(16 * reader.number(1))
    keys = {}
    for _ in range(reader.number(1)):
        key_id, _state, version = reader.take(16), reader.number(1), reader.number(4)
        _created, _messages, _bytes = reader.number(8), reader.number(8), reader.number(8)
        place = store_key(b"vault.key", *segments) + key_id
        context = fields(b"vault.wrap-data-key", b"vault.key", place, subject)
        keys[key_id] = cobblestone(keks[purpose, version], context, reader.take(reader.number(2)))
    assert not reader.data
    return keys


def record(name, keys, subject, space, *segments, purpose=b"vault.record"):
    reader = Reader(row(name))
    assert reader.take(2) == b"\x01\x01"
    key = keys[reader.take(16)]
    return cobblestone(key, fields(purpose, space, store_key(space, *segments), subject), reader.data)


keks = keyring()
person = data_keys("keys", keks, RECORDS, SUBJECT, b"subject", SUBJECT)
service = data_keys("service_keys", keks, RECORDS, b"", b"service")
(index_root,) = data_keys("index_root", keks, INDEXES, b"", b"index").values()

one, two = struct.pack(">Q", 1), struct.pack(">Q", 2)
note = record("note", person, SUBJECT, b"t.note", SUBJECT, one)
assert note.decode() == "Grüße, مرحبا, नमस्ते"
assert record("secret", service, b"", b"t.secret", b"a") == b"of the service"
assert record("canary", person, SUBJECT, b"t.note", SUBJECT, two, purpose=b"vault.canary") == b"decoy"

index = fields(b"", b"t.note", b"phone", b"digits", number=1 << 16 | 64)
index_key = HKDFExpand(hashes.SHA256(), 32, b"leeward-seal blind index\0" + index).derive(index_root)
assert hmac.new(index_key, b"15550100", hashlib.sha256).digest()[:8].hex() == "33652914ef832702"
print("every row opens")
