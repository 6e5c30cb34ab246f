# The other of the two Debians that kairan is for, in a folder: made by debootstrap from the
# mirror that apt uses, kept in the folder other-debian of the build, and entered by chroot.
# Sourced by test_other_debian.sh and check_other_debian.sh.
#
# What runs in there has processes and mounts of its own (unshare), and where it needs no packages
# a loopback of its own: it ends with whoever started it, leaves no mount behind, and meets no
# server of this machine.
#
# $KAIRAN_BUILD_DIR and $MAKE are make check's.

# 12 has 13 for the other, and the reverse; on another system there is none.
other_choose() {
	case $(. /etc/os-release && echo "$ID:$VERSION_ID") in
	debian:12) other_own=bookworm other=trixie ;;
	debian:13) other_own=trixie other=bookworm ;;
	*) return 1 ;;
	esac
	other_place=$KAIRAN_BUILD_DIR/other-debian
	other_root=$other_place/$other
}

# Where apt has this Debian from.
other_find_mirror() {
	other_mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		'Origin: Debian' 'Label: Debian' 'Component: main' "Codename: $other_own" \
		2>/dev/null | head -n 1)
	[ -n "$other_mirror" ]
}

# Ask for what debootstrap will ask for first, as apt would.
other_mirror_answers() {
	mkdir -p "$other_place" && /usr/lib/apt/apt-helper download-file \
		"${other_mirror%/}/dists/$other/Release" "$other_place/Release" >/dev/null 2>&1
}

# Say why it cannot be done here, if so; nothing when it can.
other_what_is_missing() {
	if [ -n "${KAIRAN_OTHER_DEBIAN:-}" ]; then
		echo "this is the other Debian already"
	elif ! other_choose; then
		echo "this is neither Debian 12 nor 13"
	elif [ "$(id -u)" -ne 0 ]; then
		echo "only root can do it"
	elif ! command -v debootstrap >/dev/null; then
		echo "there is no debootstrap"
	elif ! unshare --mount --pid --net --fork true 2>/dev/null; then
		echo "namespaces cannot be made here"
	elif [ ! -e "$other_root/complete" ] && ! other_find_mirror; then
		echo "apt knows no mirror of Debian"
	elif [ ! -e "$other_root/complete" ] && ! other_mirror_answers; then
		echo "the mirror that apt uses does not answer, or has no $other"
	fi
}

# Whoever comes second waits.
other_lock() {
	mkdir -p "$other_place" && exec 9>"$other_place/lock" && flock 9
}

other_make_base() {
	local include=

	[ ! -e "$other_root/complete" ] || return 0
	other_find_mirror || return 1
	case $other_mirror in
	https:*) include=--include=ca-certificates ;;
	esac
	rm -rf "$other_root"
	# It mounts there, too.
	unshare --mount debootstrap --variant=minbase $include "$other" "$other_root" \
		"$other_mirror" || return 1
	# Nothing in there has to outlive a power cut.
	echo force-unsafe-io >"$other_root/etc/dpkg/dpkg.cfg.d/unsafe-io"
	echo 'APT::Keep-Downloaded-Packages "false";' >"$other_root/etc/apt/apt.conf.d/keep"
	apt-config dump | grep -iE '^Acquire::(https?::)?Proxy' \
		>"$other_root/etc/apt/apt.conf.d/proxy"
	echo "127.0.0.1 localhost $(hostname)" >"$other_root/etc/hosts"
	: >"$other_root/complete"
}

# Put these sources there; what was built from those before them stays, for make to judge. The
# build system is made anew, by what the other Debian has for it.
other_put_sources() {
	rm -rf "$other_root/kairan.new"
	"${MAKE:-make}" -C "$KAIRAN_BUILD_DIR" -s distdir \
		distdir="other-debian/$other/kairan.new" || return 1
	(cd "$other_root/kairan.new" && rm -rf configure aclocal.m4 Makefile.in config.h.in \
		build-aux) || return 1
	[ ! -e "$other_root/kairan/build" ] ||
		mv "$other_root/kairan/build" "$other_root/kairan.new/build" || return 1
	rm -rf "$other_root/kairan"
	mv "$other_root/kairan.new" "$other_root/kairan"
}

# other_run NET COMMAND: run some shell in the sources there. NET is --net for a network that has
# nothing but a loopback of its own, and '' for this machine's.
other_run() {
	unshare --mount --propagation private --pid --fork --kill-child $1 /bin/sh -c '
		mount --rbind /dev "$1/dev" && mount -t proc proc "$1/proc" || exit
		proxies=$(env | grep -i "^[a-z]*_proxy=")
		exec chroot "$1" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			KAIRAN_OTHER_DEBIAN=inside $proxies /bin/sh -c "$2"' sh "$other_root" \
		"cd /kairan || exit
		${1:+$other_raise_loopback}
		$2" &
	other_pid=$!
	wait $other_pid
}
trap 'kill -KILL ${other_pid:-} 2>/dev/null; exit 143' HUP INT TERM

# Nobody has done that yet in a network of its own.
other_raise_loopback="python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack(\"16sh14x\", b\"lo\", 1))' || exit"
