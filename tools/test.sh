#!/bin/sh
# The whole test suite, twice: as released, and with the address and undefined-behaviour sanitizers.
# The last line sums up both: 'N passed, N failed'.
set -u
cd "$(dirname "$0")/.."
[ -d ../shared ] || echo 'skipped: ../shared not here (tests that need its models and data)'
passed=0 failed=0
run() { # name, build folder, CMake preset
    echo "== $1"
    cmake --preset "$3" >/dev/null && cmake --build "$2" || { failed=$((failed + 1)); return; }
    log=$2/test.log
    ctest --test-dir "$2" --output-on-failure -j 2 >"$log" 2>&1
    status=$?
    if [ $status != 0 ]; then cat "$log"; else grep -E 'Test +#|tests passed' "$log"; fi
    # CTest shows what failing tests print; what passing ones left out is said too.
    grep -h '^skipped:' "$2/Testing/Temporary/LastTest.log" | sort -u
    p=$(grep -cE 'Test +#.* Passed' "$log")
    f=$(grep -cE 'Test +#.*\*\*\*' "$log")
    [ "$status" = 0 ] || [ "$f" -gt 0 ] || f=1
    passed=$((passed + p)) failed=$((failed + f))
}
run release build release
run "address and undefined-behaviour sanitizers" build-asan asan
echo "$passed passed, $failed failed"
[ $failed = 0 ]
