#!/bin/bash
# webhook.sh - menus whose answer a server gives: its text is the reply, also when it is late, fails at first, is asked
# over TLS, or the gateway is killed in between.
. "$(dirname "$0")/../lib.sh"

if ! command -v python3 >/dev/null; then
	skip "webhooks" "python3 is not here, which plays the server"
	finish
fi

secret='很长的密钥'
certificate() { # FILE NAME
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=$2" \
		-addext "subjectAltName=DNS:$2" -keyout "$tmp/$1.key" -out "$tmp/$1.pem" 2>/dev/null
}
certificate good localhost
certificate wrong bank.example
mode() {
	echo "$1" >"$tmp/mode"
}
server() { # NAME [CERTIFICATE]
	: "${port[$1]:=$(free_port)}"
	start "$1" python3 "$SMPPGW_SRC/tests/system/webhook_server.py" "${port[$1]}" "$tmp/mode" "$secret" \
		${2:+"$tmp/$2.pem" "$tmp/$2.key"}
	must "server $1 listening" 20 listening "${port[$1]}"
}
mode text
server plain
server safe good
server wrong wrong
port[nobody]=$(free_port)

redis_start redis always
row() { # KEY NODE WEBHOOK
	echo "{ menu = \"main\"; node = \"$2\"; parent = \"top\"; key = \"$1\"; action = \"webhook\"; webhook = \"$3\"; fallback = \"稍后与您联系\"; deadline = 4000; }"
}
hook() { # NAME SCHEME PORT CA
	echo "{ name = \"$1\"; url = \"$2://localhost:$3/book\"; secret = \"$secret\"; ca = \"$4\"; deadline = 1000; retries = 2; retry = 100; }"
}
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; reconnect = 100; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
reply: { per_minute = 0; per_day = 0; };
webhooks: ( $(hook plain http "${port[plain]}" ""), $(hook safe https "${port[safe]}" good.pem),
	$(hook strange https "${port[safe]}" ""), $(hook wrong https "${port[wrong]}" wrong.pem), $(hook nobody http "${port[nobody]}" "") );
menus: ( { menu = "main"; node = "top"; start = [ "菜单" ]; text = "回复2预约客户经理"; },
	$(row 2 plain plain), $(row 3 safe safe), $(row 4 strange strange), $(row 5 wrong wrong), $(row 6 nobody nobody) );
END
sim_start mobile --receipt-delay 10ms
gateway_start gw
must "the carrier bound" 20 sim_is mobile bound 1

acked=0
phone() { # NUMBER TEXT
	sim mobile "mo $1 10690001 $2" >/dev/null
	acked=$((acked + 1))
	wait_for "the carrier's reply acknowledged" 10 sim_is mobile mo_acked "$acked" || fail "\"$2\" acknowledged"
}
texts() { # NUMBER
	grep -E "\"destination\":\"(\+|00)?(86)?${1#86}\"" "$tmp/mobile.capture" | sed 's/.*"text":"\([^"]*\(\\"[^"]*\)*\)".*/\1/'
}
has_text() { # NUMBER TEXT
	texts "$1" | grep -qF -- "$2"
}
asks() { # NUMBER KEY: into the menu, and the choice
	phone "$1" 菜单
	wait_for "the menu" 10 has_text "$1" '回复2预约客户经理' || fail "the menu is answered"
	phone "$1" "$2"
}

# ---- the answer is the reply ----
asks 8613800000001 2
soon "the server's text is the reply" 10 has_text 8613800000001 '已预约，尾号0001'
ok "the question says who asks what" logged '^request id=[0-9]{18} same=yes signature=good number=8613800000001 text=2 node=plain original=$' "$tmp/plain.log"
mode json
asks 8613800000002 2
soon "a text in JSON" 10 has_text 8613800000002 '已预约“王经理”'
asks 8613800000003 3
soon "over TLS" 10 has_text 8613800000003 '已预约“王经理”'
mode end
asks 8613800000004 2
soon "the server ends the menu" 10 has_text 8613800000004 '再见'
soon "and it is over" 10 eval '[ "$(redis_cli exists to:{8613800000004}:menu:10690001)" = 0 ]'

# ---- what does not come about ----
mode late
asks 8613800000005 2
soon "a server that is late: the other text" 15 has_text 8613800000005 '稍后与您联系'
mode once
asks 8613800000006 2
soon "500, then an answer" 10 has_text 8613800000006 '已预约，尾号0006'
is "it was asked twice" "$(lines 'number=8613800000006' "$tmp/plain.log")" 2
is "with one id" "$(grep 'number=8613800000006' "$tmp/plain.log" | sed 's/.* id=\([0-9]*\) .*/\1/' | sort -u | wc -l)" 1
i=10
for what in missing large broken; do
	mode $what
	i=$((i + 1))
	asks "86138000000$i" 2
	soon "an answer that is $what: the other text" 10 has_text "86138000000$i" '稍后与您联系'
	is "and it is not asked again" "$(lines "number=86138000000$i" "$tmp/plain.log")" 1
done
mode text
asks 8613800000021 4
soon "a certificate of an authority that nobody trusts: the other text" 10 has_text 8613800000021 '稍后与您联系'
asks 8613800000022 5
soon "a certificate with another name: the other text" 10 has_text 8613800000022 '稍后与您联系'
ok "the log says why" logged 'event=webhook_fallback webhook=wrong .*hostname mismatch' "$tmp/gw.log"
asks 8613800000023 6
soon "nobody listens: the other text" 10 has_text 8613800000023 '稍后与您联系'
is "such servers were asked nothing" "$(lines '^request' "$tmp/wrong.log")" 0

# ---- killed between the carrier's answer and the server's ----
mode late
asks 8613800000031 2
must "the server is asked" 10 logged 'number=8613800000031' "$tmp/plain.log"
is "the question is stored" "$(redis_cli hlen pending:1)" 1
kill_hard gw
mode text
gateway_start gw
soon "after a kill the reply comes all the same" 20 has_text 8613800000031 '已预约，尾号0031'
soon "the question is forgotten" 10 eval '[ "$(redis_cli hlen pending:1)" = 0 ]'
is "it was asked with the same id" "$(grep 'number=8613800000031' "$tmp/plain.log" | sed 's/.* id=\([0-9]*\) .*/\1/' | sort -u | wc -l)" 1
must "the carrier bound again" 20 sim_is mobile bound 1
gateway_stop gw
gateway_start gw
must "the carrier bound once more" 20 sim_is mobile bound 1
asks 8613800000032 2
soon "a next one" 10 has_text 8613800000032 '已预约，尾号0032'
is "the reply came once" "$(texts 8613800000031 | grep -cF 已预约)" 1
is "every question was signed" "$(grep -h '^request' "$tmp"/plain.log "$tmp"/safe.log | grep -vc signature=good)" 0
gateway_stop gw
finish
