# Which system is this? Sourced by quickstart.
#
# kairan is tested on Debian 12 and 13. A newer Debian, or a system that is made from Debian,
# may have all that is needed, which configure then looks for; any other has neither the packages
# nor apt-get.

# check_system [OS-RELEASE]: end with 69 where this cannot work, and say so where it may not.
check_system() {
	local file=${1:-/etc/os-release} ID='' ID_LIKE='' VERSION_ID='' VERSION_CODENAME='' \
		PRETTY_NAME=''

	[ ! -r "$file" ] || . "$file"
	case $ID:$VERSION_ID in
	debian:12 | debian:13) return ;;
	debian:[0-9] | debian:1[01])
		die 69 "this is ${PRETTY_NAME:-Debian $VERSION_ID}, which is too old: kairan needs" \
			"Debian 12 or 13"
		;;
	debian:*)
		warn "this is ${PRETTY_NAME:-another Debian}; kairan is tested on Debian 12 and 13." \
			"Going on."
		return
		;;
	esac
	case " $ID_LIKE " in
	*" debian "*)
		warn "this is ${PRETTY_NAME:-$ID}, made from Debian; kairan is tested on Debian 12" \
			"and 13. Going on."
		;;
	*)
		die 69 "this is ${PRETTY_NAME:-no system that it knows}: quickstart is for Debian 12" \
			"and 13. INSTALL says what kairan itself is built from."
		;;
	esac
}
