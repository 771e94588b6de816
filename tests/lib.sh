# lib.sh - what the system, interop and bench tests share: a folder of their own, free ports, servers that are started
# and ended by process id, waiting for conditions, counting. Sourced by bash, not run. Knows no test.
# shellcheck shell=bash
#
#   . tests/lib.sh            makes $tmp; at exit ends what was started, prints "N passed, N failed, N skipped"
#   redis_start NAME POLICY   POLICY: always, everysec, no; then $redis_socket, redis_cli
#   gateway_config NAME       the pieces from standard input behind the common head; then gateway_start NAME
#   sim_start NAME OPTION...  smppsim on a free port: ${port[NAME]}, its capture in $tmp/NAME.capture
#   esme_start NAME OPTION... an ESME of esme.pl, told what to do by esme NAME LINE; what it saw is in $tmp/NAME.log
#
# Environment: SMPPGW_BUILD (where the programs were built, default build/gcc), SMPPGW_SRC, SMPPGW_WRAP (put before
# smppgwd, for example valgrind), SMPPGW_SLOW (factor on all deadlines), SMPPGW_KEEP=1 (leaves $tmp behind).
set -u

SMPPGW_SRC=${SMPPGW_SRC:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
if [ -z "${SMPPGW_BUILD:-}" ]; then
	SMPPGW_BUILD=$SMPPGW_SRC/build/gcc
	[ -x "$SMPPGW_SRC/smppgwd" ] && SMPPGW_BUILD=$SMPPGW_SRC
fi
is_sanitized() { grep -qs __asan_init "$SMPPGW_BUILD/smppgwd"; } # gcc has it in a library, clang in the program
# Sanitizers and valgrind make everything slower: longer deadlines, smaller loads.
if [ -z "${SMPPGW_SLOW:-}" ]; then
	SMPPGW_SLOW=1
	if [ -n "${SMPPGW_WRAP:-}" ] || is_sanitized; then SMPPGW_SLOW=4; fi
fi
export SMPPGW_SRC SMPPGW_BUILD SMPPGW_SLOW
export LC_ALL=C.UTF-8
tmp=$(mktemp -d "${TMPDIR:-/tmp}/smppgw-test.XXXXXX")
passed=0
failed=0
skipped=0
finished=no
declare -A pid=() port=()
declare -a started=()

# ---- counting ----

pass() { # WHAT
	passed=$((passed + 1))
	printf 'ok      %s\n' "$1"
}

fail() { # WHAT [DETAIL]
	failed=$((failed + 1))
	printf 'FAILED  %s%s\n' "$1" "${2:+: $2}"
}

skip() { # WHAT REASON
	skipped=$((skipped + 1))
	printf 'skipped %s: %s\n' "$1" "$2"
}

# Passes when the command succeeds.
ok() { # WHAT COMMAND...
	local what=$1
	shift
	if "$@"; then pass "$what"; else fail "$what" "$*"; fi
}

is() { # WHAT GOT WANTED
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "got \"$2\", wanted \"$3\""; fi
}

# A comparison of numbers: at_most "duplicates" 12 400
at_most() { # WHAT GOT LIMIT
	if [ -n "$2" ] && [ "$2" -le "$3" ]; then pass "$1: $2 (at most $3)"; else fail "$1" "got \"$2\", at most $3"; fi
}

at_least() { # WHAT GOT LIMIT
	if [ -n "$2" ] && [ "$2" -ge "$3" ]; then pass "$1: $2 (at least $3)"; else fail "$1" "got \"$2\", at least $3"; fi
}

has() { # WHAT TEXT PART
	case "$2" in *"$3"*) pass "$1" ;; *) fail "$1" "\"$3\" is not in \"$2\"" ;; esac
}

say() {
	printf '        %s\n' "$*"
}

# ---- waiting ----

now_ms() {
	local t=${EPOCHREALTIME/[.,]/}
	echo "${t%???}"
}

# Waits until the command succeeds, looking 20 times a second; says what did not happen when the time is over.
wait_for() { # WHAT SECONDS COMMAND...
	local what=$1 until=$(($(now_ms) + $2 * 1000 * SMPPGW_SLOW))
	shift 2
	until "$@" >/dev/null 2>&1; do
		if [ "$(now_ms)" -ge "$until" ]; then
			printf '        waited in vain for: %s (%s)\n' "$what" "$*"
			return 1
		fi
		sleep 0.05
	done
}

# The same as a test of its own.
soon() { # WHAT SECONDS COMMAND...
	if wait_for "$@"; then pass "$1"; else fail "$1" "not within $2 s"; fi
}

# What a test cannot go on without.
must() { # WHAT SECONDS COMMAND...
	if ! wait_for "$@"; then
		fail "$1" "not within $2 s; the rest is left out"
		exit 1
	fi
}

# How many lines of a file match; 0 when there is no file.
lines() { # PATTERN FILE
	if [ -e "$2" ]; then grep -cE -- "$1" "$2" || :; else echo 0; fi
}

lines_reach() { # N PATTERN FILE
	[ "$(lines "$2" "$3")" -ge "$1" ]
}

logged() { # PATTERN FILE
	grep -qE -- "$1" "$2" 2>/dev/null
}

# ---- programs ----

# Where a program of ours was built.
program() { # NAME
	local at
	for at in "$SMPPGW_BUILD/$1" "$SMPPGW_BUILD/src/$1" "$SMPPGW_BUILD/src/tools/$1" "$SMPPGW_BUILD/tests/bench/$1"; do
		if [ -x "$at" ]; then
			echo "$at"
			return 0
		fi
	done
	echo "no program $1 under $SMPPGW_BUILD; build it first (make -C $SMPPGW_BUILD)" >&2
	return 1
}

# A port of 127.0.0.1 that nobody listens on and that this test has not been given before, below the range that the
# kernel gives to outgoing connections.
free_port() {
	perl -MIO::Socket::INET -e '
		my ($from, $file) = ($ENV{SMPPGW_PORTS}, shift); # 5000 of them are of this test: others run beside it
		my %given;
		if (open my $in, "<", $file) { chomp, $given{$_} = 1 while <$in> }
		for (1 .. 200) {
			my $port = $from ? $from + int rand 5000 : 10000 + int rand 20000;
			next if $given{$port};
			my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port, Listen => 1, ReuseAddr => 1) or next;
			open my $out, ">>", $file or die "$file: $!\n";
			print $out "$port\n";
			print "$port\n";
			exit 0;
		}
		die "no free port\n"' "$tmp/ports"
}

listening() { # PORT
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Starts a program in the background: ${pid[NAME]}, its output in $tmp/NAME.log (appended: a restart keeps the log).
start() { # NAME COMMAND...
	local name=$1
	shift
	"$@" >>"$tmp/$name.log" 2>&1 </dev/null &
	pid[$name]=$!
	started+=("$name")
}

alive() { # NAME
	[ -n "${pid[$1]:-}" ] && kill -0 "${pid[$1]}" 2>/dev/null
}

gone() { # NAME
	! alive "$1"
}

# Ends a program; its exit status is returned. One that does not leave in time is killed: status 137.
stop() { # NAME [SIGNAL [SECONDS]]
	local name=$1 status=0 id=${pid[$1]:-}
	[ -n "$id" ] || return 0
	kill "-${2:-TERM}" "$id" 2>/dev/null
	if ! wait_for "$name leaving" "${3:-15}" gone "$name"; then
		kill -KILL "$id" 2>/dev/null
	fi
	wait "$id" 2>/dev/null || status=$?
	unset "pid[$name]"
	return "$status"
}

# kill -9, and waits until it is gone.
kill_hard() { # NAME
	stop "$1" KILL >/dev/null || :
}

# ---- Redis ----

redis_cli() {
	redis-cli -s "$redis_socket" --raw "$@"
}

redis_answers() {
	[ "$(redis_cli ping 2>/dev/null)" = PONG ]
}

redis_start() { # NAME POLICY
	redis_socket=$tmp/$1.sock
	mkdir -p "$tmp/$1"
	start "$1" redis-server "$SMPPGW_SRC/etc/redis.conf" --port 0 --unixsocket "$redis_socket" --unixsocketperm 700 \
		--dir "$tmp/$1" --pidfile "$tmp/$1.pid" --appendfsync "$2" --daemonize no
	must "Redis answering" 20 redis_answers
}

# How many records stand in the journal of node 1.
journal_size() {
	redis_cli --scan --pattern 'journal:1:*' | while read -r key; do redis_cli hlen "$key"; done |
		awk '{ n += $1 } END { print n + 0 }'
}

# ---- the gateway ----

# Writes $tmp/NAME.conf: node, store, listen, stats and console of its own, then standard input. A line "head:" with
# settings for the store goes there as $2 (for example "deadline = 500;").
gateway_config() { # NAME [STORE-SETTINGS]
	local name=$1
	: "${port[$name]:=$(free_port)}" "${port[$name.stats]:=$(free_port)}"
	{
		cat <<-END
			node = 1;
			store: { redis = "unix:$redis_socket"; ${2:-} };
			listen: ( { address = "127.0.0.1"; port = ${port[$name]}; } );
			stats: { address = "127.0.0.1"; port = ${port[$name.stats]}; };
			console: { socket = "$tmp/$name.console"; };
		END
		cat
	} >"$tmp/$name.conf"
}

# Starts it without waiting for anything.
gateway_launch() { # NAME
	local daemon
	daemon=$(program smppgwd) || exit 1
	# shellcheck disable=SC2086
	start "$1" ${SMPPGW_WRAP:-} "$daemon" -c "$tmp/$1.conf"
}

gateway_start() { # NAME
	gateway_launch "$1"
	must "gateway $1 running or gone" 60 eval "gateway_running $1 || gone $1"
	if gone "$1"; then
		fail "gateway $1 starts" "it has ended ($(tail -n 1 "$tmp/$1.log" | cut -c1-300)); the rest is left out"
		exit 1
	fi
	must "gateway $1 listening on port ${port[$1]}" 10 listening "${port[$1]}"
}

gateway_running() { # NAME
	[ "$(curl -s -m 2 -o /dev/null -w '%{http_code}' "http://127.0.0.1:${port[$1.stats]}/healthz")" = 200 ]
}

# SIGTERM: it drains and leaves with status 0; anything else (a leak, an error of a sanitizer) is a failure.
gateway_stop() { # NAME
	local status=0
	stop "$1" TERM 30 || status=$?
	is "gateway $1 leaves with status 0" "$status" 0
}

# The sum of a counter or gauge over all samples whose name and labels match: metric gw 'smppgw_x_total\{.*carrier="a".*\}'
metric() { # NAME PATTERN
	curl -s -m 5 "http://127.0.0.1:${port[$1.stats]}/metrics" |
		pattern="^$2\$" awk '!/^#/ { v = $NF; n = $0; sub(/ [^ ]*$/, "", n); if (n ~ ENVIRON["pattern"]) sum += v }
			END { printf "%d\n", sum }'
}

metric_is() { # NAME PATTERN VALUE
	[ "$(metric "$1" "$2")" = "$3" ]
}

metric_reaches() { # NAME PATTERN VALUE
	[ "$(metric "$1" "$2")" -ge "$3" ]
}

# ---- a simulated carrier ----

# smppsim on ${port[NAME]} (a free one at the first start); capture in $tmp/NAME.capture, counters of every run in its log.
sim_start() { # NAME OPTION...
	local name=$1 daemon
	shift
	daemon=$(program smppsim) || exit 1
	: "${port[$name]:=$(free_port)}"
	rm -f "$tmp/$name.control"
	start "$name" "$daemon" --listen "127.0.0.1:${port[$name]}" --control "$tmp/$name.control" \
		--capture "$tmp/$name.capture" --detect-duplicates --verbose "$@"
	must "smppsim $name listening" 20 listening "${port[$name]}"
}

# One command to smppsim's control socket; prints its answer.
sim() { # NAME COMMAND
	perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "cannot reach $ARGV[0]: $!\n";
		print $s "$ARGV[1]\n";
		print scalar <$s>' "$tmp/$1.control" "$2"
}

# A counter of smppsim: sim_count mobile submitted
sim_count() { # NAME COUNTER
	sim "$1" status | sed -n "s/.* $2=\([0-9]*\).*/\1/p"
}

sim_reaches() { # NAME COUNTER VALUE
	[ "$(sim_count "$1" "$2")" -ge "$3" ]
}

sim_is() { # NAME COUNTER VALUE
	[ "$(sim_count "$1" "$2")" = "$3" ]
}

# ---- an ESME ----

# Starts esme.pl towards a gateway; esme NAME LINE tells it what to do, $tmp/NAME.log is what it saw.
esme_launch() { # NAME GATEWAY OPTION...
	local name=$1 gateway=$2
	shift 2
	rm -f "$tmp/$name.in"
	mkfifo "$tmp/$name.in"
	perl "$SMPPGW_SRC/tests/system/esme.pl" --port "${port[$gateway]}" "$@" <>"$tmp/$name.in" >>"$tmp/$name.log" 2>&1 &
	pid[$name]=$!
	started+=("$name")
}

esme_start() { # NAME GATEWAY OPTION...
	esme_launch "$@"
	must "ESME $1 bound" 20 logged '^bound status=00000000' "$tmp/$1.log"
}

esme() { # NAME LINE
	printf '%s\n' "$2" >"$tmp/$1.in"
}

# Binds, and leaves the status in $bind_status ("none" when the connection ended without one).
esme_try() { # NAME GATEWAY OPTION...
	local name=$1
	stop "$name" KILL || :
	rm -f "$tmp/$name.log"
	esme_launch "$@"
	wait_for "an answer to the bind of $name" 20 logged '^(bound|ended)' "$tmp/$name.log"
	bind_status=$(sed -n 's/^bound status=\([0-9a-f]*\).*/\1/p; s/^ended.*/none/p' "$tmp/$name.log" | head -n 1)
	[ -n "$bind_status" ]
}

bind_gives() { # WHAT STATUS NAME GATEWAY OPTION...
	esme_try "${@:3}"
	is "$1" "$bind_status" "$2"
}

# A field of the last line that begins with a word: field NAME resp id
field() { # NAME WORD KEY
	grep "^$2 " "$tmp/$1.log" | tail -n 1 | sed -n "s/.* $3=\([^ ]*\).*/\1/p"
}

# ---- the end ----

show_logs() {
	local log
	for log in "$tmp"/*.log; do
		[ -s "$log" ] || continue
		grep -q 'Redis version=' "$log" && ! grep -qE 'MISCONF|FATAL|Out Of Memory' "$log" && continue
		printf '        --- end of %s\n' "${log##*/}"
		tail -n "${SMPPGW_LOG_LINES:-15}" "$log" | cut -c1-300 | sed 's/^/        | /'
	done
}

# An error of a sanitizer in any log is a failure, whoever wrote it.
sanitizer_errors() {
	grep -lE 'ERROR: (Address|Leak)Sanitizer|runtime error:|^==[0-9]+== .*(Invalid|definitely lost)' "$tmp"/*.log 2>/dev/null
}

# So is a system call that the sandbox has refused: what a gateway needs is not in its table.
sandbox_refusals() {
	grep -lE 'event=sandbox_refused' "$tmp"/*.log 2>/dev/null | grep -vE '/intruder[a-z0-9_]*\.log$'
}

finish() {
	finished=yes
	exit 0
}

at_end() {
	local status=$? name bad
	trap - EXIT INT TERM
	set +e
	for name in "${started[@]}"; do
		[ -n "${pid[$name]:-}" ] && stop "$name" TERM 10 >/dev/null
	done
	if bad=$(sanitizer_errors) && [ -n "$bad" ]; then
		fail "no error of a sanitizer" "$(echo $bad)"
	fi
	if bad=$(sandbox_refusals) && [ -n "$bad" ]; then
		fail "the sandbox has refused nothing" "$(echo $bad)"
	fi
	if [ "$finished" = no ] && { [ "$status" -ne 0 ] || [ "$failed" -eq 0 ]; }; then
		[ "$failed" -gt 0 ] || fail "the script ended before its end" "status $status"
	fi
	[ "$failed" -eq 0 ] || show_logs
	if [ "${SMPPGW_KEEP:-0}" = 1 ]; then
		say "kept: $tmp"
	else
		rm -rf "$tmp"
	fi
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
	[ "$failed" -eq 0 ] || exit 1
	exit 0
}
trap at_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
