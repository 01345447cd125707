#!/bin/sh
# clang-format and clang-tidy over the C files of the project: tools/lint.sh [FILE ...]
# The format of every .c and .h is checked (tables in .def are aligned by hand), the rest in what the
# build compiles.
set -eu
cd "$(dirname "$0")/.."
for tool in clang-format clang-tidy; do
    if ! command -v $tool >/dev/null; then
        echo "lint needs $tool (Debian package $tool)" >&2
        exit 3
    fi
done
cmake --preset release >/dev/null
cmake --build --preset release >/dev/null # generated sources and headers
[ $# -gt 0 ] || set -- $(git ls-files '*.c' '*.h')
status=0
printf '%s\n' "$@" | grep '\.[ch]$' | xargs clang-format --dry-run -Werror || status=1
# One file a run: clang-tidy 14 loses sight of va_start after the first.
printf '%s\n' "$@" | grep '\.c$' | while read -r file; do
    ! grep -q "\"file\": \"$PWD/$file\"" build/compile_commands.json || echo "$file"
done | xargs -n 1 -P "$(nproc)" sh -c \
    'clang-tidy -p build --quiet "$1" 2>build/lint.$$ || { cat build/lint.$$; exit 1; }; rm build/lint.$$' lint ||
    status=1
[ $status = 0 ] && echo 'lint: nothing found'
exit $status
