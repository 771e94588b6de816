#!/bin/bash
# package.sh - the Debian package on a machine that has nothing else of ours: installed, looked at, run with the sample
# configuration, purged. Run by tests/docs/run as root inside a clean Debian 12. usage: package.sh DEB
set -u
deb=${1:?usage: package.sh DEB}
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 TZ=Asia/Shanghai
started=()
part=package
. "$(dirname "$0")/checks.sh"

not() {
	! "$@"
}
# Exactly these lines are what the command prints.
says() { # TEXT COMMAND...
	local wanted=$1 got
	shift
	got=$("$@" 2>&1)
	[ "$got" = "$wanted" ] || { printf 'got:\n%s\nwanted:\n%s\n' "$got" "$wanted" && return 1; }
}
serve() { # NAME COMMAND...
	local name=$1
	shift
	"$@" >"/tmp/$name.log" 2>&1 </dev/null &
	started+=($!)
}
owned() {
	stat -c '%A %U:%G %n' "$@"
}
silent() { # COMMAND...: succeeds, and has nothing to say
	local out
	out=$("$@" 2>&1) && [ -z "$out" ] || { printf '%s\n' "$out" && return 1; }
}
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d # packages start no servers here
chmod +x /usr/sbin/policy-rc.d
apt-get -qq update
# The machine's own, and what looks at the unit, the manual and the completion.
apt-get -qq install --no-install-recommends systemd man-db bash-completion curl >/dev/null 2>&1
find /etc /usr /lib /var /run -xdev -not -path '/var/lib/dpkg/*' -not -path '/var/cache/*' | sort >/tmp/before

# --- installed ---

check "apt installs it with what it needs and recommends" apt-get -y install "$deb"
check "the user is one of the system, without a shell" \
	says "$(id -u smppgw):/var/lib/smppgw:/usr/sbin/nologin" sh -c 'getent passwd smppgw | cut -d: -f3,6,7'
check "the user is a number of the system" test "$(id -u smppgw)" -lt 1000
check "folders and files: whose they are, and who may read" says "drwxr-x--- root:smppgw /etc/smppgw
-rw-r----- root:smppgw /etc/smppgw/smppgw.conf
drwxr-x--- smppgw:smppgw /var/lib/smppgw
drwxr-x--- smppgw:smppgw /var/log/smppgw
-rwxr-xr-x root:root /usr/sbin/smppgwd" \
	owned /etc/smppgw /etc/smppgw/smppgw.conf /var/lib/smppgw /var/log/smppgw /usr/sbin/smppgwd
check "no file of the configuration can be read by others" says "" find /etc/smppgw -perm /007
check "nothing is set-user-id" says "" sh -c 'dpkg -L smppgw | xargs -d "\n" -I{} find {} -maxdepth 0 -perm /6000'
check "it is not enabled" not systemctl --root=/ is-enabled smppgwd
for program in smppgwd smppgwctl smppevidence smppsend smppload smppsim; do
	check "$program runs" "$program" --version
done
for page in smppgwd.8 smppgw.conf.5 smppgwctl.1 smppevidence.1 smppsend.1 smppload.1 smppsim.1; do
	check "the manual ${page} has no warning" silent sh -c \
		"man --warnings -E UTF-8 -l -Tutf8 -Z /usr/share/man/man${page##*.}/$page.gz >/dev/null"
done
check "the unit is sound" silent systemd-analyze verify /lib/systemd/system/smppgwd.service
check "the unit's sandbox: an exposure of at most 2.0" \
	systemd-analyze security --offline=true --no-pager --threshold=20 /lib/systemd/system/smppgwd.service
check "logrotate takes its file" sh -c '! logrotate -d /etc/logrotate.d/smppgw 2>&1 | grep -i error'
check "bash completes smppgwctl" bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader smppgwctl; complete -p smppgwctl'

# --- run, with the sample as it is: a Redis and a carrier are all that it lacks ---

install -d -o smppgw -g smppgw /run/smppgw
check "the sample configuration has no faults" setpriv --reuid smppgw --regid smppgw --clear-groups smppgwd -t -c /etc/smppgw/smppgw.conf
install -d -o redis -g redis /tmp/redis
serve redis setpriv --reuid redis --regid redis --clear-groups redis-server --port 6379 --bind 127.0.0.1 --dir /tmp/redis \
	--appendonly yes --appendfsync always --save ''
serve carrier smppsim --listen 127.0.0.1:2776
check "Redis is there" within 20 redis-cli ping
serve gateway setpriv --reuid smppgw --regid smppgw --clear-groups smppgwd -c /etc/smppgw/smppgw.conf
check "the gateway is healthy, its carrier up" within 20 says ok curl -sf http://127.0.0.1:8775/healthz
check "an app sends and gets the receipt" sh -c \
	'smppsend --to 8613800138000 --text 您好 --wait-receipt 10s | tee /dev/stderr | grep -q stat=DELIVRD'
check "the operator sees it" sh -c 'smppgwctl status | tee /dev/stderr | grep -q "^running.*healthy"'
for id in "${started[@]}"; do kill "$id"; done
wait
check "the gateway has left in order" grep -q 'event=stop exit=0' /tmp/gateway.log

# --- purged ---

touch /var/lib/smppgw/a-record /var/log/smppgw/smppgwd.log
check "a purge" apt-get -y purge smppgw
check "the records are kept" test -e /var/lib/smppgw/a-record
find /etc /usr /lib /var /run -xdev -not -path '/var/lib/dpkg/*' -not -path '/var/cache/*' | sort >/tmp/after
check "nothing else of it is left but its user" says "" sh -c \
	'comm -13 /tmp/before /tmp/after | grep smppgw | grep -v "^/var/lib/smppgw\|^/run/smppgw"'
checked
