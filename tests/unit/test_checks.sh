#!/bin/sh
# test_checks.sh - tests the checks of the tree themselves: each is fed a good tree that it must accept, and bad ones,
# one fault each, that it must refuse for the stated reason.
set -eu

src=${SMPPGW_SRC:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# A tree that keeps every rule.
good_tree() {
	rm -rf "$work/tree"
	for room in smpp base link policy path noc tools; do
		mkdir -p "$work/tree/src/$room"
	done
	cd "$work/tree/src"
	printf '/* the bytes */\n#include <string.h>\n\n#include "smpp/pdu.h"\n\nstatic const int table[] = {1};\n' >smpp/pdu.c
	printf '#ifndef PDU_H\n#define PDU_H\n#endif\n' >smpp/pdu.h
	printf '/* malloc() is named in a comment only */\n#include "smpp/pdu.h"\n#include <event2/event.h>\n' >link/conn.c
	printf '/* verdicts */\n#include "smpp/pdu.h"\n' >policy/caps.c
	printf '/* order */\n#include "smpp/pdu.h"\n\nint flow(void)\n{\n\treturn 0;\n}\n' >path/flow.c
	printf '#ifndef LOOP_H\n#define LOOP_H\n#endif\n' >base/loop.h
	printf '/* main */\n#include "base/loop.h"\n' >main.c
	cd "$work"
}

verdict() { # NAME OK OUTPUT
	if [ "$2" = yes ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED: %s; the check said:\n%s\n' "$1" "$3"
	fi
}

accepts() { # NAME CHECK ARGUMENTS...
	name=$1
	shift
	if output=$("$@" 2>&1); then ok=yes; else ok=no; fi
	printf '%s\n' "$output" | tail -n 1 | grep -Eq '^[1-9][0-9]* passed, 0 failed, [0-9]+ skipped$' || ok=no
	verdict "accepts $name" "$ok" "$output"
}

refuses() { # NAME REASON CHECK ARGUMENTS...
	name=$1
	reason=$2
	shift 2
	if output=$("$@" 2>&1); then ok=no; else ok=yes; fi
	printf '%s\n' "$output" | grep -Fq -- "$reason" || ok=no
	printf '%s\n' "$output" | tail -n 1 | grep -Eq '^[0-9]+ passed, [1-9][0-9]* failed, [0-9]+ skipped$' || ok=no
	verdict "refuses $name" "$ok" "$output"
}

arrows() { # NAME REASON FILE TEXT: the good tree with TEXT appended to FILE
	good_tree
	printf "$4" >>"$work/tree/src/$3"
	refuses "$1" "$2" "$src/scripts/check-arrows" "$work/tree"
}

lines() { # COUNT TEXT
	awk -v count="$1" -v text="$2" 'BEGIN { for (i = 0; i < count; i++) print text }'
}

good_tree
accepts "a good tree" "$src/scripts/check-arrows" "$work/tree"
mkdir "$work/tree/src/attic"
printf '/* old */\n' >"$work/tree/src/attic/old.c"
refuses "a room that is not known" 'is not in the table' "$src/scripts/check-arrows" "$work/tree"
arrows "an arrow from smpp up to base" 'room smpp must not include "base/loop.h"' smpp/pdu.c '#include "base/loop.h"\n'
arrows "an arrow from base to smpp" 'room base must not include "smpp/pdu.h"' base/loop.h '#include "smpp/pdu.h"\n'
arrows "an arrow from link up to path" 'room link must not include "path/flow.h"' link/conn.c '# include "path/flow.h"\n'
arrows "an arrow from policy to link" 'room policy must not include "link/conn.h"' policy/caps.c '#include "link/conn.h"\n'
arrows "an arrow from path to main" 'room path must not include "settings.h"' path/flow.c '#include "settings.h"\n'
arrows "an arrow from tools to path" 'room tools must not include "path/flow.h"' tools/sim.c \
	'/* sim */\n#include "path/flow.h"\n'
arrows "an include of nothing" 'which is not in src/' path/flow.c '#include "smpp/nothing.h"\n'
arrows "a socket header in smpp" 'not <sys/socket.h>' smpp/pdu.c '#include <sys/socket.h>\n'
arrows "malloc in smpp" 'malloc()' smpp/pdu.c 'void *f(void)\n{\n\treturn malloc(1);\n}\n'
arrows "printf in smpp" 'printf()' smpp/pdu.c 'void f(void)\n{\n\tprintf("x");\n}\n'
arrows "a changeable global in smpp" 'keeps no state' smpp/pdu.c 'static int counter;\n'
arrows "hiredis in policy" 'policy does no I/O' policy/caps.c '#include <hiredis/hiredis.h>\n'
arrows "a .c file without opening comment" 'does not open with a comment' noc/http.c 'int x;\n'
good_tree
lines 701 'int x;' >>"$work/tree/src/base/loop.h"
refuses "a file that is too long" 'more than 700' "$src/scripts/check-arrows" "$work/tree"
good_tree
{ printf 'int much(void)\n{\n' && lines 59 '	x++;' && printf '}\n'; } >>"$work/tree/src/path/flow.c"
refuses "a function that is too long" 'much() has 61 lines' "$src/scripts/check-arrows" "$work/tree"
good_tree
{ printf 'int enough(void)\n{\n' && lines 58 '	x++;' && printf '}\n'; } >>"$work/tree/src/path/flow.c"
accepts "a function of 60 lines" "$src/scripts/check-arrows" "$work/tree"
rm -rf "$work/tree/src"
mkdir "$work/tree/src"
refuses "an empty tree" 'no C file found' "$src/scripts/check-arrows" "$work/tree"

# The table of a small daemon, with the configuration and the manual that fit it.
good_options() {
	mkdir -p "$work/tree/etc" "$work/tree/doc/man"
	{
		printf 'node\tint\t\t1\tno\tNumber of this node.\n'
		printf 'store.redis\tstring\t\t127.0.0.1:6379\tno\tWhere Redis is.\n'
		printf 'carriers.tps\tint\tmessages/s\t0\tyes\tPace.\n'
		printf 'carriers.tls.key\tstring\t\t\tno\tKey.\n'
		printf 'listen.port\tint\t\t2775\tno\tPort.\n'
	} >"$work/table"
	cat >"$work/tree/etc/smppgw.conf" <<'END'
# A file: of which this line is prose.
node = 1;
store: { redis = "127.0.0.1:6379"; };   # not = a key
listen: ( { address_note: "x = 1"; port = 2775; } );
carriers: (
	{
#		tps = 100;
#		tls: { key = "file"; };
	}
);
END
	sed -i 's/address_note: "x = 1"; //' "$work/tree/etc/smppgw.conf"
	cat >"$work/tree/doc/man/smppgw.conf.5" <<'END'
.SH GENERAL
.TP
.B node
Number of this node; default 1.
.SH "STORE"
.TP
.BR redis " = string"
Where Redis is (default "127.0.0.1:6379").
.SS carriers: the links
.TP
\fBtps\fR
Pace; default 0.
.TP
.B tls.key
Key.
.SS listen
.TP
.B port
Default 2775.
END
}

options() { # NAME REASON FILE SED-COMMAND: the good files, one of them changed
	good_options
	case "$3" in
	table) sed -i "$4" "$work/table" ;;
	*) sed -i "$4" "$work/tree/$3" ;;
	esac
	refuses "$1" "$2" "$src/scripts/check-options" "$work/tree" "$work/table"
}

good_options
accepts "options that are all written down" "$src/scripts/check-options" "$work/tree" "$work/table"
options "an option that smppgw.conf lacks" 'etc/smppgw.conf: option carriers.tps is missing' etc/smppgw.conf '/tps/d'
options "an option in the wrong section of smppgw.conf" 'no option port in section store' etc/smppgw.conf \
	's/redis =/port = 1; redis =/'
options "an option that the manual lacks" 'doc/man/smppgw.conf.5: option carriers.tps is missing' \
	doc/man/smppgw.conf.5 '/fBtps/d'
options "a default that the manual does not state" 'option listen.port does not state its default' table 's/2775/2776/'
options "an unknown option in smppgw.conf" 'knows no option speed' etc/smppgw.conf 's/tps =/speed = 1; tps =/'
options "an unknown option in the manual" 'knows no option pace' doc/man/smppgw.conf.5 's/fBtps/fBpace/'
options "a daemon without options" 'printed no option' table 'd'

counters() { # NAME REASON DOCUMENT
	printf '%s\n' "$3" >"$work/tree/doc/operations.md"
	refuses "$1" "$2" "$src/scripts/check-counters" "$work/tree" "$work/table"
}

printf 'smppgw_a_total\tcounter\tOne.\nsmppgw_b_seconds\thistogram\tTwo.\n' >"$work/table"
printf '%s\n' '`smppgw_a_total` and `smppgw_b_seconds`' >"$work/tree/doc/operations.md"
accepts "counters that are all explained" "$src/scripts/check-counters" "$work/tree" "$work/table"
counters "a counter that is not explained" 'smppgw_b_seconds is missing' '`smppgw_a_total`'
counters "a counter that does not exist" 'the daemon has no smppgw_c' '`smppgw_a_total` `smppgw_b_seconds` `smppgw_c`'

alarms() { # NAME REASON SED-SCRIPT [PAGE]
	good_alarms
	sed -i "$3" "$work/tree/doc/${4:-operations}.md"
	refuses "$1" "$2" "$src/scripts/check-alarms" "$work/tree" "$work/table"
}
good_alarms() {
	printf '%s\n' '# 运行' '## Alarms' '| `redis_down` | critical | yes, 3 s | no, at once | 不可用 | start it |' \
		'| `ratio` | warning | ≤ 70 % of 100 messages or more, 60 s | > 80 %, 120 s | 低 | look |' '## Else' \
		'| `other` | what |' >"$work/tree/doc/operations.md"
	printf '%s\n' '# 告警' '### `redis_down`' '- **Do:** start it.' '### `ratio`' 'As `redis_down`.' >"$work/tree/doc/alarms.md"
}

printf 'redis_down\tgateway\tcritical\t1\t3\t1\t0\t0\t\t断\tdown\tstart\n' >"$work/table"
printf 'ratio\tcarrier\twarning\t70\t60\t80\t120\t100\t%%\t低\tlow\tlook\n' >>"$work/table"
good_alarms
accepts "alarms that are all explained" "$src/scripts/check-alarms" "$work/tree" "$work/table"
alarms "an alarm that is not explained" 'alarm ratio is missing' '/`ratio`/d'
alarms "an alarm outside its section" 'alarm ratio is missing' '/`ratio`/{h;d}; /`other`/G'
alarms "an alarm that does not exist" 'there is no alarm rates' 's/`ratio`/`rates`/'
alarms "another threshold" 'alarm ratio: the page says' 's/≤ 70/≤ 75/'
alarms "another severity" 'alarm redis_down: the page says' 's/critical/warning/'
alarms "an alarm without a hint" 'alarm redis_down: what it means, or what to do, is missing' 's/start it//'
alarms "an alarm without a section" 'alarm ratio has no section' '/`ratio`/d' alarms
alarms "a section that says nothing" 'alarm redis_down: its section does not say what to do' 's/Do:/Oh:/' alarms
alarms "a section of no alarm" 'there is no alarm rates' 's/`ratio`/`rates`/' alarms

events() { # NAME REASON SED-SCRIPT
	good_events
	sed -i "$3" "$work/tree/doc/alarms.md"
	refuses "$1" "$2" "$src/scripts/check-events" "$work/tree"
}
good_events() {
	mkdir -p "$work/tree/src/base"
	printf 'log_warn("-", "event=down why=\\"%%s\\"",\n\twhy);\nlog_peer_error(name,\n"event=bad_pdu");\nlog_info("-", "event=up");\n' \
		>"$work/tree/src/base/redis.c"
	printf '%s\n' '# Alarms' '| `else` | what |' '## Lines of the log that warn' '| `down` | away |' '| `bad_pdu`, `up` | it |' >"$work/tree/doc/alarms.md"
}

good_events
accepts "events that are all explained" "$src/scripts/check-events" "$work/tree"
events "an event that is not explained" 'event bad_pdu is missing' 's/`bad_pdu`, //'
events "an event that does not exist" 'writes no event left' 's/`up`/`left`/'
events "an event outside its section" 'event down is missing' '/Lines of/d'

good_readmes() {
	cat >"$work/tree/README" <<'END'
# gateway
中文: [README.zh_CN](README.zh_CN)
- One `command`.
    scripts/test    # all of them
## Programs
| program | job |
| sim | [see](doc/testing.md) |
END
	cat >"$work/tree/README.zh_CN" <<'END'
# 网关
English: [README](README)
- 一条`command`。
    scripts/test  # 全部测试
## 程序
| 程序 | 用途 |
| sim | [见](doc/testing.md) |
END
}
readmes() { # NAME REASON SED-SCRIPT
	good_readmes
	sed -i "$3" "$work/tree/README.zh_CN"
	refuses "$1" "$2" "$src/scripts/check-readme" "$work/tree"
}

good_readmes
accepts "two READMEs that say the same" "$src/scripts/check-readme" "$work/tree"
readmes "another command in one README" 'block 1: ' 's,scripts/test,scripts/tests,'
readmes "a word of code in one README only" 'code `other`: README 0 times, README.zh_CN 1' '3s/$/`other`/'
readmes "a section in one README only" 'README has 1 sections, README.zh_CN 2' '$a## 其他'
readmes "a row of a table in one README only" 'shape rows of tables: README 2 times, README.zh_CN 1' '$d'
readmes "another link" 'link doc/testing.md: README 1 times, README.zh_CN 0' 's,doc/testing,doc/test,'
readmes "no link to the other README" 'README.zh_CN: has no link to README' '2d'
rm "$work/tree/README.zh_CN"
refuses "a README that is missing" 'README.zh_CN is missing' "$src/scripts/check-readme" "$work/tree"

skipped=0
good_tree
mkdir "$work/tree/tests"
cp "$src/.clang-format" "$work/tree/"
if "$src/scripts/check-format" "$work/tree" | grep -q '^0 passed, 0 failed, 1 skipped$'; then
	echo "skipped: check-format, for clang-format 14 is not installed"
	skipped=2
else
	accepts "a tree that is laid out well" "$src/scripts/check-format" "$work/tree"
	printf 'int  x ;\n' >>"$work/tree/src/path/flow.c"
	refuses "a file that is not" 'src/path/flow.c: not as .clang-format says' "$src/scripts/check-format" "$work/tree"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
