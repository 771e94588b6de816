#!/bin/bash
# lists.sh - the operator's lists: opt-outs are put in, taken out, imported (100,000 lines while messages go), exported,
# audited, and take effect at once, also for what waits; the archive of consents; dead numbers.
. "$(dirname "$0")/../lib.sh"

rows=100000
[ "$SMPPGW_SLOW" -gt 1 ] && rows=10000

redis_start redis everysec
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; sources = [ "10690001" ]; },
            { system_id = "shop"; password = "secret"; class = "notice"; sources = [ "10690002" ]; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; reconnect = 100; } );
routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
policies: ( { policy = "window"; mode = "off"; } ); # this test runs at night too
END
sim_start mobile --receipt-delay 10ms
gateway_start gw
must "the carrier is bound" 20 sim_reaches mobile bound 1
esme_start bank gw --id bank

ctl() { # WORD...
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@"
}
ctl_fails() { # WHAT PART WORD...
	local what=$1 part=$2 out
	shift 2
	if out=$(ctl "$@" 2>&1 >/dev/null); then fail "$what" "it did not fail"; else has "$what" "$out" "$part"; fi
}
n=0
promo() { # NUMBER [SIGNATURE]: the status of a promotional text
	n=$((n + 1))
	local before
	before=$(lines '^resp ' "$tmp/bank.log")
	esme bank "submit dst=$1 src=10690001 class=promo text=【${2:-某某银行}】新客立减$n，拒收请回复R"
	wait_for "a response" 10 lines_reach $((before + 1)) '^resp ' "$tmp/bank.log" || return
	sed -n 's/^resp .*status=\([0-9a-f]*\).*/\1/p' "$tmp/bank.log" | tail -n 1
}
member() { # SCOPE NUMBER
	[ "$(redis_cli sismember "optout:$1" "$2")" = 1 ]
}

# ---- one number ----
is "before, promotional text goes" "$(promo 13800000001)" 00000000
is "a number is put in, in any form" "$(ctl optout add bank +86-138-0000-0001 '客户来电要求')" "out from now on"
ok "Redis has it" member bank 8613800000001
is "promotional text is refused" "$(promo 13800000001)" 00000400
is "put in again: nothing new" "$(ctl optout add bank 13800000001)" "it was out before"
is "it is out of" "$(ctl optout check 13800000001 | tail -n +2)" bank
is "for all accounts" "$(ctl optout add global 13800000002)" "out from now on"
is "refused" "$(promo 13800000002)" 00000400
is "for a signature" "$(ctl optout add bank/某某银行 13800000003)" "out from now on"
is "refused with it" "$(promo 13800000003)" 00000400
is "another one goes" "$(promo 13800000003 某某信用卡)" 00000000
ctl_fails "a signature with its brackets would stop nothing" "without 【】" optout add bank/【某某银行】 13800000003
is "taken out" "$(ctl optout remove bank 008613800000001 '客户要求恢复')" "in again from now on"
is "goes again" "$(promo 13800000001)" 00000000
is "taken out again: nothing new" "$(ctl optout remove bank 13800000001)" "it was not out"
history=$(ctl optout history 13800000001)
is "its history has two entries" "$(($(echo "$history" | wc -l) - 1))" 2
has "who and why" "$history" "客户来电要求"
has "the way back" "$history" "客户要求恢复"
has "the channel" "$history" "console"
is "of nobody" "$(ctl optout history 13899999999)" "no entries"
is "a number that is out of nothing" "$(ctl optout check 13899999999)" "the number is out of nothing"
sim mobile "mo 8613800000004 10690001 退订" >/dev/null
soon "a reply stands in the same history" 10 eval 'ctl optout history 13800000004 | grep -q "sms.*退订"'

# ---- what waits ----
stop mobile
must "the carrier is down" 10 metric_is gw 'smppgw_carrier_bound\{carrier="mobile"\}' 0
esme_start rush gw --id bank --bind tx
esme rush "submit dst=13800000005 src=10690001 class=promo text=【某某银行】排队的营销，拒收请回复R"
esme rush "submit dst=13800000005 src=10690001 class=notice text=排队的通知"
must "a promotional text and a notice wait" 10 lines_reach 2 '^resp .*status=00000000' "$tmp/rush.log"
queued=$(sed -n 's/^resp n=1 .*id=\([0-9]*\).*/\1/p' "$tmp/rush.log")
ok "then its number is put in" ctl optout add global 13800000005
sim_start mobile --receipt-delay 10ms
must "the carrier is back" 20 sim_reaches mobile bound 1
soon "the notice leaves" 10 grep -q '排队的通知' "$tmp/mobile.capture"
soon "the promotional text ends" 10 logged "^receipt id=$queued stat=DELETED" "$tmp/bank.log"
is "and has not left" "$(grep -c '排队的营销' "$tmp/mobile.capture")" 0

# ---- a file, while messages go ----
{
	printf '\xef\xbb\xbf# 退订名单\r\n'
	printf '13900000001,bank\r\n+8613900000002;shop;2026-05-01 08:30\n008613900000003\tglobal\n"139 0000 0004","bank/某某银行"\n\n'
	printf '13900000005\n号码,bank\n13900000006,没有\n13900000007,bank,昨天\n13900000008,bank,2026-05-01,多余\n'
	awk -v n="$rows" 'BEGIN { for (i = 0; i < n; i++) printf "137%08d\n", i }'
} >"$tmp/file"
sent=$(lines '^resp .*status=00000000' "$tmp/bank.log")
esme bank 'submit dst=8613600000001 src=10690001 count=500 text=第{n}条'
imported=$(cd "$tmp" && ctl optout import file bank 2>"$tmp/progress")
has "it is imported" "$imported" "$((rows + 5)) rows in "
has "all are new" "$imported" ", $((rows + 5)) of them new, 4 bad lines"
has "no number" "$imported" "$tmp/file:8: not a phone number"
has "no such scope" "$imported" "$tmp/file:9: a scope is global, an account, or account/signature without 【】"
has "no time" "$imported" "$tmp/file:10: the time is not like"
has "too much" "$imported" "$tmp/file:11: more fields than there can be"
say "$(echo "$imported" | head -n 1)"
must "the messages of meanwhile" 20 lines_reach $((sent + 500)) '^resp .*status=00000000' "$tmp/bank.log"
is "they are in Redis" "$(redis_cli scard optout:bank)" "$((rows + 3))"
is "and refused" "$(promo 13700000007)" 00000400
has "the history says when it was" "$(ctl optout history 13900000002)" "2026-05-01"
has "and out of which file" "$(ctl optout history 13900000002)" "$tmp/file"
has "a second import does no harm" "$(ctl optout import "$tmp/file" bank)" ", 0 of them new, 4 bad lines"
is "nor to the history" "$(ctl optout history 13900000002 | tail -n +2 | wc -l)" 1
list=$(ctl optout list)
has "how many there are" "$list" "$((rows + 3))"
is "a list is cut" "$(ctl optout list bank | tail -n 1)" "... and $((rows + 3 - 1000)) more; export gives all"

# ---- export, and back ----
has "all go to a file" "$(cd "$tmp" && ctl optout export all)" " rows in $tmp/all"
is "each in a line" "$(sort -u "$tmp/all" | wc -l)" "$((rows + 9))"
ok "with its scope" grep -qx '8613900000004,bank/某某银行' "$tmp/all"
is "nothing is left beside it" "$(ls "$tmp" | grep -c 'all.part')" 0
is "one scope, to the terminal" "$(ctl optout export - shop)" "8613900000002,shop"
redis_cli del optout:bank optout:shop >/dev/null
has "an audit finds what is gone" "$(ctl optout audit)" "out by the history, not in the set"
has "the export is an import" "$(ctl optout import "$tmp/all")" ", $((rows + 4)) of them new, 0 bad lines"
redis_cli sadd optout:global 8613811112222 >/dev/null
audit=$(ctl optout audit)
has "an audit finds what has no history" "$audit" "8613811112222 of global: in the set, not in the history"
is "and nothing else" "$(echo "$audit" | grep -c 'of .*: ')" 1
ok "scope, numbers, without history, missing" grep -Eqx "bank +$((rows + 3)) +0 +0" <<<"$audit"
is "the last changes" "$(ctl optout last 3 | tail -n +2 | wc -l)" 3

# ---- consents ----
is "a consent" "$(ctl consent add bank 13800001001 合同2026-001 柜台)" "kept"
has "it stands there" "$(ctl consent check bank 13800001001)" "合同2026-001"
is "not for another account" "$(ctl consent check shop 13800001001)" "there is no consent"
printf '13800001002,网签2026-7,2026-03-01,手机银行\n13800001003,网签2026-8\n13800001004\n' >"$tmp/consents"
has "a file of them" "$(cd "$tmp" && ctl consent import bank consents)" "2 rows in "
has "with its faults" "$(cd "$tmp" && ctl consent import bank consents)" "$tmp/consents:3: no reference behind the number"
is "as they stand in Redis" "$(redis_cli hget consent:bank 8613800001002)" "网签2026-7,1772294400000,手机银行"
is "withdrawn" "$(ctl consent withdraw bank 13800001002)" "withdrawn: no promotional texts from now on"
is "again" "$(ctl consent withdraw bank 13800001002)" "there was no consent"
is "its history" "$(ctl consent history bank 13800001002 | tail -n +2 | grep -c '网签2026-7')" 2
is "exported" "$(ctl consent export bank - | grep -c '^8613800001003,网签2026-8,,import$')" 1

# ---- dead numbers ----
redis_cli hset dead 8613800002001 "4102416000000,3,number" >/dev/null
is "a dead number" "$(ctl dead list)" "8613800002001,4102416000000,3,number"
has "is found" "$(ctl dead check 13800002001)" "$(date -d @4102416000 +%F)"
is "and brought back" "$(ctl dead remove 13800002001)" "it lives from now on, its failures are forgotten"
is "then it is not known" "$(ctl dead check 13800002001)" "the number is not known to be dead"

# ---- what does not go ----
ctl_fails "a scope that is not there" "no scope 没有" optout add 没有 13800000001
ctl_fails "half a scope" "no scope bank/" optout add bank/ 13800000001
ctl_fails "no number" "is no phone number" optout check 号码
ctl_fails "no account" "no account 没有" consent check 没有 13800000001
ctl_fails "a file that is not there" "cannot be read" optout import "$tmp/none" bank
ctl_fails "a folder" "cannot be read" optout import "$tmp" bank
ctl_fails "a file that cannot be written" "cannot be written" optout export "$tmp/none/file"
ctl_fails "no such word" "usage: optout add" optout forget 13800000001
stop redis
must "Redis is away" 20 eval 'ctl status | grep -q "store.*down"'
ctl_fails "while Redis is away" "the store (Redis) is away" optout add bank 13800000001
ctl_fails "nor is anything found" "the store (Redis) failed" optout check 13800000001
gateway_stop gw
finish
