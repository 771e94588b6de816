#!/bin/bash
# clock.sh - the wall clock of the real program jumps, by an hour and by 400 days and back, while texts, schedules, validities, receipts,
# hours of contact, caps and records are under way: nothing is lost, doubled, early or expired for it. The clock is a preloaded
# library's (clock_shim.c); the monotonic clock is the machine's, and so are the clocks of Redis and of the carriers.
. "$(dirname "$0")/../lib.sh"

cc=$(command -v cc || command -v gcc || command -v clang) || {
	skip "the clock jumps" "no C compiler for clock_shim.c"
	finish
}
daemon=$(program smppgwd) || exit 1
"$cc" -O1 -shared -fPIC -o "$tmp/clock.so" "$SMPPGW_SRC/tests/system/clock_shim.c" || exit 1
# A sanitizer's library must come first.
first=$(ldd "$daemon" | awk '/lib(asan|tsan)\.so/ { print $3 ":"; exit }')
export TZ=Asia/Shanghai
SMPPGW_WRAP="env LD_PRELOAD=$first$tmp/clock.so CLOCK_SHIM=$tmp/apart ${SMPPGW_WRAP:-}"

hour=3600
days=$((400 * 86400))
clock_file() { # MS
	perl -e 'my $out; open $out, "+>>", $ARGV[0] or die "$ARGV[0]: $!\n"; close $out;
		open $out, "+<", $ARGV[0] or die "$ARGV[0]: $!\n"; syswrite $out, pack("q", $ARGV[1])' "$tmp/apart" "$1"
}
apart=$(((1773109200 * 1000) - $(now_ms))) # 2026-03-10 10:20, a Tuesday, whatever the time is now
clock_file $apart

jumps=0
# Sets the clock, and waits until the gateway says so.
jump() { # SECONDS
	jumps=$((jumps + 1))
	apart=$((apart + $1 * 1000))
	clock_file $apart
	must "the log says that the clock was set by about $1 s" 10 lines_reach $jumps 'event=clock_set by_s=' "$tmp/gw.log"
	local by
	by=$(sed -n 's/.*event=clock_set by_s=\(-\{0,1\}[0-9]*\).*/\1/p' "$tmp/gw.log" | tail -n 1)
	at_most "jump $jumps: seconds between what the log says and $1" "$((by > $1 ? by - $1 : $1 - by))" 1
}

redis_start redis everysec
port[mobile]=$(free_port)
port[slow]=$(free_port)
"$(program smppevidence)" keygen "$tmp/evidence.pem" >/dev/null
gateway_config gw <<END
accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; max_binds = 5; sources = [ "10690001" ]; },
            { system_id = "load"; password = "secret"; class = "notice"; sources = [ "10690002" ]; } );
carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]}; system_id = "gw"; password = "gw"; enquire_link = 300; },
            { name = "slow"; host = "127.0.0.1"; port = ${port[slow]}; system_id = "gw"; password = "gw"; enquire_link = 300; } );
routes: ( { prefix = "86130"; carriers = [ "slow" ]; }, { prefix = ""; carriers = [ "mobile" ]; } );
windows: ( { name = "营销"; classes = [ "promo" ]; workday = [ "11:00-21:00" ]; weekend = [ "11:00-21:00" ]; holiday = [ "11:00-21:00" ]; spread = 0; } );
caps: ( { name = "remind-day"; classes = [ "remind" ]; limit = 1; window = 86400; } );
records: { directory = "$tmp/records"; texts = "plain"; numbers = "plain"; };
evidence: { key = "$tmp/evidence.pem"; };
alarm: { grace = 0; };
END
sim_start mobile --receipt-delay 50ms
sim_start slow --receipt-delay 50ms
gateway_start gw
must "both carriers bound" 20 eval '[ "$(sim_count mobile bound)$(sim_count slow bound)" = 11 ]'
esme_start bank gw --id bank
esme_start load gw --id load
ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@" 2>&1
}

n=0
submit() { # FIELDS: then $id and $status
	n=$((n + 1))
	esme bank "submit $*"
	must "answer $n" 20 logged "^resp n=$n " "$tmp/bank.log"
	id=$(sed -n "s/^resp n=$n .*id=\([0-9]*\).*/\1/p" "$tmp/bank.log")
	status=$(sed -n "s/^resp n=$n status=\([0-9a-f]*\).*/\1/p" "$tmp/bank.log")
}
has_left() { # TEXT
	grep -q "\"text\":\"$1\"" "$tmp/mobile.capture" "$tmp/slow.capture"
}
ended() { # ID STAT
	logged "^receipt id=$1 stat=$2 " "$tmp/bank.log"
}
# What is sent now comes to its end; what was due has left before it.
all_flows() { # WHEN
	submit "dst=8613800000001 text=$1"
	soon "$1: a text comes to its end" 10 ended "$id" DELIVRD
}
waits() { # WHEN TEXT...
	local when=$1 text
	shift
	for text; do
		if has_left "$text"; then fail "$when: $text waits" "it has left"; else pass "$when: $text waits"; fi
	done
}
remind() { # WHAT STATUS
	submit "dst=8613900000001 class=remind text=还款提醒$n"
	is "$1" "$status" "$2"
}

ok "a carrier is paused" eval 'ctl carrier slow pause >/dev/null'
esme load "submit dst=8613800001000 count=200 rate=30 src=10690002 text=流水{n}"

# ---- 10:20 ----
remind "10:20: a first reminder" 00000000
remind "10:20: a second one is over the cap of a day" 00000401
submit "dst=8613800000002 schedule=000000003000000R text=十点五十"
submit "dst=8613800000003 schedule=260310130000032+ text=十三点"
submit "dst=8613800000005 class=promo text=【测试银行】优惠一，拒收请回复R"
submit "dst=8613000000001 validity=000000002000000R text=二十分钟有效"
valid=$id
submit "dst=8613000000002 validity=000000000003000R text=三秒有效"
brief=$id
all_flows "10:20"
waits "10:20" 十点五十 十三点 '【测试银行】优惠一，拒收请回复R' 二十分钟有效

jump $hour # 11:20
soon "11:20: what was due at 10:50 leaves" 10 has_left 十点五十
soon "11:20: the hours of contact are open" 10 has_left '【测试银行】优惠一，拒收请回复R'
remind "11:20: the cap of a day holds" 00000401
waits "11:20" 十三点

jump -$hour # 10:20
submit "dst=8613800000006 class=promo text=【测试银行】优惠二，拒收请回复R"
remind "10:20 again: the cap of a day holds" 00000401
all_flows "10:20 again"
waits "10:20 again" 十三点 '【测试银行】优惠二，拒收请回复R'

jump -$hour # 09:20
soon "the alarm is raised" 10 eval 'ctl alarms | grep -q clock_jump'
all_flows "09:20"
waits "09:20" 十三点 '【测试银行】优惠二，拒收请回复R'

jump $((days + hour)) # 2027-04-14 10:20
soon "400 days later: what was due at 13:00 leaves" 10 has_left 十三点
remind "400 days later: the day of the cap is over" 00000000
remind "400 days later: its cap counts anew" 00000401
submit "dst=8613800000007 class=promo text=【测试银行】优惠三，拒收请回复R"
submit "dst=8613800000004 schedule=270415102000032+ text=四百零一天"
far=$id
all_flows "400 days later"
waits "400 days later, before the hours of contact" 四百零一天 '【测试银行】优惠二，拒收请回复R' '【测试银行】优惠三，拒收请回复R'

jump -$days # 2026-03-10 10:20
remind "back: the cap of a day holds" 00000401
all_flows "back at 10:20"
waits "back at 10:20" 四百零一天 '【测试银行】优惠二，拒收请回复R' '【测试银行】优惠三，拒收请回复R'

jump $hour # 11:20
soon "11:20: what was held leaves in the hours of contact" 10 has_left '【测试银行】优惠二，拒收请回复R'
soon "11:20: also what came under the other clock" 10 has_left '【测试银行】优惠三，拒收请回复R'
soon "three seconds are three seconds: it expires" 10 ended "$brief" EXPIRED
is "twenty minutes are not over" "$(grep -c "^receipt id=$valid " "$tmp/bank.log")" 0
ok "the carrier goes on" eval 'ctl carrier slow resume >/dev/null'
soon "what is still valid leaves" 10 ended "$valid" DELIVRD

# ---- the end of all ----
soon "200 texts that flowed all the while have their receipts" 30 lines_reach 200 '^receipt .*stat=DELIVRD' "$tmp/load.log"
is "each one" "$(sed -n 's/^receipt id=\([0-9]*\) .*/\1/p' "$tmp/load.log" | sort -u | wc -l)" 200
waits "at the end" 四百零一天
has "it can be taken back" "$(ctl cancel --account bank --id "$far")" "1"
soon "then it ends, too" 10 ended "$far" DELETED
accepted=$(cat "$tmp/bank.log" "$tmp/load.log" | grep -c '^resp .*status=00000000')
soon "every accepted text has one receipt" 10 eval '[ "$(cat "$tmp"/{bank,load}.log | grep -c "^receipt ")" = '"$accepted"' ]'
is "no id was given twice" "$(cat "$tmp/bank.log" "$tmp/load.log" | sed -n 's/^resp .*status=00000000 id=\([0-9]*\).*/\1/p' | sort | uniq -d | wc -l)" 0
is "no text went to a carrier twice" "$(cat "$tmp"/*.capture | sed -n 's/.*"text":"\([^"]*\)".*/\1/p' | sort | uniq -d | wc -l)" 0
is "one text has expired" "$(metric gw 'smppgw_finished_total\{.*how="expired".*\}')" 1
is "no bind of a carrier was lost" "$(metric gw 'smppgw_carrier_binds_lost_total\{.*\}')" 0
is "nor one of an app" "$(cat "$tmp/bank.log" "$tmp/load.log" | grep -cE '^(ended|unbound)')" 0
empty() { [ "$(journal_size)" = 0 ]; }
soon "nothing stays in the journal" 10 empty
gateway_stop gw

# ---- what is on record ----
files=("$tmp"/records/*/1-*.jsonl)
is "each accepted text has one record of its end" "$(cat "${files[@]}" | grep -c '"kind":"ended"')" "$accepted"
is "no record was lost" "$(cat "${files[@]}" | grep -c '"kind":"lost"')" 0
is "the days of the records" "$(ls "$tmp/records" | grep -- - | tr '\n' ' ')" "2026-03-10 2027-04-14 "
# A clock that is set back by no more than an hour leaves the file as it is; else a part of its own has the records.
is "records that are not of the hour of their file, nor of the one before" "$(perl -MTime::Local -ne '
	my ($y, $m, $d, $h) = $ARGV =~ m|/1-(....)(..)(..)T(..)\+0800\.jsonl$| or next;
	my ($Y, $M, $D, $H) = /"at":"(....)-(..)-(..)T(..):/;
	my $by = (timegm(0, 0, $h, $d, $m - 1, $y) - timegm(0, 0, $H, $D, $M - 1, $Y)) / 3600;
	$n++ if $by != 0 && $by != 1;
	END { print $n + 0 }' "${files[@]}")" 0
found() { # FROM TO: accepted texts that a search by time finds
	"$(program smppevidence)" search --kind accepted --from "$1" --to "$2" "$tmp/records" | grep -c ' accepted '
}
later=$(found 2027-04-14 2027-04-15)
at_least "texts that a search finds 400 days later" "$later" 2
is "and the others at their own times" "$(found 2026-03-10 2026-03-11)" "$((accepted - later))"
has "the chain holds" "$("$(program smppevidence)" verify -k "$tmp/evidence.pem.pub" "$tmp/records" 2>&1)" "good"
finish
