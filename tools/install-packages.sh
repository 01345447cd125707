#!/bin/sh
# Installs the Debian packages that a purpose needs and that are missing: build, demo or test (each
# includes the ones before it). Does nothing, and needs no network, when all are there.
set -eu
cd "$(dirname "$0")/.."
case "$1" in
build) purposes='build' ;;
demo) purposes='build|demo' ;;
test) purposes='build|demo|test' ;;
*) echo "usage: $0 build|demo|test" >&2; exit 2 ;;
esac
packages=$(awk -v wanted="^($purposes)\$" '$1 ~ wanted {print $2}' tools/packages.txt)
if ! command -v dpkg-query >/dev/null; then
    echo "zerre: this is no Debian system; make sure that these or their like are installed:" $packages
    exit 0
fi
missing=
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "zerre: installing$missing"
sudo=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "zerre: not root and no sudo; as root: apt-get install$missing" >&2
        exit 3
    }
    sudo=sudo
fi
$sudo apt-get update -qq
# shellcheck disable=SC2086 # a list of words
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
