#!/bin/sh
# Checks every #include of src/, firmware/ and audio/ against layers.txt: layers.sh [ROOT]
# One line a violation; status 1 when there is one.
set -eu
rules=$(cd "$(dirname "$0")" && pwd)/layers.txt
cd "${1:-$(dirname "$0")/..}"
find src firmware audio -type f \( -name '*.[chS]' -o -name '*.def' \) 2>/dev/null | LC_ALL=C sort |
awk -v rules="$rules" '
function pattern(glob) {
    gsub(/\./, "[.]", glob)
    gsub(/\*/, "[^/]*", glob)
    return "^" glob (glob ~ /\/$/ ? "" : "$")
}
function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
function group(path,    i) {
    if (!(path in known)) {
        known[path] = ""
        for (i = 1; i <= n_patterns && known[path] == ""; i++)
            if (path ~ patterns[i]) known[path] = owner[i]
    }
    return known[path]
}
function violation(text) {
    printf "%s:%d: %s; %s may include: %s\n", file, line, text, own, may[own] == "" ? "nothing" : may[own]
    bad++
}
function check(what,    path, other, end) {
    if (what ~ /^</) {
        sub(/>.*/, ">", what)
        if (!((own, "<*>") in allowed) && !((own, what) in allowed)) violation("includes " what)
        return
    }
    if (what !~ /^"/) {
        if (!((own, "COMPUTED") in allowed)) violation("includes a macro")
        return
    }
    sub(/^"/, "", what)
    sub(/".*/, "", what)
    sub(/^ops\/my_op\//, "ops/_template/", what) # the name that a copy of the template replaces
    path = ("src/" what) in files ? "src/" what : what in files ? what : folder(file) "/" what
    if (!(path in files)) {
        violation("includes \"" what "\", which is not there")
        return
    }
    other = group(path)
    if (!((own, other) in allowed) && !(((own, "./" other) in allowed) && folder(path) == folder(file)))
        violation("includes \"" what "\" (" other ")")
}
BEGIN {
    while ((getline text < rules) > 0) {
        sub(/#.*/, "", text)
        n = split(text, word, " ")
        if (n == 0) continue
        if (word[2] != "=" && word[2] != ">") {
            print rules ": no rule: " text
            exit 2
        }
        for (i = 3; i <= n; i++) {
            if (word[2] == "=") {
                patterns[++n_patterns] = pattern(word[i])
                owner[n_patterns] = word[1]
            } else {
                allowed[word[1], word[i]] = 1
                may[word[1]] = may[word[1]] (i > 3 ? " " : "") word[i]
            }
        }
    }
}
{ files[$0] = 1; order[NR] = $0 }
END {
    for (k = 1; k <= NR; k++) {
        file = order[k]
        own = group(file)
        line = 0
        if (own == "") {
            print file ": in no group of tests/layers.txt"
            bad++
            continue
        }
        while ((getline text < file) > 0) {
            line++
            if (text !~ /^[ \t]*#[ \t]*include/) continue
            n_includes++
            sub(/^[ \t]*#[ \t]*include[ \t]*/, "", text)
            check(text)
        }
        close(file)
    }
    if (n_includes == 0) {
        print "no #include found"
        exit 2
    }
    if (bad) exit 1
}'
