#!/bin/sh
# Renews the locks from the .in files (needs uv; the board itself does not).
#   tools/lock.sh             keeps the versions that are locked
#   tools/lock.sh --upgrade   takes the newest
set -eu
cd "$(dirname "$0")/.."
for name in requirements requirements-postgres requirements-dev; do
  uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
    --custom-compile-command "tools/lock.sh" "$@" -o "$name.txt" "$name.in"
done
