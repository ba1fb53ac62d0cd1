#!/bin/sh
# Has PyPI ocsf-json-schema and fhir.resources, which share no code with this crate, check every kind of event
# in every form of export.
#
# Needs Python 3.12 or newer, and the Python package index or a copy of it. Whatever cannot be found or
# installed is a failure.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../../../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
work=$target/interop-exports
tools='ocsf-json-schema==1.2.0 jsonschema==4.26.0 fhir.resources==8.3.0'

find_python() {
    for python in python3.14 python3.13 python3.12 python3 \
        "$HOME"/.pyenv/versions/3.1[2-9].*/bin/python3; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
            echo "$python"
            return
        fi
    done
    echo 'no Python 3.12 or newer was found: install one, or put it on PATH' >&2
    return 1
}

install_tools() {
    if [ "$(cat "$work/venv/installed" 2>/dev/null)" != "$tools" ]; then
        python=$(find_python)
        rm -rf "$work/venv"
        "$python" -m venv "$work/venv"
        # shellcheck disable=SC2086
        "$work/venv/bin/pip" install --quiet --disable-pip-version-check $tools
        echo "$tools" >"$work/venv/installed"
    fi
}

mkdir -p "$work"
install_tools
scratch=$(mktemp -d "$work/run.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
(cd "$root" && cargo run --quiet -p leeward-audit --features export --example make_exports -- "$scratch")
"$work/venv/bin/python" "$here/check_exports.py" "$scratch"
echo 'ocsf-json-schema and fhir.resources accept every kind of event'
