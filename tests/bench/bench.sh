# bench.sh - what the commands of the bench share: building, CPU and memory of processes, load, figures of several runs
# with their median and spread, tables in doc/performance.md. Sourced by run, curves and pauses; reads tests/lib.sh. Knows no budget.
# shellcheck shell=bash

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$top/tests/bench
binds=4
window=100

# ---- building ----

bench_own=no
bench_profile=${bench_profile:-yes}
[ -n "${SMPPGW_BUILD:-}" ] || { bench_own=yes && SMPPGW_BUILD=$top/build/bench && [ $bench_profile = yes ] || SMPPGW_BUILD=$top/build/bench-quick; }
mkdir -p "$SMPPGW_BUILD"
. "$top/tests/lib.sh"

# As the Debian package is built: linked with optimisation over all files, compiled by a profile; that is taken anew when a
# source has changed.
bench_configure() {
	local profile=$SMPPGW_BUILD/profile options=--enable-lto
	[ -x "$top/configure" ] || (cd "$top" && ./autogen.sh) || return
	if [ $bench_profile = yes ]; then
		options+=" --with-profile=$profile"
		if [ ! -e "$profile/taken" ] || [ -n "$(find "$top/src" "$top/configure" -newer "$profile/taken" -name '*[hce]' -print -quit)" ]; then
			say "taking a profile: two minutes" >&3
			"$top/scripts/profile" "$profile" && rm -f "$SMPPGW_BUILD/config.status" && touch "$profile/taken" || return
			find "$SMPPGW_BUILD" -name '*.[oa]' -delete
		fi
	fi
	# shellcheck disable=SC2086
	[ -e "$SMPPGW_BUILD/config.status" ] || (cd "$SMPPGW_BUILD" && "$top/configure" $options)
}

# Builds the programs, in a folder of the bench's own unless SMPPGW_BUILD says where they are.
bench_build() { # PROGRAM...
	local log=$tmp/build.log
	if { [ $bench_own = no ] || bench_configure 3>&1 >"$log" 2>&1; } &&
		{ [ ! -e "$SMPPGW_BUILD/Makefile" ] || make -s -j2 -C "$SMPPGW_BUILD" "$@" >"$log" 2>&1; }; then
		load=$(program smppload) || exit 1
		return
	fi
	tail -n 20 "$log" >&2
	fail "the programs are built" "see above"
	exit 1
}

# The machine and the versions, for the head of a report and of a table.
bench_machine() {
	machine="$(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, Linux $(uname -r), Redis $(redis-server --version | sed 's/.* v=\([0-9.]*\).*/\1/')"
	revision=$(git -C "$top" log -1 --format='%h of %cs' 2>/dev/null)
	echo "machine: $machine"
	echo "smppgw $revision"
	echo
}

# ---- measuring ----

# CPU time of a process in us, user and system, with its threads (to the ns, from schedstat) and the children it has waited
# for (Redis rewrites its log in one).
cpu_us() { # NAME
	local id=${pid[$1]}
	{
		cat "/proc/$id/task"/*/schedstat
		sed 's/.*) //' "/proc/$id/stat" | awk -v hz="$(getconf CLK_TCK)" '{ printf "%.0f\n", ($14 + $15) / hz * 1e9 }'
	} | awk '{ ns += $1 } END { printf "%.0f\n", ns / 1000 }'
}

rss_bytes() { # NAME
	awk '/^VmRSS:/ { print $2 * 1024 }' "/proc/${pid[$1]}/status"
}

calc() { # EXPRESSION [FORMAT]
	awk "BEGIN { printf \"${2:-%.2f}\", ($1) }"
}

# A number of smppload's report; a quantile is "response_us p99".
number() { # REPORT KEY [QUANTILE]
	if [ $# -eq 3 ]; then
		sed -n "s/.*\"$2\":{\([^}]*\)}.*/,\1,/p" "$tmp/$1.json" | sed -n "s/.*,\"$3\":\([0-9.]*\),.*/\1/p"
	else
		sed -n "s/.*[{,]\"$2\":\([0-9.]*\).*/\1/p" "$tmp/$1.json"
	fi
}

ms() { # REPORT QUANTILE [response|receipt]
	calc "$(number "$1" "${3:-response}_us" "$2") / 1000"
}

# Runs smppload; its report is a test of its own: nothing missing, duplicate or unknown.
load_run() { # REPORT GATEWAY OPTION...
	local report=$1 status=0
	shift
	"$load" --port "${port[$1]}" --binds $binds --window $window --json --timeout 60s "${@:2}" >"$tmp/$report.json" \
		2>"$tmp/$report.log" || status=$?
	if [ "$status" -eq 0 ]; then
		pass "$report: $(number "$report" accepted) accepted, 0 missing, 0 duplicate, 0 unknown"
	else
		fail "$report" "$(cut -c1-500 "$tmp/$report.json") $(tail -n 3 "$tmp/$report.log")"
	fi
}

# ---- figures of several runs ----

declare -A samples=()

# Notes what one run has given for a figure.
sample() { # FIGURE VALUE
	samples[$1]+="$2 "
}

# What the present run has given.
last() { # FIGURE
	local all=(${samples[$1]})
	echo "${all[-1]}"
}

median() { # FIGURE
	printf '%s\n' ${samples[$1]} | sort -g | awk '{ v[NR] = $1 } END { printf "%.6g\n", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

lowest() { # FIGURE
	printf '%s\n' ${samples[$1]} | sort -g | head -n 1
}

highest() { # FIGURE
	printf '%s\n' ${samples[$1]} | sort -g | tail -n 1
}

# ---- the gateway ----

# Redis and carrier of the bench; a configuration with one account and one carrier, fit for the load above.
config() { # NAME CARRIER-PORT [MESSAGES-SETTINGS]
	gateway_config "$1" <<-END
		messages: { max_held = 12000000; ${3:-} };
		accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; max_binds = 10000; window = $window; } );
		carriers: ( { name = "mobile"; host = "127.0.0.1"; port = $2; system_id = "gw"; password = "gw";
		              binds = $binds; window = $window; reconnect = 100; reconnect_max = 500; } );
		routes: ( { prefix = "86"; carriers = [ "mobile" ]; } );
		limits: { max_connections = 20000; max_per_address = 0; };
		policies: ( { policy = "window"; mode = "off"; } );
	END
}

carrier_start() { # NAME [OPTION...]: smppsim without capture, as fast as it can
	: "${port[$1]:=$(free_port)}"
	start "$1" "$(program smppsim)" --listen "127.0.0.1:${port[$1]}" --control "$tmp/$1.control" --receipt-delay 10ms \
		--detect-duplicates --max-pending 20000000 "${@:2}"
	must "smppsim listening" 20 listening "${port[$1]}"
}

# How many messages are in a state: queued, awaiting, ...
in_state() { # GATEWAY STATE
	metric "$1" "smppgw_messages\\{.*state=\"$2\".*\\}"
}

# ---- the page ----

# Puts standard input between the markers "<!-- WHAT begins" and "<!-- WHAT ends" of doc/performance.md.
page_write() { # WHAT
	local page=$top/doc/performance.md
	cat >"$tmp/page.new"
	{
		sed "/^<!-- $1 begins/q" "$page"
		echo
		cat "$tmp/page.new"
		echo
		sed -n "/^<!-- $1 ends/,\$p" "$page"
	} >"$tmp/page" && cat "$tmp/page" >"$page"
	say "wrote the $1 of ${page#"$top"/}"
}
