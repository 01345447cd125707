#!/bin/sh
# Makes today's output the golden one. Look at 'git diff tests/golden' before committing it.
set -eu
cd "$(dirname "$0")"
rm -rf expected
mkdir expected
exec python3 -B outputs.py expected
