#!/bin/sh
# Conformance: zerre against TensorFlow Lite Micro, in a Python environment of its own.
set -eu
cd "$(dirname "$0")/.."
stamp=.venv/installed
if ! cmp -s tests/requirements.txt "$stamp"; then
    rm -rf .venv
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
    cp tests/requirements.txt "$stamp"
fi
exec .venv/bin/python -m pytest -q tests/conformance "$@"
