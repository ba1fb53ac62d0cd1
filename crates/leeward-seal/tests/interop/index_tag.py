"""Prints the blind-index tags that tests/it/index.rs pins, computed with the standard library alone."""

import hashlib
import hmac
import struct

ROOT = b"\x03" * 32
VALUE = b"15550100"


def tag(bits):
    fields = (b"t1", b"app.contact", b"phone", b"digits")
    index = b"\x01" + b"".join(struct.pack(">H", len(field)) + field for field in fields)
    info = b"leeward-seal blind index\0" + index + struct.pack(">HH", 1, bits)
    key = hmac.digest(ROOT, info + b"\x01", hashlib.sha256)  # HKDF-Expand, one block: RFC 5869 2.3
    first = int.from_bytes(hmac.digest(key, VALUE, hashlib.sha256), "big") >> (256 - bits)
    padded = -bits % 8
    return (first << padded).to_bytes((bits + padded) // 8, "big").hex()


for bits in (256, 13):
    print(bits, tag(bits))
