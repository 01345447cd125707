#!/bin/sh
# Instruction counts and sizes of the bundled models on every chip that has an emulated board, kept in
# bench/sizes.csv.  --check: a rise of a figure by more than 1 % is an error; --update: write the file.
set -eu
cd "$(dirname "$0")/.."
mode=${1:---print}
csv=bench/sizes.csv
new=$(mktemp)
trap 'rm -f "$new"' EXIT
echo 'model,target,optimize,instructions,arena,stack,static,code,weights' >"$new"
# measure NAME MODEL CHIP ...: runs the model for each goal and adds its line; for a sound model another
# one of the network and its front end together, whose instructions are those of a second.
measure() {
    name=$1 model=$2
    shift 2
    for target; do
        for goal in speed size; do
            build/zerre bench "$model" --target "$target" --optimize "$goal" --json |
                awk -v model="$name" -v row="$target,$goal" '
                    function line(name, v, instructions) {
                        printf "%s,%s,%d,%d,%d,%d,%d,%d\n", name, row, instructions, v["arena_bytes"],
                            v["stack_bytes"], v["static_bytes"], v["code_bytes"], v["weights_bytes"]
                    }
                    /^\t"sound":/ {sound = 1}
                    /^\t}/ {sound = 0}
                    /^\t"[a-z_]+":/ {gsub(/[",:]/, ""); all[$1] = $2}
                    sound && /^\t\t"[a-z_]+":/ {gsub(/[",:]/, ""); heard[$1] = $2; n++}
                    END {
                        line(model, all, all["instructions"])
                        if (n) line(model "_second", heard, heard["instructions_per_second"])
                    }' >>"$new"
        done
    done
}
all='cortex-m0 cortex-m3 cortex-m4 cortex-m55'
# shellcheck disable=SC2086 # a list of words
{
    measure digits_int8 models/digits/digits_int8.tflite $all
    measure digits_float models/digits/digits_float.tflite $all
}
measure keywords models/keywords cortex-m4 cortex-m55
measure sounds models/sounds cortex-m4 cortex-m55
case "$mode" in
--print) cat "$new" ;;
--update) cp "$new" "$csv"; cat "$csv" ;;
--check)
    # Both files have the same rows in the same order.
    awk -F, 'NR == FNR {old[FNR] = $0; n = FNR; next}
        FNR == 1 {split($0, name); next}
        {split(old[FNR], o)
         if (o[1] FS o[2] FS o[3] != $1 FS $2 FS $3) {print "sizes: other rows than in bench/sizes.csv: run make bench ARGS=--update"; bad++; exit}
         for (i = 4; i <= NF; i++) if ($i > o[i] * 1.01) {
             printf "sizes: %s on %s for %s: %s rose from %d to %d\n", $1, $2, $3, name[i], o[i], $i; bad++}}
        END {if (FNR != n) {print "sizes: the number of rows differs"; bad++}
             print FNR - 1 " rows within 1 % of bench/sizes.csv, " bad + 0 " figures above"; exit bad > 0}' \
        "$csv" "$new" ;;
*) echo "usage: $0 [--print|--check|--update]" >&2; exit 2 ;;
esac
