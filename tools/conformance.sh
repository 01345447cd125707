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
# The fast kernels too, by their portable C on this computer.
for chip in cortex-m4:200 cortex-m55:50 cortex-m3:25 cortex-m0:25; do
    echo "== kernels of ${chip%:*}"
    run tests/conformance/test_operators.py --cases "${chip#*:}" --target "${chip%:*}"
done
