#!/bin/sh
# Has npm zxcvbn 4.4.2 judge a fixed list, and compares what it says with tests/vectors/zxcvbn.jsonl, on which
# the tests of this crate run. With --write it makes that file anew:
#
#     crates/leeward-credentials/tests/interop/strength.sh --write
#
# Needs Node and the npm registry or a copy of it. Whatever cannot be found or installed is a failure.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH= cd -- "$here/../../../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
work=$target/interop-strength
vectors=$here/../vectors/zxcvbn.jsonl

mkdir -p "$work"
if [ ! -f "$work/node_modules/zxcvbn/package.json" ]; then
    npm install --silent --no-audit --no-fund --prefix "$work" zxcvbn@4.4.2
fi
NODE_PATH=$work/node_modules node "$here/strength.js" >"$work/now.jsonl"
if [ "${1:-}" = --write ]; then
    cp "$work/now.jsonl" "$vectors"
else
    cmp "$work/now.jsonl" "$vectors"
fi
echo "npm zxcvbn judged $(wc -l <"$vectors") passphrases"
