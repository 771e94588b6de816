# checks.sh - what the tests of the package share: a check with its line, waiting for a condition, the last line. Sourced
# by package.sh and service.sh, which set part; more_of is called behind what a failed check has said.
# shellcheck shell=bash

passed=0
failed=0

more_of() {
	:
}
check() { # WHAT COMMAND...
	local what=$1
	shift
	if "$@" >"/tmp/$part.log" 2>&1 </dev/null; then
		passed=$((passed + 1))
		printf 'ok      %s: %s\n' "$part" "$what"
	else
		failed=$((failed + 1))
		printf 'FAILED  %s: %s\n' "$part" "$what"
		{ tail -n 15 "/tmp/$part.log" && more_of; } | cut -c1-300 | sed 's/^/        | /'
	fi
}
within() { # SECONDS COMMAND...
	local i limit=$(($1 * 10))
	shift
	for ((i = 0; i < limit; i++)); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		sleep 0.1
	done
	"$@"
}
checked() {
	printf '%d passed, %d failed, 0 skipped\n' "$passed" "$failed"
	[ "$failed" -eq 0 ]
}
