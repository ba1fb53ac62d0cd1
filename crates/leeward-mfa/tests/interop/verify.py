"""Verifies captured WebAuthn ceremonies a second time, and refuses each with one bit changed."""

import base64
import copy
import json
import pathlib
import sys

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import base64url_to_bytes

RP_ID, ORIGIN = "example.org", "https://staff.example.org"


def verify(ceremony, known):
    """Returns what is known of the credential afterwards."""
    common = {
        "credential": ceremony["answer"],
        "expected_challenge": base64url_to_bytes(ceremony["options"]["publicKey"]["challenge"]),
        "expected_rp_id": RP_ID,
        # webauthn-authenticator-rs puts a slash after it.
        "expected_origin": [ORIGIN, ORIGIN + "/"],
        "require_user_verification": True,
    }
    if ceremony["what"] == "registration":
        done = verify_registration_response(**common)
        return done.credential_public_key, done.sign_count, str(done.credential_device_type)
    key, count, kind = known
    done = verify_authentication_response(
        **common, credential_public_key=key, credential_current_sign_count=count
    )
    return key, done.new_sign_count, kind


def changed(ceremony):
    """The same with one bit of the challenge changed, and with one of the signature, if there is one."""
    challenge = bytearray(base64url_to_bytes(ceremony["options"]["publicKey"]["challenge"]))
    challenge[0] ^= 1
    other = copy.deepcopy(ceremony)
    other["options"]["publicKey"]["challenge"] = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
    yield other
    if signature := ceremony["answer"]["response"].get("signature"):
        forged = bytearray(base64url_to_bytes(signature))
        forged[-1] ^= 1
        other = copy.deepcopy(ceremony)
        other["answer"]["response"]["signature"] = base64.urlsafe_b64encode(forged).decode().rstrip("=")
        yield other


def refused(ceremony, known):
    try:
        verify(ceremony, known)
    except Exception:  # whatever it says, it is no
        return True
    return False


def main(folder):
    files = sorted(pathlib.Path(folder).glob("*.json"), key=lambda file: file.stem[-3:])
    known, kinds = {}, set()
    for file in files:
        ceremony = json.loads(file.read_text())
        id = ceremony["answer"]["id"]
        assert all(refused(other, known.get(id)) for other in changed(ceremony)), file
        known[id] = verify(ceremony, known.get(id))
        kinds.add(known[id][2])
    assert len(files) == 6 and len(kinds) == 2, f"{len(files)} ceremonies of {kinds}"
    print(f"webauthn verified {len(files)} ceremonies, and refused each of them changed: {sorted(kinds)}")


main(sys.argv[1])
