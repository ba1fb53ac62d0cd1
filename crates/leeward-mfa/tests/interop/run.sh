#!/usr/bin/env bash
# Has PyPI `webauthn` verify ceremonies that leeward accepted, and what leeward asked for. Needs Python 3.10 and cargo.
set -euo pipefail
cd "$(dirname "$0")"

target="${CARGO_TARGET_DIR:-$(cd ../../../.. && pwd)/target}"
venv="$target/interop-mfa"
[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt

ceremonies="$(mktemp -d)"
trap 'rm -rf "$ceremonies"' EXIT
LEEWARD_CAPTURE="$ceremonies" cargo test --quiet -p leeward-mfa --test it --locked passkey::software -- --test-threads 1
"$venv/bin/python" verify.py "$ceremonies"
