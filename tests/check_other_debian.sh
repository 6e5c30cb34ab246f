#!/bin/sh
# make check-other-debian: README's second command, and so every test, on the other Debian. The
# last line counts them.
#
# $SRCDIR, $KAIRAN_BUILD_DIR and $MAKE are make's.

set -u
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

. "$SRCDIR/tests/other_debian.sh"

why=$(other_what_is_missing)
if [ -n "$why" ]; then
	echo "check-other-debian: $why" >&2
	exit 69
fi
other_choose
other_lock && other_make_base && other_put_sources || exit 1
# What needs a network first; then there is none.
other_run '' './quickstart install tests && ./quickstart fetch' || exit 1
other_run --net './quickstart check'
