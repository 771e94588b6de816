# memory.sh - what idle binds and waiting messages take, and how long a start with all of them in the journal needs.
# Sourced by run.
# shellcheck shell=bash

idle_run() {
	local n=1000 before
	gateway_start held
	before=$(rss_bytes held)
	"$load" --port "${port[held]}" --binds $n --messages 1000000 --rate 1 --receipts no --dest-prefix 1 >"$tmp/idle.json" \
		2>"$tmp/idle.log" &
	pid[idle]=$!
	started+=(idle)
	must "$n idle binds" 60 metric_reaches held 'smppgw_account_bound\{.*\}' $n
	sample idle_bind "$(calc "($(rss_bytes held) - $before) / $n / 1024")"
	stop idle
	gateway_stop held
}

# A journal of so many, and what each of the first of them takes.
queued_run() {
	local before
	gateway_start held
	load_run held-warm held --messages 1000 --receipts no
	before=$(rss_bytes held)
	load_run queued held --messages "$queued" --receipts no --first 1000
	sample queued_octets "$(calc "($(rss_bytes held) - $before) / $queued" %.0f)"
	gateway_stop held
}

start_run() {
	local began
	began=$(now_ms)
	gateway_start held
	sample start_seconds "$(calc "($(now_ms) - $began) / 1000")"
	gateway_stop held
}

all_left() { [ "$(sim_count late tags)" = "$journal" ]; }

# The journal is filled once; then so many starts, and the carrier comes: all leave, once.
start_runs() { # RUNS
	local i
	gateway_start held
	load_run journal held --messages "$journal" --receipts no
	gateway_stop held
	for ((i = 0; i < $1; i++)); do start_run; done
	gateway_start held
	carrier_start late
	soon "all $journal messages of the journal leave after the restart" 120 all_left
	is "none of them twice" "$(sim_count late duplicates)" 0
	gateway_stop held
	stop late
}

memory_runs() { # RUNS
	local i
	port[late]=$(free_port)
	for ((i = 0; i < $1; i++)); do
		redis_start redis2 everysec
		config held "${port[late]}"
		idle_run
		queued_run
		stop redis2
		rm -rf "$tmp/redis2"
	done
	redis_start redis2 everysec
	start_runs "$1"
	stop redis2
	rm -rf "$tmp/redis2"
}

memory_rows() {
	# The text as it is stored: the default text of smppload with its number, in UCS-2.
	local text=$((2 * $(printf %s '【测试银行】您尾号6688的账户入账人民币128.00元，流水#100000。' | wc -m)))
	row "memory per idle bind (1000 binds)" idle_bind KiB at-most 16
	row "memory per queued message, its $text octets of text included" queued_octets octets at-most $((512 + text))
	row "start with $journal messages in the journal" start_seconds s at-most "$(calc "10 * $journal / 1000000" %g)"
}
