#!/usr/bin/env bash
# Seals with leeward and opens with PyPI `cryptography`, and the other way round. Needs Python 3.9 and cargo.
set -euo pipefail
cd "$(dirname "$0")"

target="${CARGO_TARGET_DIR:-$(cd ../../../.. && pwd)/target}"
venv="$target/interop-seal"
[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt

cargo build --quiet -p leeward-seal --example seal_file --locked
"$venv/bin/python" both_ways.py "$target/debug/examples/seal_file"
