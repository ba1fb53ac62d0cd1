#!/bin/sh
# Has PyPI aics-tlog, which shares no code with this crate, verify a published log.
#
#   run.sh        makes a log with the example make_log, and checks it, its proofs and its growth
#   run.sh DIR    checks the log published in DIR (the directory that holds `checkpoint`)
#
# Needs Python 3.12 or newer, and the Python package index or a copy of it. Whatever cannot be found or
# installed is a failure.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../../../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
work=$target/interop-audit
tools='aics-tlog==0.2.1 cryptography>=50'

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
tlog=$work/venv/bin/aics-tlog
python=$work/venv/bin/python

scratch=$(mktemp -d "$work/run.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
made=
if [ $# -gt 0 ]; then
    log=$1
else
    made=$scratch/made
    mkdir "$made"
    (cd "$root" && cargo run --quiet -p leeward-audit --example make_log -- "$made") >/dev/null
    log=$made/log
fi
origin=$(head -n 1 "$log/checkpoint")
size=$(sed -n 2p "$log/checkpoint")
if [ "$size" -eq 0 ]; then
    echo "the log in $log is empty: there is nothing to prove" >&2
    exit 1
fi
# aics-tlog takes no key from the directory that it verifies: the key should come from elsewhere.
key=$scratch/key
cp "$log/log.vkey" "$key"

echo "the checkpoint of $size entries:"
"$tlog" verify-checkpoint --note "$log/checkpoint" --vkey-file "$key" --origin "$origin"
for index in 0 $((size / 2)) $((size - 1)); do
    echo "entry $index, proved from the tiles:"
    "$tlog" verify-inclusion --tiles "$log" --vkey-file "$key" --origin "$origin" --index "$index"
done
if [ -n "$made" ]; then
    echo 'growth since the old checkpoint, proved from the tiles:'
    "$tlog" verify-consistency --tiles "$log" --vkey-file "$key" --origin "$origin" \
        --old-checkpoint "$made/old-checkpoint"
fi
"$python" "$here/check.py" "$log" ${made:+"$made"}
echo 'aics-tlog agrees'
