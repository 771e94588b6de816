#!/bin/bash
# ported.sh - ported numbers: 200,000 rows are loaded while messages go on, with progress; they decide the carrier, are
# there after a restart, and a second node follows what the first one is told. A file that replaces all, bad files.
. "$(dirname "$0")/../lib.sh"

rows=200000
[ "$SMPPGW_SLOW" -gt 1 ] && rows=20000

redis_start redis everysec
for name in mobile telecom; do
	port[$name]=$(free_port)
done
pieces() {
	cat <<-END
		accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; } );
		carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; password = "gw"; },
		            { name = "telecom"; host = "127.0.0.1"; port = ${port[telecom]}; system_id = "gw"; password = "gw"; } );
		operators: ( { name = "mobile"; prefixes = [ "86138", "86139" ]; },
		             { name = "telecom"; prefixes = [ "86133" ]; } );
		routes: ( { operator = "mobile"; carriers = [ "mobile" ]; },
		          { operator = "telecom"; carriers = [ "telecom" ]; } );
	END
}
gateway_config gw < <(pieces)
gateway_config second < <(pieces)
sed -i 's/^node = 1;/node = 2;/' "$tmp/second.conf"
sim_start mobile
sim_start telecom
gateway_start gw
gateway_start second
must "carriers bound, by both nodes" 20 eval "sim_reaches mobile bound 2 && sim_reaches telecom bound 2"

ctl() { # GATEWAY WORD...
	local name=$1
	shift
	"$(program smppgwctl)" -s "$tmp/$name.console" "$@"
}

ported_is() { # GATEWAY NUMBER TEXT
	[ "$(ctl "$1" ported get "$2")" = "$3" ]
}

count_is() { # GATEWAY COUNT
	ctl "$1" ported count | grep -q "^$2 numbers, .*, ready$"
}

must "the table is read, though it is empty" 20 count_is gw 0

# ---- loading: number forms, separators, comments, a byte order mark, CRLF, bad lines ----
{
	printf '\xef\xbb\xbf# 携号转网\r\n'
	printf '13800000001 telecom\r\n+8613800000002,telecom\r\n008613800000003\ttelecom\n"8613800000004";"telecom"\n\n'
	printf '13800000005 铁通\n号码 telecom\n13800000006\n13800000007 telecom 2024\n'
	awk -v n="$rows" 'BEGIN { for (i = 0; i < n; i++) printf "138%08d telecom\n", i + 10000000 }'
} >"$tmp/file"
esme_start app gw
esme app 'submit dst=8613900000001 count=200 text=第{n}条'
loaded=$(cd "$tmp" && ctl gw ported load file 2>/dev/null)
has "it is loaded" "$loaded" "$((rows + 4)) rows loaded in "
has "bad lines are counted" "$loaded" ", 4 bad lines"
has "an unknown operator is said" "$loaded" "not in operators: 铁通"
has "and where" "$loaded" "line 7: an operator that is not in operators"
has "no number" "$loaded" "line 8: not a phone number"
has "no operator" "$loaded" "line 9: no operator behind the number"
say "$(echo "$loaded" | head -n 1); $(ctl gw ported count | head -n 1)"
ok "the log has its begin and end" eval "logged event=ported_load_begins '$tmp/gw.log' && logged 'event=ported_load_ends rows=$((rows + 4)) bad=4' '$tmp/gw.log'"
is "all are in memory" "$(ctl gw ported count | head -n 1 | cut -d' ' -f1)" "$((rows + 4))"
is "and in Redis" "$(redis_cli --scan --pattern 'ported:0:*' | sed 's/^/hlen /' | redis_cli | awk '{ n += $1 } END { print n }')" \
	"$((rows + 4))"
must "the messages of meanwhile" 20 lines_reach 200 '^resp .*status=00000000' "$tmp/app.log"

# ---- they decide the carrier ----
esme app 'submit dst=8613810000007 count=1 text=已携转'
soon "a ported number goes by its operator" 20 sim_is telecom submitted 1
esme app 'submit dst=8613890000000 count=1 text=未携转'
soon "another one by its prefix" 20 sim_is mobile submitted 201

# ---- the second node follows ----
soon "the second node reads what was loaded" 30 count_is second "$((rows + 4))"
ok "it is told a number" ctl second ported set 13900000001 telecom
soon "the first node hears of it" 20 ported_is gw 13900000001 "8613900000001 telecom"
ok "and forgets another" ctl gw ported del +86-138-0000-0001
soon "which the second one hears" 20 ported_is second 13800000001 "8613800000001 goes by its prefix"

# ---- after a restart ----
gateway_stop gw
gateway_start gw
soon "all is there after a restart" 30 count_is gw "$((rows + 4))"
ok "with what was told" ported_is gw 13900000001 "8613900000001 telecom"
ok "its log says how long it took" logged 'event=ported_read numbers=[0-9]+ bytes=[0-9]+ seconds=' "$tmp/gw.log"

# ---- a file that replaces all ----
echo '13300000009 mobile' >"$tmp/new"
redis_cli client pause 1300 write >/dev/null # so that it takes longer than a second
has "another file" "$(ctl gw ported load "$tmp/new" --replace 2>"$tmp/progress")" "1 rows loaded in "
ok "its progress is shown" logged '^[0-9]+ %, [01] rows, [01] rows/s, 0 bad lines$' "$tmp/progress"
ok "and logged" logged 'event=ported_load rows=[01] bad=0 percent=' "$tmp/gw.log"
ok "is all there is" ported_is gw 13810000007 "8613810000007 goes by its prefix"
soon "for the second node, too" 30 count_is second 1
is "nothing of the old one is left in Redis" "$(redis_cli --scan --pattern 'ported:0:*' | wc -l)" 0

# ---- what does not go ----
ctl_fails() { # WHAT PART WORD...
	local what=$1 part=$2 out
	shift 2
	if out=$(ctl gw "$@" 2>&1 >/dev/null); then fail "$what" "it did not fail"; else has "$what" "$out" "$part"; fi
}
ctl_fails "a file that is not there" "No such file or directory" ported load "$tmp/none"
ctl_fails "a folder" "is no ordinary file" ported load "$tmp"
echo 'nothing' >"$tmp/bad"
ctl_fails "a file without a row replaces nothing" "no line that can be used" ported load "$tmp/bad" --replace
ok "the table is as it was" count_is gw 1
ctl_fails "an operator that is not there" "no operator 铁通" ported set 13900000001 铁通
ctl_fails "no number" "is no phone number" ported get 号码
ctl_fails "no such word" "usage: ported load" ported list
redis_cli set ported:loading 7 ex 60 >/dev/null
ctl_fails "while another node loads" "another node loads a file" ported load "$tmp/new"
is "whose lock stays" "$(redis_cli get ported:loading)" 7
redis_cli del ported:loading >/dev/null
gateway_stop second
gateway_stop gw
finish
