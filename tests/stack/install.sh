# Packages: only those that are missing, and nothing that is there is disturbed. They have the
# same names in Debian 12 and 13. Sourced by quickstart.

packages=(
	autoconf automake gcc libc6-dev make pkg-config
	libcmocka-dev libconfuse-dev libcurl4-openssl-dev libglib2.0-dev libgmime-3.0-dev
	libjansson-dev libldap-dev libmicrohttpd-dev libmilter-dev libpq-dev libqrencode-dev libsqlite3-dev libssl-dev
	libsystemd-dev libunistring-dev libxml2-dev
	python3 tzdata postfix slapd ldap-utils dovecot-core dovecot-imapd dovecot-ldap
	m4 libsasl2-modules sasl2-bin groff-base mandoc
)
# What only tests need, and nobody has to have who wants to look at kairan: a browser, the other
# Debian, what makes a package, and what looks on at memory.
test_packages=(chromium debootstrap build-essential debhelper libxml2-utils lintian postgresql
	python3-dkim python3-feedparser valgrind zbar-tools)
# OpenDKIM, OpenDMARC and a DNS for them: --with dkim, and tests.
companion_packages=(opendkim opendkim-tools opendmarc dbconfig-no-thanks dnsmasq-base openssl)
# Packages that would start a server of their own, and the units that would.
declare -A package_units=(
	[postfix]=postfix.service
	[slapd]=slapd.service
	[dovecot-core]="dovecot.service dovecot.socket"
	[sasl2-bin]=saslauthd.service
	[opendkim]=opendkim.service
	[opendmarc]=opendmarc.service
	[postgresql]=postgresql.service
)
policy_file=/usr/sbin/policy-rc.d

package_is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

apt() {
	DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -o Dpkg::Use-Pty=0 \
		--no-install-recommends "$@"
}

# Show what would be done, and refuse if anything would be removed for it.
simulate_install() {
	local plan removed

	plan=$(apt -s install "$@" 2>&1) || return 1
	removed=$(awk '$1 == "Remv" { print $2 }' <<<"$plan" | tr '\n' ' ')
	[ -z "$removed" ] || die 1 "installing $* would remove: ${removed% }.
kairan's private servers are not worth that. Install what you can decide on yourself, or
use a fresh machine or container."
}

# New servers are neither configured for this machine nor started: the private ones need
# only their programs.
preseed_answers() {
	case " $* " in
	*" postfix "*) echo "postfix postfix/main_mailer_type select No configuration" ;;
	esac
	case " $* " in
	*" slapd "*) echo "slapd slapd/no_configuration boolean true" ;;
	esac
}

forbid_starting() {
	[ -e "$policy_file" ] || [ -L "$policy_file" ] && return
	trap 'rm -f "$policy_file"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	printf '#!/bin/sh\n# Made by kairan quickstart while it installs; may be removed.\nexit 101\n' \
		>"$policy_file" && chmod 755 "$policy_file"
}

disable_units() {
	local name unit

	[ -d /run/systemd/system ] || return 0
	for name in "$@"; do
		for unit in ${package_units[$name]:-}; do
			systemctl disable --quiet "$unit" 2>/dev/null
		done
	done
}

have_package_lists() {
	compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null
}

# With "tests" for an argument, what tests need too; and what --with names.
install_missing() {
	local name missing=() answers wanted=("${packages[@]}")

	[ "${1:-}" != tests ] || wanted+=("${test_packages[@]}" "${companion_packages[@]}")
	[ -z "$with_wanted" ] || wanted+=("${companion_packages[@]}")
	[ "$store_wanted" != postgres ] || wanted+=(postgresql)
	check_system
	for name in "${wanted[@]}"; do
		package_is_installed "$name" || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	become_root install "$@"
	say "Installing: ${missing[*]}"
	if ! have_package_lists || ! simulate_install "${missing[@]}"; then
		apt update || die 1 "apt-get update failed"
		simulate_install "${missing[@]}" ||
			die 1 "apt-get cannot install: ${missing[*]}"
	fi
	answers=$(preseed_answers "${missing[@]}")
	[ -z "$answers" ] || debconf-set-selections <<<"$answers"
	forbid_starting
	apt -y --no-remove install "${missing[@]}" || {
		apt update && apt -y --no-remove install "${missing[@]}"
	} || die 1 "apt-get could not install: ${missing[*]}"
	disable_units "${missing[@]}"
}

# Debian's packages of Postfix and Sendmail exclude each other: Sendmail is only unpacked, into
# the build folder.
sendmail_is_there() {
	[ -x "$build/sendmail/usr/libexec/sendmail/sendmail" ]
}

refresh_package_lists() {
	become_root refresh
	apt update || die 1 "apt-get update failed"
}

fetch_sendmail() {
	local folder file

	sendmail_is_there && return
	have_package_lists || again refresh || return 1
	say "Unpacking Sendmail into $build/sendmail"
	folder=$(mktemp -d) || return 1
	# It downloads as another user, who must be able to write here.
	chmod 777 "$folder"
	(cd "$folder" && apt download sendmail-bin sendmail-base sendmail-cf) >/dev/null ||
		{ again refresh && (cd "$folder" && apt download sendmail-bin sendmail-base sendmail-cf) >/dev/null; } ||
		die 1 "apt-get could not download Sendmail"
	mkdir -p "$build/sendmail.new"
	for file in "$folder"/*.deb; do
		dpkg -x "$file" "$build/sendmail.new" || die 1 "cannot unpack $file"
	done
	rm -rf "$folder" "$build/sendmail"
	mv "$build/sendmail.new" "$build/sendmail"
}
