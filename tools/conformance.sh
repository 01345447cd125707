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
# The kernels for each kind of core, by their portable C on this computer; the models above ran the
# Cortex-M4's on its emulator.
for target in cortex-m0 cortex-m3 cortex-m4 cortex-m55; do
    echo "== kernels of $target"
    run tests/conformance/test_operators.py --cases 200 --target $target \
        -k 'CONV_2D or FULLY_CONNECTED or POOL_2D or ADD or SUB or MUL or SOFTMAX'
done
