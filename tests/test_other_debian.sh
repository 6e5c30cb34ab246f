#!/bin/sh
# kairan on the other Debian: README's first command installs, builds and plays a broadcast there,
# without a warning of the compiler, and the unit tests pass. (make check-other-debian runs all
# tests there.)
#
# $SRCDIR, $KAIRAN_BUILD_DIR, $KAIRAN_UNIT_TESTS and $MAKE are make check's. Speaks TAP.

set -u
LC_ALL=C
export LC_ALL
# The make around this one has targets and variables of its own.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

. "$SRCDIR/tests/other_debian.sh"

why=$(other_what_is_missing)
if [ -n "$why" ]; then
	echo "1..0 # SKIP $why"
	exit 0
fi
other_choose
other_lock || exit 1
log=$other_place/log
if ! other_make_base >"$log" 2>&1; then
	echo "1..0 # SKIP debootstrap cannot do it here: $(tail -n 1 "$log")"
	exit 0
fi
. "$SRCDIR/tests/steps.sh"

echo "1..5"
step "the sources are on $other" other_put_sources
step "quickstart finds the packages" other_run '' './quickstart install'
step "it builds without a warning" other_run --net '
	autoreconf -i && mkdir -p build && cd build && ../configure --quiet --enable-werror &&
		make -s -j2 && make -s -j2 unit-programs policy_alone'
step "the unit tests" other_run --net "
	make -s -C build -j2 check VERBOSE=1 TESTS='$KAIRAN_UNIT_TESTS tests/policy/test_purity.sh \
		tests/fuzz/test_corpus.sh tests/test_system.sh tests/test_manuals.py \
		tests/test_install.py'"
step "a broadcast" other_run --net './quickstart demo; status=$?; ./quickstart down; exit $status'
exit $failed
