#!/bin/sh
# autogen.sh - makes ./configure from configure.ac. Needs autoconf, automake and pkg-config.
set -eu

case "${1:-}" in
-h | --help)
	echo "usage: ./autogen.sh    makes ./configure; then: ./configure && make && make check"
	exit 0
	;;
esac

cd "$(dirname "$0")"
for tool in autoreconf automake pkg-config; do
	if ! command -v "$tool" >/dev/null; then
		echo "autogen.sh: $tool is missing (Debian: apt-get install autoconf automake pkg-config)" >&2
		exit 1
	fi
done
mkdir -p build-aux
exec autoreconf --install --force --warnings=all,no-portability
