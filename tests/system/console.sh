#!/bin/bash
# console.sh - every command of smppgwctl on the real gateway: what it prints, as text and as JSON, and who may ask for it,
# by group and by token; what is recorded of it; completion by a real bash.
# A new command or sub-command needs a row in commands() below, and its name in etc/completion/smppgwctl.
. "$(dirname "$0")/../lib.sh"

ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@"
}

# right | words | exit status of who may do all | what the output begins with (an extended regular expression)
commands() {
	cat <<-END
		read|help|0|COMMAND +RIGHT +WHAT IT DOES
		read|help campaign|0|Shows what became of campaigns
		read|help 没有|1|.*no command 没有; help lists them
		read|status|0|smppgw [0-9.]+ +node 1
		read|status json|0|\{"version":"
		read|now|0|\{"at":[0-9]+,
		read|carriers|0|CARRIER +STATE
		read|carriers 移动|0|CARRIER +STATE
		read|accounts|0|ACCOUNT +BINDS
		read|binds|0|BIND +OF
		read|lockouts|0|nobody is locked out
		operate|unlock 203.0.113.7|1|.*no failed binds of 203.0.113.7 are known
		read|queue|0|MESSAGES +NUMBER
		read|alarms|0|
		read|alarms list|0|
		read|alarms --all|0|
		operate|alarms ack carrier_down 没有|1|
		read|trace 13900139000|1|.*no message to that number
		read|totals|[01]|
		read|cdr --limit 3|0|TIME +KIND
		admin|erase number 13800138000 --dry-run|0|0 records would be erased
		admin|erase id 121748200112301000|0|0 records erased
		admin|erase before 1d|0|0 records erased in 0 files
		read|explain 银行 10690001 13800138000|0|account
		operate|route test $tmp/routes.test|0|.*1 passed, 0 failed
		read|carrier 移动|0|CARRIER +STATE
		read|carrier 移动 show|0|CARRIER +STATE
		operate|carrier 移动 pause|0|移动 is sent nothing; its binds stay
		operate|carrier 移动 drain|0|移动 is sent nothing; its binds end
		operate|carrier 移动 resume|0|移动 is sent to
		operate|carrier 移动 tps 50|0|移动: tps 50
		read|doubt list|0|ID +SINCE +CARRIER
		operate|doubt resend --all|0|0 messages sent again
		operate|doubt fail --all|0|0 messages ended as UNKNOWN
		operate|review list|0|ID +SINCE +UNTIL
		operate|review approve --all|0|0 messages approved
		operate|review reject --all|0|0 messages ended as DELETED
		read|deadletters 银行|0|SINCE +ID
		operate|replay 银行 --since 1h|0|0 dead letters put back
		operate|cancel --account 银行 --to 13800138000|0|0 cancelled, 0 too late
		read|campaign list|0|ACCOUNT +CAMPAIGN
		read|campaign show 银行 双十一|1|.*no such campaign
		operate|campaign pause 银行 双十一|0|paused
		operate|campaign resume 银行 双十一|0|running
		operate|campaign trial 银行 双十一 100|0|
		operate|campaign ramp 银行 双十一 off|[01]|
		operate|campaign cancel 银行 双十一|0|cancelled
		read|brake list|0|BRAKE +SINCE
		operate|brake release 银行/移动/promo|1|.*it is not braked
		operate|ported load $tmp/ported|0|1 rows loaded
		read|ported get 13800138000|0|86?13800138000
		operate|ported set 13800138001 cm|0|stored
		operate|ported del 13800138001|0|stored
		read|ported count|0|[0-9]+ numbers
		operate|optout add global 13800138000 来电|0|(out from now on|it was out before)
		operate|optout remove global 13800138000|0|(in again from now on|it was not out)
		read|optout check 13800138000|0|the number is out of nothing
		read|optout history 13800138000|0|TIME +NUMBER
		operate|optout list|0|
		operate|optout import $tmp/optouts global|0|[0-9]+ rows in
		admin|optout export -|0|
		operate|optout audit|0|SCOPE +NUMBERS
		operate|optout last 5|0|TIME +NUMBER
		operate|consent import 银行 $tmp/consents|0|[0-9]+ rows in
		admin|consent export 银行 -|0|
		operate|consent add 银行 13800138000 合同17 门店|0|(kept|it stood there before)
		read|consent check 银行 13800138000|0|NUMBER +REFERENCE
		read|consent history 银行 13800138000|0|TIME +NUMBER
		operate|consent withdraw 银行 13800138000|0|
		operate|dead list|0|
		read|dead check 13800138000|0|the number is not known to be dead
		operate|dead remove 13800138000|0|it was not known to be dead
		admin|dead export -|0|
		read|credit 银行|0|balance 0.000 yuan
		read|credit 银行 show|0|balance 0.000 yuan
		admin|credit 银行 add 10|1|.*has no credit
		admin|credit 银行 set 10|1|.*has no credit
		read|usage|0|ACCOUNT +CARRIER
		read|words|0|[0-9]+ words in
		operate|reload --check|0|not applied: 0 changes
		operate|reload|0|applied: 0 changes
		read|actions|0|TIME +WHO +COMMAND
		read|actions --since 1h|0|TIME +WHO +COMMAND
		read|log show|0|log level
		operate|log level info|0|log level info, until the next start
		operate|log-level info|0|log level info, until the next start
		read|top --once --interval 100ms|0|[0-9:]+  smppgw
		read|complete log l|0|level
		admin|capture start $tmp/one.pcap --count 1|[01]|
		admin|capture stop|[01]|
		read|capture show|[01]|
		admin|handover 0 0|1|
		operate|debug 13800138000 on --for 1m|[01]|
		operate|debug 13800138000 off|[01]|
		operate|debug 13800138000 list|[01]|
		operate|debug list|0|
		read|version|0|smppgw [0-9.]+
	END
}

# As a user of one group; the group gives the right.
declare -A group=([none]=nogroup [read]=users [operate]=games [admin]=mail)
declare -A rank=([none]=0 [read]=1 [operate]=2 [admin]=3)
ask_as() { # RIGHT WORD...
	local right=$1
	shift
	setpriv --reuid nobody --regid "${group[$right]}" --clear-groups "$tmp/smppgwctl" -s "$tmp/gw.console" "$@"
}

chmod 711 "$tmp"
cp "$(program smppgwctl)" "$tmp/smppgwctl"
secret=钥匙很长很长
printf 'operator:%s\n' "$secret" >"$tmp/token"
chmod 644 "$tmp/token"
printf '银行 10690001 13800138000 - => 移动\n' >"$tmp/routes.test"
printf '13800138000 cm\n' >"$tmp/ported"
printf '13800138009,global,1760000000000\n' >"$tmp/optouts"
printf '13800138009,合同9,1760000000000,门店\n' >"$tmp/consents"
chmod 644 "$tmp"/{routes.test,ported,optouts,consents}

redis_start redis everysec
mkdir -p "$tmp/records"
config() { # TOKENS
	gateway_config gw <<-END
		log: { mask = true; };
		records: { directory = "$tmp/records"; };
		accounts: ( { system_id = "银行"; password = "secret"; class = "notice"; } );
		carriers: ( { name = "移动"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw"; password = "gw"; } );
		operators: ( { name = "cm"; prefixes = [ "138" ]; } );
		routes: ( { prefix = "86"; carriers = [ "移动" ]; } );
		console_tokens: ( $1 );
	END
	sed -i 's|^console: {|& mode = "0666"; read_group = "users"; operate_group = "games"; admin_group = "mail";|' "$tmp/gw.conf"
}
token="{ name = \"operator\"; token = \"$(openssl passwd -6 "$secret")\"; right = \"operate\"; }"
config "$token"
gateway_start gw
ported_ready() {
	ctl ported count | grep -q ", ready$"
}
must "ported numbers read" 10 ported_ready

# ---- every command is in the table above, and the completion's own list ----
known=$(ctl --json help | python3 -c '
import json, sys
print(*[row["command"].split()[0] for row in json.load(sys.stdin)["rows"]])')
subs=$(for command in $known; do ctl help "$command" | sed -nE "s/^($command .*)  (read|operate|admin)  .*/\\1/p"; done |
	awk '{ at = $2 ~ /^[A-Z]+$/ ? 3 : 2; print $1 (at == 3 ? " [^ ]+ " : " ") $at "|" $1 " " $at }')
commands >"$tmp/commands"
missing=
for command in $known; do
	[ "$command" = passwd ] || # reads its standard input, asks no gateway: hostile.sh
		grep -qE "^[a-z]+\|$command( |\|)" "$tmp/commands" || missing+=" $command"
done
while IFS='|' read -r pattern name; do
	[ -z "$pattern" ] || grep -qE "^[a-z]+\|$pattern( |\|)" "$tmp/commands" || missing+=" ($name)"
done <<<"$subs"
is "every command has a row in $0" "$missing" ""

completed() { # WORD...  (the last one is being typed)
	bash --norc -c '. "$1"; shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _smppgwctl; echo "${COMPREPLY[*]}"' \
		bash "$SMPPGW_SRC/etc/completion/smppgwctl" "$tmp/smppgwctl" "$@"
}
sorted() {
	tr ' ' '\n' | sed '/^$/d' | sort | tr '\n' ' '
}
is "the completion knows every command by itself" "$(completed -s "$tmp/nobody" '' | sorted)" "$(ctl complete '' | sorted)"
wrong=
for command in $(cut -d'|' -f2 <<<"$subs" | grep -vE '^(carrier|credit) ' | cut -d' ' -f1 | sort -u); do
	[ "$(completed -s "$tmp/nobody" "$command" '' | sorted)" = "$(ctl complete "$command" '' | sorted)" ] || wrong+=" $command"
done
is "and their sub-commands" "$wrong" ""

# ---- output ----
at_most "columns of the list of commands" "$(ctl help | wc -L)" 180
has "where a long one is cut" "$(ctl help)" "cdr [--id ID] [--number NUMBER] [--account ..."

while IFS='|' read -r right words status head; do
	# shellcheck disable=SC2086
	out=$(ctl $words 2>&1)
	got=$?
	if [[ $got =~ ^$status$ ]] && [[ $out =~ ^$head ]]; then
		pass "$words"
	else
		fail "$words" "status $got, wanted $status; \"$(head -c 300 <<<"$out")\" does not begin with \"$head\""
	fi
done <"$tmp/commands"

# ---- JSON ----
while IFS='|' read -r right words status head; do
	# shellcheck disable=SC2086
	[[ $words != top* ]] || continue
	out=$(ctl --json $words 2>/dev/null)
	printf '%s\t%s\t%s\n' "$words" "$?" "$out"
done <"$tmp/commands" >"$tmp/json"
is "each command answers with one JSON object" "$(python3 -c '
import json, sys
for line in open(sys.argv[1], encoding="utf-8"):
	words, status, text = line.rstrip("\n").split("\t", 2)
	try:
		answer = json.loads(text)
		assert isinstance(answer, dict), "no object"
		assert ("error" in answer) == (status == "1"), "error and exit status differ"
	except (ValueError, AssertionError) as why:
		print(words, why, text[:200])' "$tmp/json")" ""
is "a table" "$(ctl --json ported count | python3 -c 'import json, sys; print(json.load(sys.stdin)["rows"][0])')" \
	"{'operator': 'cm', 'served_there': 1, 'not_there': 0}"
is "--json behind the command" "$(ctl log show --json)" '{"lines":["log level info"]}'
is "an error" "$(ctl --json log level 响 2>/dev/null)" \
	'{"error":"no level 响; there are error, warn, info, debug","lines":[]}'
is "nobody there" "$(ctl -s "$tmp/nobody" --json status 2>/dev/null | cut -c1-38)" '{"error":"cannot reach the gateway at '

# ---- rights ----
if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null; then
	skip "rights by group" "only root can ask as another user, with setpriv"
else
	for right in none read operate admin; do
		wrong=
		while IFS='|' read -r needs words _ _; do
			# shellcheck disable=SC2086
			out=$(ask_as "$right" $words 2>&1)
			refused=no
			[[ $out =~ ^smppgwctl:.*needs\ the\ right\ to ]] && refused=yes
			wanted=$([ "${rank[$right]}" -lt "${rank[$needs]}" ] && echo yes || echo no)
			[ "$refused" = "$wanted" ] || wrong+=" [$words: $(head -c 100 <<<"$out")]"
		done <"$tmp/commands"
		is "who has the right $right may do what it gives, and nothing else" "$wrong" ""
	done
	is "a refusal says who may" "$(ask_as read carrier 移动 pause 2>&1)" \
		"smppgwctl: carrier pause needs the right to operate; uid $(id -u nobody) has read. Who has it: root, the gateway's user, group mail, group games, tokens operator"
	has "a token raises" "$(ask_as read -t "$tmp/token" carrier 移动 resume 2>&1)" "everybody can read the token's file"
	chown nobody "$tmp/token"
	chmod 600 "$tmp/token"
	has "a token raises" "$(ask_as read -t "$tmp/token" carrier 移动 resume 2>&1)" "移动 is sent to"
	has "it raises no more than it gives" "$(ask_as read -t "$tmp/token" dead export - 2>&1)" "needs the right to admin"
	has "from the environment" "$(SMPPGWCTL_TOKEN="operator:$secret" ask_as none log level info 2>&1)" "log level info"
	began=$(now_ms)
	has "a wrong token" "$(SMPPGWCTL_TOKEN="operator:错的钥匙" ask_as none status 2>&1)" "the token is wrong"
	at_least "it is told slowly" "$(($(now_ms) - began))" 900
	ok "it is logged" logged 'event=wrong_token name="operator" uid=' "$tmp/gw.log"
	is "no secret is in the log" "$(lines "$secret|错的钥匙" "$tmp/gw.log")" 0
	ok "who did it is logged" logged 'event=action user=nobody uid=[0-9]+ token=operator command="carrier 移动 resume" outcome="ok"' "$tmp/gw.log"
	ok "what was refused is, too" logged 'event=action user=nobody uid=[0-9]+ token=- command="carrier 移动 pause" outcome="carrier pause needs' "$tmp/gw.log"
	setpriv --reuid nobody --regid nogroup --clear-groups perl -MIO::Socket::UNIX -e '$SIG{PIPE} = "IGNORE"; $| = 1;
		for (1 .. 200) {
			my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or next;
			$s->print("carrier 移动 pause\n");
			() = <$s>;
		}
		my @slow = map { my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]); $s->print("stat"); $s->flush; $s } 1 .. 16;
		print "there\n";
		sleep 60' "$tmp/gw.console" >"$tmp/crowd" &
	crowd=$!
	wait_for "a crowd of who has no right" 10 logged there "$tmp/crowd"
	has "it does not lock the others out" "$(ctl version 2>&1)" "smppgw "
	has "of whom it says so" "$(ask_as none version 2>&1)" "too many connections to the console"
	kill "$crowd"
	soon "nor fills the log" 5 logged 'event=lines_kept_back what=action_refused count=' "$tmp/gw.log"
	at_most "with lines" "$(lines 'user=nobody .*command="carrier 移动 pause"' "$tmp/gw.log")" 150
	wait_for "the crowd having gone" 10 ctl version
	config ""
	has "reload" "$(ctl reload)" "- console_tokens operator"
	has "a token that was taken away" "$(SMPPGWCTL_TOKEN="operator:$secret" ask_as none status 2>&1)" "the token is wrong"
fi

ctl campaign pause 银行 '周{一,二}' >/dev/null
is "a name with braces stays one word" "$(completed -s "$tmp/gw.console" campaign show 银行 周)" '周\{一,二\}'

# ---- what was done ----
last=$(ctl --json actions | python3 -c '
import json, sys
for row in json.load(sys.stdin)["rows"]:
	if row["command"].startswith("optout add"):
		print(row["who"], row["command"], row["outcome"])
		break')
is "actions, with numbers and texts as the log shows them" "$last" "$(id -un) uid $(id -u) optout add global 138****8000 len=2 ok"
acted() { # how many actions a gateway tells that has just started
	ctl --json actions --since 1h | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["rows"]))'
}
before=$(acted)
at_least "they are counted" "$(metric gw smppgw_console_actions_total)" 60

# ---- completion ----
is "names" "$(completed -s "$tmp/gw.console" carrier '')" "移动"
is "begun" "$(completed -s "$tmp/gw.console" carrier 移动 p)" "pause"
is "an option's value" "$(completed -s "$tmp/gw.console" cancel --account '')" "银行"
is "options that are left" "$(completed -s "$tmp/gw.console" cancel --account 银行 --)" "--id --group --campaign --to"
is "campaigns" "$(completed -s "$tmp/gw.console" campaign show 银行 双)" "双十一"
is "files" "$(completed -s "$tmp/gw.console" route test "$tmp/routes")" "$tmp/routes.test"
mkfifo "$tmp/deaf"
began=$(now_ms)
perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1); sleep 30' "$tmp/deaf.sock" &
deaf=$!
wait_for "a gateway that does not answer" 5 test -S "$tmp/deaf.sock"
is "a gateway that does not answer" "$(completed -s "$tmp/deaf.sock" campaign pa)" "pause"
at_most "is not waited for" "$(($(now_ms) - began))" $((3000 * SMPPGW_SLOW))
kill "$deaf"
gateway_stop gw
gateway_start gw
is "the archive has what was done before the start" "$(acted)" "$before"
ctl log level info >/dev/null
is "what is done now comes behind it" "$(acted)" $((before + 1))
gateway_stop gw
finish
