#!/bin/bash
# evidence.sh - records of the real gateway are evidence: whole after stops, a kill -9 and while it runs; proofs of
# messages; what is changed in them is found and named; personal data is erased and the rest holds. A judge in Python with
# openssl only says the same. Then every attack that evidence_attack.py knows, on an archive of several days.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"

send=$(program smppsend) && evidence=$(program smppevidence) && program smppsim >/dev/null || exit 1
if ! command -v python3 >/dev/null || ! python3 -c 'import hashlib; hashlib.new("sm3")' 2>/dev/null; then
	skip "evidence" "no python3 with SM3"
	finish
fi
if ! openssl pkeyutl -help 2>&1 | grep -q -- -rawin; then
	skip "evidence" "no openssl that signs with Ed25519"
	finish
fi
to=8613800138000

judge() { # KEY [-k KEY] WHAT
	python3 "$here/evidence_judge.py" -k "$@" >"$tmp/judged" 2>&1
}
verify() { # KEY WHAT... its words in $tmp/verified
	"$evidence" verify -k "$@" >"$tmp/verified" 2>&1
}
both_whole() { # KEY [-k KEY] WHAT
	verify "$@" && judge "$@" || {
		cat "$tmp/verified" "$tmp/judged"
		return 1
	}
}
ctl() {
	"$(program smppgwctl)" -s "$tmp/gw.console" "$@"
}
status_of() { # COMMAND...
	"$@" >"$tmp/said" 2>&1
	echo $?
}
submit() { # TEXT: its id in $id
	"$send" --port "${port[gw]}" --system-id bank --password secret --from 10690001 --to "$to" --text "$1" \
		--wait-receipt 10s >"$tmp/said" 2>&1
	id=$(sed -n 's/.*  accepted  *id=\([^ ]*\).*/\1/p' "$tmp/said" | tail -n 1)
	[ -n "$id" ]
}
config() { # RECORDS EVIDENCE: further settings
	gateway_config gw <<-END
		accounts: ( { system_id = "bank"; password = "secret"; } );
		carriers: ( { name = "mobile"; host = "127.0.0.1"; port = ${port[mobile]:=$(free_port)}; system_id = "gw";
		              password = "gw"; reconnect = 100; } );
		routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
		records: { directory = "$tmp/records"; $1 };
		evidence: { checkpoint = 1; $2 };
	END
}
found() { # PATTERN in the records
	grep -rqE --include='*.jsonl' --include='*.csv' -- "$1" "$tmp/records"
}
prove() { # OPERANDS...
	"$evidence" prove "$@" >"$tmp/said" 2>&1
}
# A statement is about the last record.
stated() {
	verify "$pub" "$tmp/records" && ! grep -q 'no good statement' "$tmp/verified"
}
change() { # FILE FROM TO
	perl -0pi -e 'BEGIN { ($from, $to) = splice @ARGV, 0, 2 } s/\Q$from\E/$to/ or die "not there: $from\n"' \
		"$2" "$3" "$1"
}

# ---- keys ----

key=$tmp/evidence.pem pub=$tmp/evidence.pem.pub
"$evidence" keygen "$key" >"$tmp/keygen"
is "the private key is its owner's only" "$(stat -c %a "$key")" 600
fingerprint=$(openssl pkey -pubin -in "$pub" -outform DER | sha256sum | cut -d' ' -f1)
has "the fingerprint is as openssl computes it" "$(cat "$tmp/keygen")" "ed25519 $fingerprint"
is "a key is never overwritten" "$(status_of "$evidence" keygen "$key")" 3
is "the public key out of the private one" "$("$evidence" pubkey "$key" 2>/dev/null)" "$(cat "$pub")"
"$evidence" keygen "$tmp/other.pem" >/dev/null

# ---- the archive of a gateway ----

redis_start redis everysec
config 'texts = "plain";' "key = \"$key\";"
sim_start mobile --receipt-delay 20ms
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1
submit "您的验证码是482913,请勿告诉他人" || fail "a message is accepted" "$(cat "$tmp/said")"
first=$id
soon "its end is recorded" 10 found "\"kind\":\"ended\",\"id\":\"$first\""
soon "a checkpoint is about the last record" 10 stated
ok "whole while the gateway runs" both_whole "$pub" "$tmp/records"
cp -r "$tmp/records" "$tmp/earlier"
gateway_stop gw
ok "whole after a stop" both_whole "$pub" "$tmp/records"
gateway_start gw
must "carrier bound again" 20 sim_reaches mobile bound 1
submit "第二条:尊敬的客户,您的快递已到" || fail "another one is accepted" "$(cat "$tmp/said")"
second=$id
soon "its end is recorded, too" 10 found "\"kind\":\"ended\",\"id\":\"$second\""
kill_hard gw
ok "whole after a kill -9" both_whole "$pub" "$tmp/records"
gateway_start gw
soon "a checkpoint of the third run" 10 stated
ok "whole over three runs" both_whole "$pub" "$tmp/records"
is "the first record of all is there" "$(grep -c 'begins with record' "$tmp/verified")" 0

# ---- heads that are kept elsewhere ----

cat "$tmp"/records/*/*.seal >"$tmp/kept"
ok "each head that was kept is in the archive" verify "$pub" --expect "$tmp/kept" "$tmp/records"
ok "an earlier state of it is whole in itself" verify "$pub" "$tmp/earlier"
is "and cut off, for who has kept heads" "$(status_of "$evidence" verify -k "$pub" --expect "$tmp/kept" "$tmp/earlier")" 1
has "which says so" "$(cat "$tmp/said")" "is kept elsewhere"

# ---- proofs ----

proof=$tmp/proof.json
ok "a message is proven" prove -k "$pub" --reveal number,text -o "$proof" "$tmp/records" "$first"
ok "the proof holds" both_whole "$pub" "$proof"
has "the number and the text are in it" "$("$evidence" show "$proof" | tr '\n' ' ')" "$to"
has "as they were sent" "$("$evidence" show --json "$proof")" '"text":"您的验证码是482913,请勿告诉他人"'
at_least "all records of its life" "$("$evidence" show --json "$proof" | wc -l)" 4
"$evidence" show --json "$proof" >"$tmp/proven"
is "a spreadsheet has a row for each, all as wide as their head, and the text whole" "$("$evidence" show --csv "$proof" | python3 -c '
import csv, sys
rows = list(csv.reader(sys.stdin))
print(len(rows) - 1, len({len(row) for row in rows}), rows[0][-1], *sorted({row[-1] for row in rows[1:]} - {""}))')" \
	"$(wc -l <"$tmp/proven") 1 text 您的验证码是482913,请勿告诉他人"
cat "$tmp"/earlier/*/*.jsonl >"$tmp/lines"
is "files of records are shown, too" "$("$evidence" show "$tmp"/earlier/*/*.jsonl | wc -l)" $(($(wc -l <"$tmp/lines") + 1))
is "as JSON, each record" "$("$evidence" show --json "$tmp"/earlier/*/*.jsonl | grep -c '^{"n":')" "$(wc -l <"$tmp/lines")"
is "what is not there cannot be shown" "$(status_of "$evidence" show "$tmp/没有")" 3
wrong=
for words in "" 证明 show "show --json --csv $proof" search "search --id 12 $tmp/records" "search --kind 没有 $tmp/records" \
	"search --from 昨天 $tmp/records" "search --json --csv $tmp/records"; do
	# shellcheck disable=SC2086
	[ "$(status_of "$evidence" $words)" = 2 ] || wrong="$wrong [$words]"
done
is "wrong words: status 2" "$wrong" ""
is "it holds with its own key" "$(status_of "$evidence" verify "$proof")" 0
has "which is not trusted then" "$(cat "$tmp/said")" "NOT TRUSTED"
is "it does not hold with another key" "$(status_of "$evidence" verify -k "$tmp/other.pem.pub" "$proof")" 1
has "which is named" "$(cat "$tmp/said")" "$fingerprint"
has "as unknown" "$(cat "$tmp/said")" "unknown key: the statement"
"$evidence" prove -k "$pub" -o "$tmp/masked.json" "$tmp/records" "$second" 2>/dev/null
is "what is not asked for is not revealed" "$(grep -cE "$to|快递" "$tmp/masked.json")" 0
ok "and it holds" both_whole "$pub" "$tmp/masked.json"
size=$(stat -c %s "$proof")
at_most "octets of a proof" "$size" 20000
missed=
for at in $(seq 3 $((size / 30)) $((size - 1))); do
	perl -e 'local $/; $_ = <STDIN>; substr($_, $ARGV[0], 1) ^= "\1"; print' "$at" <"$proof" >"$tmp/changed.json"
	[ "$(status_of "$evidence" verify "$tmp/changed.json")" = 1 ] || missed="$missed $at"
done
is "a proof with an octet changed does not hold" "$missed" ""
has "a text that is another one is told" "$("$evidence" prove -k "$pub" --text 您好 -o "$tmp/none.json" "$tmp/records" "$first" 2>&1)" "--text is left out"
is "the right one is not" "$("$evidence" prove -k "$pub" --text '您的验证码是482913,请勿告诉他人' -o "$tmp/right.json" "$tmp/records" "$first" 2>&1 | grep -c -- --text)" 0
has "a search that finds nothing says so" "$("$evidence" search --account 没有 "$tmp/records" 2>&1)" "no record fits"
has "a proof is asked for with the key" "$("$evidence" prove "$tmp/records" "$first" 2>&1)" "--key"
is "no proof of what was never sent" "$(status_of "$evidence" prove -k "$pub" "$tmp/records" 100000000000000001)" 3

# ---- somebody was at it ----

cp -r "$tmp/records" "$tmp/changed"
file=$(echo "$tmp"/changed/*/*.jsonl | cut -d' ' -f1)
change "$file" '"account":"bank"' '"account":"bang"'
line=$(grep -n '"account":"bang"' "$file" | cut -d: -f1)
is "a change is found" "$(status_of "$evidence" verify -k "$pub" "$tmp/changed")" 1
has "and named" "$(cat "$tmp/said")" "${file##*/}:$line: record $line: changed"
ok "the judge says so, too" eval '! judge "$pub" "$tmp/changed"'
is "no proof of it" "$(status_of "$evidence" prove -k "$pub" "$tmp/changed" "$first")" 1
is "an archive needs a key" "$(status_of "$evidence" verify "$tmp/records")" 2
is "what is no archive cannot be read" "$(status_of "$evidence" verify -k "$pub" "$tmp/redis")" 3

# ---- personal data ----

is "a number is found" "$("$evidence" search --number "$to" --kind accepted --json "$tmp/records" | wc -l)" 2
"$evidence" erase --number "$to" "$tmp/records" >"$tmp/said"
has "its data is erased" "$(cat "$tmp/said")" "records erased"
is "it is nowhere any more" "$(grep -rlE --include='*.jsonl' "$to|验证码|快递" "$tmp/records" | wc -l)" 0
ok "the archive is whole" both_whole "$pub" "$tmp/records"
has "and tells what is erased" "$(cat "$tmp/verified")" "records erased"
soon "the erasure is on record" 15 found '"kind":"erased".*"why":"personal data of .*, in [0-9]* files","who":"[^"]+"'
ok "without the number" eval '! grep -qrF "$to" "$tmp/records"'
is "its note is taken" "$(ls "$tmp/records" | grep -c erased)" 0
ok "the archive with it is whole" both_whole "$pub" "$tmp/records"
ok "the proof from before holds" both_whole "$pub" "$proof"
ok "a proof without it, too" prove -k "$pub" -o "$tmp/erased.json" "$tmp/records" "$first"
ok "which holds" both_whole "$pub" "$tmp/erased.json"
gateway_stop gw

# ---- another key, another digest, another form: SM2 and SM3, CSV, encrypted ----

old=$pub key=$tmp/sm2.pem pub=$tmp/sm2.pem.pub
"$evidence" keygen --type sm2 "$key" >/dev/null
openssl rand -hex 32 >"$tmp/records.key"
config "format = \"csv\"; numbers = \"encrypted\"; texts = \"encrypted\"; key = \"$tmp/records.key\";" \
	"digest = \"sm3\"; key = \"$key\";"
gateway_start gw
must "carrier bound" 20 sim_reaches mobile bound 1
submit "国密:您的余额为\"100\"元,\\谢谢" || fail "a message is accepted" "$(cat "$tmp/said")"
soon "its end is recorded" 10 found ",ended,$id,"
kept=$id
submit "请删除我的信息" || fail "another one is accepted" "$(cat "$tmp/said")"
soon "its end is recorded" 10 found ",ended,$id,"
open_text() {
	"$evidence" search --id "$id" --records-key "$tmp/records.key" "$tmp/records" | grep -c 请删除我的信息
}
is "its text can be read" "$(open_text)" 1
has "the console counts what it would erase of the number" "$(ctl erase number +86-138-0013-8000 --dry-run)" "records would be erased"
has "the console erases one message, while the gateway runs" "$(ctl erase id "$id")" "1 record erased in 1 file"
is "its text is gone" "$(open_text)" 0
soon "who did it is on record" 15 found ",erased,.*personal data of message $id, in 1 files.*$(id -un) uid $(id -u)"
has "the action, too" "$(ctl actions)" "erase id $id"
id=$kept
gateway_stop gw
ok "SM2: whole, behind what was before" both_whole "$pub" -k "$old" "$tmp/records"
is "SM2: for who has both keys" "$(status_of "$evidence" verify -k "$pub" "$tmp/records")" 1
has "SM2: which says so" "$(cat "$tmp/said")" "unknown key"
is "nothing is in the clear" "$(grep -rcE --include='*.csv' "$to|余额" "$tmp/records" | grep -vc ':0$')" 0
ok "SM2: encrypted data is compared, too" verify "$pub" -k "$old" --records-key "$tmp/records.key" "$tmp/records"
is "SM2: all was opened" "$(grep -c ' 0 encrypted and not opened' "$tmp/verified")" 1
ok "SM2: a proof" prove -k "$pub" --records-key "$tmp/records.key" --reveal number,text -o "$proof" \
	"$tmp/records" "$id"
ok "SM2: it holds" both_whole "$pub" "$proof"
has "SM2: with the text" "$("$evidence" show "$proof")" '国密:您的余额为"100"元,\谢谢'

# ---- every attack, on several days ----

key=$tmp/evidence.pem pub=$tmp/evidence.pem.pub
python3 "$here/evidence_attack.py" make "$tmp/good" "$key"
ok "an archive that another program has written is whole" both_whole "$pub" "$tmp/good"
cat "$tmp"/good/*/*.seal | grep '"statement":"hour"' >"$tmp/kept"
python3 "$here/evidence_attack.py" all "$tmp/good" "$tmp/other.pem" "$evidence" "$pub" "$tmp/kept" >"$tmp/attacks"
while read -r result what; do
	if [ "$result" = ok ]; then pass "$what"; else fail "$result $what"; fi
done <"$tmp/attacks"
at_least "attacks judged" "$(grep -c ^ok "$tmp/attacks")" 50
finish
