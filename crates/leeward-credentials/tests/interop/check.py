"""Makes hashes with argon2-cffi and Django and has them checked, and checks what the program makes."""

import base64
import random
import subprocess
import sys

import django
from argon2.low_level import Type, core, ffi, hash_secret, lib, verify_secret
from django.conf import settings
from django.contrib.auth import hashers

PASSPHRASES = ["seven lamps above the quay", "x", "", "Türme am Ufer, 東京, 🌊", "a" * 1024, "nul\0inside"]
PARAMS = [(47104, 1, 1), (19456, 2, 1), (12288, 3, 1), (9216, 4, 1), (7168, 5, 1), (19456, 2, 4)]

program = subprocess.Popen(
    [sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
)


def ask(*fields):
    program.stdin.write(" ".join(map(str, fields)) + "\n")
    program.stdin.flush()
    answer = program.stdout.readline().strip()
    assert answer, f"no answer to {fields}"
    return answer


def hexed(text):
    return text.encode().hex()


def with_secret(passphrase, salt, secret, m, t, p):
    """Argon2id with a secret, for which argon2-cffi has only the reference's own interface."""
    out = ffi.new("uint8_t[]", 32)
    keep = [ffi.new("uint8_t[]", part) for part in (passphrase, salt, secret)]
    context = ffi.new(
        "argon2_context *",
        dict(
            version=0x13, out=out, outlen=32, pwd=keep[0], pwdlen=len(passphrase), salt=keep[1],
            saltlen=len(salt), secret=keep[2], secretlen=len(secret), ad=ffi.NULL, adlen=0, t_cost=t,
            m_cost=m, lanes=p, threads=1, allocate_cbk=ffi.NULL, free_cbk=ffi.NULL,
            flags=lib.ARGON2_DEFAULT_FLAGS,
        ),
    )
    assert core(context, Type.ID.value) == 0
    return bytes(ffi.buffer(out, 32))


def decoded(text):
    return base64.b64decode(text + "=" * (-len(text) % 4))


def ours_by_theirs():
    count = 0
    for passphrase, (m, t, p) in zip(PASSPHRASES, PARAMS):
        assert verify_secret(ask("hash", m, t, p, hexed(passphrase), "-").encode(), passphrase.encode(), Type.ID)
        secret = random.randbytes(32)
        phc = ask("hash", m, t, p, hexed(passphrase), secret.hex())
        _, kind, version, params, salt, tag = phc.split("$")
        assert (kind, version, params) == ("argon2id", "v=19", f"m={m},t={t},p={p},keyid=AAAAAQ"), phc
        assert with_secret(passphrase.encode(), decoded(salt), secret, m, t, p) == decoded(tag), phc
        count += 2
    return count


def theirs_by_ours():
    count = 0
    for passphrase in PASSPHRASES:
        for kind in (Type.ID, Type.I, Type.D):
            for version in (0x10, 0x13):
                lanes = random.randint(1, 4)
                costs = dict(time_cost=random.randint(1, 4), memory_cost=random.randint(8 * lanes, 4096))
                salt = random.randbytes(random.randint(8, 48))
                made = hash_secret(
                    passphrase.encode(), salt, parallelism=lanes, hash_len=random.randint(16, 64),
                    type=kind, version=version, **costs,
                ).decode()
                assert ask("check", hexed(passphrase), made) == "right", made
                assert ask("check", hexed(passphrase[1:] + "."), made) == "wrong", made
                count += 1
    return count


def djangos_by_ours():
    settings.configure()
    django.setup()
    made = [
        hasher.encode("seven lamps above the quay", hasher.salt())
        for hasher in (
            hashers.PBKDF2PasswordHasher(), hashers.PBKDF2SHA1PasswordHasher(), hashers.Argon2PasswordHasher(),
            hashers.ScryptPasswordHasher(), cheap(hashers.BCryptSHA256PasswordHasher()),
            cheap(hashers.BCryptPasswordHasher()),
        )
    ]
    for text in made:
        assert ask("check", hexed("seven lamps above the quay"), text) == "right", text
        assert ask("check", hexed("seven lamps above the quai"), text) == "wrong", text
    return len(made)


def cheap(hasher):
    """bcrypt is checked by a program that is built without optimisation."""
    hasher.rounds = 6
    return hasher


random.seed(9106)
counts = ours_by_theirs(), theirs_by_ours(), djangos_by_ours()
print("argon2-cffi accepts %d hashes; %d of its and %d of Django's are accepted" % counts)
