# beside.sh - otp texts beside bulk far beyond what the carrier takes: the wait of the one against that of the other.
# Sourced by run.
# shellcheck shell=bash

tps=500

# A carrier that takes $tps messages a second over one bind with a window of 20; otp has its own account, to which its
# receipts go.
slow_config() { # NAME CARRIER-PORT
	config "$1" "$2"
	sed -i -e "s/binds = $binds; window = $window; reconnect/binds = 1; window = 20; tps = $tps; reconnect/" \
		-e 's/^accounts: (/& { system_id = "pay"; password = "secret"; class = "otp"; max_binds = 10; window = 100; },/' \
		"$tmp/$1.conf"
}

bulk_waits() { [ "$(in_state beside queued)" -ge $((bulk * 3 / 4)) ]; }

beside_run() {
	local bulk_pid
	redis_start redis3 everysec
	# The carrier's receipt follows its answer at once: smppload's time to the receipt is no less than that to the answer.
	carrier_start slow --response-delay 20ms --receipt-delay 0ms
	slow_config beside "${port[slow]}"
	gateway_start beside
	must "slow carrier bound" 20 sim_reaches slow bound 1
	load_run bulk beside --messages "$bulk" --class promo >"$tmp/bulk.out" &
	bulk_pid=$!
	must "the bulk waits" 20 bulk_waits
	load_run otp beside --messages $((bulk / tps * 10)) --rate 20 --system-id pay --class otp --first 1000000
	at_least "of the bulk wait when the last otp has been answered" "$(in_state beside queued)" 1
	wait $bulk_pid
	cat "$tmp/bulk.out"
	case "$(cat "$tmp/bulk.out")" in ok*) passed=$((passed + 1)) ;; *) failed=$((failed + 1)) ;; esac
	sample otp_p50 "$(ms otp p50 receipt)"
	sample otp_p99 "$(ms otp p99 receipt)"
	sample bulk_p50 "$(ms bulk p50 receipt)"
	sample otp_share "$(calc "$(last otp_p99) / $(last bulk_p50) * 100" %.1f)"
	gateway_stop beside
	stop slow
	stop redis3
	rm -rf "$tmp/redis3"
}

beside_rows() {
	row "otp p50, submit to the carrier's answer, beside the bulk" otp_p50 ms - -
	row "otp p99, submit to the carrier's answer, beside the bulk" otp_p99 ms - -
	row "the bulk's p50 ($bulk texts, a carrier of $tps/s)" bulk_p50 ms - -
	row "otp p99 against the bulk's p50" otp_share % at-most 10
}
