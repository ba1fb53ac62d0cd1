#!/bin/sh
# Has programs that share no code with this crate verify a published log, witness it, and be witnessed:
# PyPI aics-tlog and aics-witness, and the Go authors' own sumdb/note and sumdb/tlog.
#
#   run.sh        makes a log with the example make_log, and checks it, its proofs and its growth; then
#                 has a log witnessed by aics-witness, and logs witnessed by the example witness
#   run.sh DIR    checks the log published in DIR (the directory that holds `checkpoint`)
#
# Needs Python 3.12 or newer, and the Python package index or a copy of it; and Go with Debian's package of
# golang.org/x/mod, which it installs where apt-get can. Whatever cannot be found or installed is a failure.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../../../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
work=$target/interop-audit
tools='aics-tlog==0.2.1 aics-witness==0.1.0 cryptography>=50'
go_packages='golang-go golang-golang-x-mod-dev'
go_source=/usr/share/gocode

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

install_go() {
    if ! command -v go >/dev/null || [ ! -d "$go_source/src/golang.org/x/mod/sumdb/tlog" ]; then
        # shellcheck disable=SC2086
        apt-get install -yq --no-install-recommends $go_packages >/dev/null ||
            { apt-get update -q && apt-get install -yq --no-install-recommends $go_packages; } >/dev/null
    fi
}

# Starts a server that prints its address at some point, and waits until it does.
start() {
    "$@" >"$scratch/server" 2>&1 &
    server=$!
    for _ in $(seq 1 100); do
        url=$(sed -n 's/.*\(http:\/\/127\.0\.0\.1:[0-9]*\).*/\1/p' "$scratch/server" | head -n 1)
        [ -z "$url" ] || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    cat "$scratch/server" >&2
    echo "$1 does not serve" >&2
    return 1
}

stop() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=
    fi
}

server=
mkdir -p "$work"
install_tools
install_go
tlog=$work/venv/bin/aics-tlog
python=$work/venv/bin/python

scratch=$(mktemp -d "$work/run.XXXXXX")
trap 'stop; rm -rf "$scratch"' EXIT
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

go_check=$work/go-check
if [ ! -x "$go_check" ] || [ "$here/go/check.go" -nt "$go_check" ]; then
    GO111MODULE=off GOPATH=$go_source GOFLAGS= GOCACHE=$work/go-cache go build -o "$go_check" "$here/go/check.go"
fi
"$go_check" "$log" "$key" ${made:+"$made/old-checkpoint"}
echo 'golang.org/x/mod agrees'
[ -n "$made" ] || exit 0

(cd "$root" && cargo build --quiet -p leeward-audit --example witnessed)
witnessed=$target/debug/examples/witnessed
vkey=$("$witnessed")

echo 'a log, witnessed by aics-witness:'
aics=$work/venv/bin/aics-witness
config=$scratch/aics/witness.json
mkdir "$scratch/aics"
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
witness=$("$aics" init --config "$config" --name witness.example/w1 --listen "127.0.0.1:$port" | grep -o 'witness.example/w1+[^ ]*')
"$aics" add-log --config "$config" --origin "${vkey%%+*}" --vkey "$vkey" >/dev/null
start "$aics" serve --config "$config"
"$witnessed" "$scratch/by-aics" "$witness" "$url"
stop
echo "$vkey" >"$scratch/witnessed-key"
"$tlog" verify-checkpoint --note "$scratch/by-aics/checkpoint" --vkey-file "$scratch/witnessed-key" \
    --origin "${vkey%%+*}" --witness-key "$witness" --quorum 1

echo 'logs, witnessed by the example witness:'
(cd "$root" && cargo build --quiet -p leeward-examples --example witness)
start "$target/debug/examples/witness" --dir "$scratch/witness" --name witness.example/w2 \
    --listen 127.0.0.1:0 --log "$vkey" --log "$(cat "$key")"
witness=$(head -n 1 "$scratch/server")
"$witnessed" "$scratch/by-ours" "$witness" "$url"
"$tlog" verify-checkpoint --note "$scratch/by-ours/checkpoint" --vkey-file "$scratch/witnessed-key" \
    --origin "${vkey%%+*}" --witness-key "$witness" --quorum 1
"$python" "$here/feed.py" "$made" "$witness" "$url"
stop
# It remembers what it cosigned.
start "$target/debug/examples/witness" --dir "$scratch/witness" --name witness.example/w2 \
    --listen 127.0.0.1:0 --log "$vkey" --log "$(cat "$key")"
[ "$(head -n 1 "$scratch/server")" = "$witness" ] || { echo 'it has another key' >&2; exit 1; }
"$python" "$here/feed.py" "$made" "$witness" "$url" 2>&1 | tail -n 1 | grep -q 'larger than this checkpoint' ||
    { echo 'it has forgotten what it cosigned' >&2; exit 1; }
stop
echo 'aics-witness agrees'
