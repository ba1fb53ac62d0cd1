"""Opens shares that leeward sealed, with PyPI `cryptography`, and combines them. Argument: the example `interop`.

What is read here is only what the documentation of the encodings says.
"""

import hashlib
import secrets
import struct
import subprocess
import sys

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import x25519

SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, length):
        taken, self.data = self.data[:length], self.data[length:]
        assert len(taken) == length
        return taken

    def prefixed(self):
        return self.take(struct.unpack(">H", self.take(2))[0])


def multiply(a, b):
    product = 0
    for bit in range(8):
        product ^= (a << bit) * (b >> bit & 1)
    for bit in range(15, 7, -1):
        product ^= (0x11B << (bit - 8)) * (product >> bit & 1)
    return product


def inverse(a):
    return next(b for b in range(1, 256) if multiply(a, b) == 1)


def combine(shares):
    secret = bytes(len(next(iter(shares.values()))))
    for place, value in shares.items():
        weight = 1
        for other in shares:
            if other != place:
                weight = multiply(weight, multiply(other, inverse(other ^ place)))
        secret = bytes(s ^ multiply(weight, v) for s, v in zip(secret, value))
    return secret


def check(threshold, count):
    secret = secrets.token_bytes(32)
    keys = [x25519.X25519PrivateKey.generate() for _ in range(count)]
    public = [key.public_key().public_bytes_raw().hex() for key in keys]
    command = [sys.argv[1], "seal", secret.hex(), str(threshold), *public]
    sealed_set = bytes.fromhex(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    reader = Reader(sealed_set)
    assert reader.take(1) == b"\x01"
    identity = reader.take(1 + 16 + 16)
    purpose, policy_version, t = reader.prefixed(), reader.take(4), reader.take(1)
    generation, _check_value, n = reader.take(4), reader.take(32), reader.take(1)
    assert (t[0], n[0]) == (threshold, count)
    shares = {}
    for key in keys:
        index, staff, public_key = reader.take(1), reader.take(16), reader.prefixed()
        assert public_key == b"\x01\x00\x20" + key.public_key().public_bytes_raw()
        share_hash, _verifier, sealed = reader.take(32), reader.take(32), reader.prefixed()
        info = b"leeward-escrow share v1" + identity + struct.pack(">H", len(purpose)) + purpose
        info += policy_version + t + n + generation + index + staff
        share = SUITE.decrypt(sealed, key, info)
        info_hash = hashlib.sha256(info).digest()
        assert hashlib.sha256(b"leeward-escrow share hash v1" + info_hash + share).digest() == share_hash
        shares[index[0]] = share
    assert reader.data == b""
    chosen = dict(list(shares.items())[-threshold:])
    assert combine(chosen) == secret


SHAPES = ((2, 2), (2, 3), (3, 5))
for threshold, count in SHAPES:
    check(threshold, count)
print(f"shares of {len(SHAPES)} secrets opened and combined")
