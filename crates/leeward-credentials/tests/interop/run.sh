#!/bin/sh
# Holds hashes of this crate beside PyPI argon2-cffi, which wraps the reference implementation of Argon2, in both
# directions and with a pepper; and takes over what Django makes today.
#
# Needs Python 3.10 or newer, and the Python package index or a copy of it. Whatever cannot be found or
# installed is a failure.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../../../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
work=$target/interop-credentials
tools='argon2-cffi==25.1.0 bcrypt==5.0.0 django==5.2.*'

find_python() {
    for python in python3.14 python3.13 python3.12 python3.11 python3 \
        "$HOME"/.pyenv/versions/3.1[0-9].*/bin/python3; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    echo 'no Python 3.10 or newer was found: install one, or put it on PATH' >&2
    return 1
}

mkdir -p "$work"
if [ "$(cat "$work/venv/installed" 2>/dev/null)" != "$tools" ]; then
    python=$(find_python)
    rm -rf "$work/venv"
    "$python" -m venv "$work/venv"
    # shellcheck disable=SC2086
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check $tools
    echo "$tools" >"$work/venv/installed"
fi
(cd "$root" && cargo build --quiet -p leeward-credentials --example hash_lines)
"$work/venv/bin/python" "$here/check.py" "$target/debug/examples/hash_lines"
