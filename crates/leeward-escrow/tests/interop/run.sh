#!/usr/bin/env bash
# Splits and combines with npm `shamir-secret-sharing`, both ways, and opens shares with PyPI `cryptography`.
# Needs Node 18, npm, Python 3.9 and cargo.
set -euo pipefail
cd "$(dirname "$0")"

target="${CARGO_TARGET_DIR:-$(cd ../../../.. && pwd)/target}"
modules="$target/interop-escrow-npm"
mkdir -p "$modules"
cp package.json "$modules/"
[ -d "$modules/node_modules" ] || npm install --prefix "$modules" --silent --no-audit --no-fund
venv="$target/interop-escrow"
[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt

cargo build --quiet -p leeward-escrow --example interop --locked
node shamir.mjs "$modules" "$target/debug/examples/interop"
"$venv/bin/python" open_shares.py "$target/debug/examples/interop"
