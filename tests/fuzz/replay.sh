#!/bin/sh
# replay.sh - feeds the corpus of each fuzz target to its replay program, and adds up their closing lines.
set -u

src=${SMPPGW_SRC:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${SMPPGW_BUILD:-$src}
out=$(mktemp)
trap 'rm -f "$out"' EXIT
passed=0
failed=0
skipped=0

for target in $(cd "$src/tests/fuzz" && echo fuzz_*.c | sed "s/fuzz_\([a-z]*\)\.c/\1/g"); do
	"$build/tests/fuzz/replay_$target" "$src/tests/fuzz/corpus/$target" >"$out" 2>&1
	status=$?
	echo "$target: $(cat "$out")"
	line=$(tail -n 1 "$out" | grep -Ex '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped')
	# shellcheck disable=SC2086
	set -- $line
	if [ $# -ne 6 ]; then
		echo "FAILED: replay_$target ended with status $status and without its closing line"
		failed=$((failed + 1))
		continue
	fi
	passed=$((passed + $1))
	failed=$((failed + $3))
	skipped=$((skipped + $5))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
