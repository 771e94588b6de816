# fixture.sh - the machine on which the documents' commands are run, in a clean Debian 12: what they take for granted, a
# Redis, three carriers and a gateway with traffic. Sourced by the script of tests/docs/run inside the chroot.
# shellcheck shell=bash
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 TZ=Asia/Shanghai PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export MAKEFLAGS=-j2
checkout=/src/smppgw
passed=0
failed=0
left=0
started=()

document() { # NAME
	printf -- '---- %s\n' "$1"
	cd "$checkout" || exit 1
}
block() {
	cd "$checkout" || exit 1
}
leave() { # WHAT REASON
	left=$((left + 1))
	printf 'left    %s: %s\n' "$1" "$2"
}
# In this shell: a block's cd and variables are there for its next line.
step() { # WHAT COMMAND
	local began=$SECONDS
	if eval "$2" >/tmp/step.log 2>&1 </dev/null; then
		passed=$((passed + 1))
		printf 'ok      %s (%d s)\n' "$1" $((SECONDS - began))
	else
		failed=$((failed + 1))
		printf 'FAILED  %s\n' "$1"
		[ "$1" = "$2" ] || printf '        run as: %s\n' "$2"
		tail -n 15 /tmp/step.log | cut -c1-300 | sed 's/^/        | /'
	fi
}
finish() {
	local id
	for id in "${started[@]}"; do kill "$id" 2>/dev/null; done
	[ -s /run/redis-docs.pid ] && kill "$(cat /run/redis-docs.pid)"
	printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$left"
	[ "$failed" -eq 0 ]
}
until_so() { # WHAT COMMAND...
	local i what=$1
	shift
	for ((i = 0; i < 300; i++)); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		sleep 0.1
	done
	echo "the fixture waited in vain: $what" >&2
	tail -n 5 /var/log/*-docs.log >&2
	finish
	exit 1
}
serve() { # NAME COMMAND...
	local name=$1
	shift
	"$@" >>"/var/log/$name-docs.log" 2>&1 </dev/null &
	started+=($!)
}

# Before the first command: nothing of the gateway's.
prepare() {
	printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d # packages start no servers here
	chmod +x /usr/sbin/policy-rc.d
	printf 'APT::Get::Assume-Yes "true";\nDpkg::Options { "--force-confold"; };\nAcquire::Retries "3";\n' >/etc/apt/apt.conf.d/90docs
	apt-get -qq update
	apt-get -qq install --no-install-recommends sudo curl procps python3 tshark openssl ca-certificates >/dev/null 2>&1
	id smppgw >/dev/null 2>&1 || useradd --system --home-dir /var/lib/smppgw smppgw
}

# Behind the commands that install it and make its keys.
fixture() {
	install -d -o smppgw -g smppgw /run/smppgw /var/lib/smppgw
	: >/var/lib/smppgw/redis-docs.conf
	redis-server /var/lib/smppgw/redis-docs.conf --port 6379 --appendonly yes --appendfsync always --save '' --dir /var/lib/smppgw --daemonize yes \
		--pidfile /run/redis-docs.pid >/dev/null
	until_so "Redis" redis-cli ping
	serve mobile smppsim --listen 127.0.0.1:2776 --response-delay 15ms
	serve unicom smppsim --listen 127.0.0.1:7890 --response-delay 1500ms
	serve move smppsim --listen 127.0.0.1:2778 --response-delay 15ms
	printf 'li:%s' "一个长长的密钥" >~/.smppgw-token
	chmod 600 ~/.smppgw-token
	cp -f "$checkout/tests/docs/smppgw.conf" /etc/smppgw/smppgw.conf
	hash=$(printf '%s\n' "一个长长的密钥" | smppgwctl passwd --token 2>/dev/null | tail -n 1)
	sed -i "s|TOKEN_HASH|$hash|" /etc/smppgw/smppgw.conf
	chgrp -R smppgw /etc/smppgw
	cp "$checkout"/etc/smppgw.conf "$checkout"/etc/*-cn.conf "$checkout"/etc/routes.test /tmp/
	printf '13900000001\n' >/var/lib/smppgw/退订名单.csv
	serve gateway smppgwd -c /etc/smppgw/smppgw.conf
	until_so "the gateway" curl -sf http://127.0.0.1:8775/healthz
	smppgwctl credit bank set 100000 >/dev/null
	smppload --messages 50 --campaign 双十一 >/var/log/load-docs.log 2>&1
	serve load smppload --system-id load --source 1069012345 --rate 60 --messages 1000000 --dest-prefix 86130
	until_so "an alarm" eval 'smppgwctl alarms | grep -q answer_latency'
	ID=$(smppsend --to 13012345678 --text 您好 | sed -n 's/.*id=\([0-9]*\).*/\1/p' | head -n 1)
	export ID
	[ -n "$ID" ] || echo "the fixture has no message's id" >&2
	until_so "a statement about it" eval 'rm -f /tmp/p; smppevidence prove -k /etc/smppgw/evidence.pem.pub -o /tmp/p /var/lib/smppgw/records "$ID"'
}
