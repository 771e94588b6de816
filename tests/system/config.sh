#!/bin/bash
# config.sh - the daemon's command line, and checking of configuration files: every fault with file and line.
. "$(dirname "$0")/../lib.sh"

daemon=$(program smppgwd) || exit 1
redis_socket=$tmp/none.sock

good() {
	cat <<-END
		accounts: ( { system_id = "bank"; password = "secret"; class = "notice"; } );
		carriers: ( { name = "mobile"; host = "127.0.0.1"; port = 2776; system_id = "gw"; password = "gw";
		              bind = "transceiver"; binds = 1; window = 100; tps = 0; } );
		routes: ( { prefix = ""; carriers = [ "mobile" ]; } );
	END
}

check() { # FILE: output and exit status of smppgwd -t
	out=$("$daemon" -t -c "$1" 2>&1)
	status=$?
}

# A file with one fault: refused with status 1 or 2, the file and line, and the word that is wrong.
faulty() { # WHAT LINE WORD (file on standard input)
	cat >"$tmp/faulty.conf"
	check "$tmp/faulty.conf"
	ok "$1: exit status $status" test "$status" -ne 0
	if [ -n "$2" ]; then
		has "$1: file and line" "$out" "$tmp/faulty.conf:$2: "
	fi
	has "$1: says what" "$out" "$3"
	is "$1: no crash" "$([ "$status" -lt 128 ] && echo yes)" yes
}

# ---- the command line ----
for option in --help -h; do
	out=$("$daemon" $option 2>&1)
	is "$option: exit status" $? 0
	has "$option: usage" "$out" usage
	has "$option: tells of -t" "$out" -t
done
out=$("$daemon" --no-such-option 2>&1)
is "an unknown option: exit status 2" $? 2
out=$("$daemon" -t -c "$tmp/absent.conf" 2>&1)
ok "an absent file is an error" test $? -ne 0
has "and is named" "$out" "$tmp/absent.conf"

# ---- good files ----
good | gateway_config small
check "$tmp/small.conf"
is "the smallest file is good: exit status" "$status" 0
for file in "$SMPPGW_SRC"/etc/smppgw.conf; do
	[ -e "$file" ] || continue
	check "$file"
	is "${file##*/} as shipped is good: exit status" "$status" 0
done
printf 'accounts: ( { system_id = "bank"; password = "secret"; } );\n' >"$tmp/included.conf"
{ good | grep -v accounts; echo '@include "included.conf"'; } | gateway_config including
check "$tmp/including.conf"
is "a file with @include is good: exit status" "$status" 0

{ good; echo 'menus: ( { menu = "主"; node = "顶"; start = [ "菜单" ]; text = "回复1查利率"; },'
	echo '{ menu = "主"; parent = "顶"; key = "退订"; text = "选不到"; } );'; } | gateway_config stop
check "$tmp/stop.conf"
is "a menu key that is a keyword of opting out is no fault: exit status" "$status" 0
has "but a warning" "$out" "$tmp/stop.conf:11: warning: menu key \"退订\" is a keyword (opt-out)"
good | gateway_config group
sed -i 's/^console: {/console: { group = "root";/' "$tmp/group.conf"
check "$tmp/group.conf"
is "a console's group that the mode keeps out is no fault: exit status" "$status" 0
has "but a warning" "$out" ": warning: console.mode 0600 lets no group in: \"0660\" lets in members"
sed -i 's/^console: {/console: { mode = "0660";/' "$tmp/group.conf"
check "$tmp/group.conf"
is "with a mode for it there is none" "$(grep -c warning <<<"$out")" 0

mkdir -m 755 "$tmp/shown"
good | gateway_config shown
mv "$tmp/shown.conf" "$tmp/shown/gw.conf"
for mode in 644 640; do
	chmod $mode "$tmp/shown/gw.conf"
	check "$tmp/shown/gw.conf"
	is "mode $mode of a file with passwords: warnings" "$(grep -c "shown/gw.conf:[0-9]*: warning: .*: everybody may read this file" <<<"$out")" $((mode == 644))
done
chmod 644 "$tmp/shown/gw.conf"
chmod 700 "$tmp/shown"
check "$tmp/shown/gw.conf"
is "none in a folder that nobody else may enter" "$(grep -c warning <<<"$out")" 0

openssl genpkey -algorithm ed25519 -out "$tmp/open.pem" 2>/dev/null
chmod 644 "$tmp/open.pem"
{ good; echo "records: { directory = \"$tmp/records\"; }; evidence: { key = \"$tmp/open.pem\"; };"; } | gateway_config open
check "$tmp/open.conf"
is "a key that everybody may read is no fault: exit status" "$status" 0
has "but a warning" "$out" "$tmp/open.conf:10: warning: evidence.key: everybody may read $tmp/open.pem: chmod 600"
{ good; echo "evidence: { key = \"$tmp/open.pem\"; };"; } | gateway_config unkept
check "$tmp/unkept.conf"
is "evidence of records that are not kept: exit status" "$status" 78
has "which is said" "$out" "$tmp/unkept.conf:10: evidence.key signs nothing without records.directory"

{ good; echo 'menus: ( { menu = "主"; node = "顶"; start = [ "菜单" ]; text = "回复1查利率"; },'
	echo '{ menu = "主"; parent = "没有"; key = "1"; text = "选不到"; },'
	echo '{ menu = "主"; parent = "顶"; key = "2"; action = "webhook"; webhook = "没有"; } );'
	echo 'webhooks: ( { name = "预约"; url = "ftp://host/"; } );'; } | gateway_config lost
check "$tmp/lost.conf"
is "menus and webhooks with faults: exit status" "$status" 78
has "a parent that is not there" "$out" "$tmp/lost.conf:11: menu \"主\" has no node \"没有\""
has "a webhook that is not there" "$out" "$tmp/lost.conf:12: menu names webhook \"没有\", which is not in webhooks"
has "a URL that is none of ours" "$out" "$tmp/lost.conf:13: webhook 预约: url: must be http://"

# ---- faults ----
faulty "syntax" 2 "syntax" <<'END'
node = 1;
accounts = = ;
END
faulty "unknown key at the top" 2 colour <<'END'
node = 1;
colour = "red";
END
faulty "unknown key in an element" 3 pasword <<'END'
node = 1;
accounts: (
	{ system_id = "bank"; pasword = "secret"; }
);
END
faulty "wrong type" 2 port <<'END'
node = 1;
listen: ( { address = "127.0.0.1"; port = "2775"; } );
END
faulty "out of range" 1 node <<'END'
node = 100000;
END
faulty "a required key is missing" 2 password <<'END'
node = 1;
accounts: ( { system_id = "bank"; } );
END
{ good | grep -v routes; echo 'routes: ( { prefix = "86138"; carriers = [ "unicom" ]; } );'; } | gateway_config route
line=$(grep -n 'unicom' "$tmp/route.conf" | cut -d: -f1)
faulty "a route to a carrier that is not there" "$line" unicom <"$tmp/route.conf"
{ good | sed 's/class = "notice"/class = "news"/'; } | gateway_config class
line=$(grep -n news "$tmp/class.conf" | cut -d: -f1)
faulty "a class that is not there" "$line" news <"$tmp/class.conf"
{ good | sed 's/class = "notice"/allow = [ "300.1.1.1\/8" ]/'; } | gateway_config allow
line=$(grep -n 300.1 "$tmp/allow.conf" | cut -d: -f1)
faulty "a CIDR that is none" "$line" 300.1.1.1 <"$tmp/allow.conf"
{ good | grep -v accounts; echo 'accounts: ( { system_id = "a"; password = "x"; }, { system_id = "a"; password = "y"; } );'; } | gateway_config twice
faulty "the same account twice" "$(grep -n 'password = "y"' "$tmp/twice.conf" | cut -d: -f1)" 'account a' <"$tmp/twice.conf"
faulty "two faults are both told" 2 first <<'END'
node = 1;
first = 1;
second = 2;
END
has "the second too" "$out" "faulty.conf:3: "

# ---- starting with a faulty file, or on a port in use ----
out=$("$daemon" -c "$tmp/faulty.conf" 2>&1)
ok "the daemon does not start with it" test $? -ne 0
has "and says where" "$out" "faulty.conf:2: "
finish
