#!/bin/sh
# Fuzzes every target for SECONDS on one core: run.sh [SECONDS [TARGET ...]]
#
# Starts from the kept files and from what earlier runs added to out/fuzz/TARGET. A finding stops it
# with a status other than 0; the file that shows it is kept in out/fuzz/. When it is fixed, move
# the file to tests/fuzz/regressions/TARGET.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- npy sound tflite
if ! command -v clang >/dev/null; then
    echo 'fuzzing needs clang (Debian package clang)' >&2
    exit 3
fi
export UBSAN_OPTIONS=print_stacktrace=1
mkdir -p out/fuzz
cmake --preset fuzz >/dev/null
for target in "$@"; do
    cmake --build --preset fuzz --target "fuzz_$target" >out/fuzz/build.log || { cat out/fuzz/build.log; exit 1; }
done
for target in "$@"; do
    work=out/fuzz/$target
    mkdir -p "$work"
    echo "fuzzing $target for $seconds s"
    log=out/fuzz/$target.log
    # An input that takes 10 s or 2 GB is a finding as well.
    if ! build-fuzz/tests/fuzz/fuzz_"$target" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=2048 -max_len=65536 -artifact_prefix="out/fuzz/$target-" -print_final_stats=1 \
        "$work" "tests/fuzz/corpus/$target" "tests/fuzz/regressions/$target" >"$log" 2>&1; then
        tail -n 60 "$log"
        echo "fuzzing $target found a fault; the file that shows it is in out/fuzz/" >&2
        exit 1
    fi
    grep -E 'stat::(number_of_executed_units|average_exec_per_sec|new_units_added|peak_rss_mb)' "$log"
done
