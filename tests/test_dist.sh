#!/bin/sh
# What is in the repository is in the tarball: a file that make dist forgets is missed only
# by those who have nothing else.
#
# $SRCDIR, $KAIRAN_BUILD_DIR and $MAKE are make check's. Speaks TAP.

set -u
LC_ALL=C
export LC_ALL

if [ ! -e "$SRCDIR/.git" ] || ! command -v git >/dev/null; then
	echo "1..0 # SKIP this is no checkout, or there is no git"
	exit 0
fi

# The make around this one has targets and variables of its own.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

place=$KAIRAN_BUILD_DIR/dist-test
rm -rf "$place"
mkdir "$place" || exit 1
trap 'chmod -R u+w "$place"; rm -rf "$place"' EXIT

echo "1..2"
failed=0

if "${MAKE:-make}" -C "$KAIRAN_BUILD_DIR" -s distdir distdir=dist-test/kairan \
	>"$place/log" 2>&1; then
	echo "ok 1 - the tarball can be filled"
else
	echo "not ok 1 - the tarball can be filled"
	tail -n 20 "$place/log" | sed 's/^/# /'
	failed=1
fi

# Deleted, but not committed yet: no file to miss.
git -c safe.directory='*' -c core.quotepath=off -C "$SRCDIR" ls-files >"$place/files" || failed=1
: >"$place/missing"
while read -r path; do
	case $path in
	.gitignore | */.gitignore) continue ;;
	esac
	[ ! -e "$SRCDIR/$path" ] || [ -e "$place/kairan/$path" ] ||
		echo "# $path" >>"$place/missing"
done <"$place/files"
if [ -s "$place/files" ] && [ ! -s "$place/missing" ]; then
	echo "ok 2 - it has every file"
else
	echo "not ok 2 - it has every file"
	cat "$place/missing"
	failed=1
fi
exit $failed
