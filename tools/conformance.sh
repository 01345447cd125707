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
run() { .venv/bin/python -m pytest -q "$@"; }
if [ $# -gt 0 ]; then
    run tests/conformance "$@"
    exit
fi
run tests/conformance --cases 200
# The fast kernels too, by their portable C on this computer; other cores: make conformance
# ARGS='--target cortex-m55'.
echo '== kernels of cortex-m4'
run tests/conformance/test_operators.py --cases 200 --target cortex-m4
