#!/bin/sh
# On which system does quickstart begin, and what does it say where it does not?
#
# $SRCDIR is make check's. Speaks TAP.
set -u

. "$SRCDIR/tests/stack/say.sh"
. "$SRCDIR/tests/stack/system.sh"

place=$(mktemp -d) || exit 1
trap 'rm -rf "$place"' EXIT
count=0
failed=0

# expect STATUS WORDS NAME: what check_system says of the os-release on standard input.
expect() {
	local said status

	cat >"$place/os-release"
	said=$(check_system "$place/os-release" 2>&1)
	status=$?
	count=$((count + 1))
	case $status:$said in
	$1:$2) echo "ok $count - $3" ;;
	*)
		failed=1
		echo "not ok $count - $3"
		echo "# $status: $said"
		;;
	esac
}

expect 0 '' "Debian 12" <<'TEXT'
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
VERSION_ID="12"
VERSION_CODENAME=bookworm
ID=debian
TEXT
expect 0 '' "Debian 13" <<'TEXT'
PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
VERSION_ID="13"
VERSION_CODENAME=trixie
DEBIAN_VERSION_FULL=13.2
ID=debian
TEXT
expect 69 '*Debian GNU/Linux 11 (bullseye)*too old*12 or 13' "Debian 11" <<'TEXT'
PRETTY_NAME="Debian GNU/Linux 11 (bullseye)"
VERSION_ID="11"
ID=debian
TEXT
expect 0 '*forky/sid; kairan is tested on Debian 12 and 13*' "a Debian that is no release yet" <<'TEXT'
PRETTY_NAME="Debian GNU/Linux forky/sid"
VERSION_CODENAME=forky
ID=debian
TEXT
expect 0 '*Debian GNU/Linux 14*tested on*' "a Debian to come" <<'TEXT'
PRETTY_NAME="Debian GNU/Linux 14 (forky)"
VERSION_ID="14"
ID=debian
TEXT
expect 0 '*Ubuntu 24.04.1 LTS, made from Debian*tested on*' "what is made from Debian" <<'TEXT'
PRETTY_NAME="Ubuntu 24.04.1 LTS"
VERSION_ID="24.04"
ID=ubuntu
ID_LIKE=debian
TEXT
expect 0 '*Linux Mint 22, made from Debian*' "what is made from that" <<'TEXT'
PRETTY_NAME="Linux Mint 22"
ID=linuxmint
ID_LIKE="ubuntu debian"
TEXT
expect 69 '*Fedora Linux 41*quickstart is for Debian 12 and 13*' "another system" <<'TEXT'
PRETTY_NAME="Fedora Linux 41 (Server Edition)"
VERSION_ID=41
ID=fedora
TEXT
expect 69 '*no system that it knows*Debian 12 and 13*' "one that says nothing" </dev/null
echo "1..$count"
exit $failed
