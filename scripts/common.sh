# common.sh - what the scripts share: which Debian packages are missing, and installing them; slow scenes. Sourced, not run.
# shellcheck shell=sh

# Rows "group kind what package": the package is missing when the command, the pkg-config module, the header, the file or
# the Perl module is not there, or the compiler has no AddressSanitizer. Asking for the thing itself accepts one that came
# another way (a newer node, for example).
package_table='
build   command  gcc             build-essential
build   command  make            build-essential
build   header   stdio.h         libc6-dev
build   command  autoreconf      autoconf
build   command  automake        automake
build   command  pkg-config      pkg-config
build   module   libevent        libevent-dev
build   module   hiredis         libhiredis-dev
build   module   libconfig       libconfig-dev
build   module   openssl         libssl-dev
build   header   crypt.h         libcrypt-dev
build   module   libpcre2-8      libpcre2-dev
build   module   icu-i18n        libicu-dev
build   module   libseccomp      libseccomp-dev
run     command  redis-server    redis-server
run     command  redis-cli       redis-tools
run     command  curl            curl
test    module   cmocka          libcmocka-dev
test    module   lua5.1          liblua5.1-0-dev
all     command  clang           clang
all     asan     clang           libclang-rt-14-dev
test    command  clang-format-14 clang-format-14
test    command  openssl         openssl
test    command  python3         python3
all     command  valgrind        valgrind
all     debug    libc6           libc6-dbg
all     command  tshark          tshark
all     command  promtool        prometheus
all     perl     Net::SMPP       libnet-smpp-perl
all     command  node            nodejs
all     command  npm             npm
all     command  bearerbox       kannel
all     command  /usr/lib/kannel/test/drive_smpp kannel-extras
all     command  ps              procps
all     command  git             git
all     command  chromium        chromium
all     command  chromedriver    chromium-driver
all     file     /usr/lib/python3/dist-packages/selenium python3-selenium
all     command  fc-list         fontconfig
all     file     /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc fonts-noto-cjk
'

# Scenes that simulate weeks: slow builds do without them.
# shellcheck disable=SC2034
simulated_weeks="ladder_far ladder_paid ladder_restart ladder_unpaid policy_first_contact policy_window_holiday policy_caps"

have() { # KIND WHAT
	case "$1" in
	command) PATH=$PATH:/usr/sbin command -v "$2" >/dev/null ;;
	module) pkg-config --exists "$2" 2>/dev/null ;;
	header) [ -e "/usr/include/$2" ] || [ -e "/usr/include/$(uname -m)-linux-gnu/$2" ] ;;
	debug) [ -d /usr/lib/debug/.build-id ] ;;
	file) [ -e "$2" ] ;;
	asan) echo 'int main(void) { return 0; }' | "$2" -fsanitize=address -x c -o /dev/null - 2>/dev/null ;;
	perl) perl "-M$2" -e 1 2>/dev/null ;;
	*) return 1 ;;
	esac
}

missing_packages() { # GROUP...
	printf '%s\n' "$package_table" | while read -r group kind what package; do
		case " $* " in
		*" ${group:-none} "*) have "$kind" "$what" || echo "$package" ;;
		esac
	done | sort -u
}

apt_install() { # PACKAGE...
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Packages that would start a service of their own, now and at every boot; the tests want their programs alone.
install_without_service() { # PACKAGE...
	policy=/usr/sbin/policy-rc.d # Debian asks it before a package starts a service; one that is there stays
	ours=no
	if [ ! -e "$policy" ]; then
		ours=yes
		$as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
	fi
	apt_install "$@"
	[ "$ours" = no ] || $as_root rm -f "$policy"
	for package in "$@"; do
		[ ! -e "/etc/init.d/$package" ] || $as_root update-rc.d "$package" disable >/dev/null 2>&1 || :
	done
}

# Installs what is missing of the groups; says what it does. Needs root or sudo only when something is missing.
install_packages() { # GROUP...
	wanted=$(missing_packages "$@" | tr '\n' ' ')
	if [ -z "$wanted" ]; then
		echo "packages: nothing is missing"
		return 0
	fi
	echo "packages: installing $wanted"
	as_root=
	if [ "$(id -u)" -ne 0 ]; then
		if ! command -v sudo >/dev/null; then
			echo "not root and no sudo; as root, run: apt-get install --no-install-recommends $wanted" >&2
			return 1
		fi
		as_root=sudo
	fi
	$as_root apt-get update -qq
	others=
	servers=
	for package in $wanted; do
		case "$package" in
		kannel* | prometheus) servers="$servers $package" ;;
		*) others="$others $package" ;;
		esac
	done
	# shellcheck disable=SC2086
	[ -z "$others" ] || apt_install $others
	# shellcheck disable=SC2086
	[ -z "$servers" ] || install_without_service $servers
	wanted=$(missing_packages "$@" | tr '\n' ' ')
	if [ -n "$wanted" ]; then
		echo "still missing after apt-get install: $wanted" >&2
		return 1
	fi
}
