# throughput.sh - what messages cost as fast as they go: through a relay, stored, in datagram mode, and what Redis alone
# needs for the same commands; then latency with room, and paced. One run after the other, so that what the machine does
# meanwhile meets all of them. Sourced by run.
# shellcheck shell=bash

relay_start() {
	carrier_start relaysim
	: "${port[relay]:=$(free_port)}"
	start relay "$(program relay)" --listen "127.0.0.1:${port[relay]}" --to "127.0.0.1:${port[relaysim]}"
	must "relay listening" 20 listening "${port[relay]}"
	load_run relay-warm relay --messages 5000
}

relay_measured() {
	local before
	before=$(cpu_us relay)
	load_run relay relay --messages "$messages" --first 5000
	sample relay_cpu "$(calc "($(cpu_us relay) - $before) / $messages")"
	sample relay_rate "$(number relay rate_all)"
}

redis_counts() { # FILE
	redis_cli info commandstats >"$tmp/$1"
	redis_cli info stats >>"$tmp/$1"
}

stored_start() {
	redis_start redis everysec
	carrier_start sim
	config gw "${port[sim]}"
	gateway_start gw
	must "carrier bound" 20 sim_reaches sim bound $binds
	load_run warm gw --messages 5000
}

stored_measured() {
	local gateway redis
	redis_counts commands.before
	gateway=$(cpu_us gw)
	redis=$(cpu_us redis)
	load_run stored gw --messages "$messages" --first 5000
	sample gateway_cpu "$(calc "($(cpu_us gw) - $gateway) / $messages")"
	sample redis_cpu "$(calc "($(cpu_us redis) - $redis) / $messages")"
	redis_counts commands.after
	sample both_cpu "$(calc "$(last gateway_cpu) + $(last redis_cpu)")"
	sample stored_rate "$(number stored rate_all)"
	sample stored_share "$(calc "$(last stored_rate) / $(last relay_rate) * 100" %.1f)"
	for q in p50 p99 p99.9; do
		sample "stored_$q" "$(ms stored $q)"
	done
	is "stored: the carrier got no message twice" "$(($(sim_count sim submitted) - messages - 5000))" 0
}

# The same commands to another Redis, by redis-benchmark.
floor_measured() {
	local socket=$redis_socket aof before
	aof=$(find "$tmp/redis/appendonlydir" -name '*.incr.aof' | sort -V | tail -n 1)
	redis_start floor everysec
	before=$(cpu_us floor)
	if "$here/floor" "$redis_socket" "$aof" "$tmp/commands.before" "$tmp/commands.after" >"$tmp/floor.out" 2>&1; then
		pass "the Redis floor: $(tail -n 1 "$tmp/floor.out")"
		sample floor_cpu "$(calc "($(cpu_us floor) - $before) / $messages")"
		sample redis_over_floor "$(calc "$(last redis_cpu) / $(last floor_cpu)")"
	else
		fail "the Redis floor" "$(tail -n 3 "$tmp/floor.out")"
	fi
	stop floor
	rm -rf "$tmp/floor"
	redis_socket=$socket
}

# Twice: by the gateway that has stored, with its events in the stream, as is the default; and by one that tells none, so
# that Redis has nothing to do, as the relay has none.
datagram_measured() {
	local gateway
	gateway=$(cpu_us gw)
	load_run told gw --messages "$messages" --esm-class 1 --first 100000000
	sample told_cpu "$(calc "($(cpu_us gw) - $gateway) / $messages")"
	sample told_rate "$(number told rate_all)"
	carrier_start datagramsim
	config datagram "${port[datagramsim]}"
	sed -i 's/^node = 1;/node = 2;/' "$tmp/datagram.conf"
	echo 'events: { unstored = false; };' >>"$tmp/datagram.conf"
	gateway_start datagram
	must "carrier bound" 20 sim_reaches datagramsim bound $binds
	load_run datagram-warm datagram --messages 5000 --esm-class 1 --first 150000000
	gateway=$(cpu_us datagram)
	load_run datagram datagram --messages "$messages" --esm-class 1 --first 160000000
	sample datagram_cpu "$(calc "($(cpu_us datagram) - $gateway) / $messages")"
	sample datagram_rate "$(number datagram rate_all)"
	sample datagram_share "$(calc "$(last datagram_rate) / $(last relay_rate) * 100" %.1f)"
	gateway_stop datagram
	stop datagramsim
}

half_measured() {
	local half
	half=$(calc "$(last stored_rate) / 2" %.0f)
	load_run half gw --messages $((half * seconds)) --rate "$half" --first 200000000
	load_run relay-half relay --messages $((half * seconds)) --rate "$half" --first 200000000
	for q in p50 p99 p99.9; do
		sample "half_$q" "$(ms half $q)"
		sample "relay_half_$q" "$(ms relay-half $q)"
	done
}

paced_measured() {
	local gateway
	gateway=$(cpu_us gw)
	load_run paced gw --messages $((1000 * seconds)) --rate 1000 --first 300000000
	sample paced_cpu "$(calc "($(cpu_us gw) - $gateway) / (1000 * $seconds)")"
	load_run relay-paced relay --messages $((1000 * seconds)) --rate 1000 --first 300000000
	for q in p50 p99 p99.9; do
		sample "paced_$q" "$(ms paced $q)"
		sample "relay_paced_$q" "$(ms relay-paced $q)"
	done
}

# All of it once, from empty stores.
throughput_run() {
	relay_start
	stored_start
	relay_measured
	stored_measured
	floor_measured
	datagram_measured
	half_measured
	paced_measured
	gateway_stop gw
	stop relay
	stop relaysim
	stop sim
	stop redis
	rm -rf "$tmp/redis"
}

throughput_rows() {
	row "gateway CPU per message, stored (8 PDUs, user+sys)" gateway_cpu us at-most 10 relay_cpu
	row "gateway + Redis CPU per message, stored, everysec" both_cpu us at-most 15 relay_cpu
	row "Redis CPU per message" redis_cpu us - - "" floor_cpu
	row "the Redis floor: the same commands from redis-benchmark" floor_cpu us - -
	row "the relay's CPU per message" relay_cpu us - -
	row "throughput, stored, to the last receipt" stored_rate messages/s - - relay_rate
	row "the relay's throughput, same load and carrier" relay_rate messages/s - -
	row "stored against the relay" stored_share % at-least 15
	row "gateway CPU per message, datagram mode (no store, no events)" datagram_cpu us - - relay_cpu
	row "throughput, datagram mode" datagram_rate messages/s - - relay_rate
	row "the same with events in Redis, gateway CPU" told_cpu us - - relay_cpu
	row "the same with events in Redis, throughput" told_rate messages/s - - relay_rate
	row "datagram mode against the relay" datagram_share % at-least 50
	for q in p50 p99 p99.9; do
		row "submit_sm_resp $q at the highest rate" "stored_$q" ms - -
	done
	row "submit_sm_resp p50 at half of it" half_p50 ms - - relay_half_p50
	row "submit_sm_resp p99 at half of it" half_p99 ms at-most 5 relay_half_p99
	row "submit_sm_resp p99.9 at half of it" half_p99.9 ms - - relay_half_p99.9
	row "the relay's p99 at that rate: what the machine adds" relay_half_p99 ms - -
	row "submit_sm_resp p50, paced at 1,000/s" paced_p50 ms at-most 1 relay_paced_p50
	row "submit_sm_resp p99, paced at 1,000/s" paced_p99 ms at-most 5 relay_paced_p99
	row "submit_sm_resp p99.9, paced at 1,000/s" paced_p99.9 ms - - relay_paced_p99.9
	row "the relay's p99, paced at 1,000/s: what the machine adds" relay_paced_p99 ms - -
	row "gateway CPU per message, paced at 1,000/s" paced_cpu us - -
}
