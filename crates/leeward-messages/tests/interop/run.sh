#!/usr/bin/env bash
# Converses with npm `ts-mls`, in Node and in headless Chromium, through the example `mls_peer`.
# Needs Node 20.11, npm, cargo, and a Chromium for the second half; LEEWARD_REQUIRE_BROWSER=1 insists on it.
set -euo pipefail
cd "$(dirname "$0")"

target="${CARGO_TARGET_DIR:-$(cd ../../../.. && pwd)/target}"
modules="$target/interop-messages-npm"
mkdir -p "$modules"
if ! cmp -s package-lock.json "$modules/node_modules/of.json"; then
    cp package.json package-lock.json "$modules/"
    npm ci --prefix "$modules" --silent --no-audit --no-fund
    cp package-lock.json "$modules/node_modules/of.json"
fi
# Node resolves what a module imports from where the module lies.
cp ./*.mjs "$modules/"

cargo build --quiet -p leeward-examples --example mls_peer --locked
NODE_NO_WARNINGS=1 node "$modules/run.mjs" "$target/debug/examples/mls_peer" ../../../../docs/vectors/franking.json
