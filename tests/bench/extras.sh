# extras.sh - the same load without rules, with every rule of contact on, and with records that are chained, sealed and
# signed: what those add. Sourced by run, after parts.sh.
# shellcheck shell=bash

ruled_text='【测试银行】您尾号6688的账户入账人民币128.00元，流水#seq。拒收请回复R'

# One gateway, warmed up and measured; figures are named KEY_cpu, KEY_redis, KEY_rate.
extra_run() { # KEY FIRST
	local gateway redis n=$((messages / 2))
	gateway_start "$1"
	must "carrier bound, $1" 20 sim_reaches extrasim bound $binds
	load_run "$1-warm" "$1" --messages 5000 --text "$ruled_text" --first "$2"
	gateway=$(cpu_us "$1")
	redis=$(cpu_us redis4)
	load_run "$1" "$1" --messages $n --text "$ruled_text" --first $(($2 + 5000))
	sample "$1_cpu" "$(calc "($(cpu_us "$1") - $gateway) / $n")"
	sample "$1_redis" "$(calc "($(cpu_us redis4) - $redis) / $n")"
	sample "$1_rate" "$(number "$1" rate_all)"
	gateway_stop "$1"
}

ruled_config() {
	words_file
	config ruled "${port[extrasim]}"
	sed -i '/^policies:/d' "$tmp/ruled.conf"
	rules >>"$tmp/ruled.conf"
}

kept_config() {
	[ -e "$tmp/evidence.pem" ] || "$(program smppevidence)" keygen "$tmp/evidence.pem" >"$tmp/keygen.log" ||
		fail "a key for the evidence" "$(cat "$tmp/keygen.log")"
	config kept "${port[extrasim]}"
	cat >>"$tmp/kept.conf" <<-END
		records: { directory = "$tmp/kept-records"; };
		evidence: { key = "$tmp/evidence.pem"; };
	END
}

# What the archive has taken, and how fast it is checked.
kept_checked() {
	local octets records began seconds
	octets=$(find "$tmp/kept-records" -name '*.jsonl' -exec cat {} + | wc -c)
	records=$(find "$tmp/kept-records" -name '*.jsonl' -exec cat {} + | wc -l)
	began=$(date +%s%N)
	ok "the archive of the bench is whole" "$(program smppevidence)" verify --key "$tmp/evidence.pem.pub" "$tmp/kept-records" \
		>"$tmp/verify.log" 2>&1
	seconds=$(calc "($(date +%s%N) - $began) / 1e9")
	sample kept_records "$(calc "$records / ($messages / 2 + 5000)" %.1f)"
	sample kept_octets "$(calc "$octets / ($messages / 2 + 5000)" %.0f)"
	sample kept_checking "$(calc "$octets / 1048576 / $seconds" %.0f)"
	rm -rf "$tmp/kept-records"
}

extras_run() {
	redis_start redis4 everysec
	carrier_start extrasim
	config plain "${port[extrasim]}"
	extra_run plain 0
	ruled_config
	extra_run ruled 2000000
	kept_config
	extra_run kept 4000000
	kept_checked
	sample ruled_adds "$(calc "$(last ruled_cpu) - $(last plain_cpu)")"
	sample ruled_adds_redis "$(calc "$(last ruled_redis) - $(last plain_redis)")"
	sample kept_adds "$(calc "$(last kept_cpu) - $(last plain_cpu)")"
	sample kept_share "$(calc "$(last kept_rate) / $(last plain_rate) * 100" %.1f)"
	stop extrasim
	stop redis4
	rm -rf "$tmp/redis4"
}

extras_rows() {
	row "gateway CPU per message, all rules on" ruled_cpu us - - relay_cpu
	row "what the rules add to it, question and answer included" ruled_adds us - -
	row "what they add to Redis (one call per message)" ruled_adds_redis us - -
	row "throughput, all rules on" ruled_rate messages/s - - relay_rate
	row "gateway CPU per message, with records, chain and seals" kept_cpu us - - relay_cpu
	row "what they add to it" kept_adds us - -
	row "throughput with them, against without" kept_share % - -
	row "records per message" kept_records "" - -
	row "octets of records per message" kept_octets octets - -
	row "checking an archive" kept_checking MiB/s - -
}
