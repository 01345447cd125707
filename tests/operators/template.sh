#!/bin/bash
# One operator, one folder: a new operator is a copy of src/ops/_template and a line in ops.def, and then every
# command has it. Shows that in a copy of the tree, with the operator that the template computes.
#
# relu_0_to_1.tflite is one RELU_0_TO_1 of int8 [1][2][3], scale 1/16, zero point -10; input.npy and expected.npy
# (what LiteRT answers) are the first case of the template's cases.c.
set -eu
cd "$(dirname "$0")/../.."
here=$PWD/tests/operators
NAME=RELU_0_TO_1 symbol=relu_0_to_1

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$copy"
cd "$copy"

fail() {
    echo "template.sh: $*" >&2
    exit 1
}

grep -q "ZR_OP($NAME," src/ops/ops.def && fail "$NAME is an operator already: this test needs another"
cp -r src/ops/_template "src/ops/$symbol"
sed -i "s/MY_OP/$NAME/g; s/my_op/$symbol/g" "src/ops/$symbol"/*
echo "ZR_OP($NAME, $symbol)" >> src/ops/ops.def

cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Debug > cmake.log || fail "cmake: $(cat cmake.log)"
ninja -C build zerre > ninja.log || fail "does not build: $(cat ninja.log)"

zerre=build/zerre
"$zerre" check --operators > operators.txt
grep -qw "$NAME" operators.txt || fail "'zerre check --operators' does not list $NAME"

"$zerre" run "$here/$symbol.tflite" --input "$here/input.npy" --output output.npy
cmp <(tail -c 6 output.npy) <(tail -c 6 "$here/expected.npy") || fail "'zerre run' gives another answer"

"$zerre" compile "$here/$symbol.tflite" -o out --name toy
grep -q "zk_${symbol}_s8(&" out/toy.c || fail "'zerre compile' wrote no call of zk_${symbol}_s8"
cc -std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -c out/toy.c -o toy.o
cc -std=c11 -Wall -Wextra -Wpedantic -Werror -Isrc -c "src/ops/$symbol/cases.c" -o cases.o

echo "template.sh: a copy of src/ops/_template and one line make $NAME an operator"
